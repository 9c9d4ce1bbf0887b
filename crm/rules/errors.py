from django.utils.translation import gettext_lazy as _

from crm.errors import Refusal


class UnusableConditions(Refusal):
    """Each fault points to its place in the tree and says what to do."""

    code = "unusable-conditions"
    title = _("The conditions cannot be used as they are.")
    status = 422
