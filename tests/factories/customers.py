import factory

from crm.models import Customer, Identity
from crm.people.identity_kinds import IdentityKind
from tests.factories.shops import NOON


class CustomerFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Customer

    given_name = "Ирина"
    family_name = factory.Sequence(lambda n: f"Иванова {n}")
    language = "ru"
    created_at = NOON


class IdentityFactory(factory.django.DjangoModelFactory):
    """An e-mail that somebody typed; `verified=True` proves it."""

    class Meta:
        model = Identity

    class Params:
        verified = factory.Trait(verified_at=NOON, evidence=Identity.Evidence.CODE)
        external = factory.Trait(
            kind=IdentityKind.EXTERNAL, verified_at=NOON, evidence=Identity.Evidence.SHOP, value="c-1"
        )

    customer = factory.SubFactory(CustomerFactory)
    kind = IdentityKind.EMAIL
    value = factory.Sequence(lambda n: f"person-{n}@mail.example")
    added_at = NOON
