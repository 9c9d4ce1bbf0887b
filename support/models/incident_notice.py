from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.models import Message
from crm.models.long_work import LongWork, LongWorkQuerySet
from support.models.incident import Incident


class IncidentNoticeQuerySet(LongWorkQuerySet["IncidentNotice"]):
    def at_work(self) -> Self:
        return self.filter(state__in=IncidentNotice.AT_WORK)


class IncidentNotice(LongWork):
    """What is told to many, once: to whom was settled when it was let out, each in a transaction of their own.

    The first word goes to the affected who heard of nothing yet, another one to those who heard and still are
    affected, the last one to all who heard.
    """

    class Kind(models.TextChoices):
        FIRST = "first", _("the first word")
        AGAIN = "again", _("once more")
        RESOLVED = "resolved", _("it is over")

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        FINDING = "finding", _("looking for who is affected")
        TELLING = "telling", _("telling them")
        DONE = "done", _("everybody was told")
        CANCELLED = "cancelled", _("stopped")

    AT_WORK = (State.FINDING, State.TELLING)

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="notices", verbose_name=_("incident"))
    kind = models.CharField(_("what it is"), max_length=8, choices=Kind, default=Kind.FIRST)
    purpose = models.CharField(
        _("purpose"),
        max_length=11,
        choices=Message.Purpose,
        default=Message.Purpose.SERVICE,
        help_text=_("What speaks of an order is service. Anything more needs a consent to advertising."),
    )
    texts = models.JSONField(default=dict, help_text="Language → subject, long, short.")
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.DRAFT)
    foreseen_people = models.PositiveIntegerField(
        null=True, help_text="How many were affected when somebody looked last before it was let out."
    )
    people_total = models.PositiveIntegerField(default=0)
    let_out_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    let_out_at = models.DateTimeField(_("let out"), null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    stopped_at = models.DateTimeField(null=True, blank=True)

    objects = IncidentNoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("notice of an incident")
        verbose_name_plural = _("notices of incidents")
        default_permissions = ()
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                "incident", condition=Q(state="draft"), name="one_notice_of_an_incident_is_being_written"
            ),
            models.UniqueConstraint(
                "incident",
                condition=Q(state__in=["finding", "telling"]),
                name="one_notice_of_an_incident_goes_out_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(let_out_at__isnull=False), name="incident_notice_let_out_first"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.incident_id}/{self.pk}"

    @property
    def is_at_work(self) -> bool:
        return self.state in self.AT_WORK


class AffectedPerson(models.Model):
    """Somebody with an order that the incident touches. `order` is their latest such order."""

    incident = models.ForeignKey(Incident, models.CASCADE, db_index=False, related_name="people")
    customer = models.ForeignKey("crm.Customer", models.PROTECT, related_name="+")
    order = models.ForeignKey("crm.Order", models.PROTECT, null=True, db_index=False, related_name="+")
    found_at = models.DateTimeField()
    gone_at = models.DateTimeField(
        null=True, blank=True, help_text="Since when nothing of theirs is affected."
    )

    class Meta:
        verbose_name = _("affected person")
        verbose_name_plural = _("affected people")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint("incident", "customer", name="person_affected_once"),
        ]

    def __str__(self) -> str:
        return f"{self.incident_id}:{self.customer_id}"


class IncidentTelling(models.Model):
    """One person is to be told by one notice, once: here stands the message, or why there is none.

    `ticket`: the conversation in which they are answered.
    """

    notice = models.ForeignKey(IncidentNotice, models.CASCADE, db_index=False, related_name="tellings")
    customer = models.ForeignKey("crm.Customer", models.PROTECT, related_name="+")
    order = models.ForeignKey("crm.Order", models.PROTECT, null=True, db_index=False, related_name="+")
    ticket = models.ForeignKey("support.Ticket", models.PROTECT, null=True, db_index=False, related_name="+")
    message = models.ForeignKey("crm.Message", models.PROTECT, null=True, related_name="+")
    why_not = models.CharField(max_length=20, blank=True)
    told_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("telling")
        verbose_name_plural = _("tellings")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint("notice", "customer", name="person_told_once_by_a_notice"),
            models.CheckConstraint(
                condition=Q(told_at=None, message=None, why_not="") | Q(told_at__isnull=False),
                name="telling_ends_at_a_moment",
            ),
        ]
        indexes = [
            models.Index("notice", "id", condition=Q(told_at=None), name="tellings_still_to_do"),
        ]

    def __str__(self) -> str:
        return f"{self.notice_id}:{self.customer_id}"
