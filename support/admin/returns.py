from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from crm.admin.keyset import KeysetAdmin, ReadOnlyAdmin
from crm.admin.orders import link_to
from crm.colleagues import own_shops
from crm.templatetags.veren import when
from support.answering.return_cases import publish
from support.models import ReturnCase, ReturnPolicy


@admin.register(ReturnCase)
class ReturnCaseAdmin(ReadOnlyAdmin):
    list_display = ("number", "person", "order", "state", "why", "asked")
    list_display_links = ("number",)
    list_filter = ("state", "why")
    list_select_related = ("customer", "order")
    preserve_filters = False  # a case's page has an address of its own
    ordering = ("-requested_at",)
    search_fields = ("order__number",)
    search_help_text = _("The number of an order.")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ReturnCase]:
        return own_shops.seen_by(request.user, super().get_queryset(request), shop="order__shop")

    def url_of(self, row: Any) -> str | None:
        return reverse("returns:case", args=[row.pk])

    @admin.display(description=_("number"))
    def number(self, case: ReturnCase) -> str:
        return str(case)

    @admin.display(description=_("customer"))
    def person(self, case: ReturnCase) -> SafeString | str:
        return link_to(case.customer)

    @admin.display(description=_("asked for"))
    def asked(self, case: ReturnCase) -> SafeString | str:
        return when(case.requested_at)


TEXT = "text_"


class ReturnPolicyForm(forms.ModelForm):  # type: ignore[type-arg]
    """A text for each language of the house, kept in `texts`."""

    class Meta:
        model = ReturnPolicy
        fields = ("days",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for language, label in settings.LANGUAGES:
            self.fields[TEXT + language] = forms.CharField(
                label=label,
                required=False,
                max_length=20_000,
                initial=(self.instance.texts or {}).get(language, ""),
                widget=forms.Textarea(attrs={"rows": 12}),
            )

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or self.cleaned_data
        texts = {language: cleaned.get(TEXT + language, "") for language, _label in settings.LANGUAGES}
        self.instance.texts = {language: text for language, text in texts.items() if text}
        if not self.instance.texts:
            self.add_error(None, str(_("Write the text in at least one language.")))
        return cleaned


@admin.register(ReturnPolicy)
class ReturnPolicyAdmin(KeysetAdmin):
    """A draft is written, then published; a published one stays as it is, and the next begins from it."""

    list_display = ("number", "days", "published", "published_by")
    ordering = ("-number",)
    form = ReturnPolicyForm
    change_form_template = "support/returns/policy_form.html"

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return [(None, {"fields": ["days", *(TEXT + language for language, _label in settings.LANGUAGES)]})]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        return ReturnPolicyForm

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """What is in force, to go on from."""
        last = ReturnPolicy.objects.order_by("-number").first()
        if last is None:
            return {}
        return {"days": last.days, **{TEXT + language: text for language, text in last.texts.items()}}

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        is_draft = obj is None or obj.published_at is None
        return is_draft and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: ReturnPolicy, form: Any, change: bool) -> None:
        if not change:
            last = ReturnPolicy.objects.order_by("-number").first()
            obj.number = (last.number if last else 0) + 1
        super().save_model(request, obj, form, change)

    def response_change(self, request: HttpRequest, obj: ReturnPolicy) -> HttpResponse:
        if "_publish" in request.POST and request.user.has_perm("support.publish_returnpolicy"):
            publish(obj, by=request.user, at=timezone.now())  # type: ignore[arg-type]
            messages.success(request, _("It is in force: customers read it from now on."))
        return super().response_change(request, obj)

    @admin.display(description=_("published"))
    def published(self, policy: ReturnPolicy) -> SafeString | str:
        return when(policy.published_at) if policy.published_at else str(_("draft"))
