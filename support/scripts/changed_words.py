"""How much of what a script offered was changed before it was sent. Pure; only the share is kept, never the words."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

# A script's text is far shorter; a longer answer is compared as far as this.
MOST_WORDS = 1500
_WORD = re.compile(r"\w+")


def changed(offered: str, sent: str) -> float:
    """The share of the offered words that do not stand in what was sent, in their order: 0 none, 1 all of them.

    Words that were added count for nothing: a colleague may always say more. Capitals and signs count for nothing.
    """
    ours = _words(offered)
    if not ours:
        return 0.0
    kept = SequenceMatcher(None, ours, _words(sent), autojunk=False).get_matching_blocks()
    return 1 - sum(block.size for block in kept) / len(ours)


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())[:MOST_WORDS]
