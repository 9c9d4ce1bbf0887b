"""What is refused about incidents."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm.errors import Refusal


class NotADraft(Refusal):
    code = "incident-is-no-draft"
    title = _("This was announced already: it can no longer be changed.")


class NotGoingOn(Refusal):
    code = "incident-is-not-going-on"
    title = _("This incident was not announced yet, or is over.")


class NoticeIsOut(Refusal):
    code = "incident-notice-is-out"
    title = _("This notice went out already.")


class NoticeAtWork(Refusal):
    code = "incident-notice-at-work"
    title = _("People are still being told. Wait until that is done, or stop it.")


class NothingIsGoingOut(Refusal):
    code = "incident-notice-not-at-work"
    title = _("Nobody is being told at the moment.")


class UnfinishedWords(Refusal):
    """With a fault for each text that is missing or cannot be filled in."""

    code = "incident-words-unfinished"
    title = _("The words are not finished in every language.")
    status = 422


class EverybodyAffected(Refusal):
    code = "incident-affects-everybody"
    title = _("Say which orders are affected: as it stands, it would be every order there ever was.")
    status = 422


class TicketOfAnotherIncident(Refusal):
    code = "ticket-of-another-incident"
    title = _("This ticket belongs to another incident that is going on.")


class GoodwillAskedAlready(Refusal):
    code = "incident-goodwill-asked-already"
    title = _("Goodwill for this incident was asked for already.")


class BudgetTooSmall(Refusal):
    """`needs`: what it would cost, `currency` of it."""

    code = "incident-budget-too-small"
    title = _("The budget does not suffice for everybody affected.")
    status = 422


class NobodyToGive(Refusal):
    code = "nobody-to-give-goodwill"
    title = _("Nobody affected has an account of points.")
    status = 422


class NotYoursToApprove(Refusal):
    code = "not-yours-to-approve-goodwill"
    title = _("Somebody else has to decide about this goodwill.")
    status = 403


class GoodwillDecided(Refusal):
    code = "incident-goodwill-decided"
    title = _("This goodwill was decided already.")
