"""Who somebody is, and how they are reached."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from allauth.account.models import EmailAddress
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from crm.models import Address, CompanyPerson, Customer, CustomerPreference, Identity, User
from crm.personal_data import Erasing, Holding, Ids

NAMELESS: dict[str, Any] = {
    **dict.fromkeys(
        ("family_name", "given_name", "patronymic", "language", "time_zone", "preferred_channel"), ""
    ),
    **dict.fromkeys(("birthday", "account_manager", "deputy_manager")),
}


class People(Holding):
    def words(self, ids: Ids) -> Iterator[str]:
        """A given name alone is anybody's: names betray a person only together."""
        for given, patronymic, family in self.rows(ids).values_list(
            "given_name", "patronymic", "family_name"
        ):
            if family and (given or patronymic):
                yield from (f"{given} {family}".strip(), f"{family} {given}".strip())
                yield from (f"{given} {patronymic} {family}", f"{family} {given} {patronymic}")


def _customers(ids: Ids) -> QuerySet[Customer]:
    return Customer.objects.filter(pk__in=ids)


def _erase_customers(erasing: Erasing) -> None:
    """A tombstone: the id, since when they were known, and since when they are forgotten."""
    _customers(erasing.ids).update(**NAMELESS, updated_at=erasing.at)
    _customers(erasing.ids).filter(erased_at=None).update(erased_at=erasing.at)


CUSTOMERS = People(
    name="person",
    title=_("About you"),
    model=Customer,
    rows=_customers,
    tells=(
        *("id", "family_name", "given_name", "patronymic", "birthday", "language", "time_zone"),
        *("preferred_channel", "created_at", "updated_at"),
    ),
    erase=_erase_customers,
)


def _identities(ids: Ids) -> QuerySet[Identity]:
    return Identity.objects.filter(customer__in=ids)


IDENTITIES = Holding(
    name="identities",
    title=_("How we recognise and reach you"),
    model=Identity,
    rows=_identities,
    tells=("kind", "namespace", "value", "original", "evidence", "verified_at", "added_at"),
    traces=("value", "original"),
    erase=lambda erasing: _identities(erasing.ids).delete(),
)


def _addresses(ids: Ids) -> QuerySet[Address]:
    return Address.objects.filter(customer__in=ids)


ADDRESSES = Holding(
    name="addresses",
    title=_("Your addresses"),
    model=Address,
    rows=_addresses,
    tells=("country", "region", "city", "postal_code", "street"),
    traces=("street",),
    erase=lambda erasing: _addresses(erasing.ids).delete(),
)


def _preferences(ids: Ids) -> QuerySet[CustomerPreference]:
    return CustomerPreference.objects.filter(customer__in=ids)


PREFERENCES = Holding(
    name="preferences",
    title=_("How you like to pay and to get your goods"),
    model=CustomerPreference,
    rows=_preferences,
    tells=("payment", "delivery", "changed_at"),
    erase=lambda erasing: _preferences(erasing.ids).delete(),
)


def _roles(ids: Ids) -> QuerySet[CompanyPerson]:
    return CompanyPerson.objects.filter(customer__in=ids)


COMPANIES = Holding(
    name="companies",
    title=_("Companies you act for"),
    model=CompanyPerson,
    rows=_roles,
    tells=("company__name", "role"),
    erase=lambda erasing: _roles(erasing.ids).delete(),
)


def _sign_ins(ids: Ids) -> QuerySet[User]:
    return User.objects.filter(customer__in=ids)


def _erase_sign_ins(erasing: Erasing) -> None:
    """The row stays, because history may point to it; nobody can sign in with it, and it names nobody."""
    for user in _sign_ins(erasing.ids):
        EmailAddress.objects.filter(user=user).delete()
        user.email, user.name, user.language = f"erased-{user.pk}@erased.invalid", "", ""
        user.is_active = False
        user.set_unusable_password()
        user.save()


SIGN_INS = Holding(
    name="sign_ins",
    title=_("Your sign-in"),
    model=User,
    rows=_sign_ins,
    tells=("email", "name", "language", "joined_at", "last_login"),
    traces=("email",),
    erase=_erase_sign_ins,
)
