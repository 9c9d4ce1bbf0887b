"""Leads keep scripts on pages of their own: a list, a tree with its faults, versions beside one another."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from support.models import Script, ScriptVersion
from support.scripts import content, publishing
from tests.factories import scripts
from tests.factories.shops import NOON, UserFactory
from tests.factories.tickets import agent, ticket

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead(client):
    user = UserFactory(language="en", name="Elena Petrova")
    user.groups.add(Group.objects.get(name="team lead"))
    client.force_login(user)
    return user


def other_lead():
    return agent(role="team lead", language="en", name="Boris Iliev")


def go(client, name: str, *args: object, **values: object):
    return client.post(reverse(f"scripts:{name}", args=args), values, follow=True)


def typed(draft: ScriptVersion, key: str, **changes: object) -> dict[str, object]:
    """What the form of a step would send, with something changed."""
    step = next(one for one in draft.content["steps"] if one["key"] == key)
    values: dict[str, object] = {
        "kind": step["kind"],
        "tone": step.get("tone", "plain"),
        "outcome": step.get("outcome", ""),
        "seen": publishing.digest(draft),
    }
    values |= {f"title_{language}": title for language, title in step["title"].items()}
    for language, words in step["texts"].items():
        values |= {f"text_{language}_{channel}": text for channel, text in words.items()}
    for number, choice in enumerate(step["choices"]):
        values |= {f"next_{number}": choice["next"]}
        values |= {f"label_{number}_{language}": label for language, label in choice["label"].items()}
    return {**values, **changes}


def step_of(draft: ScriptVersion, key: str) -> content.Step:
    draft.refresh_from_db()
    step = content.read(draft.content).step(key)
    assert step
    return step


def test_the_list_stands_by_folder_with_state_and_use(client, lead, django_assert_num_queries):
    scripts.published(scripts.script())
    for number in range(5):
        scripts.draft(scripts.script(f"more-{number}", folder="Other"))
    client.get(reverse("scripts:list"))
    with django_assert_num_queries(7):
        answer = client.get(reverse("scripts:list"))

    assert "Delivery" in answer.text
    assert "/late-parcel" in answer.text
    assert "published · 1" in answer.text
    assert "draft · 1" in answer.text


def test_the_list_is_found_in_and_paged(client, lead, monkeypatch):
    monkeypatch.setattr("support.pages.scripts.SHOWN", 2)
    for number in range(3):
        scripts.script(f"s-{number}")
    first = client.get(reverse("scripts:list"))
    last = first.context["scripts"][-1]

    assert [its.slug for its in first.context["scripts"]] == ["s-0", "s-1"]
    after = client.get(reverse("scripts:list"), {"after": last.pk})
    assert [its.slug for its in after.context["scripts"]] == ["s-2"]
    assert [its.slug for its in client.get(reverse("scripts:list"), {"q": "/s-1"}).context["scripts"]] == [
        "s-1"
    ]


def test_an_empty_house_is_offered_the_ready_scripts(client, lead):
    offered = client.get(reverse("scripts:list"))
    assert "Take the ready scripts as drafts" in offered.text

    answer = go(client, "ready")

    assert ScriptVersion.objects.count() == 12
    assert "Take the ready scripts as drafts" not in answer.text


def test_a_draft_shows_every_fault_with_a_link_to_its_step(client, lead):
    tree = scripts.content()
    tree["steps"][1]["choices"][0]["next"] = "nowhere"
    draft = scripts.draft(content=tree)

    page = client.get(reverse("scripts:script", args=[draft.script_id])).text

    assert 'href="#step-look"' in page
    assert "There is no step “nowhere”." in page
    assert "No way leads to this step." in page


def test_a_step_is_changed_and_kept(client, lead):
    draft = scripts.draft()
    form = client.get(reverse("scripts:script", args=[draft.script_id]), {"step": "look"})
    assert "Words of look." in form.text

    values = typed(draft, "look", text_ru_any="Посмотрим.", tone="warm", next_1="", label_0_en="Late indeed")
    go(client, "step", draft.script_id, "look", **values)

    step = step_of(draft, "look")
    assert (step.texts["ru"]["any"], step.tone) == ("Посмотрим.", "warm")
    assert [choice.label["en"] for choice in step.choices] == ["Late indeed"]
    assert draft.written_by == lead


def test_choices_take_the_key_they_are_given(client, lead):
    draft = scripts.draft()
    go(client, "step", draft.script_id, "look", **typed(draft, "look", place_0="2", place_1="1"))

    assert [choice.next for choice in step_of(draft, "look").choices] == ["pass", "give"]


def test_a_choice_can_lead_to_a_step_that_is_not_there_yet(client, lead):
    draft = scripts.draft()
    values = typed(draft, "look", next_2="+", label_2_en="Something else")

    answer = go(client, "step", draft.script_id, "look", **values)

    assert [choice.next for choice in step_of(draft, "look").choices] == ["give", "pass", "say-1"]
    assert step_of(draft, "say-1").kind == "say"
    assert answer.context["form"].step.key == "say-1"


def test_a_condition_and_actions_come_out_of_the_form(client, lead):
    draft = scripts.draft()
    when = '{"field": "ticket.channel", "op": "eq", "value": "email"}'
    values = typed(draft, "look", when_0=when, when_1='{"all": []}', does_add_tag_name="late")
    go(client, "step", draft.script_id, "look", **values)

    step = step_of(draft, "look")
    assert [choice.when and choice.when["field"] for choice in step.choices] == ["ticket.channel", None]
    assert list(step.actions) == [{"kind": "add_tag", "settings": {"name": "late"}}]


def test_what_is_wrong_is_told_while_one_types_and_nothing_is_kept(client, lead):
    draft = scripts.draft()
    values = typed(draft, "hear", text_en_any="Dear {{ customer.password }}")
    before = draft.content

    told = client.post(reverse("scripts:step-check", args=[draft.script_id, "hear"]), values)

    assert "customer.password" in told.text
    draft.refresh_from_db()
    assert draft.content == before


def test_what_a_colleague_wrote_meanwhile_is_not_written_over(client, lead):
    draft = scripts.draft()
    values = typed(draft, "look", text_ru_any="Мои слова.")
    tree = scripts.content()
    tree["steps"][1]["tone"] = "firm"
    publishing.write(draft, tree=tree, by=other_lead(), at=NOON)

    answer = go(client, "step", draft.script_id, "look", **values)

    assert "Somebody else changed this draft" in answer.text
    assert step_of(draft, "look").tone == "firm"


def test_steps_are_added_moved_and_removed(client, lead):
    draft = scripts.draft()
    pk = draft.script_id
    go(client, "steps", pk, kind="note", after="look")
    assert step_of(draft, "look").choices[-1].next == "note-1"
    go(client, "step-place", pk, "note-1", to="up")
    assert [one["key"] for one in _fresh(draft)["steps"]][:2] == ["hear", "note-1"]
    go(client, "step-place", pk, "tell", to="start")
    assert (_fresh(draft)["start"], _fresh(draft)["steps"][0]["key"]) == ("tell", "tell")
    go(client, "step-removal", pk, "note-1")
    assert all(choice.next != "note-1" for choice in step_of(draft, "look").choices)


def test_a_version_is_handed_in_sent_back_and_published_by_another_person(client, lead):
    draft = scripts.draft(written_by=lead)
    pk = draft.script_id
    assert "Another person looks at it now." in go(client, "way", pk, 1, "submission").text
    assert "cannot approve it" in go(client, "way", pk, 1, "approval").text

    client.force_login(other_lead())
    assert "are remarks" not in go(client, "way", pk, 1, "remarks", remarks="Name the day.").text
    assert "Name the day." in client.get(reverse("scripts:script", args=[pk])).text
    go(client, "way", pk, 1, "submission")
    client.force_login(agent(role="team lead", language="en"))
    go(client, "way", pk, 1, "approval")
    assert "is published" in go(client, "way", pk, 1, "publication").text

    assert Script.objects.in_use(NOON).get() == draft.script
    go(client, "drafts", pk)
    assert publishing.in_work(draft.script).number == 2


def test_a_faulty_draft_is_refused_with_how_much_is_wrong(client, lead):
    tree = scripts.content()
    del tree["steps"][3]["texts"]["bg"]
    draft = scripts.draft(content=tree)

    assert "1 thing is to be put right first" in go(client, "way", draft.script_id, 1, "submission").text

    go(client, "waivers", draft.script_id, waived="bg")
    assert "is handed in" in go(client, "way", draft.script_id, 1, "submission").text


def test_two_versions_stand_beside_one_another_word_by_word(client, lead):
    first = scripts.published()
    tree = scripts.content()
    tree["steps"][3]["texts"]["en"]["any"] = (
        "We gave you {{ points.given }} points. This is {{ agent.name }}."
    )
    tree["steps"].append(scripts.step("bye", "end", outcome="waiting"))
    scripts.draft(first.script, number=2, content=tree)

    address = reverse("scripts:comparison", args=[first.script_id])
    page = client.get(address, {"old": 1, "new": 2}).text

    assert "<ins> points</ins>" in page or "<ins>points" in page
    assert "new step" in page
    assert client.get(address, {"old": 1, "new": 7}).status_code == 404
    assert "say the same" in client.get(address, {"old": 1, "new": 1}).text


def test_it_is_tried_on_three_customers_and_says_what_could_not_be_said(client, lead):
    tree = scripts.content()
    tree["steps"][0]["texts"]["ru"]["any"] = "Заказ {{ order.number }}."
    draft = scripts.draft(content=tree)
    for _number in range(4):
        ticket()

    page = client.get(reverse("scripts:trial", args=[draft.script_id, 1]))

    assert len(page.context["trials"]) == 3
    assert "cannot be said" in page.text
    assert "2 ways through it" in page.text


def test_agents_read_and_change_nothing(client):
    reader = agent(language="en")
    client.force_login(reader)
    draft = scripts.draft()
    page = client.get(reverse("scripts:script", args=[draft.script_id]), {"step": "look"})

    assert page.status_code == 200
    assert "Keep the step" not in page.text
    for name, args in (
        ("step", (draft.script_id, "look")),
        ("steps", (draft.script_id,)),
        ("drafts", (draft.script_id,)),
        ("way", (draft.script_id, 1, "submission")),
        ("way", (draft.script_id, 1, "approval")),
    ):
        assert client.post(reverse(f"scripts:{name}", args=args)).status_code == 403


def test_nothing_typed_into_a_script_becomes_markup(client, lead):
    tree = scripts.content()
    tree["steps"][0]["title"]["en"] = "<script>alert(1)</script>"
    tree["steps"][0]["texts"]["en"]["any"] = "<img src=x onerror=alert(1)>"
    draft = scripts.draft(content=tree)

    page = client.get(reverse("scripts:script", args=[draft.script_id])).text

    assert "<script>alert(1)" not in page
    assert "<img src=x" not in page


def _fresh(draft: ScriptVersion) -> dict[str, object]:
    draft.refresh_from_db()
    return draft.content


def test_a_new_script_is_named_and_then_written(client, lead):
    its = scripts.scenario()
    told = {
        **{f"name_{language}": name for language, name in scripts.words("Broken pot").items()},
        "slug": "broken-pot",
        "scenario": its.pk,
        "folder": "Goods",
        "shortcut": "pot",
        "suggest_when": '{"all": []}',
        "ended_at_0": "",
        "ended_at_1": "",
    }
    answer = client.post(reverse("admin:support_script_add"), told, follow=True)

    made = Script.objects.get(slug="broken-pot")
    assert answer.redirect_chain[-1][0] == reverse("scripts:script", args=[made.pk])
    assert (made.name_in("en"), made.suggest_when) == ("Broken pot", None)
    assert "Write the first version" in answer.text
    page = go(client, "drafts", made.pk)
    assert "No step is written yet." in page.text
    go(client, "steps", made.pk, kind="say")
    assert publishing.in_work(made).content["start"] == "say-1"


def test_words_that_suggest_a_scenario_are_typed_one_a_line(client, lead):
    its = scripts.scenario()
    told = {
        **{f"name_{language}": name for language, name in its.names.items()},
        "position": "3",
        "words_ru": "где посылка\n\n опаздывает ",
    }
    client.post(reverse("admin:support_scenario_change", args=[its.pk]), told)

    its.refresh_from_db()
    assert (its.words, its.position) == ({"ru": ["где посылка", "опаздывает"]}, 3)
