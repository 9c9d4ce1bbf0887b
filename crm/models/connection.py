"""What a shop already runs, connected: the connection, and the inbox of what it brought."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from crm.models.channel_account import fresh_key
from crm.secrets import sealing

SEALED_FOR = "veren-connects"
# With this begins the source of whatever a connection tells.
CONNECTED = "connector:"


class ConnectionQuerySet(models.QuerySet["Connection"]):
    def open(self) -> ConnectionQuerySet:
        return self.filter(closed_at=None)


class Connection(models.Model):
    """One system of one shop. `vendor` names its kind (see crm.connectors); `secrets` rest encrypted.

    `key` is the unguessable part of the address that the shop's system calls.
    """

    shop = models.ForeignKey("crm.Shop", models.PROTECT, related_name="connections", verbose_name=_("shop"))
    vendor = models.CharField(_("system"), max_length=20)
    address = models.CharField(_("address"), max_length=500, blank=True)
    key = models.CharField(max_length=64, unique=True, default=fresh_key, editable=False)
    sealed_secrets = models.TextField(editable=False)
    created_at = models.DateTimeField(_("created"))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    heard_at = models.DateTimeField(_("last heard of"), null=True, blank=True, editable=False)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)

    objects = ConnectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("connection")
        verbose_name_plural = _("connections")
        constraints = [
            models.UniqueConstraint(
                "shop", "vendor", condition=Q(closed_at=None), name="shop_connected_once_per_vendor"
            )
        ]

    def __str__(self) -> str:
        return f"{self.vendor}, {self.shop}"

    @property
    def source(self) -> str:
        """By what its news are known on the timeline."""
        return f"{CONNECTED}{self.vendor}"

    @property
    def secrets(self) -> Mapping[str, str]:
        """Raises sealing.Unreadable: sealed with a SECRET_KEY that is no longer known."""
        opened: dict[str, str] = json.loads(sealing.unseal(self.sealed_secrets, purpose=SEALED_FOR))
        return opened

    def keep_secrets(self, told: Mapping[str, str]) -> None:
        """Not saved yet."""
        self.sealed_secrets = sealing.seal(json.dumps(dict(told)), purpose=SEALED_FOR)


class ConnectorDeliveryQuerySet(models.QuerySet["ConnectorDelivery"]):
    def due(self, at: datetime) -> ConnectorDeliveryQuerySet:
        return self.filter(landed_at=None, next_try_at__lte=at)

    def failed(self) -> ConnectorDeliveryQuerySet:
        """Did not land, or not whole."""
        return self.exclude(failure_code="")


class ConnectorDelivery(models.Model):
    """One thing that a shop's system brought, to the byte, once: kept before anything is made of it.

    `thing` is what it is about ("order:17"), `as_of` when it stood so there: older news of a thing that landed in a
    newer state is passed over. `landed_as` is what it became here. `waits_for` names a thing that has to land first.
    `body` is emptied with the person it is about, or after its term.
    """

    connection = models.ForeignKey(
        Connection, models.PROTECT, db_index=False, related_name="deliveries", verbose_name=_("connection")
    )
    delivery_id = models.CharField(_("number of the delivery"), max_length=64)
    topic = models.CharField(_("topic"), max_length=60)
    body = models.BinaryField()
    received_at = models.DateTimeField(_("received"))
    # It was asked for, and did not come by itself.
    asked_in = models.ForeignKey(
        "crm.ConnectorRound", models.PROTECT, null=True, blank=True, db_index=False, related_name="+"
    )
    thing = models.CharField(max_length=80, blank=True)
    as_of = models.DateTimeField(_("as of"), null=True)
    customer = models.ForeignKey("crm.Customer", models.DO_NOTHING, null=True, related_name="+")
    landed_at = models.DateTimeField(_("landed"), null=True)
    landed_as = models.CharField(max_length=64, blank=True)
    waits_for = models.CharField(_("waits for"), max_length=80, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_try_at = models.DateTimeField(_("next attempt"), null=True)
    failure_code = models.CharField(max_length=60, blank=True)
    failure = models.CharField(_("what went wrong"), max_length=2000, blank=True)

    objects = ConnectorDeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("delivery of a connection")
        verbose_name_plural = _("deliveries of connections")
        default_permissions = ("view", "change")
        constraints = [
            models.UniqueConstraint("connection", "delivery_id", name="brought_once_per_connection"),
        ]
        indexes = [
            models.Index("connection", F("id").desc(), name="brought_by_a_connection"),
            models.Index("connection", "thing", F("as_of").desc(), name="brought_about_a_thing"),
            models.Index("next_try_at", condition=Q(landed_at=None), name="brought_still_to_land"),
            models.Index("connection", "waits_for", condition=~Q(waits_for=""), name="brought_and_waiting"),
            models.Index("received_at", condition=~Q(body=b""), name="brought_bodies_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.topic} {self.delivery_id[:12]}"


class ConnectorNews(models.Model):
    """How new the newest is that landed of each thing ("order:17"), in whatever delivery it came.

    `codes`: of a product, the goods that it landed as.
    """

    connection = models.ForeignKey(Connection, models.CASCADE, db_index=False, related_name="+")
    thing = models.CharField(max_length=80)
    as_of = models.DateTimeField()
    codes = ArrayField(models.CharField(max_length=64), default=list)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint("connection", "thing", name="newest_of_a_thing")]

    def __str__(self) -> str:
        return self.thing
