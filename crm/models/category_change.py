from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.worth.categories import Category


class CategoryChange(models.Model):
    """A customer came to a category with the count of the day `as_of`: so it holds from the day after.

    The log of crm.worth.judging, so that figures can say who somebody was when something happened. Never rewritten.
    """

    append_only = True

    customer = models.ForeignKey(
        "crm.Customer", models.DO_NOTHING, related_name="category_changes", db_index=False
    )
    before = models.CharField(_("category before"), max_length=10, choices=Category, blank=True)
    after = models.CharField(_("category"), max_length=10, choices=Category, blank=True)
    as_of = models.DateField(_("with the count of the day"))
    recorded_at = models.DateTimeField(_("recorded"))

    class Meta:
        verbose_name = _("change of category")
        verbose_name_plural = _("changes of category")
        default_permissions = ("view",)
        indexes = [
            models.Index(fields=["customer", "-as_of", "-id"], name="categories_of_a_customer"),
        ]

    def __str__(self) -> str:
        return f"{self.before} → {self.after}"
