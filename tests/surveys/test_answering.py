"""What people answer is kept as they confirmed it last; a link that is no more changes nothing, and says so kindly."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from crm.consents import preference_links
from crm.models import TimelineEntry
from surveys.answers import answering, links, settling
from surveys.answers.answering import LinkUsed, SurveyOver, Voice
from surveys.models import Answer, Invitation, Response
from surveys.questions import UnusableAnswer
from tests.factories.customers import CustomerFactory
from tests.factories.orders import placed_order
from tests.factories.shops import NOON, ShopFactory
from tests.factories.survey_answers import Browser, anonymous, invitation
from tests.factories.surveys import published, survey

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(minutes=5)


def say(asked: Invitation, **answers: object) -> Response:
    return answering.answer(asked, answers=answers, at=NOON, language="bg", channel="email")


def opened(path: str, *, language: str = "en", at: object = NOON) -> tuple[int, str]:
    client = Client(headers={"accept-language": language})
    with time_machine.travel(at, tick=False):  # type: ignore[arg-type]
        response = client.get(path)
    return response.status_code, response.content.decode()


def test_an_answer_is_kept_with_its_scale_its_words_and_its_language() -> None:
    asked = invitation()
    say(asked, score=4, wrong=["late"], word="Cold too")

    score, wrong, word = Answer.objects.order_by("pk")
    assert (score.value, score.scale_low, score.scale_high, score.direction) == (4, 0, 10, 1)
    assert (wrong.choices, word.text, word.language) == (["late"], "Cold too", "bg")
    assert "Question score?" in score.wording
    asked.refresh_from_db()
    assert asked.answered_at == NOON


def test_what_stands_beside_the_way_of_the_last_answers_is_dropped() -> None:
    asked = invitation()
    say(asked, score=4, wrong=["late"])
    say(asked, score=10, wrong=["late"])

    assert list(Answer.objects.values_list("question", "value")) == [("score", 10)]
    assert Response.objects.count() == 1


@pytest.mark.parametrize(
    ("answers", "place"),
    [
        ({}, "/score"),
        ({"score": 11}, "/score"),
        ({"score": 3, "wrong": ["foreign"]}, "/wrong"),
        ({"score": 3, "x": 1}, "/x"),
    ],
)
def test_what_is_no_answer_changes_nothing(answers: dict[str, object], place: str) -> None:
    asked = invitation()

    with pytest.raises(UnusableAnswer) as refused:
        say(asked, **answers)

    assert [fault.pointer for fault in refused.value.faults] == [place]
    assert Response.objects.count() == 0


def test_a_settled_answer_stands_on_the_timeline_once() -> None:
    asked = invitation()
    response = say(asked, score=3, word="Late")

    assert settling.settle_due(at=NOON + timedelta(seconds=10)) == 0
    assert settling.settle_due(at=LATER) == 1
    assert settling.settle_due(at=LATER) == 0
    entry = TimelineEntry.objects.get(kind="surveys.survey_answered")
    assert (entry.customer_id, entry.subject_id) == (asked.customer_id, response.pk)
    assert entry.payload["is_unhappy"] is True
    assert (entry.payload["measure"], entry.payload["value"], entry.payload["text"]) == ("nps", 3, "Late")


def test_an_anonymous_answer_leads_to_nobody() -> None:
    asked = invitation(anonymous(), at=NOON - timedelta(days=1), pk=4_815_162_342)
    say(asked, score=2, word="Honestly")

    response, midnight = Response.objects.get(), NOON.replace(hour=0)
    asked.refresh_from_db()
    assert (response.customer_id, response.invitation_id, response.recorded_at) == (None, None, None)
    assert (response.answered_at, asked.answered_at, asked.opened_at) == (midnight, midnight, None)
    assert str(asked.pk) not in response.source_id
    assert settling.settle_due(at=LATER) == 0
    assert not TimelineEntry.objects.filter(kind__startswith="surveys.").exists()
    with pytest.raises(LinkUsed):
        say(asked, score=9)


def test_somebody_erased_is_not_asked_any_more() -> None:
    asked = invitation(customer=CustomerFactory(erased_at=NOON))

    with pytest.raises(SurveyOver):
        say(asked, score=9)


def test_a_receipt_is_answered_by_whose_order_it_is_and_once() -> None:
    version, order = published(), placed_order()
    token = links.receipt_token(version.survey, order)
    with time_machine.travel(order.placed_at + timedelta(hours=1), tick=False) as clock:
        for score in ("7", "2"):
            hand = Browser()
            hand.open(token)
            clock.shift(timedelta(seconds=5))
            hand.press(score=score)

    response = Response.objects.get()
    assert (response.customer_id, response.about_type, response.about_id) == (
        order.customer_id,
        "crm.order",
        order.pk,
    )
    assert response.answers.get(question="score").value == 2
    assert response.channel == "qr"


def test_a_poster_is_answered_by_many_and_tells_nobody_who() -> None:
    version, shop = published(), ShopFactory()
    with time_machine.travel(NOON, tick=False) as clock:
        for score in ("9", "10"):
            hand = Browser()
            hand.open(links.open_token(version.survey, shop))
            clock.shift(timedelta(seconds=5))
            hand.press(score=score)

    assert sorted(Answer.objects.values_list("value", flat=True)) == [9, 10]
    assert set(Response.objects.values_list("customer", "shop")) == {(None, shop.pk)}


def test_the_same_anonymous_answer_of_a_poster_counts_once() -> None:
    version = anonymous()
    voice = Voice(source="open-link", source_id="page", channel="qr")
    given = {"answers": {"score": 5}, "at": NOON, "language": "en"}
    answering.answer_openly(version, voice=voice, **given)  # type: ignore[arg-type]

    with pytest.raises(LinkUsed):
        answering.answer_openly(version, voice=voice, **given)  # type: ignore[arg-type]


@pytest.mark.parametrize("language", ["en", "ru", "bg"])
def test_a_link_of_nobody_says_so_in_the_readers_language(language: str) -> None:
    asked = invitation()
    mine = links.token_of(asked)
    forged = [
        mine[:-2] + ("AA" if not mine.endswith("AA") else "BB"),
        "i" + mine[1:].replace(mine[1], "z", 1),
        preference_links.token_of(asked.customer_id),
        links.open_token(asked.version.survey)[:-1],
        "i1",
        "-",
        "i" * 300,
    ]
    for token in forged:
        status, page = opened(f"/s/{token}/", language=language)
        assert (status, f'lang="{language}"' in page, 'href="/ask/"' in page) == (404, True, True)
        assert Client().post(f"/s/{token}/", {"q-score": "9"}).status_code == 404
    assert Response.objects.count() == 0


def test_a_link_that_expired_says_that_the_survey_is_over_and_changes_nothing() -> None:
    path = f"/s/{links.token_of(invitation(customer=CustomerFactory(language='en')))}/"
    late = NOON + timedelta(days=15)

    status, page = opened(path, at=late)
    with time_machine.travel(late, tick=False):
        sent = Client().post(path, {"q-score": "9", "until": "score"})

    assert (status, sent.status_code) == (410, 410)
    assert "This survey is over" in page
    assert Response.objects.count() == 0


def test_a_link_taken_back_and_a_survey_out_of_use_are_over() -> None:
    taken_back = invitation(withdrawn_at=NOON)
    ended = invitation(published(survey("ended", ended_at=NOON)))

    for asked in (taken_back, ended):
        assert opened(f"/s/{links.token_of(asked)}/")[0] == 410


def test_a_used_link_stays_as_it_was_answered() -> None:
    asked = invitation(customer=CustomerFactory(language="en"))
    say(asked, score=9)
    path = f"/s/{links.token_of(asked)}/"
    late = NOON + timedelta(days=2)

    status, page = opened(path, at=late)
    with time_machine.travel(late, tick=False):
        Client().post(path, {"q-score": "1", "until": "score"})

    assert status == 200
    assert "Your answer is with us" in page
    assert Answer.objects.get().value == 9


def test_an_answer_for_another_survey_changes_nothing() -> None:
    asked = invitation()
    hand = Browser()
    with time_machine.travel(NOON, tick=False) as clock:
        hand.open(asked)
        clock.shift(timedelta(seconds=5))
        response = hand.press(score="9", foreign="1")

    assert response.status_code == 422
    assert Response.objects.count() == 0


def test_a_page_keeps_each_step_and_shows_what_follows_from_it() -> None:
    asked = invitation()
    hand = Browser()
    with time_machine.travel(NOON, tick=False) as clock:
        hand.open(asked, score=3)
        clock.shift(timedelta(seconds=5))
        second = hand.press()
        assert Answer.objects.get().value == 3
        assert "Question wrong?" in second.content.decode()
        last = hand.press(wrong=["late", "rude"], word="Sorry")

    assert last.headers["Location"].endswith("/thanks/")
    assert Answer.objects.get(question="wrong").choices == ["late", "rude"]
    assert Answer.objects.get(question="word").text == "Sorry"


def test_a_required_question_left_out_is_marked_and_nothing_is_kept() -> None:
    hand = Browser()
    with time_machine.travel(NOON, tick=False) as clock:
        hand.open(invitation())
        clock.shift(timedelta(seconds=5))
        response = hand.press()

    assert response.status_code == 422
    assert 'id="fault-score"' in response.content.decode()
    assert Response.objects.count() == 0


def test_an_anonymous_page_keeps_one_answer_at_the_end() -> None:
    asked = invitation(anonymous())
    hand = Browser()
    with time_machine.travel(NOON, tick=False) as clock:
        hand.open(asked, score=3)
        assert "q-score" not in hand.fields
        clock.shift(timedelta(seconds=5))
        hand.press(score="3")
        assert Response.objects.count() == 0
        hand.press(word="So it is")

    assert set(Answer.objects.values_list("question", flat=True)) == {"score", "word"}


def test_the_page_speaks_the_persons_language() -> None:
    asked = invitation(customer=CustomerFactory(language="bg"))

    assert '<html lang="bg"' in opened(f"/s/{links.token_of(asked)}/", language="ru")[1]
