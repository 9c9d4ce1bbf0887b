"""One order with all that belongs to it."""

from __future__ import annotations

from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response

from crm.api import returns
from crm.api.orders import ANSWER_EXAMPLE, OrderView, order_or_404
from crm.api.shapes import show
from crm.api.shipments import ShipmentView
from crm.api.views import ApiView, Operation


class WholeOrderView(OrderView):
    shipments = ShipmentView(many=True)
    returns = returns.ReturnView(many=True)


class WholeOrder(ApiView):
    operations = {
        "GET": Operation(
            summary="Read an order with its parcels and returns",
            scope="orders:read",
            gives=WholeOrderView,
            answer_example={**ANSWER_EXAMPLE, "shipments": [], "returns": [returns.ANSWER_EXAMPLE]},
        ),
    }

    def get(self, request: ApiRequest, pk: int) -> Response:
        order = order_or_404(self.shop, pk)
        of_the_order = returns.with_lines().filter(lines__order_line__order=order).distinct()
        return Response(
            {
                **show(OrderView, order),
                "shipments": [show(ShipmentView, one) for one in order.shipments.order_by("id")],
                "returns": [show(returns.ReturnView, one) for one in of_the_order.order_by("id")],
            }
        )
