"""What a mailbox needs to know of its servers and providers."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from crm.channels.email.providers import PROVIDERS
from crm.errors import Fault
from crm.typed_settings import Settings

HOUSE = "house"
SMTP = "smtp"
SECURITIES = ("tls", "starttls", "none")
THIS_MACHINE = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, kw_only=True)
class EmailSettings(Settings):
    """`sends_by`: `house` (as this installation sends its own mail), `smtp`, or the name of a provider.

    `hooks_of`: the provider that brings mail to our address; with `imap_host` we fetch it ourselves.
    `verifier`: the name in the Authentication-Results of the server that receives our mail; without it nobody's
    address is proved by writing to us. `acknowledges`: the house tells by itself that a message arrived.
    """

    sends_by: str = HOUSE
    sender_name: str | None = None
    smtp_host: str | None = None
    smtp_port: int = 587
    smtp_security: str = "starttls"
    smtp_user: str | None = None
    provider_url: str | None = None
    provider_domain: str | None = None
    imap_host: str | None = None
    imap_port: int = 993
    imap_security: str = "tls"
    imap_user: str | None = None
    imap_folder: str = "INBOX"
    hooks_of: str | None = None
    verifier: str | None = None
    acknowledges: bool = False

    def faults(self) -> list[Fault]:
        found = []
        if self.sends_by not in (HOUSE, SMTP, *PROVIDERS):
            found.append(Fault(pointer="/sends_by", detail=_("We do not know how to send by this.")))
        if self.sends_by == SMTP and not self.smtp_host:
            found.append(Fault(pointer="/smtp_host", detail=_("Name the SMTP server.")))
        if self.hooks_of is not None and self.hooks_of not in PROVIDERS:
            found.append(Fault(pointer="/hooks_of", detail=_("We do not know this provider.")))
        return [*found, *self._open_lines()]

    def _open_lines(self) -> list[Fault]:
        """A password is told to nobody on the way."""
        found = []
        for line, host, security, user in (
            ("smtp", self.smtp_host, self.smtp_security, self.smtp_user),
            ("imap", self.imap_host, self.imap_security, self.imap_user),
        ):
            if security not in SECURITIES:
                found.append(
                    Fault(pointer=f"/{line}_security", detail=_("Choose “tls”, “starttls” or “none”."))
                )
            elif security == "none" and user and host not in THIS_MACHINE:
                found.append(
                    Fault(
                        pointer=f"/{line}_security",
                        detail=_("A password needs an encrypted line: choose “tls”."),
                    )
                )
        return found
