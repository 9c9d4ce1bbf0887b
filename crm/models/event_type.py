from django.db import models
from django.utils.translation import gettext_lazy as _


class EventType(models.Model):
    """A kind of fact that a shop states in its own words, with the shape its data must have."""

    shop = models.ForeignKey("crm.Shop", models.CASCADE, related_name="event_types", verbose_name=_("shop"))
    name = models.SlugField(_("name"), max_length=60, help_text=_("For example: course-finished"))
    label_en = models.CharField(_("how it reads in English"), max_length=120)
    label_ru = models.CharField(_("how it reads in Russian"), max_length=120, blank=True)
    label_bg = models.CharField(_("how it reads in Bulgarian"), max_length=120, blank=True)
    data_schema = models.JSONField(_("JSON Schema of its data"), default=dict, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("event of a shop")
        verbose_name_plural = _("events of shops")
        constraints = [models.UniqueConstraint("shop", "name", name="event_type_named_once_per_shop")]

    def __str__(self) -> str:
        return self.name
