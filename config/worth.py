"""What speaks for one kind of loyalty or another, as each app knows it: see crm.worth.signs."""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from crm.worth import outcomes
from crm.worth.outcomes import Outcome
from crm.worth.signs import BenefitSource, SignSource, reduced_orders
from loyalty.members import signs as loyalty
from surveys.feedback import signs as surveys

BENEFITS: Sequence[BenefitSource] = (reduced_orders, loyalty.orders_with_coupons_or_points)

SIGNS: Sequence[SignSource] = (surveys.what_they_said, loyalty.friends_brought)

# What members and others did who began alike: see crm.worth.outcomes.
MEMBERS = loyalty.members_at

OUTCOMES: Sequence[Outcome] = (
    Outcome(name="again", label=_("Bought again")),
    Outcome(name="full_price", label=_("Bought at full price"), did=outcomes.at_full_price),
    Outcome(name="cancelled", label=_("Had an order cancelled"), did=outcomes.cancelled),
    Outcome(name="returned", label=_("Brought something back"), did=outcomes.returned),
    Outcome(name="reviewed", label=_("Said what they think"), did=surveys.said_something),
    Outcome(name="referred", label=_("Brought a friend"), did=loyalty.brought_a_friend),
)
