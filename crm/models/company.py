from django.db import models
from django.utils.translation import gettext_lazy as _


class Company(models.Model):
    """A business that buys from us."""

    name = models.CharField(_("name"), max_length=200)
    registration_number = models.CharField(_("registration number"), max_length=30, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True)
    people = models.ManyToManyField("crm.Customer", through="crm.CompanyPerson", related_name="companies")

    class Meta:
        verbose_name = _("company")
        verbose_name_plural = _("companies")
        constraints = [
            models.UniqueConstraint(
                "country",
                "registration_number",
                condition=~models.Q(registration_number=""),
                name="company_registered_once",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class CompanyPerson(models.Model):
    company = models.ForeignKey(Company, models.CASCADE, related_name="roles", verbose_name=_("company"))
    customer = models.ForeignKey(
        "crm.Customer", models.CASCADE, related_name="roles", verbose_name=_("customer")
    )
    role = models.CharField(_("role"), max_length=100, blank=True)

    class Meta:
        verbose_name = _("person at the company")
        verbose_name_plural = _("people at the company")
        constraints = [models.UniqueConstraint("company", "customer", name="person_stands_once_in_a_company")]

    def __str__(self) -> str:
        return f"{self.customer}, {self.role}" if self.role else str(self.customer)
