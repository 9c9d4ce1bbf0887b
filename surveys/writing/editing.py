"""Changes of a draft, one at a time: a question more, one less, another order. Pure; the result may be unfinished."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from surveys import questions
from surveys.content import Content, Question


def with_question(content: Content, question: Question) -> Content:
    """The question of this key is this now."""
    changed = [question if one.key == question.key else one for one in content.questions]
    return replace(content, questions=tuple(changed))


def with_new_question(content: Content, *, kind: str, after: str = "") -> tuple[Content, Question]:
    """One that asks nothing yet: after another one, else after the last; what followed that one follows this."""
    before = content.question(after) or (content.questions[-1] if content.questions else None)
    made = Question(key=free_key(content, kind), asked=questions.read(kind, {}))
    if before is None:
        return replace(content, start=made.key, questions=(made,)), made
    made = replace(made, then=before.then)
    at = content.questions.index(before) + 1
    leading = replace(before, then=made.key)
    rest = content.questions[at:]
    return replace(content, questions=(*content.questions[: at - 1], leading, made, *rest)), made


def without_question(content: Content, key: str) -> Content:
    """Whatever led to it leads to what followed it."""
    gone = content.question(key)
    if gone is None:
        return content
    beyond = gone.then if gone.then != key else None
    led = _led(content, lambda to: beyond if to == key else to)
    left = tuple(one for one in led.questions if one.key != key)
    start = content.start if content.start != key else beyond or (left[0].key if left else "")
    return replace(content, start=start, questions=left)


def moved(content: Content, key: str, *, up: bool) -> Content:
    """It changes places with its neighbour in the list; where one leads to the other, also in being asked."""
    places = [one.key for one in content.questions]
    at = places.index(key) if key in places else -1
    other = at - 1 if up else at + 1
    if at < 0 or not 0 <= other < len(places):
        return content
    first, second = (content.questions[place] for place in sorted((at, other)))
    listed = list(content.questions)
    listed[at], listed[other] = listed[other], listed[at]
    swapped = replace(content, questions=tuple(listed))
    return _asked_before(swapped, second, first) if first.then == second.key else swapped


def _asked_before(content: Content, second: Question, first: Question) -> Content:
    """… → first → second → beyond becomes … → second → first → beyond."""
    led = _led(content, lambda to: second.key if to == first.key else to)
    start = second.key if content.start == first.key else content.start
    led = with_question(replace(led, start=start), replace(first, then=second.then))
    return with_question(led, replace(second, then=first.key))


def _led(content: Content, to: Callable[[str | None], str | None]) -> Content:
    changed = [
        replace(one, ways=tuple(replace(way, to=to(way.to)) for way in one.ways), then=to(one.then))
        for one in content.questions
    ]
    return replace(content, questions=tuple(changed))


def free_key(content: Content, kind: str) -> str:
    taken = {one.key for one in content.questions}
    return next(key for number in range(1, len(taken) + 2) if (key := f"{kind}-{number}") not in taken)
