from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import QuerySet, TextChoices
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from crm.admin import exported
from crm.admin.inlines import Inline
from crm.admin.keyset import KeysetAdmin, searched_for
from crm.colleagues import own_shops
from crm.messages.channel_names import channel_name
from crm.models import Address, Customer, RiskLevel
from crm.people.masking import masked
from crm.search import finding
from crm.segments import waiting
from crm.templatetags.veren import when
from crm.words.wording import money, number
from crm.worth.categories import Category
from crm.worth.stages import Stage

REACHED_BY = 2
WAYS_SHOWN = ("phone", "email", "telegram")
WAYS_TO_REACH = ("phone", "sms", "email", "telegram", "viber")


OVER_ALL_SHOPS = ("category", "risk", "orders", "net_revenue", "last_order")


class AddressInline(Inline):
    model = Address


class OfWorth(admin.SimpleListFilter):
    """By what the latest night says of them: each has an index of its own, and nothing is counted."""

    choices_of: ClassVar[type[TextChoices]]

    def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[str, Any]]:
        return self.choices_of.choices

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() not in self.choices_of.values:
            return queryset
        return queryset.filter(**{f"worth__{self.parameter_name}": self.value()})


class CategoryFilter(OfWorth):
    title, parameter_name, choices_of = _("category"), "category", Category


class StageFilter(OfWorth):
    title, parameter_name, choices_of = _("stage"), "stage", Stage


class RiskFilter(OfWorth):
    title, parameter_name, choices_of = _("risk of losing them"), "risk", RiskLevel


@admin.register(Customer)
class CustomerAdmin(KeysetAdmin):
    list_display = ("name", "reach", "city", "orders", "net_revenue", "last_order", "category", "risk")
    list_filter = (CategoryFilter, StageFilter, RiskFilter)
    list_display_links = ("name",)
    list_select_related = ("figures", "worth")
    list_prefetch_related = ("identities", "addresses")
    preserve_filters = False  # a person's page has an address of its own
    sortable_by = ("net_revenue", "last_order")
    export_columns = exported.CUSTOMERS
    search_fields = ("full_name",)
    search_help_text = _("A name, a phone, an e-mail, a card, or the number of an order.")
    inlines = (AddressInline,)
    fieldsets = (
        (None, {"fields": ("given_name", "patronymic", "family_name", "birthday")}),
        (_("How we speak with them"), {"fields": ("language", "time_zone", "preferred_channel")}),
        (_("Who looks after them"), {"fields": ("account_manager", "deputy_manager")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Customer]:
        return super().get_queryset(request).filter(merged_into=None, erased_at=None)

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        """What somebody bought in all shops together is for those who see every shop."""
        shown = super().get_list_display(request)
        if own_shops.sees_every_shop(request.user):
            return shown
        return [column for column in shown if column not in OVER_ALL_SHOPS]

    def get_list_filter(self, request: HttpRequest) -> Any:
        return self.list_filter if own_shops.sees_every_shop(request.user) else ()

    def search(self, queryset: QuerySet[Any], text: str) -> QuerySet[Any]:
        return finding.customers(text, among=queryset)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Who looks for a phone, a card or an order number of one person wants that person, not a list of one."""
        text = searched_for(request.GET.get("q", ""))
        known = finding.known_by(text) if text else set()
        if len(known) == 1 and self.has_view_permission(request):
            return HttpResponseRedirect(reverse("crm:customer", args=[*known]))
        return super().changelist_view(request, extra_context)

    def url_of(self, row: Any) -> str | None:
        return reverse("crm:customer", args=[row.pk])

    def response_post_save_change(self, request: HttpRequest, obj: Any) -> HttpResponseRedirect:
        return HttpResponseRedirect(self.url_of(obj) or "")

    def save_model(self, request: HttpRequest, obj: Customer, form: Any, change: bool) -> None:
        if not change:
            obj.created_at = timezone.now()
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """With the addresses under it: whoever asks about language, age or city sees the change at once."""
        super().save_related(request, form, formsets, change)
        waiting.look_at([form.instance.pk], at=timezone.now())

    def response_post_save_add(self, request: HttpRequest, obj: Any) -> HttpResponseRedirect:
        return HttpResponseRedirect(self.url_of(obj) or "")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field: Any = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if field is not None and db_field.name in ("account_manager", "deputy_manager"):
            field.queryset = field.queryset.filter(is_staff=True, is_active=True)
        return field

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "preferred_channel":
            names = [(channel, channel_name(channel)) for channel in WAYS_TO_REACH]
            return forms.ChoiceField(
                label=db_field.verbose_name, choices=[("", _("not said")), *names], required=False
            )
        field: Any = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name in ("account_manager", "deputy_manager"):
            field.widget = field.widget.widget  # without the icons that lead to colleagues' own forms
        return field

    @admin.display(description=_("name"))
    def name(self, customer: Customer) -> str:
        return str(customer)

    @admin.display(description=_("how to reach"))
    def reach(self, customer: Customer) -> SafeString:
        known = sorted(
            (identity for identity in customer.identities.all() if identity.kind in WAYS_SHOWN),
            key=lambda identity: WAYS_SHOWN.index(identity.kind),
        )
        cells = ((masked(identity.kind, identity.value),) for identity in known[:REACHED_BY])
        return format_html_join(" ", '<span class="nowrap cell-part">{}</span>', cells)

    @admin.display(description=_("city"))
    def city(self, customer: Customer) -> str:
        addresses = sorted(customer.addresses.all(), key=lambda address: not address.is_main)
        return addresses[0].city if addresses else ""

    @admin.display(description=_("category"))
    def category(self, customer: Customer) -> str:
        return customer.worth.get_category_display() if hasattr(customer, "worth") else ""

    @admin.display(description=_("risk of losing them"))
    def risk(self, customer: Customer) -> str:
        its = customer.worth if hasattr(customer, "worth") else None
        return its.get_risk_display() if its and its.risk != RiskLevel.NONE else ""

    @admin.display(description=_("orders"))
    def orders(self, customer: Customer) -> str:
        return number(customer.figures.orders) if _has_figures(customer) else ""

    @admin.display(description=_("net revenue"), ordering="figures__net_revenue")
    def net_revenue(self, customer: Customer) -> str:
        figures = customer.figures if _has_figures(customer) else None
        return money(figures.net_revenue, figures.currency) if figures and figures.currency else ""

    @admin.display(description=_("last order"), ordering="figures__last_order_at")
    def last_order(self, customer: Customer) -> SafeString | str:
        moment: datetime | None = customer.figures.last_order_at if _has_figures(customer) else None
        return when(moment)


def _has_figures(customer: Customer) -> bool:
    return hasattr(customer, "figures")
