"""Pages of rewards, inside the admin."""

from django.contrib import admin
from django.urls import path

from loyalty.pages import coupon_codes

app_name = "rewards"
urlpatterns = [
    path("admin/loyalty/couponpool/<int:pk>/codes/", admin.site.admin_view(coupon_codes.codes), name="codes"),
    path(
        "admin/loyalty/couponpool/<int:pk>/codes/batches/",
        admin.site.admin_view(coupon_codes.batches),
        name="code-batches",
    ),
    path(
        "admin/loyalty/couponpool/<int:pk>/codes/files/",
        admin.site.admin_view(coupon_codes.files),
        name="code-files",
    ),
    path(
        "admin/loyalty/couponpool/<int:pk>/codes/shared/",
        admin.site.admin_view(coupon_codes.shared),
        name="shared-codes",
    ),
    path(
        "admin/loyalty/couponpool/<int:pk>/codes/export.csv",
        admin.site.admin_view(coupon_codes.export),
        name="codes-export",
    ),
    path(
        "admin/loyalty/couponbatch/<int:pk>/cancellation/",
        admin.site.admin_view(coupon_codes.cancellation),
        name="code-batch-cancellation",
    ),
]
