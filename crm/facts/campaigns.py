from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from crm.facts.base import Fact, Group


@dataclass(frozen=True, kw_only=True)
class CampaignReached(Fact):
    """Something was done for them with many others; what it was stands beside it. Its subject is the campaign."""

    kind = "crm.campaign_reached"
    group = Group.PERSON
    icon = "users"
    sentence = _("Was part of the campaign “{campaign_name}”")
    called = _("Was part of a campaign")

    campaign_name: str
