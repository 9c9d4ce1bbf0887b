"""What happened, who has heard of it, and what failed on the way."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet, Subquery
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from crm import relay
from crm.admin.keyset import ReadOnlyAdmin
from crm.admin.orders import link_to
from crm.colleagues import own_shops
from crm.models import FeedRow, ParkedEntry, ReactionCursor, TimelineEntry
from crm.templatetags.veren import when
from crm.words.wording import number


@admin.register(TimelineEntry)
class TimelineEntryAdmin(ReadOnlyAdmin):
    list_display = ("what", "person", "kind", "source", "occurred", "recorded")
    list_select_related = ("customer",)
    fields = (
        ("what", "person"),
        ("kind", "version", "channel", "direction"),
        ("source", "source_id"),
        ("occurred_at", "recorded_at", "is_history"),
        ("subject_type", "subject_id", "actor", "shop"),
        ("visibility", "language", "caused_by", "depth", "erased_at"),
        "payload",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[TimelineEntry]:
        return own_shops.entries_seen_by(request.user, super().get_queryset(request))

    @admin.display(description=_("what happened"))
    def what(self, entry: TimelineEntry) -> str:
        return entry.fact.aloud()[:200] or entry.kind

    @admin.display(description=_("customer"))
    def person(self, entry: TimelineEntry) -> SafeString | str:
        return link_to(entry.customer)

    @admin.display(description=_("happened"))
    def occurred(self, entry: TimelineEntry) -> SafeString | str:
        return when(entry.occurred_at)

    @admin.display(description=_("recorded"))
    def recorded(self, entry: TimelineEntry) -> SafeString | str:
        return when(entry.recorded_at)


@admin.register(ParkedEntry)
class ParkedEntryAdmin(ReadOnlyAdmin):
    """What reactions failed on. Those that wait behind a failure of the same customer have no error of their own."""

    list_display = ("reaction", "what", "person", "failure", "attempts", "since", "tries_again")
    list_select_related = ("entry", "customer")
    list_filter = ("reaction",)
    ordering = ("pk",)
    actions = ("replay",)
    fields = ("reaction", "what", "person", "error", "attempts", "parked_at", "next_try_at")

    @admin.action(description=_("Replay: try again now, counted from the first"), permissions=["replay"])
    def replay(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        chosen = relay.replay(list(queryset))
        text = ngettext(
            "%(count)s entry will be tried again within seconds.",
            "%(count)s entries will be tried again within seconds.",
            chosen,
        )
        messages.success(request, text % {"count": number(chosen)})

    def has_replay_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("crm.change_parkedentry")

    @admin.display(description=_("what happened"))
    def what(self, parked: ParkedEntry) -> str:
        return parked.entry.fact.aloud()[:120]

    @admin.display(description=_("customer"))
    def person(self, parked: ParkedEntry) -> SafeString | str:
        return link_to(parked.customer)

    @admin.display(description=_("what failed"))
    def failure(self, parked: ParkedEntry) -> str:
        return parked.error.split(" ← ")[0] or str(_("waits behind an earlier failure"))

    @admin.display(description=_("since"))
    def since(self, parked: ParkedEntry) -> SafeString | str:
        return when(parked.parked_at)

    @admin.display(description=_("next try"))
    def tries_again(self, parked: ParkedEntry) -> SafeString | str:
        return when(parked.next_try_at) or str(_("waits for somebody to replay it"))


@admin.register(ReactionCursor)
class ReactionCursorAdmin(ReadOnlyAdmin):
    list_display = ("reaction", "position_read", "behind", "moved")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        last = FeedRow.objects.order_by("-position").values("position")[:1]
        cursors: QuerySet[Any] = super().get_queryset(request).annotate(head=Subquery(last))
        return cursors

    @admin.display(description=_("has read to"))
    def position_read(self, cursor: ReactionCursor) -> str:
        return number(cursor.position)

    @admin.display(description=_("still to read"))
    def behind(self, cursor: Any) -> str:
        return number(max(0, (cursor.head or 0) - cursor.position))

    @admin.display(description=_("moved"))
    def moved(self, cursor: ReactionCursor) -> SafeString | str:
        return when(cursor.moved_at)
