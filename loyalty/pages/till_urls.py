"""The till page of a shop whose own till cannot speak to us."""

from django.contrib import admin
from django.urls import path

from loyalty.pages import till, till_offline

app_name = "till"
urlpatterns = [
    path("", admin.site.admin_view(till.home), name="home"),
    path("shop/", admin.site.admin_view(till.shop), name="shop"),
    path("members/", admin.site.admin_view(till.lookup), name="lookup"),
    path("members/<int:pk>/", admin.site.admin_view(till.member), name="member"),
    path("members/<int:pk>/purchases/", admin.site.admin_view(till.purchases), name="purchases"),
    path("receipts/", admin.site.admin_view(till.receipts), name="receipts"),
    path("orders/<int:pk>/", admin.site.admin_view(till.order), name="order"),
    path("orders/<int:pk>/returns/", admin.site.admin_view(till.returns), name="returns"),
    path("offline/", admin.site.admin_view(till_offline.page), name="offline"),
    path("devices/", admin.site.admin_view(till_offline.devices), name="devices"),
    path("replays/", till_offline.replays, name="replays"),
    path("worker.js", till_offline.worker, name="worker"),
    path("slips/<int:pk>/", admin.site.admin_view(till.slip), name="slip"),
]
