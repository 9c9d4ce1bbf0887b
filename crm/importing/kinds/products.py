from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping, Sequence
from datetime import datetime
from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from crm.importing import stocking
from crm.importing.columns import Column, ColumnMap, column, maybe
from crm.importing.goods import Goods, GoodsReader
from crm.importing.kinds.row_by_row import RowByRow, Verdict
from crm.models import ImportJob, Shop


class Products(RowByRow[Goods]):
    """The catalogue, with prices and stock in the shops."""

    name = "products"
    label = _("Products, prices and stock")
    file_said = _("one row for each product, or for each product in each shop")
    brings = (
        _("Products with their names, categories, brands, barcodes and unit costs"),
        _("The price and the stock of each in the shop; what the file does not say stays as it is"),
    )
    asks = ("currency",)
    warning = _(
        "Below is what will happen. The catalogue takes over what the file says; the rest stays as it is."
    )
    rows_at_once = 500
    columns: ClassVar[Sequence[Column]] = (
        column(
            "sku",
            _("Code of the product"),
            "sku code productcode itemcode stockcode article артикул код кодтовара кодпродукт кодартикул",
        ),
        maybe(
            "name",
            _("Name of the product"),
            "name product productname item itemname title description товар название наименование продукт "
            "наименованиепродукт",
        ),
        maybe("name_en", _("Name in English"), "nameen englishname titleen названиеen"),
        maybe("name_ru", _("Name in Russian"), "nameru russianname titleru названиеru"),
        maybe("name_bg", _("Name in Bulgarian"), "namebg bulgarianname titlebg названиеbg наименованиеbg"),
        maybe("category", _("Category"), "category group producttype категория группа"),
        maybe("brand", _("Brand"), "brand manufacturer vendor бренд марка производитель производител"),
        maybe("barcode", _("Barcode"), "barcode ean ean13 gtin upc штрихкод баркод"),
        maybe("price", _("Price"), "price unitprice saleprice retailprice цена розничнаяцена продажнацена"),
        maybe("currency", _("Currency"), "currency валюта"),
        maybe(
            "unit_cost",
            _("Unit cost"),
            "cost unitcost purchaseprice costprice себестоимость закупочнаяцена доставнацена себестойност",
        ),
        maybe("stock", _("In stock"), "stock quantity qty instock available остаток количество наличност"),
        maybe("shop", _("Short name of the shop"), "shop store location магазин обект"),
    )

    def reader(self, job: ImportJob) -> GoodsReader:
        return GoodsReader(
            ColumnMap.from_json(job.mapping),
            shops=frozenset(Shop.objects.values_list("slug", flat=True)),
            currency=job.currency,
            width=len(job.header),
        )

    def keys(self, record: Goods) -> Collection[Hashable]:
        return [record.sku]

    def foresee(self, job: ImportJob, records: Mapping[int, Goods]) -> Mapping[int, Verdict]:
        return stocking.look(job, records)

    def keep(self, job: ImportJob, records: Mapping[int, Goods], *, at: datetime) -> Mapping[int, Verdict]:
        return stocking.keep(job, records, at=at)
