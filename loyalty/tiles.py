"""The programme's figures on the managers' dashboard."""

from __future__ import annotations

from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.dashboards.dashboard import Figure, Question
from crm.words.wording import number
from loyalty.ledger import proving
from loyalty.ledger.invariants import INVARIANTS
from loyalty.models import Proof


def ledger_proved(question: Question) -> Figure | None:
    """“18 of 18”: as the latest proof found it. Nothing while there is no programme's wallet to look at."""
    proof = proving.latest()
    if proof is None:
        return None
    return Figure(
        title=_("Ledger proved"),
        value=_("%(held)s of %(all)s")
        % {"held": number(len(INVARIANTS) - len(proof.broken)), "all": number(len(INVARIANTS))},
        basis=_basis(proof),
        definition=(
            _("Every night each account of points is looked through: %(all)s things must always be true.")
            % {"all": number(len(INVARIANTS))},
            *(str(INVARIANTS[invariant]) for invariant in proof.broken),
        ),
    )


def _basis(proof: Proof) -> str:
    wallets = ngettext(
        "%(count)s account looked through on %(when)s",
        "%(count)s accounts looked through on %(when)s",
        proof.wallets_count,
    ) % {
        "count": number(proof.wallets_count),
        "when": formats.date_format(timezone.localtime(proof.began_at), "SHORT_DATETIME_FORMAT"),
    }
    if not proof.violations_count:
        return wallets
    faults = ngettext("%(count)s fault was found", "%(count)s faults were found", proof.violations_count) % {
        "count": number(proof.violations_count)
    }
    return f"{faults}; {wallets}"
