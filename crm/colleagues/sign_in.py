"""How staff sign in: django-allauth, with accounts made by colleagues and never by the public, and a second factor."""

from __future__ import annotations

import time
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import LoginForm
from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from crm import company
from crm.models import User
from crm.secrets import sealing

RECENT_SECONDS = 300
SECOND_FACTOR = "veren-2nd-factor"
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


class StaffAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Says nothing: “You have signed in as …” tells nobody anything new."""


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Secrets are encrypted where they rest: a stolen dump alone makes no codes."""

    def encrypt(self, text: str) -> str:
        return sealing.seal(text, purpose=SECOND_FACTOR)

    def decrypt(self, encrypted_text: str) -> str:
        return sealing.unseal(encrypted_text, purpose=SECOND_FACTOR)

    def get_totp_issuer(self) -> str:
        return company.current().name


class SignInForm(LoginForm):  # type: ignore[misc]
    """allauth's form in our words; a placeholder would only repeat the label."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("E-mail")
        self.fields["password"].label = _("Password")
        self.fields["password"].help_text = ""
        if "remember" in self.fields:
            self.fields["remember"].label = _("Stay signed in on this computer")
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)
        self.fields["login"].widget.attrs["autofocus"] = True


def has_second_factor(request: HttpRequest) -> bool:
    """Whether a second factor was shown in *this* session: having one at home is not enough."""
    return any(record.get("method") == "mfa" for record in get_authentication_records(request, request.user))


def is_sure_enough(request: HttpRequest) -> bool:
    """What the admin asks of a session. Development may relax it, and says so on every page."""
    return not settings.STAFF_SECOND_FACTOR_REQUIRED or has_second_factor(request)


def on_page(request: HttpRequest) -> dict[str, bool]:
    """For templates: whether colleagues get in without a second factor, which every page says."""
    return {"second_factor_is_relaxed": not settings.STAFF_SECOND_FACTOR_REQUIRED}


def let_in(request: HttpRequest, user: User) -> None:
    """Sign in somebody who has set their password this very moment; the second factor is still to come."""
    login(request, user, backend=BACKEND)
    record_authentication(request, user, "password", reauthenticated=True)


def count_recent_password(request: HttpRequest) -> None:
    """Who typed the password within a few minutes is not asked for it again to set a second factor up."""
    records = get_authentication_records(request, request.user)
    if any(
        record["method"] == "password" and time.time() - record["at"] < RECENT_SECONDS for record in records
    ):
        record_authentication(request, request.user, "password", reauthenticated=True)
