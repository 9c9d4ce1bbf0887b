"""Whatever is said about us has one theme at most, and exactly one department, with an owner and a clock."""

from __future__ import annotations

from datetime import timedelta

import pytest

from crm.models import TimelineEntry
from surveys.feedback import routing, ruling
from surveys.feedback.ruling import RuleChanged, UnusableRule
from surveys.models import Department, Feedback, Theme, ThemeRule
from tests.factories import feedback
from tests.factories.customers import CustomerFactory
from tests.factories.shops import NOON, UserFactory

pytestmark = pytest.mark.django_db

RoutedBy = Feedback.RoutedBy


def test_a_text_goes_to_the_department_of_its_theme_with_its_owner_and_its_clock():
    themes = feedback.ready()
    boris = UserFactory()
    Department.objects.filter(slug="logistics").update(owner=boris, answer_within_hours=5)

    its = feedback.said("Курьер опоздал на два часа", language="ru")

    assert its.theme == themes["delivery"] and its.routed_by == RoutedBy.RULE
    assert (its.department.slug, its.owner, its.due_at) == ("logistics", boris, NOON + timedelta(hours=5))


def test_what_fits_nothing_goes_to_the_department_that_takes_the_rest():
    feedback.ready()

    its = feedback.said("Hmm.")

    assert (its.theme, its.department.slug, its.routed_by) == (None, "care", RoutedBy.NOTHING)


def test_a_company_that_has_said_nothing_begins_with_the_ready_themes():
    assert feedback.said("The courier was late").theme.slug == "delivery"
    assert Theme.objects.count() == 10 and Department.objects.filter(takes_the_rest=True).count() == 1


def test_what_a_company_made_its_own_is_left_alone():
    own = Department.objects.create(slug="all", names={"en": "All of us"}, takes_the_rest=True)
    Theme.objects.create(slug="delivery", names={"en": "Parcels"}, department=own)

    ruling.adopt(at=NOON)

    assert Theme.objects.get(slug="delivery").name_in("en") == "Parcels"
    assert Department.objects.get(takes_the_rest=True) == own
    assert ruling.adopt(at=NOON) == []


def test_the_same_is_kept_once():
    one = feedback.said(source_id="r-1")
    two = feedback.said(source_id="r-1")

    assert one == two and Feedback.objects.count() == 1


def test_told_again_with_other_words_it_is_read_anew():
    feedback.said("The courier was late", source_id="r-1")

    its = feedback.said("The soup tastes bitter", source_id="r-1", at=NOON + timedelta(days=1))

    assert its.theme.slug == "quality" and its.due_at == NOON + timedelta(days=1, hours=72)


def test_other_words_do_not_overrule_a_colleague():
    its = feedback.said("The courier was late", source_id="r-1")
    its.routed_by = RoutedBy.PERSON
    its.save()

    feedback.said("The soup tastes bitter", source_id="r-1")

    its.refresh_from_db()
    assert (its.theme.slug, its.text) == ("delivery", "The soup tastes bitter")


def test_its_language_is_heard_from_its_words():
    assert feedback.said("Курьерът закъсня и кутията беше смачкана", language="ru").language == "bg"


def test_a_review_of_a_customer_stands_on_the_timeline_once():
    vera = CustomerFactory()

    for _again in range(2):
        its = feedback.said("Ужасно", language="ru", customer=vera, rating=1, source_id="r-1")

    entry = TimelineEntry.objects.get(kind="surveys.feedback_given")
    assert (entry.customer_id, entry.subject_id) == (vera.pk, its.pk)
    assert entry.fact.aloud("en") == "Wrote a review, 1 of 5: site" and entry.fact.mood == "bad"


def test_what_was_said_on_a_survey_is_not_told_twice():
    feedback.said(customer=CustomerFactory(), source=Feedback.Source.SURVEY)

    assert not TimelineEntry.objects.filter(kind="surveys.feedback_given").exists()


def test_a_rule_is_replaced_and_never_changed():
    theme, elena = feedback.ready()["delivery"], UserFactory()
    old = ThemeRule.objects.get(theme=theme, language="en", ended_at=None)

    new = ruling.rewrite(theme, language="en", lines=["drone 3", ""], seen=old.pk, by=elena, at=NOON)

    old.refresh_from_db()
    assert new and (new.words, new.written_by, old.ended_at) == (["drone 3"], elena, NOON)
    assert feedback.said("A drone came").theme == theme


def test_to_say_again_what_stands_changes_nothing():
    theme = feedback.ready()["delivery"]
    old = ThemeRule.objects.get(theme=theme, language="en", ended_at=None)

    assert (
        ruling.rewrite(theme, language="en", lines=old.words, seen=old.pk, by=UserFactory(), at=NOON) == old
    )


def test_a_rule_that_somebody_else_has_changed_is_not_overwritten():
    theme, elena = feedback.ready()["delivery"], UserFactory()
    old = ThemeRule.objects.get(theme=theme, language="en", ended_at=None)
    ruling.rewrite(theme, language="en", lines=["drone"], seen=old.pk, by=elena, at=NOON)

    with pytest.raises(RuleChanged):
        ruling.rewrite(theme, language="en", lines=["mule"], seen=old.pk, by=elena, at=NOON)


def test_a_line_that_is_no_clue_is_pointed_at():
    theme = feedback.ready()["delivery"]

    with pytest.raises(UnusableRule) as refused:
        ruling.rewrite(theme, language="en", lines=["drone", "!!"], seen=None, by=UserFactory(), at=NOON)

    assert [fault.pointer for fault in refused.value.faults] == ["/1"]


def test_new_rules_are_let_decide_about_what_waits_and_nobody_decided():
    theme, elena = feedback.ready()["delivery"], UserFactory()
    waits, decided = feedback.said("A zeppelin hovered"), feedback.said("A zeppelin hovered")
    Feedback.objects.filter(pk=decided.pk).update(routed_by=RoutedBy.PERSON)
    old = ThemeRule.objects.get(theme=theme, language="en", ended_at=None)
    ruling.rewrite(theme, language="en", lines=["zeppelin"], seen=old.pk, by=elena, at=NOON)

    assert routing.read_anew([waits, decided], at=NOON) == 1

    waits.refresh_from_db()
    decided.refresh_from_db()
    assert (waits.theme, waits.department.slug, decided.theme) == (theme, "logistics", None)


def test_as_many_questions_are_asked_however_many_rules_there_are(django_assert_max_num_queries):
    feedback.ready()

    with django_assert_max_num_queries(10):
        feedback.said()
