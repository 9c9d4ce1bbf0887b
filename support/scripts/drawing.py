"""Where the steps of a script stand when it is drawn, and which lines lead between them. Pure: no colour, no page.

A step stands one row below the nearest that leads to it, so that the shortest way is read downwards; ways back go up
at the side.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from support.scripts.content import Content, Step

WIDTH, HEIGHT = 168, 44
ACROSS, DOWN = 24, 40
MARGIN = 12


@dataclass(frozen=True, kw_only=True)
class Box:
    """Of a step; `is_lost`: no way leads there."""

    step: Step
    number: int
    x: int
    y: int
    is_lost: bool = False

    @property
    def width(self) -> int:
        return WIDTH

    @property
    def height(self) -> int:
        return HEIGHT

    @property
    def middle(self) -> int:
        return self.x + WIDTH // 2

    @property
    def bottom(self) -> int:
        return self.y + HEIGHT

    @property
    def first_line(self) -> int:
        return self.y + 18

    @property
    def second_line(self) -> int:
        return self.y + 34


@dataclass(frozen=True, kw_only=True)
class Line:
    """As the `d` of an SVG path."""

    path: str
    is_back: bool


@dataclass(frozen=True, kw_only=True)
class Drawing:
    boxes: Sequence[Box]
    lines: Sequence[Line]
    width: int
    height: int


def draw(content: Content) -> Drawing:
    rows = _rows(content)
    widest = max((len(row) for row in rows), default=0)
    width = 2 * MARGIN + widest * WIDTH + max(0, widest - 1) * ACROSS
    reached = {step.key for row in _reached_rows(content) for step in row}
    boxes = {
        step.key: Box(
            step=step,
            number=content.steps.index(step) + 1,
            x=(width - len(row) * WIDTH - (len(row) - 1) * ACROSS) // 2 + place * (WIDTH + ACROSS),
            y=MARGIN + depth * (HEIGHT + DOWN),
            is_lost=step.key not in reached,
        )
        for depth, row in enumerate(rows)
        for place, step in enumerate(row)
    }
    return Drawing(
        boxes=sorted(boxes.values(), key=lambda box: box.number),
        lines=list(_lines(content, boxes)),
        width=width,
        # Room for a line that goes beside, below the last row.
        height=2 * MARGIN + len(rows) * (HEIGHT + DOWN) - DOWN // 2,
    )


def _rows(content: Content) -> list[list[Step]]:
    rows = _reached_rows(content)
    known = {step.key for row in rows for step in row}
    lost = [step for step in content.steps if step.key not in known]
    return [*rows, lost] if lost else rows


def _reached_rows(content: Content) -> list[list[Step]]:
    rows: list[list[Step]] = []
    start = content.step(content.start)
    row, known = [start] if start else [], {content.start}
    while row:
        rows.append(row)
        following: list[Step] = []
        for step in row:
            for choice in step.choices:
                to = content.step(choice.next)
                if to and to.key not in known:
                    known.add(to.key)
                    following.append(to)
        row = following
    return rows


def _lines(content: Content, boxes: Mapping[str, Box]) -> Iterator[Line]:
    for step in content.steps:
        for to in dict.fromkeys(choice.next for choice in step.choices):
            if to in boxes:
                yield _line(boxes[step.key], boxes[to])


def _line(one: Box, other: Box) -> Line:
    if other.y > one.y:
        half = (other.y - one.bottom) // 2
        path = f"M{one.middle} {one.bottom}C{one.middle} {one.bottom + half} {other.middle} {other.y - half} "
        return Line(path=f"{path}{other.middle} {other.y}", is_back=False)
    if other.y == one.y:
        below = one.bottom + DOWN - 8
        path = f"M{one.middle} {one.bottom}C{one.middle} {below} {other.middle} {below} "
        return Line(path=f"{path}{other.middle} {other.bottom}", is_back=True)
    # Back: out at the right, and in from the right.
    right, into = one.x + WIDTH, other.x + WIDTH
    aside = max(right, into) + ACROSS - 4
    from_y, to_y = one.y + HEIGHT // 2, other.y + HEIGHT // 2
    return Line(path=f"M{right} {from_y}C{aside} {from_y} {aside} {to_y} {into} {to_y}", is_back=True)
