"""Trees in models and forms, and the page that says them aloud."""

from __future__ import annotations

import json

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse

from crm.rules.fields import ConditionField, ConditionFormField, always
from tests.factories.catalogue import CategoryFactory
from tests.factories.segments import written
from tests.factories.shops import UserFactory

NET = {"field": "order.net", "op": "gte", "value": "100.00"}


class RuleForm(forms.Form):
    conditions = ConditionFormField(root="order", initial=always)


@pytest.fixture
def staff(client, settings):
    settings.STAFF_SECOND_FACTOR_REQUIRED = False
    client.force_login(UserFactory())
    return client


def said(client, tree, root="order"):
    typed = tree if isinstance(tree, str) else json.dumps(tree)
    return client.post(reverse("crm:conditions", args=[root]), {"tree": typed})


def test_a_model_refuses_a_tree_with_its_place():
    field = ConditionField(root="order", default=always)

    field.clean(NET, None)
    with pytest.raises(ValidationError) as refused:
        field.clean({"all": [{**NET, "op": "near"}]}, None)

    assert "(/all/0/op)" in refused.value.messages[0]


def test_a_migration_keeps_the_root():
    _name, _path, args, more = ConditionField(root="order", default=always).deconstruct()

    assert more["root"] == ConditionField(*args, **more).root == "order"


def test_a_form_gives_the_tree():
    form = RuleForm({"conditions": json.dumps(NET)})

    assert form.is_valid()
    assert form.cleaned_data["conditions"] == NET


@pytest.mark.parametrize(
    "typed",
    ["{", "[" * 100_000, "9" * 5000, '{"all": NaN}', '"\\ud800"', '{"field": "\\u0000"}', "", "a" * 70_000],
)
def test_a_form_refuses_what_is_no_tree(typed):
    assert "conditions" in RuleForm({"conditions": typed}).errors


@pytest.mark.django_db
def test_a_form_shows_the_editor_with_the_json_inside():
    html = str(RuleForm()["conditions"])

    assert "data-conditions" in html and '"all": []' in json.loads(json.dumps(html)).replace("&quot;", '"')


@pytest.mark.django_db
def test_the_page_says_a_tree_in_the_readers_language(staff):
    answer = said(staff, {"all": [NET]})

    assert answer.status_code == 200
    assert "Goods amount of the order: at least 100.00" in answer.text


@pytest.mark.django_db
def test_the_page_points_to_the_fault(staff):
    answer = said(staff, {"all": [{**NET, "value": "cheap"}]})

    assert 'data-fault="/all/0/value"' in answer.text


@pytest.mark.django_db
@pytest.mark.parametrize("typed", ["", "{", "[" * 50_000, "9" * 5000, "null", '{"all": [NaN]}'])
def test_the_page_answers_whatever_is_posted(staff, typed):
    answer = said(staff, typed)

    assert answer.status_code == 200
    assert "data-fault" in answer.text


@pytest.mark.django_db
def test_a_menu_is_told_when_it_is_asked_for_and_as_far_as_the_reader_may_see_it(client, settings):
    settings.STAFF_SECOND_FACTOR_REQUIRED = False
    tea = CategoryFactory(name="Tea")
    page = reverse("crm:condition-choices", args=["order"])

    client.force_login(UserFactory(is_superuser=True))
    assert client.get(page, {"field": "product.category"}).json() == {
        "choices": [{"value": tea.pk, "label": "Tea"}]
    }
    assert {"value": "bg", "label": "Bulgarian"} in client.get(page, {"field": "customer.language"}).json()[
        "choices"
    ]
    assert client.get(page, {"field": "order.net"}).json() == {"choices": None}
    assert client.get(page, {"field": "customer.shoe"}).status_code == 404

    client.force_login(UserFactory())
    assert client.get(page, {"field": "product.category"}).json() == {"choices": None}


@pytest.mark.django_db
def test_a_menu_never_names_what_a_colleague_keeps_to_themselves(client, settings):
    settings.STAFF_SECOND_FACTOR_REQUIRED = False
    reader = UserFactory(is_superuser=True)
    written(name="theirs", is_shared=False)
    shared = written(name="everybody's")
    own = written(name="own", owner=reader, is_shared=False)
    client.force_login(reader)

    told = client.get(reverse("crm:condition-choices", args=["customer"]), {"field": "segment.is"}).json()

    assert {one["value"] for one in told["choices"]} == {shared.pk, own.pk}


@pytest.mark.django_db
def test_the_page_knows_only_its_roots_and_only_staff(staff, client):
    assert said(staff, NET, "mars").status_code == 404
    assert staff.get(reverse("crm:conditions", args=["order"])).status_code == 405

    client.logout()
    assert said(client, NET).status_code == 302
