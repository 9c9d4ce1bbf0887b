from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from support.answering.mood import Mood
from support.models.tagging import AT_WORK, Category


class TicketQuerySet(models.QuerySet["Ticket"]):
    def at_work(self) -> TicketQuerySet:
        return self.filter(category__in=AT_WORK)

    def awake(self, at: datetime) -> TicketQuerySet:
        return self.filter(Q(snoozed_until=None) | Q(snoozed_until__lte=at))

    def overdue(self, at: datetime) -> TicketQuerySet:
        return self.at_work().filter(next_due_at__lt=at)


class Ticket(models.Model):
    """One matter of one person, with every message about it on whatever channel. Changed by the verbs of support.

    What a list needs stands here, so that a row is one read: the last words, the next clock, whether it was read.
    `version` moves with every change: whoever answers an older one is shown what is new.
    """

    class Priority(models.IntegerChoices):
        LOW = 1, _("low")
        NORMAL = 2, _("normal")
        HIGH = 3, _("high")
        URGENT = 4, _("urgent")

    customer = models.ForeignKey(
        "crm.Customer", models.PROTECT, db_index=False, related_name="tickets", verbose_name=_("customer")
    )
    subject = models.CharField(_("subject"), max_length=250)
    category = models.CharField(_("state"), max_length=16, choices=Category, default=Category.NEW)
    sub_state = models.ForeignKey(
        "support.SubState",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("sub-state"),
    )
    topic = models.ForeignKey(
        "support.Topic", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("topic")
    )
    priority = models.PositiveSmallIntegerField(_("priority"), choices=Priority, default=Priority.NORMAL)
    team = models.ForeignKey(
        "support.Team", models.SET_NULL, null=True, blank=True, db_index=False, verbose_name=_("team")
    )
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        db_index=False,
        related_name="tickets",
        verbose_name=_("assigned to"),
    )
    channel = models.CharField(
        _("channel"), max_length=20, help_text=_("By which the customer wrote last: there we answer.")
    )
    account = models.ForeignKey(
        "crm.ChannelAccount", models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    address = models.CharField(
        max_length=254,
        blank=True,
        help_text="The identity that wrote last, in its normal form: it is answered.",
    )
    language = models.CharField(_("language"), max_length=5, blank=True)
    shop = models.ForeignKey(
        "crm.Shop", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("shop")
    )
    orders = models.ManyToManyField("crm.Order", blank=True, related_name="tickets", verbose_name=_("orders"))
    tags = models.ManyToManyField("support.Tag", blank=True, related_name="tickets", verbose_name=_("tags"))
    opened_at = models.DateTimeField(_("opened"))
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        db_index=False,
        related_name="+",
        help_text="A colleague began the conversation; empty: the customer did.",
    )
    last_message_at = models.DateTimeField(_("last message"))
    last_customer_at = models.DateTimeField(_("customer wrote last"), null=True, blank=True)
    first_answered_at = models.DateTimeField(_("first answered"), null=True, blank=True)
    last_words = models.CharField(max_length=200, blank=True)
    mood = models.CharField(
        _("mood"),
        max_length=12,
        choices=Mood,
        blank=True,
        default="",
        db_default="",
        help_text=_("As the customer's latest message sounds. Empty: not known."),
    )
    unread_since = models.DateTimeField(
        null=True, blank=True, help_text="Since when something of the customer is unread."
    )
    next_due_at = models.DateTimeField(_("due"), null=True, blank=True)
    next_due_kind = models.CharField(max_length=20, blank=True)
    snoozed_until = models.DateTimeField(_("put off until"), null=True, blank=True)
    resolved_at = models.DateTimeField(_("resolved"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="merged_from",
        verbose_name=_("goes on in"),
    )
    version = models.PositiveIntegerField(default=0)
    source = models.CharField(max_length=60)
    source_id = models.CharField(max_length=160)
    erased_at = models.DateTimeField(null=True, blank=True)

    objects = TicketQuerySet.as_manager()

    class Meta:
        verbose_name = _("ticket")
        verbose_name_plural = _("tickets")
        permissions = [
            ("answer_ticket", _("Can answer customers")),
            ("see_every_ticket", _("Can see the tickets of every team")),
            ("lead_ticket", _("Can hand out tickets and judge answers")),
        ]
        constraints = [
            models.UniqueConstraint("source", "source_id", name="ticket_opened_once"),
            models.CheckConstraint(
                condition=Q(merged_into=None) | ~Q(merged_into=F("id")), name="ticket_not_merged_into_itself"
            ),
        ]
        indexes = [
            models.Index("customer", F("last_message_at").desc(), name="ticket_of_a_customer"),
            models.Index(
                "team",
                F("last_message_at").desc(),
                F("id").desc(),
                condition=Q(category__in=AT_WORK),
                name="ticket_of_a_team",
            ),
            models.Index(
                "assignee",
                F("last_message_at").desc(),
                F("id").desc(),
                condition=Q(category__in=AT_WORK),
                name="ticket_of_an_agent",
            ),
            models.Index(
                F("last_message_at").desc(),
                F("id").desc(),
                condition=Q(category__in=AT_WORK),
                name="ticket_at_work",
            ),
            models.Index(
                "next_due_at",
                "id",
                condition=Q(category__in=AT_WORK, next_due_at__isnull=False),
                name="ticket_by_its_clock",
            ),
            models.Index(
                "snoozed_until", "id", condition=Q(snoozed_until__isnull=False), name="ticket_put_off"
            ),
            models.Index("resolved_at", condition=Q(category="resolved"), name="ticket_to_be_closed"),
            models.Index("opened_at", name="ticket_by_opening"),
        ]

    def __str__(self) -> str:
        return f"№ {self.pk}"

    @property
    def order_ids(self) -> list[int]:
        """One query, unless `orders` were fetched before."""
        return sorted(order.pk for order in self.orders.all())

    @property
    def is_at_work(self) -> bool:
        return self.category in AT_WORK


class TicketMessage(models.Model):
    """A message stands in one ticket. Splitting and merging move this row, and never the message."""

    ticket = models.ForeignKey(Ticket, models.PROTECT, db_index=False, related_name="placed")
    message = models.OneToOneField("crm.Message", models.PROTECT, related_name="place")
    placed_at = models.DateTimeField()
    version = models.PositiveIntegerField(
        default=0,
        db_default=0,
        help_text="The ticket's, with which it came: whoever saw an earlier one did not see it.",
    )

    class Meta:
        verbose_name = _("message of a ticket")
        verbose_name_plural = _("messages of tickets")
        indexes = [models.Index("ticket", "message", name="message_of_a_ticket")]

    def __str__(self) -> str:
        return f"№ {self.ticket_id}"


class TicketEvent(models.Model):
    """What happened to a ticket, beside messages and notes: who took it, when it was resolved, what was undone.

    `kind` is one of support.happenings; `figures` are plain values it needs to read itself aloud.
    """

    append_only = True

    ticket = models.ForeignKey(Ticket, models.DO_NOTHING, db_index=False, related_name="events")
    kind = models.CharField(max_length=40)
    figures = models.JSONField(default=dict)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.DO_NOTHING, null=True, db_index=False, related_name="+"
    )
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("event of a ticket")
        verbose_name_plural = _("events of tickets")
        indexes = [models.Index("ticket", "id", name="event_of_a_ticket")]

    def __str__(self) -> str:
        return self.kind
