from django.contrib import admin
from django.urls import path

from crm.pages import connection_rounds, connections

ONE = "crm/connection/<int:pk>/"
ROUND = f"{ONE}rounds/<int:round_pk>/"

urlpatterns = [
    path("crm/connection/new/", admin.site.admin_view(connections.new), name="new-connection"),
    path(ONE, admin.site.admin_view(connections.connection), name="connection"),
    path(f"{ONE}secret/", admin.site.admin_view(connections.secret), name="connection-secret"),
    path(f"{ONE}access/", admin.site.admin_view(connections.access), name="connection-access"),
    path(f"{ONE}closure/", admin.site.admin_view(connections.closure), name="connection-closure"),
    path(f"{ONE}replay/", admin.site.admin_view(connections.replay_of_all), name="connection-replay-of-all"),
    path(
        f"{ONE}deliveries/<int:delivery_pk>/replay/",
        admin.site.admin_view(connections.replay),
        name="connection-replay",
    ),
    path(f"{ONE}back-fill/", admin.site.admin_view(connection_rounds.back_fill), name="connection-back-fill"),
    path(
        f"{ONE}comparison/", admin.site.admin_view(connection_rounds.comparison), name="connection-comparison"
    ),
    path(ROUND, admin.site.admin_view(connection_rounds.one), name="connection-round"),
    path(f"{ROUND}stop/", admin.site.admin_view(connection_rounds.stop), name="connection-round-stop"),
    path(
        f"{ROUND}resumption/",
        admin.site.admin_view(connection_rounds.resumption),
        name="connection-round-resumption",
    ),
    path(
        f"{ROUND}differences/<int:difference_pk>/bringing/",
        admin.site.admin_view(connection_rounds.bringing),
        name="connection-bringing",
    ),
]
