from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.models import Named


class Category(models.TextChoices):
    """Where a ticket stands, whatever a company calls it. Fixed: clocks and figures hang on it."""

    NEW = "new", pgettext_lazy("ticket", "new")
    OPEN = "open", pgettext_lazy("ticket", "open")
    WAITING_CUSTOMER = "waiting_customer", _("waiting for the customer")
    WAITING_US = "waiting_us", _("waiting for us")
    RESOLVED = "resolved", _("resolved")
    CLOSED = "closed", _("closed")


AT_WORK = (Category.NEW, Category.OPEN, Category.WAITING_CUSTOMER, Category.WAITING_US)


class SubState(Named):
    """A company's own name for a part of a category: “with the courier”, “at the supplier”. May pause the clocks."""

    slug = models.SlugField(_("short name"), unique=True)
    category = models.CharField(_("state"), max_length=16, choices=Category)
    pauses_clocks = models.BooleanField(
        _("stops the clocks"), default=False, help_text=_("Nobody here can do anything meanwhile.")
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("sub-state")
        verbose_name_plural = _("sub-states")
        ordering = ["category", "position", "pk"]


class Topic(Named):
    """What tickets are about: by it they go to a team, and are counted."""

    slug = models.SlugField(_("short name"), unique=True)
    team = models.ForeignKey(
        "support.Team", models.SET_NULL, null=True, blank=True, related_name="topics", verbose_name=_("team")
    )
    skill = models.ForeignKey(
        "support.Skill",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("needs the skill"),
        help_text=_("By themselves tickets are given only to colleagues who have it."),
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_public = models.BooleanField(
        _("customers may choose it"), default=True, help_text=_("On the form where they ask.")
    )

    class Meta:
        verbose_name = _("topic")
        verbose_name_plural = _("topics")
        ordering = ["position", "pk"]


class Tag(models.Model):
    """A word of colleagues on tickets."""

    name = models.CharField(_("name"), max_length=40, unique=True)

    class Meta:
        verbose_name = _("tag")
        verbose_name_plural = _("tags")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
