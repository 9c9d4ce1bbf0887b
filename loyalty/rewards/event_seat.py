from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.words.wording import said
from loyalty.rewards.base import Benefit, RewardKind, RewardSettings, setting
from loyalty.rewards.carts import Cart


@dataclass(frozen=True, kw_only=True)
class EventSeatSettings(RewardSettings):
    event: str = field(
        metadata=setting(_("Event"), hint=_("As customers should read it, such as “Evening of white teas”."))
    )
    starts_at: datetime = field(metadata=setting(_("Starts")))
    place: str = field(metadata=setting(_("Place")))


class EventSeat(RewardKind[EventSeatSettings]):
    """A seat; how many there are is the reward's stock. Worth nothing once the event has begun."""

    name = "event_seat"
    label = _("Seat at an event")
    needs_code = True
    Settings = EventSeatSettings

    def benefit(self, settings: EventSeatSettings, cart: Cart) -> Benefit:
        return Benefit(hands_over=settings.event)

    def over_since(self, settings: EventSeatSettings) -> datetime | None:
        return settings.starts_at

    def aloud(self, settings: EventSeatSettings, currency: str) -> str:
        return gettext("A seat at “{event}”, {starts_at}, {place}").format(
            event=settings.event, starts_at=said(settings.starts_at), place=settings.place
        )
