from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.secrets import sealing

SEALED_FOR = "veren-channels"
KEY_BYTES = 24


def fresh_key() -> str:
    return secrets.token_urlsafe(KEY_BYTES)


class ChannelAccountQuerySet(models.QuerySet["ChannelAccount"]):
    def open(self) -> ChannelAccountQuerySet:
        return self.filter(closed_at=None)


class ChannelAccount(models.Model):
    """A mailbox, a bot, a number or a chat window by which the company is written to, and writes.

    `channel` names its kind (see crm.channels); what that kind needs to know stands in `settings`, and what nobody may
    read in `secrets`, which rest encrypted. `key` is the unguessable part of the address that its provider calls.
    """

    channel = models.CharField(_("channel"), max_length=20)
    name = models.CharField(_("name"), max_length=100, help_text=_("As colleagues call it."))
    address = models.CharField(
        _("address"),
        max_length=254,
        blank=True,
        help_text=_("The e-mail, number or bot that customers write to."),
    )
    shop = models.ForeignKey(
        "crm.Shop", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("shop")
    )
    key = models.CharField(max_length=64, unique=True, default=fresh_key, editable=False)
    settings = models.JSONField(_("settings"), default=dict, blank=True)
    sealed_secrets = models.TextField(blank=True, editable=False)
    position = models.JSONField(
        default=dict, blank=True, editable=False, help_text="Up to where a mailbox was read."
    )
    is_main = models.BooleanField(
        _("main"), default=False, help_text=_("Through it we write to people who have not written to us.")
    )
    heard_at = models.DateTimeField(_("last heard of"), null=True, blank=True, editable=False)
    failed_at = models.DateTimeField(_("last failure"), null=True, blank=True, editable=False)
    failure = models.CharField(_("what went wrong"), max_length=200, blank=True, editable=False)
    paced_until = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="Nothing more is sent before: its provider's limit."
    )
    opened_at = models.DateTimeField(_("opened"))
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)

    objects = ChannelAccountQuerySet.as_manager()

    class Meta:
        verbose_name = _("channel")
        verbose_name_plural = _("channels")
        constraints = [
            models.UniqueConstraint(
                "channel", condition=Q(is_main=True, closed_at=None), name="one_main_account_per_channel"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def secrets(self) -> Mapping[str, str]:
        """Raises sealing.Unreadable: sealed with a SECRET_KEY that is no longer known."""
        if not self.sealed_secrets:
            return {}
        opened: dict[str, str] = json.loads(sealing.unseal(self.sealed_secrets, purpose=SEALED_FOR))
        return opened

    def keep_secrets(self, told: Mapping[str, Any]) -> None:
        """Not saved yet."""
        self.sealed_secrets = sealing.seal(json.dumps(dict(told)), purpose=SEALED_FOR)
