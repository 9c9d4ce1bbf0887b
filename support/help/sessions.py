"""Visits to the help centre: what was looked for and read, and once 72 hours have passed, whether it was enough.

A visit belongs to a browser, by a token that only its signed cookie holds. It goes on until it is settled.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from crm.models import Customer, Message
from crm.people.same_person import ids_by
from support.help.stems import PERSONAL
from support.measures.deflection import WINDOW, Visit, outcome
from support.models import Article, ArticleVote, HelpEvent, HelpSession

Kind = HelpEvent.Kind
# The way out is not remembered longer than it takes to know the outcome.
LASTS = WINDOW
AT_ONCE = 500
LONGEST_WORDS = 120
INTENT = frozenset([Kind.SEARCHED, Kind.SUGGESTED, Kind.ASKED, Kind.SOLVED])
SAME_SEARCH = timedelta(seconds=60)


@transaction.atomic
def visit(token: str, *, language: str, at: datetime) -> HelpSession | None:
    """The visit of this browser, begun with its first step; None once it was settled: the next step begins another."""
    found, _is_new = HelpSession.objects.get_or_create(
        token_hash=hashlib.sha256(token.encode()).hexdigest(),
        defaults={"language": language[:5], "started_at": at, "last_at": at},
    )
    return found if found.settled_at is None else None


def searched(session: HelpSession, *, words: str, found: int, language: str, at: datetime) -> None:
    """Somebody typed these words, and so many articles were shown. Letter by letter it is one search."""
    kept = quiet(words)
    if not kept:
        return
    last = session.events.order_by("-pk").first()
    if last and last.kind == Kind.SEARCHED and at - last.at < SAME_SEARCH and _goes_on(last.words, kept):
        HelpEvent.objects.filter(pk=last.pk).update(words=kept, found=found, at=at)
        _go_on(session, at=at)
    else:
        _note(session, Kind.SEARCHED, language=language, at=at, words=kept, found=found)


def suggested(session: HelpSession, *, found: int, language: str, at: datetime) -> None:
    """Articles were shown before a question was sent. The question itself is not kept here."""
    if not session.events.filter(kind=Kind.SUGGESTED).exists():
        _note(session, Kind.SUGGESTED, language=language, at=at, found=found)


def opened(session: HelpSession, *, article: Article, language: str, at: datetime) -> None:
    """Counts once a visit."""
    told = {"language": language[:5], "at": at}
    _event, is_new = HelpEvent.objects.get_or_create(
        session=session, article=article, kind=Kind.OPENED, defaults=told
    )
    if is_new:
        _go_on(session, at=at)


def solved(session: HelpSession, *, article: Article | None, language: str, at: datetime) -> None:
    _note(session, Kind.SOLVED, language=language, at=at, article=article)
    HelpSession.objects.filter(pk=session.pk, settled_at=None).update(solved_at=at)


def wrote(session: HelpSession, *, customer: Customer | None, language: str, at: datetime) -> None:
    """They sent us a question after all. `customer` only where who they are was proved by a link of ours."""
    _note(session, Kind.ASKED, language=language, at=at)
    known = {"customer": customer} if customer else {}
    HelpSession.objects.filter(pk=session.pk, settled_at=None).update(wrote_at=at, **known)


@transaction.atomic
def settle_due(*, at: datetime) -> int:
    """Settle visits whose 72 hours are over; at most AT_ONCE. May be repeated. Returns how many."""
    due = list(
        HelpSession.objects.filter(settled_at=None, last_at__lte=at - WINDOW)
        .order_by("last_at")
        .select_for_update(skip_locked=True)[:AT_ONCE]
    )
    steps, judged = _steps(due), _judged(due)
    for session in due:
        done = steps[session.pk]
        votes = judged[session.pk]
        read = {article for kind, article in done if kind == Kind.OPENED}
        useless = {article for article, answer in votes if answer == ArticleVote.Answer.NO}
        seen = Visit(
            last_at=session.last_at,
            has_intent=bool(votes) or any(kind in INTENT for kind, _article in done),
            has_read=bool(read - useless),
            solved_at=session.solved_at,
            wrote_at=session.wrote_at,
            contacts=_contacts(session),
        )
        session.outcome, session.settled_at = outcome(seen, at=at) or "", at
    HelpSession.objects.bulk_update(due, ["outcome", "settled_at"])
    return len(due)


def quiet(words: str, *, longest: int = LONGEST_WORDS) -> str:
    """What was typed, without numbers and addresses: whose they are is nobody's business here."""
    return PERSONAL.sub("…", " ".join(words.split()))[:longest]


def _goes_on(before: str, now: str) -> bool:
    return now.startswith(before) or before.startswith(now)


def _note(
    session: HelpSession,
    kind: HelpEvent.Kind,
    *,
    language: str,
    at: datetime,
    article: Article | None = None,
    words: str = "",
    found: int | None = None,
) -> None:
    HelpEvent.objects.create(
        session=session, kind=kind, article=article, words=words, found=found, language=language[:5], at=at
    )
    _go_on(session, at=at)


def _go_on(session: HelpSession, *, at: datetime) -> None:
    HelpSession.objects.filter(pk=session.pk, settled_at=None).update(last_at=at)


def _steps(sessions: Sequence[HelpSession]) -> dict[int, list[tuple[str, int | None]]]:
    steps: dict[int, list[tuple[str, int | None]]] = defaultdict(list)
    events = HelpEvent.objects.filter(session__in=sessions).values_list("session", "kind", "article")
    for session, kind, article in events:
        steps[session].append((kind, article))
    return steps


def _judged(sessions: Sequence[HelpSession]) -> dict[int, list[tuple[int, str]]]:
    judged: dict[int, list[tuple[int, str]]] = defaultdict(list)
    votes = ArticleVote.objects.filter(session__in=sessions).values_list("session", "article", "answer")
    for session, article, answer in votes:
        judged[session].append((article, answer))
    return judged


def _contacts(session: HelpSession) -> tuple[datetime, ...]:
    """Known for those alone who told who they are."""
    if session.customer_id is None:
        return ()
    wrote: QuerySet[Message] = Message.objects.filter(
        customer__in=ids_by(session.customer_id),
        direction=Message.Direction.IN,
        occurred_at__range=(session.started_at, session.last_at + WINDOW),
    )
    return tuple(wrote.values_list("occurred_at", flat=True))
