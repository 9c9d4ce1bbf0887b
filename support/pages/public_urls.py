"""What customers open."""

from django.urls import path

from support.pages import public_asking, public_orders

urlpatterns = [
    path("ask/", public_asking.ask, name="ask"),
    path("ask/thanks/", public_asking.asked, name="asked"),
    path("order/<str:token>/", public_orders.order, name="order"),
    path("order/<str:token>/return/", public_orders.return_goods, name="order-return"),
    path(
        "order/<str:token>/return/<int:pk>/withdraw/",
        public_orders.withdraw_return,
        name="order-return-withdraw",
    ),
    path("returns/", public_orders.policy, name="return-policy"),
]
