"""Django's `migrate`, as the owner of the tables; then the application gets its grants and people their roles."""

from typing import Any

from django.conf import settings
from django.core.management import call_command, get_commands
from django.core.management.commands import migrate
from django.db import connections

from config import database_roles, migration_states
from crm import installing


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        connection = connections[options["database"]]
        only_looks = options["plan"] or options["check_unapplied"]
        if not only_looks:
            with database_roles.assumed(connection, None):
                database_roles.create_missing(connection)
        with (
            database_roles.assumed(connection, settings.DATABASE_OWNER_ROLE),
            database_roles.one_at_a_time(connection),
            migration_states.only_what_changes(),
        ):
            super().handle(*args, **options)
            if not only_looks:
                database_roles.grant(connection)
        if not only_looks and "sync_roles" in get_commands():
            call_command("sync_roles", verbosity=options["verbosity"])
            if options["verbosity"] and installing.is_empty():
                call_command("setup_link")
