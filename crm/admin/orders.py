"""Orders and returns: to look at. They change by what happens in the shop (crm.purchases.ordering), not by typing."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from crm.admin import exported
from crm.admin.inlines import LookInline
from crm.admin.keyset import ReadOnlyAdmin
from crm.colleagues import own_shops
from crm.models import Customer, Order, OrderAmendment, OrderLine, Return, ReturnLine, Shipment
from crm.search import finding
from crm.templatetags.veren import delivery, progress_badge, when
from crm.words.wording import money


class LineInline(LookInline):
    model = OrderLine
    fields = ("name", "sku", "quantity", "unit_price", "discount_amount", "amount", "returned_quantity")


class AmendmentInline(LookInline):
    model = OrderAmendment
    verbose_name_plural = _("What the order said before it was changed")
    fields = readonly_fields = ("changed", "total_before", "lines_before")
    ordering = ("-pk",)

    @admin.display(description=_("changed in the shop"))
    def changed(self, amendment: OrderAmendment) -> SafeString | str:
        return when(amendment.as_of)

    @admin.display(description=_("total"))
    def total_before(self, amendment: OrderAmendment) -> str:
        before = amendment.before
        total = Decimal(before["goods_amount"]) + Decimal(before["delivery_amount"])
        return money(total, amendment.order.currency)

    @admin.display(description=_("lines"))
    def lines_before(self, amendment: OrderAmendment) -> str:
        return "; ".join(
            f"{line['name'] or line['sku']} × {Decimal(line['quantity']).normalize():f}: "
            + money(Decimal(line["amount"]), amendment.order.currency)
            for line in amendment.before["lines"]
        )


class ShipmentInline(LookInline):
    model = Shipment
    fields = ("carrier", "tracking_number", "pickup_point", "promised_on", "shipped_at", "delivered_at")


class ReturnLineInline(LookInline):
    model = ReturnLine
    fields = ("name", "sku", "quantity", "amount", "order_line")


class PromiseKept(admin.SimpleListFilter):
    """As on the desk: orders with a parcel that should have been there by now."""

    title = _("promised day")
    parameter_name = "promise"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("broken", _("is past"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if not self.value():
            return queryset
        late = Shipment.objects.overdue(timezone.localdate())
        return queryset.filter(pk__in=late.values("order_id"))


@admin.register(Order)
class OrderAdmin(ReadOnlyAdmin):
    list_display = ("number", "buyer", "shop", "state", "total", "placed", "promised")
    list_filter = ("shop", "channel", "progress", PromiseKept)
    list_select_related = ("shop", "customer")
    list_prefetch_related = ("shipments",)
    ordering = ("-placed_at",)
    export_columns = exported.ORDERS
    search_fields = ("number",)
    search_help_text = _(
        "The number of the order or of its parcel, or the phone, e-mail or card of who bought."
    )
    inlines = (LineInline, AmendmentInline, ShipmentInline)
    fieldsets = (
        (None, {"fields": (("number", "external_id", "state"), ("buyer", "shop", "channel", "warehouse"))}),
        (_("Amounts"), {"fields": (("goods", "delivery_cost", "total"),)}),
        (
            _("What happened"),
            {
                "fields": (
                    ("placed_at", "paid_at", "shipped_at"),
                    ("delivered_at", "completed_at", "cancelled_at"),
                )
            },
        ),
    )

    def get_inlines(self, request: HttpRequest, obj: Any | None) -> list[type[Any]]:
        """Most orders are never changed: nothing is said of it there."""
        is_changed = obj is not None and obj.amendments.exists()
        return [one for one in self.inlines if is_changed or one is not AmendmentInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Order]:
        return own_shops.seen_by(request.user, super().get_queryset(request))

    def search(self, queryset: QuerySet[Any], text: str) -> QuerySet[Any]:
        return queryset.filter(finding.orders_known_by(text))

    @admin.display(description=_("customer"))
    def buyer(self, order: Order) -> SafeString | str:
        return link_to(order.customer)

    @admin.display(description=_("state"))
    def state(self, order: Order) -> SafeString:
        return progress_badge(order.progress)

    @admin.display(description=_("goods"))
    def goods(self, order: Order) -> str:
        return money(order.goods_amount, order.currency)

    @admin.display(description=_("delivery"))
    def delivery_cost(self, order: Order) -> str:
        return money(order.delivery_amount, order.currency)

    @admin.display(description=_("total"))
    def total(self, order: Order) -> str:
        return money(order.goods_amount + order.delivery_amount, order.currency)

    @admin.display(description=_("placed"))
    def placed(self, order: Order) -> SafeString | str:
        return when(order.placed_at)

    @admin.display(description=_("delivery"))
    def promised(self, order: Order) -> SafeString | str:
        return delivery_of(order, now=timezone.now())


@admin.register(Return)
class ReturnAdmin(ReadOnlyAdmin):
    list_display = ("number", "buyer", "shop", "refund", "returned", "reason")
    list_filter = ("shop",)
    list_select_related = ("shop", "customer")
    search_fields = ("number", "external_id")
    export_columns = exported.RETURNS
    search_help_text = _("The number of the return.")
    inlines = (ReturnLineInline,)
    fields = ("number", "external_id", "shop", "buyer", "refund", "reason", "returned_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Return]:
        return own_shops.seen_by(request.user, super().get_queryset(request))

    @admin.display(description=_("customer"))
    def buyer(self, goods_return: Return) -> SafeString | str:
        return link_to(goods_return.customer)

    @admin.display(description=_("refund"))
    def refund(self, goods_return: Return) -> str:
        return money(goods_return.amount, goods_return.currency)

    @admin.display(description=_("returned"))
    def returned(self, goods_return: Return) -> SafeString | str:
        return when(goods_return.returned_at)


def link_to(customer: Customer | None) -> SafeString | str:
    if customer is None:
        return ""
    return format_html('<a href="{}">{}</a>', reverse("crm:customer", args=[customer.pk]), customer)


def delivery_of(order: Order, *, now: datetime) -> SafeString | str:
    """The parcel that is latest, or simply the last."""
    parcels = sorted(order.shipments.all(), key=lambda parcel: (parcel.is_overdue(now.date()), parcel.pk))
    return delivery(parcels[-1], order.progress, now) if parcels else ""
