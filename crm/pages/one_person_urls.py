from django.contrib import admin
from django.urls import path

from crm.pages import erasure, letting_back, merging

urlpatterns = [
    path("crm/customer/<int:pk>/same-person/", admin.site.admin_view(merging.same), name="same-person"),
    path(
        "crm/customer/<int:pk>/same-person/<int:other_pk>/",
        admin.site.admin_view(merging.compare),
        name="compare",
    ),
    path("crm/customer/<int:pk>/erasure/", admin.site.admin_view(erasure.erasure), name="erasure"),
    path(
        "crm/customer/<int:pk>/personal-data/",
        admin.site.admin_view(erasure.personal_data),
        name="personal-data",
    ),
    path("crm/merge/<int:pk>/separation/", admin.site.admin_view(merging.separation), name="separation"),
    path("crm/suppression/", admin.site.admin_view(letting_back.lifts), name="suppression-lifts"),
    path("crm/merge-proposals/", admin.site.admin_view(merging.proposals), name="merge-proposals"),
    path(
        "crm/merge-proposals/<int:pk>/dismissal/",
        admin.site.admin_view(merging.dismissal),
        name="proposal-dismissal",
    ),
]
