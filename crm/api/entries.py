"""What happened, as shops read it: one customer's timeline, and the feed of everything for a loss-free sync."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response

from crm import feed, history
from crm.api import fields
from crm.api.customers import customer_or_404
from crm.api.paging import bad_cursor
from crm.api.shapes import MOST_ON_A_PAGE, PAGE, NumberParameter, Query, View, show
from crm.api.views import ApiView, Operation
from crm.facts import Group
from crm.models import FeedRow, Shop, TimelineEntry

MOST_FROM_THE_FEED = 1000


class SubjectView(View):
    """What the entry is about."""

    type = fields.TextField(source="subject_type", help_text="For example crm.order.")
    id = fields.WholeField(source="subject_id", allow_null=True)


class EntryView(View):
    id = fields.WholeField()
    kind = fields.TextField()
    sentence = fields.TextField(
        source="fact.aloud", allow_blank=True, help_text="In the language of Accept-Language."
    )
    occurred_at = fields.MomentField()
    recorded_at = fields.MomentField()
    channel = fields.TextField(allow_blank=True)
    direction = fields.TextField(allow_blank=True)
    subject = SubjectView(source="*")
    payload = fields.ObjectField()
    is_history = fields.FlagField(help_text="Imported: it happened before this system was there.")


class TimelineView(View):
    items = EntryView(many=True, help_text="Newest first.")
    older = fields.TextField(allow_null=True, help_text="Where older entries go on.")
    newer = fields.TextField(allow_null=True, help_text="Where newer entries go on.")


class TimelineQuery(Query):
    older_than = fields.TextField(required=False, max_length=200, help_text="`older` of another page.")
    newer_than = fields.TextField(required=False, max_length=200, help_text="`newer` of another page.")
    at = fields.MomentField(required=False, help_text="Begin with the newest entry not after this moment.")
    group = fields.ChoiceField(choices=Group.values, required=False)
    kind = fields.TextField(required=False, max_length=60)
    channel = fields.TextField(required=False, max_length=20)
    limit = NumberParameter(required=False, default=PAGE, min_value=1, max_value=MOST_ON_A_PAGE)


ENTRY_EXAMPLE = {
    "id": 90,
    "kind": "crm.order_paid",
    "sentence": "Order LP-100234 paid: €10.80",
    "occurred_at": "2026-03-02T10:05:00Z",
    "recorded_at": "2026-03-02T10:05:01Z",
    "channel": "online",
    "direction": "",
    "subject": {"type": "crm.order", "id": 5},
    "payload": {"order_number": "LP-100234", "amount": "10.80", "currency": "EUR"},
    "is_history": False,
}


class Timeline(ApiView):
    operations = {
        "GET": Operation(
            summary="Read a customer's timeline",
            scope="customers:read",
            asks=TimelineQuery,
            gives=TimelineView,
            answer_example={"items": [ENTRY_EXAMPLE], "older": None, "newer": None},
        ),
    }

    def get(self, request: ApiRequest, pk: int) -> Response:
        customer = customer_or_404(self.shop, pk)
        entries = history.only(
            seen_by(self.shop, history.of(customer)),
            groups=self._wanted("group"),
            kinds=self._wanted("kind"),
            channels=self._wanted("channel"),
        )
        page = history.page(
            entries,
            older_than=self._place("older_than"),
            newer_than=self._place("newer_than"),
            at=self.asked.get("at"),
            limit=self.asked["limit"],
        )
        return Response(
            {
                "items": [show(EntryView, one) for one in page.entries],
                "older": str(page.older) if page.older else None,
                "newer": str(page.newer) if page.newer else None,
            }
        )

    def _wanted(self, parameter: str) -> list[str]:
        return [self.asked[parameter]] if parameter in self.asked else []

    def _place(self, parameter: str) -> history.Place | None:
        if parameter not in self.asked:
            return None
        try:
            return history.Place.parse(self.asked[parameter])
        except history.BadCursor as error:
            raise bad_cursor(parameter) from error


class FeedItemView(View):
    position = fields.WholeField()
    kind = fields.TextField(source="entry.kind")
    occurred_at = fields.MomentField(source="entry.occurred_at")
    recorded_at = fields.MomentField(source="entry.recorded_at")
    customer = fields.WholeField(source="entry.customer_id", allow_null=True)
    subject = SubjectView(source="entry")
    payload = fields.ObjectField(source="entry.payload")
    is_history = fields.FlagField(source="entry.is_history")


class FeedView(View):
    items = FeedItemView(many=True)
    after = fields.WholeField(help_text="Go on from here; the same as you asked when there is nothing new.")
    head = fields.WholeField(
        help_text="The last position there is: you are up to date when `after` has reached it."
    )


class FeedQuery(Query):
    after = NumberParameter(
        required=False, default=0, help_text="`after` of the answer before; 0 at the beginning."
    )
    limit = NumberParameter(required=False, default=PAGE, min_value=1, max_value=MOST_FROM_THE_FEED)


FEED_FIELDS = ("kind", "occurred_at", "recorded_at", "subject", "payload", "is_history")


class Feed(ApiView):
    operations = {
        "GET": Operation(
            summary="Read everything that happened, in order and without gaps",
            scope="feed:read",
            asks=FeedQuery,
            gives=FeedView,
            answer_example={
                "items": [
                    {
                        "position": 431,
                        "customer": 17,
                        **{name: ENTRY_EXAMPLE[name] for name in ENTRY_EXAMPLE if name in FEED_FIELDS},
                    }
                ],
                "after": 431,
                "head": 431,
            },
        ),
    }

    def get(self, request: ApiRequest) -> Response:
        """Positions are gapless for all shops together: those of others are passed over, never repeated."""
        after, limit = self.asked["after"], self.asked["limit"]
        head = feed.head()
        end = min(head, after + MOST_FROM_THE_FEED)
        rows = [] if end <= after else list(self._rows(after, end)[:limit])
        reached = rows[-1].position if len(rows) == limit else max(after, end)
        return Response({"items": [show(FeedItemView, one) for one in rows], "after": reached, "head": head})

    def _rows(self, after: int, end: int) -> QuerySet[FeedRow]:
        return feed.of_shop(self.shop.pk, feed.after(after, window=end - after))


def seen_by(shop: Shop, entries: QuerySet[TimelineEntry]) -> QuerySet[TimelineEntry]:
    """The shop's own entries and those of no shop; what only managers may see stays inside."""
    return entries.filter(Q(shop=shop) | Q(shop=None), visibility__in=feed.SEEN_BY_SHOPS)
