from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from crm.admin.inlines import Inline
from crm.admin.keyset import KeysetAdmin
from crm.models import Agreement, Company, CompanyPerson
from crm.segments import waiting


class PersonInline(Inline):
    model = CompanyPerson
    raw_id_fields = ("customer",)


class AgreementInline(Inline):
    model = Agreement


@admin.register(Company)
class CompanyAdmin(KeysetAdmin):
    list_display = ("name", "registration_number", "country", "prices")
    search_fields = ("name__icontains", "registration_number")
    search_help_text = _("A part of the name, or the registration number.")
    inlines = (PersonInline, AgreementInline)

    @admin.display(description=_("prices and stock"))
    def prices(self, company: Company) -> str:
        address = reverse("crm:company-prices", args=[company.pk])
        return format_html('<a href="{}">{}</a>', address, _("Look up"))

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Segments ask who works where: whoever came, went or stayed is looked at."""
        stood = _people(form.instance)
        super().save_related(request, form, formsets, change)
        waiting.look_at(stood | _people(form.instance), at=timezone.now())

    def delete_model(self, request: HttpRequest, obj: Company) -> None:
        stood = _people(obj)
        super().delete_model(request, obj)
        waiting.look_at(stood, at=timezone.now())


def _people(company: Company) -> set[int]:
    return set(CompanyPerson.objects.filter(company=company).values_list("customer_id", flat=True))
