from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from crm.admin.keyset import KeysetAdmin, ReadOnlyAdmin
from crm.integrations import api_keys
from crm.models import ApiKey, EventType, Webhook
from crm.templatetags.veren import when
from crm.words.wording import number


@admin.register(EventType)
class EventTypeAdmin(KeysetAdmin):
    list_display = ("name", "shop", "label_en", "label_ru", "label_bg")
    list_filter = ("shop",)
    list_select_related = ("shop",)


@admin.register(ApiKey)
class ApiKeyAdmin(ReadOnlyAdmin):
    """Keys as far as we know them: the secret was shown once and is not kept."""

    list_display = ("label", "shop", "prefix", "scope_list", "used", "expires", "revoked")
    list_filter = ("shop",)
    list_select_related = ("shop",)

    actions = ("revoke",)

    def url_of(self, row: Any) -> str | None:
        return reverse("crm:api-key", args=[row.pk])

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """A key has one page, and it is our own."""
        key = self.get_object(request, object_id)
        if key is None:
            return super().change_view(request, object_id, *args, **kwargs)
        return HttpResponseRedirect(reverse("crm:api-key", args=[key.pk]))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("crm.add_apikey")

    def add_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return HttpResponseRedirect(reverse("crm:new-api-key"))

    @admin.action(description=_("Revoke: shut these keys out within seconds"), permissions=["revoke"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        revoked = api_keys.revoke_keys(list(queryset), at=timezone.now())
        text = ngettext("%(count)s key is revoked.", "%(count)s keys are revoked.", revoked)
        messages.success(request, text % {"count": number(revoked)})

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("crm.change_apikey")

    @admin.display(description=_("name"))
    def label(self, key: ApiKey) -> str:
        return str(key)

    @admin.display(description=_("scopes"))
    def scope_list(self, key: ApiKey) -> str:
        return ", ".join(key.scopes)

    @admin.display(description=_("last used"))
    def used(self, key: ApiKey) -> SafeString | str:
        return when(key.last_used_at)

    @admin.display(description=_("expires"))
    def expires(self, key: ApiKey) -> SafeString | str:
        return when(key.expires_at)

    @admin.display(description=_("revoked"))
    def revoked(self, key: ApiKey) -> SafeString | str:
        return when(key.revoked_at)


@admin.register(Webhook)
class WebhookAdmin(ReadOnlyAdmin):
    list_display = ("name", "shop", "url", "state", "failing")
    list_filter = ("shop",)
    list_select_related = ("shop",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).filter(closed_at=None)

    def url_of(self, row: Any) -> str | None:
        return reverse("crm:webhook", args=[row.pk])

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """A webhook has one page, and it is our own."""
        webhook = self.get_object(request, object_id)
        if webhook is None:
            return super().change_view(request, object_id, *args, **kwargs)
        return HttpResponseRedirect(reverse("crm:webhook", args=[webhook.pk]))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("crm.add_webhook")

    def add_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return HttpResponseRedirect(reverse("crm:new-webhook"))

    @admin.display(description=_("state"))
    def state(self, webhook: Webhook) -> Any:
        if webhook.disabled_at:
            return _("disabled")
        return _("paused") if webhook.paused_at else _("works")

    @admin.display(description=_("failing since"))
    def failing(self, webhook: Webhook) -> SafeString | str:
        return when(webhook.failing_since)
