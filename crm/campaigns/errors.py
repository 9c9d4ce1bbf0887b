"""What campaigns say no to."""

from django.utils.translation import gettext_lazy as _

from crm.errors import Refusal


class UnfinishedCampaign(Refusal):
    """With a fault for each thing that is missing or cannot be."""

    code = "campaign-unfinished"
    title = _("The campaign cannot be as it is.")
    status = 422


class NotADraft(Refusal):
    code = "campaign-is-no-draft"
    title = _("This campaign was started already: it can no longer be changed.")


class NobodyInIt(Refusal):
    code = "campaign-about-nobody"
    title = _("Nobody is in this audience now.")
    status = 422


class TooLongToFind(Refusal):
    code = "campaign-takes-too-long-to-count"
    title = _("Counting these people takes too long. Build a segment of them first.")
    status = 422


class MayNotStart(Refusal):
    code = "may-not-start-campaign"
    title = _("You may not let this campaign start.")
    status = 403


class NotYoursToDecide(Refusal):
    code = "not-yours-to-decide-campaign"
    title = _("Somebody else has to decide about this campaign.")
    status = 403


class AskedTooLongAgo(Refusal):
    code = "campaign-asked-too-long-ago"
    title = _("This was asked more than a day ago: other people would be in it now. Let it be asked anew.")


class CampaignDecided(Refusal):
    code = "campaign-decided"
    title = _("This campaign was decided about already.")


class NotGoingOn(Refusal):
    code = "campaign-is-not-going-on"
    title = _("This campaign does not run at the moment.")


class CampaignIsOver(Refusal):
    code = "campaign-is-over"
    title = _("This campaign is over.")
