"""Companies that a customer buys for."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm.models import CompanyPerson
from crm.people.same_person import ids_of
from crm.rule_fields.persons import OfPerson, everyones
from crm.rules.kinds import Reference, Text
from crm.rules.registry import Collection, Field, Root, add_fields, add_root

add_root(Root(name="company", label=_("Company of the customer")))
add_fields(
    "company",
    Field(name="company.is", kind=Reference("crm.Company"), label=_("Company"), path="company_id"),
    Field(
        name="company.country",
        kind=Text(),
        label=_("Country of the company, in two letters"),
        path="company__country",
    ),
    Field(name="company.role", kind=Text(), label=_("Role at the company"), path="role", personal=True),
)

FIELDS = (
    Collection(
        name="customer.companies",
        item="company",
        label=_("Companies of the customer"),
        number_label=_("Number of the customer's companies"),
        rows=lambda row: CompanyPerson.objects.filter(OfPerson("customer_id", row.outer("pk"))),
        items=lambda customer: CompanyPerson.objects.filter(customer__in=ids_of(customer)).select_related(
            "company"
        ),
        everyones=lambda: everyones(CompanyPerson.objects.all()),
    ),
)
