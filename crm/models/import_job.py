from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.models.long_work import LongWork, LongWorkQuerySet


class ImportJobQuerySet(LongWorkQuerySet["ImportJob"]):
    def at_work(self) -> ImportJobQuerySet:
        return self.filter(state__in=ImportJob.AT_WORK)


class ImportJob(LongWork):
    """One file on its way in: first read into `ImportedRow`, then, once confirmed, applied document by document.

    This row is also the cursor of the work: `rows_read` and `documents_done` move in the transaction of what they
    count, so that a run that was killed goes on where it stood. Where every row stands for itself, the rows are the
    documents, under their numbers in the file.
    """

    class State(models.TextChoices):
        UPLOADED = "uploaded", _("waiting for its columns")
        READING = "reading", _("reading the file")
        READY = "ready", _("checked, waiting for your word")
        RUNNING = "running", _("importing")
        CANCELLED = "cancelled", _("stopped, can go on")
        DONE = "done", _("imported")
        FAILED = "failed", _("failed, can go on")

    AT_WORK = (State.READING, State.RUNNING)

    kind = models.CharField(
        max_length=20,
        default="orders",
        db_default="orders",
        help_text="What the file brings in: one of crm.importing.kinds.",
    )
    shop = models.ForeignKey("crm.Shop", models.PROTECT, related_name="+", verbose_name=_("shop"))
    file = models.FileField(_("file"), upload_to="imports/", blank=True)
    file_name = models.CharField(_("file"), max_length=255)
    file_sha256 = models.CharField(max_length=64, blank=True)
    layout = models.CharField(_("layout"), max_length=40, blank=True)
    mapping = models.JSONField(_("columns"), default=dict, blank=True)
    header = models.JSONField(default=list, blank=True)
    currency = models.CharField(_("currency"), max_length=3)
    time_zone = models.CharField(_("time zone"), max_length=50)

    state = models.CharField(_("state"), max_length=10, choices=State, default=State.UPLOADED)
    percent_read = models.PositiveSmallIntegerField(default=0)
    rows_read = models.PositiveIntegerField(default=0)
    rows_total = models.PositiveIntegerField(_("rows"), default=0)
    rows_refused = models.PositiveIntegerField(_("rows refused"), default=0)
    rows_done = models.PositiveIntegerField(_("rows done"), default=0)
    documents_total = models.PositiveIntegerField(_("invoices and credits"), default=0)
    documents_done = models.PositiveIntegerField(default=0)
    outcome = models.JSONField(_("outcome"), default=dict, blank=True)
    error = models.TextField(_("error"), blank=True)

    read_at = models.DateTimeField(_("read"), null=True, blank=True)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)
    cancel_requested_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    leg_started_at = models.DateTimeField(
        null=True, blank=True, help_text="Since when the present rate is counted."
    )
    leg_started_rows = models.PositiveIntegerField(default=0)

    objects = ImportJobQuerySet.as_manager()

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")

    def __str__(self) -> str:
        return self.file_name

    @property
    def is_at_work(self) -> bool:
        return self.state in self.AT_WORK

    @property
    def can_go_on(self) -> bool:
        return self.state in (self.State.CANCELLED, self.State.FAILED)

    @property
    def percent(self) -> int:
        """Of the file while it is read, of its rows while they are imported."""
        if self.read_at is None:
            return self.percent_read
        return 100 * self.rows_done // self.rows_total if self.rows_total else 100

    @property
    def rows_per_second(self) -> float:
        """Over the present leg: since the phase began, or since it was taken up again."""
        if self.leg_started_at is None:
            return 0.0
        seconds = (self.moved_at - self.leg_started_at).total_seconds()
        rows = (self.rows_done if self.read_at else self.rows_read) - self.leg_started_rows
        return rows / seconds if seconds > 0 else 0.0

    @property
    def seconds_left(self) -> int | None:
        """None while nobody can say."""
        rate = self.rows_per_second
        if not rate:
            return None
        if self.read_at:
            return round((self.rows_total - self.rows_done) / rate)
        if not self.percent_read:
            return None
        return round(self.rows_read / self.percent_read * (100 - self.percent_read) / rate)


class ImportedRow(models.Model):
    """A row of the file as read, or why it was refused. When the job is done only the refused ones stay.

    `cells` are the row as it was written; of somebody who was erased they are emptied.
    """

    class Kind(models.TextChoices):
        SALE = "sale", _("sale")
        CREDIT = "credit", _("credit")
        NEITHER = "", _("neither")

    class Outcome(models.TextChoices):
        """Where every row stands for itself: what will become of it and, behind the job's cursor, what did."""

        NOT_KNOWN = "", _("not known")
        NEW = "new", _("new")
        ADDED = "added", _("something was added or changed")
        KNOWN = "known", _("already there")

    pk = models.CompositePrimaryKey("job_id", "line_number")
    job = models.ForeignKey(ImportJob, models.CASCADE, related_name="rows", db_index=False)
    line_number = models.PositiveIntegerField()
    kind = models.CharField(max_length=6, choices=Kind, blank=True)
    reference = models.CharField(max_length=64, blank=True)
    customer_ref = models.CharField(max_length=64, blank=True)
    occurred_at = models.DateTimeField(null=True)
    sku = models.CharField(max_length=64, blank=True)
    name = models.CharField(max_length=200, blank=True)
    quantity = models.DecimalField(max_digits=12, decimal_places=3, null=True)
    unit_price = models.DecimalField(max_digits=14, decimal_places=4, null=True)
    amount = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    refusal = models.CharField(max_length=30, blank=True)
    cells = models.JSONField(default=list)
    outcome = models.CharField(max_length=8, choices=Outcome, blank=True, default="", db_default="")

    class Meta:
        indexes = [
            models.Index("job", "reference", name="rows_of_a_document"),
            models.Index("job", "line_number", condition=~Q(refusal=""), name="refused_rows_of_a_job"),
        ]

    def __str__(self) -> str:
        return f"{self.job_id}:{self.line_number}"


class ImportedDocument(models.Model):
    """The rows of one invoice or credit together, numbered by date: the order in which a job applies them."""

    class Outcome(models.TextChoices):
        """Behind the job's cursor, what is not known was imported."""

        NOT_KNOWN = "", _("not there")
        KNOWN = "known", _("already there")

    pk = models.CompositePrimaryKey("job_id", "number")
    job = models.ForeignKey(ImportJob, models.CASCADE, related_name="documents", db_index=False)
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=6, choices=ImportedRow.Kind)
    reference = models.CharField(max_length=64)
    customer_ref = models.CharField(max_length=64, blank=True)
    occurred_at = models.DateTimeField()
    rows_count = models.PositiveIntegerField()
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    refusal = models.CharField(max_length=30, blank=True)
    outcome = models.CharField(max_length=8, choices=Outcome, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint("job", "kind", "reference", name="document_planned_once_per_job"),
        ]

    def __str__(self) -> str:
        return self.reference
