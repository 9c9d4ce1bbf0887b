"""Who reads the help centre of «Липа»: two months of visits, most of which needed no colleague."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from django.db import transaction

from support.help import sessions, voting
from support.models import Article, ArticleVersion, ArticleVote, HelpEvent, HelpSession

SEED, VISITS, DAYS = 20, 260, 60
DAY = timedelta(days=1)
Kind = HelpEvent.Kind


@dataclass(frozen=True)
class Question:
    """What is typed, in which language, and what it finds; nothing: there is no such article yet."""

    language: str
    words: str
    slug: str = ""


# The more often one stands here, the more often it is asked.
QUESTIONS = (
    *(Question("bg", "къде е пратката ми", "track-a-parcel"),) * 5,
    *(Question("ru", "где моя посылка", "track-a-parcel"),) * 4,
    *(Question("bg", "кога изтичат точките", "points-expire"),) * 3,
    *(Question("ru", "почему не пришли баллы", "points-missing"),) * 3,
    *(Question("bg", "връщане на стока", "return-goods"),) * 3,
    *(Question("ru", "вернуть чай", "return-goods"),) * 2,
    *(Question("bg", "цена на доставката", "delivery-ways-and-prices"),) * 2,
    Question("ru", "когда вернутся деньги", "refund-when"),
    Question("en", "where is my parcel", "track-a-parcel"),
    Question("ru", "как заваривать улун", "brew-tea"),
    Question("bg", "нивата в клуба", "tiers"),
    Question("bg", "абонамент за кафе"),
    Question("ru", "подписка на кофе"),
    Question("bg", "ваучер подарък по имейл"),
)
# What becomes of a visit that found something, and how often; where a parcel is people ask all the same.
ENDS = ("solved", "quiet", "quiet", "useful", "useless", "wrote")
ENDS_OF_PARCELS = (*ENDS, "wrote", "wrote", "useless")


@transaction.atomic
def read(*, now: datetime) -> None:
    """Once: a house that has visits already is left as it is."""
    if HelpSession.objects.exists():
        return
    random = Random(SEED)  # noqa: S311 - an invented shop
    asked = [random.choice(QUESTIONS) for _ in range(VISITS)]
    visits = HelpSession.objects.bulk_create(
        _visit(number, question, now - DAY * DAYS * (VISITS - number) / VISITS)
        for number, question in enumerate(asked)
    )
    ends = [random.choice(ENDS_OF_PARCELS if one.slug == "track-a-parcel" else ENDS) for one in asked]
    articles = Article.objects.in_bulk(field_name="slug")
    shown = dict(
        ArticleVersion.objects.filter(state=ArticleVersion.State.PUBLISHED).values_list("article", "pk")
    )
    told = list(zip(visits, asked, ends, strict=True))
    HelpEvent.objects.bulk_create(
        event for visit, one, end in told for event in _steps(visit, one, articles.get(one.slug), end)
    )
    ArticleVote.objects.bulk_create(
        _vote(visit, articles[one.slug], shown[articles[one.slug].pk], end)
        for visit, one, end in told
        if end in ("solved", "useful", "useless") and articles.get(one.slug)
    )
    _end(told)
    sessions.settle_due(at=now)


def _visit(number: int, question: Question, at: datetime) -> HelpSession:
    token = hashlib.sha256(f"reader {number} of an invented shop".encode()).hexdigest()
    return HelpSession(token_hash=token, language=question.language, started_at=at, last_at=at)


def _steps(visit: HelpSession, asked: Question, article: Article | None, end: str) -> Iterator[HelpEvent]:
    its = {"session": visit, "language": asked.language, "at": visit.started_at}
    yield HelpEvent(kind=Kind.SEARCHED, words=asked.words, found=3 if article else 0, **its)
    if article:
        yield HelpEvent(kind=Kind.OPENED, article=article, **its)
    if article and end == "solved":
        yield HelpEvent(kind=Kind.SOLVED, article=article, **its)
    if end == "wrote":
        yield HelpEvent(kind=Kind.ASKED, **its)


def _vote(visit: HelpSession, article: Article, version_pk: int, end: str) -> ArticleVote:
    is_no = end == "useless"
    return ArticleVote(
        article=article,
        version_id=version_pk,
        session=visit,
        source=voting.OURS,
        source_id=str(visit.pk),
        language=visit.language,
        answer=ArticleVote.Answer.NO if is_no else ArticleVote.Answer.YES,
        why=ArticleVote.Why.INCOMPLETE if is_no else "",
        voted_at=visit.started_at,
    )


def _end(told: list[tuple[HelpSession, Question, str]]) -> None:
    """What the visit itself remembers of its end."""
    for visit, asked, end in told:
        visit.solved_at = visit.started_at if end == "solved" and asked.slug else None
        visit.wrote_at = visit.started_at if end == "wrote" else None
    HelpSession.objects.bulk_update((visit for visit, *_rest in told), ["solved_at", "wrote_at"])
