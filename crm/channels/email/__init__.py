"""E-mail. Read in this order: settings, channel; hooks (mail that a provider brings), composing and carriers (mail
that leaves), mailbox (mail that we fetch)."""

from crm.channels.email.channel import EmailChannel
from crm.channels.email.settings import EmailSettings

__all__ = ["EmailChannel", "EmailSettings"]
