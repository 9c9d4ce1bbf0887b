"""Where articles stand. What is said in them has a page of its own."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from crm.admin.keyset import KeysetAdmin
from support.admin.desk import CHOOSE_MANY, DeskAdmin
from support.admin.policies import MOMENT
from support.models import Article, ArticleCategory


@admin.register(ArticleCategory)
class ArticleCategoryAdmin(DeskAdmin):
    list_display = ("called", "slug", "position")
    ordering = ("position",)
    with_slug = ("position",)


@admin.register(Article)
class ArticleAdmin(KeysetAdmin):
    """The list and the words have pages of their own; here it is only said where an article stands."""

    fields = ("slug", "category", "topics", "position", "ended_at")
    formfield_overrides: ClassVar[dict[Any, Any]] = {
        models.ManyToManyField: CHOOSE_MANY,
        models.DateTimeField: MOMENT,
    }

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """It stands in addresses that others have."""
        return ("slug",) if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return HttpResponseRedirect(reverse("articles:list"))

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: Any = None) -> HttpResponse:
        return HttpResponseRedirect(reverse("articles:article", args=[obj.pk]))
