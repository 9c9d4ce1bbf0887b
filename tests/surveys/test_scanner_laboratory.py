"""Eight ways in which mail gateways handle a mail, and people who think again: no machine is counted, everybody is.

The pages are the real ones; the clock is turned by hand, and each gateway plays what its makers document or what was
seen of it: prefetch of every link, HEAD, a click at delivery, a click when the person clicks, a sandbox with script.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from crm.models import TimelineEntry
from surveys.answers import links, settling
from surveys.models import Answer, Invitation, Response, ScannerVote
from tests.factories.customers import CustomerFactory
from tests.factories.shops import NOON
from tests.factories.survey_answers import Browser, anonymous, invitation

pytestmark = pytest.mark.django_db
SCORES = range(11)


class Clock:
    def __init__(self, traveller: Any) -> None:
        self.traveller = traveller

    def wait(self, seconds: float) -> None:
        self.traveller.shift(timedelta(seconds=seconds))


@pytest.fixture
def clock() -> Iterator[Clock]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield Clock(traveller)


@pytest.fixture
def asked() -> Invitation:
    return invitation(customer=CustomerFactory(language="en"))


def counted(asked: Invitation) -> list[int | None]:
    """Scores that stand, of this invitation."""
    return list(
        Answer.objects.filter(response__invitation=asked, question="score").values_list("value", flat=True)
    )


def told(clock: Clock) -> list[int | None]:
    """Scores that came to the timeline once everything has settled."""
    clock.wait(60)
    settling.settle_due(at=timezone.now())
    entries = TimelineEntry.objects.filter(kind__startswith="surveys.").order_by("pk")
    return [entry.payload["value"] for entry in entries]


def vote(asked: Invitation, clock: Clock, tapped: int, *, reads: float = 4, **more: Any) -> Browser:
    """A person taps a score in the mail, reads, and sends it."""
    hand = Browser()
    hand.open(asked, score=tapped)
    clock.wait(reads)
    hand.press(**more)
    return hand


def test_a_gateway_that_opens_every_link_writes_nothing(asked: Invitation, clock: Clock) -> None:
    with CaptureQueriesContext(connection) as asked_of_the_database:
        for score in SCORES:
            Browser().open(asked, score=score)

    written = [one["sql"] for one in asked_of_the_database if not one["sql"].lstrip().startswith("SELECT")]
    assert written == []
    assert Response.objects.count() == ScannerVote.objects.count() == 0


def test_a_gateway_that_asks_for_heads_writes_nothing(asked: Invitation, clock: Clock) -> None:
    browser = Browser()
    for score in SCORES:
        assert browser.http.head(f"/s/{links.token_of(asked)}/?score={score}").status_code == 200

    assert Response.objects.count() == ScannerVote.objects.count() == 0


def test_a_click_at_delivery_and_one_hours_later_count_for_nothing(asked: Invitation, clock: Clock) -> None:
    Browser().open(asked, score=0)
    clock.wait(3 * 3600)
    Browser().open(asked, score=0)

    vote(asked, clock, 9)

    assert (counted(asked), told(clock)) == ([9], [9])


def test_a_sandbox_that_presses_every_button_at_once_is_set_aside(asked: Invitation, clock: Clock) -> None:
    for score in SCORES:
        vote(asked, clock, score, reads=0.3)

    assert (counted(asked), told(clock)) == ([], [])
    assert ScannerVote.objects.count() == 11


def test_a_sandbox_of_many_slow_browsers_side_by_side_is_set_aside(asked: Invitation, clock: Clock) -> None:
    browsers = [Browser() for _score in SCORES]
    for score, browser in zip(SCORES, browsers, strict=True):
        browser.open(asked, score=score)
    clock.wait(6)
    for browser in browsers:
        browser.press()
        clock.wait(0.2)

    assert (counted(asked), told(clock)) == ([], [])
    assert sorted(ScannerVote.objects.values_list("value", flat=True)) == list(SCORES)


def test_a_sandbox_that_presses_again_when_asked_to_is_set_aside(asked: Invitation, clock: Clock) -> None:
    browsers = [Browser() for _score in SCORES]
    for score, browser in zip(SCORES, browsers, strict=True):
        browser.open(asked, score=score)
    for _round in range(2):
        clock.wait(2)
        for browser in browsers:
            browser.press()

    assert (counted(asked), told(clock)) == ([], [])


def test_a_sandbox_that_goes_slowly_from_one_link_to_the_next_is_set_aside(
    asked: Invitation, clock: Clock
) -> None:
    for score in SCORES:
        vote(asked, clock, score, reads=5)

    assert (counted(asked), told(clock)) == ([], [])


def test_a_sandbox_with_one_profile_that_opens_all_and_presses_one_is_set_aside(
    asked: Invitation, clock: Clock
) -> None:
    browser = Browser()
    for score in SCORES:
        browser.open(asked, score=score)
    clock.wait(5)
    browser.press()

    assert (counted(asked), told(clock)) == ([], [])
    assert ScannerVote.objects.get().why == "many_opened"


def test_a_crawler_that_follows_what_nobody_sees_is_set_aside(asked: Invitation, clock: Clock) -> None:
    browser = Browser()
    browser.open(asked, score=2)
    browser.http.get(browser.path + "?more=1")
    clock.wait(5)
    browser.press()

    assert (counted(asked), told(clock)) == ([], [])
    assert ScannerVote.objects.get().why == "trap"


def test_a_filler_of_every_field_is_set_aside(asked: Invitation, clock: Clock) -> None:
    browser = Browser()
    browser.open(asked, score=2)
    browser.fields["website"] = ["https://spam.example"]
    clock.wait(5)
    browser.press()

    assert (counted(asked), told(clock)) == ([], [])


def test_somebody_counts_after_a_machine_voted_for_everything(asked: Invitation, clock: Clock) -> None:
    for score in SCORES:
        vote(asked, clock, score, reads=0.1)
    clock.wait(3600)

    vote(asked, clock, 10)

    assert (counted(asked), told(clock)) == ([10], [10])


def test_somebody_who_reads_while_a_sandbox_works_is_asked_to_press_once_more_and_counts(
    asked: Invitation, clock: Clock
) -> None:
    hand = Browser()
    hand.open(asked, score=9)
    clock.wait(2)
    for score in SCORES:
        vote(asked, clock, score, reads=0.1)
    assert "once more" in hand.press().content.decode()
    clock.wait(2)
    hand.press()

    assert (counted(asked), told(clock)) == ([9], [9])


def test_somebody_too_quick_is_asked_to_press_once_more_and_counts(asked: Invitation, clock: Clock) -> None:
    hand = Browser()
    hand.open(asked, score=8)
    clock.wait(0.8)
    assert "once more" in hand.press().content.decode()
    clock.wait(1.5)
    hand.press()

    assert (counted(asked), told(clock)) == ([8], [8])


def test_who_chooses_another_score_on_the_page_is_counted_with_it(asked: Invitation, clock: Clock) -> None:
    vote(asked, clock, 9, score="4")

    assert (counted(asked), told(clock)) == ([4], [4])


def test_who_goes_back_and_sends_another_score_is_counted_with_the_last(
    asked: Invitation, clock: Clock
) -> None:
    hand = Browser()
    hand.open(asked, score=9)
    first = dict(hand.fields)
    clock.wait(3)
    hand.press()
    hand.fields = first
    clock.wait(3)
    hand.press(score="3")

    assert (counted(asked), told(clock)) == ([3], [3])
    assert ScannerVote.objects.count() == 0


def test_who_taps_another_score_in_the_mail_soon_after_is_counted_with_the_last(
    asked: Invitation, clock: Clock
) -> None:
    vote(asked, clock, 9)
    clock.wait(4)
    vote(asked, clock, 2)

    assert (counted(asked), told(clock)) == ([2], [2])


def test_who_taps_twice_and_confirms_one_is_counted_with_that_one(asked: Invitation, clock: Clock) -> None:
    Browser().open(asked, score=8)
    clock.wait(1)
    vote(asked, clock, 9)

    assert (counted(asked), told(clock)) == ([9], [9])


def test_who_thinks_again_in_the_evening_is_counted_with_the_last_and_the_timeline_tells_both(
    asked: Invitation, clock: Clock
) -> None:
    vote(asked, clock, 9)
    assert told(clock) == [9]
    clock.wait(8 * 3600)

    vote(asked, clock, 1)

    assert (counted(asked), told(clock)) == ([1], [9, 1])
    assert TimelineEntry.objects.filter(kind="surveys.answer_changed").get().payload["was"] == 9


def test_a_machine_does_not_take_back_what_was_told(asked: Invitation, clock: Clock) -> None:
    hand = vote(asked, clock, 9)
    hand.press(word="Lovely tea")
    assert told(clock) == [9]
    clock.wait(3600)
    browsers = [Browser() for _score in SCORES]
    for score, browser in zip(SCORES, browsers, strict=True):
        browser.open(asked, score=score)
    clock.wait(6)
    for browser in browsers:
        browser.press()

    assert (counted(asked), told(clock)) == ([9], [9])
    assert Answer.objects.get(question="word").text == "Lovely tea"


def test_what_a_suspected_vote_of_an_anonymous_survey_said_is_kept_nowhere(clock: Clock) -> None:
    asked = invitation(anonymous())
    hand = Browser()
    hand.open(asked)
    clock.wait(4)
    hand.press(score="9")
    hand.fields["website"] = ["x"]
    hand.press(word="Secret")

    assert ScannerVote.objects.get().value is None
    assert not Answer.objects.exists()
