"""Where a shop's own systems hear what happened: subscriptions, what is on its way to them, and every attempt."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class WebhookQuerySet(models.QuerySet["Webhook"]):
    def standing(self) -> WebhookQuerySet:
        return self.filter(closed_at=None)

    def open(self) -> WebhookQuerySet:
        """Those that are sent to."""
        return self.standing().filter(paused_at=None, disabled_at=None)


class Webhook(models.Model):
    """An address of a shop's that is told what happens, in the order of the feed. See crm.webhooks.

    `position` is how far in the feed it has been read for this address: nothing behind it is ever skipped, whether the
    address is paused, disabled or slow. Secrets rest sealed; the former one signs too until `former_until`.
    """

    class Disabled(models.TextChoices):
        GONE = "gone", _("it answered that it is gone for good (410)")
        SILENT = "silent", _("it took nothing for three days")

    shop = models.ForeignKey("crm.Shop", models.PROTECT, related_name="webhooks", verbose_name=_("shop"))
    name = models.CharField(_("name"), max_length=100)
    url = models.CharField(_("address"), max_length=500)
    kinds = ArrayField(
        models.CharField(max_length=60), default=list, blank=True, verbose_name=_("what it is told of")
    )
    sealed_secret = models.TextField(editable=False)
    sealed_former_secret = models.TextField(blank=True, editable=False)
    former_until = models.DateTimeField(null=True, blank=True, editable=False)
    position = models.BigIntegerField(_("read up to"), default=0, editable=False)
    created_at = models.DateTimeField(_("created"))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    paused_at = models.DateTimeField(_("paused"), null=True, blank=True)
    paused_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    disabled_at = models.DateTimeField(_("disabled"), null=True, blank=True)
    disabled_why = models.CharField(max_length=10, choices=Disabled, blank=True)
    closed_at = models.DateTimeField(_("removed"), null=True, blank=True)
    failing_since = models.DateTimeField(_("failing since"), null=True, blank=True, editable=False)
    failures_in_a_row = models.PositiveIntegerField(default=0, editable=False)
    paced_until = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="Nothing is sent before: it is failing, or asked so."
    )

    objects = WebhookQuerySet.as_manager()

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")

    def __str__(self) -> str:
        return self.name

    @property
    def is_open(self) -> bool:
        return self.closed_at is None and self.paused_at is None and self.disabled_at is None

    def is_told_of(self, kind: str) -> bool:
        """Of no kind in particular: of all."""
        return not self.kinds or kind in self.kinds


class WebhookDeliveryQuerySet(models.QuerySet["WebhookDelivery"]):
    def open(self) -> WebhookDeliveryQuerySet:
        """Not arrived yet, and not given up."""
        return self.filter(state__in=WebhookDelivery.OPEN)


class WebhookDelivery(models.Model):
    """One thing that happened, on its way to one address, or there.

    `body` is written when it is sent first, and emptied with the person it is about or after some days; sent again,
    it is made anew from the entry. No `entry`: a test.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waits")
        SENDING = "sending", _("is being sent")
        DELIVERED = "delivered", _("arrived")
        GIVEN_UP = "given_up", _("given up")

    OPEN = (State.WAITING, State.SENDING)

    webhook = models.ForeignKey(
        Webhook, models.PROTECT, db_index=False, related_name="deliveries", verbose_name=_("webhook")
    )
    entry = models.ForeignKey(
        "crm.TimelineEntry", models.DO_NOTHING, null=True, db_index=False, related_name="+"
    )
    customer = models.ForeignKey("crm.Customer", models.DO_NOTHING, null=True, related_name="+")
    position = models.BigIntegerField(_("position"), null=True)
    kind = models.CharField(_("kind"), max_length=60)
    queued_at = models.DateTimeField(_("since"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_try_at = models.DateTimeField(_("next attempt"))
    claimed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(_("ended"), null=True)
    body = models.TextField(blank=True)

    objects = WebhookDeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("delivery to a webhook")
        verbose_name_plural = _("deliveries to webhooks")
        default_permissions = ("view",)
        constraints = [models.UniqueConstraint("webhook", "entry", name="entry_delivered_once_per_webhook")]
        indexes = [
            models.Index("webhook", F("id").desc(), name="deliveries_of_a_webhook"),
            models.Index(
                "webhook",
                "customer",
                "position",
                condition=Q(state__in=["waiting", "sending"]),
                name="webhook_queue_of_a_customer",
            ),
            models.Index(
                "next_try_at", condition=Q(state__in=["waiting", "sending"]), name="webhook_still_to_tell"
            ),
            models.Index("ended_at", condition=~Q(body=""), name="webhook_bodies_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.message_id}"

    @property
    def message_id(self) -> str:
        """The same at every attempt, so that a receiver knows what it has already had."""
        return f"msg_{self.webhook_id}_{self.entry_id}" if self.entry_id else f"msg_test_{self.pk}"


class WebhookAttempt(models.Model):
    """One knock at the door: when, how long it took, and what was answered."""

    delivery = models.ForeignKey(WebhookDelivery, models.CASCADE, related_name="tries")
    began_at = models.DateTimeField(_("began"))
    took_ms = models.PositiveIntegerField(_("milliseconds"))
    status = models.PositiveSmallIntegerField(_("status"), null=True)
    failure = models.CharField(_("what went wrong"), max_length=60, blank=True)
    answer = models.TextField(_("answer"), blank=True, help_text="Its first characters.")

    class Meta:
        verbose_name = _("attempt to deliver")
        verbose_name_plural = _("attempts to deliver")
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.delivery_id}: {self.status or self.failure}"

    def is_good(self) -> bool:
        return self.status is not None and 200 <= self.status < 300
