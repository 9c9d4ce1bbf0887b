"""A page with nothing on it but the editor of conditions, for the browser's tests."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path

from config.urls import urlpatterns as of_the_house
from crm.rules.fields import ConditionFormField, always

PAGE = """{% extends "base.html" %}{% block head %}{{ form.media }}{% endblock %}{% block main %}
<h1>Rule</h1><form class="card stack" method="post">{% csrf_token %}{{ form.conditions.label_tag }}{{ form.conditions }}
{{ form.conditions.errors }}<button class="btn primary">Save</button></form>
<pre id="kept">{{ kept }}</pre>{% endblock %}"""


class RuleForm(forms.Form):
    conditions = ConditionFormField(root="order", initial=always)


def rule(request: HttpRequest) -> HttpResponse:
    form = RuleForm(request.POST or None)
    kept = ""
    if form.is_bound and form.is_valid():
        kept = form["conditions"].value()
    return HttpResponse(engines["django"].from_string(PAGE).render({"form": form, "kept": kept}, request))


urlpatterns = [path("rule/", rule), *of_the_house]
