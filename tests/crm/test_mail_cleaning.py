import re
import time

import pytest

from crm.mail import cleaning, markup
from crm.mail.cleaning import clean, preview
from crm.mail.reading import read
from tests.crm.hostile_mails import HOSTILE

IN_HTML = [name for name, raw in HOSTILE.items() if read(raw).html]
# Whatever could run, load, post or pose.
FORBIDDEN = re.compile(
    r"(?i)<(?:script|style|form|input|button|iframe|object|embed|svg|math|meta|base|link|textarea|select|video|audio)\b"
    r"|\son\w+=|\s(?:style|class|id|name|action|background|srcset|src|poster|formaction)=|(?:javascript|data|vbscript):"
)


@pytest.mark.parametrize("name", IN_HTML)
def test_hostile_html_is_inert(name):
    began = time.process_time()
    shown = clean(read(HOSTILE[name]).html)

    without_hosts = shown.replace(f'<span class="{cleaning.HOST}">', "<span>")
    tags = "".join(re.findall(r"<[^>]*>", without_hosts))
    assert not FORBIDDEN.search(tags)
    assert time.process_time() - began < 5


@pytest.mark.parametrize(
    "name", [name for name in IN_HTML if "without end" not in name and name != "ampersands"]
)
def test_the_words_of_hostile_html_stay(name):
    html = read(HOSTILE[name]).html

    assert "Hello" in clean(html) or "apple.com" in clean(html) or "<svg" in html
    assert "alert" not in clean(html).replace("<p>alert", "")


@pytest.mark.parametrize("name", ["tags without end", "fonts without end", "ampersands"])
def test_html_made_to_cost_is_not_parsed(name):
    assert clean(read(HOSTILE[name]).html) == ""


def test_pictures_wait_until_they_are_asked_for():
    shown = clean(
        '<img src="https://t.example/p.gif?a=1&amp;b=2" alt="A vase"><img src="cid:part1@x"><img src="//t.example/q">'
    )

    assert 'data-remote-src="https://t.example/p.gif?a=1&amp;b=2"' in shown
    assert 'data-cid="part1@x"' in shown
    assert " src=" not in shown
    assert "t.example/q" not in shown


def test_nobody_says_where_a_remote_picture_is_but_its_source():
    assert "data-remote-src" not in clean(
        '<img data-remote-src="javascript:alert(1)"><img data-remote-src="https://t.example/p">'
    )


def test_a_link_shows_its_host_and_opens_apart():
    shown = clean('<a href="https://user@evil.example:8443/bank?x=1">https://bank.example/</a>')

    assert 'target="_blank"' in shown
    assert 'rel="noopener noreferrer nofollow"' in shown
    assert f'<span class="{cleaning.HOST}">evil.example</span>' in shown


def test_a_host_in_foreign_letters_is_shown_as_the_network_spells_it():
    assert "xn--80ak6aa92e.com</span>" in clean(read(HOSTILE["lookalike link"]).html)


def test_nobody_else_can_write_a_host():
    shown = clean(f'<a href="https://evil.example/">x</a> <span class="{cleaning.HOST}">bank.example</span>')

    assert re.findall(rf'class="{cleaning.HOST}">([^<]*)', shown) == ["evil.example"]


def test_what_is_clean_stays_so():
    once = clean(
        "<p>Здравствуйте, <b>где</b> <a href='https://a.example/'>посылка</a>?</p><table><tr><td>7</table>"
    )

    assert "<b>где</b>" in once
    assert clean(once).replace(f' <span class="{cleaning.HOST}">', "").count("посылка") == 1


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("a<br>b<p>c</p><p>d</p>", "a\nb\nc\n\nd"),
        ("<div>a</div><div>b</div>", "a\n\nb"),
        ("<ul><li>a<li>b</ul>", "a\n\nb"),
        ("a   \n b&nbsp;&lt;c&gt; &amp;amp;", "a b\xa0<c> &amp;"),
        ("<style>p{}</style><title>t</title>a", "a"),
        ('<img alt="vase" src="https://a.example/v">', "vase"),
    ],
)
def test_html_is_read_as_text(html, text):
    assert cleaning.as_text(html) == text


def test_a_preview_is_one_short_line():
    assert preview("a\n\n b\tc") == "a b c"
    assert len(preview("слово " * 500)) <= cleaning.LONGEST_PREVIEW


def test_elements_end_where_they_end():
    html = markup.canonical("<div class=a>1<div>2</div>3</div>4")
    tag = next(markup.tags(html))

    assert html[tag.end : markup.end_of(tag, html)] == "1<div>2</div>3</div>"
