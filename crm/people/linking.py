"""A person shows on another channel who they are, by a code made where they were known: see LinkCode.

The code travels in a link (`https://t.me/…?start=CODE`) or is typed. It works once and for an hour. Consents are not
touched: being known somewhere is no leave to be written to there.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from celery import current_app
from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm import timeline
from crm.channels import channel_named
from crm.channels.base import Letter, LinkAsked
from crm.errors import Refusal
from crm.facts import ChannelLinked, ChannelUnlinked
from crm.messages import messaging
from crm.models import ChannelAccount, Customer, Identity, LinkCode, RawDelivery, Shop, User
from crm.people import merging
from crm.people.identification import Hint, Sign, identify_by, lock_signs, sign_of, survivor
from crm.people.tombstones import refuse_words_about

SOURCE = "linking"
WORKS_FOR = timedelta(hours=1)
KEPT_FOR = timedelta(days=30)
# 50 bits: nobody guesses one of those that are open within the hour. No letters that look like others.
LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"
LENGTH = 10
LINKABLE = ("telegram", "viber", "chat")
LINKED_BY_CODE = ("telegram", "viber")


class NotLinked(Refusal):
    code = "not-linked"
    title = gettext_lazy("This channel is not linked with this customer.")
    status = 404


@transaction.atomic
def make_code(customer: Customer, *, at: datetime, by: User | None = None) -> str:
    """A new code; those made before for the same person no longer work. Locks the customer's row.

    Raises:
        PersonErased.
    """
    refuse_words_about(customer)
    LinkCode.objects.filter(made_at__lt=at - KEPT_FOR).delete()
    LinkCode.objects.open(at).filter(customer=customer).update(expires_at=at)
    code = "".join(secrets.choice(LETTERS) for _letter in range(LENGTH))
    LinkCode.objects.create(
        customer=customer, digest=digest(code), made_at=at, made_by=by, expires_at=at + WORKS_FOR
    )
    return code


def accounts() -> Sequence[ChannelAccount]:
    """Where somebody can show a code: one account of each messenger, the main one first. One query."""
    found = ChannelAccount.objects.open().filter(channel__in=LINKED_BY_CODE).order_by("-is_main", "pk")
    first: dict[str, ChannelAccount] = {}
    for account in found:
        first.setdefault(account.channel, account)
    return list(first.values())


def digest(code: str) -> bytes:
    return hashlib.sha256(code.strip().lower().encode("utf-8", "surrogatepass")).digest()


@transaction.atomic
def link(
    account: ChannelAccount, asked: LinkAsked, *, shop: Shop, at: datetime, raw: RawDelivery | None = None
) -> Identity | None:
    """Let the person behind a code be recognised by whoever shows it. Either way they hear what came of it.

    None: the code is wrong, old or used, or the handle is somebody else's; then nothing is changed. A customer whom we
    only knew by this very handle turns out to be the person: they are merged, which can be undone. Idempotent by the
    code. Locks the code's row, the handle (crm.people.identification.lock_signs) and the people's rows.
    """
    sign = sign_of(Hint(kind=asked.sender.kind, value=asked.sender.value, is_verified=True), shop)
    codes = LinkCode.objects.select_for_update(of=("self",)).select_related("customer")
    code = codes.filter(digest=digest(asked.code)).first()
    lock_signs([sign])
    holder = identify_by([sign]).customer
    if code is None or not _may_link(code, holder, sign, at=at):
        _answer_wrong(account, asked, sign, holder, raw=raw, at=at)
        return None
    customer = survivor(code.customer)
    refuse_words_about(customer)
    identity = _give(customer, sign, holder, at=at)
    code.used_at, code.used_on = at, account
    code.save(update_fields=["used_at", "used_on"])
    _tell(identity, customer, ChannelLinked(channel_code=account.channel), event=f"code:{code.pk}", at=at)
    _answer(account, asked, customer, sign, _thanks(customer.language), at=at)
    return identity


@transaction.atomic
def unlink(identity: Identity, *, by: User | None, at: datetime) -> None:
    """No longer recognise the person by this handle. Their consents and messages stay. A fact (ChannelUnlinked).

    Raises:
        NotLinked: it is gone already, or is no handle of a messenger.
    """
    standing = Identity.objects.select_for_update().filter(pk=identity.pk, kind__in=LINKABLE)
    found = standing.select_related("customer").first()
    if found is None:
        raise NotLinked
    fact = ChannelUnlinked(channel_code=found.kind)
    _tell(found, survivor(found.customer), fact, event=f"unlinked:{found.pk}", at=at, by=by)
    found.delete()


def _may_link(code: LinkCode, holder: Customer | None, sign: Sign, *, at: datetime) -> bool:
    if code.used_at is not None or code.expires_at <= at:
        return False
    customer = survivor(code.customer)
    if customer.erased_at:
        return False
    return holder in (None, customer) or _is_known_by_this_alone(holder, sign)


def _is_known_by_this_alone(holder: Customer | None, sign: Sign) -> bool:
    """We met them on this channel, and know nothing else of who they are."""
    return not Identity.objects.filter(customer=holder).exclude(kind=sign.kind, value=sign.value).exists()


def _give(customer: Customer, sign: Sign, holder: Customer | None, *, at: datetime) -> Identity:
    if holder and holder != customer:
        merging.merge(customer, other=holder, by=None, at=at, evidence=[sign.kind])
    rows = Identity.objects.filter(kind=sign.kind, namespace=sign.namespace, value=sign.value)
    identity = rows.filter(verified_at__isnull=False).first() or rows.filter(customer=customer).first()
    if identity is None:
        return Identity.objects.create(
            customer=customer,
            kind=sign.kind,
            namespace=sign.namespace,
            value=sign.value,
            original=sign.original,
            evidence=Identity.Evidence.CODE,
            verified_at=at,
            added_at=at,
        )
    identity.evidence, identity.verified_at = Identity.Evidence.CODE, identity.verified_at or at
    identity.save(update_fields=["evidence", "verified_at"])
    return identity


def _tell(
    identity: Identity,
    customer: Customer,
    fact: ChannelLinked | ChannelUnlinked,
    *,
    event: str,
    at: datetime,
    by: User | None = None,
) -> None:
    timeline.record(
        customer,
        fact,
        source=SOURCE,
        source_id=event,
        occurred_at=at,
        recorded_at=at,
        channel=fact.channel_code,
        actor=by,
        subject=identity,
    )


# ── what the person hears ────────────────────────────────────────────────────
def _thanks(language: str) -> str:
    with translation.override(language):
        return _("Thank you: we know now that it is you who writes here. Ask us anything in this chat.")


def _sorry(language: str) -> str:
    with translation.override(language):
        return _(
            "This link no longer works: each works once, and for an hour. Please open a new one, "
            "or just write to us here."
        )


def sorry_for(delivery: RawDelivery) -> Iterator[Letter]:
    """What whoever showed a code in this delivery is told, if it did not fit. Read from the delivery: nothing of a
    stranger is written down anywhere else."""
    for asked in channel_named(delivery.account.channel).read(
        delivery.account, bytes(delivery.body), delivery.headers
    ):
        if isinstance(asked, LinkAsked):
            text = _sorry(asked.sender.language or settings.LANGUAGE_CODE)
            yield Letter(id=0, to=asked.sender.value, thread=asked.thread, text=text)


def _answer_wrong(
    account: ChannelAccount,
    asked: LinkAsked,
    sign: Sign,
    holder: Customer | None,
    *,
    raw: RawDelivery | None,
    at: datetime,
) -> None:
    """A stranger stays a stranger: they are answered without being written down."""
    if holder:
        return _answer(account, asked, holder, sign, _sorry(holder.language), at=at)
    if raw:
        task = "crm.linking_tasks.tell_stranger"
        transaction.on_commit(
            lambda: current_app.send_task(task, [raw.pk], retry=False, ignore_result=True), robust=True
        )
    return None


def _answer(
    account: ChannelAccount, asked: LinkAsked, customer: Customer, sign: Sign, text: str, *, at: datetime
) -> None:
    messaging.write(
        customer,
        account=account,
        to=sign.value,
        text=text,
        source=SOURCE,
        source_id=f"{account.pk}:{asked.external_id}"[:200],
        at=at,
    )
