"""Opening hours and holidays: when what is due is counted."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from crm.admin.inlines import Inline, RowsFormSet
from crm.admin.keyset import KeysetAdmin
from crm.company import time_zones
from crm.words.wording import short_day
from support.models import Calendar, Holiday, WorkingInterval
from support.models.calendar import opening_hours
from support.timekeeping.business_time import NeverOpens, UnusableHours
from support.timekeeping.calendar_days import add_public_holidays, note_change

COUNTRIES = (("", _("none")), ("BG", _("of Bulgaria")), ("RU", _("of Russia")))
YEARS_AHEAD = 1


class CalendarForm(forms.ModelForm):  # type: ignore[type-arg]
    """`holidays_of`: whose public holidays to put in, for this year and the next."""

    holidays_of = forms.ChoiceField(
        label=_("Put in public holidays"),
        choices=COUNTRIES,
        required=False,
        help_text=_("Of this year and the next. Days that stand below already stay as they are."),
    )

    class Meta:
        model = Calendar
        fields = ("name", "time_zone", "position")
        widgets = {"time_zone": forms.Select(choices=[(zone, zone) for zone in time_zones()])}


class HoursFormSet(RowsFormSet):
    """Refuses a calendar that never opens, and hours of one day that overlap."""

    def clean(self) -> None:
        super().clean()
        if any(self.errors):
            return
        kept = [form.instance for form in self.forms if _is_kept(form)]
        try:
            opening_hours("UTC", kept, ())
        except NeverOpens as refused:
            raise ValidationError(_("Give at least one weekday its hours."), "never-opens") from refused
        except UnusableHours as refused:
            raise ValidationError(
                _("Hours of one day must not overlap, and end after they begin."), "overlap"
            ) from refused


class HoursInline(Inline):
    model = WorkingInterval
    formset = HoursFormSet
    formfield_overrides = {
        models.TimeField: {"widget": forms.TimeInput(attrs={"type": "time"}, format="%H:%M")}
    }


class HolidayInline(Inline):
    model = Holiday
    formfield_overrides = {
        models.DateField: {"widget": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}
    }


@admin.register(Calendar)
class CalendarAdmin(KeysetAdmin):
    form = CalendarForm
    list_display = ("name", "time_zone", "position", "next_holiday")
    list_prefetch_related = ("holidays",)
    ordering = ("position",)
    fields = ("name", "time_zone", "position", "holidays_of")
    inlines = (HoursInline, HolidayInline)

    @admin.display(description=_("next holiday"))
    def next_holiday(self, calendar: Calendar) -> str:
        today = timezone.localdate()
        coming = [day for day in calendar.holidays.all() if day.on >= today]
        return f"{short_day(coming[0].on, today)} {coming[0].name}".strip() if coming else ""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if country := form.cleaned_data.get("holidays_of"):
            year = timezone.localdate().year
            added = add_public_holidays(
                form.instance, country=country, years=range(year, year + YEARS_AHEAD + 1)
            )
            said = ngettext("%(count)s holiday was put in.", "%(count)s holidays were put in.", added)
            messages.success(request, said % {"count": added})
        note_change(form.instance, at=timezone.now())

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What clocks were counted by stays."""
        return False


def _is_kept(form: Any) -> bool:
    given: dict[str, Any] = getattr(form, "cleaned_data", {})
    return bool(given) and not given.get("DELETE")
