from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from crm.facts.base import Fact, Group
from crm.facts.messages import OnChannel


@dataclass(frozen=True, kw_only=True)
class ChannelLinked(OnChannel, Fact):
    """The person showed, with a one-time code, that they are the one who writes there."""

    kind = "crm.channel_linked"
    group = Group.PERSON
    icon = "link"
    sentence = _("Linked with a code: {channel_said}")


@dataclass(frozen=True, kw_only=True)
class ChannelUnlinked(OnChannel, Fact):
    kind = "crm.channel_unlinked"
    group = Group.PERSON
    icon = "link"
    sentence = _("No longer linked: {channel_said}")
