"""How a message that somebody waits for is sent, by kind of address: see crm.outgoing."""

from collections.abc import Mapping

from crm import outgoing
from crm.identity_kinds import IdentityKind

CARRIERS: Mapping[str, outgoing.Carrier] = {
    IdentityKind.EMAIL.value: outgoing.by_email,
}
