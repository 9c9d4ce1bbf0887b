"""One field into which people type either a phone or an e-mail. Pure."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm.errors import Refusal
from crm.people.identifiers import identifier
from crm.people.identity_kinds import IdentityKind


class UnreadableAddress(Refusal):
    code = "unreadable-address"
    title = _("This is neither a phone nor an e-mail. Check it, please.")
    status = 422


def address_of(text: str, *, region: str) -> tuple[str, str]:
    """Its kind and its normal form; a local phone is read as people in `region` write it.

    Raises:
        UnreadableAddress
    """
    kind = IdentityKind.EMAIL if "@" in text else IdentityKind.PHONE
    try:
        return kind.value, identifier(kind).normal(text, region)
    except ValueError as error:
        raise UnreadableAddress from error
