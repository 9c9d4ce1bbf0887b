"""What was changed in people and in the configuration, by whom. Triggers fill these tables, so that a bulk change and
bare SQL are recorded too.

A row holds what stood *before* a change: the state after it is the next row's, or the record's own. New people are no
change (the timeline tells of them), so that millions can be imported without a second copy.
"""

from __future__ import annotations

from typing import Any

import pghistory
from django.contrib.auth.models import Group

from crm.models.address import Address
from crm.models.api_key import ApiKey
from crm.models.company import Company, CompanyPerson
from crm.models.customer import Customer
from crm.models.event_type import EventType
from crm.models.identity import Identity
from crm.models.installation import Installation
from crm.models.segment import Segment
from crm.models.shop import Shop
from crm.models.user import User
from crm.models.webhook import Webhook


def _record() -> pghistory.ObjForeignKey:
    """Nothing leads from a record to its changes but crm.audit."""
    return pghistory.ObjForeignKey(related_name="+")


def _changes() -> tuple[Any, ...]:
    return (pghistory.UpdateEvent(row=pghistory.Old), pghistory.DeleteEvent())


def _all() -> tuple[Any, ...]:
    return (pghistory.InsertEvent(), *_changes())


class CustomerChange(
    pghistory.create_event_model(  # type: ignore[misc]
        Customer,
        *_changes(),
        fields=[
            *("family_name", "given_name", "patronymic", "birthday", "language", "time_zone"),
            *("preferred_channel", "account_manager", "deputy_manager", "merged_into"),
        ],
        obj_field=_record(),
        model_name="BaseCustomerChange",
    )
):
    append_only = True

    class Meta:
        default_permissions = ("view",)


class IdentityChange(
    pghistory.create_event_model(  # type: ignore[misc]
        Identity,
        *_changes(),
        fields=["customer", "kind", "namespace", "value", "evidence", "verified_at"],
        obj_field=_record(),
        model_name="BaseIdentityChange",
    )
):
    append_only = True

    class Meta:
        default_permissions = ()


class AddressChange(
    pghistory.create_event_model(  # type: ignore[misc]
        Address, *_changes(), obj_field=_record(), model_name="BaseAddressChange"
    )
):
    append_only = True

    class Meta:
        default_permissions = ()


class CompanyChange(
    pghistory.create_event_model(  # type: ignore[misc]
        Company, *_changes(), obj_field=_record(), model_name="BaseCompanyChange"
    )
):
    append_only = True

    class Meta:
        default_permissions = ()


class CompanyPersonChange(
    pghistory.create_event_model(  # type: ignore[misc]
        CompanyPerson, *_changes(), obj_field=_record(), model_name="BaseCompanyPersonChange"
    )
):
    append_only = True

    class Meta:
        default_permissions = ()


class InstallationChange(
    pghistory.create_event_model(  # type: ignore[misc]
        Installation,
        *_changes(),
        fields=["name", "logo_type", "currency", "time_zone", "languages"],
        obj_field=_record(),
        model_name="BaseInstallationChange",
    )
):
    append_only = True

    class Meta:
        default_permissions = ()


class ShopChange(
    pghistory.create_event_model(  # type: ignore[misc]
        Shop, *_all(), obj_field=_record(), model_name="BaseShopChange"
    )
):
    append_only = True

    class Meta:
        default_permissions = ()


class ApiKeyChange(
    pghistory.create_event_model(  # type: ignore[misc]
        ApiKey,
        *_all(),
        fields=[
            *("shop", "name", "prefix", "scopes", "expires_at", "revoked_at"),
            *("reads_per_minute", "writes_per_minute"),
        ],
        obj_field=_record(),
        model_name="BaseApiKeyChange",
    )
):
    append_only = True

    class Meta:
        default_permissions = ()


class WebhookChange(
    pghistory.create_event_model(  # type: ignore[misc]
        Webhook,
        *_all(),
        # Which secret signs is never kept twice: that it changed is seen by the end of the former one.
        fields=[
            *("shop", "name", "url", "kinds", "former_until", "paused_at", "paused_by"),
            *("disabled_at", "disabled_why", "closed_at"),
        ],
        obj_field=_record(),
        model_name="BaseWebhookChange",
    )
):
    append_only = True

    class Meta:
        default_permissions = ()


class EventTypeChange(
    pghistory.create_event_model(  # type: ignore[misc]
        EventType, *_all(), obj_field=_record(), model_name="BaseEventTypeChange"
    )
):
    append_only = True

    class Meta:
        default_permissions = ()


class SegmentChange(
    pghistory.create_event_model(  # type: ignore[misc]
        Segment,
        *_all(),
        fields=["name", "note", "conditions", "owner", "shared_at", "version", "archived_at"],
        obj_field=_record(),
        model_name="BaseSegmentChange",
    )
):
    append_only = True

    class Meta:
        default_permissions = ()


class UserChange(
    pghistory.create_event_model(  # type: ignore[misc]
        User,
        *_all(),
        fields=["email", "name", "is_staff", "is_superuser", "is_active"],
        obj_field=_record(),
        model_name="BaseUserChange",
    )
):
    append_only = True

    class Meta:
        default_permissions = ()


class Role(Group):
    class Meta:
        proxy = True
        default_permissions = ()


class RoleChange(
    pghistory.create_event_model(  # type: ignore[misc]
        Role, *_all(), obj_field=_record(), model_name="BaseRoleChange", app_label="crm"
    )
):
    append_only = True

    class Meta:
        default_permissions = ()


class RoleOfUser(User.groups.through):  # type: ignore[misc, name-defined]
    class Meta:
        proxy = True
        default_permissions = ()


class RoleOfUserChange(
    pghistory.create_event_model(  # type: ignore[misc]
        RoleOfUser,
        pghistory.InsertEvent(),
        pghistory.DeleteEvent(),
        model_name="BaseRoleOfUserChange",
        obj_field=None,
    )
):
    append_only = True

    class Meta:
        default_permissions = ()


class ShopOfUser(User.shops.through):  # type: ignore[misc, name-defined]
    class Meta:
        proxy = True
        default_permissions = ()


class ShopOfUserChange(
    pghistory.create_event_model(  # type: ignore[misc]
        ShopOfUser,
        pghistory.InsertEvent(),
        pghistory.DeleteEvent(),
        model_name="BaseShopOfUserChange",
        obj_field=None,
    )
):
    append_only = True

    class Meta:
        default_permissions = ()


class PermissionOfRole(Group.permissions.through):  # type: ignore[misc, name-defined]
    class Meta:
        proxy = True
        default_permissions = ()


class PermissionOfRoleChange(
    pghistory.create_event_model(  # type: ignore[misc]
        PermissionOfRole,
        pghistory.InsertEvent(),
        pghistory.DeleteEvent(),
        model_name="BasePermissionOfRoleChange",
        app_label="crm",
        obj_field=None,
    )
):
    append_only = True

    class Meta:
        default_permissions = ()
