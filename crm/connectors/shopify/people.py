"""Who somebody is for Shopify."""

from __future__ import annotations

from crm.connectors.base import PersonGiven
from crm.connectors.values import Told, id_of, text_of
from crm.people.identification import Hint
from crm.people.identity_kinds import IdentityKind


def person_of(customer: Told, address: Told) -> PersonGiven:
    """What the account does not say, the address may. What somebody typed at a checkout proves nothing."""

    def said(name: str, longest: int) -> str:
        return text_of(customer.get(name), longest) or text_of(address.get(name), longest)

    signs = (
        (IdentityKind.EXTERNAL, id_of(customer["id"]) if customer.get("id") else ""),
        (IdentityKind.EMAIL, said("email", 254)),
        (IdentityKind.PHONE, said("phone", 254)),
    )
    names = {"given_name": said("first_name", 100), "family_name": said("last_name", 100)}
    return PersonGiven(
        hints=[Hint(kind=kind.value, value=value) for kind, value in signs if value],
        details={name: value for name, value in names.items() if value},
    )
