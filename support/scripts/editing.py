"""Changes of a draft, one at a time: a step more, a step less, another order. Pure; the result may be unfinished."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from support.scripts.content import MOST_LISTED, Choice, Content, Step


def with_step(content: Content, step: Step) -> Content:
    """The step of this key says this now."""
    return replace(content, steps=tuple(step if one.key == step.key else one for one in content.steps))


def with_new_step(content: Content, *, kind: str, after: str = "", key: str = "") -> tuple[Content, Step]:
    """A step that says nothing yet: after another one, and led to from there; else as the last one."""
    step = Step(key=key or free_key(content, kind), kind=kind)
    before = content.step(after)
    if before is None:
        steps: Sequence[Step] = (*content.steps, step)
        return replace(content, start=content.start or step.key, steps=steps), step
    leads = before if before.is_end or len(before.choices) == MOST_LISTED else _leading(before, step.key)
    at = content.steps.index(before)
    steps = (*content.steps[:at], leads, step, *content.steps[at + 1 :])
    return replace(content, steps=steps), step


def without_step(content: Content, key: str) -> Content:
    """Neither the step nor any choice that led to it. The first one left begins, if it was the one that began."""
    left = [
        replace(step, choices=tuple(choice for choice in step.choices if choice.next != key))
        for step in content.steps
        if step.key != key
    ]
    start = content.start if content.start != key else next((step.key for step in left), "")
    return Content(start=start, steps=tuple(left))


def moved(content: Content, key: str, *, by: int) -> Content:
    """The step stands so many places further down; at most at an end of the list."""
    step = content.step(key)
    if step is None:
        return content
    others = [one for one in content.steps if one is not step]
    place = min(max(0, content.steps.index(step) + by), len(others))
    return replace(content, steps=(*others[:place], step, *others[place:]))


def starting_with(content: Content, key: str) -> Content:
    return replace(content, start=key) if content.step(key) else content


def free_key(content: Content, kind: str) -> str:
    taken = {step.key for step in content.steps}
    return next(key for number in range(1, len(taken) + 2) if (key := f"{kind}-{number}") not in taken)


def leading_to(content: Content, key: str) -> list[tuple[Step, int]]:
    """From where one comes to a step: the steps, and which of their choices."""
    return [
        (step, number)
        for step in content.steps
        for number, choice in enumerate(step.choices)
        if choice.next == key
    ]


def _leading(step: Step, key: str) -> Step:
    return replace(step, choices=(*step.choices, Choice(next=key)))
