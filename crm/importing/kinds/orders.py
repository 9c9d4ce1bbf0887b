from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from crm.importing import applying, planning, reporting
from crm.importing.columns import Column, ColumnMap, column
from crm.importing.kinds.base import Kind, Recognised
from crm.importing.layouts import LAYOUTS, layout_for, layout_named
from crm.importing.report import Report
from crm.importing.rows import RowReader
from crm.models import ImportedRow, ImportJob


class Orders(Kind):
    """Invoices and credits, from one row per line of them."""

    name = "orders"
    label = _("Orders")
    file_said = _("one row for each line of an order")
    brings = (
        _("Orders and returns, with their own dates"),
        _("Customers, by their number in the shop's system"),
        _("Products that are not known yet"),
    )
    layouts = LAYOUTS
    asks = ("layout", "dates", "currency", "time_zone")
    columns: ClassVar[Sequence[Column]] = (
        column(
            "reference",
            _("Number of the order or invoice"),
            "invoice invoiceno invoicenumber order orderid orderno ordernumber number document receipt заказ "
            "номерзаказа номер чек документ поръчка номернапоръчка фактура",
        ),
        column(
            "occurred_at",
            _("Date"),
            "invoicedate date orderdate datetime createdat placedat дата датазаказа датапродажи датанапоръчка",
            is_date=True,
        ),
        column(
            "sku",
            _("Code of the product"),
            "stockcode sku code productcode itemcode article артикул код кодтовара кодпродукт кодартикул",
        ),
        column(
            "name",
            _("Name of the product"),
            "description name product productname item itemname товар название наименование продукт "
            "наименованиепродукт описание",
            is_required=False,
        ),
        column("quantity", _("Quantity"), "quantity qty count units количество колво брой бр"),
        column("unit_price", _("Price of one"), "price unitprice itemprice цена ценазаединицу единичнацена"),
        column(
            "customer_ref",
            _("Customer's number"),
            "customerid customer customerno customernumber client clientid клиент кодклиента номерклиента "
            "покупатель клиентскиномер номернаклиент",
            is_required=False,
        ),
    )

    def recognise(self, header: Sequence[str], layout: str) -> Recognised:
        found = layout_named(layout) if layout else layout_for(header)
        return Recognised(layout=found.name, currency=found.currency, time_zone=found.time_zone)

    def reader(self, job: ImportJob) -> RowReader:
        return RowReader(
            layout_named(job.layout),
            ColumnMap.from_json(job.mapping),
            zone=ZoneInfo(job.time_zone),
            width=len(job.header),
            at=job.created_at,
        )

    def plan(self, job: ImportJob) -> None:
        planning.plan_documents(job)

    def prepare(self, job: ImportJob, *, at: datetime) -> None:
        planning.make_catalogue(job, at=at)

    def apply_next(self, job: ImportJob, *, at: datetime) -> ImportJob:
        return applying.apply_next(job, at=at)

    def report(self, job: ImportJob) -> Report:
        return reporting.report_on_documents(job)

    def cells_of(self, row: ImportedRow, job: ImportJob) -> list[str]:
        """Of a row that was fit to be imported by itself, from what was read of it."""
        if row.cells:
            return row.cells  # type: ignore[no-any-return]  # a list of texts, as it was written
        cells = [""] * len(job.header)
        for name, place in ColumnMap.from_json(job.mapping).positions.items():
            cells[place] = str(getattr(row, name))
        return cells
