"""Every change to people and to the configuration leaves what stood before it."""

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from crm.models import Customer, CustomerChange, Identity, IdentityChange, Look, RoleOfUserChange, UserChange
from crm.people.revealing import reveal
from tests.factories.customers import CustomerFactory, IdentityFactory
from tests.factories.shops import NOON, UserFactory

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


@pytest.fixture
def manager(client):
    colleague = UserFactory(name="Калина Димова")
    colleague.groups.add(Group.objects.get(name="administrator"))
    client.force_login(colleague)
    return colleague


def test_the_page_reads_who_changed_what_field_by_field(client, manager):
    person = CustomerFactory(given_name="Vera", family_name="Ivanova")
    form = client.get(reverse("admin:crm_customer_change", args=[person.pk])).context["adminform"].form
    given = {name: form.initial.get(name) or "" for name in form.fields}
    addresses = {f"addresses-{name}": 0 for name in ("TOTAL_FORMS", "INITIAL_FORMS")}

    client.post(
        reverse("admin:crm_customer_change", args=[person.pk]),
        {**given, **addresses, "family_name": "Petrova"},
    )

    [change] = client.get(reverse("crm:changes", args=["customer", person.pk])).context["changes"]
    assert change.colleague == manager
    [difference] = change.differences
    assert (difference.before, difference.after) == ("Ivanova", "Petrova")


def test_a_later_change_is_told_against_the_one_before_it(client, manager):
    person = CustomerFactory(family_name="One")
    for name in ("Two", "Three"):
        Customer.objects.filter(pk=person.pk).update(family_name=name)

    found = client.get(reverse("crm:changes", args=["customer", person.pk])).context["changes"]

    assert [(c.differences[0].before, c.differences[0].after) for c in found] == [
        ("Two", "Three"),
        ("One", "Two"),
    ]
    assert found[0].colleague is None


def test_an_agent_does_not_read_the_record_of_changes(client):
    agent = UserFactory()
    agent.groups.add(Group.objects.get(name="agent"))
    client.force_login(agent)

    answer = client.get(reverse("crm:changes", args=["customer", CustomerFactory().pk]))

    assert answer.status_code == 403


@pytest.mark.parametrize("kind", ["session", "order"])
def test_what_is_not_tracked_has_no_such_page(client, manager, kind):
    assert client.get(reverse("crm:changes", args=[kind, 1])).status_code == 404


def test_the_record_is_not_rewritten():
    person = CustomerFactory()
    Customer.objects.filter(pk=person.pk).update(family_name="Petrova")

    with pytest.raises(Exception, match="permission denied"):
        CustomerChange.objects.all().delete()


def test_erasure_empties_the_record_and_keeps_who_looked():
    email, looker = IdentityFactory(value="vera@mail.example"), UserFactory()
    person = email.customer
    reveal(email, colleague=looker, reason="Vera called", at=NOON)
    Customer.objects.filter(pk=person.pk).update(family_name="", given_name="")
    Identity.objects.filter(pk=email.pk).delete()

    with connection.cursor() as cursor:
        cursor.execute("SELECT crm_forget_changes(%s)", [[person.pk]])

    assert not CustomerChange.objects.exists()
    assert not IdentityChange.objects.exists()
    assert [(look.colleague, look.reason) for look in Look.objects.all()] == [(looker, "")]


def test_a_changed_phone_is_told_masked_beside_the_person(client, manager):
    email = IdentityFactory(value="vera.old@mail.example")
    Identity.objects.filter(pk=email.pk).update(value="vera.new@mail.example")
    Identity.objects.filter(pk=email.pk).delete()

    page = client.get(reverse("crm:changes", args=["customer", email.customer_id]))

    assert [change.deed for change in page.context["beside"]] == ["removed", "changed"]
    assert "v···d@mail.example" in page.content.decode()
    assert "vera.old" not in page.content.decode()


def test_a_role_that_was_given_is_told_beside_the_colleague(client, manager):
    colleague = UserFactory()
    colleague.groups.add(Group.objects.get(name="agent"))

    page = client.get(reverse("crm:changes", args=["user", colleague.pk]))

    assert [(change.subject, change.deed) for change in page.context["beside"]] == [("role agent", "added")]


def test_the_page_of_changes_asks_no_more_for_many_than_for_few(client, manager):
    person = CustomerFactory()
    page = reverse("crm:changes", args=["customer", person.pk])

    def asked(changes):
        for number in range(changes):
            Customer.objects.filter(pk=person.pk).update(family_name=f"{changes}-{number}")
        with CaptureQueriesContext(connection) as queries:
            client.get(page)
        return len(queries)

    client.get(page)
    assert asked(2) == asked(60)
    first = client.get(page).context
    assert len(first["changes"]) == 50
    assert len(client.get(page, {"before": first["before"]}).context["changes"]) == 12


def test_the_form_of_a_record_leads_to_its_changes(client, manager):
    person = CustomerFactory()

    form = client.get(reverse("admin:crm_customer_change", args=[person.pk]))

    assert reverse("crm:changes", args=["customer", person.pk]) in form.content.decode()
