from django.urls import path

from crm.pages import connector_hooks, hooks, one_c_exchange

app_name = "hooks"
urlpatterns = [
    path("connectors/<str:key>/", connector_hooks.hook, name="connector"),
    path("connectors/<str:key>/1c/", one_c_exchange.one_c, name="one-c"),
    path(
        "connectors/<str:key>/1c/windows-1251/",
        one_c_exchange.one_c,
        {"encoding": "windows-1251"},
        name="one-c-in-windows-1251",
    ),
    path("<slug:channel>/<str:key>/", hooks.hook, name="hook"),
]
