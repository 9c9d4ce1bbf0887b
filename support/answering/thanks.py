"""Is this only “thank you”? Pure. Then nobody has to answer, and a ticket that was resolved stays so.

A small list of words in three languages: whoever writes anything beside them is heard.
"""

from __future__ import annotations

import re
import unicodedata

LONGEST = 80
THANKS = frozenset(
    """
    thank thanks thx ty cheers tnx great perfect super ok okay good nice
    спасибо спасибки спс благодарю благодарим ок окей отлично супер хорошо понятно понял поняла
    благодаря благодарим мерси ок окей супер чудесно страхотно добре разбрах
    """.split()
)
BESIDE = frozenset(
    """
    you so much very a lot for your the help all many it is received got that
    вам вас тебе большое огромное очень много за помощь всё все получено получил получила ответ быстрый
    ви ти много за помощта помощ и всичко отговора бързия получих
    """.split()
)
GREETINGS = frozenset(
    """
    hi hello dear best regards bye
    здравствуйте привет добрый день до свидания всего доброго с уважением
    здравейте здравей добър ден довиждане поздрави
    """.split()
)
_WORDS = re.compile(r"[^\W\d_]+")


def is_thanks(text: str) -> bool:
    """Nothing but thanks and politeness, and at least one word of thanks or a sign that says it."""
    said = unicodedata.normalize("NFC", text).lower().strip()
    if not said or len(said) > LONGEST or "?" in said or any(letter.isdigit() for letter in said):
        return False
    words = _WORDS.findall(said)
    if not words:
        return any(sign in said for sign in "👍🙏❤😊🌹💐👌🤝")
    return any(word in THANKS for word in words) and all(
        word in THANKS | BESIDE | GREETINGS for word in words
    )
