from __future__ import annotations

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from crm.rules.fields import ConditionField, always


class SegmentSet(models.QuerySet["Segment"]):
    def kept(self) -> Self:
        """Those that are kept up to date."""
        return self.filter(archived_at=None)

    def seen_by(self, reader: Any) -> Self:
        """The reader's own, and what colleagues share."""
        return self.filter(Q(owner=reader) | Q(shared_at__isnull=False))


class Segment(models.Model):
    """Customers for whom a tree of conditions holds, under a name. Who they are stands in `SegmentMember`.

    `version` counts changes of the conditions; once everybody was asked by the latest, `filled_version` is the same.
    """

    name = models.CharField(_("name"), max_length=80)
    note = models.CharField(_("what it is for"), max_length=300, blank=True)
    conditions = ConditionField(_("conditions"), root="customer", default=always)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="segments", verbose_name=_("owner")
    )
    shared_at = models.DateTimeField(_("shared"), null=True, blank=True)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    filled_version = models.PositiveIntegerField(default=0, editable=False)
    size = models.PositiveIntegerField(_("people"), default=0, editable=False)
    swept_at = models.DateTimeField(_("looked through"), null=True, editable=False)
    created_at = models.DateTimeField(_("created"))
    changed_at = models.DateTimeField(_("changed"))
    archived_at = models.DateTimeField(_("archived"), null=True, editable=False)

    objects = SegmentSet.as_manager()

    class Meta:
        verbose_name = _("segment")
        verbose_name_plural = _("segments")
        default_permissions = ("view", "add", "change")
        permissions = [("export_segment", _("Can take the people of a segment out as a file"))]
        constraints = [
            models.UniqueConstraint("owner", "name", name="segment_named_once_per_owner"),
            models.CheckConstraint(condition=~Q(name=""), name="segment_has_a_name"),
            models.CheckConstraint(
                condition=Q(filled_version__lte=F("version")), name="segment_filled_by_a_version_it_had"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_filled(self) -> bool:
        """Whether everybody was asked by the conditions as they stand."""
        return self.filled_version == self.version


class SegmentMember(models.Model):
    """Somebody is in a segment, since when. Written by crm.segments.membership alone."""

    segment = models.ForeignKey(Segment, models.CASCADE, db_index=False, related_name="memberships")
    customer = models.ForeignKey("crm.Customer", models.CASCADE, related_name="memberships_of_segments")
    since = models.DateTimeField(_("in it since"))

    class Meta:
        verbose_name = _("person of a segment")
        verbose_name_plural = _("people of segments")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint("segment", "customer", name="somebody_is_in_a_segment_once"),
        ]

    def __str__(self) -> str:
        return f"№ {self.pk}"


class SegmentSize(models.Model):
    """How many people a segment had at the last look of a day, on the company's clock; who came and went meanwhile.

    `came` and `went` count times, not people: who comes twice a day counts twice. Those that a filling put right are
    in neither.
    """

    segment = models.ForeignKey(Segment, models.CASCADE, db_index=False, related_name="sizes")
    on = models.DateField(_("day"))
    size = models.PositiveIntegerField(_("people"))
    came = models.PositiveIntegerField(_("came"), default=0, db_default=0)
    went = models.PositiveIntegerField(_("went"), default=0, db_default=0)

    class Meta:
        verbose_name = _("size of a segment")
        verbose_name_plural = _("sizes of segments")
        default_permissions = ()
        constraints = [models.UniqueConstraint("segment", "on", name="segment_has_one_size_a_day")]

    def __str__(self) -> str:
        return f"{self.on}: {self.size}"


class SegmentSnapshot(models.Model):
    """Who was in a segment at one moment: they stay here whatever becomes of the segment."""

    segment = models.ForeignKey(Segment, models.CASCADE, related_name="snapshots")
    name = models.CharField(_("name"), max_length=80)
    taken_at = models.DateTimeField(_("taken"))
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("taken by")
    )
    size = models.PositiveIntegerField(_("people"))

    class Meta:
        verbose_name = _("snapshot of a segment")
        verbose_name_plural = _("snapshots of segments")
        default_permissions = ()
        constraints = [models.UniqueConstraint("segment", "name", name="snapshot_named_once_per_segment")]

    def __str__(self) -> str:
        return self.name


class SnapshotMember(models.Model):
    """Somebody who was in it then."""

    snapshot = models.ForeignKey(SegmentSnapshot, models.CASCADE, db_index=False, related_name="memberships")
    customer = models.ForeignKey("crm.Customer", models.CASCADE, related_name="+")

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint("snapshot", "customer", name="somebody_is_in_a_snapshot_once"),
        ]

    def __str__(self) -> str:
        return f"№ {self.pk}"


class CustomerToLookAt(models.Model):
    """Something happened to a customer, and their segments are to be asked anew.

    `turn` grows each time: what was written while somebody looked is looked at once more. `caused_by` is the deepest
    entry that asked, so that a chain of causes ends; `is_history` as long as only an imported past asked.
    """

    customer = models.OneToOneField("crm.Customer", models.CASCADE, primary_key=True, related_name="+")
    turn = models.BigIntegerField(default=1)
    caused_by = models.BigIntegerField(null=True)
    depth = models.PositiveSmallIntegerField(default=0)
    is_history = models.BooleanField(default=False)
    since = models.DateTimeField()

    class Meta:
        default_permissions = ()
        indexes = [models.Index("since", "customer", name="customers_to_look_at_in_turn")]

    def __str__(self) -> str:
        return str(self.customer_id)
