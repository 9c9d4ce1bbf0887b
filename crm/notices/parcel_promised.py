from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm.notices.base import Notice, Words
from crm.notices.variables import ORDER, PARCEL


class ParcelPromisedNotice(Notice):
    name = "parcel_promised"
    label = _("A day was promised for a parcel")
    variables = {**ORDER, **PARCEL}
    words = {
        "ru": Words(
            subject="Заказ {{ order.number }} прибудет {{ parcel.day }}",
            long=(
                "{{ customer.first_name|Добрый день }}!\n\n"
                "Заказ {{ order.number }} обещан на {{ parcel.day }}. Доставка: "
                "{{ parcel.carrier|курьер }}, номер отправления: "
                "{{ parcel.tracking_number|появится позже }}."
            ),
            short="{{ company.name }}: заказ {{ order.number }} прибудет {{ parcel.day }}.",
        ),
        "bg": Words(
            subject="Поръчка {{ order.number }} пристига на {{ parcel.day }}",
            long=(
                "{{ customer.first_name|Добър ден }}!\n\n"
                "Поръчка {{ order.number }} е обещана за {{ parcel.day }}. Доставка: "
                "{{ parcel.carrier|куриер }}, номер на пратката: "
                "{{ parcel.tracking_number|ще бъде известен по-късно }}."
            ),
            short="{{ company.name }}: поръчка {{ order.number }} пристига на {{ parcel.day }}.",
        ),
        "en": Words(
            subject="Order {{ order.number }} comes on {{ parcel.day }}",
            long=(
                "{{ customer.first_name|Hello }}!\n\n"
                "Order {{ order.number }} is promised for {{ parcel.day }}. Delivery: "
                "{{ parcel.carrier|courier }}, tracking number: "
                "{{ parcel.tracking_number|not known yet }}."
            ),
            short="{{ company.name }}: order {{ order.number }} comes on {{ parcel.day }}.",
        ),
    }
