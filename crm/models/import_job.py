from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class ImportJob(models.Model):
    """One file on its way in. Its rows wait in `ImportedRow`; `applied_through` is where a resumed run goes on."""

    class State(models.TextChoices):
        UPLOADED = "uploaded", _("waiting for its columns")
        READING = "reading", _("reading the file")
        READY = "ready", _("checked, waiting for your word")
        RUNNING = "running", _("importing")
        CANCELLED = "cancelled", _("stopped, can go on")
        DONE = "done", _("imported")
        FAILED = "failed", _("failed, can go on")

    shop = models.ForeignKey("crm.Shop", models.PROTECT, related_name="+", verbose_name=_("shop"))
    what = models.CharField(_("what"), max_length=20, default="orders")
    file = models.FileField(_("file"), upload_to="imports/", blank=True)
    file_name = models.CharField(_("file"), max_length=255)
    file_sha256 = models.CharField(max_length=64, blank=True)
    layout = models.CharField(_("layout"), max_length=40, blank=True)
    mapping = models.JSONField(_("columns"), default=dict, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.UPLOADED)
    rows_total = models.PositiveIntegerField(_("rows"), default=0)
    rows_done = models.PositiveIntegerField(_("rows done"), default=0)
    rows_refused = models.PositiveIntegerField(_("rows refused"), default=0)
    applied_through = models.CharField(max_length=64, blank=True)
    outcome = models.JSONField(_("outcome"), default=dict, blank=True)
    error = models.TextField(_("error"), blank=True)
    cancel_requested_at = models.DateTimeField(null=True, blank=True)
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("started by"))
    created_at = models.DateTimeField(_("started"), auto_now_add=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")

    def __str__(self) -> str:
        return self.file_name

    @property
    def percent(self) -> int:
        return 100 * self.rows_done // self.rows_total if self.rows_total else 0


class ImportedRow(models.Model):
    """A row of the file as read, or why it was refused. Gone once the job is done, but for the refused ones."""

    job = models.ForeignKey(ImportJob, models.CASCADE, related_name="rows", db_index=False)
    line_number = models.PositiveIntegerField()
    reference = models.CharField(max_length=64, blank=True)
    is_credit = models.BooleanField(default=False)
    data = models.JSONField(default=dict)
    refusal = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint("job", "line_number", name="row_read_once_per_job")]
        indexes = [
            models.Index("job", "is_credit", "reference", name="rows_of_a_document"),
            models.Index("job", "line_number", condition=~Q(refusal=""), name="refused_rows_of_a_job"),
        ]

    def __str__(self) -> str:
        return f"{self.job_id}:{self.line_number}"
