from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from crm.admin.inlines import Inline
from crm.admin.keyset import KeysetAdmin
from crm.models import Company, CompanyPerson


class PersonInline(Inline):
    model = CompanyPerson
    raw_id_fields = ("customer",)


@admin.register(Company)
class CompanyAdmin(KeysetAdmin):
    list_display = ("name", "registration_number", "country")
    search_fields = ("name__icontains", "registration_number")
    search_help_text = _("A part of the name, or the registration number.")
    inlines = (PersonInline,)
