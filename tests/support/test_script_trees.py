"""A tree of steps is changed, drawn, compared, and walked through, without a page."""

from __future__ import annotations

from django.utils.translation import override

from support.scripts import content, drawing, editing, places
from support.scripts.comparing import Piece, compare, word_by_word
from support.scripts.content import Content
from tests.factories import scripts


def tree() -> Content:
    return content.read(scripts.content())


def keys(its: Content) -> list[str]:
    return [step.key for step in its.steps]


def test_a_step_is_put_after_another_and_led_to_from_there() -> None:
    its, made = editing.with_new_step(tree(), kind="note", after="look")

    assert keys(its)[:3] == ["hear", "look", "note-1"]
    assert [choice.next for choice in its.steps[1].choices] == ["give", "pass", made.key]


def test_the_first_step_of_all_begins() -> None:
    its, made = editing.with_new_step(Content(start=""), kind="say")

    assert (its.start, keys(its)) == (made.key, ["say-1"])


def test_nothing_leads_to_a_step_that_was_taken_away() -> None:
    its = editing.without_step(tree(), "pass")
    assert editing.leading_to(its, "pass") == []

    assert editing.without_step(its, "hear").start == "look"


def test_a_step_moves_no_further_than_the_ends() -> None:
    assert keys(editing.moved(tree(), "hear", by=-5)) == keys(tree())
    assert keys(editing.moved(tree(), "hear", by=1))[:2] == ["look", "hear"]
    assert keys(editing.moved(tree(), "hear", by=99))[-1] == "hear"
    assert editing.moved(tree(), "nobody", by=1) == tree()


def test_it_begins_only_with_a_step_that_is_there() -> None:
    assert editing.starting_with(tree(), "look").start == "look"
    assert editing.starting_with(tree(), "nobody").start == "hear"


def test_every_step_is_drawn_once_below_what_leads_to_it() -> None:
    drawn = drawing.draw(tree())
    rows = {box.step.key: box.y for box in drawn.boxes}

    assert len(drawn.boxes) == 7
    assert rows["hear"] < rows["look"] < rows["give"] == rows["pass"] < rows["tell"] < rows["done"]
    assert len(drawn.lines) == 6
    assert not any(box.is_lost or box.x < 0 or box.x + box.width > drawn.width for box in drawn.boxes)


def test_no_two_boxes_lie_on_one_another_and_lost_steps_are_told_apart() -> None:
    its, _made = editing.with_new_step(tree(), kind="say")
    drawn = drawing.draw(its)

    assert [box.step.key for box in drawn.boxes if box.is_lost] == ["say-1"]
    assert len({(box.x, box.y) for box in drawn.boxes}) == 8
    assert drawing.draw(Content(start="")).boxes == []


def test_a_way_back_is_drawn_at_the_side() -> None:
    told = scripts.content()
    told["steps"][3]["choices"] = [scripts.choice("look")]

    assert [line.is_back for line in drawing.draw(content.read(told)).lines].count(True) == 1


def test_the_same_says_nothing_new() -> None:
    assert compare(tree(), tree()) == []
    assert compare(tree(), editing.moved(tree(), "give", by=2)) == []


def test_what_changed_is_told_step_by_step() -> None:
    told = scripts.content()
    told["steps"][0]["must_say"] = False
    told["steps"][1]["choices"][0]["next"] = "pass"
    told["steps"][6]["key"] = "handed"
    with override("en"):
        changes = compare(tree(), content.read(told))

    assert [(change.step.key, change.became) for change in changes] == [
        ("hear", "changed"),
        ("look", "changed"),
        ("handed", "added"),
        ("passed", "removed"),
    ]
    assert [str(one.what) for one in changes[0].differences] == ["Must be said"]
    assert changes[1].differences[0].pieces == [
        Piece("→ "),
        Piece("give", "removed"),
        Piece("pass", "added"),
    ]


def test_words_are_compared_word_by_word_and_what_is_filled_in_is_one_word() -> None:
    assert word_by_word("Dear {{ a.b|x }}, wait.", "Dear {{ a.c }}, wait!") == [
        Piece("Dear "),
        Piece("{{ a.b|x }}", "removed"),
        Piece("{{ a.c }}", "added"),
        Piece(", wait"),
        Piece(".", "removed"),
        Piece("!", "added"),
    ]
    long = "word " * 3000
    assert [piece.became for piece in word_by_word(long, f"{long}more")] == ["removed", "added"]


def test_places_have_names() -> None:
    with override("en"):
        assert places.said(["texts", "ru", "phone"]) == "Words: Russian, Phone"
        assert places.said(["choices", "0", "label", "bg"]) == "Choice 1: Bulgarian"
        assert places.said(["choices", "2", "next"]) == "Choice 3"
        assert places.said(["kind"]) == ""
