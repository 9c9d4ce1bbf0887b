"""What a night's customers come to together: counted beside what stands of each of them."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest

from crm.models import CensusCount, CustomerWorth, OutcomeCount, SegmentMember, Shop
from crm.worth import census, valuing
from crm.worth.census import Aspect
from crm.worth.counting import Asked
from tests.factories.customers import CustomerFactory
from tests.factories.loyalty import MemberFactory, ProgrammeFactory
from tests.factories.purchases import buys, every, returns
from tests.factories.segments import written
from tests.factories.shops import ShopFactory

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 20)
HORIZON = 90


@pytest.fixture
def shop() -> Shop:
    return ShopFactory(time_zone="Europe/Sofia")


def night(on: date = TODAY) -> None:
    asked = Asked(as_of=on, clock="Europe/Sofia", horizon_days=HORIZON)
    valuing.value_everybody(asked=asked, at=datetime.combine(on + timedelta(days=1), time(3), tzinfo=UTC))


def counts(aspect: Aspect) -> dict[str, tuple[int, int]]:
    rows = CensusCount.objects.filter(as_of=TODAY, aspect=aspect)
    return {part: (many, hits) for part, many, hits in rows.values_list("part", "customers", "hits")}


def ago(*days: int) -> list[date]:
    return [TODAY - timedelta(days=n) for n in days]


def test_each_sort_adds_up_to_its_customers(shop: Shop) -> None:
    for n in range(12):
        buys(CustomerFactory(), shop, every(10 + n, 1 + n % 5, until=TODAY - timedelta(days=9 * n)))
    CustomerFactory()

    night()

    for aspect, column in (
        (Aspect.CATEGORY, "category"),
        (Aspect.STAGE, "stage"),
        (Aspect.RISK, "risk"),
    ):
        each = Counter(CustomerWorth.objects.exclude(**{column: ""}).values_list(column, flat=True))
        assert {part: many for part, (many, _hits) in counts(aspect).items()} == each
    assert sum(many for many, _hits in counts(Aspect.STAGE).values()) == 13
    assert sum(many for many, _hits in counts(Aspect.SCORES).values()) == 12
    whole = sum(CustomerWorth.objects.values_list("historic_value", flat=True))
    assert CensusCount.objects.get(aspect=Aspect.BUYERS, part="").amount == whole


def test_who_stopped_is_counted_horizon_by_horizon(shop: Shop) -> None:
    for days in (ago(100, 10), ago(100), ago(100), ago(200), ago(300, 100), ago(5)):
        buys(CustomerFactory(), shop, days)

    night()

    # Active before the last 90 days: four bought 100 days ago, of whom one came back. Before that: who bought 200.
    assert counts(Aspect.CHURN) == {"0": (4, 3), "1": (1, 1), "2": (1, 1)}


def test_months_are_counted_by_who_came_back_in_them(shop: Shop) -> None:
    buys(CustomerFactory(), shop, [date(2026, 8, 3), date(2026, 8, 20), date(2026, 10, 1)])
    buys(CustomerFactory(), shop, [date(2026, 8, 30)])

    night()

    assert counts(Aspect.COHORT) == {"2026-08 2026-08": (2, 0), "2026-08 2026-10": (1, 0)}


def test_first_days_and_later_ones_are_told_apart(shop: Shop) -> None:
    maria = CustomerFactory()
    buys(maria, shop, ago(30, 20, 20), amount="10.00")

    night()
    first, again = (CensusCount.objects.get(aspect=aspect) for aspect in (Aspect.FIRST, Aspect.AGAIN))

    assert (first.part, first.amount, first.squares) == (str(ago(30)[0]), Decimal("10.00"), 100)
    assert (again.part, again.amount, again.squares) == (str(ago(20)[0]), Decimal("20.00"), 400)


def test_another_night_replaces_its_own_rows_and_keeps_the_earlier_sorts(shop: Shop) -> None:
    buys(CustomerFactory(), shop, ago(40, 10))
    night(TODAY - timedelta(days=1))
    night()
    once = list(CensusCount.objects.order_by("pk").values_list("as_of", "aspect", "part", "customers"))

    night()

    again = list(CensusCount.objects.order_by("pk").values_list("as_of", "aspect", "part", "customers"))
    assert sorted(again) == sorted(once)
    of_before = {aspect for on, aspect, *_rest in once if on < TODAY}
    assert Aspect.RISK in of_before
    assert Aspect.COHORT not in of_before


def test_a_segment_is_counted_as_everybody_is(shop: Shop) -> None:
    people = [CustomerFactory() for _ in range(4)]
    for one in people:
        buys(one, shop, ago(100, 10))
    segment = written()
    SegmentMember.objects.bulk_create(
        SegmentMember(segment=segment, customer=one, since=datetime(2026, 11, 20, tzinfo=UTC))
        for one in people[:3]
    )
    night()

    rows = {(row.aspect, row.part): row for row in census.of_segment(segment.pk)}

    assert rows["buyers", ""].customers == 3
    assert (rows["churn", "0"].customers, rows["churn", "0"].hits) == (3, 0)


def test_the_outcome_board_knows_members_of_then_and_those_alike(shop: Shop) -> None:
    programme = ProgrammeFactory()
    member, other, late, new = (CustomerFactory() for _ in range(4))
    joined = datetime(2026, 1, 1, tzinfo=UTC)
    MemberFactory(programme=programme, customer=member, joined_at=joined)
    MemberFactory(programme=programme, customer=late, joined_at=datetime(2026, 11, 1, tzinfo=UTC))
    buys(member, shop, [date(2026, 3, 5), TODAY])
    buys(other, shop, [date(2026, 3, 9)])
    buys(late, shop, [date(2026, 3, 9), TODAY])
    buys(new, shop, [TODAY])
    returns(other, shop, TODAY)

    night()
    rows = {row.side: row for row in OutcomeCount.objects.all()}

    assert rows["member"].people == 1
    assert rows["member"].did["again"] == 1
    # Whoever joined since is counted as what they were; whoever began since is not there.
    assert rows["other"].people == 2
    assert (rows["other"].did["again"], rows["other"].did["returned"]) == (1, 1)
