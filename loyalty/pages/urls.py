"""What customers open."""

from django.urls import path

from loyalty.pages import card, carts, joining

urlpatterns = [
    path("join/", joining.joining, name="join"),
    path("join/code/", joining.code, name="join-code"),
    path("join/till/", joining.waiting, name="join-waiting"),
    path("card/<str:token>/", card.card, name="card"),
    path("card/<str:token>/code/", card.code, name="card-code"),
    path("card/<str:token>/carts/", carts.carts, name="card-carts"),
    path("card/<str:token>/carts/<int:pk>/withdrawals/", carts.take_back, name="card-cart-back"),
    path("card/<str:token>/link-codes/", card.link_codes, name="card-link-codes"),
]
