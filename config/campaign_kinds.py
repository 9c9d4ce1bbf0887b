"""What can be done for the people of a campaign, in the order in which it is offered: see crm.campaigns.kinds."""

from collections.abc import Sequence

from crm.campaigns import kinds as ground
from crm.campaigns.kinds import CampaignKind
from loyalty import campaign_kinds as loyalty

KINDS: Sequence[CampaignKind] = (*ground.LISTED, *loyalty.LISTED)
