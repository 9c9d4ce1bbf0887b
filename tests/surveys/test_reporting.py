"""What a report says of answers that are kept: narrowed, divided, compared, and with who kept silent."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.dashboards.periods import Period
from crm.models import Message
from surveys.models import Answer, Response, SurveyVersion
from surveys.reports import delivering, narrowing, reporting
from surveys.reports.narrowing import Narrowed, UnusableFigure
from tests.factories.customers import CustomerFactory
from tests.factories.shops import ShopFactory
from tests.factories.survey_answers import anonymous, invitation
from tests.factories.survey_scores import answered, sent
from tests.factories.surveys import only, published, survey

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
PERIOD = Period(date(2026, 10, 22), date(2026, 11, 20), "30")
BEFORE = AT - timedelta(days=35)
SPEAKS_RUSSIAN = {"field": "customer.language", "op": "eq", "value": "ru"}


@pytest.fixture
def version() -> SurveyVersion:
    return published(content=only("nps"))


def report(by: str = "shop", **narrowed):
    return reporting.report(Narrowed(**narrowed), period=PERIOD, by=by, at=AT)


def counted(by: str) -> dict[str, int]:
    return {part.key: sum(part.counts.values()) for part in report(by).parts}


# ── The score ────────────────────────────────────────────────────────────────
def test_no_answers_are_no_score():
    found = report()

    assert found.score is None
    assert not found.is_hidden
    assert found.parts == []
    assert all(step.score is None for step in found.steps)


def test_a_period_is_compared_with_the_one_before(version):
    answered(version, {10: 30, 3: 10}, at=AT)
    answered(version, {10: 10, 3: 30}, at=BEFORE)

    found = report()

    assert (found.score.value, found.score.n) == (50, 40)
    assert found.before.value == -50
    assert found.change.is_change


def test_the_first_moment_of_a_period_is_in_it_and_the_last_of_the_one_before_is_not(version):
    since = datetime(2026, 10, 22, tzinfo=UTC)
    answered(version, {10: 1}, at=since)
    answered(version, {0: 1}, at=since - timedelta(microseconds=1))

    assert report().counts == {10: 1}


def test_each_step_has_its_own_score(version):
    answered(version, {10: 2}, at=AT)
    answered(version, {0: 1}, at=AT - timedelta(days=1))

    *_earlier, yesterday, today = report().steps

    assert (yesterday.score.value, yesterday.score.n) == (-100, 1)
    assert (today.score.value, today.score.n) == (100, 2)


def test_between_two_months_the_days_that_belong_to_neither_are_left_out(version):
    month = Period(date(2026, 11, 1), date(2026, 11, 20), "2026-11")
    answered(version, {10: 1}, at=AT)
    answered(version, {0: 1}, at=datetime(2026, 10, 25, 12, tzinfo=UTC))
    answered(version, {5: 1}, at=datetime(2026, 10, 5, 12, tzinfo=UTC))

    found = reporting.report(Narrowed(), period=month, by="shop", at=AT)

    assert found.counts == {10: 1}
    assert found.before.n == 1
    assert len(found.steps) == 20


# ── Narrowed and divided ─────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("by", "one", "other"),
    [("channel", "sms", "email"), ("tier", "gold", ""), ("language", "bg", "en")],
)
def test_it_is_divided_by_what_stands_in_the_response(version, by, one, other):
    answered(version, {10: 2}, at=AT, **{by: one})
    answered(version, {0: 3}, at=AT, **{by: other})

    assert counted(by) == {one: 2, other: 3}
    assert report(**{by: one}).counts == {10: 2}


def test_it_is_divided_by_shop_and_by_colleague(version):
    here, there = ShopFactory(), ShopFactory()
    answered(version, {10: 2}, at=AT, shop=here, agent_id=7)
    answered(version, {0: 3}, at=AT, shop=there)

    assert counted("shop") == {str(here.pk): 2, str(there.pk): 3}
    assert counted("agent") == {"7": 2, "": 3}
    assert report(shop=there.pk).counts == {0: 3}
    assert report(agent=7).counts == {10: 2}


def test_it_is_narrowed_by_survey_and_by_conditions_about_the_customer(version):
    speaks_russian = CustomerFactory(language="ru")
    other = published(survey("other"), content=only("nps"))
    answered(version, {10: 1}, at=AT, customer=speaks_russian)
    answered(other, {0: 1}, at=AT, customer=CustomerFactory(language="bg"))

    assert report(survey="other").counts == {0: 1}
    assert report(who=SPEAKS_RUSSIAN).counts == {10: 1}


def test_each_aspect_of_satisfaction_is_counted_by_itself(version):
    answered(version, {5: 2}, kind="csat", at=AT, aspect="delivery")
    answered(version, {1: 3}, kind="csat", at=AT)

    found = report("aspect", measure="csat", aspect="delivery")

    assert found.counts == {5: 2}
    assert {part.key: part.score.value for part in found.parts} == {"delivery": 100, "": 0}


def test_how_hard_it_was_is_turned_round_and_never_mixed_with_how_easy(version):
    answered(version, {1: 2}, kind="ces", at=AT, direction=-1)
    answered(version, {1: 3}, kind="ces", at=AT)

    assert report(measure="ces").score.value == 1
    assert report(measure="ces", asks_how_hard=True).score.value == 7
    assert report(measure="ces", asks_how_hard=True).counts == {7: 2}


def test_a_part_differs_from_all_the_others_only_where_the_interval_says_so(version):
    here, there, nowhere = ShopFactory(), ShopFactory(), ShopFactory()
    answered(version, {10: 60}, at=AT, shop=here)
    answered(version, {0: 60}, at=AT, shop=there)
    answered(version, {10: 29}, at=AT, shop=nowhere)

    by_key = {part.key: part for part in report().parts}

    assert by_key[str(here.pk)].differs.is_change
    assert by_key[str(there.pk)].differs.value < 0
    assert by_key[str(nowhere.pk)].differs is None


def test_what_an_issue_measures_is_the_same_figure(version):
    answered(version, {10: 30, 3: 10}, at=AT)
    its = {"since": AT - timedelta(days=1), "until": AT + timedelta(days=1), "at": AT}

    assert reporting.score(Narrowed(), **its) == report().score
    assert reporting.score(Narrowed(measure="csat"), **its) is None


def test_a_figure_is_kept_as_it_was_chosen():
    chosen = Narrowed(measure="csat", aspect="delivery", shop=3)

    assert narrowing.write(chosen) == {"measure": "csat", "aspect": "delivery", "shop": 3}
    assert narrowing.read(narrowing.write(chosen)) == chosen


@pytest.mark.parametrize(
    "told",
    [
        {"measure": "eps"},
        {"measure": ["nps"]},
        {"aspect": "taste"},
        {"shop": "3"},
        {"shop": True},
        {"colour": 1},
        {"who": "all"},
    ],
)
def test_what_is_no_figure_is_refused_with_its_place(told):
    with pytest.raises(UnusableFigure) as refused:
        narrowing.read(told)

    assert refused.value.faults[0].pointer == f"/{next(iter(told))}"


# ── The database keeps an answer as its response ─────────────────────────────
def test_an_answer_is_counted_where_its_response_is_moved_to(version):
    here = ShopFactory()
    response = answered(version, {10: 1}, at=AT)[0]

    Response.objects.filter(pk=response.pk).update(shop=here, tier="gold")

    kept = Answer.objects.get(response=response)
    assert (kept.shop_id, kept.tier, kept.version_id) == (here.pk, "gold", version.pk)


# ── Anonymous answers ────────────────────────────────────────────────────────
def test_fewer_than_five_anonymous_answers_are_not_shown():
    answered(anonymous(), {10: 4}, at=AT, channel="")

    found = report(survey="anonymous")

    assert found.is_hidden
    assert (found.score, found.counts, found.parts) == (None, {}, [])
    assert all(step.is_hidden or step.score is None for step in found.steps)


def test_five_are_shown_but_no_group_by_which_one_of_them_could_be_told():
    version, here, there, nowhere = anonymous(), ShopFactory(), ShopFactory(), ShopFactory()
    answered(version, {10: 9}, at=AT, shop=here, channel="")
    answered(version, {10: 6}, at=AT, shop=there, channel="")
    answered(version, {0: 1}, at=AT, shop=nowhere, channel="")

    found = report(survey="anonymous")

    assert found.score.n == 16
    by_key = {part.key: part for part in found.parts}
    assert by_key[str(here.pk)].score.n == 9
    # One alone is hidden; so is the next smallest, or it would be the whole less the others.
    assert by_key[str(nowhere.pk)].is_hidden
    assert by_key[str(there.pk)].is_hidden


def test_an_anonymous_survey_is_not_narrowed_so_that_those_left_out_could_be_told():
    version, here, there = anonymous(), ShopFactory(), ShopFactory()
    answered(version, {10: 20}, at=AT, shop=here, channel="")
    answered(version, {0: 1}, at=AT, shop=there, channel="")

    assert report(survey="anonymous", shop=here.pk).is_hidden


def test_anonymous_answers_are_counted_only_where_their_survey_is_chosen_by_itself(version):
    answered(anonymous(), {0: 9}, at=AT, channel="")
    answered(version, {10: 1}, at=AT)

    assert report().counts == {10: 1}


# ── Who kept silent ──────────────────────────────────────────────────────────
def test_the_response_rate_counts_whom_the_question_reached(version):
    states = [Message.State.DELIVERED, Message.State.SENT, Message.State.FAILED, Message.State.QUEUED]
    asked = [invitation(version, at=AT, message=sent(state)) for state in states]
    asked[0].answered_at = AT
    asked[0].save()

    delivering.note_deliveries(at=AT + timedelta(hours=1))

    assert (report().rate.count, report().rate.of) == (1, 2)


def test_what_comes_back_later_has_not_arrived(version):
    asked = invitation(version, at=AT, message=sent(Message.State.SENT))
    delivering.note_deliveries(at=AT)
    Message.objects.filter(pk=asked.message_id).update(state=Message.State.FAILED)

    assert delivering.note_deliveries(at=AT + timedelta(days=1)) == 1
    assert delivering.note_deliveries(at=AT + timedelta(days=1)) == 0
    assert report().rate.of == 0


def test_of_whom_only_an_answer_would_tell_there_is_no_rate(version):
    assert report(tier="gold").rate is None
    assert report(channel="email").rate is not None


@pytest.mark.parametrize("by", list(narrowing.DIVIDED))
def test_of_a_segment_answers_and_silence_are_those_of_its_people_read_once(version, by):
    anna, boris = CustomerFactory(language="ru"), CustomerFactory(language="bg")
    answered(version, {10: 2}, at=AT, customer=anna)
    answered(version, {9: 1}, at=BEFORE, customer=anna)
    answered(version, {0: 3}, at=AT, customer=boris)
    for customer in (anna, boris):
        invitation(version, customer=customer, at=AT, delivered_at=AT, answered_at=AT)

    with CaptureQueriesContext(connection) as queries:
        found = report(by, who=SPEAKS_RUSSIAN)

    assert (found.counts, found.before.n) == ({10: 2}, 1)
    assert sum(sum(part.counts.values()) for part in found.parts) == 2
    assert (found.rate.count, found.rate.of) == (1, 1)
    assert sum('"language"' in query["sql"] and "crm_customer" in query["sql"] for query in queries) == 1


def test_words_of_a_segment_are_those_of_its_people(version):
    answered(version, {10: 1}, at=AT, customer=CustomerFactory(language="ru"), text="Спасибо")
    answered(version, {10: 1}, at=AT, customer=CustomerFactory(language="bg"), text="Благодаря")

    found = reporting.verbatims(Narrowed(who=SPEAKS_RUSSIAN), period=PERIOD, at=AT)

    assert [one.text for one in found] == ["Спасибо"]


# ── Words, and what it costs ─────────────────────────────────────────────────
def test_words_stand_there_latest_first_with_their_score(version):
    answered(version, {3: 1}, at=AT - timedelta(days=1), text="Late")
    answered(version, {10: 1}, at=AT, text="Lovely")
    answered(version, {10: 1}, at=AT)

    found = reporting.verbatims(Narrowed(), period=PERIOD, at=AT)

    assert [one.text for one in found] == ["Lovely", "Late"]
    last = found[0]
    later = reporting.verbatims(Narrowed(), period=PERIOD, at=AT, before=(last.answered_at, last.pk))
    assert [one.text for one in later] == ["Late"]


@pytest.mark.parametrize("by", list(narrowing.DIVIDED))
def test_a_report_asks_as_often_however_many_answered(version, by):
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            report(by)
        return len(queries)

    answered(version, {10: 1}, at=AT)
    few = asked()
    for number in range(5):
        answered(version, {10: 3, 3: 2}, at=AT, shop=ShopFactory(), tier=f"t{number}", agent_id=number + 1)

    assert asked() == few <= (5 if by == "aspect" else 4)
