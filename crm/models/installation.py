from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _


class Installation(models.Model):
    """The company that lives here: one row. What it says of itself stands on every page that customers see."""

    class HistoricValue(models.TextChoices):
        REVENUE = "revenue", _("net revenue")
        MARGIN = "margin", _("margin: net revenue less the cost of the goods")

    THE_ONE = 1

    id = models.PositiveSmallIntegerField(primary_key=True, default=THE_ONE, editable=False)
    name = models.CharField(_("name"), max_length=100, help_text=_("As customers know you."))
    # In the database and not in a folder: one backup holds everything, and no second place needs to be served.
    logo = models.BinaryField(_("logo"), blank=True, default=b"")
    logo_type = models.CharField(max_length=20, blank=True, editable=False)
    currency = models.CharField(_("currency"), max_length=3, default="EUR")
    time_zone = models.CharField(_("time zone"), max_length=50, default="UTC")
    languages = ArrayField(
        models.CharField(max_length=5, choices=settings.LANGUAGES),
        verbose_name=_("languages of your customers"),
    )
    quiet_from_hour = models.PositiveSmallIntegerField(
        _("quiet from this hour"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(23)],
        help_text=_(
            "From then on nothing that can wait wakes a customer, on their own clock. Empty: as installed."
        ),
    )
    quiet_until_hour = models.PositiveSmallIntegerField(
        _("quiet until this hour"), null=True, blank=True, validators=[MaxValueValidator(23)]
    )
    advertising_per_week = models.PositiveSmallIntegerField(
        _("advertising, messages a week"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(50)],
        help_text=_("Nobody gets more in seven days, on all channels together. Empty: as installed."),
    )
    lost_after_days = models.PositiveSmallIntegerField(
        _("lost after so many days"),
        null=True,
        blank=True,
        validators=[MinValueValidator(7), MaxValueValidator(1095)],
        help_text=_(
            "Whoever bought nothing for so long counts as lost, in every figure about it. Empty: as installed."
        ),
    )
    ask_again_after_days = models.PositiveSmallIntegerField(
        _("surveys: asked again after so many days"),
        null=True,
        blank=True,
        validators=[MinValueValidator(7), MaxValueValidator(365)],
        help_text=_(
            "So long nobody is asked again how something went, whatever happened meanwhile. Empty: as installed."
        ),
    )
    ask_about_us_after_days = models.PositiveSmallIntegerField(
        _("surveys: asked about you as a whole again after so many days"),
        null=True,
        blank=True,
        validators=[MinValueValidator(30), MaxValueValidator(730)],
        help_text=_("So long nobody is asked again whether they would recommend you. Empty: as installed."),
    )
    campaign_people_alone = models.PositiveIntegerField(
        _("campaigns: people without a second person"),
        null=True,
        blank=True,
        help_text=_("A campaign for more people starts once a second person agrees. Empty: as installed."),
    )
    campaign_amount_alone = models.DecimalField(
        _("campaigns: cost without a second person"),
        max_digits=14,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text=_("A campaign that may cost more starts once a second person agrees. Empty: as installed."),
    )
    historic_value = models.CharField(
        _("what a customer has brought so far"),
        max_length=7,
        choices=HistoricValue,
        default=HistoricValue.REVENUE,
        db_default=HistoricValue.REVENUE,
        help_text=_("Margin: of customers for whom the cost of everything they bought is known."),
    )
    set_up_at = models.DateTimeField(_("set up"))

    class Meta:
        verbose_name = _("company")
        verbose_name_plural = _("company")
        default_permissions = ("view", "change")
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="installation_is_one_company"),
            models.CheckConstraint(
                condition=models.Q(currency__regex=r"^[A-Z]{3}$"), name="installation_currency_is_iso_4217"
            ),
            models.CheckConstraint(
                condition=(
                    models.Q(ask_again_after_days=None) | models.Q(ask_again_after_days__range=(7, 365))
                )
                & (
                    models.Q(ask_about_us_after_days=None)
                    | models.Q(ask_about_us_after_days__range=(30, 730))
                ),
                name="nobody_is_asked_all_the_time",
            ),
            models.CheckConstraint(
                condition=models.Q(logo=b"", logo_type="") | ~models.Q(logo=b"") & ~models.Q(logo_type=""),
                name="logo_comes_with_its_type",
            ),
            models.CheckConstraint(
                condition=models.Q(quiet_from_hour=None, quiet_until_hour=None)
                | models.Q(quiet_from_hour__isnull=False, quiet_until_hour__isnull=False)
                & models.Q(quiet_from_hour__lte=23, quiet_until_hour__lte=23),
                name="quiet_hours_have_two_ends",
                violation_error_message=_(
                    "Say from which hour until which it is quiet, or leave both empty."
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.name
