from __future__ import annotations

from typing import Any

import factory

from crm.models import Shop, Webhook
from crm.webhooks import subscribing
from tests.factories.shops import NOON, ShopFactory


class WebhookFactory(factory.django.DjangoModelFactory):
    """An address of a shop's, told of everything from the beginning of the feed."""

    class Meta:
        model = Webhook

    shop = factory.SubFactory(ShopFactory)
    name = "The shop's own server"
    url = "https://shop.example/hooks"
    kinds = ()
    at = NOON

    @classmethod
    def _create(cls, model_class: Any, *args: Any, **told: Any) -> Webhook:
        shop: Shop = told.pop("shop")
        return subscribing.subscribe(shop=shop, **told)
