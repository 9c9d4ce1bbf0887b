"""Channels: by what the company is written to, what came in as it came, and what was written on either side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from crm.admin.keyset import KeysetAdmin, ReadOnlyAdmin
from crm.admin.orders import link_to
from crm.channels import CHANNELS, Channel, UnknownChannel, channel_named
from crm.channels.proving import faults_of_secrets
from crm.errors import Refusal
from crm.messages import channel_accounts, sending
from crm.models import ChannelAccount, Message, NoticeText, RawDelivery
from crm.templatetags.veren import when
from crm.words.wording import number

SETTING, SECRET = "setting_", "secret_"

# How the form asks for a setting; one that is not here is called as its channel calls it.
ASKED: Mapping[str, str | Promise] = {
    "acknowledges": _("Tell people by ourselves that their message has arrived"),
    "answer_id": _("Where the gateway’s answer holds the number of the message"),
    "api_url": _("Address of the provider"),
    "bot_name": _("Name of the bot"),
    "bot_uri": _("Name of the bot in links"),
    "extensions": _("Which colleague sits at which extension"),
    "fields": _("What the gateway is sent"),
    "file_hosts": _("Where the provider keeps what people send"),
    "hooks_of": _("The provider that brings us mail"),
    "imap_folder": _("Folder of the mailbox"),
    "imap_host": _("Server from which we fetch mail (IMAP)"),
    "imap_port": _("Its port"),
    "imap_security": _("Its line: tls, starttls or none"),
    "imap_user": _("User of the mailbox"),
    "provider_domain": _("Domain at the provider"),
    "provider_url": _("Address of the provider"),
    "sender": _("Name of the sender"),
    "sender_name": _("Name of the sender"),
    "sends_by": _("What it sends by: house, smtp, or a provider"),
    "signature_header": _("Header with the signature"),
    "sites": _("Sites that may show the window"),
    "smtp_host": _("Server by which we send mail (SMTP)"),
    "smtp_port": _("Its port"),
    "smtp_security": _("Its line: tls, starttls or none"),
    "smtp_user": _("User at that server"),
    "takes_repeats": _("The gateway sends a repeated message once"),
    "url": _("Address of the gateway"),
    "verifier": _("Name of the server that proves who wrote"),
}


class LinesField(forms.CharField):
    """Several short texts, one a line."""

    widget = forms.Textarea(attrs={"rows": 3})

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list | tuple) else value

    def to_python(self, value: Any) -> Any:
        return [line.strip() for line in str(value or "").splitlines() if line.strip()]


class AccountForm(forms.ModelForm):  # type: ignore[type-arg]
    """`channel` is decided before the form is made. Secrets are never shown: an empty field leaves one as it is."""

    its: ClassVar[Channel]

    class Meta:
        model = ChannelAccount
        fields = ("name", "address", "shop", "is_main")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.channel = self.its.name
        for name, value in (self.instance.settings or {}).items():
            self.initial[SETTING + name] = value

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        told = {one.name: cleaned.get(SETTING + one.name) for one in fields(self.its.settings)}
        told = {name: value for name, value in told.items() if value not in (None, "", [])}
        try:
            self.instance.settings = self.its.settings.read(told).settings()
        except Refusal as refused:
            for fault in refused.faults:
                self.add_error(SETTING + fault.pointer.lstrip("/"), str(fault.detail))
        self._keep_secrets(cleaned)
        return cleaned

    def _keep_secrets(self, cleaned: Mapping[str, Any]) -> None:
        given = {name: cleaned.get(SECRET + name) for name in self.its.secrets}
        told = {**self.instance.secrets, **{name: value for name, value in given.items() if value}}
        for fault in faults_of_secrets(self.its, told):
            self.add_error(SECRET + fault.pointer.lstrip("/"), str(fault.detail))
        self.instance.keep_secrets(told)


def form_for(channel: Channel) -> type[AccountForm]:
    """The form with a field for each setting and each secret of the channel."""
    declared: dict[str, Any] = {SETTING + one.name: _field(one) for one in fields(channel.settings)}
    for name, label in channel.secrets.items():
        declared[SECRET + name] = forms.CharField(
            label=str(label),
            required=False,
            max_length=500,
            strip=True,
            widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
            help_text=_("Not shown once it is kept. Leave it empty to change nothing."),
        )
    return type("AccountForm", (AccountForm,), {**declared, "its": channel})


def _field(one: Any) -> forms.Field:
    told: dict[str, Any] = {
        "label": ASKED.get(one.name, one.name),
        "required": one.default is MISSING,
        "initial": None if one.default is MISSING else one.default,
    }
    shape = str(one.type)
    if shape.startswith("bool"):
        return forms.BooleanField(**{**told, "required": False})
    if shape.startswith("int"):
        return forms.IntegerField(min_value=0, max_value=65_535, **told)
    if shape.startswith("tuple"):
        return LinesField(**told)
    return forms.CharField(max_length=100, **told)


@admin.register(ChannelAccount)
class ChannelAccountAdmin(KeysetAdmin):
    """First the channel is chosen; the form then asks for what it needs. Nothing is deleted: a channel is closed."""

    list_display = ("name", "kind", "address", "shop", "is_main", "heard", "failed", "closed")
    list_select_related = ("shop",)
    actions = ("close", "reopen")

    def channel_of(self, request: HttpRequest, obj: Any = None) -> Channel:
        """Raises UnknownChannel while none was chosen."""
        return channel_named(obj.channel if obj else request.GET.get("channel", ""))

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        kwargs["form"] = form_for(self.channel_of(request, obj))
        return super().get_form(request, obj, change, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        its = self.channel_of(request, obj)
        return (
            (None, {"fields": ("name", "address", "shop", "is_main")}),
            (_("Settings"), {"fields": tuple(SETTING + one.name for one in fields(its.settings))}),
            (_("Secrets"), {"fields": tuple(SECRET + name for name in its.secrets)}),
            (_("How it goes"), {"fields": ("hook", "heard_at", "failed_at", "failure")}),
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("hook", "heard_at", "failed_at", "failure")

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        try:
            self.channel_of(request)
        except UnknownChannel:
            return self._choose(request)
        return super().add_view(request, form_url, extra_context)

    def _choose(self, request: HttpRequest) -> HttpResponse:
        if not self.has_add_permission(request):
            return super().add_view(request)
        context = {
            **self.admin_site.each_context(request),
            "title": _("By what do customers write to you?"),
            "opts": self.opts,
            "channels": CHANNELS.values(),
        }
        return TemplateResponse(request, "crm/channels/kinds.html", context)

    def save_model(self, request: HttpRequest, obj: ChannelAccount, form: Any, change: bool) -> None:
        if not change:
            obj.opened_at = timezone.now()
        super().save_model(request, obj, form, change)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.action(description=_("Close: nothing is taken or sent by these channels"), permissions=["change"])
    def close(self, request: HttpRequest, queryset: QuerySet[ChannelAccount]) -> None:
        closed = channel_accounts.close(list(queryset), at=timezone.now())
        text = ngettext("%(count)s channel is closed.", "%(count)s channels are closed.", closed)
        messages.success(request, text % {"count": number(closed)})

    @admin.action(description=_("Open these channels again"), permissions=["change"])
    def reopen(self, request: HttpRequest, queryset: QuerySet[ChannelAccount]) -> None:
        opened = channel_accounts.reopen(list(queryset))
        text = ngettext("%(count)s channel is open again.", "%(count)s channels are open again.", opened)
        messages.success(request, text % {"count": number(opened)})

    @admin.display(description=_("kind"))
    def kind(self, account: ChannelAccount) -> str:
        channel = CHANNELS.get(account.channel)
        return str(channel.label if channel else account.channel)

    @admin.display(description=_("address that the provider calls"))
    def hook(self, account: ChannelAccount) -> str:
        if not account.pk:
            return ""
        path = reverse("hooks:hook", args=[account.channel, account.key])
        return f"{settings.PUBLIC_ADDRESS}{path}"

    @admin.display(description=_("last heard of"))
    def heard(self, account: ChannelAccount) -> SafeString | str:
        return when(account.heard_at)

    @admin.display(description=_("last failure"))
    def failed(self, account: ChannelAccount) -> SafeString | str:
        return when(account.failed_at)

    @admin.display(description=_("closed"))
    def closed(self, account: ChannelAccount) -> SafeString | str:
        return when(account.closed_at)


@admin.register(NoticeText)
class NoticeTextAdmin(ReadOnlyAdmin):
    """What the house writes by itself has pages of its own: this list leads there."""

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return HttpResponseRedirect(reverse("crm:notices"))


class IsWorkedOff(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("waiting", _("waits")), ("stuck", _("for people to look at"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if not self.value():
            return queryset
        waiting = queryset.filter(processed_at=None)
        return waiting.filter(next_try_at=None) if self.value() == "stuck" else waiting


@admin.register(RawDelivery)
class RawDeliveryAdmin(ReadOnlyAdmin):
    """What providers brought. Their bytes are kept to be read again, and shown to nobody here."""

    list_display = ("delivery_id", "account", "received", "worked_off", "attempts", "tries_again", "failure")
    list_filter = (IsWorkedOff, "account")
    list_select_related = ("account",)
    fields = ("account", "delivery_id", "received_at", "processed_at", "attempts", "next_try_at", "error")
    actions = ("try_again",)

    @admin.action(description=_("Try again now, counted from the first"), permissions=["try_again"])
    def try_again(self, request: HttpRequest, queryset: QuerySet[RawDelivery]) -> None:
        chosen = channel_accounts.try_again(list(queryset), at=timezone.now())
        text = ngettext(
            "%(count)s delivery will be tried again within seconds.",
            "%(count)s deliveries will be tried again within seconds.",
            chosen,
        )
        messages.success(request, text % {"count": number(chosen)})

    def has_try_again_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("crm.change_rawdelivery")

    def get_queryset(self, request: HttpRequest) -> QuerySet[RawDelivery]:
        return super().get_queryset(request).defer("body", "headers")

    @admin.display(description=_("received"))
    def received(self, delivery: RawDelivery) -> SafeString | str:
        return when(delivery.received_at)

    @admin.display(description=_("worked off"))
    def worked_off(self, delivery: RawDelivery) -> SafeString | str:
        return when(delivery.processed_at)

    @admin.display(description=_("next try"))
    def tries_again(self, delivery: RawDelivery) -> SafeString | str:
        return when(delivery.next_try_at)

    @admin.display(description=_("what failed"))
    def failure(self, delivery: RawDelivery) -> str:
        return delivery.error.split(" ← ")[0]


@admin.register(Message)
class MessageAdmin(ReadOnlyAdmin):
    """Everything that was written on either side. What was perhaps sent waits here for somebody to decide."""

    list_display = ("about", "person", "account", "direction", "state_said", "written", "failure")
    list_filter = ("state", "direction", "account")
    list_select_related = ("customer", "account")
    fields = (
        *("person", "account", "direction", "author_kind", "author", "state", "failure"),
        *("purpose", "notice", "language", "subject", "text"),
        *("occurred_at", "send_at", "attempts", "sent_at", "delivered_at", "read_at", "ended_at"),
        *("instead_of", "decided_by", "decided_at"),
    )
    actions = ("send_again", "confirm_arrival")

    @admin.action(description=_("Send again what was perhaps sent"), permissions=["decide"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[Message]) -> None:
        done = self._decide(request, queryset, sending.send_again)
        text = ngettext("%(count)s message is sent again.", "%(count)s messages are sent again.", done)
        messages.success(request, text % {"count": number(done)})

    @admin.action(description=_("It arrived: do not send it again"), permissions=["decide"])
    def confirm_arrival(self, request: HttpRequest, queryset: QuerySet[Message]) -> None:
        done = self._decide(request, queryset, sending.confirm_arrival)
        text = ngettext("%(count)s message has arrived.", "%(count)s messages have arrived.", done)
        messages.success(request, text % {"count": number(done)})

    def _decide(self, request: HttpRequest, queryset: QuerySet[Message], decide: Any) -> int:
        """What became known meanwhile is left as it is."""
        done = 0
        for message in queryset:
            try:
                decide(message, by=request.user, at=timezone.now())
            except sending.NotUncertain as refused:
                messages.warning(request, f"{message}: {refused.title}")
            else:
                done += 1
        return done

    def has_decide_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("crm.change_message")

    @admin.display(description=_("message"))
    def about(self, message: Message) -> str:
        return message.subject or message.text[:60] or str(message)

    @admin.display(description=_("customer"))
    def person(self, message: Message) -> SafeString | str:
        return link_to(message.customer)

    @admin.display(description=_("state"))
    def state_said(self, message: Message) -> str:
        return message.get_state_display()

    @admin.display(description=_("written"))
    def written(self, message: Message) -> SafeString | str:
        return when(message.occurred_at)
