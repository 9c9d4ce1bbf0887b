from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from crm.admin.keyset import ReadOnlyAdmin
from crm.admin.orders import link_to
from crm.models import Customer
from crm.search import finding
from crm.templatetags.veren import when
from crm.words.wording import number
from loyalty.models import AdjustmentRequest, Member


@admin.register(Member)
class MemberAdmin(ReadOnlyAdmin):
    list_display = ("person", "programme", "available", "pending", "joined", "joined_through")
    list_display_links = ("person",)
    list_filter = ("programme",)
    list_select_related = ("customer", "programme", "wallet")
    preserve_filters = False  # a member's page has an address of its own
    search_fields = ("customer__full_name",)
    search_help_text = _("A name, a phone, an e-mail or a card.")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Member]:
        return super().get_queryset(request).filter(merged_into=None, customer__erased_at=None)

    def search(self, queryset: QuerySet[Any], text: str) -> QuerySet[Any]:
        people = finding.customers(text, among=Customer.objects.all())
        return queryset.filter(customer__in=people.values("pk"))

    def url_of(self, row: Any) -> str | None:
        return reverse("loyalty:member", args=[row.pk])

    @admin.display(description=_("customer"))
    def person(self, member: Member) -> str:
        return str(member.customer)

    @admin.display(description=_("can be spent"))
    def available(self, member: Member) -> str:
        return number(member.wallet.available)

    @admin.display(description=_("pending"))
    def pending(self, member: Member) -> str:
        return number(member.wallet.pending)

    @admin.display(description=_("member since"))
    def joined(self, member: Member) -> SafeString | str:
        return when(member.joined_at)


@admin.register(AdjustmentRequest)
class AdjustmentRequestAdmin(ReadOnlyAdmin):
    list_display = ("person", "points", "reason", "requested_by", "requested", "decision", "decided_by")
    list_filter = ("decision",)
    list_select_related = ("member__customer", "requested_by", "decided_by")
    fields = (
        ("person", "points"),
        "reason",
        ("requested_by", "requested_at", "expires_at"),
        ("decision", "decided_by", "decided_at"),
        "decision_note",
    )

    @admin.display(description=_("customer"))
    def person(self, request: AdjustmentRequest) -> SafeString | str:
        return link_to(request.member.customer)

    @admin.display(description=_("requested"))
    def requested(self, request: AdjustmentRequest) -> SafeString | str:
        return when(request.requested_at)
