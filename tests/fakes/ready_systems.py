"""An order as InSales, OpenCart and CloudCart tell of it, after what they publish: one for each ready mapping."""

from __future__ import annotations

from typing import Any

INSALES: dict[str, Any] = {
    "id": 61_000_001,
    "number": 1017,
    "created_at": "2026-02-27T18:00:00.000+02:00",
    "updated_at": "2026-02-27T18:05:00.000+02:00",
    "paid_at": "2026-02-27T18:05:00.000+02:00",
    "delivered_at": None,
    "financial_status": "paid",
    "fulfillment_status": "accepted",
    "currency_code": "RUR",
    "full_delivery_price": 6.0,
    "total_price": 27.6,
    "client": {
        "id": 9001,
        "name": "Мария",
        "surname": "Петрова",
        "email": "maria@lipa.example",
        "phone": "+79161234567",
    },
    "order_lines": [
        {
            "id": 71_000_001,
            "product_id": 93,
            "sku": "TEA-LINDEN-50",
            "title": "Липовый чай",
            "quantity": 3,
            "sale_price": 8.0,
            "full_total_price": 21.6,
        }
    ],
}

OPENCART: dict[str, Any] = {
    "order_id": "17",
    "customer_id": "26",
    "firstname": "Мария",
    "lastname": "Петрова",
    "email": "maria@lipa.example",
    "telephone": "0888 123 456",
    "order_status_id": "2",
    "currency_code": "EUR",
    "date_added": "2026-02-27 18:00:00",
    "date_modified": "2026-02-27 18:05:00",
    "products": [
        {
            "order_product_id": "31",
            "product_id": "93",
            "name": "Липов чай",
            "model": "TEA-LINDEN-50",
            "quantity": "3",
            "price": "7.2000",
            "total": "21.6000",
        }
    ],
    "totals": [
        {"code": "sub_total", "value": "21.6000"},
        {"code": "shipping", "value": "6.0000"},
        {"code": "total", "value": "27.6000"},
    ],
}

CLOUDCART: list[dict[str, Any]] = [
    {
        "id": 1042,
        "status": "paid",
        "status_fulfillment": "not_fulfilled",
        "currency": "EUR",
        "total": 2760,
        "shipping_price": 600,
        "customer_id": 87,
        "customer_first_name": "Мария",
        "customer_last_name": "Петрова",
        "customer_email": "maria@lipa.example",
        "date_added": "2026-02-27 18:00:00",
        "updated_at": "2026-02-27 18:05:00",
        "products": [
            {
                "id": 5001,
                "name": "Липов чай",
                "sku": "TEA-LINDEN-50",
                "quantity": 3.0,
                "price": 800,
                "order_price": 720,
            }
        ],
    }
]

ORDERS: dict[str, Any] = {"insales": INSALES, "opencart": OPENCART, "cloudcart": CLOUDCART}
