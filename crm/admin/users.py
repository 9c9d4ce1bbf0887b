from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm
from django.contrib.auth.models import Group
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from crm.admin.keyset import KeysetAdmin
from crm.models import User


class ColleagueForm(AdminUserCreationForm):  # type: ignore[type-arg]
    class Meta:
        model = User
        fields = ("email", "name")
        field_classes: dict[str, Any] = {}


class HasRole(admin.SimpleListFilter):
    """Roles under the names that people know them by."""

    title = _("role")
    parameter_name = "role"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        names = role_names()
        groups = Group.objects.order_by("pk").values_list("pk", "name")
        return [(str(pk), names.get(name, name)) for pk, name in groups]

    def queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> QuerySet[User]:
        chosen = self.value() or ""
        return queryset.filter(groups=int(chosen)) if chosen.isdecimal() and len(chosen) < 10 else queryset


@admin.register(User)
class ColleagueAdmin(KeysetAdmin, UserAdmin):  # type: ignore[type-arg]
    """Those who work here. Customers who can sign in are not shown: they stand on their own page."""

    add_form = ColleagueForm
    list_display = ("name", "email", "roles", "is_active")
    list_filter = ("is_active", HasRole)
    list_prefetch_related = ("groups",)
    search_fields = ("name__icontains", "email__icontains")
    filter_horizontal = ()
    formfield_overrides: ClassVar[dict[Any, Any]] = {
        models.ManyToManyField: {"widget": forms.CheckboxSelectMultiple}
    }
    ordering = ("-pk",)
    readonly_fields = ("last_login", "joined_at")
    fieldsets = (
        (None, {"fields": ("email", "password")}),
        (_("Person"), {"fields": ("name", "language")}),
        (
            _("What they may do"),
            {"fields": ("is_active", "is_staff", "is_superuser", "groups", "shops")},
        ),
        (_("Dates"), {"fields": ("last_login", "joined_at")}),
    )
    add_fieldsets = (
        (
            None,
            {"classes": ("wide",), "fields": ("email", "name", "usable_password", "password1", "password2")},
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).filter(customer=None)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody is deleted: what they wrote stays theirs. Whoever leaves may no longer sign in."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only those who may do everything touch others who may."""
        if obj is not None and obj.is_superuser and not request.user.is_superuser:
            return False
        return super().has_change_permission(request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        mine = () if request.user.is_superuser else ("is_superuser",)
        return (*super().get_readonly_fields(request, obj), *mine)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field: Any = super().formfield_for_manytomany(db_field, request, **kwargs)
        names = role_names()
        if field is not None and db_field.name == "groups":
            field.help_text = ""
            field.label_from_instance = lambda group: names.get(group.name, group.name)
        return field

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        if not change:
            obj.is_staff = True
        super().save_model(request, obj, form, change)

    @admin.display(description=_("roles"))
    def roles(self, user: User) -> str:
        if user.is_superuser:
            return str(_("may do everything"))
        names = role_names()
        return ", ".join(str(names.get(group.name, group.name)) for group in user.groups.all())


def role_names() -> Mapping[str, Any]:
    """What roles are called: see config.roles."""
    names: Mapping[str, Any] = import_module(settings.ROLES).NAMES
    return names
