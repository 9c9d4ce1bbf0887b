"""What is always true of the ledger. The proof looks for whatever breaks one of these, by number."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

INVARIANTS: dict[int, Promise] = {
    1: _("A transaction is exactly its movements, and each takes from one place what it puts in another."),
    2: _("A wallet's balances are its movements."),
    3: _("A wallet's balances are its lots."),
    4: _("A lot is what it began with and its changes."),
    5: _("An open hold is what its lots hold for it."),
    6: _("A wallet's movements are counted without a gap."),
    7: _("The balances after each movement are the sum of all movements up to it."),
    8: _("No points are between two wallets."),
    9: _("No more is taken back than was given."),
    10: _("Nothing is below zero, and nobody owes points while having some."),
    11: _("One key has one effect."),
    12: _("What was refused left nothing behind."),
    13: _("The application cannot rewrite the ledger."),
    14: _("What expires first is spent first, and nothing is spent after its expiry."),
    15: _("Nothing is left undone because two operations waited for each other."),
    16: _("Pending points settle once, and not before their time."),
    17: _("What came in is there, or was redeemed, expired, taken back or donated."),
    18: _("Each movement follows from the one before: the chain of hashes holds."),
}
