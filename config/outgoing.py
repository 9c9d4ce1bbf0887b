"""How a message that somebody waits for is sent, by kind of address: see crm.messages.outgoing."""

from collections.abc import Mapping

from crm.messages import outgoing
from crm.people.identity_kinds import IdentityKind

CARRIERS: Mapping[str, outgoing.Carrier] = {
    IdentityKind.EMAIL.value: outgoing.by_email,
}
