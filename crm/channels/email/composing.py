"""A letter as a mail: what people read, and the headers by which machines thread it and leave it alone."""

from __future__ import annotations

from email.utils import formataddr

from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import override

from crm.channels.base import Letter
from crm.mail import loops

MOST_REFERENCES = 20
LONGEST_SUBJECT = 250


def compose(letter: Letter, *, sender: tuple[str, str], message_id: str, answer_to: str) -> EmailMessage:
    """`sender`: name and address. `answer_to`: the address that names the thread."""
    mail = EmailMultiAlternatives(
        subject=_on_one_line(letter.subject or sender[0])[:LONGEST_SUBJECT],
        body=_body(letter),
        from_email=formataddr((_on_one_line(sender[0]), sender[1])),
        to=[letter.to],
        reply_to=[answer_to],
        headers=_headers(letter, message_id),
    )
    if letter.html:
        mail.attach_alternative(_as_page(letter), "text/html")
    for file in letter.files:
        mail.attach(_on_one_line(file.name), file.content, file.content_type)
    return mail


def _as_page(letter: Letter) -> str:
    """The same text, with what can be tapped before the paragraph that has a link."""
    parts = _body(letter).split("\n\n")
    place = next((number for number, part in enumerate(parts) if "://" in part), len(parts))
    context = {
        "language": letter.language,
        "before": parts[:place],
        "after": parts[place:],
        # A template of ours made it, and escaped what was typed.
        "html": SafeString(letter.html),  # nosec B308 B703
    }
    return render_to_string("crm/mail/letter.html", context)


def marker() -> str:
    """Whatever language it says itself in, `crm.mail.quotes` knows it by its edges."""
    return "##- {} -##".format(_("Please write your reply above this line"))


def _body(letter: Letter) -> str:
    """What nobody answers above has no line to do it above."""
    if letter.unsubscribe_url:
        return letter.text
    with override(letter.language or None):
        return f"{marker()}\n\n{letter.text}"


def _headers(letter: Letter, message_id: str) -> dict[str, str]:
    headers = {"Message-ID": message_id, loops.OWN_HEADER: "1"}
    if letter.replies_to:
        earlier = list(reversed(letter.replies_to[:MOST_REFERENCES]))
        headers |= {"In-Reply-To": letter.replies_to[0], "References": " ".join(earlier)}
    if letter.is_automatic:
        headers["Auto-Submitted"] = "auto-replied" if letter.replies_to else "auto-generated"
        headers["X-Auto-Response-Suppress"] = "All"
    if letter.unsubscribe_url:  # RFC 8058: one click, by POST
        headers["List-Unsubscribe"] = f"<{letter.unsubscribe_url}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return {name: _on_one_line(value) for name, value in headers.items()}


def _on_one_line(text: str) -> str:
    return " ".join(text.split())
