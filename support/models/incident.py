from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from crm.models import Named
from crm.rules.fields import ConditionField, always


class IncidentQuerySet(models.QuerySet["Incident"]):
    def going_on(self) -> Self:
        """People were told of it, or tickets belong to it, and it is not over."""
        return self.filter(state=Incident.State.ANNOUNCED)

    def public(self) -> Self:
        return self.filter(shown_at__isnull=False).exclude(state=Incident.State.DRAFT)


class Incident(Named):
    """Something went wrong for many at once: who is affected, what they are told, and how it ended."""

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        ANNOUNCED = "announced", _("going on")
        RESOLVED = "resolved", _("resolved")

    summary = models.TextField(
        _("what happened, for colleagues"),
        blank=True,
        help_text=_("Colleagues see it in every linked ticket."),
    )
    script = models.ForeignKey(
        "support.Script",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("script"),
        help_text=_("What colleagues say meanwhile."),
    )
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.DRAFT)
    shop = models.ForeignKey(
        "crm.Shop",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("shop"),
        help_text=_("Only its orders are affected. Empty: those of every shop."),
    )
    affected = ConditionField(
        _("affected orders"),
        root="order",
        default=always,
        help_text=_("Whoever has such an order is affected. Cancelled orders never count."),
    )
    links = ConditionField(
        _("tickets that belong to it"),
        root="ticket",
        null=True,
        blank=True,
        help_text=_("Linked by themselves as they come. Empty: by the words alone."),
    )
    link_words = models.JSONField(
        _("words of such tickets"),
        default=list,
        blank=True,
        help_text=_("Beginnings of words are enough, in every language."),
    )
    public_words = models.JSONField(
        default=dict, blank=True, help_text="For the status page: language → title and text."
    )
    began_at = models.DateTimeField(_("began"))
    shown_at = models.DateTimeField(
        _("on the status page since"), null=True, blank=True, help_text="Empty: it is not there."
    )
    created_at = models.DateTimeField(_("drafted"))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("drafted by"),
    )
    announced_at = models.DateTimeField(_("announced"), null=True, blank=True)
    announced_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("announced by"),
    )
    resolved_at = models.DateTimeField(_("resolved"), null=True, blank=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("resolved by"),
    )

    objects = IncidentQuerySet.as_manager()

    class Meta:
        verbose_name = _("incident")
        verbose_name_plural = _("incidents")
        ordering = ["-began_at", "-pk"]
        permissions = [("announce_incident", _("Can announce incidents and resolve them"))]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="draft", announced_at=None, resolved_at=None)
                | Q(state="announced", announced_at__isnull=False, resolved_at=None)
                | Q(state="resolved", announced_at__isnull=False, resolved_at__isnull=False),
                name="incident_state_has_its_moment",
            ),
        ]
        indexes = [
            models.Index(F("began_at").desc(), F("id").desc(), name="incidents_newest_first"),
            models.Index("id", condition=Q(state="announced"), name="incidents_going_on"),
        ]

    @property
    def is_draft(self) -> bool:
        return self.state == self.State.DRAFT

    @property
    def is_going_on(self) -> bool:
        return self.state == self.State.ANNOUNCED

    def public_in(self, language: str) -> dict[str, str]:
        """What the status page says: in this language, else in English, else in whichever there is."""
        words = [
            self.public_words.get(language[:2]),
            self.public_words.get("en"),
            *self.public_words.values(),
        ]
        return next((told for told in words if told and told.get("title")), {"title": "", "text": ""})


class IncidentTicketQuerySet(models.QuerySet["IncidentTicket"]):
    def standing(self) -> Self:
        return self.filter(unlinked_at=None)


class IncidentTicket(models.Model):
    """A ticket about an incident: linked by its rule as it came, or by a colleague."""

    incident = models.ForeignKey(Incident, models.CASCADE, db_index=False, related_name="linked")
    ticket = models.ForeignKey("support.Ticket", models.CASCADE, related_name="incident_links")
    linked_at = models.DateTimeField(_("linked"))
    linked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Empty: by the incident's rule.",
    )
    unlinked_at = models.DateTimeField(null=True, blank=True)
    unlinked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = IncidentTicketQuerySet.as_manager()

    class Meta:
        verbose_name = _("ticket of an incident")
        verbose_name_plural = _("tickets of incidents")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint("incident", "ticket", name="ticket_linked_to_an_incident_once"),
        ]

    def __str__(self) -> str:
        return f"{self.incident_id}: № {self.ticket_id}"


class IncidentProposal(models.Model):
    """Many more ask about one thing than at this hour of other weeks: perhaps an incident. Once for each burst."""

    topic = models.ForeignKey(
        "support.Topic", models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("topic")
    )
    noticed_at = models.DateTimeField(_("noticed"))
    last_seen_at = models.DateTimeField(help_text="Until then the burst went on.")
    tickets = models.PositiveIntegerField(_("tickets"))
    minutes = models.PositiveSmallIntegerField()
    expected = models.DecimalField(_("otherwise"), max_digits=8, decimal_places=2)
    incident = models.OneToOneField(
        Incident, models.SET_NULL, null=True, blank=True, related_name="proposal", verbose_name=_("incident")
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("proposed incident")
        verbose_name_plural = _("proposed incidents")
        default_permissions = ()
        indexes = [models.Index("noticed_at", condition=Q(decided_at=None), name="proposals_of_incidents")]

    def __str__(self) -> str:
        return f"{self.topic}: {self.tickets}"
