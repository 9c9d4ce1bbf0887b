"""What an import says no to: a file as a whole, or one row of it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.errors import Refusal


class UnknownKindOfFile(Refusal):
    code = "unknown-kind-of-file"
    title = _(
        "The file is neither CSV (plain or gzipped) nor XLSX, or its name says something else than its content."
    )
    status = 422


class FileTooLarge(Refusal):
    code = "file-too-large"
    title = _("The file is larger than an import takes.")
    status = 413


class FileUnpacksTooFar(Refusal):
    code = "file-unpacks-too-far"
    title = _("The file unpacks to far more than a table would.")
    status = 422


class DamagedFile(Refusal):
    code = "damaged-file"
    title = _("The file is damaged: it cannot be unpacked to its end.")
    status = 422


class NoRows(Refusal):
    code = "no-rows"
    title = _("The file has no header, or nothing below it.")
    status = 422


class MissingColumns(Refusal):
    code = "missing-columns"
    title = _("The file lacks columns that this import needs, or one column stands for two things.")
    status = 422


class UnknownKindOfImport(Refusal):
    code = "unknown-kind-of-import"
    title = _("No such kind of import is known.")
    status = 422


class UnknownLayout(Refusal):
    code = "unknown-layout"
    title = _("No such layout is known.")
    status = 422


class UnknownTimeZone(Refusal):
    code = "unknown-time-zone"
    title = _("No such time zone is known.")
    status = 422


class AnotherFile(Refusal):
    code = "another-file"
    title = _("This is not the file that the import began with.")


class ImportCannotDoThat(Refusal):
    code = "import-cannot-do-that"
    title = _("The import has moved on: this is no longer possible.")


class ImportRunsElsewhere(Refusal):
    code = "import-runs-elsewhere"
    title = _("Another process is just working on this import.")


FILE_REFUSALS: tuple[type[Refusal], ...] = (
    UnknownKindOfFile,
    FileTooLarge,
    FileUnpacksTooFar,
    DamagedFile,
    NoRows,
    MissingColumns,
    AnotherFile,
)


def title_of(code: str) -> str:
    """The sentence of the refusal that a failed job stands with; its error as it is, when that was none."""
    return next((str(refusal.title) for refusal in FILE_REFUSALS if refusal.code == code), code)


class RowRefusal(models.TextChoices):
    """Why a row stays outside. The value is kept, the sentence is for whoever reads the file of refused rows."""

    BROKEN = (
        "broken",
        _("The row cannot be read: it has another number of columns, or a quotation mark is open."),
    )
    NO_REFERENCE = "no-reference", _("The number of the invoice is missing.")
    NO_PRODUCT = "no-product", _("The code of the product is missing.")
    TOO_LONG = "too-long", _("A number or code is longer than 64 characters.")
    BAD_CUSTOMER = "bad-customer", _("The customer's number cannot be read.")
    BAD_DATE = "bad-date", _("The date cannot be read, or lies before 1970 or ahead of today.")
    BAD_QUANTITY = "bad-quantity", _("The quantity is not a number, too large, or finer than a thousandth.")
    BAD_PRICE = "bad-price", _("The price is not a number, too large, or finer than a hundredth of a cent.")
    ZERO_QUANTITY = "zero-quantity", _("The quantity is zero.")
    NEGATIVE_PRICE = "negative-price", _("The price is negative: this is no sale.")
    STOCK_CORRECTION = "stock-correction", _("A stock correction: a negative quantity outside of a credit.")
    ADJUSTMENT = "adjustment", _("An adjustment in the books, not a sale.")
    CREDIT_ADDS = "credit-adds", _("A credit whose quantity is not negative.")
    NOTHING_SOLD = "nothing-sold", _("Nobody bought and nothing was paid: a movement of stock, not a sale.")
    TWO_CUSTOMERS = "two-customers", _("The invoice names two customers.")
    SUM_TOO_LARGE = "sum-too-large", _("The invoice adds up to more than can be true.")
    NOBODY = "nobody", _("Nothing says who this is: there is no number, card, phone or e-mail.")
    BAD_PHONE = "bad-phone", _("The phone number cannot be read.")
    BAD_EMAIL = "bad-email", _("The e-mail address cannot be read.")
    BAD_CARD = "bad-card", _("The number of the card cannot be read.")
    BAD_BIRTHDAY = "bad-birthday", _("The birthday is no date, lies before 1900 or ahead of today.")
    UNKNOWN_PURPOSE = (
        "unknown-purpose",
        _("What was agreed to is not known: it is processing or advertising, with or without a channel."),
    )
    BAD_DECISION = "bad-decision", _("The consent reads neither as yes nor as no, nor as a date.")
    BAD_CONSENT_DATE = (
        "bad-consent-date",
        _("The date of the consent is missing, cannot be read, or lies before 1970 or ahead of today."),
    )
    TWO_PEOPLE = "two-people", _("The number and the card belong to two people.")
    ERASED = "erased", _("The person was erased, and is not brought back by a file.")
    BAD_COST = (
        "bad-cost",
        _("The cost is not a number, negative, too large, or finer than a hundredth of a cent."),
    )
    BAD_OFFER_PRICE = (
        "bad-offer-price",
        _("The price is not a number, negative, too large, or finer than a cent."),
    )
    BAD_CURRENCY = "bad-currency", _("The currency is not three letters, such as EUR.")
    BAD_STOCK = "bad-stock", _("The stock is not a whole number, or too large.")
    BAD_BARCODE = "bad-barcode", _("The barcode is longer than 32 characters.")
    UNKNOWN_SHOP = "unknown-shop", _("There is no shop with this short name.")
    NO_PRICE = "no-price", _("There is stock and no price yet: to offer a product in a shop, say its price.")
    NO_WORDS = "no-words", _("There are no words: a rating alone is not feedback.")
    BAD_RATING = "bad-rating", _("The rating is not a number from 1 to 5.")
