from typing import Any

import factory

from crm.models import ChannelAccount
from tests.factories.shops import NOON, ShopFactory

SECRET = "kJ7pQ2xV9mN4wR8tZ3yB6"
SECRETS = {
    "telegram": {"token": "700123:AAHfiqksKZ8WmR2zSjiQ7_v", "webhook_secret": SECRET},
    "viber": {"token": "4453b6ac12ab9e02-bfa3ccd0f96fd8"},
    "sms": {"key": "gw-8Fh2LqPz71", "webhook_secret": SECRET},
    "phone": {"webhook_secret": SECRET},
    "chat": {"identity_secret": SECRET},
}


def settings_of(channel: str, url: str = "http://127.0.0.1:9") -> dict[str, Any]:
    """What an account needs whose provider answers under this address: by default nobody does."""
    return {
        "telegram": {"bot_name": "lipa_bot", "api_url": url},
        "viber": {"bot_uri": "lipa", "sender_name": "Липа", "api_url": url},
        "sms": {"url": f"{url}/sms/messages"},
        "phone": {"extensions": ["201=iva@lipa.example"]},
        "chat": {"sites": ["https://shop.example"]},
    }.get(channel, {})


class ChannelAccountFactory(factory.django.DjangoModelFactory):
    """An open account with the secrets that its provider knows too."""

    class Meta:
        model = ChannelAccount
        skip_postgeneration_save = True

    class Params:
        provider_url = "http://127.0.0.1:9"

    channel = "telegram"
    name = factory.LazyAttribute(lambda account: f"Lipa {account.channel}")
    shop = factory.SubFactory(ShopFactory)
    settings = factory.LazyAttribute(lambda account: settings_of(account.channel, account.provider_url))
    opened_at = NOON

    @factory.post_generation
    def known_secrets(self, create: bool, extracted: Any, **kwargs: Any) -> None:
        self.keep_secrets(SECRETS.get(self.channel, {}) if extracted is None else extracted)
        self.save()
