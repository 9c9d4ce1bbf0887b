from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from crm.admin.keyset import KeysetAdmin, ReadOnlyAdmin
from crm.admin.orders import link_to
from crm.exporting import Column
from crm.templatetags.veren import when
from loyalty.members import cards
from loyalty.models import Card, CardBatch

FOR_THE_PRINTER: Sequence[Column] = (
    Column(_("number"), lambda card: card.number),
    Column(_("batch"), lambda card: card.batch_id),
    Column(_("issued"), lambda card: card.issued_at),
    Column(_("blocked"), lambda card: card.blocked_at),
)


@admin.register(Card)
class CardAdmin(ReadOnlyAdmin):
    """Found by the whole number. Issued, blocked and replaced on the member's page."""

    list_display = ("number", "person", "batch", "issued", "blocked", "block_reason")
    list_filter = ("programme",)
    list_select_related = ("member__customer", "batch")
    export_columns = FOR_THE_PRINTER
    search_fields = ("number",)
    search_help_text = _("The whole number of a card.")
    fields = (
        ("number", "programme", "batch"),
        ("person", "issued_at", "issued_by"),
        ("blocked_at", "blocked_by", "block_reason"),
        "replaces",
    )

    @admin.display(description=_("customer"))
    def person(self, card: Card) -> SafeString | str:
        return link_to(card.member.customer) if card.member else ""

    @admin.display(description=_("issued"))
    def issued(self, card: Card) -> SafeString | str:
        return when(card.issued_at)

    @admin.display(description=_("blocked"))
    def blocked(self, card: Card) -> SafeString | str:
        return when(card.blocked_at)


class BatchForm(forms.ModelForm):  # type: ignore[type-arg]
    size = forms.IntegerField(label=_("Cards"), min_value=1, max_value=cards.LARGEST_BATCH)

    class Meta:
        model = CardBatch
        fields = ("programme", "size")


@admin.register(CardBatch)
class CardBatchAdmin(KeysetAdmin):
    list_display = ("name", "programme", "size", "made_by", "made")
    list_select_related = ("programme", "made_by")
    form = BatchForm

    def get_queryset(self, request: HttpRequest) -> QuerySet[CardBatch]:
        return super().get_queryset(request).select_related("programme")

    @admin.display(description=_("batch"))
    def name(self, batch: CardBatch) -> str:
        return str(batch)

    @admin.display(description=_("made"))
    def made(self, batch: CardBatch) -> SafeString | str:
        return when(batch.made_at)

    def save_model(self, request: HttpRequest, obj: CardBatch, form: Any, change: bool) -> None:
        """The verb draws the numbers; the form only said how many."""
        made = cards.make_batch(
            programme=obj.programme,
            size=obj.size,
            by=request.user,  # type: ignore[arg-type]  # behind the admin's door
            at=timezone.now(),
        )
        obj.pk, obj.made_by, obj.made_at = made.pk, made.made_by, made.made_at

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
