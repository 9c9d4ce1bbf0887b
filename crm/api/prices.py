"""What a company buys at: its price list by its agreement, what there is, and whether that can be relied on."""

from __future__ import annotations

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response

from crm.api import fields
from crm.api.errors import NoSuchThing
from crm.api.paging import page
from crm.api.shapes import NumberParameter, PageQuery, View, show
from crm.api.views import ApiView, Operation
from crm.models import Company
from crm.purchases import price_lists


class WarehouseStockView(View):
    warehouse = fields.TextField(
        source="warehouse.name", allow_blank=True, help_text="Empty: the shop does not tell them apart."
    )
    quantity = fields.BalanceField(places=3)


class PriceView(View):
    id = fields.WholeField()
    external_id = fields.TextField(help_text="In the shop's own system.")
    code = fields.TextField()
    name = fields.TextField(allow_blank=True)
    barcode = fields.TextField(allow_blank=True)
    unit = fields.TextField(allow_blank=True)
    price = fields.unit_price_field()
    price_as_of = fields.MomentField()
    quantity = fields.BalanceField(
        places=3, allow_null=True, help_text="In all warehouses; null: nobody counted."
    )
    stock_as_of = fields.MomentField(allow_null=True)
    stock = WarehouseStockView(many=True)


class PricesView(View):
    price_list = fields.TextField(help_text="By its name.")
    currency = fields.TextField()
    as_of = fields.MomentField(allow_null=True, help_text="When the shop's system last told everything.")
    is_stale = fields.FlagField(
        help_text="It has been silent for three times as long as usual: ask before you promise anything."
    )
    items = PriceView(many=True)
    next_cursor = fields.TextField(allow_null=True, help_text="Where the next page begins; null on the last.")


class PricesQuery(PageQuery):
    company = NumberParameter(help_text="The company that buys.")
    q = fields.TextField(
        required=False,
        max_length=100,
        help_text="Words of the name, the beginning of the code, or the barcode.",
    )


ANSWER_EXAMPLE = {
    "price_list": "Едро",
    "currency": "EUR",
    "as_of": "2026-03-02T12:00:00Z",
    "is_stale": False,
    "items": [
        {
            "id": 12,
            "external_id": "bd72d8f9-55bc-11d9-848a-00112f43529a",
            "code": "TEA-LINDEN-50",
            "name": "Липов чай, 50 г",
            "barcode": "3800123456789",
            "unit": "бр",
            "price": "3.9000",
            "price_as_of": "2026-03-01T08:00:00Z",
            "quantity": "120.000",
            "stock_as_of": "2026-03-02T12:00:00Z",
            "stock": [{"warehouse": "Основен", "quantity": "120.000"}],
        }
    ],
    "next_cursor": None,
}


class Prices(ApiView):
    operations = {
        "GET": Operation(
            summary="Look up what a company pays in your shop by its agreement, and what there is",
            scope="products:read",
            asks=PricesQuery,
            gives=PricesView,
            refusals=(NoSuchThing,),
            answer_example=ANSWER_EXAMPLE,
        ),
    }

    def get(self, request: ApiRequest) -> Response:
        """A company without an agreement in the shop has no prices there: 404, as for one that nobody knows."""
        now = timezone.now()
        company = get_object_or_404(Company, pk=self.asked["company"])
        today = timezone.localdate(now)
        agreement = price_lists.agreement_of(company, shop=self.shop, on=today)
        if agreement is None:
            raise Http404
        price_list = agreement.price_list
        found = price_lists.items_of(price_list, words=self.asked.get("q", ""))
        shown, next_cursor = page(found, cursor=self.asked.get("cursor"), limit=self.asked["limit"])
        fresh = price_lists.freshness(self.shop, at=now)
        return Response(
            show(
                PricesView,
                {
                    "price_list": price_list.name,
                    "currency": price_list.currency,
                    "as_of": fresh.as_of,
                    "is_stale": fresh.is_stale,
                    "items": shown,
                    "next_cursor": next_cursor,
                },
            )
        )
