"""What customers are expected to bring, and what a campaign did, beside figures that others published."""

import csv
import gzip
from collections import Counter

import numpy as np
import pytest

from crm.measures import expected_purchases, expected_spend
from crm.measures.expected_purchases import DoesNotFit, Histories, Purchases
from crm.measures.expected_spend import Spend
from crm.measures.lift import Group, lift, smallest_visible
from tests.factories.import_files import REAL_FILE

CDNOW = REAL_FILE.parent / "cdnow_sample_summary.csv"
HILLSTROM = REAL_FILE.parent / "hillstrom_email.csv.gz"
PUBLISHED = Purchases(r=0.243, alpha=4.414, a=0.793, b=2.426)

needs_real_data = pytest.mark.skipif(not CDNOW.exists(), reason="the real data is not here")


def cdnow() -> list[dict[str, float]]:
    with CDNOW.open() as file:
        return [{name: float(value) for name, value in row.items()} for row in csv.DictReader(file)]


def histories(rows) -> Histories:
    alike = Counter((row["x"], row["t_x"], row["T"]) for row in rows)
    return Histories.of([(*one, many) for one, many in alike.items()])


@needs_real_data
def test_cdnows_customers_buy_as_the_paper_says():
    model = expected_purchases.fit(histories(cdnow()))

    assert (model.r, model.alpha, model.a, model.b) == pytest.approx((0.243, 4.414, 0.793, 2.426), abs=0.001)
    assert model.log_likelihood == pytest.approx(-9582.4, abs=0.1)
    expected = model.expected(Histories.of([(2, 30.43, 38.86, 1)]), 39)
    assert expected[0] == pytest.approx(1.2259, abs=0.0005)


@needs_real_data
def test_cdnows_repeaters_spend_as_the_note_says():
    rows = [row for row in cdnow() if row["x"] > 0]
    model = expected_spend.fit([row["x"] for row in rows], [row["zbar"] for row in rows])

    assert len(rows) == 946
    assert (model.p, model.q, model.gamma) == pytest.approx((6.25, 3.74, 15.44), abs=0.01)
    assert model.log_likelihood == pytest.approx(-4055.92, abs=0.01)


def test_what_is_expected_agrees_with_a_population_that_lives_by_the_model():
    """Twenty thousand people who buy and leave as the model says; nothing of its formulas is used."""
    draw = np.random.default_rng(7)
    shown, hidden = 52.0, 26.0
    rows, later = [], []
    for rate, leaves in zip(draw.gamma(0.8, 1 / 6.0, 20_000), draw.beta(0.7, 2.5, 20_000), strict=True):
        moments, now = [], 0.0
        while (now := now + draw.exponential(1 / rate)) <= shown + hidden:
            moments.append(now)
            if draw.random() < leaves:
                break
        seen = [one for one in moments if one <= shown]
        rows.append((len(seen), seen[-1] if seen else 0.0, shown, 1))
        later.append(len(moments) - len(seen))
    its = Histories.of(rows)
    model = expected_purchases.fit(its)

    foreseen = model.expected(its, hidden)
    assert foreseen.sum() == pytest.approx(sum(later), rel=0.05)
    often = its.x >= 3
    assert foreseen[often].sum() == pytest.approx(np.array(later)[often].sum(), rel=0.08)


def test_rows_of_people_who_are_alike_count_as_many_as_they_are():
    apart = Histories.of([(2, 30.43, 38.86, 1)] * 3 + [(0, 0, 20, 1)])
    together = Histories.of([(2, 30.43, 38.86, 3), (0, 0, 20, 1)])

    assert together.many == apart.many == 4
    assert expected_purchases.log_likelihood(PUBLISHED, together) == pytest.approx(
        expected_purchases.log_likelihood(PUBLISHED, apart)
    )


def test_few_customers_tell_nothing():
    with pytest.raises(DoesNotFit, match="few"):
        expected_purchases.fit(Histories.of([(1, 5, 10, 499)]))
    with pytest.raises(DoesNotFit, match="few"):
        expected_spend.fit([1] * 99, [20] * 99)


def test_customers_who_never_leave_are_told_by_a_parameter_at_its_bound():
    draw = np.random.default_rng(3)
    rows = [(int(many), 51.9, 52.0, 1) for many in draw.poisson(20, 600) + 1]

    with pytest.raises(DoesNotFit, match="bound"):
        expected_purchases.fit(Histories.of(rows))


def test_whoever_bought_once_is_expected_to_spend_what_people_spend():
    model = Spend(p=6.25, q=3.74, gamma=15.44)
    once, often = model.expected(np.array([0.0, 50.0]), np.array([0.0, 80.0]))

    assert once == pytest.approx(6.25 * 15.44 / 2.74)
    assert 75 < often < 80


@needs_real_data
def test_hillstroms_mails_brought_what_was_published():
    spent: dict[str, list[float]] = {}
    with gzip.open(HILLSTROM, "rt") as file:
        for row in csv.DictReader(file):
            spent.setdefault(row["segment"], []).append(float(row["spend"]))
    none = Group.of(spent["No E-Mail"])

    for mail, value, low, high in (
        ("Mens E-Mail", 0.770, 0.485, 1.055),
        ("Womens E-Mail", 0.424, 0.169, 0.680),
    ):
        found = lift(Group.of(spent[mail]), none)
        assert found is not None
        assert found.is_change
        assert (found.value, found.interval.low, found.interval.high) == pytest.approx(
            (value, low, high), abs=0.001
        )


def test_a_small_hold_out_shows_nothing():
    assert lift(Group.of([10.0] * 1000), Group.of([0.0] * 29)) is None


def test_what_an_audience_can_show_is_found_four_times_of_five():
    draw = np.random.default_rng(11)
    there = smallest_visible(900, 300, deviation=20)
    found = 0
    for _ in range(400):
        ours, theirs = draw.normal(30 + there, 20, 900), draw.normal(30, 20, 300)
        difference = lift(Group.of(ours), Group.of(theirs))
        found += bool(difference and difference.is_change)

    assert 0.74 <= found / 400 <= 0.86
