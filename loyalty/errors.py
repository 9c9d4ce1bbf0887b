"""What the programme says no to. Each is part of the API: a stable code, a sentence, an HTTP status."""

from django.utils.translation import gettext_lazy as _

from crm.errors import Refusal


class UnknownMember(Refusal):
    code = "unknown-member"
    title = _("No such member is known.")
    status = 422


class NotEnoughPoints(Refusal):
    code = "not-enough-points"
    title = _("The member has fewer points than this costs.")


class NotEnoughHeld(Refusal):
    code = "not-enough-held"
    title = _("Fewer points are held than this would take.")


class UnknownHold(Refusal):
    code = "unknown-hold"
    title = _("No such hold is known.")
    status = 422


class LedgerKeyUsedOtherwise(Refusal):
    code = "ledger-key-used-otherwise"
    title = _("This operation is already recorded, and it was a different one.")


class AdjustmentNotApproved(Refusal):
    code = "adjustment-not-approved"
    title = _("The adjustment of points is not approved.")


class MoreTakenBackThanEarned(Refusal):
    code = "more-taken-back-than-earned"
    title = _("More points would be taken back than the purchase earned.")


class MoreGivenBackThanSpent(Refusal):
    code = "more-given-back-than-spent"
    title = _("More points would be given back than were spent.")


# By what the ledger's functions call them.
LEDGER_REFUSALS: dict[str, type[Refusal]] = {
    refusal.code: refusal
    for refusal in (
        UnknownMember,
        NotEnoughPoints,
        NotEnoughHeld,
        UnknownHold,
        LedgerKeyUsedOtherwise,
        AdjustmentNotApproved,
        MoreTakenBackThanEarned,
        MoreGivenBackThanSpent,
    )
}
