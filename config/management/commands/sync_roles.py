from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Group, Permission
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from config.roles import ROLES, permissions_of


class Command(BaseCommand):
    help = "Makes the groups say what config/roles.py says. Safe to run at any time; migrate runs it."

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        known = {
            (app, codename): pk
            for pk, app, codename in Permission.objects.values_list(
                "pk", "content_type__app_label", "codename"
            )
        }
        for role in ROLES:
            wanted = list(permissions_of(role))
            unknown = [f"{app}.{codename}" for app, codename in wanted if (app, codename) not in known]
            if unknown:
                raise CommandError(
                    f"The role {role} asks for permissions that do not exist: {', '.join(unknown)}"
                )
            group, _ = Group.objects.get_or_create(name=role)
            group.permissions.set([known[permission] for permission in wanted])
