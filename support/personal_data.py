"""What the desk keeps about a person: their matters, and what colleagues noted in them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Model, QuerySet
from django.utils.translation import gettext_lazy as _

from crm.personal_data import Erasing, Holding, Ids
from support.models import (
    AffectedPerson,
    ArticleVote,
    BotConversation,
    BotTurn,
    Draft,
    Goodwill,
    HelpEvent,
    HelpSession,
    IdentityCheck,
    IncidentGift,
    IncidentTelling,
    Note,
    Promise,
    QualityReview,
    ReturnCase,
    ScriptRun,
    SideConversation,
    SideMessage,
    Ticket,
)
from support.models.bot import BotConversationQuerySet

GONE = "—"


def _tickets(ids: Ids) -> QuerySet[Ticket]:
    return Ticket.objects.filter(customer__in=ids)


def _erase_tickets(erasing: Erasing) -> None:
    tickets = _tickets(erasing.ids).filter(erased_at=None)
    tickets.update(subject=GONE, last_words="", address="", erased_at=erasing.at)


def _notes(ids: Ids) -> QuerySet[Note]:
    return Note.objects.filter(ticket__customer__in=ids)


def _drafts(ids: Ids) -> QuerySet[Draft]:
    return Draft.objects.filter(ticket__customer__in=ids)


def _reviews(ids: Ids) -> QuerySet[QualityReview]:
    return QualityReview.objects.filter(ticket__customer__in=ids)


def _return_cases(ids: Ids) -> QuerySet[ReturnCase]:
    return ReturnCase.objects.filter(customer__in=ids)


def _erase_return_cases(erasing: Erasing) -> None:
    cases = _return_cases(erasing.ids).filter(erased_at=None)
    cases.update(comment="", answer="", erased_at=erasing.at)


def _of_tickets(model: type[Model]) -> Callable[[Ids], QuerySet[Any]]:
    """Rows that stand in tickets of the person."""
    return lambda ids: model._default_manager.filter(ticket__customer__in=ids)


def _bot_conversations(ids: Ids) -> BotConversationQuerySet:
    return BotConversation.objects.filter(customer__in=ids)


def _bot_turns(ids: Ids) -> QuerySet[BotTurn]:
    return BotTurn.objects.filter(conversation__customer__in=ids)


def _erase_bot_conversations(erasing: Erasing) -> None:
    """Nobody is waited for any more."""
    talks = _bot_conversations(erasing.ids)
    talks.update(address="", external_id="")
    talks.talking().update(state=BotConversation.State.ENDED)


def _visits(ids: Ids) -> QuerySet[HelpSession]:
    return HelpSession.objects.filter(customer__in=ids)


def _steps_of_visits(ids: Ids) -> QuerySet[HelpEvent]:
    return HelpEvent.objects.filter(session__customer__in=ids)


def _erase_visits(erasing: Erasing) -> None:
    """What was read stays counted; whose it was and what they typed goes."""
    visits = _visits(erasing.ids)
    ArticleVote.objects.filter(session__in=visits).update(words="")
    _steps_of_visits(erasing.ids).update(words="")
    visits.update(customer=None)


def _of_customers(model: type[Model]) -> Callable[[Ids], QuerySet[Any]]:
    """Rows about the person, without a word of theirs."""
    return lambda ids: model._default_manager.filter(customer__in=ids)


def _side_messages(ids: Ids) -> QuerySet[SideMessage]:
    return SideMessage.objects.filter(conversation__ticket__customer__in=ids)


HOLDINGS = (
    Holding(
        name="searches_in_the_help_centre",
        title=_("What you looked for in the help centre"),
        model=HelpEvent,
        rows=_steps_of_visits,
        tells=("at", "kind", "words"),
    ),
    Holding(
        name="visits_to_the_help_centre",
        title=_("When you visited the help centre"),
        model=HelpSession,
        rows=_visits,
        tells=("started_at", "last_at", "outcome"),
        erase=_erase_visits,
    ),
    Holding(
        name="questions_to_the_bot",
        title=_("What you asked the answer bot"),
        model=BotTurn,
        rows=_bot_turns,
        tells=("asked_at", "asked", "said", "kind"),
        traces=("asked", "said"),
        erase=lambda erasing: _bot_turns(erasing.ids).update(asked="", said=""),
    ),
    Holding(
        name="conversations_with_the_bot",
        title=_("When you talked to the answer bot"),
        model=BotConversation,
        rows=_bot_conversations,
        tells=("started_at", "state", "handed_over_at", "handled_at", "confirmed_at"),
        traces=("address", "external_id"),
        erase=_erase_bot_conversations,
    ),
    Holding(
        name="promises",
        title=_("What we promised you"),
        model=Promise,
        rows=_of_tickets(Promise),
        tells=("made_at", "what", "due_at", "kept_at"),
        traces=("what",),
        erase=lambda erasing: _of_tickets(Promise)(erasing.ids).update(what=GONE),
    ),
    Holding(
        name="goodwill",
        title=_("What we gave you to make up for something"),
        model=Goodwill,
        rows=_of_tickets(Goodwill),
        tells=("given_at", "points", "coupon_name", "reason"),
        traces=("reason",),
        erase=lambda erasing: _of_tickets(Goodwill)(erasing.ids).update(reason=GONE),
    ),
    Holding(
        name="incidents",
        title=_("What went wrong for many, and touched your orders"),
        model=AffectedPerson,
        rows=_of_customers(AffectedPerson),
        tells=("found_at", "gone_at"),
    ),
    Holding(
        name="words_about_incidents",
        title=_("What we wrote to you about it"),
        model=IncidentTelling,
        rows=_of_customers(IncidentTelling),
        tells=("told_at", "why_not"),
    ),
    Holding(
        name="points_for_incidents",
        title=_("Points that made up for it"),
        model=IncidentGift,
        rows=_of_customers(IncidentGift),
        tells=("given_at", "goodwill__points"),
    ),
    Holding(
        name="identity_checks",
        title=_("When we asked on the phone who you are"),
        model=IdentityCheck,
        rows=_of_tickets(IdentityCheck),
        tells=("asked_at", "right", "wrong", "passed_at"),
    ),
    Holding(
        name="questions_to_departments",
        title=_("What departments were asked about your questions"),
        model=SideConversation,
        rows=_of_tickets(SideConversation),
        tells=("asked_at", "subject"),
        traces=("subject",),
        erase=lambda erasing: _of_tickets(SideConversation)(erasing.ids).update(subject=GONE),
    ),
    Holding(
        name="messages_of_departments",
        title=_("What colleagues and departments told one another about your questions"),
        model=SideMessage,
        rows=_side_messages,
        tells=("written_at", "text"),
        traces=("text",),
        erase=lambda erasing: _side_messages(erasing.ids).update(text=GONE),
    ),
    Holding(
        name="return_cases",
        title=_("What you wished to return"),
        model=ReturnCase,
        rows=_return_cases,
        tells=("requested_at", "state", "why", "comment", "answer", "refunded_at"),
        traces=("comment",),
        erase=_erase_return_cases,
    ),
    Holding(
        name="played_scripts",
        title=_("When colleagues went by a prepared conversation with you"),
        model=ScriptRun,
        rows=_of_tickets(ScriptRun),
        tells=("started_at", "ended_at", "outcome"),
    ),
    Holding(
        name="drafts_of_answers",
        title=_("Answers that colleagues have begun"),
        model=Draft,
        rows=_drafts,
        tells=("saved_at", "text"),
        traces=("text",),
        erase=lambda erasing: _drafts(erasing.ids).delete(),
    ),
    Holding(
        name="reviews_of_answers",
        title=_("How our answers to you were reviewed"),
        model=QualityReview,
        rows=_reviews,
        tells=("reviewed_at", "comment"),
        traces=("comment",),
        erase=lambda erasing: _reviews(erasing.ids).update(comment=""),
    ),
    Holding(
        name="notes_of_tickets",
        title=_("What colleagues noted about your questions"),
        model=Note,
        rows=_notes,
        tells=("written_at", "text"),
        traces=("text",),
        erase=lambda erasing: _notes(erasing.ids).update(text=GONE),
    ),
    Holding(
        name="tickets",
        title=_("What you asked us"),
        model=Ticket,
        rows=_tickets,
        tells=("opened_at", "subject", "category", "channel", "address", "resolved_at"),
        traces=("address", "subject"),
        erase=_erase_tickets,
    ),
)
