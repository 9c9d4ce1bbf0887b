from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from crm.colleagues.tasking import (
    AlreadyPast,
    EmptyTask,
    NotAColleague,
    TaskIsCompleted,
    complete,
    hand_over,
    set_task,
    snooze,
)
from crm.models import Task, TimelineEntry
from tests.factories.customers import CustomerFactory
from tests.factories.shops import NOON, UserFactory
from tests.factories.tasks import task

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(hours=3)


@pytest.fixture
def iva():
    return UserFactory(name="Iva")


@pytest.fixture
def boris():
    return UserFactory(name="Boris")


def told(customer) -> list[str]:
    entries = TimelineEntry.objects.filter(customer=customer).order_by("pk")
    return [entry.fact.aloud("en") for entry in entries]


def test_every_step_of_a_task_stands_on_the_timeline(iva, boris):
    maria = CustomerFactory()
    one = task("Call about the tea", owner=iva, customer=maria)
    snooze(one, until=LATER, by=iva, at=NOON)
    hand_over(one, to=boris, by=iva, at=NOON)
    complete(one, outcome=Task.Outcome.NOT_REACHED, note="Twice.", by=boris, at=LATER)

    set_, put_off, handed, done = told(maria)
    assert "Call about the tea" in set_
    assert put_off.startswith("Task “Call about the tea” put off until")
    assert handed == "Task “Call about the tea” handed over to Boris"
    assert done == "Task “Call about the tea”: nobody was reached"
    one.refresh_from_db()
    assert (one.owner, one.completed_by, one.outcome_note) == (boris, boris, "Twice.")


def test_asking_twice_sets_one_task(iva):
    maria = CustomerFactory()
    first = task(owner=iva, customer=maria, key="form-1")
    again = task("Another", owner=iva, customer=maria, key="form-1")

    assert again == first
    assert len(told(maria)) == 1


def test_completing_twice_is_told_once_and_another_outcome_is_refused(iva):
    maria = CustomerFactory()
    one = task(owner=iva, customer=maria)
    for _ in range(2):
        complete(one, outcome=Task.Outcome.DONE, by=iva, at=LATER)

    with pytest.raises(TaskIsCompleted):
        complete(one, outcome=Task.Outcome.NOT_NEEDED, by=iva, at=LATER)

    assert len(told(maria)) == 2


@pytest.mark.parametrize("deed", ["snooze", "hand_over"])
def test_a_completed_task_is_neither_put_off_nor_handed_over(iva, boris, deed):
    one = complete(task(owner=iva), outcome=Task.Outcome.DONE, by=iva, at=LATER)

    with pytest.raises(TaskIsCompleted):
        if deed == "snooze":
            snooze(one, until=LATER, by=iva, at=NOON)
        else:
            hand_over(one, to=boris, by=iva, at=LATER)


def test_a_task_is_not_put_off_into_the_past(iva):
    with pytest.raises(AlreadyPast):
        snooze(task(owner=iva), until=NOON - timedelta(minutes=1), by=iva, at=NOON)


def test_a_task_says_what_to_do_and_belongs_to_a_colleague(iva):
    gone = UserFactory(is_active=False)

    with pytest.raises(EmptyTask):
        set_task(title=" \n", owner=iva, due_at=LATER, key="1", at=NOON)
    with pytest.raises(NotAColleague):
        set_task(title="Call", owner=gone, due_at=LATER, key="1", at=NOON)
    with pytest.raises(NotAColleague):
        hand_over(task(owner=iva), to=gone, by=iva, at=NOON)


def test_a_task_without_a_customer_is_on_nobodys_timeline(iva):
    complete(task(owner=iva), outcome=Task.Outcome.DONE, by=iva, at=LATER)

    assert not TimelineEntry.objects.exists()


def test_a_completed_task_without_who_and_how_cannot_stand(iva):
    one = task(owner=iva)

    with pytest.raises(IntegrityError, match="completed_task_says_who_and_how"), transaction.atomic():
        Task.objects.filter(pk=one.pk).update(completed_at=LATER)


def test_due_are_the_open_ones_whose_moment_has_come(iva):
    due = task(owner=iva, due_at=NOON)
    task(owner=iva, due_at=LATER)
    complete(task(owner=iva, due_at=NOON), outcome=Task.Outcome.DONE, by=iva, at=NOON)

    assert list(Task.objects.due(NOON)) == [due]
