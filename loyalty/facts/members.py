from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from crm.facts import Fact, Group


@dataclass(frozen=True, kw_only=True)
class MemberJoined(Fact):
    kind = "loyalty.member_joined"
    group = Group.POINTS
    icon = "star"
    mood = "good"
    sentence = _("Membership began: {programme_name}")

    programme_name: str
    joined_through: str
