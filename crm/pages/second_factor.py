"""Setting up and showing a second factor: allauth's pages, with two promises of ours.

A factor shown while it is set up counts for this session. And who has one shows it before changing anything about it:
a session that began with the password alone can neither add a factor nor take one away.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from allauth.mfa.base.internal.flows import post_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.views import ActivateTOTPView
from allauth.mfa.utils import is_mfa_enabled
from allauth.mfa.webauthn.views import AddWebAuthnView
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse

from crm.colleagues.sign_in import count_recent_password, has_second_factor

View = Callable[..., HttpResponseBase]


def shown_first(view: View) -> View:
    """Ask for the second factor that somebody has before anything about it changes."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if is_mfa_enabled(request.user) and not has_second_factor(request):
            return HttpResponseRedirect(
                f"{reverse('mfa_reauthenticate')}?{urlencode({'next': request.path})}"
            )
        return view(request, *args, **kwargs)

    return guarded


def way_in(request: HttpRequest) -> HttpResponse:
    """Where somebody goes who signed in with a password alone: to show their second factor, or to make one."""
    has_one = is_mfa_enabled(request.user)
    if not has_one:
        count_recent_password(request)
    page = "mfa_reauthenticate" if has_one else "mfa_activate_totp"
    following = request.GET.get("next") or reverse("admin:index")
    return HttpResponseRedirect(f"{reverse(page)}?{urlencode({'next': following})}")


class TotpActivation(ActivateTOTPView):  # type: ignore[misc]
    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        _count(self.request, Authenticator.Type.TOTP)
        return response


class PasskeyAddition(AddWebAuthnView):  # type: ignore[misc]
    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        _count(self.request, Authenticator.Type.WEBAUTHN)
        return response


def _count(request: HttpRequest, kind: str) -> None:
    """The one made just now was shown just now."""
    made = Authenticator.objects.filter(user=request.user.pk, type=kind).latest("pk")
    post_authentication(request, made)
