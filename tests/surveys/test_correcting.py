"""A colleague says what a text is about, looks at it, or hands it on."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.db import DatabaseError, transaction

from surveys.feedback import correcting, finding, handling
from surveys.feedback.finding import Wanted
from surveys.feedback.handling import NotTheirs
from surveys.models import Department, Feedback, FeedbackLabel
from tests.factories import feedback
from tests.factories.shops import NOON, UserFactory

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(hours=3)


@pytest.fixture
def themes():
    return feedback.ready()


def test_a_correction_moves_it_to_its_department_and_is_kept_as_a_label(themes):
    boris, elena = UserFactory(), UserFactory()
    Department.objects.filter(slug="goods").update(owner=boris)
    themes = feedback.ready()
    its = feedback.said("The courier was late")

    its = correcting.call_it(its, theme=themes["quality"], by=elena, at=LATER)

    assert (its.theme, its.department.slug, its.owner) == (themes["quality"], "goods", boris)
    assert (its.routed_by, its.due_at) == (Feedback.RoutedBy.PERSON, LATER + timedelta(hours=72))
    label = FeedbackLabel.objects.get()
    assert (label.theme, label.was, label.by) == (themes["quality"], themes["delivery"], elena)


def test_within_a_department_the_clock_and_the_owner_stay(themes):
    elena, its = UserFactory(), feedback.said("Too expensive")
    due_at = its.due_at

    its = correcting.call_it(its, theme=themes["loyalty"], by=elena, at=LATER)

    assert (its.theme.slug, its.department.slug, its.due_at) == ("loyalty", "marketing", due_at)


def test_to_agree_is_a_word_too_and_to_say_it_again_is_none(themes):
    elena, its = UserFactory(), feedback.said("The courier was late")

    for _again in range(2):
        correcting.call_it(its, theme=themes["delivery"], by=elena, at=LATER)

    assert FeedbackLabel.objects.count() == 1


def test_a_label_is_never_rewritten(themes):
    correcting.call_it(feedback.said(), theme=themes["shop"], by=UserFactory(), at=LATER)

    with pytest.raises(DatabaseError), transaction.atomic():
        FeedbackLabel.objects.update(theme=themes["site"])


def test_how_often_the_rules_were_right_is_told_by_what_they_said(themes):
    elena = UserFactory()
    for said, meant in (("delivery", "delivery"), ("delivery", "quality"), ("shop", "shop")):
        text = {"delivery": "The courier", "shop": "A queue"}[said]
        correcting.call_it(feedback.said(text), theme=themes[meant], by=elena, at=LATER)

    told = {one.theme.slug: (one.share.count, one.share.of) for one in correcting.how_often_right(since=NOON)}

    assert told == {"delivery": (1, 2), "shop": (1, 1)}


def test_what_was_looked_at_waits_no_longer_and_can_be_taken_up_again(themes):
    elena, its = UserFactory(), feedback.said()

    assert handling.settle([its.pk], by=elena, at=LATER) == 1
    assert handling.settle([its.pk], by=UserFactory(), at=LATER) == 0
    its.refresh_from_db()
    assert (its.settled_by, its.settled_at) == (elena, LATER)

    handling.take_up_again(its)
    assert Feedback.objects.waiting().get() == its


def test_it_is_handed_to_whoever_sorts_feedback_and_to_nobody_else(themes):
    manager, cashier, its = UserFactory(), UserFactory(), feedback.said()
    manager.groups.add(Group.objects.get(name="manager"))

    assert handling.hand_to(its, owner=manager).owner == manager
    with pytest.raises(NotTheirs):
        handling.hand_to(its, owner=cashier)


def test_the_inbox_is_narrowed_to_what_somebody_is_to_look_at(themes):
    boris = UserFactory()
    late, shop, unknown = feedback.said(), feedback.said("A queue"), feedback.said("Hmm")
    settled = feedback.said()
    handling.settle([settled.pk], by=boris, at=LATER)
    Feedback.objects.filter(pk=shop.pk).update(owner=boris)
    much_later = NOON + timedelta(hours=30)

    def shown(**wanted):
        return {row.pk for row in finding.page(Wanted(**wanted), at=much_later).rows}

    assert shown() == {late.pk, shop.pk, unknown.pk}
    assert shown(state="overdue") == {unknown.pk}
    assert shown(state="settled") == {settled.pk}
    assert shown(mine=boris) == {shop.pk}
    assert shown(theme=0) == {unknown.pk}
    assert shown(theme=themes["shop"].pk, source="review") == {shop.pk}
    assert shown(department=late.department_id, state="all") == {late.pk, settled.pk}
    assert shown(language="ru") == set()


def test_pages_of_the_inbox_follow_one_another_without_a_gap(themes, django_assert_num_queries):
    all_of_them = [feedback.said(occurred_at=NOON - timedelta(days=n // 2)).pk for n in range(5)]

    seen, after = [], ""
    for _page in range(3):
        with django_assert_num_queries(1):
            its = finding.page(Wanted(), at=NOON, after=after, size=2)
        seen += [row.pk for row in its.rows]
        after = its.after

    assert sorted(seen) == sorted(all_of_them) and after == ""
    assert finding.page(Wanted(), at=NOON, after="nonsense_x", size=9).rows
