"""Teams, topics, agents, shifts and macros as a manager keeps them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from crm.models import User
from support.models import AgentProfile, Macro, Shift, ShiftPattern, Skill, SubState, Tag, Team, Topic
from tests.factories.shops import UserFactory
from tests.factories.tickets import TeamFactory

pytestmark = pytest.mark.django_db
OURS = ("team", "topic", "substate", "tag", "skill", "agentprofile", "shift", "shiftpattern", "macro")


@pytest.fixture
def manager(client: Client) -> User:
    one = UserFactory(language="en")
    one.groups.add(Group.objects.get(name="manager"))
    client.force_login(one)
    return one


def some_of_each(number: int = 1) -> None:
    for n in range(number):
        team = TeamFactory(lead=UserFactory())
        profile = AgentProfile.objects.create(user=UserFactory(), languages=["ru", "bg"])
        profile.teams.add(team)
        skill = Skill.objects.create(slug=f"s{n}-{team.pk}", names={"en": "Returns"})
        Topic.objects.create(slug=f"t{team.pk}", names={"en": "Returns"}, team=team, skill=skill)
        SubState.objects.create(slug=f"c{team.pk}", names={"en": "With the courier"}, category="waiting_us")
        Tag.objects.create(name=f"tag {team.pk}")
        Shift.objects.create(
            agent=profile.user, starts_at=timezone.now(), ends_at=timezone.now() + timedelta(hours=8)
        )
        ShiftPattern.objects.create(
            agent=profile.user, weekday=0, begins="09:00", ends="18:00", since="2026-01-01"
        )
        Macro.objects.create(
            names={"en": "Late"}, actions=[{"kind": "add_tag", "settings": {"name": "late"}}]
        ).teams.add(team)


@pytest.mark.parametrize("name", OURS)
def test_lists_and_forms_open_and_cost_the_same_however_many_there_are(
    client: Client, manager: User, name: str
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as caught:
            assert client.get(reverse(f"admin:support_{name}_changelist")).status_code == 200
        return len(caught)

    some_of_each()
    queries()
    few = queries()
    some_of_each(4)

    assert queries() == few
    row = {"team": Team, "topic": Topic, "substate": SubState, "tag": Tag, "skill": Skill}.get(name)
    row = (
        row
        or {
            "agentprofile": AgentProfile,
            "shift": Shift,
            "shiftpattern": ShiftPattern,
            "macro": Macro,
        }[name]
    )
    pk = row.objects.first().pk
    assert client.get(reverse(f"admin:support_{name}_change", args=[pk])).status_code == 200
    assert client.get(reverse(f"admin:support_{name}_add")).status_code == 200


def test_a_team_has_a_name_in_each_language_and_a_short_one_that_stays(client: Client, manager: User) -> None:
    told = {
        "name_en": "Returns",
        "name_ru": "Возвраты",
        "name_bg": "",
        "slug": "returns",
        "answers_customers": "on",
    }
    assert client.post(reverse("admin:support_team_add"), told).status_code == 302

    team = Team.objects.get(slug="returns")
    assert team.names == {"en": "Returns", "ru": "Возвраты"}
    client.post(reverse("admin:support_team_change", args=[team.pk]), {**told, "slug": "other"})
    assert Team.objects.get(pk=team.pk).slug == "returns"


def test_an_agent_speaks_some_languages(client: Client, manager: User) -> None:
    one, team = UserFactory(), TeamFactory()
    told = {"user": one.pk, "teams": [team.pk], "languages": ["ru", "bg"], "capacity": "7", "signature": ""}
    assert client.post(reverse("admin:support_agentprofile_add"), told).status_code == 302

    profile = AgentProfile.objects.get(user=one)
    assert (profile.languages, profile.capacity, profile.teams.get()) == (["ru", "bg"], 7, team)


def macro_told(**more: object) -> dict[str, object]:
    answer = "Sorry, {{ customer.first_name|dear customer }}"
    return {"name_en": "Late parcel", "position": "0", "text_en": answer, **more}


def test_a_macro_is_put_together_from_fields(client: Client, manager: User) -> None:
    told = macro_told(
        does_add_tag_name="late", does_put_off_hours="24", does_take="on", does_set_priority_priority="3"
    )
    answer = client.post(reverse("admin:support_macro_add"), told)

    assert answer.status_code == 302, answer.context["adminform"].form.errors
    macro = Macro.objects.get()
    assert macro.texts == {"en": "Sorry, {{ customer.first_name|dear customer }}"}
    assert macro.actions == [
        {"kind": "take", "settings": {}},
        {"kind": "add_tag", "settings": {"name": "late"}},
        {"kind": "set_priority", "settings": {"priority": 3}},
        {"kind": "put_off", "settings": {"hours": 24}},
    ]
    page = client.get(reverse("admin:support_macro_change", args=[macro.pk])).content.decode()
    assert 'value="late"' in page


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"does_put_off_hours": "0"}, "does_put_off_hours"),
        ({"does_give_points_points": "10"}, "does_give_points_reason"),
        ({"text_en": "{{ customer.password }}"}, "text_en"),
        ({"text_en": "{% now %}{{"}, "text_en"),
    ],
)
def test_what_is_wrong_with_a_macro_stands_beside_its_field(
    client: Client, manager: User, told: dict[str, str], field: str
) -> None:
    answer = client.post(reverse("admin:support_macro_add"), macro_told(**told))

    assert field in answer.context["adminform"].form.errors
    assert not Macro.objects.exists()


def test_a_shift_that_is_over_stays_as_it_was(client: Client, manager: User) -> None:
    past = timezone.now() - timedelta(days=1)
    shift = Shift.objects.create(agent=UserFactory(), starts_at=past, ends_at=past + timedelta(hours=8))

    assert client.post(reverse("admin:support_shift_change", args=[shift.pk]), {}).status_code == 403


def test_an_agent_plans_no_shifts_and_changes_no_macros(client: Client) -> None:
    one = UserFactory()
    one.groups.add(Group.objects.get(name="agent"))
    client.force_login(one)

    for name in ("team", "shift", "macro", "agentprofile"):
        assert client.get(reverse(f"admin:support_{name}_add")).status_code == 403
