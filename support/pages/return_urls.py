from django.contrib import admin
from django.urls import path

from support.pages import returns

app_name = "returns"
urlpatterns = [
    path("returns/<int:pk>/", admin.site.admin_view(returns.one_case), name="case"),
    path("returns/<int:pk>/refusal/", admin.site.admin_view(returns.refusal), name="refusal"),
    path("returns/<int:pk>/<slug:name>/", admin.site.admin_view(returns.step), name="step"),
    path("orders/<int:order_pk>/return/", admin.site.admin_view(returns.open_case), name="open"),
]
