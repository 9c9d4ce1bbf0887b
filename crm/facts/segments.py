from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from crm.facts.base import Fact, Group


@dataclass(frozen=True, kw_only=True)
class SegmentEntered(Fact):
    """The subject of its entry is the segment; `segment_id` says the same to shops that read the feed."""

    kind = "crm.segment_entered"
    group = Group.PERSON
    icon = "users"
    sentence = _("Is now in the segment “{segment_name}”")

    segment_id: int
    segment_name: str


@dataclass(frozen=True, kw_only=True)
class SegmentLeft(Fact):
    kind = "crm.segment_left"
    group = Group.PERSON
    icon = "users"
    sentence = _("Is no longer in the segment “{segment_name}”")

    segment_id: int
    segment_name: str
