"""What the till page says no to."""

from django.utils.translation import gettext_lazy as _

from crm.errors import Refusal


class UnreadableAmount(Refusal):
    code = "unreadable-amount"
    title = _("Type the amount as on the receipt, such as 12.50, or several: 12.50 + 7.90.")
    status = 422


class NothingReturned(Refusal):
    code = "nothing-returned"
    title = _("Say what comes back: a quantity of at least one line, or a sum.")
    status = 422


class SumTooLarge(Refusal):
    code = "sum-too-large"
    title = _("More would come back than is left of this purchase.")


class OperationDiffers(Refusal):
    code = "operation-differs"
    title = _("This was entered already, and it was something else. Begin anew.")


class NotSigned(Refusal):
    """Nothing of it is believed."""

    code = "not-signed-by-a-till"
    title = _(
        "No till of ours signed this, or its time has run out. Find the member and enter the purchase anew."
    )
    status = 401


class MayNotServe(Refusal):
    code = "may-not-serve"
    title = _("Whoever entered this serves in this shop no longer. Ask a manager to enter the purchase.")
    status = 403


class NobodyMeant(Refusal):
    code = "nobody-meant"
    title = _("No member is found by what was typed. Find the member and enter the purchase anew.")
    status = 422


class SeveralMeant(Refusal):
    code = "several-meant"
    title = _("Several members are found by what was typed. Find the right one and enter the purchase anew.")
    status = 422


class SoldTooLongAgo(Refusal):
    code = "sold-too-long-ago"
    title = _("This was entered more than seven days ago. Ask a manager to enter the purchase.")
    status = 422


class TooManyOfflinePoints(Refusal):
    """`limit` is what the shop allows."""

    code = "too-many-offline-points"
    title = _("Without a connection this shop lets fewer points pay. Enter the purchase anew, without them.")
    status = 422
