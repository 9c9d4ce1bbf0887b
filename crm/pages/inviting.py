"""Inviting colleagues, and the page where an invitation becomes a sign-in."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth import password_validation
from django.contrib.auth.decorators import permission_required
from django.contrib.auth.models import Group
from django.core.mail import send_mail
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_POST

from crm import company
from crm.colleagues import inviting
from crm.colleagues.sign_in import let_in
from crm.errors import Refusal
from crm.models import Invitation, Shop, User
from crm.pages.requests import StaffRequest

SHOWN = 50


class InvitationForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=150)
    email = forms.EmailField(label=_("E-mail"))
    role = forms.ModelChoiceField(Group.objects.none(), label=_("Role"), empty_label=None)
    shops = forms.ModelMultipleChoiceField(
        Shop.objects.filter(is_active=True),
        label=_("Shops they will work in"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("A cashier sees the orders of these shops alone; without a shop, none."),
    )
    by_email = forms.BooleanField(label=_("Send the link by e-mail"), required=False, initial=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = import_module(settings.ROLES).NAMES
        field: Any = self.fields["role"]
        field.queryset = Group.objects.filter(name__in=names).order_by("pk")
        field.label_from_instance = lambda group: names[group.name]


class JoiningForm(forms.Form):
    name = forms.CharField(
        label=_("Your name"), max_length=150, help_text=_("Customers see it under an answer.")
    )
    password = forms.CharField(
        label=_("Password"),
        help_text=_("12 characters or more."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email = email

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        person = User(email=self.email, name=self.cleaned_data.get("name", ""))
        password_validation.validate_password(password, person)
        return password


@never_cache
@sensitive_variables("link")
@permission_required("crm.add_user", raise_exception=True)
def invitations(request: StaffRequest) -> HttpResponse:
    """The form, the link just made (shown this once), and the latest invitations."""
    form, link = InvitationForm(request.POST or None), ""
    if request.method == "POST" and form.is_valid():
        try:
            link = _invite(request, form.cleaned_data)
            form = InvitationForm()
        except Refusal as refused:
            form.add_error("email", str(refused.title))
    latest = Invitation.objects.select_related("role", "invited_by").order_by("-pk")[:SHOWN]
    now, names = timezone.now(), import_module(settings.ROLES).NAMES
    context = {
        **admin.site.each_context(request),
        "title": _("Invite colleagues"),
        "form": form,
        "link": link,
        "invitations": [
            (invitation, invitation.is_open(now), names.get(invitation.role.name, invitation.role.name))
            for invitation in latest
        ],
    }
    return render(request, "crm/inviting/invitations.html", context)


@sensitive_variables()
def _invite(request: StaffRequest, given: dict[str, Any]) -> str:
    invitation, token = inviting.invite(
        email=given["email"],
        name=given["name"],
        role=given["role"],
        shops=given["shops"],
        invited_by=request.user,
        at=timezone.now(),
    )
    link = request.build_absolute_uri(reverse("invitation", args=[token]))
    if given["by_email"]:
        try:
            _send(invitation, link)
            messages.success(request, _("The invitation is on its way."))
        except OSError:  # every refusal of a mail server is one
            messages.error(request, _("The e-mail could not be sent. Copy the link and pass it on yourself."))
    return link


@sensitive_variables()
def _send(invitation: Invitation, link: str) -> None:
    house = company.current()
    words = {"invitation": invitation, "link": link, "company": house}
    send_mail(
        subject=str(_("An invitation to work in %(company)s") % {"company": house.name}),
        message=render_to_string("crm/inviting/letter.txt", words),
        from_email=None,
        recipient_list=[invitation.email],
        fail_silently=False,
    )


@require_POST
@permission_required("crm.add_user", raise_exception=True)
def revocation(request: StaffRequest, pk: int) -> HttpResponse:
    inviting.revoke(get_object_or_404(Invitation, pk=pk), at=timezone.now())
    messages.success(request, _("The invitation is taken back. Its link no longer works."))
    return HttpResponseRedirect(reverse("crm:invitations"))


@never_cache
@sensitive_post_parameters("password")
@sensitive_variables("token")
def join(request: HttpRequest, token: str) -> HttpResponse:
    """Behind the link: one's own name and password, then a second factor."""
    invitation = inviting.open_invitation(token, at=timezone.now())
    if invitation is None:
        return render(request, "crm/inviting/over.html", status=410)
    form = JoiningForm(request.POST or None, email=invitation.email, initial={"name": invitation.name})
    if request.method == "POST" and form.is_valid():
        try:
            return _join(request, token, form.cleaned_data)
        except Refusal as refused:
            form.add_error(None, str(refused.title))
    return render(request, "crm/inviting/join.html", {"form": form, "invitation": invitation})


@sensitive_variables()
def _join(request: HttpRequest, token: str, given: dict[str, Any]) -> HttpResponse:
    user = inviting.accept(
        token,
        name=given["name"],
        password=given["password"],
        language=get_language() or "",
        at=timezone.now(),
    )
    let_in(request, user)
    return HttpResponseRedirect(reverse("mfa_activate_totp"))
