"""The demo's addresses: its doors, then all that stands everywhere."""

from django.urls import include, path

from config import demo_doors, demo_phone, demo_till
from config.urls import urlpatterns as everywhere

doors = (
    [
        path("", demo_doors.doors, name="doors"),
        path("demo/agent/", demo_doors.agent, name="agent"),
        path("demo/manager/", demo_doors.manager, name="manager"),
        path("demo/till/", demo_till.till, name="till"),
        path("demo/shop-system/", demo_till.heard, name="shop-system"),
        path("demo/shop/", demo_doors.shop, name="shop"),
        path("demo/customer/<slug:key>/", demo_doors.customer, name="customer"),
        path("demo/orders/", demo_doors.orders, name="orders"),
        path("demo/phone/", demo_phone.phone, name="phone"),
        path("demo/phone/answer/", demo_phone.answer, name="phone-answer"),
        path("demo/phone/ring/", demo_phone.ring, name="phone-ring"),
    ],
    "demo",
)

urlpatterns = [path("", include(doors)), *everywhere]
