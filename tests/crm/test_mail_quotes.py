import time

import pytest

from crm.mail.quotes import cut_mail, cut_text
from tests.crm.mail_quotes import (
    ANNOUNCED,
    HEADED,
    IN_HTML,
    IN_HTML_WHOLE,
    OWN,
    PLAIN_QUOTE,
    QUOTED,
    SIGNED,
    WHOLE,
)


def test_the_table_holds_what_people_meet():
    assert len(ANNOUNCED) + len(HEADED) + len(SIGNED) + len(IN_HTML) >= 60


@pytest.mark.parametrize("name", ANNOUNCED)
def test_an_announced_quote_is_cut(name):
    assert cut_text(f"{OWN}\n\n{ANNOUNCED[name]}\n\n{QUOTED}\n") == OWN


@pytest.mark.parametrize("name", ANNOUNCED)
def test_an_answer_below_an_announced_quote_is_kept(name):
    assert cut_text(f"{ANNOUNCED[name]}\n{QUOTED}\n\n{OWN}\n") == OWN


@pytest.mark.parametrize("name", HEADED)
def test_all_below_a_header_is_cut(name):
    assert cut_text(f"{OWN}\n\n{HEADED[name]}\n\n{PLAIN_QUOTE}\n") == OWN


@pytest.mark.parametrize("name", SIGNED)
def test_a_signature_is_cut(name):
    assert cut_text(f"{OWN}\n\n{SIGNED[name]}\n") == OWN


@pytest.mark.parametrize("name", SIGNED)
def test_a_signature_above_a_quote_is_cut(name):
    assert cut_text(f"{OWN}\n{SIGNED[name]}\n\n{ANNOUNCED['gmail bg']}\n{QUOTED}") == OWN


@pytest.mark.parametrize("name", WHOLE)
def test_what_only_looks_like_a_quote_stays(name):
    assert cut_text(WHOLE[name]) == WHOLE[name]


@pytest.mark.parametrize("name", IN_HTML)
def test_programs_are_known_by_their_html(name):
    cut = cut_mail("", IN_HTML[name])

    assert cut.own == "Где посылка?"
    assert "Отправили." in cut.uncut


@pytest.mark.parametrize("name", IN_HTML_WHOLE)
def test_html_that_only_looks_like_a_quote_stays(name):
    cut = cut_mail("", IN_HTML_WHOLE[name])

    assert "Где посылка?" in cut.own


def test_the_html_decides_where_it_marks_and_the_text_stays_uncut():
    text = "Где посылка?\n\nЛипа, вчера\n\nОтправили."

    cut = cut_mail(text, IN_HTML["gmail"])

    assert (cut.own, cut.uncut) == ("Где посылка?", text)


def test_a_letter_that_is_forwarded_stays_whole():
    text = f"{OWN}\n\n{HEADED['outlook ru']}\n\n{PLAIN_QUOTE}"

    assert cut_mail(text, "", subject="Fwd: Заказ").own == text


@pytest.mark.parametrize(
    "bomb",
    ["> " * 100_000, "\n" * 200_000, "On " * 60_000, "От: " * 60_000, "1.1.2026 " * 20_000, "-" * 200_000],
)
def test_a_text_made_to_be_slow_is_not(bomb):
    began = time.process_time()
    cut_text(bomb)
    cut_text("\n".join(bomb[at : at + 50] for at in range(0, len(bomb), 50)))

    assert time.process_time() - began < 5
