"""Goods on their way back, from the wish to the money. Returns belong to the shop of their order."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.http import Http404, HttpResponse
from django_filters import FilterSet, NumberFilter
from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response

from crm.api import fields
from crm.api.orders import MOST_LINES, known_order
from crm.api.shapes import NumberParameter, PageQuery, Request, View, page_of, show
from crm.api.views import ApiView, Operation
from crm.errors import Fault, MoreReturnedThanBought, PersonErased, RepeatedLine, UnknownLine, UnknownOrder
from crm.models import Order
from support.answering import return_cases
from support.answering.return_cases import (
    NoAnswerGiven,
    NobodysOrder,
    NothingToReturn,
    OrderWasCancelled,
    StepNotPossible,
    TooLateToReturn,
)
from support.models import ReturnCase

STEPS: dict[str, Callable[..., ReturnCase]] = {
    "approved": return_cases.approve,
    "received": return_cases.receive,
    "refunded": return_cases.refund,
    "withdrawn": return_cases.withdraw,
}
REFUSED = "refused"


class CaseLineRequest(Request):
    line = fields.TextField(max_length=64, help_text="`external_id` of the order's line.")
    quantity = fields.quantity_field()


class CaseRequest(Request):
    order = fields.WholeField()
    external_id = fields.TextField(
        max_length=64, help_text="Its id in your system: a return is asked for once."
    )
    why = fields.ChoiceField(choices=list(ReturnCase.Why.values))
    comment = fields.TextField(required=False, allow_blank=True, default="", max_length=500)
    lines = CaseLineRequest(many=True, allow_empty=False, max_length=MOST_LINES)  # type: ignore[call-arg]


class CaseEventRequest(Request):
    event = fields.ChoiceField(choices=[*STEPS, REFUSED])
    answer = fields.TextField(
        required=False,
        allow_blank=True,
        default="",
        max_length=500,
        help_text="Of a refusal: the customer reads it.",
    )


class CaseLineView(View):
    line = fields.TextField(source="order_line.external_id")
    quantity = fields.quantity_field()


class CaseView(View):
    id = fields.WholeField()
    order = fields.WholeField(source="order_id")
    customer = fields.WholeField(source="customer_id")
    state = fields.ChoiceField(choices=list(ReturnCase.State.values))
    why = fields.ChoiceField(choices=list(ReturnCase.Why.values))
    comment = fields.TextField(allow_blank=True)
    answer = fields.TextField(allow_blank=True)
    lines = CaseLineView(many=True)
    requested_at = fields.MomentField()
    approved_at = fields.MomentField(allow_null=True)
    received_at = fields.MomentField(allow_null=True)
    refunded_at = fields.MomentField(allow_null=True)


class CasesQuery(PageQuery):
    order = NumberParameter(required=False)
    state = fields.ChoiceField(choices=list(ReturnCase.State.values), required=False)


class CaseFilter(FilterSet):  # type: ignore[misc]
    order = NumberFilter("order_id")

    class Meta:
        model = ReturnCase
        fields = ("state",)


EXAMPLE = {
    "order": 31,
    "external_id": "rma-12",
    "why": "damaged",
    "comment": "The lid is cracked",
    "lines": [{"line": "1", "quantity": "1"}],
}
ANSWER_EXAMPLE = {
    "id": 3,
    "order": 31,
    "customer": 17,
    "state": "requested",
    "why": "damaged",
    "comment": "The lid is cracked",
    "answer": "",
    "lines": [{"line": "1", "quantity": "1.000"}],
    "requested_at": "2026-03-02T12:00:00Z",
    "approved_at": None,
    "received_at": None,
    "refunded_at": None,
}


class ReturnCases(ApiView):
    operations = {
        "GET": Operation(
            summary="List returns that were asked for",
            scope="returns:read",
            asks=CasesQuery,
            gives=page_of(CaseView),
            answer_example={"items": [ANSWER_EXAMPLE], "next_cursor": None},
        ),
        "POST": Operation(
            summary="Ask for a return",
            scope="returns:write",
            takes=CaseRequest,
            gives=CaseView,
            status=201,
            refusals=(
                *(
                    UnknownOrder,
                    UnknownLine,
                    RepeatedLine,
                    MoreReturnedThanBought,
                    NothingToReturn,
                    NobodysOrder,
                ),
                *(OrderWasCancelled, TooLateToReturn, PersonErased),
            ),
            example=EXAMPLE,
            answer_example=ANSWER_EXAMPLE,
        ),
    }

    def get(self, request: ApiRequest) -> Response:
        asked = {"order": self.asked.get("order"), "state": self.asked.get("state")}
        return self.page(CaseFilter(asked, _of(self)).qs, CaseView)

    def post(self, request: ApiRequest) -> HttpResponse:
        told = self.read_body()
        order = known_order(self.shop, told["order"])

        def ask(at: datetime) -> Any:
            case = return_cases.open_case(
                order,
                quantities=_quantities(order, told["lines"]),
                why=told["why"],
                comment=told["comment"],
                by=None,
                source=self.key.source,
                source_id=told["external_id"],
                at=at,
            )
            return show(CaseView, _case(self, case.pk))

        return self.once(ask)


class OneReturnCase(ApiView):
    operations = {
        "GET": Operation(
            summary="Read how far a return has come",
            scope="returns:read",
            gives=CaseView,
            answer_example=ANSWER_EXAMPLE,
        ),
    }

    def get(self, request: ApiRequest, pk: int) -> Response:
        return Response(show(CaseView, _case(self, pk)))


class ReturnCaseEvents(ApiView):
    operations = {
        "POST": Operation(
            summary="Tell of a step of a return",
            scope="returns:write",
            takes=CaseEventRequest,
            gives=CaseView,
            refusals=(StepNotPossible, NoAnswerGiven, MoreReturnedThanBought),
            example={"event": "received"},
            answer_example={
                **ANSWER_EXAMPLE,
                "state": "received",
                "approved_at": "2026-03-02T14:00:00Z",
                "received_at": "2026-03-05T09:00:00Z",
            },
        ),
    }

    def post(self, request: ApiRequest, pk: int) -> HttpResponse:
        told = self.read_body()
        case = _case(self, pk)

        def step(at: datetime) -> Any:
            if told["event"] == REFUSED:
                return_cases.refuse(case, answer=told["answer"], by=None, at=at)
            else:
                STEPS[told["event"]](case, by=None, at=at)
            return show(CaseView, _case(self, pk))

        return self.once(step)


def _of(view: ApiView) -> Any:
    return ReturnCase.objects.filter(order__shop=view.shop).prefetch_related("lines__order_line")


def _case(view: ApiView, pk: int) -> ReturnCase:
    found: ReturnCase | None = _of(view).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _quantities(order: Order, lines: list[dict[str, Any]]) -> dict[int, Any]:
    """Raises UnknownLine, RepeatedLine: with a pointer to each."""
    known = dict(order.lines.values_list("external_id", "pk"))
    unknown = [n for n, line in enumerate(lines) if line["line"] not in known]
    if unknown:
        raise UnknownLine(*(Fault(pointer=f"/lines/{n}/line", detail=UnknownLine.title) for n in unknown))
    names = [line["line"] for line in lines]
    repeated = [n for n, name in enumerate(names) if name in names[:n]]
    if repeated:
        raise RepeatedLine(*(Fault(pointer=f"/lines/{n}/line", detail=RepeatedLine.title) for n in repeated))
    return {known[line["line"]]: line["quantity"] for line in lines}
