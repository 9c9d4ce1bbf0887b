"""The ready rules against texts that somebody else wrote and labelled."""

from __future__ import annotations

from surveys.feedback import ready
from tests.surveys import golden_themes
from tests.surveys.golden_themes import Labelled, macro_f1

GOAL = 0.75


def test_on_the_half_that_their_author_did_not_see_the_rules_reach_the_goal():
    pairs = [_judged(one) for one in golden_themes.unseen()]

    assert len(pairs) >= 120
    assert round(macro_f1(pairs), 3) >= GOAL


def test_the_halves_are_all_there_is_and_share_nothing():
    seen, unseen = golden_themes.seen(), golden_themes.unseen()

    assert len(seen) + len(unseen) == 300
    assert not {one.text for one in seen} & {one.text for one in unseen}
    assert {one.language for one in unseen} == {"ru", "bg", "en"}
    assert {one.theme for one in unseen} == set(ready.READY)


def test_macro_f1_counts_each_theme_alike():
    """One theme right in both, of the other one of two found: (2·2/(2·2+1) + 2·1/(2·1+1)) / 2."""
    pairs = [("a", "a"), ("a", "a"), ("b", "a"), ("b", "b")]

    assert macro_f1(pairs) == (4 / 5 + 2 / 3) / 2
    assert macro_f1([("a", "b")]) == 0.0


def _judged(one: Labelled) -> tuple[str, str]:
    """What fits nothing is said to be something else."""
    return one.theme, ready.rules().read(one.text, language=one.language).theme or "other"
