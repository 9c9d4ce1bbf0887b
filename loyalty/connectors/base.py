"""What it takes to make a code of one use in a shop's own system, and to take it back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from crm.connectors.base import MissingPermission, NotThatSystem
from crm.errors import Refusal


class MayNotMakeCodes(MissingPermission):
    code = "may-not-make-codes"
    title = _(
        "The keys may not make codes in the shop. In WooCommerce they need “Read/Write”, in Shopify write_price_rules "
        "and write_discounts. Allow that there, then try again."
    )


class CodeNotMade(Refusal):
    code = "code-not-made"
    title = _("The shop does not take this code: look whether it allows coupons at all.")
    status = 422


@dataclass(frozen=True, kw_only=True)
class CodeWanted:
    """In the shop's own currency. `smallest_cart`: of goods, in money, from which on it may be used."""

    code: str
    amount: Decimal
    currency: str
    until: datetime
    smallest_cart: Decimal


class CodeMaker:
    """One vendor. Stateless: where it is asked, and by which secrets, is in the connection."""

    # As in crm.connectors.CONNECTORS.
    name: ClassVar[str]

    def make(self, address: str, secrets: Mapping[str, str], *, wanted: CodeWanted) -> str:
        """Make a code that anybody may use once; the vendor's number of it. The same code again is the same one.

        Raises:
            CannotBeAsked, AddressRefused, WrongSecret, MayNotMakeCodes, NotThatSystem, CodeNotMade: people have to act.
            AskedTooOften, NotAnswering: later perhaps. It may have been made; asked again, it is found.
        """
        raise NotImplementedError

    def withdraw(self, address: str, secrets: Mapping[str, str], *, number: str, code: str) -> bool:
        """See to it that nobody can use it any more; False: somebody did before. Idempotent.

        A code that is gone is withdrawn. Without `number` (nobody heard whether it was made) it is looked for by name.
        Raises as `make`.
        """
        raise NotImplementedError


@contextmanager
def writing() -> Iterator[None]:
    """What is missing for it is a permission to write; and what cannot be read is not this vendor's answer.

    Raises MayNotMakeCodes, NotThatSystem.
    """
    try:
        yield
    except MissingPermission as refused:
        raise MayNotMakeCodes(**refused.figures) from refused
    except (ValueError, KeyError, TypeError, AttributeError, ArithmeticError) as error:
        raise NotThatSystem from error
