"""Addresses of shops that are told what happens: from when on, of what, with which secret, and until when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from crm import feed
from crm.errors import Fault, Refusal
from crm.models import Shop, User, Webhook
from crm.outside import requests
from crm.secrets import sealing
from crm.webhooks import describing, signing

SEALED_FOR = "veren-webhooks"
MOST_PER_SHOP = 20
# How long the former secret signs too, unless it is said otherwise.
OVERLAP = timedelta(hours=24)
LONGEST_OVERLAP = timedelta(days=30)


class TooManyWebhooks(Refusal):
    code = "too-many-webhooks"
    title = _("A shop has at most 20 webhooks. Remove one that is no longer needed.")


class UnknownKind(Refusal):
    code = "unknown-kind"
    title = _("Nothing of this kind ever happens here. See which kinds there are.")
    status = 422


class WebhookIsRemoved(Refusal):
    code = "webhook-is-removed"
    title = _("This webhook was removed. Make a new one.")


class OverlapTooLong(Refusal):
    code = "overlap-too-long"
    title = _("The former secret may sign for thirty days at most.")
    status = 422


@transaction.atomic
def subscribe(
    *,
    shop: Shop,
    name: str,
    url: str,
    kinds: Sequence[str],
    at: datetime,
    by: User | None = None,
) -> Webhook:
    """Tell this address what happens from now on. No kinds: of all. Not idempotent. Locks the shop's row.

    Raises:
        AddressRefused, UnknownKind, TooManyWebhooks: nothing is made.
    """
    address = _checked_address(url)
    _refuse_unknown(kinds)
    Shop.objects.select_for_update(no_key=True).get(pk=shop.pk)
    if Webhook.objects.standing().filter(shop=shop).count() >= MOST_PER_SHOP:
        raise TooManyWebhooks
    return Webhook.objects.create(
        shop=shop,
        name=name,
        url=address,
        kinds=sorted(set(kinds)),
        sealed_secret=_sealed(signing.fresh_secret()),
        position=feed.head(),
        created_at=at,
        created_by=by,
    )


@transaction.atomic
def change(webhook: Webhook, *, name: str, url: str, kinds: Sequence[str]) -> Webhook:
    """What is on its way already goes to the new address; other kinds count from where the feed was read to.

    Raises:
        AddressRefused, UnknownKind, WebhookIsRemoved: nothing is changed.
    """
    address = _checked_address(url)
    _refuse_unknown(kinds)
    standing = _locked(webhook)
    standing.name, standing.url, standing.kinds = name, address, sorted(set(kinds))
    standing.save(update_fields=["name", "url", "kinds"])
    return standing


@transaction.atomic
def rotate_secret(webhook: Webhook, *, at: datetime, overlap: timedelta = OVERLAP) -> Webhook:
    """A new secret; the former one signs too until `overlap` is over, so that nothing is refused meanwhile.

    Of two changes within an overlap the first secret is dropped at once: only two ever sign.

    Raises:
        OverlapTooLong, WebhookIsRemoved: nothing is changed.
    """
    if not timedelta(0) <= overlap <= LONGEST_OVERLAP:
        raise OverlapTooLong
    standing = _locked(webhook)
    standing.sealed_former_secret, standing.former_until = standing.sealed_secret, at + overlap
    standing.sealed_secret = _sealed(signing.fresh_secret())
    standing.save(update_fields=["sealed_secret", "sealed_former_secret", "former_until"])
    return standing


@transaction.atomic
def pause(webhook: Webhook, *, at: datetime, by: User | None = None) -> Webhook:
    """Nothing is sent until it is resumed; nothing is lost. A second pause changes nothing.

    Raises:
        WebhookIsRemoved
    """
    standing = _locked(webhook)
    if standing.paused_at is None:
        standing.paused_at, standing.paused_by = at, by
        standing.save(update_fields=["paused_at", "paused_by"])
    return standing


@transaction.atomic
def resume(webhook: Webhook, *, at: datetime) -> Webhook:
    """Go on where it stopped, whoever stopped it: what waits is due at once, and counted from its first attempt.

    Raises:
        WebhookIsRemoved
    """
    standing = _locked(webhook)
    standing.paused_at = standing.paused_by = standing.disabled_at = None
    standing.failing_since = standing.paced_until = None
    standing.disabled_why, standing.failures_in_a_row = "", 0
    standing.save()
    standing.deliveries.open().filter(claimed_at=None).update(attempts=0, next_try_at=at)
    return standing


@transaction.atomic
def remove(webhook: Webhook, *, at: datetime) -> None:
    """It is never sent to again; its log stays for as long as logs do. A second removal changes nothing."""
    Webhook.objects.standing().filter(pk=webhook.pk).update(
        closed_at=at, sealed_secret="", sealed_former_secret="", former_until=None
    )


def secret_of(webhook: Webhook) -> str:
    """Raises sealing.Unreadable: sealed with a SECRET_KEY that is no longer known."""
    return sealing.unseal(webhook.sealed_secret, purpose=SEALED_FOR)


def secrets_of(webhook: Webhook, *, at: datetime) -> list[str]:
    """All that sign at this moment, the newest first. Raises sealing.Unreadable."""
    found = [secret_of(webhook)]
    if webhook.former_until and at < webhook.former_until:
        found.append(sealing.unseal(webhook.sealed_former_secret, purpose=SEALED_FOR))
    return found


def _sealed(secret: str) -> str:
    return sealing.seal(secret, purpose=SEALED_FOR)


def _locked(webhook: Webhook) -> Webhook:
    standing = (
        Webhook.objects.standing()
        .select_for_update(no_key=True, of=("self",))
        .select_related("shop")
        .filter(pk=webhook.pk)
        .first()
    )
    if standing is None:
        raise WebhookIsRemoved
    return standing


def _checked_address(url: str) -> str:
    try:
        return requests.checked(url.strip())
    except requests.AddressRefused as refused:
        raise requests.AddressRefused(
            Fault(pointer="/url", detail=refused.title), **refused.figures
        ) from refused


def _refuse_unknown(kinds: Sequence[str]) -> None:
    unknown = sorted(set(kinds) - {fact.kind for fact in describing.kinds()})
    if unknown:
        faults = [Fault(pointer="/kinds", detail=_("There is no such kind.")) for _kind in unknown]
        raise UnknownKind(*faults, unknown=unknown)
