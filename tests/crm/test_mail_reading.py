import random
import time
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest

from crm.mail import reading
from crm.mail.charsets import decoded
from crm.mail.headers import addresses, message_ids, moment, text_of
from crm.mail.reading import Trouble, read
from tests.crm.hostile_mails import HOSTILE, with_file
from tests.factories.mailboxes import HERS, OURS, mail

ALPHABETS = ["utf-8", "windows-1251", "koi8-r", "iso-8859-5", "utf-16", "maccyrillic"]
LETTER = "Здравствуйте, где моя посылка? Жду её третий день."


def test_a_mail_is_read_whole():
    read_mail = read(
        mail("Где?", html="<p>Где?</p>", Cc="a@example.org", In_Reply_To="<x@y>", References="<w@y> <x@y>")
    )

    assert (read_mail.sender.address, read_mail.sender.name) == (HERS, "Мария Иванова")
    assert [one.address for one in (*read_mail.to, *read_mail.cc)] == [OURS, "a@example.org"]
    assert (read_mail.subject, read_mail.text.strip(), read_mail.html.strip()) == (
        "Заказ 7",
        "Где?",
        "<p>Где?</p>",
    )
    assert (read_mail.message_id, read_mail.in_reply_to) == ("<1@example.org>", ("<x@y>",))
    assert read_mail.references == ("<w@y>", "<x@y>")
    assert read_mail.date == datetime(2026, 3, 2, 11, 30, tzinfo=UTC)
    assert not read_mail.troubles


@pytest.mark.parametrize("alphabet", ALPHABETS)
def test_a_declared_alphabet_is_read(alphabet):
    assert decoded(LETTER.encode(alphabet), alphabet) == LETTER


@pytest.mark.parametrize("declared", ["", "us-ascii", "iso-8859-1", "utf-8", "x-unknown"])
@pytest.mark.parametrize("alphabet", ["utf-8", "windows-1251", "koi8-r"])
def test_a_wrong_alphabet_is_seen_through(declared, alphabet):
    assert decoded(LETTER.encode(alphabet), declared) == LETTER


@pytest.mark.parametrize("declared", ["", "iso-8859-1", "windows-1252"])
def test_a_western_letter_stays_western(declared):
    letter = "Grüße aus Köln, größter Käse für Zoë"

    assert decoded(letter.encode("latin-1"), declared) == letter


def test_nothing_that_cannot_be_stored_comes_through():
    text = decoded(b"a\0b\x1b[0m\xed\xa0\x80\r\nc\rd", "utf-8")

    assert text.isprintable() or set(text) & {"\n"}
    assert "\0" not in text
    assert text.count("\n") == 2


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ("=?utf-8?B?0J/RgNC40LI=?=\r\n =?utf-8?B?0LXRgg==?=", "Привет"),
        ("=?koi8-r?Q?=F0=D2=C9=D7=C5=D4?= =?koi8-r?Q?!?= ok", "Привет! ok"),
        # One letter in two words, as many programs cut it.
        ("=?utf-8?B?0J/R?= =?utf-8?B?gA==?=", "Пр"),
        ("=?bad?b?!!?= stays", "stays"),
        ("exe.\u202egpj", "exe.gpj"),
        ("=?utf-8?q?a=0D=0ABcc:_x?=", "a Bcc: x"),
    ],
)
def test_headers_are_read_for_people(raw, said):
    assert text_of(raw) == said


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        ('"Иван, \\"x\\" <evil@x.y>" <ivan@Example.BG>', [("ivan@example.bg", 'Иван, "x" <evil@x.y>')]),
        ("(c (d) e) a@b.c; group: x@y.z;", [("a@b.c", ""), ("x@y.z", "")]),
        ("=?utf-8?q?a=40evil.com=2C?= <g@h.i>", [("g@h.i", "a@evil.com,")]),
        ("<>", []),
        ("nobody", []),
        ("a b@c.d", []),
        ("a@b@c.d", []),
        ("<a@b.c", [("a@b.c", "")]),
        ("a@" + "b" * 300, []),
    ],
)
def test_addresses_are_read_and_no_name_becomes_one(raw, found):
    assert [(one.address, one.name) for one in addresses(raw)] == found


@pytest.mark.parametrize(
    "raw", ['"' * 16_000, "(" * 16_000, "<" * 16_000, ' "\\' * 5_000, "=?utf-8?q?" * 1_600]
)
def test_a_header_made_to_be_slow_is_not(raw):
    began = time.process_time()
    addresses(raw), text_of(raw), message_ids(raw), moment(raw)

    assert time.process_time() - began < 1


def test_long_ids_stay_distinct_and_the_same():
    long_one, other = f"{'a' * 400}@x", f"{'a' * 400}b@x"
    first, again = read(mail(number=long_one)), read(mail(number="x@y", In_Reply_To=f"<{long_one}>"))

    assert first.message_id == again.in_reply_to[0]
    assert len(first.message_id) <= 255
    assert first.message_id != read(mail(number=other)).message_id


def test_files_are_what_their_bytes_say():
    letter = EmailMessage()
    letter["From"] = HERS
    letter.set_content("Снимка")
    letter.add_attachment(
        b"\x89PNG\r\n\x1a\n....", maintype="application", subtype="pdf", filename="снимка.pdf"
    )
    letter.add_attachment(b"%PDF-1.7", maintype="image", subtype="png", filename="")
    [picture, paper] = read(bytes(letter)).files

    assert (picture.name, picture.content_type) == ("снимка.pdf", "image/png")
    assert (paper.name, paper.content_type) == ("file.pdf", "application/pdf")


def test_an_attached_mail_is_a_file():
    inner, letter = EmailMessage(), EmailMessage()
    inner["Subject"] = "inner"
    inner.set_content("inside")
    letter["From"] = HERS
    letter.set_content("outside")
    letter.add_attachment(inner)
    found = read(bytes(letter))

    assert found.text.strip() == "outside"
    assert [file.name for file in found.files] == ["message.eml"]
    assert b"inside" in found.files[0].content


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_mails_are_read_quickly_and_never_fail(name):
    began = time.process_time()
    found = read(HOSTILE[name])

    assert time.process_time() - began < 8
    assert "\0" not in f"{found.text}{found.html}{found.subject}"
    assert all("/" not in file.name and "\u202e" not in file.name for file in found.files)
    f"{found.text}{found.html}{found.subject}".encode()


@pytest.mark.parametrize(
    ("name", "trouble"),
    [
        ("deep", Trouble.TOO_DEEP),
        ("mails in mails", Trouble.FILES_LEFT_OUT),
        ("many files", Trouble.FILES_LEFT_OUT),
        ("long header", Trouble.BROKEN),
        ("S/MIME", Trouble.ENCRYPTED),
        ("PGP", Trouble.ENCRYPTED),
        ("many lines in many boundaries", Trouble.TEXT_CUT),
    ],
)
def test_what_is_wrong_with_a_mail_is_told(name, trouble):
    assert trouble in read(HOSTILE[name]).troubles


def test_a_mail_that_is_too_large_is_told_by_its_head():
    found = read(HOSTILE["script"] + b" " * reading.LARGEST_MAIL)

    assert found.is_unreadable
    assert found.sender.address == "maria@example.org"
    assert found.text == found.html == ""


def test_a_bomb_in_a_file_stays_packed():
    [bomb] = read(HOSTILE["zip bomb"]).files

    assert bomb.content_type == "application/zip"
    assert len(bomb.content) < 20_000


def test_the_same_words_have_the_same_digest_whatever_stands_above_them():
    first, again = mail("Где?"), mail("Где?", Received="from a by b; Mon, 02 Mar 2026 12:00:00 +0000")

    assert read(first).body_digest == read(again).body_digest != read(mail("Там")).body_digest


def test_different_rubbish_has_different_digests():
    assert (
        len({read(raw).body_digest for raw in (b"", b"\0", b"a: b", b"a: b\r\nc: d", bytes(range(256)))}) == 5
    )


def test_mutilated_mails_never_fail():
    """Two thousand mails with bytes changed, lost and put in."""
    chance = random.Random(7)
    seeds = [
        HOSTILE["PGP"],
        HOSTILE["broken parameters"],
        with_file("a.png", b"\x89PNG"),
        mail("Где?", html="<p>x"),
    ]
    scraps = [
        b"\r\n",
        b'"',
        b"=?",
        b"\0",
        b";",
        b"*0*=",
        b"--x\r\n",
        b"\r\n\r\n",
        b"Content-Type: ",
        b"''",
        b"\xff",
    ]
    for _ in range(2000):
        raw = bytearray(chance.choice(seeds))
        for _ in range(chance.randint(1, 30)):
            at = chance.randrange(len(raw) - 10)
            match chance.randrange(3):
                case 0:
                    raw[at] = chance.randrange(256)
                case 1:
                    del raw[at : at + chance.randint(1, 8)]
                case _:
                    raw[at:at] = chance.choice(scraps)
        read(bytes(raw))
