"""Customers: who they are and how they are recognised. They belong to the company, so every shop sees them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Prefetch, QuerySet
from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response
from rest_framework.serializers import ListField

from crm.api import fields
from crm.api.errors import QueryInvalid
from crm.api.filtering import CustomerFilter
from crm.api.shapes import PageQuery, Request, View, page_of, show
from crm.api.views import ApiView, Operation
from crm.errors import ConflictingIdentities, PersonErased, UnreadableIdentity
from crm.models import Customer, Identity, RiskLevel, Shop
from crm.people.customers import DETAILS, change_customer, enrol
from crm.people.identification import Hint, sign_of
from crm.people.identity_kinds import IdentityKind
from crm.people.same_person import ids_by, ids_of, survivors, with_ids
from crm.worth.categories import Category
from crm.worth.stages import Stage

MOST_WITH_ONE_SIGN = 200
RECOGNISED = [kind for kind in IdentityKind.values if kind != IdentityKind.EXTERNAL]


class IdentityRequest(Request):
    kind = fields.ChoiceField(choices=RECOGNISED)
    value = fields.TextField(max_length=254, help_text="As the customer gave it.")
    is_verified = fields.FlagField(
        default=False, help_text="You have proof that the person holds it: only then it decides who they are."
    )


class CustomerRequest(Request):
    external_id = fields.TextField(required=False, max_length=64, help_text="Their number in your system.")
    identities = IdentityRequest(many=True, required=False, max_length=20)  # type: ignore[call-arg]
    family_name = fields.TextField(required=False, allow_blank=True, max_length=100)
    given_name = fields.TextField(required=False, allow_blank=True, max_length=100)
    patronymic = fields.TextField(required=False, allow_blank=True, max_length=100)
    birthday = fields.DayField(required=False, allow_null=True)
    language = fields.ChoiceField(
        choices=[code for code, _name in settings.LANGUAGES], required=False, allow_blank=True
    )
    time_zone = fields.TimeZoneField(required=False, allow_blank=True, max_length=50)
    preferred_channel = fields.ChoiceField(choices=RECOGNISED, required=False, allow_blank=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs:
            raise ValidationError(_("Say at least one thing about the customer."))
        return attrs


class IdentityView(View):
    kind = fields.ChoiceField(choices=IdentityKind.choices)
    value = fields.TextField()
    verified_at = fields.MomentField(allow_null=True)


class CustomerView(View):
    id = fields.WholeField()
    identities = IdentityView(
        many=True, source="seen_identities", help_text="Numbers of other shops are left out."
    )
    family_name = fields.TextField(allow_blank=True)
    given_name = fields.TextField(allow_blank=True)
    patronymic = fields.TextField(allow_blank=True)
    birthday = fields.DayField(allow_null=True)
    language = fields.TextField(allow_blank=True)
    time_zone = fields.TextField(allow_blank=True)
    preferred_channel = fields.TextField(allow_blank=True)
    merged_into = fields.WholeField(source="merged_into_id", allow_null=True)
    created_at = fields.MomentField()
    updated_at = fields.MomentField()


class EnrolledView(CustomerView):
    candidates = ListField(
        child=fields.WholeField(),
        help_text="Customers who share an address that nobody proved: perhaps the same person, for people to decide.",
    )


class CustomersQuery(PageQuery):
    external_id = fields.TextField(required=False, max_length=64)
    email = fields.TextField(required=False, max_length=254)
    phone = fields.TextField(required=False, max_length=254)
    card = fields.TextField(required=False, max_length=254)
    category = fields.ChoiceField(choices=Category.choices, required=False, help_text="As `worth/` says it.")
    stage = fields.ChoiceField(choices=Stage.choices, required=False)
    risk = fields.ChoiceField(choices=RiskLevel.choices, required=False)
    updated_since = fields.MomentField(
        required=False,
        help_text="May repeat and may miss what is being written: a loss-free sync reads the feed.",
    )


EXAMPLE = {
    "external_id": "c-1042",
    "identities": [{"kind": "phone", "value": "0888 12 34 56", "is_verified": True}],
    "given_name": "Елена",
    "family_name": "Петрова",
    "language": "bg",
}
ANSWER_EXAMPLE = {
    "id": 17,
    "identities": [
        {"kind": "external", "value": "c-1042", "verified_at": "2026-03-02T12:00:00Z"},
        {"kind": "phone", "value": "+359888123456", "verified_at": "2026-03-02T12:00:00Z"},
    ],
    "family_name": "Петрова",
    "given_name": "Елена",
    "patronymic": "",
    "birthday": None,
    "language": "bg",
    "time_zone": "",
    "preferred_channel": "",
    "merged_into": None,
    "created_at": "2026-03-02T12:00:00Z",
    "updated_at": "2026-03-02T12:00:00Z",
}


class Customers(ApiView):
    operations = {
        "GET": Operation(
            summary="List customers",
            scope="customers:read",
            asks=CustomersQuery,
            gives=page_of(CustomerView),
            answer_example={"items": [ANSWER_EXAMPLE], "next_cursor": None},
        ),
        "POST": Operation(
            summary="Make a customer known, or add to one who is",
            scope="customers:write",
            takes=CustomerRequest,
            gives=EnrolledView,
            status=201,
            refusals=(UnreadableIdentity, ConflictingIdentities, PersonErased),
            example=EXAMPLE,
            answer_example={**ANSWER_EXAMPLE, "candidates": []},
        ),
    }

    def get(self, request: ApiRequest) -> Response:
        found = CustomerFilter(request.GET, Customer.objects.filter(erased_at=None)).qs
        for kind, parameter in {**{kind: kind for kind in RECOGNISED}, "external": "external_id"}.items():
            if value := self.asked.get(parameter):
                found = _recognised_by(found, kind, value, parameter, self.shop)
        return self.page(seen_by(self.shop, found), CustomerView)

    def post(self, request: ApiRequest) -> HttpResponse:
        told = self.read_body()
        return self.once(lambda at: enrol_told(told, shop=self.shop, source=self.key.source, at=at))


class OneCustomer(ApiView):
    operations = {
        "GET": Operation(
            summary="Read a customer",
            scope="customers:read",
            gives=CustomerView,
            answer_example=ANSWER_EXAMPLE,
            sends_etag=True,
        ),
        "PATCH": Operation(
            summary="Change a customer",
            scope="customers:write",
            takes=CustomerRequest,
            gives=CustomerView,
            refusals=(UnreadableIdentity, ConflictingIdentities, PersonErased),
            example={"preferred_channel": "telegram"},
            answer_example=ANSWER_EXAMPLE,
            sends_etag=True,
            needs_if_match=True,
        ),
    }

    def get(self, request: ApiRequest, pk: int) -> Response:
        return self.tagged(show(CustomerView, customer_or_404(self.shop, pk)))

    def patch(self, request: ApiRequest, pk: int) -> Response:
        told = self.read_body()
        with self.changing():
            customer = lock_or_404(pk)
            self.check_if_match(show(CustomerView, customer_or_404(self.shop, customer.pk)))
            change_customer(
                customer,
                details=details_in(told),
                hints=hints_in(told),
                shop=self.shop,
                source=self.key.source,
                at=timezone.now(),
            )
            return self.tagged(show(CustomerView, customer_or_404(self.shop, customer.pk)))


def enrol_told(told: Mapping[str, Any], *, shop: Shop, source: str, at: datetime) -> Any:
    """What a CustomerRequest asks for; an EnrolledView of it."""
    enrolled = enrol(shop=shop, hints=hints_in(told), details=details_in(told), source=source, at=at)
    return {
        **show(CustomerView, customer_or_404(shop, enrolled.customer.pk)),
        "candidates": [other.pk for other in enrolled.candidates],
    }


def seen_by(shop: Shop, customers: QuerySet[Customer]) -> QuerySet[Customer]:
    """With the identities that this shop may see, in one more query."""
    return customers.prefetch_related(
        Prefetch("identities", _identities_seen_by(shop), to_attr="seen_identities")
    )


def _identities_seen_by(shop: Shop) -> QuerySet[Identity]:
    return Identity.objects.filter(namespace__in=["", shop.slug]).order_by("id")


def customer_or_404(shop: Shop, pk: int) -> Customer:
    """The person with this id; of one who was merged, the survivor. With what each of their ids is recognised by."""
    customer = with_ids(Customer.objects.filter(pk=pk)).first()
    if customer and customer.merged_into_id:
        customer = with_ids(Customer.objects.filter(pk=ids_of(customer)[0])).first()
    if customer is None or customer.erased_at:
        raise Http404
    customer.seen_identities = list(  # type: ignore[attr-defined]
        _identities_seen_by(shop).filter(customer__in=ids_of(customer))
    )
    return customer


def lock_or_404(pk: int) -> Customer:
    """As `customer_or_404`, the row locked (FOR NO KEY UPDATE) until the transaction ends."""
    ids = ids_by(pk)
    locked = Customer.objects.select_for_update(no_key=True).filter(pk__in=ids[:1], erased_at=None).first()
    if locked is None:
        raise Http404
    return locked


def hints_in(told: Mapping[str, Any]) -> list[Hint]:
    hints = [Hint(**identity) for identity in told.get("identities", [])]
    if number := told.get("external_id"):
        hints.append(Hint(kind=IdentityKind.EXTERNAL, value=number))
    return hints


def details_in(told: Mapping[str, Any]) -> dict[str, Any]:
    return {name: told[name] for name in DETAILS if name in told}


def _recognised_by(
    customers: QuerySet[Customer], kind: str, value: str, parameter: str, shop: Shop
) -> QuerySet[Customer]:
    try:
        sign = sign_of(Hint(kind=kind, value=value), shop)
    except ValueError as error:
        raise QueryInvalid(
            parameters=[{"parameter": parameter, "detail": str(_("This cannot be read."))}]
        ) from error
    owners = Identity.objects.filter(kind=sign.kind, namespace=sign.namespace, value=sign.value)
    known = list(owners.values_list("customer", flat=True)[:MOST_WITH_ONE_SIGN])
    return customers.filter(pk__in=survivors(known))
