"""What is written before anybody is told: the incident itself, and the words of its next notice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from crm import rules
from crm.errors import Fault
from crm.models import Message, Shop, User
from crm.notices import Notice, notice_named
from crm.notices.base import Words
from crm.rules.fields import always
from crm.words import rendering, text_checks
from crm.words.plain_text import plain
from crm.words.rendering import UnusableText
from crm.words.text_checks import Vocabulary
from support.incidents.errors import NotADraft, NotGoingOn, UnfinishedWords
from support.models import Incident, IncidentNotice, IncidentProposal, Script

LANGUAGES: Sequence[str] = [code for code, _name in settings.LANGUAGES]
TEXTS = ("subject", "long", "short")
Kind = IncidentNotice.Kind
GOES_BY: Mapping[str, Sequence[str]] = {"long": ("email", "telegram", "viber"), "short": ("sms",)}
# Not everybody told us their name.
SOMETIMES_UNKNOWN = {"customer.first_name"}
# Where a condition begins: never with every order there ever was.
OPEN_ORDERS_OF_THE_DAY = {
    "all": [
        {"field": "order.progress", "op": "in", "value": ["placed", "paid"]},
        {"field": "order.placed_at", "op": "within_last_days", "value": 1},
    ]
}


@dataclass(frozen=True, kw_only=True)
class Told:
    """What a draft says of an incident. `affected` and `links` are trees, see crm.rules."""

    names: Mapping[str, str]
    affected: Any
    began_at: datetime
    shop: Shop | None = None
    summary: str = ""
    script: Script | None = None
    links: Any = None
    link_words: Sequence[str] = ()
    public_words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@transaction.atomic
def draft(told: Told, *, by: User | None, at: datetime, proposal: IncidentProposal | None = None) -> Incident:
    """Begin a draft with the words of a first notice. Not idempotent.

    Raises:
        UnusableConditions, UnfinishedWords: nothing is kept.
    """
    incident = Incident(created_by=by, created_at=at)
    _take(incident, told)
    incident.save()
    notice_of(incident, by=by, at=at)
    if proposal:
        IncidentProposal.objects.filter(pk=proposal.pk, decided_at=None).update(
            incident=incident, decided_at=at, decided_by=by
        )
    return incident


@transaction.atomic
def change(incident: Incident, told: Told, *, at: datetime) -> Incident:
    """Say it otherwise. Whom it touches and what belongs to it may change while it goes on, never what was sent.

    Locks the incident's row.

    Raises:
        NotADraft: it is over.
        UnusableConditions, UnfinishedWords: nothing is changed.
    """
    locked = hold(incident)
    if locked.state == Incident.State.RESOLVED:
        raise NotADraft
    _take(locked, told)
    locked.save()
    return locked


@transaction.atomic
def show(incident: Incident, *, on: bool, at: datetime) -> Incident:
    """Let the status page say it, or no more. Again: nothing changes. Locks the incident's row.

    Raises:
        UnfinishedWords: there are no public words yet.
    """
    locked = hold(incident)
    if on and not locked.public_in("")["title"]:
        raise UnfinishedWords(Fault(pointer="/public_words", detail=_("Write the words of the status page.")))
    if on != (locked.shown_at is not None):
        locked.shown_at = at if on else None
        locked.save(update_fields=["shown_at"])
    return locked


@transaction.atomic
def write(
    notice: IncidentNotice, *, texts: Mapping[str, Words], purpose: str = "", at: datetime
) -> IncidentNotice:
    """Keep the words of a draft of a notice, finished or not. Locks the incident's row.

    Raises:
        NotADraft: it went out.
        UnfinishedWords: something cannot be filled in; nothing is kept.
    """
    hold(notice.incident)
    notice = IncidentNotice.objects.select_for_update(no_key=True, of=("self",)).get(pk=notice.pk)
    if notice.state != IncidentNotice.State.DRAFT:
        raise NotADraft
    told = {
        language: {name: plain(getattr(words, name)) for name in TEXTS} for language, words in texts.items()
    }
    if faults := list(_unusable(told, catalogue_of(notice))):
        raise UnfinishedWords(*faults)
    notice.texts = told
    is_last = notice.kind == Kind.RESOLVED
    notice.purpose = Message.Purpose.SERVICE if is_last or not purpose else purpose
    notice.moved_at = at
    notice.save(update_fields=["texts", "purpose", "moved_at"])
    return notice


@transaction.atomic
def notice_of(
    incident: Incident, *, by: User | None, at: datetime, kind: str | None = None
) -> IncidentNotice:
    """The notice that is being written, begun with the words of the house where there is none. Locks the incident.

    `kind`: without it the first word while it is a draft, then another one.

    Raises:
        NotGoingOn: the incident is over.
    """
    locked = hold(incident)
    standing = locked.notices.filter(state=IncidentNotice.State.DRAFT).first()
    if standing:
        return standing
    if locked.state == Incident.State.RESOLVED:
        raise NotGoingOn
    its = kind or (Kind.FIRST if locked.is_draft else Kind.AGAIN)
    return IncidentNotice.objects.create(
        incident=locked,
        kind=its,
        texts=beginning(its),
        started_by=by,
        created_at=at,
        moved_at=at,
    )


def beginning(kind: str) -> dict[str, dict[str, str]]:
    """The words that a notice begins with."""
    its = _catalogue(kind)
    return {language: {name: getattr(its.words[language], name) for name in TEXTS} for language in LANGUAGES}


def catalogue_of(notice: IncidentNotice) -> Notice:
    """Which of crm.notices it goes out as."""
    return _catalogue(notice.kind)


def words_of(notice: IncidentNotice) -> dict[str, Words]:
    return {language: Words(**words) for language, words in notice.texts.items()}


def refuse_unfinished(notice: IncidentNotice) -> None:
    """Raises UnfinishedWords: with a fault for each text that is missing, or is not fit for customers."""
    missing = [
        Fault(pointer=f"/texts/{language}/{name}", detail=_("Nothing stands here yet."))
        for language in LANGUAGES
        for name in TEXTS
        if not notice.texts.get(language, {}).get(name)
    ]
    if faults := [*missing, *_unfit(notice.texts, catalogue_of(notice))]:
        raise UnfinishedWords(*faults)


def hold(incident: Incident) -> Incident:
    """The incident anew, its row locked (FOR NO KEY UPDATE) until the transaction ends."""
    return Incident.objects.select_for_update(no_key=True, of=("self",)).get(pk=incident.pk)


def _catalogue(kind: str) -> Notice:
    return notice_named("incident_over" if kind == Kind.RESOLVED else "incident")


def _take(incident: Incident, told: Told) -> None:
    rules.check(told.affected, "order")
    if told.links is not None:
        rules.check(told.links, "ticket")
    names = {language: plain(name)[:120] for language, name in told.names.items() if plain(name)}
    if not names:
        raise UnfinishedWords(Fault(pointer="/names", detail=_("Give it a name in at least one language.")))
    incident.names = names
    incident.summary, incident.script = plain(told.summary), told.script
    # A rule that asks for nothing would link every ticket there is.
    incident.affected, incident.links = told.affected, None if told.links == always() else told.links
    incident.link_words = [word for word in (plain(word).casefold() for word in told.link_words) if word]
    incident.public_words = {
        language: {"title": plain(words.get("title", ""))[:160], "text": plain(words.get("text", ""))}
        for language, words in told.public_words.items()
        if plain(words.get("title", ""))
    }
    incident.began_at, incident.shop = told.began_at, told.shop


def _unfit(texts: Mapping[str, Mapping[str, str]], its: Notice) -> Iterator[Fault]:
    """See crm.words.text_checks: gaps that nothing fills, or not always; words of the trade; too long a text."""
    vocabulary = Vocabulary(
        names=its.names(),
        always=its.names().keys() - SOMETIMES_UNKNOWN,
        samples={language: its.samples(language) for language in LANGUAGES},
    )
    for language, words in texts.items():
        for name, text in words.items():
            for fault in text_checks.faults(
                text, language=language, vocabulary=vocabulary, channels=GOES_BY.get(name, ())
            ):
                yield Fault(pointer=f"/texts/{language}/{name}", detail=fault.detail)


def _unusable(texts: Mapping[str, Mapping[str, str]], its: Notice) -> Iterator[Fault]:
    for language, words in texts.items():
        for name, text in words.items():
            try:
                rendering.check(text, names=its.names(), language=language)
            except UnusableText as unusable:
                for fault in unusable.faults:
                    yield Fault(pointer=f"/texts/{language}/{name}", detail=fault.detail)
