"""Moving in: the company, its first shop and its first administrator, made at once on an empty installation.

Empty means that nobody works here yet. From then on this door is shut for good.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.models import Group
from django.core import signing
from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from crm import logos
from crm.errors import Refusal
from crm.models import Installation, Shop, User

MOVING_IN = 7_210_030
SALT = "crm.installing"
LINK_WORKS_FOR = timedelta(hours=24)
ADMINISTRATOR = "administrator"


class AlreadySetUp(Refusal):
    code = "already-set-up"
    title = _("This installation is set up already. Sign in instead.")


@dataclass(frozen=True, kw_only=True)
class CompanyGiven:
    name: str
    currency: str
    time_zone: str
    languages: Sequence[str]
    logo: bytes = b""


@dataclass(frozen=True, kw_only=True)
class ShopGiven:
    name: str
    slug: str
    kind: str
    region: str


@dataclass(frozen=True, kw_only=True)
class AdministratorGiven:
    email: str
    name: str
    password: str
    language: str = ""


def is_empty() -> bool:
    """Whether nobody works here yet."""
    return not User.objects.filter(is_staff=True).exists()


@transaction.atomic
def install(
    *, company: CompanyGiven, shop: ShopGiven, administrator: AdministratorGiven, at: datetime
) -> User:
    """Set the house up, once; two at the same time take turns and the second is refused.

    Raises:
        AlreadySetUp: nothing is made.
        UnusableLogo: nothing is made.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [MOVING_IN])
    if not is_empty():
        raise AlreadySetUp
    Installation.objects.update_or_create(
        pk=Installation.THE_ONE,
        defaults={
            "name": company.name,
            "logo": company.logo,
            "logo_type": logos.type_of(company.logo) if company.logo else "",
            "currency": company.currency,
            "time_zone": company.time_zone,
            "languages": list(company.languages),
            "set_up_at": at,
        },
    )
    Shop.objects.create(
        slug=shop.slug,
        name=shop.name,
        kind=shop.kind,
        currency=company.currency,
        region=shop.region,
        time_zone=company.time_zone,
    )
    user = User.objects.create_user(
        administrator.email,
        administrator.password,
        name=administrator.name,
        language=administrator.language,
        is_staff=True,
    )
    user.groups.add(Group.objects.get(name=ADMINISTRATOR))
    return user


def link_token(*, at: datetime) -> str:
    """What the link to the setup carries from the console to a browser elsewhere; the first administrator ends it."""
    return signing.dumps({"until": (at + LINK_WORKS_FOR).timestamp()}, salt=SALT)


def is_link_token(token: str, *, at: datetime) -> bool:
    try:
        return at.timestamp() < float(signing.loads(token, salt=SALT)["until"])
    except signing.BadSignature:
        return False
