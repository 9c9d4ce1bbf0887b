from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from crm.facts.base import Fact, Group
from crm.people.identity_kinds import IdentityKind


@dataclass(frozen=True, kw_only=True)
class CustomerJoined(Fact):
    kind = "crm.customer_joined"
    group = Group.PERSON
    icon = "user"
    sentence = _("First known to us, through {shop_name}")

    shop_name: str


@dataclass(frozen=True, kw_only=True)
class IdentityAdded(Fact):
    kind = "crm.identity_added"
    group = Group.PERSON
    icon = "link"
    sentence = _("Can now be recognised by: {channel_name}")

    identity_kind: str

    @property
    def channel_name(self) -> object:
        return IdentityKind(self.identity_kind).label if self.identity_kind else ""


@dataclass(frozen=True, kw_only=True)
class NoteWritten(Fact):
    kind = "crm.note_written"
    group = Group.NOTES
    icon = "note"
    sentence = "{text}"
    personal = frozenset({"text"})

    text: str
