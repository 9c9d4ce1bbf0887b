"""Two months of answers about the delivery in Varna: 84 of a hundred were satisfied, then 61; and who recommends us.

Written at once.
"""

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
class Asked:
    """The question that has a number for an answer."""

    kind: str
    aspect: str
    low: int
    high: int
    unhappy: int
    wording: str


SATISFIED = Asked("csat", "delivery", 1, 5, 2, "Доколко сте доволни от доставката?")
RECOMMENDS = Asked("nps", "", 0, 10, 6, "Бихте ли ни препоръчали на приятел или колега?")
# Of those who were asked whether they would recommend «Липа», over a quarter.
RECOMMENDED = (10, 9, 9, 8, 10, 6, 9, 10, 7, 9)
QUARTER, ASKED_TO_RECOMMEND = timedelta(days=85), 60


@dataclass(frozen=True)
class _Said:
    """One answer to come: who, when, how much, in which words."""

    person: Customer
    at: datetime
    value: int
    words: str
    asked: Asked = SATISFIED

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


def tell_who_recommends(version: SurveyVersion, *, shop: Shop, now: datetime) -> None:
    """Most would: some come back for no other reason."""
    people = Customer.objects.filter(erased_at=None, merged_into=None).order_by("-pk")[:ASKED_TO_RECOMMEND]
    said = [
        _Said(
            person,
            now - QUARTER * ((number + 1) / (ASKED_TO_RECOMMEND + 1)),
            RECOMMENDED[number % len(RECOMMENDED)],
            "",
            RECOMMENDS,
        )
        for number, person in enumerate(people)
    ]
    _write(version, said, shop=shop)


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
    scores = [_answer(response, one, question="score", kind=one.asked.kind) for one, response in told]
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
        source_id=f"{version.survey.slug}:{person.pk}:{at:%Y-%m-%d}",
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
    is_score = kind != "text"
    return Answer(
        response=response,
        question=question,
        kind=kind,
        aspect=one.asked.aspect if is_score else "",
        value=one.value if is_score else None,
        scale_low=one.asked.low if is_score else None,
        scale_high=one.asked.high if is_score else None,
        text="" if is_score else one.words,
        wording=one.asked.wording if is_score else "Разкажете ни повече, ако желаете.",
        language=one.language,
        answered_at=one.at,
    )


def _entry(version: SurveyVersion, one: _Said, response: Response) -> Told:
    """As a past that is known: nobody is called for what was a month ago."""
    fact = SurveyAnswered(
        survey_slug=version.survey.slug,
        survey_name=version.survey.name_in(one.language),
        measure=one.asked.kind,
        value=one.value,
        scale_high=one.asked.high,
        is_unhappy=one.value <= one.asked.unhappy,
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
