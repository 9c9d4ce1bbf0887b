"""Who answers customers, in which teams, when; and the words by which tickets are sorted."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.admin.keyset import KeysetAdmin
from crm.admin.named import NamedAdmin
from crm.models import User
from crm.templatetags.veren import when
from support.admin.policies import MOMENT
from support.colleagues import planning
from support.models import AgentProfile, Shift, ShiftPattern, Skill, SubState, Tag, Team, Topic

CHOOSE_MANY = {"widget": forms.CheckboxSelectMultiple}
HOUR = {"widget": forms.TimeInput(attrs={"type": "time"}, format="%H:%M")}
DAY = {"widget": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}


class OfColleagues:
    """Only those who work here are offered."""

    def formfield_for_foreignkey(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if db_field.related_model is User:
            kwargs["queryset"] = User.objects.filter(is_staff=True, is_active=True).order_by("name", "pk")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]


class DeskAdmin(NamedAdmin):
    """What tickets name is kept; its slug is what rules and macros know it by."""

    with_slug: ClassVar[tuple[str, ...]] = ()

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return (*self.names(), "slug", *self.with_slug)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("slug",) if obj else ()

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> dict[str, Any]:
        return {} if obj else {"slug": ("name_en",)}


@admin.register(Team)
class TeamAdmin(OfColleagues, DeskAdmin):
    list_display = ("called", "lead", "email", "answers_customers")
    list_select_related = ("lead",)
    with_slug = ("lead", "email", "answers_customers")


@admin.register(Skill)
class SkillAdmin(DeskAdmin):
    list_display = ("called", "slug")


@admin.register(Topic)
class TopicAdmin(DeskAdmin):
    list_display = ("called", "team", "skill", "is_public")
    list_select_related = ("team", "skill")
    ordering = ("position",)
    with_slug = ("team", "skill", "is_public", "position")


@admin.register(SubState)
class SubStateAdmin(DeskAdmin):
    list_display = ("called", "category", "pauses_clocks")
    list_filter = ("category",)
    with_slug = ("category", "pauses_clocks", "position")


@admin.register(Tag)
class TagAdmin(KeysetAdmin):
    list_display = ("name",)
    search_fields = ("name__icontains",)
    fields = ("name",)


@admin.register(AgentProfile)
class AgentAdmin(OfColleagues, KeysetAdmin):
    list_display = ("user", "in_teams", "capacity")
    list_filter = ("teams",)
    list_select_related = ("user",)
    list_prefetch_related = ("teams",)
    fields = ("user", "teams", "skills", "languages", "capacity", "signature")
    formfield_overrides: ClassVar[dict[Any, Any]] = {models.ManyToManyField: CHOOSE_MANY}

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("user",) if obj else ()

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "languages":
            return forms.MultipleChoiceField(
                label=db_field.verbose_name,
                help_text=db_field.help_text,
                choices=db_field.base_field.choices,
                required=False,
                widget=forms.CheckboxSelectMultiple,
            )
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    @admin.display(description=_("teams"))
    def in_teams(self, profile: AgentProfile) -> str:
        return ", ".join(str(team) for team in profile.teams.all())


@admin.register(Shift)
class ShiftAdmin(OfColleagues, KeysetAdmin):
    """Shifts are planned here; what is over is no longer changed."""

    list_display = ("agent", "starts", "ends", "left")
    list_filter = ("agent",)
    list_select_related = ("agent",)
    fields = ("agent", "starts_at", "ends_at", "away_since", "left_at")
    readonly_fields = ("away_since", "left_at")
    formfield_overrides: ClassVar[dict[Any, Any]] = {models.DateTimeField: MOMENT}

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and not self._is_over(obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and not self._is_over(obj)

    def _is_over(self, shift: Shift | None) -> bool:
        return shift is not None and (shift.left_at is not None or shift.ends_at <= timezone.now())

    def save_model(self, request: HttpRequest, obj: Shift, form: Any, change: bool) -> None:
        """A day that is changed by hand belongs to no pattern any more: the pattern's end leaves it alone."""
        obj.pattern = None
        super().save_model(request, obj, form, change)

    @admin.display(description=pgettext_lazy("of a shift", "from"))
    def starts(self, shift: Shift) -> SafeString | str:
        return when(shift.starts_at)

    @admin.display(description=pgettext_lazy("of a shift", "until"))
    def ends(self, shift: Shift) -> SafeString | str:
        return when(shift.ends_at)

    @admin.display(description=_("ended early"))
    def left(self, shift: Shift) -> SafeString | str:
        return when(shift.left_at) if shift.left_at else ""


@admin.register(ShiftPattern)
class ShiftPatternAdmin(OfColleagues, KeysetAdmin):
    """Shifts that come every week. One day is changed among the shifts; other hours are another pattern."""

    list_display = ("agent", "weekday", "begins", "ends", "since", "until")
    list_filter = ("agent", "weekday")
    list_select_related = ("agent",)
    fields = ("agent", "weekday", "begins", "ends", "since", "until")
    formfield_overrides: ClassVar[dict[Any, Any]] = {models.TimeField: HOUR, models.DateField: DAY}

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("agent", "weekday", "begins", "ends", "since") if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: ShiftPattern, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if obj.until:
            planning.end(obj, until=obj.until, at=timezone.now())
        planning.plan_one(obj, at=timezone.now())
