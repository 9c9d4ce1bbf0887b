"""Every figure of the desk on eleven tickets of a shop in Sofia, worked out by hand, to the second.

The shop is open Monday to Friday 9–13 and 14–18, Saturday 10–14; 2 March is a short day (9–12), 3 March a holiday. The
night chat never closes, and the clocks go forward on 29 March at 3 o'clock. It is asked on Thursday 9 April at noon.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.measures.intervals import Share
from support.measures.first_contact import first_contact_resolution, issues
from support.measures.handling import Beat, Call, focused, handling_times
from support.measures.resolution import first_resolution, last_resolution, one_touch, reopen_rate
from support.measures.responses import first_response, next_response
from support.measures.stories import Event, Matter, Story, united
from support.measures.waiting import Range, Wait, Waits
from support.timekeeping.business_time import Hours, OpeningHours, around_the_clock
from support.timekeeping.deadlines import Kind

SOFIA = ZoneInfo("Europe/Sofia")
WEEKDAY = (Hours(time(9), time(13)), Hours(time(14), time(18)))
SHOP = OpeningHours(
    zone=SOFIA,
    week=(*[WEEKDAY] * 5, (Hours(time(10), time(14)),), ()),
    exceptions={date(2026, 3, 2): (Hours(time(9), time(12)),), date(2026, 3, 3): ()},
)
NIGHT = around_the_clock(SOFIA)


def at(month: int, day: int, hour: int, minute: int = 0, second: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, second, tzinfo=SOFIA)


ASKED_AT = at(4, 9, 12)
BEGIN = at(2, 1, 0)
FIRST, NEXT, SOLVING = Kind.FIRST_RESPONSE, Kind.NEXT_RESPONSE, Kind.RESOLUTION


def wrote_and_solved(
    ticket: int,
    person: int,
    about: str,
    wrote: datetime,
    answered: datetime,
    solved: datetime,
    **more: object,
) -> Story:
    """One question, one answer, resolved."""
    told: dict[str, object] = {"hours": SHOP, "contacts": [wrote], "replies": [answered], **more}
    return Story(
        ticket=ticket,
        matter=Matter(person, about),
        events=[
            Event(10 * ticket, SOLVING, "activate", wrote),
            Event(10 * ticket + 1, FIRST, "activate", wrote),
            Event(10 * ticket + 1, FIRST, "fulfil", answered),
            Event(10 * ticket, SOLVING, "fulfil", solved),
        ],
        **told,  # type: ignore[arg-type]
    )


# 1: over a weekend, a short day and a holiday; waits for the customer, is resolved, comes back.
LONG = Story(
    ticket=1,
    hours=SHOP,
    matter=Matter(1, "delivery"),
    events=[
        Event(10, SOLVING, "activate", at(2, 27, 12, 30)),
        Event(11, FIRST, "activate", at(2, 27, 12, 30)),
        Event(11, FIRST, "warn", at(3, 2, 9, 10)),
        Event(11, FIRST, "fulfil", at(3, 2, 9, 20, 15)),
        Event(12, NEXT, "activate", at(3, 2, 11, 50)),
        Event(10, SOLVING, "warn", at(3, 4, 9, 1)),
        Event(12, NEXT, "fulfil", at(3, 4, 9, 5, 30)),
        Event(10, SOLVING, "pause", at(3, 4, 9, 5, 30), "waiting_customer"),
        Event(10, SOLVING, "resume", at(3, 5, 10, 5, 30)),
        Event(13, NEXT, "activate", at(3, 5, 10, 5, 30)),
        Event(13, NEXT, "fulfil", at(3, 5, 10, 30, 30)),
        Event(10, SOLVING, "fulfil", at(3, 5, 10, 35, 30)),
        Event(10, SOLVING, "reopen", at(3, 9, 15), "customer"),
        Event(14, NEXT, "activate", at(3, 9, 15)),
        Event(14, NEXT, "fulfil", at(3, 9, 15, 45)),
        Event(10, SOLVING, "fulfil", at(3, 9, 16)),
    ],
    contacts=[at(2, 27, 12, 30), at(2, 27, 14, 10), at(3, 2, 11, 50), at(3, 5, 10, 5, 30), at(3, 9, 15)],
    replies=[at(3, 2, 9, 20, 15), at(3, 4, 9, 5, 30), at(3, 5, 10, 30, 30), at(3, 9, 15, 45)],
)
# 2: in the night in which 3 o'clock becomes 4 o'clock.
NIGHTLY = wrote_and_solved(
    2, 2, "shop is down", at(3, 29, 2, 50), at(3, 29, 4, 5), at(3, 29, 4, 20), hours=NIGHT
)
# 3 goes on in 4: written by mail and again by Telegram, merged, answered once.
BY_MAIL = Story(
    ticket=3,
    hours=NIGHT,
    matter=Matter(3, "order 17"),
    merged_into=4,
    events=[
        Event(30, SOLVING, "activate", at(3, 11, 9)),
        Event(31, FIRST, "activate", at(3, 11, 9)),
        Event(31, FIRST, "fulfil", at(3, 11, 10)),
        Event(30, SOLVING, "fulfil", at(3, 11, 10, 10)),
    ],
    contacts=[at(3, 11, 9)],
)
BY_TELEGRAM = Story(
    ticket=4,
    hours=SHOP,
    matter=Matter(3, "order 17"),
    events=[
        Event(40, SOLVING, "activate", at(3, 11, 9, 30)),
        Event(41, FIRST, "activate", at(3, 11, 9, 30)),
        Event(41, FIRST, "join", at(3, 11, 9, 40)),
        Event(40, SOLVING, "join", at(3, 11, 9, 40)),
        Event(41, FIRST, "fulfil", at(3, 11, 10)),
        Event(40, SOLVING, "fulfil", at(3, 11, 10, 10)),
    ],
    contacts=[at(3, 11, 9, 30)],
    replies=[at(3, 11, 10)],
)
# 5: nobody has answered yet.
UNANSWERED = Story(
    ticket=5,
    hours=SHOP,
    matter=Matter(5, "sizes"),
    events=[
        Event(50, SOLVING, "activate", at(4, 8, 17, 15)),
        Event(51, FIRST, "activate", at(4, 8, 17, 15)),
        Event(51, FIRST, "warn", at(4, 9, 9)),
        Event(51, FIRST, "breach", at(4, 9, 9, 30)),
    ],
    contacts=[at(4, 8, 17, 15)],
)
# 6: resolved without a word.
WORDLESS = Story(
    ticket=6,
    hours=SHOP,
    matter=Matter(6, "thanks"),
    events=[
        Event(60, SOLVING, "activate", at(3, 17, 10)),
        Event(61, FIRST, "activate", at(3, 17, 10)),
        Event(60, SOLVING, "fulfil", at(3, 17, 10, 30)),
        Event(61, FIRST, "pause", at(3, 17, 10, 30), "over"),
    ],
    contacts=[at(3, 17, 10)],
)
# 7 and 8: the same person about the same three days later on another channel; 9: again after the window.
SEVENTH = wrote_and_solved(7, 7, "double charge", at(3, 18, 10), at(3, 18, 10, 10), at(3, 18, 10, 15))
EIGHTH = wrote_and_solved(8, 7, "double charge", at(3, 21, 11), at(3, 21, 11, 5), at(3, 21, 11, 10))
NINTH = wrote_and_solved(9, 7, "double charge", at(4, 1, 9), at(4, 1, 9, 30), at(4, 1, 9, 40))
# 10: answered after lunch, and escalated.
ESCALATED = wrote_and_solved(
    *(10, 10, "warranty", at(3, 19, 9), at(3, 19, 14, 30), at(3, 19, 16)), escalations=[at(3, 19, 14, 40)]
)
# 11: three days ago, so that its window is still open.
RECENT = wrote_and_solved(11, 11, "address", at(4, 6, 9), at(4, 6, 9, 1), at(4, 6, 9, 5))

STORIES = united(
    [
        *(LONG, NIGHTLY, BY_MAIL, BY_TELEGRAM, UNANSWERED, WORDLESS),
        *(SEVENTH, EIGHTH, NINTH, ESCALATED, RECENT),
    ]
)


def test_merged_tickets_are_one_story_under_the_one_that_goes_on() -> None:
    assert sorted(story.ticket for story in STORIES) == [1, 2, 4, 5, 6, 7, 8, 9, 10, 11]


def test_first_response_times_are_those_of_the_hand() -> None:
    waits = first_response(STORIES, since=BEGIN, until=ASKED_AT, at=ASKED_AT)

    assert sorted(waits.waits) == [
        Wait(60),  # 11: 9:00 to 9:01
        Wait(300),  # 8: Saturday 11:00 to 11:05
        Wait(600),  # 7
        Wait(900),  # 2: 2:50 to 4:05 on the wall, an hour of which never was: 15 minutes
        Wait(1800, is_over=False),  # 6: resolved after half an hour without an answer
        Wait(1800),  # 9
        Wait(3600),  # 3 and 4: from the mail at 9:00 to the answer in Telegram at 10:00
        Wait(13_500, is_over=False),  # 5: 17:15 to 18:00 = 2,700, and 9:00 to 12:00 = 10,800
        Wait(16_200),  # 10: 9:00 to 13:00 = 14,400, and 14:00 to 14:30 = 1,800
        # 1: Friday 12:30–13:00 = 1,800 and 14–18 = 14,400; Saturday 10–14 = 14,400; Monday 9:00:00–9:20:15 = 1,215.
        Wait(31_815),
    ]


def test_the_median_counts_who_still_waits() -> None:
    waits = first_response(STORIES, since=BEGIN, until=ASKED_AT, at=ASKED_AT)

    # Still waiting after 60 s: 9/10, 300: 8/10, 600: 7/10, 900: 6/10; 1,800: 6 at risk, so 6/10·5/6 = 5/10.
    assert (waits.n, waits.still_waiting, waits.median) == (10, 2, 1800)
    # 3,600: 4 at risk, 5/10·3/4 = 37.5 %; 16,200: 2 at risk, 18.75 %; 31,815: nobody.
    assert waits.p90 == 31_815
    # Dropped, they would make it look twice as fast: of 8 values the fourth is 900.
    assert Waits([wait for wait in waits.waits if wait.is_over]).median == 900


def test_the_median_has_its_interval() -> None:
    waits = first_response(STORIES, since=BEGIN, until=ASKED_AT, at=ASKED_AT)

    # After 60 s: S = .9, Greenwood Σ = 1/90, error = √(1/90)/−ln .9 = 1.00046; .9^exp(1.96·1.00046) = .473 ≤ .5.
    # After 16,200 s: S = .1875, Σ = 1/90+1/72+1/56+1/42+1/30+1/12+1/2 = .68333, error = .49382, and
    # .1875^exp(−1.96·.49382) = .529 > .5. So it ends with the last answer, after which nobody waits.
    assert waits.interval == Range(60, 31_815)


def test_next_response_times_are_told_turn_by_turn() -> None:
    waits = next_response(STORIES, since=BEGIN, until=ASKED_AT, at=ASKED_AT)
    firsts = first_response(STORIES, since=BEGIN, until=ASKED_AT, at=ASKED_AT)

    assert sorted(waits.waits) == sorted(
        [
            *firsts.waits,
            Wait(930),  # 1: Monday 11:50 to 12:00 = 600; Tuesday closed; Wednesday 9:00:00–9:05:30 = 330
            Wait(1500),  # 1: 10:05:30 to 10:30:30
            Wait(2700),  # 1, reopened: 15:00 to 15:45
        ]
    )
    # 60, 300, 600, 900, 930, 1,500: 7/13 still wait; 1,800: 7 at risk, 6/13.
    assert (waits.n, waits.still_waiting, waits.median, waits.p90) == (13, 2, 1800, 31_815)


def test_first_resolutions_leave_out_waiting_for_the_customer() -> None:
    waits = first_resolution(STORIES, since=BEGIN, until=ASKED_AT)

    # 1: Friday 4:30, Saturday 4:00, Monday 3:00, Wednesday 8:00, Thursday 1:35:30 = 21:05:30 = 75,930, less
    # Wednesday 9:05:30–13 = 3:54:30, 14–18 = 4:00, Thursday 9–10:05:30 = 1:05:30, together 9:00:00 = 32,400.
    # 3 and 4: 9:00 to 10:10. 10: 4 hours and 2 hours.
    assert sorted(wait.seconds for wait in waits.waits) == [
        *(300, 600, 900, 1800, 1800, 2400, 4200, 21_600, 43_530)
    ]
    assert (waits.n, waits.median, waits.p90) == (9, 1800, 43_530)


def test_last_resolutions_count_the_time_until_it_came_back() -> None:
    waits = last_resolution(STORIES, since=BEGIN, until=ASKED_AT)

    # 1: Friday 4:30, Saturday 4, Monday 3, Wednesday 8, Thursday 8, Friday 8, Saturday 4, Monday 4+2 = 45:30:00 =
    # 163,800, less the same 32,400.
    assert max(wait.seconds for wait in waits.waits) == 131_400
    assert (waits.n, waits.median, waits.p90) == (9, 1800, 131_400)


def test_what_is_open_again_has_no_last_resolution() -> None:
    open_again = united([Story(ticket=1, hours=SHOP, events=LONG.events[:-1])])

    assert first_resolution(open_again, since=BEGIN, until=ASKED_AT).n == 1
    assert last_resolution(open_again, since=BEGIN, until=ASKED_AT).n == 0


def test_what_was_parted_again_and_is_open_has_no_last_resolution() -> None:
    parted = Event(40, SOLVING, "part", at(3, 11, 9, 50))
    alone = Story(ticket=4, hours=SHOP, events=[*BY_TELEGRAM.events[:4], parted])

    assert alone.last_resolved_at is None
    solved = Story(ticket=4, hours=SHOP, events=[*alone.events, BY_TELEGRAM.events[-1]])
    assert solved.last_resolved_at == at(3, 11, 10, 10)


def test_reopened_by_the_customer_within_fourteen_days() -> None:
    def week_of(day: int) -> Share:
        return reopen_rate(STORIES, since=at(3, day, 0), until=at(3, day + 7, 0))

    assert reopen_rate(STORIES, since=BEGIN, until=ASKED_AT) == Share(1, 9)
    # 5 March, reopened on the 9th. In the week after: 1 again, and 4; neither came back.
    assert (week_of(2), week_of(9), week_of(16)) == (Share(1, 1), Share(0, 2), Share(0, 4))


def test_reopened_by_a_colleague_or_after_fourteen_days_is_not_reopened_by_the_customer() -> None:
    def reopened(moment: datetime, by: str) -> Share:
        events = [*RECENT.events, Event(110, SOLVING, "reopen", moment, by)]
        story = Story(ticket=11, hours=SHOP, events=events)
        return reopen_rate([story], since=BEGIN, until=ASKED_AT)

    assert reopened(at(4, 20, 9, 5), "customer") == Share(1, 1)
    assert reopened(at(4, 20, 9, 5, 1), "customer") == Share(0, 1)
    assert reopened(at(4, 7, 9), "colleague") == Share(0, 1)


def test_one_touch_is_at_most_one_human_answer() -> None:
    # All but 1, which took four answers.
    assert one_touch(STORIES, since=BEGIN, until=ASKED_AT) == Share(8, 9)


def test_issues_solved_at_the_first_contact() -> None:
    # Solved: 2, 3 with 4, 6, 9. Not: 1 came back, 7 with 8 had a second episode, 10 was escalated.
    # The window of 11 is open until 13 April; 5 is not resolved.
    assert first_contact_resolution(STORIES, since=BEGIN, until=ASKED_AT, at=ASKED_AT) == Share(4, 7)


def test_an_issue_counts_once_its_window_has_closed() -> None:
    later = at(4, 13, 9, 5)

    just_before = first_contact_resolution(
        STORIES, since=BEGIN, until=ASKED_AT, at=later - timedelta(seconds=1)
    )
    assert just_before == Share(4, 7)
    assert first_contact_resolution(STORIES, since=BEGIN, until=ASKED_AT, at=later) == Share(5, 8)


@pytest.mark.parametrize(
    ("again", "is_solved"),
    [
        (at(3, 19, 9, 59, 59), True),  # less than 24 hours after 18 March 10:00: the same episode
        (at(3, 19, 10), False),
        (at(3, 25, 10, 15), False),
        (at(3, 25, 10, 15, 1), True),  # seven days after the resolution are over
    ],
)
def test_a_second_episode_begins_after_twenty_four_hours_and_counts_for_seven_days(
    again: datetime, is_solved: bool
) -> None:
    contacts = [*SEVENTH.contacts, again]
    story = Story(
        ticket=7, hours=SHOP, events=SEVENTH.events, matter=Matter(7, "double charge"), contacts=contacts
    )

    assert [issue.is_solved_at_once for issue in issues([story])] == [is_solved]


def test_a_matter_that_begins_after_the_window_is_another_issue() -> None:
    assert [issue.is_solved_at_once for issue in issues([SEVENTH, EIGHTH, NINTH])] == [False, True]


def test_a_ticket_without_topic_or_order_is_an_issue_of_its_own() -> None:
    nameless = [
        Story(ticket=story.ticket, hours=SHOP, events=story.events, contacts=story.contacts)
        for story in (SEVENTH, EIGHTH)
    ]

    assert [issue.is_solved_at_once for issue in issues(nameless)] == [True, True]


NINE = at(3, 18, 9)


def beats(agent: int, ticket: int, *seconds: int) -> list[Beat]:
    return [Beat(agent, ticket, NINE + timedelta(seconds=second)) for second in seconds]


def call(agent: int, ticket: int, answered: int, ended: int, wrapped_up: int | None = None) -> Call:
    return Call(
        agent,
        ticket,
        NINE + timedelta(seconds=answered),
        NINE + timedelta(seconds=ended),
        None if wrapped_up is None else NINE + timedelta(seconds=wrapped_up),
    )


def seconds(told: list[Beat], calls: list[Call] | None = None) -> dict[int, float]:
    return {
        ticket: time.total_seconds() for ticket, time in handling_times(focused(told), calls or []).items()
    }


def test_heartbeats_add_up_to_the_time_a_page_was_before_somebodys_eyes() -> None:
    assert seconds(beats(1, 7, 0, 15, 30, 45, 60)) == {7: 75}


def test_a_minute_without_a_heartbeat_is_bridged_and_a_longer_one_is_not() -> None:
    assert seconds(beats(1, 7, 0, 60)) == {7: 75}
    assert seconds(beats(1, 7, 0, 61)) == {7: 30}


def test_chats_open_at_once_share_each_second() -> None:
    # 7 alone 0–30, both 30–60, 7 alone 60–75: 30 + 15 + 15 and 15.
    assert seconds([*beats(1, 7, 0, 15, 30, 45, 60), *beats(1, 8, 30, 45)]) == {7: 60, 8: 15}


def test_colleagues_share_nothing_with_one_another() -> None:
    assert seconds([*beats(1, 7, 0, 15), *beats(2, 7, 0, 15), *beats(2, 8, 0)]) == {7: 30 + 22.5, 8: 7.5}


def test_talk_and_wrap_up_are_added_and_the_page_beside_the_call_is_not_counted_twice() -> None:
    # 9: talk 100–160, wrap-up to 190, so 90; its page 105–135 lies within. 7: its own 15 from 180.
    told = [*beats(1, 9, 105, 120), *beats(1, 7, 180)]

    assert seconds(told, [call(1, 9, 100, 160, 190)]) == {9: 90, 7: 15}


def test_a_call_without_wrap_up_ends_with_its_talk() -> None:
    assert seconds([], [call(1, 9, 0, 40)]) == {9: 40}


def test_heartbeats_may_arrive_in_any_order_and_twice() -> None:
    told = beats(1, 7, 45, 0, 30, 15, 15, 0)

    assert seconds(told) == seconds(beats(1, 7, 0, 15, 30, 45)) == {7: 60}


@given(
    st.lists(st.tuples(st.integers(1, 2), st.integers(1, 4), st.integers(0, 600)), min_size=1, max_size=60)
)
def test_an_agents_seconds_are_neither_lost_nor_doubled(told: list[tuple[int, int, int]]) -> None:
    focus = focused([beat for agent, ticket, second in told for beat in beats(agent, ticket, second)])

    for agent in {its.agent for its in focus}:
        own = [its for its in focus if its.agent == agent]
        awake = {
            second
            for its in own
            for second in range(
                int((its.began_at - NINE).total_seconds()), int((its.ended_at - NINE).total_seconds())
            )
        }
        total = sum(handling_times(own, []).values(), timedelta(0))
        assert abs(total - timedelta(seconds=len(awake))) < timedelta(milliseconds=1)


def test_nothing_waited_for_has_no_median() -> None:
    assert (Waits([]).median, Waits([]).interval) == (None, Range(None, None))


def test_a_median_that_most_still_wait_for_is_not_known() -> None:
    waits = Waits([Wait(60), Wait(100, is_over=False), Wait(100, is_over=False)])

    assert (waits.median, waits.p90) == (None, None)


@given(st.lists(st.integers(0, 50), min_size=1, max_size=60))
def test_with_nobody_waiting_the_quantiles_are_the_plain_ones(seconds_taken: list[int]) -> None:
    waits = Waits([Wait(seconds) for seconds in seconds_taken])
    ranked = sorted(seconds_taken)

    assert waits.median == ranked[-(-len(ranked) // 2) - 1]
    assert waits.p90 == ranked[-(-9 * len(ranked) // 10) - 1]


def test_the_interval_is_that_of_a_known_trial() -> None:
    """Remission under 6-MP (Freireich et al., 1963): the median is 23 weeks, 95 % from 13 on; its end is not known."""
    over = [6, 6, 6, 7, 10, 13, 16, 22, 23]
    still = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
    waits = Waits([*map(Wait, over), *(Wait(weeks, is_over=False) for weeks in still)])

    assert (waits.n, waits.median, waits.interval) == (21, 23, Range(13, None))


def test_moments_of_any_zone_are_the_same_moments() -> None:
    elsewhere = [
        Event(its.clock, its.of, its.kind, its.at.astimezone(UTC), its.reason) for its in LONG.events
    ]
    story = Story(ticket=1, hours=SHOP, events=elsewhere)

    assert first_response([story], since=BEGIN, until=ASKED_AT, at=ASKED_AT).waits == [Wait(31_815)]
