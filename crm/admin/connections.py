from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from crm.admin.keyset import ReadOnlyAdmin
from crm.connectors import CONNECTORS
from crm.models import Connection
from crm.templatetags.veren import when


@admin.register(Connection)
class ConnectionAdmin(ReadOnlyAdmin):
    list_display = ("name", "system", "heard", "made")
    list_filter = ("shop",)
    list_select_related = ("shop",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).filter(closed_at=None)

    def url_of(self, row: Any) -> str | None:
        return reverse("crm:connection", args=[row.pk])

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """A connection has one page, and it is our own."""
        connection = self.get_object(request, object_id)
        if connection is None:
            return super().change_view(request, object_id, *args, **kwargs)
        return HttpResponseRedirect(reverse("crm:connection", args=[connection.pk]))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("crm.add_connection")

    def add_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return HttpResponseRedirect(reverse("crm:new-connection"))

    @admin.display(description=_("shop"))
    def name(self, connection: Connection) -> str:
        return str(connection.shop)

    @admin.display(description=_("system"))
    def system(self, connection: Connection) -> str:
        return str(CONNECTORS[connection.vendor].label)

    @admin.display(description=_("last heard of"))
    def heard(self, connection: Connection) -> SafeString | str:
        return when(connection.heard_at) or str(_("never yet"))

    @admin.display(description=_("connected"))
    def made(self, connection: Connection) -> SafeString | str:
        return when(connection.created_at)
