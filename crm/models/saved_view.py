from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class SavedView(models.Model):
    """A name for an address of a list: what it is narrowed to, how it is sorted, and which columns it shows.

    Its owner sees it; once shared, so does everybody who may open the list. It opens nothing by itself: the list asks
    for its permission as ever.
    """

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="saved_views")
    list_name = models.CharField(_("list"), max_length=80, help_text=_("The model, as app.model."))
    name = models.CharField(_("name"), max_length=60)
    query = models.CharField(_("address"), max_length=1000, blank=True)
    saved_at = models.DateTimeField(_("saved"))
    shared_at = models.DateTimeField(_("shared"), null=True, blank=True)

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        default_permissions = ()
        permissions = [("export_list", _("Can take lists out as a file"))]
        constraints = [
            models.UniqueConstraint("owner", "list_name", "name", name="view_named_once_per_list_and_owner"),
            models.CheckConstraint(condition=~Q(name=""), name="saved_view_has_a_name"),
        ]
        indexes = [
            models.Index("list_name", condition=Q(shared_at__isnull=False), name="shared_views_of_a_list")
        ]

    def __str__(self) -> str:
        return self.name
