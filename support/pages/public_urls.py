"""What customers open."""

from django.urls import path

from support.pages import public_asking, public_help, public_orders, public_status

urlpatterns = [
    path("ask/", public_asking.ask, name="ask"),
    path("ask/thanks/", public_asking.asked, name="asked"),
    path("ask/suggestions/", public_asking.suggestions, name="ask-suggestions"),
    path("help/", public_help.front, name="help"),
    path("help/sitemap.xml", public_help.sitemap, name="help-sitemap"),
    path("help/files/<str:token>/", public_help.file, name="help-file"),
    path("help/<slug:slug>/", public_help.article, name="help-article"),
    path("help/<slug:slug>/reading/", public_help.opened, name="help-reading"),
    path("help/<slug:slug>/votes/", public_help.votes, name="help-votes"),
    path("order/<str:token>/", public_orders.order, name="order"),
    path("order/<str:token>/return/", public_orders.return_goods, name="order-return"),
    path(
        "order/<str:token>/return/<int:pk>/withdraw/",
        public_orders.withdraw_return,
        name="order-return-withdraw",
    ),
    path("returns/", public_orders.policy, name="return-policy"),
    path("status/", public_status.status, name="status"),
]
