"""Varna delivery fell from 84 to 61 % satisfied: three unhappy people wait for a call, and an issue with a plan."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from crm.demo.company import Stage
from crm.models import Shop, User
from surveys.closing import issues, planning, recovering
from surveys.closing.issues import Told
from surveys.demo import answers, occasions, questions
from surveys.facts import SurveyAnswered
from surveys.feedback import hearing, routing
from surveys.models import Department, Feedback, Issue, Response, Survey

DAY = timedelta(days=1)
CALLED = 3
TITLE = "Доставката във Варна закъснява"
WHAT = "Куриерът закъснява с два дни и не се обажда. Преди месец доволни бяха 84 %, сега са 61 %."
STEPS = (("Втори куриер за Варна", 5), ("Обаждане до клиента, ако пратката закъснява", 9))


@transaction.atomic
def tell(stage: Stage, *, now: datetime) -> None:
    """Once."""
    if Survey.objects.exists():
        return
    questions.publish(stage, at=now - 90 * DAY)
    occasions.plan(now=now)
    varna = stage.shops["lipa-varna"]
    unhappy = answers.tell(questions.asked("delivery"), shop=varna, now=now)
    answers.tell_who_recommends(questions.asked("relationship"), shop=stage.shops["lipa-online"], now=now)
    routing.drawn(at=now)  # departments and themes stand
    heard = [hearing.hear_answer(pk, at=now) for pk in unhappy]
    _call(unhappy, now=now)
    _make_it_an_issue(stage.manager, varna, [one for one in heard if one], now=now)
    questions.ask_vera(stage, now=now)
    questions.ask_colleagues(on=timezone.localdate(now))


def _call(responses: list[int], *, now: datetime) -> None:
    """The latest of them, as if they had answered this morning."""
    unhappy = Response.objects.filter(pk__in=responses, answers__kind="csat", answers__value__lte=2)
    for number, response in enumerate(unhappy.order_by("-answered_at")[:CALLED]):
        answered = {one.kind: one for one in response.answers.all()}
        fact = SurveyAnswered(
            survey_slug="delivery",
            survey_name=response.version.survey.name_in(response.language),
            measure="csat",
            value=answered["csat"].value,
            scale_high=5,
            is_unhappy=True,
            text=answered["text"].text,
        )
        at = now - timedelta(hours=2 + number)
        recovering.recover(response.pk, fact=fact, key=f"demo:{response.pk}", at=at)


def _make_it_an_issue(manager: User, varna: Shop, heard: list[Feedback], *, now: datetime) -> Issue:
    today = timezone.localdate(now)
    theirs = Department.objects.filter(themes__slug="delivery").first() or heard[0].department
    issue = issues.open_issue(
        Told(
            title=TITLE,
            what=WHAT,
            department=theirs,
            owner=manager,
            due_on=today + 30 * DAY,
            figure={"measure": "csat", "aspect": "delivery", "shop": varna.pk},
            target=Decimal(80),
            since=today - 29 * DAY,
            until=today,
        ),
        by=manager,
        at=now - timedelta(hours=1),
        feedback=[one.pk for one in heard],
    )
    for what, days in STEPS:
        planning.add_step(issue, what=what, owner=manager, due_on=today + days * DAY)
    return issue
