"""Whether a mail comes from whom it says: as our own mail server found, and only that one is believed.

Sources: RFC 8601 (Authentication-Results), RFC 7489 (what counts as the same domain).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from crm.mail.reading import Mail

COMMENT = re.compile(r"\([^()]*\)")
QUOTED = re.compile(r'"(?:[^"\\]|\\.){0,500}+"')
RESULT = re.compile(r"([a-z][a-z0-9-]*)\s*=\s*([a-z]+)((?:\s+[a-z0-9.-]+\s*=\s*[^\s;]+)*)")
PROPERTY = re.compile(r"([a-z0-9.-]+)\s*=\s*([^\s;]+)")
LONGEST = 8_192
# What the sending domain proved of itself, and where the verdict names that domain.
PROOFS = {
    "dmarc": ("header.from",),
    "dkim": ("header.d", "header.i"),
    "spf": ("smtp.mailfrom", "smtp.helo"),
}


def is_proved(mail: Mail, verifier: str) -> bool:
    """`verifier`: the name by which our mail server signs its verdicts; empty: nobody's are believed.

    Only the topmost verdict of that name counts, since what stands below may have come along with the mail.
    """
    if not verifier or len(mail.senders) != 1 or len(mail.headers.get("from", ())) != 1:
        return False
    domain = mail.senders[0].domain
    verdict = next((found for found in _verdicts(mail) if found[0] == verifier.lower()), None)
    return verdict is not None and any(_same_domain(domain, proved) for proved in _proved_domains(verdict[1]))


def _verdicts(mail: Mail) -> Iterator[tuple[str, str]]:
    """(whose, what) of each, without comments and quoted words, which anybody can fill."""
    for raw in mail.headers.get("authentication-results", ()):
        said = QUOTED.sub("", raw[:LONGEST])
        while (without := COMMENT.sub(" ", said)) != said:
            said = without
        whose, _semicolon, what = said.partition(";")
        yield (whose.split() or [""])[0].lower(), what.lower()


def _proved_domains(what: str) -> Iterator[str]:
    for part in what.split(";"):
        result = RESULT.fullmatch(part.strip())
        if result and result[2] == "pass":
            for name, value in PROPERTY.findall(result[3]):
                if name in PROOFS.get(result[1], ()):
                    yield value.rpartition("@")[2].strip(".")


def _same_domain(domain: str, proved: str) -> bool:
    """The very one, or one above it. (One name alone is a registry's, never a sender's.)"""
    return "." in proved and (domain == proved or domain.endswith(f".{proved}"))
