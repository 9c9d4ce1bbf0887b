"""Which scope a key needs for which method of which address, and whose thing it is. One line an address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

OPEN = "no key at all"


@dataclass(frozen=True)
class Address:
    """`scopes` by method; every other method is answered 405. `about` names what of the world fills the address.

    What is `of_one_shop` is not there for a key of another.
    """

    scopes: Mapping[str, str] = field(default_factory=dict)
    about: str = ""
    of_one_shop: bool = False


def reads(resource: str) -> dict[str, str]:
    return {"GET": f"{resource}:read"}


def writes(resource: str, method: str = "POST") -> dict[str, str]:
    return {method: f"{resource}:write"}


# Customers and products belong to the company; orders, what happens to them, and what was sent in bulk to a shop.
ADDRESSES = {
    "api/v1/adjustments/": Address(writes("adjustments")),
    "api/v1/adjustments/<int:pk>/": Address(
        reads("adjustments"), about="adjustmentrequest", of_one_shop=True
    ),
    "api/v1/articles/": Address(reads("articles")),
    "api/v1/articles/search/": Address(reads("articles")),
    "api/v1/articles/<slug:slug>/": Address(reads("articles"), about="articleslug"),
    "api/v1/articles/<slug:slug>/votes/": Address(writes("articles"), about="articleslug"),
    "api/v1/bot/sessions/": Address(writes("bot")),
    "api/v1/bot/sessions/<slug:key>/": Address(reads("bot"), about="botsession", of_one_shop=True),
    "api/v1/bot/sessions/<slug:key>/messages/": Address(
        reads("bot") | writes("bot"), about="botsession", of_one_shop=True
    ),
    "api/v1/campaigns/": Address(reads("campaigns") | writes("campaigns")),
    "api/v1/campaigns/<int:pk>/": Address(reads("campaigns"), about="campaign"),
    "api/v1/campaigns/<int:pk>/events/": Address(writes("campaigns"), about="campaign"),
    "api/v1/calls/": Address(reads("calls") | writes("calls")),
    "api/v1/incidents/": Address(reads("incidents") | writes("incidents")),
    "api/v1/incidents/<int:pk>/": Address(reads("incidents"), about="incident", of_one_shop=True),
    "api/v1/incidents/<int:pk>/events/": Address(writes("incidents"), about="incident", of_one_shop=True),
    "api/v1/issues/": Address(reads("issues") | writes("issues")),
    "api/v1/issues/<int:pk>/": Address(reads("issues"), about="issue", of_one_shop=True),
    "api/v1/issues/<int:pk>/feedback/": Address(writes("issues"), about="issue", of_one_shop=True),
    "api/v1/messages/": Address(reads("messages") | writes("messages")),
    "api/v1/messages/<int:pk>/": Address(reads("messages"), about="message"),
    "api/v1/returns/": Address(reads("returns") | writes("returns")),
    "api/v1/returns/<int:pk>/": Address(reads("returns"), about="returncase", of_one_shop=True),
    "api/v1/returns/<int:pk>/events/": Address(writes("returns"), about="returncase", of_one_shop=True),
    "api/v1/scripts/": Address(reads("scripts")),
    "api/v1/scripts/<slug:slug>/": Address(reads("scripts"), about="scriptslug"),
    "api/v1/segments/": Address(reads("segments")),
    "api/v1/segments/<int:pk>/": Address(reads("segments"), about="segment"),
    "api/v1/segments/<int:pk>/members/": Address(reads("segments"), about="segment"),
    "api/v1/tickets/<int:pk>/scripts/<slug:slug>/": Address(reads("tickets"), about="ticket scriptslug"),
    "api/v1/feedback/": Address(reads("feedback") | writes("feedback")),
    "api/v1/feedback/bulk/": Address(writes("feedback")),
    "api/v1/feedback/<int:pk>/": Address(reads("feedback"), about="feedbackofshop", of_one_shop=True),
    "api/v1/invitations/": Address(reads("invitations") | writes("invitations")),
    "api/v1/invitations/bulk/": Address(writes("invitations")),
    "api/v1/invitations/<int:pk>/": Address(reads("invitations"), about="surveyinvitation", of_one_shop=True),
    "api/v1/responses/": Address(reads("responses") | writes("responses")),
    "api/v1/responses/<int:pk>/": Address(reads("responses"), about="surveyresponse", of_one_shop=True),
    "api/v1/surveys/": Address(reads("surveys")),
    "api/v1/surveys/<slug:slug>/": Address(reads("surveys"), about="surveyslug"),
    "api/v1/surveys/<slug:slug>/link/": Address(reads("surveys"), about="surveyslug"),
    "api/v1/tickets/": Address(reads("tickets") | writes("tickets")),
    "api/v1/tickets/<int:pk>/": Address(reads("tickets"), about="ticket"),
    "api/v1/tickets/<int:pk>/messages/": Address(reads("tickets") | writes("tickets"), about="ticket"),
    "api/v1/customers/": Address(reads("customers") | writes("customers")),
    "api/v1/customers/bulk/": Address(writes("customers")),
    "api/v1/customers/lookup/": Address(reads("customers")),
    "api/v1/customers/<int:pk>/": Address(
        reads("customers") | writes("customers", "PATCH"), about="customer"
    ),
    "api/v1/customers/<int:pk>/consents/": Address(
        reads("customers") | writes("customers"), about="customer"
    ),
    "api/v1/customers/<int:pk>/preferences/": Address(
        reads("customers") | writes("customers", "PATCH"), about="customer"
    ),
    "api/v1/customers/<int:pk>/worth/": Address(reads("customers"), about="customer"),
    "api/v1/customers/<int:pk>/timeline/": Address(reads("customers"), about="customer"),
    "api/v1/event-types/": Address(reads("events") | writes("events")),
    "api/v1/events/": Address(writes("events")),
    "api/v1/events/bulk/": Address(writes("events")),
    "api/v1/feed/": Address(reads("feed")),
    "api/v1/jobs/<int:pk>/": Address(
        reads("jobs") | writes("jobs", "DELETE"), about="bulkjob", of_one_shop=True
    ),
    "api/v1/jobs/<int:pk>/results/": Address(reads("jobs"), about="bulkjob", of_one_shop=True),
    "api/v1/cart-codes/": Address(writes("points")),
    "api/v1/cart-codes/<int:pk>/": Address(reads("points"), about="cartcode", of_one_shop=True),
    "api/v1/cart-codes/<int:pk>/withdrawals/": Address(writes("points"), about="cartcode", of_one_shop=True),
    "api/v1/holds/": Address(writes("points")),
    "api/v1/holds/<int:pk>/": Address(reads("points"), about="hold"),
    "api/v1/holds/<int:pk>/captures/": Address(writes("points"), about="hold"),
    "api/v1/holds/<int:pk>/releases/": Address(writes("points"), about="hold"),
    "api/v1/programmes/": Address(reads("programmes")),
    "api/v1/quotes/": Address({"POST": "points:read"}),
    "api/v1/members/": Address(reads("members") | writes("members")),
    "api/v1/members/<int:pk>/": Address(reads("members"), about="member"),
    "api/v1/members/<int:pk>/entitlements/": Address(reads("members"), about="member"),
    "api/v1/members/<int:pk>/statement/": Address(reads("members"), about="member"),
    "api/v1/orders/": Address(reads("orders") | writes("orders")),
    "api/v1/orders/bulk/": Address(writes("orders")),
    "api/v1/orders/<int:pk>/": Address(
        reads("orders") | writes("orders", "PATCH"), about="order", of_one_shop=True
    ),
    "api/v1/orders/<int:pk>/events/": Address(writes("orders"), about="order", of_one_shop=True),
    "api/v1/orders/<int:pk>/returns/": Address(writes("orders"), about="order", of_one_shop=True),
    "api/v1/orders/<int:pk>/shipments/": Address(writes("orders"), about="order", of_one_shop=True),
    "api/v1/orders/<int:pk>/shipments/<int:shipment_id>/": Address(
        writes("orders", "PATCH"), about="order shipment", of_one_shop=True
    ),
    "api/v1/prices/": Address(reads("products")),
    "api/v1/products/": Address(reads("products") | writes("products")),
    "api/v1/products/bulk/": Address(writes("products")),
    "api/v1/products/<int:pk>/": Address(reads("products") | writes("products", "PATCH"), about="product"),
    "api/v1/redemptions/": Address(writes("points")),
    "api/v1/coupons/<str:code>/": Address(reads("rewards"), about="code"),
    "api/v1/coupons/<str:code>/redemptions/": Address(writes("rewards"), about="code"),
    "api/v1/coupons/<str:code>/redemptions/<int:use_id>/releases/": Address(
        writes("rewards"), about="code couponuse", of_one_shop=True
    ),
    "api/v1/referral-codes/": Address(writes("rewards")),
    "api/v1/referrals/": Address(reads("rewards") | writes("rewards")),
    "api/v1/rewards/": Address(reads("rewards")),
    "api/v1/rewards/<int:pk>/redemptions/": Address(writes("rewards"), about="reward"),
    "api/v1/rewards/<int:pk>/redemptions/<int:redemption_id>/cancellations/": Address(
        writes("rewards"), about="reward redemption"
    ),
    "api/v1/webhooks/": Address(reads("webhooks") | writes("webhooks")),
    "api/v1/webhooks/<int:pk>/": Address(
        reads("webhooks") | writes("webhooks", "PATCH") | writes("webhooks", "DELETE"),
        about="webhook",
        of_one_shop=True,
    ),
    "api/v1/webhooks/<int:pk>/deliveries/": Address(reads("webhooks"), about="webhook", of_one_shop=True),
    "api/v1/webhooks/<int:pk>/deliveries/<int:delivery_id>/": Address(
        reads("webhooks"), about="webhook webhookdelivery", of_one_shop=True
    ),
    "api/v1/webhooks/<int:pk>/deliveries/<int:delivery_id>/resends/": Address(
        writes("webhooks"), about="webhook webhookdelivery", of_one_shop=True
    ),
    "api/v1/webhooks/<int:pk>/pauses/": Address(writes("webhooks"), about="webhook", of_one_shop=True),
    "api/v1/webhooks/<int:pk>/resumptions/": Address(writes("webhooks"), about="webhook", of_one_shop=True),
    "api/v1/webhooks/<int:pk>/secret/": Address(
        writes("webhooks", "GET") | writes("webhooks"), about="webhook", of_one_shop=True
    ),
    "api/v1/webhooks/<int:pk>/stretches/": Address(writes("webhooks"), about="webhook", of_one_shop=True),
    "api/v1/webhooks/<int:pk>/tests/": Address(writes("webhooks"), about="webhook", of_one_shop=True),
    # The contract itself tells nobody's data.
    "api/v1/schema/": Address({"GET": OPEN}),
    "api/v1/docs/": Address({"GET": OPEN}),
    "api/": Address(),
    "api/<path:rest>": Address(about="word"),
}
