from __future__ import annotations

from collections.abc import Iterable
from datetime import date, time
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.company import time_zones
from support.timekeeping.business_time import Hours, OpeningHours, UnusableHours
from support.timekeeping.opening_times import read_times


def known_zone(name: str) -> None:
    if name not in time_zones():
        raise ValidationError(_("There is no such time zone. An example: Europe/Sofia."), "unknown")


def usable_times(text: str) -> None:
    try:
        read_times(text)
    except UnusableHours as unusable:
        raise ValidationError(_("Write hours like 10:00–14:00, 15:00–17:00."), "unusable") from unusable


class CalendarQuerySet(models.QuerySet["Calendar"]):
    def whole(self) -> CalendarQuerySet:
        """With everything `hours` reads."""
        return self.prefetch_related("intervals", "holidays")


class Calendar(models.Model):
    """When colleagues are there to answer. What is due is counted in its open time only."""

    name = models.CharField(pgettext_lazy("of a thing", "name"), max_length=100, unique=True)
    time_zone = models.CharField(
        _("time zone"), max_length=50, default="Europe/Sofia", validators=[known_zone]
    )
    position = models.PositiveSmallIntegerField(
        _("number in the order"),
        default=0,
        help_text=_("The first calendar counts wherever no promise of service names another."),
    )
    changed_at = models.DateTimeField(
        null=True,
        editable=False,
        help_text="Until what runs by it was counted anew: see support.timekeeping.calendar_days.",
    )

    objects = CalendarQuerySet.as_manager()

    class Meta:
        verbose_name = _("calendar of opening hours")
        verbose_name_plural = _("calendars of opening hours")
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.name

    def hours(self) -> OpeningHours:
        """For support.timekeeping.business_time. Two queries, none after `whole()`.

        Raises:
            NeverOpens: no weekday has hours.
            UnusableHours: hours of one day overlap.
        """
        return opening_hours(self.time_zone, self.intervals.all(), self.holidays.all())


class WorkingInterval(models.Model):
    """Open hours of a weekday; there may be several."""

    class Weekday(models.IntegerChoices):
        MONDAY = 0, _("Monday")
        TUESDAY = 1, _("Tuesday")
        WEDNESDAY = 2, _("Wednesday")
        THURSDAY = 3, _("Thursday")
        FRIDAY = 4, _("Friday")
        SATURDAY = 5, _("Saturday")
        SUNDAY = 6, _("Sunday")

    calendar = models.ForeignKey(
        Calendar, models.CASCADE, related_name="intervals", verbose_name=_("calendar of opening hours")
    )
    weekday = models.PositiveSmallIntegerField(_("weekday"), choices=Weekday)
    opens = models.TimeField(_("opens"))
    closes = models.TimeField(_("closes"), help_text=_("00:00 is the end of the day."))

    class Meta:
        verbose_name = _("opening hours")
        verbose_name_plural = _("opening hours")
        ordering = ["weekday", "opens"]
        constraints = [
            models.UniqueConstraint("calendar", "weekday", "opens", name="hours_begin_once"),
            models.CheckConstraint(
                condition=Q(closes=time(0)) | Q(closes__gt=F("opens")),
                name="hours_end_after_they_begin",
                violation_error_message=_("Hours end after they begin. A night is two rows, on two days."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.opens:%H:%M}–{self.closes:%H:%M}"


class Holiday(models.Model):
    """A day that differs from its weekday: closed, or open at hours of its own."""

    calendar = models.ForeignKey(
        Calendar, models.CASCADE, related_name="holidays", verbose_name=_("calendar of opening hours")
    )
    on = models.DateField(_("day"))
    name = models.CharField(pgettext_lazy("of a thing", "name"), max_length=100, blank=True)
    times = models.CharField(
        _("open at"),
        max_length=100,
        blank=True,
        validators=[usable_times],
        help_text=_("Hours like 10:00–14:00, 15:00–17:00. Empty: closed."),
    )

    class Meta:
        verbose_name = _("holiday or short day")
        verbose_name_plural = _("holidays and short days")
        ordering = ["on"]
        constraints = [models.UniqueConstraint("calendar", "on", name="holiday_once_in_a_calendar")]

    def __str__(self) -> str:
        return f"{self.on} {self.name}".strip()


def opening_hours(
    time_zone: str, intervals: Iterable[WorkingInterval], holidays: Iterable[Holiday]
) -> OpeningHours:
    """Rows, saved or not, as support.timekeeping.business_time reads them; refusals as in `Calendar.hours`."""
    week: list[list[Hours]] = [[] for _weekday in WorkingInterval.Weekday]
    for its in intervals:
        week[its.weekday].append(Hours(its.opens, its.closes))
    exceptions: dict[date, tuple[Hours, ...]] = {its.on: read_times(its.times) for its in holidays}
    return OpeningHours(
        zone=ZoneInfo(time_zone), week=[sorted(hours) for hours in week], exceptions=exceptions
    )
