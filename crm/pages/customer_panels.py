"""The parts of a customer's page that crm itself knows: how to reach them, what they bought, who looks after them."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.colleagues import own_shops
from crm.customer_page import Badge, Notice, Panel, Visit
from crm.messages.channel_names import channel_icon, channel_name
from crm.models import Address, CompanyPerson, CustomerWorth, Identity, Shipment
from crm.people.masking import masked
from crm.purchases.delivery_promises import verdict
from crm.words.wording import number

SHOWN = 5
SHOWN_IN_ORDER = ("phone", "email", "telegram", "viber", "chat", "card", "external")


def late_parcel(visit: Visit) -> Notice | None:
    """The parcel that should have been there longest ago."""
    awaited = Shipment.objects.filter(order__customer__in=visit.people).overdue(visit.today)
    seen = own_shops.seen_by(visit.reader, awaited, shop="order__shop")
    parcel = seen.select_related("order").order_by("promised_on").first()
    if parcel is None:
        return None
    late = verdict(promised_on=parcel.promised_on, delivered_on=None, today=visit.today)
    words = {"number": parcel.order.number, "late": late.aloud(visit.today)}
    return Notice(
        text=_("Order %(number)s has not arrived: %(late)s.") % words,
        mood="bad",
        url=reverse("admin:crm_order_change", args=[parcel.order_id]),
    )


def identities(visit: Visit) -> list[Badge]:
    """Masked, because others may see the screen; phones first, and a tick for what is verified."""
    order = {kind: position for position, kind in enumerate(SHOWN_IN_ORDER)}
    known = sorted(visit.identities, key=lambda identity: (order[identity.kind], identity.pk))
    return [_badge_of(identity) for identity in known]


def _badge_of(identity: Identity) -> Badge:
    value = masked(identity.kind, identity.value)
    if identity.kind == "card":
        value = _("Card %(number)s") % {"number": value}
    if identity.kind == "external":
        value = _("No. %(number)s in %(shop)s") % {"number": value, "shop": identity.namespace}
    if identity.kind in ("phone", "email") and identity.verified_at:
        return Badge(text=value, icon="check", mood="good")
    return Badge(text=value, icon=channel_icon(identity.kind))


def preferences(visit: Visit) -> list[Badge]:
    customer = visit.customer
    found = []
    if customer.preferred_channel:
        text = _("Prefers to be reached by: %(channel)s") % {
            "channel": channel_name(customer.preferred_channel)
        }
        found.append(Badge(text=text, mood="accent"))
    its: CustomerWorth | None = getattr(customer, "worth", None)
    if its is not None and its.learned_channel:
        text = ngettext(
            "Answers most by: %(channel)s (%(answers)s of %(sent)s message answered)",
            "Answers most by: %(channel)s (%(answers)s of %(sent)s messages answered)",
            its.learned_sent,
        ) % {
            "channel": channel_name(its.learned_channel),
            "answers": number(its.learned_answered),
            "sent": number(its.learned_sent),
        }
        found.append(Badge(text=text, icon=channel_icon(its.learned_channel)))
    if customer.language:
        language = dict(settings.LANGUAGES).get(customer.language, customer.language)
        found.append(Badge(text=_("Language: %(language)s") % {"language": language}, icon="chat"))
    return found


def orders(visit: Visit) -> Panel:
    return Panel(
        title=_("Orders"),
        template="crm/customer/_orders.html",
        context={"orders": visit.latest_orders},
        url=f"{reverse('admin:crm_order_changelist')}?customer__id__exact={visit.customer.pk}",
    )


def returns(visit: Visit) -> Panel | None:
    latest = list(visit.returns.order_by("-returned_at")[:SHOWN])
    if not latest:
        return None
    return Panel(title=_("Returns"), template="crm/customer/_returns.html", context={"returns": latest})


def looked_after_by(visit: Visit) -> Panel | None:
    customer = visit.customer
    if customer.account_manager is None and customer.deputy_manager is None:
        return None
    return Panel(title=_("Who looks after them"), template="crm/customer/_looked_after_by.html")


def companies(visit: Visit) -> Panel | None:
    roles = list(CompanyPerson.objects.filter(customer__in=visit.people).select_related("company")[:SHOWN])
    if not roles:
        return None
    return Panel(title=_("Company"), template="crm/customer/_companies.html", context={"roles": roles})


def addresses(visit: Visit) -> Panel | None:
    known = list(Address.objects.filter(customer__in=visit.people).order_by("-is_main", "pk")[:SHOWN])
    if not known:
        return None
    return Panel(title=_("Addresses"), template="crm/customer/_addresses.html", context={"addresses": known})
