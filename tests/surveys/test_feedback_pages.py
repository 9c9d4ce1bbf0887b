"""The inbox is sorted in one click, and a rule is tried on what was said last before it is kept."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils import timezone

from surveys.feedback import correcting, ruling
from surveys.models import Feedback, FeedbackLabel, Issue, Theme, ThemeRule
from tests.factories import feedback, issues
from tests.factories.customers import CustomerFactory
from tests.factories.shops import UserFactory
from tests.factories.surveys import survey

pytestmark = pytest.mark.django_db


def signed_in(client: Any, role: str) -> Any:
    user = UserFactory(language="en", name="Elena Petrova", is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    client.force_login(user)
    return user


@pytest.fixture
def themes() -> dict[str, Theme]:
    return feedback.ready()


@pytest.fixture
def manager(client, themes):
    return signed_in(client, "manager")


def page(client, query: str = "", name: str = "inbox", *args: object) -> str:
    response = client.get(reverse(f"feedback:{name}", args=args) + query)
    assert response.status_code == 200
    return response.content.decode()


def go(client, name: str, *args: object, **values: object):
    return client.post(reverse(f"feedback:{name}", args=args), values, follow=True)


def test_the_inbox_shows_what_was_said_whose_it_is_and_by_which_words(client, manager):
    vera = CustomerFactory(given_name="Vera")
    feedback.said("The courier was late <b>", customer=vera, rating=2)

    its = page(client)

    assert "The courier was late &lt;b&gt;" in its and "Warehouse and delivery" in its
    assert "known by: courier…, late…" in its and "2 of 5" in its
    assert reverse("crm:customer", args=[vera.pk]) in its


def test_a_survey_is_called_by_its_title_and_not_by_its_short_name(client, manager):
    survey("after-delivery", names={"en": "After a delivery", "ru": "После доставки"})
    feedback.said("The courier was late", source=Feedback.Source.SURVEY, source_name="after-delivery")
    feedback.said("The courier was rude", source=Feedback.Source.SURVEY, source_name="of-old")

    its = page(client)

    assert "After a delivery" in its and "after-delivery" not in its
    assert "of-old" in its


def test_a_theme_is_corrected_in_one_click_and_the_list_stays_as_it_was(client, manager, themes):
    its = feedback.said("The courier was late")

    response = go(client, "theme", its.pk, theme=themes["quality"].pk, query="state=all&source=review")

    its.refresh_from_db()
    assert (its.theme.slug, its.department.slug, FeedbackLabel.objects.get().by) == (
        "quality",
        "goods",
        manager,
    )
    assert "Goods and purchasing sees to it." in response.content.decode()
    assert response.redirect_chain[-1][0].endswith("/admin/surveys/feedback/?state=all&source=review")


def test_what_was_looked_at_leaves_the_list_and_comes_back_when_it_is_taken_up_again(client, manager):
    its = feedback.said()

    assert "The courier was late" not in go(client, "settling", its.pk).content.decode()
    assert "The courier was late" in page(client, "?state=settled")
    assert "The courier was late" in go(client, "settling", its.pk, how="again").content.decode()


def test_it_is_handed_over_to_a_colleague_who_sorts_feedback(client, manager):
    its, boris, cashier = feedback.said(), UserFactory(name="Boris"), UserFactory(name="Till")
    boris.groups.add(Group.objects.get(name="marketer"))

    assert "Boris sees to it." in go(client, "owner", its.pk, owner=boris.pk).content.decode()
    assert "cannot sort feedback" in go(client, "owner", its.pk, owner=cashier.pk).content.decode()
    its.refresh_from_db()
    assert its.owner == boris


def test_what_belongs_together_is_gathered_under_an_issue_and_waits_no_longer(client, manager):
    one, two, three = feedback.said(), feedback.said(), feedback.said()
    wrong = issues.issue()

    said = go(client, "gathering", feedback=[one.pk, two.pk], issue=wrong.pk).content.decode()

    assert "2 pieces of feedback stand under" in said
    assert set(Issue.objects.get().feedback.all()) == {one, two}
    assert Feedback.objects.waiting().get() == three


def test_a_new_issue_begins_with_what_was_chosen(client, manager):
    one, two = feedback.said(), feedback.said()

    response = go(client, "gathering", feedback=[one.pk, two.pk], issue="new")

    assert response.redirect_chain[-1][0] == f"{reverse('closing:new')}?feedback={one.pk},{two.pk}"
    assert "Choose what belongs together first." in go(client, "gathering", issue="new").content.decode()


def test_an_agent_reads_and_does_not_sort(client, themes):
    signed_in(client, "agent")
    its = feedback.said()

    assert "The courier was late" in page(client) and "I have looked at it" not in page(client)
    assert client.post(reverse("feedback:theme", args=[its.pk]), {"theme": 1}).status_code == 403


def test_nonsense_in_the_address_narrows_nothing(client, manager):
    feedback.said()

    assert "The courier was late" in page(
        client, "?state=x&source=y&department=z&after=%00&theme=&language=1"
    )
    assert "The courier was late" not in page(client, "?theme=0")


def test_the_inbox_takes_as_many_questions_however_long_it_is(client, manager, django_assert_max_num_queries):
    for _number in range(12):
        feedback.said(customer=CustomerFactory())

    with django_assert_max_num_queries(26):
        page(client)


def test_the_rules_are_told_with_how_often_they_were_right(client, manager, themes):
    for theme in ("delivery", "quality"):
        its = feedback.said("The courier was late")
        correcting.call_it(its, theme=themes[theme], by=manager, at=timezone.now() - timedelta(days=1))

    told = page(client, "", "rules")

    assert "1 of 2" in told and reverse("feedback:rule", args=["delivery", "en"]) in told


def test_a_rule_is_tried_on_what_was_said_last_and_nothing_is_kept(client, manager, themes):
    feedback.said("A zeppelin hovered")
    feedback.said("The courier was late")
    standing = ThemeRule.objects.get(theme=themes["delivery"], language="en", ended_at=None)

    response = go(client, "rule", "delivery", "en", words="zeppelin 3", how="try", seen=standing.pk)

    told = response.content.decode()
    assert response.context["trial"].has == response.context["trial"].would_have == 1
    assert "A zeppelin hovered" in told and "The courier was late" in told and "no theme" in told
    assert ThemeRule.objects.get(theme=themes["delivery"], language="en") == standing


def test_a_rule_that_is_kept_sorts_what_waits_where_that_was_asked(client, manager, themes):
    its = feedback.said("A zeppelin hovered")
    standing = ThemeRule.objects.get(theme=themes["delivery"], language="en", ended_at=None)

    response = go(
        client, "rule", "delivery", "en", words="zeppelin 3\ncourier", how="keep", seen=standing.pk, anew="1"
    )

    its.refresh_from_db()
    assert (
        its.theme == themes["delivery"]
        and "1 text that waits has another theme now." in response.content.decode()
    )
    assert ThemeRule.objects.get(theme=its.theme, language="en", ended_at=None).words == [
        "zeppelin 3",
        "courier",
    ]


def test_a_line_that_is_no_word_is_said_with_what_stands_in_it(client, manager, themes):
    response = client.post(
        reverse("feedback:rule", args=["delivery", "en"]), {"words": "courier\n!!!", "how": "keep"}
    )

    assert response.status_code == 422 and "“!!!”" in response.content.decode()


def test_what_somebody_else_has_changed_is_not_overwritten(client, manager):
    response = client.post(
        reverse("feedback:rule", args=["delivery", "en"]),
        {"words": "courier", "how": "keep", "seen": "1234567"},
    )

    assert response.status_code == 422 and "Somebody else has changed this rule" in response.content.decode()


def test_a_company_without_themes_takes_the_ready_ones(client):
    signed_in(client, "manager")
    assert "Take the ready themes" in page(client, "", "rules")

    assert "10 themes were added." in go(client, "ready").content.decode()
    assert ruling.in_force().themes["delivery"]["bg"]


def test_departments_and_themes_have_forms(client, manager, themes):
    for name in ("department", "theme"):
        assert client.get(reverse(f"admin:surveys_{name}_changelist")).status_code == 200
    response = client.post(
        reverse("admin:surveys_theme_add"),
        {
            "name_en": "Packaging",
            "slug": "packaging",
            "department": themes["delivery"].department_id,
            "position": 11,
        },
    )
    assert response.status_code == 302 and Theme.objects.get(slug="packaging").name_in("ru") == "Packaging"
