"""What a layout is: how a kind of file is recognised, and which of its rows are sales and credits."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from decimal import Decimal
from typing import ClassVar

from django.utils.functional import Promise

from crm.importing.refusals import RowRefusal

SALE, CREDIT = "sale", "credit"


class RowRefused(Exception):
    """This row stays outside, for this reason."""

    def __init__(self, reason: RowRefusal) -> None:
        self.reason = reason
        super().__init__(reason.value)


class Layout(ABC):
    """One way in which files of orders are laid out.

    `currency` and `time_zone` stand where the file itself fixes them. `not_goods` are the codes under which something
    else than goods is charged (postage, fees): they are sold and credited like everything, and make no product.
    """

    name: ClassVar[str]
    label: ClassVar[str | Promise]
    currency: ClassVar[str] = ""
    time_zone: ClassVar[str] = ""
    not_goods: ClassVar[frozenset[str]] = frozenset()

    @abstractmethod
    def recognises(self, header: Sequence[str]) -> bool:
        """Is this certainly a file of this layout?"""

    @abstractmethod
    def kind_of(self, reference: str, quantity: Decimal, unit_price: Decimal) -> str:
        """SALE or CREDIT. Raises RowRefused for what is neither."""

    def code(self, text: str) -> str:
        """The code of a product in its one form."""
        return text

    def customer(self, text: str) -> str:
        """The customer's number in its one form."""
        return text
