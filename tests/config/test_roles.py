from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.management import CommandError, call_command

from config import roles

pytestmark = pytest.mark.django_db


def held(role: str) -> set[str]:
    return set(Group.objects.get(name=role).permissions.values_list("codename", flat=True))


def test_migrating_gave_the_roles_their_permissions() -> None:
    assert {"view_customer", "change_customer"} <= held("agent")


@pytest.mark.parametrize("role", roles.ROLES)
def test_no_role_may_delete_people_or_rewrite_history(role: str) -> None:
    assert not held(role) & {
        "delete_customer",
        "delete_order",
        "change_timelineentry",
        "delete_timelineentry",
    }


@pytest.mark.parametrize("forbidden", ["view_apikey", "view_user", "view_importjob", "change_shop"])
def test_an_agent_may_not_see_how_the_house_is_run(forbidden: str) -> None:
    assert forbidden not in held("agent")


def test_what_somebody_added_by_hand_is_taken_back() -> None:
    Group.objects.get(name="agent").permissions.add(Permission.objects.get(codename="add_apikey"))

    call_command("sync_roles")
    call_command("sync_roles")

    assert "add_apikey" not in held("agent")


def test_a_permission_that_does_not_exist_is_an_error(monkeypatch: Any) -> None:
    monkeypatch.setitem(roles.ROLES, "agent", {"crm.customr": roles.LOOK})

    with pytest.raises(CommandError, match=r"crm\.view_customr"):
        call_command("sync_roles")
