from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.errors import Fault
from crm.words.wording import number
from loyalty.effects.base import Answer, Effect, Line, Purchase, Shares, above_zero, exact
from loyalty.rules.reasons import Reason


@dataclass(frozen=True, kw_only=True)
class PerGoods(Effect):
    """So many points for each so much, of certain products, categories or brands: of any that is named."""

    kind = "per_goods"
    label = gettext_lazy("Points for certain goods")
    is_multiplied = True
    needs = frozenset({"goods"})

    points: Decimal
    per: Decimal
    skus: tuple[str, ...] = ()
    categories: tuple[int, ...] = ()
    brands: tuple[str, ...] = ()

    def faults(self) -> list[Fault]:
        faults = above_zero(points=self.points, per=self.per)
        if not (self.skus or self.categories or self.brands):
            faults.append(Fault(pointer="", detail=_("Name at least one product, category or brand.")))
        return faults

    def gives(self, purchase: Purchase, base: Shares) -> Answer:
        rate = Fraction(self.points) / Fraction(self.per)
        counting = [line for line in purchase.lines if self._counts(line)]
        if not counting:
            return Answer(Reason("no-goods"))
        amount = sum((line.amount for line in counting), Decimal(0))
        shares = {line.key: Fraction(line.amount) * rate for line in counting}
        return Answer(Reason("goods", {"amount": f"{amount:.2f}"}), shares)

    def _counts(self, line: Line) -> bool:
        brands = {brand.casefold() for brand in self.brands}
        return (
            line.sku in self.skus
            or not line.category_ids.isdisjoint(self.categories)
            or (line.brand.casefold() in brands)
        )

    def aloud(self) -> str:
        return _("Points: {points} for each {per} of certain goods.").format(
            points=exact(self.points), per=number(self.per, 2)
        )
