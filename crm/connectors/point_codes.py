"""Codes of points: typed in a shop's cart like any coupon, and known by their form when an order comes with them.

VP-XXXX-XXXX-XXXX: eleven random letters and one that checks them, of the 32 of Crockford's Base32, which has neither
I, L, O nor U (https://www.crockford.com/base32.html). What a reader of orders sees is the code alone: a coupon of
somebody else's fits by accident once in 32, if it is written like this at all, and is then no code that we know.
"""

from __future__ import annotations

import re
import secrets

PREFIX = "VP-"
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
RANDOM_LETTERS = 11
IN_A_GROUP = 4
FORM = re.compile(f"{PREFIX}[{ALPHABET}]{{4}}-[{ALPHABET}]{{4}}-[{ALPHABET}]{{4}}")


def new_code() -> str:
    """55 random bits: nobody guesses one that is in use."""
    drawn = "".join(secrets.choice(ALPHABET) for _letter in range(RANDOM_LETTERS))
    return PREFIX + _grouped(drawn + _check_letter(drawn))


def is_of_points(code: str) -> bool:
    """However its letters are cased: WooCommerce writes all codes small."""
    found = code.strip().upper()
    if not code.isascii() or not FORM.fullmatch(found):
        return False
    letters = found.removeprefix(PREFIX).replace("-", "")
    return _check_letter(letters[:-1]) == letters[-1]


def _grouped(letters: str) -> str:
    return "-".join(letters[start : start + IN_A_GROUP] for start in range(0, len(letters), IN_A_GROUP))


def _check_letter(drawn: str) -> str:
    """A sum weighted by 1, 3, 5, …: odd weights show every single wrong letter, and most that changed places."""
    total = sum((2 * place + 1) * ALPHABET.index(letter) for place, letter in enumerate(drawn))
    return ALPHABET[total % len(ALPHABET)]
