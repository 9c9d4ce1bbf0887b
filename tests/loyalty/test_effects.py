"""What rules give: pure, without a database. Sentences, settings, and how rules add up."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty import effects
from loyalty.effects import Line, Purchase, UnusableEffect
from loyalty.rules.evaluation import Candidate, evaluate, trace_of
from loyalty.rules.reasons import SENTENCES, Reason, reason_from

MONDAY = date(2026, 3, 2)


def line(key: int, amount: str, **more):
    return Line(key=key, amount=Decimal(amount), **more)


def purchase(*lines: Line | str, **more) -> Purchase:
    made = tuple(one if isinstance(one, Line) else line(n, one) for n, one in enumerate(lines, 1))
    return Purchase(**{"on": MONDAY, "joined_on": MONDAY - timedelta(days=10), "lines": made, **more})


def candidate(effect: str, rule_id: int = 1, **more) -> Candidate:
    told = {name: more.pop(name) for name in ("group", "most_per_order", "why_not") if name in more}
    return Candidate(
        rule_id=rule_id, version_id=rule_id, name=f"rule {rule_id}", effect=effects.read(effect, more), **told
    )


def points(bought: Purchase, *candidates: Candidate, rounding: str = "down", **more) -> int:
    return evaluate(bought, candidates, rounding=rounding, **more).points


BASE = candidate("per_amount", points="1", per="1.00")


# ── each effect ──────────────────────────────────────────────────────────────
def test_a_point_for_each_unit_of_money_counts_the_whole_purchase():
    assert points(purchase("9.80", "1.00"), BASE) == 10


def test_a_line_gets_its_part_and_the_parts_add_up():
    evaluation = evaluate(purchase("0.60", "0.60", "0.80"), [BASE], rounding="down")

    assert evaluation.lines == {2: 1, 3: 1}


def test_points_for_full_amounts_forget_what_is_not_full():
    five = candidate("per_amount", points="5", per="100.00", only_full=True)

    assert points(purchase("150.00", "99.99"), five) == 10
    assert points(purchase("99.99"), five) == 0


def test_too_little_says_how_much_more_was_needed():
    five = candidate("per_amount", points="5", per="100.00", only_full=True)

    (no,) = evaluate(purchase("80.00"), [five], rounding="down").not_given

    assert no.why.aloud() == "20.00 more was needed."


@pytest.mark.parametrize(("rounding", "expected"), [("down", 10), ("half_up", 11), ("up", 11)])
def test_the_sum_is_rounded_once_as_the_programme_says(rounding, expected):
    assert points(purchase("5.25", "5.25"), BASE, rounding=rounding) == expected


def test_certain_goods_count_by_code_category_or_brand():
    effect = candidate("per_goods", points="2", per="1.00", skus=["TEA-1"], categories=[7], brands=["Липа"])
    bought = purchase(
        line(1, "10.00", sku="TEA-1"),
        line(2, "10.00", category_ids=frozenset({7, 1})),
        line(3, "10.00", brand="липа"),
        line(4, "10.00", sku="MUG"),
    )

    assert evaluate(bought, [effect], rounding="down").lines == {1: 20, 2: 20, 3: 20}


def test_a_purchase_without_such_goods_says_so():
    effect = candidate("per_goods", points="2", per="1.00", skus=["TEA-1"])

    (no,) = evaluate(purchase("10.00"), [effect], rounding="down").not_given

    assert no.why.code == "no-goods"


def test_multipliers_add_up_and_multiply_what_the_amount_earned_alone():
    double = candidate("multiplier", 2, times="2")
    triple = candidate("multiplier", 3, times="3")
    fixed = candidate("fixed", 4, points=50)

    assert points(purchase("10.00"), BASE, double, triple, fixed) == 10 + 10 + 20 + 50


def test_there_must_be_points_to_multiply():
    (no,) = evaluate(purchase("10.00"), [candidate("multiplier", times="2")], rounding="down").not_given

    assert no.why.code == "nothing-to-multiply"


def test_a_tier_and_all_above_it_get_more():
    silver = candidate("tier_bonus", 2, tier="silver", percent="50")

    assert points(purchase("10.00", tiers=frozenset({"silver", "bronze"})), BASE, silver) == 15
    assert points(purchase("10.00", tiers=frozenset({"bronze"})), BASE, silver) == 10


@pytest.mark.parametrize(
    ("effect", "settings", "knows", "expected"),
    [
        ("first_order", {"points": 50}, {"is_first": True}, 50),
        ("first_order", {"points": 50}, {"is_first": False}, 0),
        ("welcome", {"points": 30}, {"is_first_as_member": True}, 30),
        ("welcome", {"points": 30, "within_days": 9}, {"is_first_as_member": True}, 0),
        ("welcome", {"points": 30}, {}, 0),
        ("lapse", {"points": 40, "days": 90}, {"previous_on": date(2025, 12, 2)}, 40),
        ("lapse", {"points": 40, "days": 90}, {"previous_on": date(2025, 12, 3)}, 0),
        ("lapse", {"points": 40, "days": 90}, {}, 0),
        ("streak", {"points": 25, "length": 3}, {"earlier_on": (date(2026, 2, 28), date(2026, 1, 1))}, 25),
        ("streak", {"points": 25, "length": 3}, {"earlier_on": (date(2026, 2, 28), date(2025, 12, 31))}, 0),
        ("streak", {"points": 25, "length": 2}, {"earlier_on": (MONDAY, date(2026, 2, 28))}, 0),
        ("streak", {"points": 9, "length": 2, "unit": "week"}, {"earlier_on": (date(2026, 3, 1),)}, 9),
        ("streak", {"points": 9, "length": 2, "unit": "week"}, {"earlier_on": (date(2026, 2, 22),)}, 0),
    ],
)
def test_what_is_given_once_depends_on_what_was_before(effect, settings, knows, expected):
    assert points(purchase("10.00", **knows), candidate(effect, **settings)) == expected


@pytest.mark.parametrize(
    ("born", "on", "expected"),
    [
        (date(1990, 3, 5), date(2026, 3, 2), 20),
        (date(1990, 3, 6), date(2026, 3, 2), 10),
        (date(1990, 2, 27), date(2026, 3, 2), 20),
        (date(1990, 12, 31), date(2026, 1, 2), 20),
        (date(2000, 2, 29), date(2026, 2, 25), 20),
        (date(2000, 2, 29), date(2026, 3, 4), 10),
        (None, date(2026, 3, 2), 10),
    ],
)
def test_points_are_doubled_around_the_birthday(born, on, expected):
    birthday = candidate("birthday", 2, times="2")

    assert points(purchase("10.00", on=on, birthday=born), BASE, birthday) == expected


@pytest.mark.parametrize(("on", "expected"), [(1, 10), (2, 30), (8, 30), (9, 10)])
def test_a_promotion_runs_from_its_first_to_its_last_day(on, expected):
    promotion = candidate("promotion", 2, times="3", first_on="2026-03-02", last_on="2026-03-08")

    assert points(purchase("10.00", on=date(2026, 3, on)), BASE, promotion) == expected


# ── how rules add up ─────────────────────────────────────────────────────────
def test_of_a_stacking_group_the_one_that_gives_most_counts():
    weak = candidate("multiplier", 2, times="2", group="weekend")
    strong = candidate("multiplier", 3, times="3", group="weekend")

    evaluation = evaluate(purchase("10.00"), [BASE, weak, strong], rounding="down")

    assert evaluation.points == 30
    (no,) = evaluation.not_given
    assert no.why.aloud() == "The rule “rule 3” counts instead."


def test_a_rule_gives_no_more_than_its_most_for_an_order():
    assert (
        points(purchase("1000.00"), candidate("per_amount", points="1", per="1.00", most_per_order=300))
        == 300
    )


def test_what_is_left_of_a_budget_is_the_most_that_a_rule_gives():
    assert points(purchase("100.00"), BASE, allowed={1: 7}) == 7
    evaluation = evaluate(purchase("100.00"), [BASE], rounding="down", allowed={1: 0})
    assert [no.why.code for no in evaluation.not_given] == ["limit-reached"]


def test_the_order_in_which_rules_are_given_does_not_matter():
    rules = [
        BASE,
        candidate("multiplier", 2, times="1.5"),
        candidate("fixed", 3, points=7),
        candidate("tier_bonus", 4, tier="gold", percent="33.3333"),
    ]
    bought = purchase("3.33", "7.77", tiers=frozenset({"gold"}))

    assert evaluate(bought, rules, rounding="down") == evaluate(bought, rules[::-1], rounding="down")


def test_a_gift_costs_nothing_and_still_gets_its_points():
    assert points(purchase("0.00"), candidate("fixed", points=5)) == 5


amounts = st.lists(st.decimals("0", "500", places=2), min_size=1, max_size=6)


@given(amounts, amounts, st.sampled_from(["1", "0.3", "2.5"]), st.booleans())
def test_splitting_a_purchase_never_earns_more(first, second, rate, only_full):
    rules = [
        candidate("per_amount", points=rate, per="7.00", only_full=only_full),
        candidate("multiplier", 2, times="2.5"),
    ]
    whole = points(purchase(*map(str, first + second)), *rules)

    assert points(purchase(*map(str, first)), *rules) + points(purchase(*map(str, second)), *rules) <= whole


@given(amounts, st.sampled_from(["down", "half_up", "up"]), st.none() | st.integers(0, 50))
def test_what_lines_get_and_what_rules_give_both_add_up_to_the_whole(costs, rounding, most):
    rules = [
        candidate("per_amount", points="1", per="3.00", most_per_order=most),
        candidate("multiplier", 2, times="1.7"),
        candidate("fixed", 3, points=11),
    ]
    evaluation = evaluate(purchase(*map(str, costs)), rules, rounding=rounding)

    assert sum(evaluation.lines.values()) == evaluation.points
    assert all(sum(one.lines.values()) == one.points for one in evaluation.given)
    if most is not None:
        assert all(one.points <= most for one in evaluation.given if one.candidate.rule_id == 1)


# ── settings ─────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("effect", "settings", "pointers"),
    [
        ("per_amount", {"points": "1"}, ["/per"]),
        ("per_amount", {"points": "1", "per": "0"}, ["/per"]),
        ("per_amount", {"points": 1.5, "per": "1"}, ["/points"]),
        ("per_amount", {"points": "1e3", "per": "NaN"}, ["/per"]),
        ("per_amount", {"points": "1", "per": "1", "colour": "red"}, ["/colour"]),
        ("per_amount", [], [""]),
        ("fixed", {"points": True}, ["/points"]),
        ("fixed", {"points": 10**9}, ["/points"]),
        ("multiplier", {"times": "1"}, ["/times"]),
        ("per_goods", {"points": "1", "per": "1"}, [""]),
        ("per_goods", {"points": "1", "per": "1", "skus": ["\0"]}, ["/skus"]),
        ("streak", {"points": 1, "length": 1}, ["/length"]),
        ("streak", {"points": 1, "length": 2, "unit": "day"}, ["/unit"]),
        ("promotion", {"times": "2", "first_on": "2026-03-02", "last_on": "2026-03-01"}, ["/last_on"]),
        ("promotion", {"times": "2", "first_on": "soon", "last_on": "2026-03-01"}, ["/first_on"]),
        ("magic", {}, ["/kind"]),
    ],
)
def test_settings_that_cannot_be_used_are_refused_where_they_are_wrong(effect, settings, pointers):
    with pytest.raises(UnusableEffect) as refused:
        effects.read(effect, settings)

    assert [fault.pointer for fault in refused.value.faults] == pointers


SAMPLES = {
    "per_amount": {"points": "1", "per": "1.00"},
    "per_goods": {"points": "2", "per": "1.00", "skus": ["TEA-1"]},
    "fixed": {"points": 10},
    "first_order": {"points": 50},
    "welcome": {"points": 30},
    "streak": {"points": 25, "length": 3},
    "lapse": {"points": 40, "days": 90},
    "multiplier": {"times": "2"},
    "tier_bonus": {"tier": "gold", "percent": "50"},
    "birthday": {"times": "2"},
    "promotion": {"times": "2", "first_on": "2026-03-02", "last_on": "2026-03-08"},
}


def test_every_effect_survives_being_kept_as_json_and_says_itself_aloud():
    assert SAMPLES.keys() == effects.EFFECTS.keys()
    for kind, settings in SAMPLES.items():
        effect = effects.read(kind, settings)
        assert effects.read(kind, effect.settings()) == effect
        assert "{" not in effect.aloud()
        assert effect.aloud().endswith(".")


def test_no_effect_is_left_out_of_the_list():
    files = {path.stem for path in Path(effects.__file__).parent.glob("*.py")} - {"__init__", "base"}

    assert files == {effect.__module__.rsplit(".", 1)[-1] for effect in effects.EFFECTS.values()}


# ── why, and why not ─────────────────────────────────────────────────────────
def test_a_trace_keeps_versions_points_of_lines_and_reasons_as_plain_json():
    five = candidate("per_amount", 9, points="5", per="100.00", only_full=True)
    bought = purchase("10.00", "5.00")

    trace = trace_of(bought, evaluate(bought, [BASE, five], rounding="down"))

    assert trace["lines"] == {"1": 10, "2": 5}
    assert [(rule["version"], rule["points"]) for rule in trace["rules"]] == [(1, 15)]
    assert reason_from(trace["rules"][0]["why"]).aloud() == "The purchase counts with 15.00."
    assert reason_from(trace["not"][0]["why"]).aloud() == "85.00 more was needed."


def test_a_reason_nobody_knows_any_more_is_still_said():
    assert Reason("forgotten").aloud() == "forgotten"
    assert all(isinstance(str(sentence), str) for sentence in SENTENCES.values())
