"""Inviting a colleague: a link that works once, for a while, for the role it names."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.contrib.auth.models import Group
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from crm.errors import Refusal
from crm.models import Invitation, Shop, User

WORKS_FOR = timedelta(days=7)


class AlreadyColleague(Refusal):
    code = "already-a-colleague"
    title = _("Somebody with this e-mail works here already.")


class InvitationOver(Refusal):
    code = "invitation-over"
    title = _("This invitation was used, taken back, or is too old. Ask for a new one.")


@transaction.atomic
def invite(
    *, email: str, name: str, role: Group, invited_by: User, at: datetime, shops: Sequence[Shop] = ()
) -> tuple[Invitation, str]:
    """Make an invitation; its token is answered here, once. Earlier ones to the same address are taken back.

    Raises:
        AlreadyColleague: nobody is invited.
    """
    if User.objects.filter(email__iexact=email).exists():
        raise AlreadyColleague
    Invitation.objects.filter(email__iexact=email, accepted_at=None, revoked_at=None).update(revoked_at=at)
    token = secrets.token_urlsafe(32)
    invitation = Invitation.objects.create(
        email=email.lower(),
        name=name,
        role=role,
        token_sha256=_digest(token),
        invited_by=invited_by,
        invited_at=at,
        expires_at=at + WORKS_FOR,
    )
    invitation.shops.set(shops)
    return invitation, token


def open_invitation(token: str, *, at: datetime) -> Invitation | None:
    """The invitation that this token is, if it still works."""
    found = Invitation.objects.filter(token_sha256=_digest(token)).select_related("role").first()
    return found if found and found.is_open(at) else None


@transaction.atomic
def accept(token: str, *, name: str, password: str, language: str = "", at: datetime) -> User:
    """Become a colleague. Locks the invitation, so that of two at once one is refused.

    Raises:
        InvitationOver: nobody is made.
        AlreadyColleague: the address was taken in between; nobody is made.
    """
    locked = Invitation.objects.select_for_update(of=("self",)).select_related("role")
    invitation = locked.filter(token_sha256=_digest(token)).first()
    if invitation is None or not invitation.is_open(at):
        raise InvitationOver
    if User.objects.filter(email__iexact=invitation.email).exists():
        raise AlreadyColleague
    user = User.objects.create_user(invitation.email, password, name=name, language=language, is_staff=True)
    user.groups.add(invitation.role)
    user.shops.set(invitation.shops.all())
    invitation.accepted_at = at
    invitation.accepted_by = user
    invitation.save(update_fields=["accepted_at", "accepted_by"])
    return user


def revoke(invitation: Invitation, *, at: datetime) -> None:
    """Take it back; one that was accepted, or taken back before, stays as it is."""
    Invitation.objects.filter(pk=invitation.pk, accepted_at=None, revoked_at=None).update(revoked_at=at)


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
