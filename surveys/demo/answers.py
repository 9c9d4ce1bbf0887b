"""Two months of answers about the delivery in Varna: 84 of a hundred were satisfied, then 61. Written at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from crm import timeline
from crm.models import Customer, Shop
from crm.timeline import Told
from surveys.demo.questions import SOURCE
from surveys.facts import SurveyAnswered
from surveys.models import Answer, Invitation, Response, SurveyVersion

MONTH, ANSWERED, NOT_ANSWERED = timedelta(days=30), 64, 96
# Satisfied of ANSWERED, a month ago and now: 84 % and 61 %.
SATISFIED_THEN, SATISFIED_NOW = 54, 39
WORDS = {
    "bg": (
        "Куриерът закъсня с два дни и никой не се обади.",
        "Пратката стоя три дни в офиса във Варна.",
        "Чаках цял ден, дойдоха чак вечерта.",
        "Доставката закъсня, подаръкът вече не беше нужен.",
    ),
    "ru": (
        "Курьер опоздал на два дня и не позвонил.",
        "Посылка три дня лежала на складе в Варне.",
        "Доставку перенесли дважды, никто не предупредил.",
    ),
    "en": ("The courier came two days late, and nobody called.",),
}


@dataclass(frozen=True)
class _Said:
    """One answer to come: who, when, how many of five, in which words."""

    person: Customer
    at: datetime
    value: int
    words: str

    @property
    def language(self) -> str:
        return self.person.language or "bg"


def tell(version: SurveyVersion, *, shop: Shop, now: datetime) -> list[int]:
    """The unhappy words of this month, by the number of their response."""
    people = list(
        Customer.objects.filter(erased_at=None, merged_into=None).order_by("pk")[: ANSWERED + NOT_ANSWERED]
    )
    for ends, satisfied in ((now - MONTH, SATISFIED_THEN), (now, SATISFIED_NOW)):
        said = [_said(person, number, satisfied, ends) for number, person in enumerate(people[:ANSWERED])]
        answers = _write(version, said, shop=shop)
        _silent(version, people[ANSWERED:], shop=shop, ends=ends)
    return [one.response_id for one in answers if one.text]


def _said(person: Customer, number: int, satisfied: int, ends: datetime) -> _Said:
    """Spread over the month, and mixed: the unhappy are not the last."""
    place = number * 37 % ANSWERED
    is_satisfied = place < satisfied
    value = (5, 4)[number % 2] if is_satisfied else (2, 1, 3)[number % 3]
    words = WORDS.get(person.language or "bg", WORDS["bg"])
    said = "" if is_satisfied or number % 2 else words[number % len(words)]
    return _Said(person, ends - timedelta(days=1 + number * 27 / ANSWERED, minutes=7 * number), value, said)


def _write(version: SurveyVersion, said: Sequence[_Said], *, shop: Shop) -> list[Answer]:
    invitations = Invitation.objects.bulk_create(
        _invitation(version, one.person, shop=shop, at=one.at, answered_at=one.at) for one in said
    )
    responses = Response.objects.bulk_create(
        _response(version, one, invitation) for one, invitation in zip(said, invitations, strict=True)
    )
    told = list(zip(said, responses, strict=True))
    scores = [_answer(response, one, question="score", kind="csat") for one, response in told]
    words = [_answer(response, one, question="words", kind="text") for one, response in told if one.words]
    Answer.objects.bulk_create([*scores, *words])
    timeline.record_all([_entry(version, one, response) for one, response in told])
    return words


def _silent(version: SurveyVersion, people: Sequence[Customer], *, shop: Shop, ends: datetime) -> None:
    Invitation.objects.bulk_create(
        _invitation(version, person, shop=shop, at=ends - timedelta(days=1 + number % 27))
        for number, person in enumerate(people)
    )


def _invitation(
    version: SurveyVersion, person: Customer, *, shop: Shop, at: datetime, answered_at: datetime | None = None
) -> Invitation:
    asked_at = at - timedelta(hours=3)
    return Invitation(
        version=version,
        customer=person,
        budget=version.survey.budget,
        window=(asked_at, asked_at + timedelta(days=20)),
        shop=shop,
        channel="email",
        source=SOURCE,
        source_id=f"delivery:{person.pk}:{at:%Y-%m-%d}",
        asked_at=asked_at,
        delivered_at=asked_at,
        opened_at=answered_at,
        answered_at=answered_at,
        reminded_at=asked_at,
        expires_at=asked_at + timedelta(days=version.survey.valid_days),
    )


def _response(version: SurveyVersion, one: _Said, invitation: Invitation) -> Response:
    return Response(
        version=version,
        invitation=invitation,
        customer=one.person,
        shop=invitation.shop,
        language=one.language,
        channel="email",
        source="invitation",
        source_id=f"{invitation.pk}",
        answered_at=one.at,
        recorded_at=one.at,
        settled_at=one.at,
    )


def _answer(response: Response, one: _Said, *, question: str, kind: str) -> Answer:
    is_score = kind == "csat"
    return Answer(
        response=response,
        question=question,
        kind=kind,
        aspect="delivery" if is_score else "",
        value=one.value if is_score else None,
        scale_low=1 if is_score else None,
        scale_high=5 if is_score else None,
        text="" if is_score else one.words,
        wording="Доколко сте доволни от доставката?" if is_score else "Разкажете ни повече, ако желаете.",
        language=one.language,
        answered_at=one.at,
    )


def _entry(version: SurveyVersion, one: _Said, response: Response) -> Told:
    """As a past that is known: nobody is called for what was a month ago."""
    fact = SurveyAnswered(
        survey_slug=version.survey.slug,
        survey_name=version.survey.name_in(one.language),
        measure="csat",
        value=one.value,
        scale_high=5,
        is_unhappy=one.value <= 2,
        text=one.words,
    )
    return Told(
        fact=fact,
        customer_id=one.person.pk,
        occurred_at=one.at,
        source="surveys",
        source_id=f"response:{response.pk}",
        shop_id=response.shop_id,
        channel="email",
        direction="in",
        subject=response,
        language=one.language,
        is_history=True,
    )
