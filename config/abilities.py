"""What apps may ask of one another at once: ability → the verb that answers. The Protocols stand in crm.abilities."""

from crm.abilities import (
    CallsBack,
    EarnsHistory,
    FindsPointsOff,
    ForeseesReturn,
    GivesCoupon,
    GivesPoints,
    GivesPointsToMany,
    HavePoints,
    KnowsWhoseCodes,
    OffersGoodwill,
    PointsOf,
    PricesPoints,
    PriorityOf,
    SaidAbout,
    SettlesOrder,
    TierOf,
    UsesCodes,
    WhoseWork,
)
from loyalty import entitlements, tier_marks
from loyalty.points import (
    carting,
    earning_history,
    goodwill,
    goodwill_for_many,
    reconciling,
    reversal,
    settling,
    standing,
)
from support import assigning
from support.answering import calling_back
from surveys.reports import afterwards

SETTLE_ORDER: SettlesOrder = settling.settle
USE_CODES: UsesCodes = carting.use_codes
WHOSE_CODES: KnowsWhoseCodes = carting.whose
EARN_HISTORY: EarnsHistory = earning_history.earn_history_of_shop
FORESEE_RETURN: ForeseesReturn = reversal.foresee
POINTS_OFF: FindsPointsOff = reconciling.points_off
PRIORITY_OF: PriorityOf = entitlements.priority_of
GIVE_POINTS: GivesPoints = goodwill.give_points
GIVE_COUPON: GivesCoupon = goodwill.give_coupon
OFFER_GOODWILL: OffersGoodwill = goodwill.offers
POINTS_OF: PointsOf = standing.points_of
PRICE_POINTS: PricesPoints = goodwill_for_many.price
HAVE_POINTS: HavePoints = goodwill_for_many.members_among
GIVE_POINTS_TO_MANY: GivesPointsToMany = goodwill_for_many.give
CALL_BACK: CallsBack = calling_back.call_back
TIER_OF: TierOf = tier_marks.tier_of
WHOSE_WORK: WhoseWork = assigning.whose_work
SAID_ABOUT: SaidAbout = afterwards.said_about
