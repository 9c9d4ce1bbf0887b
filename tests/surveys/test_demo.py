"""The chapter about Varna: what it shows is what the figures say."""

from __future__ import annotations

import pytest
from django.utils import timezone

from crm.demo import company
from crm.models import Identity
from surveys.closing import measuring
from surveys.demo import answers, story
from surveys.models import Answer, Feedback, Invitation, Issue, Recovery, Trigger, Wave
from tests.factories.customers import CustomerFactory
from tests.factories.paper_channels import PaperAccountFactory

pytestmark = pytest.mark.django_db


def test_varna_fell_from_84_to_61_and_it_is_an_issue_with_a_plan() -> None:
    now, stage = timezone.now(), company.build()
    for number in range(80):
        CustomerFactory(language=("bg", "ru", "en")[number % 3])
    PaperAccountFactory(channel="email")

    story.tell(stage, now=now)
    story.tell(stage, now=now)

    assert (Trigger.objects.count(), Wave.objects.count()) == (3, 1)
    its = Issue.objects.get()
    assert its.before is not None
    assert (round(its.before["value"]), its.before["n"]) == (61, 64)
    today = timezone.localdate(now)
    before = measuring.measured(
        its.figure, since=today - 59 * measuring.A_DAY, until=today - 30 * measuring.A_DAY, at=now
    )
    assert (round(before["value"]), before["n"]) == (84, 64)
    fell = measuring.effect(before, its.before)
    assert fell is not None
    assert fell.is_change
    assert its.plan.count() == 2
    recommend = Answer.objects.filter(kind="nps")
    assert recommend.count() == answers.ASKED_TO_RECOMMEND
    assert recommend.filter(value__gte=9).count() == 42
    assert its.feedback.count() == Feedback.objects.count() > 5
    assert Recovery.objects.count() == story.CALLED
    assert not Identity.objects.filter(kind="external").exists()
    assert Invitation.objects.filter(answered_at=None).count() == 2 * (80 - 64)
