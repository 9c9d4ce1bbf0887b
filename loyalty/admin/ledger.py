"""Windows on the ledger: what stands here is written by its functions alone."""

from __future__ import annotations

from django.contrib import admin
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from crm.admin.keyset import ReadOnlyAdmin
from crm.admin.orders import link_to
from crm.templatetags.veren import when
from loyalty.models import Hold, Lot, Movement, Transaction, Wallet


@admin.register(Wallet)
class WalletAdmin(ReadOnlyAdmin):
    list_display = ("person", "programme", "available", "pending", "held", "debt", "seq")
    list_filter = ("programme",)
    list_select_related = ("member__customer", "programme")
    fields = (
        ("person", "programme"),
        ("available", "pending", "held", "debt"),
        ("seq", "idle_months", "active_at"),
    )

    @admin.display(description=_("customer"))
    def person(self, wallet: Wallet) -> SafeString | str:
        return link_to(wallet.member.customer)


@admin.register(Transaction)
class TransactionAdmin(ReadOnlyAdmin):
    list_display = ("name", "person", "points", "order", "actor", "occurred")
    list_filter = ("programme", "kind")
    list_select_related = ("wallet__member__customer", "order", "actor")
    fields = (
        ("name", "points", "person"),
        ("order", "actor", "adjustment", "reverses"),
        ("occurred_at", "recorded_at"),
        "key",
        "movements",
        "trace",
    )

    @admin.display(description=_("kind"))
    def name(self, transaction: Transaction) -> str:
        return transaction.get_kind_display()

    @admin.display(description=_("customer"))
    def person(self, transaction: Transaction) -> SafeString | str:
        return link_to(transaction.wallet.member.customer)

    @admin.display(description=_("when"))
    def occurred(self, transaction: Transaction) -> SafeString | str:
        return when(transaction.occurred_at)

    @admin.display(description=_("movements"))
    def movements(self, transaction: Transaction) -> SafeString:
        """The rows of the wallet's sequence that this operation wrote, with the balances after each."""
        rows = Movement.objects.filter(
            wallet_id=transaction.wallet_id, seq__range=(transaction.first_seq, transaction.last_seq)
        )
        return render_to_string("loyalty/staff/_movements.html", {"movements": rows.order_by("seq")})


@admin.register(Lot)
class LotAdmin(ReadOnlyAdmin):
    list_display = ("person", "points", "pending", "remaining", "held", "available", "expires")
    list_select_related = ("wallet__member__customer",)
    fields = (
        ("person", "points"),
        ("pending", "remaining", "held"),
        ("available_at", "expires_at"),
        ("transaction", "earned_by", "moved_from"),
    )

    @admin.display(description=_("customer"))
    def person(self, lot: Lot) -> SafeString | str:
        return link_to(lot.wallet.member.customer)

    @admin.display(description=_("available from"))
    def available(self, lot: Lot) -> SafeString | str:
        return when(lot.available_at)

    @admin.display(description=_("expires"))
    def expires(self, lot: Lot) -> SafeString | str:
        return when(lot.expires_at)


@admin.register(Hold)
class HoldAdmin(ReadOnlyAdmin):
    list_display = ("person", "points", "captured", "released", "held_until")
    list_select_related = ("wallet__member__customer",)
    fields = (("person", "points"), ("captured", "released"), ("created_at", "expires_at"))

    @admin.display(description=_("customer"))
    def person(self, hold: Hold) -> SafeString | str:
        return link_to(hold.wallet.member.customer)

    @admin.display(description=_("held until"))
    def held_until(self, hold: Hold) -> SafeString | str:
        return when(hold.expires_at)
