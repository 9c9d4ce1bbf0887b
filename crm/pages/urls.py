"""Pages of our own that stand inside the admin, beside its lists and forms."""

from django.contrib import admin
from django.urls import path, re_path

from crm.pages import (
    api_key,
    api_keys,
    conditions,
    connection_urls,
    customer,
    imports,
    inviting,
    linking,
    lists,
    looks,
    mapping_urls,
    notices,
    one_person_urls,
    price_lookup,
    repeated_import_urls,
    revealing,
    searching,
    tasks,
    webhook_urls,
)

app_name = "crm"
urlpatterns = [
    path("search/", admin.site.admin_view(searching.results), name="search"),
    path("search/suggestions/", admin.site.admin_view(searching.suggestions), name="suggestions"),
    path(
        "crm/company/<int:pk>/prices/",
        admin.site.admin_view(price_lookup.company_prices),
        name="company-prices",
    ),
    path("crm/conditions/<slug:root>/", admin.site.admin_view(conditions.said), name="conditions"),
    path(
        "crm/conditions/<slug:root>/choices/",
        admin.site.admin_view(conditions.choices),
        name="condition-choices",
    ),
    path("crm/apikey/new/", admin.site.admin_view(api_keys.new), name="new-api-key"),
    path("crm/apikey/<int:pk>/", admin.site.admin_view(api_key.key), name="api-key"),
    path("crm/apikey/<int:pk>/limits/", admin.site.admin_view(api_key.limits), name="api-key-limits"),
    path(
        "crm/apikey/<int:pk>/successor/", admin.site.admin_view(api_key.successor), name="api-key-successor"
    ),
    path(
        "crm/apikey/<int:pk>/revocation/",
        admin.site.admin_view(api_key.revocation),
        name="api-key-revocation",
    ),
    path("crm/customer/<int:pk>/", admin.site.admin_view(customer.customer), name="customer"),
    path("crm/customer/<int:pk>/notes/", admin.site.admin_view(customer.notes), name="customer-notes"),
    path("crm/customer/<int:customer_pk>/tasks/new/", admin.site.admin_view(tasks.new), name="task-new"),
    re_path(r"^crm/([a-z]+)/export\.(csv|xlsx)$", admin.site.admin_view(lists.export), name="export"),
    path("crm/views/", admin.site.admin_view(lists.views), name="saved-views"),
    path("crm/views/<int:pk>/removal/", admin.site.admin_view(lists.removal), name="saved-view-removal"),
    path("crm/task/<int:pk>/", admin.site.admin_view(tasks.task), name="task"),
    path("crm/task/<int:pk>/completion/", admin.site.admin_view(tasks.completion), name="task-completion"),
    path(
        "crm/task/<int:pk>/postponement/",
        admin.site.admin_view(tasks.postponement),
        name="task-postponement",
    ),
    path("crm/task/<int:pk>/handover/", admin.site.admin_view(tasks.handover), name="task-handover"),
    path("crm/customer/<int:pk>/looks/", admin.site.admin_view(looks.looks), name="looks"),
    path("crm/customer/<int:pk>/identities/", admin.site.admin_view(revealing.identities), name="identities"),
    path(
        "crm/customer/<int:pk>/identities/<int:identity_pk>/",
        admin.site.admin_view(revealing.identity),
        name="identity",
    ),
    path("crm/customer/<int:pk>/link-codes/", admin.site.admin_view(linking.codes), name="link-codes"),
    path(
        "crm/customer/<int:pk>/identities/<int:identity_pk>/unlinking/",
        admin.site.admin_view(linking.unlinking),
        name="unlinking",
    ),
    path("crm/changes/<slug:kind>/<int:pk>/", admin.site.admin_view(looks.changes), name="changes"),
    path("crm/notices/", admin.site.admin_view(notices.notices), name="notices"),
    path("crm/notices/<slug:name>/", admin.site.admin_view(notices.notice), name="notice"),
    path("crm/notices/<slug:name>/switch/", admin.site.admin_view(notices.switch), name="notice-switch"),
    path("crm/invitation/", admin.site.admin_view(inviting.invitations), name="invitations"),
    path(
        "crm/invitation/<int:pk>/revocation/",
        admin.site.admin_view(inviting.revocation),
        name="invitation-revocation",
    ),
    path("crm/importjob/add/", admin.site.admin_view(imports.new), name="import-new"),
    path("crm/importjob/<int:pk>/", admin.site.admin_view(imports.job), name="import"),
    path("crm/importjob/<int:pk>/columns/", admin.site.admin_view(imports.columns), name="import-columns"),
    path(
        "crm/importjob/<int:pk>/confirmation/",
        admin.site.admin_view(imports.confirmation),
        name="import-confirmation",
    ),
    path(
        "crm/importjob/<int:pk>/cancellation/",
        admin.site.admin_view(imports.cancellation),
        name="import-cancellation",
    ),
    path(
        "crm/importjob/<int:pk>/resumption/",
        admin.site.admin_view(imports.resumption),
        name="import-resumption",
    ),
    path("crm/importjob/<int:pk>/refused/", admin.site.admin_view(imports.refused), name="import-refused"),
    *one_person_urls.urlpatterns,
    *webhook_urls.urlpatterns,
    *connection_urls.urlpatterns,
    *mapping_urls.urlpatterns,
    *repeated_import_urls.urlpatterns,
]
