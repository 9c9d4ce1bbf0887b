"""What a rule would change, shown before it is kept: tried on what people said last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crm.measures.intervals import Share
from surveys.feedback.theming import Rules
from surveys.models import Feedback

# So many of the latest texts.
TRIED_ON = 200


@dataclass(frozen=True, kw_only=True)
class Moved:
    """A text that would go elsewhere; empty: to no theme."""

    feedback: Feedback
    was: str
    to: str


@dataclass(frozen=True, kw_only=True)
class Trial:
    """Of `tried` texts: how many have the theme now and would have it, which would move, and (of those that colleagues
    have said the theme of) how many are right now and would be."""

    tried: int
    has: int
    would_have: int
    moved: Sequence[Moved]
    right: Share
    would_be_right: Share


def try_out(now: Rules, then: Rules, texts: Sequence[Feedback], *, theme: str) -> Trial:
    """Pure, of texts that were read with their themes."""
    said = [(one, _theme(now, one), _theme(then, one)) for one in texts]
    known = [
        (one, was, to) for one, was, to in said if one.routed_by == Feedback.RoutedBy.PERSON and one.theme
    ]
    return Trial(
        tried=len(said),
        has=sum(was == theme for _one, was, _to in said),
        would_have=sum(to == theme for _one, _was, to in said),
        moved=[Moved(feedback=one, was=was, to=to) for one, was, to in said if was != to],
        right=Share(sum(was == _truth(one) for one, was, _to in known), len(known)),
        would_be_right=Share(sum(to == _truth(one) for one, _was, to in known), len(known)),
    )


def _theme(rules: Rules, one: Feedback) -> str:
    return rules.read(one.text, language=one.language).theme


def _truth(one: Feedback) -> str:
    return one.theme.slug if one.theme else ""
