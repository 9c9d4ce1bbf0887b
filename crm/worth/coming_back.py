"""Why each of them comes back: three scores and the dominant kind, from what every app knows of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from functools import reduce
from operator import or_
from statistics import median

from django.db import transaction

from crm.measures.kinds_of_loyalty import Known, kinds_of, spread
from crm.models import CustomerLoyalty
from crm.worth import signs
from crm.worth.counting import Bought
from crm.worth.signs import NOTHING, Signs

JUDGED = ("as_of", "rational", "emotional", "behavioural", "dominant", "inputs")


@transaction.atomic
def keep(people: Sequence[Bought], *, as_of: date) -> None:
    """Write it of those who bought. Idempotent for a day; locks their rows of CustomerLoyalty alone."""
    buyers = [one for one in people if one.days]
    ids = [pk for one in buyers for pk in one.ids]
    with_benefit = signs.with_benefit(ids) if ids else {}
    known = signs.signs_of(ids) if ids else {}
    CustomerLoyalty.objects.bulk_create(
        [_row(one, _known(one, with_benefit, known, as_of), as_of) for one in buyers],
        update_conflicts=True,
        unique_fields=["customer"],
        update_fields=JUDGED,
    )
    CustomerLoyalty.objects.filter(pk__in=[one.customer_id for one in people if not one.days]).delete()


def _known(
    one: Bought, with_benefit: Mapping[int, set[int]], by_id: Mapping[int, Signs], as_of: date
) -> Known:
    benefits = {order for pk in one.ids for order in with_benefit.get(pk, ())}
    its = _together(by_id.get(pk, NOTHING) for pk in one.ids)
    return Known(
        orders=one.orders,
        # An order of today is known to the sources before it counts.
        with_benefit=min(len(benefits), one.orders),
        gaps=one.gaps,
        days_since=(as_of - one.days[-1]).days,
        **asdict(its),
    )


def _together(signs_by_id: Iterable[Signs]) -> Signs:
    return reduce(or_, signs_by_id, NOTHING)


def _row(one: Bought, known: Known, as_of: date) -> CustomerLoyalty:
    its = kinds_of(known)
    return CustomerLoyalty(
        customer_id=one.customer_id,
        as_of=as_of,
        rational=its.rational,
        emotional=its.emotional,
        behavioural=its.behavioural,
        dominant=its.dominant or "",
        inputs=_inputs(known),
    )


def _inputs(known: Known) -> dict[str, float | None]:
    """What crm.pages tells of it."""
    unlike = spread(known.told_gaps)
    return {
        "orders": known.orders,
        "with_benefit": known.with_benefit,
        "recommends": known.recommends,
        "friends": known.friends,
        "good_words": known.good_words,
        "bad_words": known.bad_words,
        "gaps": len(known.told_gaps),
        "usual_gap": median(known.told_gaps) if known.told_gaps else None,
        "spread": None if unlike is None else round(unlike, 2),
        "tenure_days": known.tenure_days,
    }
