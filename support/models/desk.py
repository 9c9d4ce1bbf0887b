from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.models import Named


class Skill(Named):
    """What some colleagues can do and others cannot: wholesale, returns, allergies."""

    slug = models.SlugField(_("short name"), unique=True)

    class Meta:
        verbose_name = _("skill")
        verbose_name_plural = _("skills")
        ordering = ["slug"]


class Team(Named):
    """Colleagues who answer together; a department that only helps others answer is one too."""

    slug = models.SlugField(_("short name"), unique=True)
    lead = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("team lead"),
    )
    email = models.EmailField(
        _("e-mail"), blank=True, help_text=_("Where side conversations with this department go.")
    )
    answers_customers = models.BooleanField(_("answers customers"), default=True)

    class Meta:
        verbose_name = _("team")
        verbose_name_plural = _("teams")
        ordering = ["slug"]


class AgentProfile(models.Model):
    """What the desk knows of a colleague who answers customers."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="agent_profile", verbose_name=_("colleague")
    )
    teams = models.ManyToManyField(Team, blank=True, related_name="agents", verbose_name=_("teams"))
    skills = models.ManyToManyField(Skill, blank=True, related_name="agents", verbose_name=_("skills"))
    languages = ArrayField(
        models.CharField(max_length=5, choices=settings.LANGUAGES),
        default=list,
        blank=True,
        verbose_name=_("languages"),
        help_text=_("In which they answer. Empty: in all."),
    )
    capacity = models.PositiveSmallIntegerField(
        _("capacity"),
        default=10,
        validators=[MinValueValidator(0), MaxValueValidator(500)],
        help_text=_("As many open tickets are given to them by themselves."),
    )
    signature = models.CharField(_("signature"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("agent")
        verbose_name_plural = _("agents")

    def __str__(self) -> str:
        return str(self.user)
