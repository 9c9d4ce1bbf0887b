"""Accounts of e-mail, and mails as customers write them."""

from email.message import EmailMessage
from typing import Any

from crm.models import ChannelAccount, Shop
from tests.factories.shops import NOON, ShopFactory

OURS = "help@lipa.example"
HERS = "maria@example.org"


def mailbox(address: str = OURS, *, secrets: dict[str, str] | None = None, **settings: Any) -> ChannelAccount:
    """The house's own mailbox; the shop that messages need is there too."""
    if not Shop.objects.exists():
        ShopFactory()
    account = ChannelAccount(
        channel="email", name="Lipa", address=address, settings=settings, is_main=False, opened_at=NOON
    )
    account.keep_secrets(secrets or {})
    account.save()
    return account


def mail(
    text: str = "Где моя посылка?",
    *,
    sender: str = f"Мария Иванова <{HERS}>",
    to: str = OURS,
    subject: str = "Заказ 7",
    html: str = "",
    number: str = "1@example.org",
    **headers: str,
) -> bytes:
    """Names of headers with _ for -, so that they can be written as arguments."""
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = sender, to, subject
    letter["Date"], letter["Message-ID"] = "Mon, 02 Mar 2026 13:30:00 +0200", f"<{number}>"
    for name, value in headers.items():
        letter[name.replace("_", "-")] = value
    letter.set_content(text)
    if html:
        letter.add_alternative(html, subtype="html")
    return bytes(letter)
