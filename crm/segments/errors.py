"""What segments say no to."""

from django.utils.translation import gettext_lazy as _

from crm.errors import Refusal


class NamelessSegment(Refusal):
    code = "nameless-segment"
    title = _("Give the segment a name, so that you find it again.")
    status = 422


class SegmentNameTaken(Refusal):
    code = "segment-name-taken"
    title = _("You have a segment of this name already. Choose another name.")


class SegmentsInALoop(Refusal):
    code = "segments-in-a-loop"
    title = _("A segment cannot be asked about itself, not even by way of others.")
    status = 422


class SegmentStillAskedAbout(Refusal):
    code = "segment-still-asked-about"
    title = _("Another segment asks about this one. Change that one first.")


class SegmentChangedMeanwhile(Refusal):
    code = "segment-changed-meanwhile"
    title = _("Somebody changed this segment while you worked on it. Look at it again.")


class TooLongToCount(Refusal):
    code = "too-long-to-count"
    title = _("Counting takes too long. Add a condition that narrows it, such as the last days.")
    status = 422


class SnapshotNameTaken(Refusal):
    code = "snapshot-name-taken"
    title = _("The segment has a snapshot of this name already. Choose another name.")


class SegmentNotFilled(Refusal):
    code = "segment-not-filled"
    title = _("The segment is still being filled. Try again in a few minutes.")
