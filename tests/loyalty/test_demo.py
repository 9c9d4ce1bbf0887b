"""The demo's chapter about points: what visitors are shown is there."""

from datetime import timedelta

import pytest
from django.utils import timezone

from crm.demo import characters, company, plots
from loyalty.demo import club, stories
from loyalty.models import Lot, Member, MemberTier, Proof, Transaction


@pytest.fixture
def told(db: None) -> None:
    now = timezone.now()
    stage = company.build()
    programme = club.open_club(stage.manager, started_at=now - timedelta(days=stories.AGE_DAYS["small"]))
    plots.tell(stage, now=now)
    stories.tell(stage, programme, now=now, progress=lambda *step: None)


def member(who: characters.Character) -> Member:
    return Member.objects.get(customer__family_name=who.family_name)


def test_the_characters_are_members_with_stories(told: None) -> None:
    vera, kalina = member(characters.VERA), member(characters.KALINA)

    sunday = Lot.objects.get(wallet=vera.pk, points=140).expires_at - timedelta(seconds=1)
    assert sunday.astimezone(plots.HERE).isoweekday() == 7
    assert MemberTier.objects.get(member=kalina, ended_at=None).tier.slug == "gold"
    assert Transaction.objects.filter(wallet=kalina.pk, kind=Transaction.Kind.REVERSE).count() == 1
    assert (Proof.objects.latest("pk").violations_count, stories.told()) == (0, True)


def test_a_chapter_told_again_changes_nothing(told: None) -> None:
    before = Transaction.objects.count()
    stage = company.build()
    programme = club.open_club(stage.manager, started_at=timezone.now())

    stories.tell(stage, programme, now=timezone.now(), progress=lambda *step: None)

    assert Transaction.objects.count() == before
