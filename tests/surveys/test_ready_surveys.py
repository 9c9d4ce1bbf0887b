"""The surveys that come with the house can be asked as they are, in three languages."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from surveys import content, ready
from surveys.models import Survey, SurveyVersion
from surveys.ready import ReadySurvey
from surveys.writing import adopting, authoring, checking
from tests.factories.shops import NOON


def test_every_file_is_listed() -> None:
    assert {file.stem for file in Path(ready.__file__).parent.glob("*.toml")} == set(ready.READY)


@pytest.mark.parametrize("its", ready.surveys(), ids=lambda its: its.slug)
def test_each_can_be_asked_in_every_language(its: ReadySurvey) -> None:
    told = its.content()

    assert [(fault.pointer, str(fault.detail)) for fault in checking.faults(told)] == []
    assert checking.advice(content.read(told)) == []
    assert content.read(told).languages() == list(content.LANGUAGES)


@pytest.mark.django_db
def test_they_are_adopted_once_and_what_was_changed_stays() -> None:
    call_command("add_ready_surveys", stdout=StringIO())
    assert SurveyVersion.objects.count() == len(ready.READY)
    authoring.publish(SurveyVersion.objects.get(survey__slug="delivery"), by=None, at=NOON)
    Survey.objects.filter(slug="leaving").update(names={"en": "Ours"})

    assert adopting.adopt(by=None, at=NOON) == []
    assert Survey.objects.get(slug="leaving").names == {"en": "Ours"}


@pytest.mark.django_db
def test_the_survey_among_colleagues_is_anonymous_and_opens_no_ticket() -> None:
    adopting.adopt(by=None, at=NOON)

    its = Survey.objects.get(slug="colleagues")
    assert (its.budget, its.is_anonymous, its.opens_tickets) == ("staff", True, False)
