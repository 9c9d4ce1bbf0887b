from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from hypothesis import given
from hypothesis import strategies as some

from crm.importing.matching import Sold, take_back

MONDAY = datetime(2026, 3, 2, 12, tzinfo=UTC)


def sold(line_id: int, left: int, *, day: int = 0) -> Sold:
    return Sold(
        line_id=line_id,
        order_number=f"o-{line_id}",
        sold_at=MONDAY + timedelta(days=day),
        left=Decimal(left),
    )


def taken(quantity: int, lines: list[Sold], *, day: int = 9, price: str = "1.00"):
    pieces = take_back(
        Decimal(quantity), Decimal(price), credited_at=MONDAY + timedelta(days=day), sold=lines
    )
    return [(piece.sold and piece.sold.line_id, int(piece.quantity)) for piece in pieces]


def test_the_newest_sale_is_taken_back_first():
    assert taken(3, [sold(1, 5, day=1), sold(2, 5, day=3), sold(3, 5, day=2)]) == [(2, 3)]


def test_a_credit_may_span_several_orders_and_its_rest_stands_alone():
    assert taken(9, [sold(1, 4, day=1), sold(2, 2, day=2)]) == [(2, 2), (1, 4), (None, 3)]


def test_what_was_sold_after_the_credit_is_left_alone():
    assert taken(1, [sold(1, 5, day=8)], day=7) == [(None, 1)]


def test_what_one_credit_took_is_not_there_for_the_next():
    lines = [sold(1, 4)]

    assert taken(3, lines) == [(1, 3)]
    assert taken(3, lines) == [(1, 1), (None, 2)]


@given(
    quantity=some.decimals("0.001", "50", places=3),
    price=some.decimals("0", "99", places=4),
    lines=some.lists(some.tuples(some.integers(0, 20), some.integers(0, 5)), max_size=5),
)
def test_pieces_add_up_to_the_credit_and_never_take_more_than_is_left(quantity, price, lines):
    stock = [sold(place, left, day=day) for place, (left, day) in enumerate(lines)]
    before = {line.line_id: line.left for line in stock}

    pieces = take_back(quantity, price, credited_at=MONDAY + timedelta(days=9), sold=stock)

    assert sum(piece.quantity for piece in pieces) == quantity
    assert sum(piece.amount for piece in pieces) == (quantity * price).quantize(
        Decimal("0.01"), ROUND_HALF_UP
    )
    assert all(piece.quantity > 0 and piece.amount >= 0 for piece in pieces)
    assert all(0 <= line.left <= before[line.line_id] for line in stock)
    assert sum(before.values()) - sum(line.left for line in stock) == sum(
        piece.quantity for piece in pieces if piece.sold
    )
