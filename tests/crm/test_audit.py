"""Every change to people and to the configuration leaves what stood before it."""

import pytest
from django.contrib.auth.models import Group
from django.db import connection

from crm.models import Customer, CustomerChange, RoleOfUserChange, UserChange
from tests.factories.customers import CustomerFactory
from tests.factories.shops import UserFactory

pytestmark = pytest.mark.django_db


def test_a_bulk_change_leaves_what_stood_before_it():
    person = CustomerFactory(family_name="Ivanova")

    Customer.objects.filter(pk=person.pk).update(family_name="Petrova")

    assert [change.family_name for change in CustomerChange.objects.filter(pgh_obj=person.pk)] == ["Ivanova"]


def test_bare_sql_leaves_what_stood_before_it():
    person = CustomerFactory(given_name="Vera")

    with connection.cursor() as cursor:
        cursor.execute("UPDATE crm_customer SET given_name = 'Vesna' WHERE id = %s", [person.pk])

    assert CustomerChange.objects.get(pgh_obj=person.pk).given_name == "Vera"


def test_a_change_of_nothing_that_people_wrote_leaves_nothing():
    person = CustomerFactory()

    person.save()

    assert not CustomerChange.objects.filter(pgh_obj=person.pk).exists()


def test_a_new_role_of_a_colleague_is_recorded():
    colleague = UserFactory()

    colleague.groups.add(Group.objects.get(name="agent"))

    assert RoleOfUserChange.objects.filter(user=colleague, pgh_label="insert").count() == 1


def test_the_record_of_colleagues_holds_no_password():
    fields = {field.name for field in UserChange._meta.get_fields()}

    assert not fields & {"password", "last_login"}
