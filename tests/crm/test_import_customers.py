"""A shop's customers move in: who they are, what they agreed to, and nobody twice."""

import csv
import io
from datetime import UTC, date, datetime

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.consents import consenting
from crm.facts import ConsentGiven, CustomerJoined, IdentityAdded
from crm.importing import jobs, reporting, running
from crm.importing.kinds.customers import Customers
from crm.models import Address, Consent, Customer, Identity, ImportedRow, ImportJob, TimelineEntry
from crm.people import erasure
from tests.factories.customers import CustomerFactory, IdentityFactory
from tests.factories.import_files import csv_file
from tests.factories.shops import NOON, ShopFactory

pytestmark = pytest.mark.django_db

HEADER = [
    *("Number", "Family name", "Given name", "Patronymic", "Phone", "E-mail", "Card", "Birthday", "Language"),
    *("City", "Street", "Purpose", "Consent", "Consent date", "Consent source"),
]
IRINA = [
    *(
        "17",
        "Иванова",
        "Ирина",
        "Петровна",
        "0888 12 34 56",
        "Irina@Mail.example",
        "7001 0001",
        "14.03.1985",
        "ru",
    ),
    *("Sofia", "Vitosha 1", "processing; advertising: e-mail", "yes", "01.02.2024", "form 12"),
]
BORIS = ["18", "Boris", "", "", "+359 2 123 4567; 0888 99 88 77", *[""] * 10]


def row(number="", **said):
    names = {**dict.fromkeys(HEADER, ""), "Number": number}
    for title, value in said.items():
        names[
            next(known for known in HEADER if known.replace(" ", "_").replace("-", "").lower() == title)
        ] = value
    return list(names.values())


@pytest.fixture
def linden():
    return ShopFactory(slug="linden", name="Linden", region="BG")


def bring_in(path, **options):
    said = io.StringIO()
    call_command("import_customers", path, shop="linden", stdout=said, **options)
    return said.getvalue()


def file_of(tmp_path, *rows, name="customers.csv", header=HEADER):
    return csv_file(tmp_path, rows, header=header, name=name)


def by_number(number):
    return Customer.objects.get(identities__kind="external", identities__value=number)


def report():
    return reporting.report(ImportJob.objects.latest("id"))


def counts():
    return {line.what: line.rows for line in report().lines}


def refusals():
    return {line.reason: line.rows for line in report().refused}


def everything():
    return {
        model.__name__: sorted(
            model.objects.values_list(*(f.attname for f in model._meta.concrete_fields)), key=str
        )
        for model in (Customer, Identity, Consent, Address, TimelineEntry)
    }


def may_mail(person):
    return consenting.may(person, purpose="advertising", channel="email")


def test_a_row_becomes_a_customer_with_all_that_it_says(linden, tmp_path):
    bring_in(file_of(tmp_path, IRINA))

    irina = by_number("17")
    assert (irina.given_name, irina.patronymic, irina.family_name) == ("Ирина", "Петровна", "Иванова")
    assert (irina.birthday, irina.language) == (date(1985, 3, 14), "ru")
    assert sorted(irina.identities.values_list("kind", "value", "evidence")) == [
        ("card", "70010001", "shop"),
        ("email", "irina@mail.example", "imported"),
        ("external", "17", "shop"),
        ("phone", "+359888123456", "imported"),
    ]
    address = irina.addresses.get()
    assert (address.country, address.city, address.street, address.is_main) == (
        "BG",
        "Sofia",
        "Vitosha 1",
        True,
    )


def test_consents_come_with_their_own_date_and_proof(linden, tmp_path):
    bring_in(file_of(tmp_path, IRINA))

    said = datetime(2024, 1, 31, 22, tzinfo=UTC)
    assert list(by_number("17").consents.order_by("id").values_list("purpose", "channel", "occurred_at")) == [
        ("processing", "", said),
        ("advertising", "email", said),
    ]
    consent = Consent.objects.first()
    assert (consent.source, consent.proof, consent.shop) == ("import:linden", "form 12", linden)
    assert may_mail(by_number("17"))


def test_without_a_recorded_consent_nobody_gets_advertising(linden, tmp_path):
    bring_in(file_of(tmp_path, BORIS, row("19", purpose="processing", consent_date="2024-02-01")))

    for number in ("18", "19"):
        for channel in ("email", "sms", "phone"):
            assert not consenting.may(by_number(number), purpose="advertising", channel=channel)


def test_columns_of_their_own_say_yes_no_or_since_when(linden, tmp_path):
    header = ["ID", "Email", "Email consent", "SMS consent", "Marketing", "Consent date"]
    path = file_of(
        tmp_path,
        ["1", "a@mail.example", "да", "нет", "", "2024-02-01"],
        ["2", "b@mail.example", "2023-05-05", "", "", ""],
        ["3", "c@mail.example", "no", "", "", ""],
        header=header,
    )

    bring_in(path)

    said = Consent.objects.order_by("customer", "channel").values_list(
        "customer__identities__value", "channel", "decision"
    )
    assert [one for one in said if "@" not in one[0]] == [
        ("1", "email", "given"),
        ("1", "sms", "withdrawn"),
        ("2", "email", "given"),
    ]


def test_the_past_is_told_as_history_since_when_it_was_so(linden, tmp_path):
    bring_in(file_of(tmp_path, IRINA))

    entries = list(TimelineEntry.objects.filter(customer=by_number("17")).order_by("id"))
    assert [type(entry.fact) for entry in entries] == [CustomerJoined, ConsentGiven, ConsentGiven]
    assert all(entry.is_history and entry.source == "import:linden" for entry in entries)
    assert by_number("17").created_at == entries[0].occurred_at == datetime(2024, 1, 31, 22, tzinfo=UTC)


def test_run_twice_it_changes_nothing(linden, tmp_path):
    path = file_of(
        tmp_path, IRINA, BORIS, row(phone="0888 55 55 55", given_name="Мария"), row(email="x@mail.example")
    )
    bring_in(path)
    before = everything()

    bring_in(path)

    assert everything() == before
    assert counts() == {"known": 4}
    assert report().adds_up


def test_a_second_file_adds_what_is_missing_and_overwrites_nothing(linden, tmp_path):
    bring_in(file_of(tmp_path, row("17", given_name="Irina", city="Sofia")))
    Customer.objects.update(given_name="Ирина")

    second = row(
        "17", given_name="Irena", birthday="14.03.1985", email="i@mail.example", city="Varna", language="bg"
    )
    bring_in(file_of(tmp_path, second))

    irina = by_number("17")
    assert (irina.given_name, irina.birthday, irina.language) == ("Ирина", date(1985, 3, 14), "bg")
    assert irina.addresses.get().city == "Sofia"
    assert irina.identities.filter(kind="email").exists()
    added = TimelineEntry.objects.filter(customer=irina, kind=IdentityAdded.kind).get()
    assert added.is_history
    assert counts() == {"added": 1}


def test_a_family_name_is_not_put_beside_the_given_name_of_somebody_else(linden, tmp_path):
    bring_in(file_of(tmp_path, row("17", given_name="Ирина")))

    bring_in(file_of(tmp_path, row("17", given_name="Пётр", family_name="Сидоров")))

    assert by_number("17").full_name.strip() == "Ирина"


def test_an_old_consent_never_overturns_a_later_withdrawal(linden, tmp_path):
    irina = CustomerFactory()
    IdentityFactory(customer=irina, external=True, namespace="linden", value="17")
    consenting.withdraw(irina, purpose="advertising", source="agent", occurred_at=NOON, at=NOON)

    bring_in(file_of(tmp_path, IRINA))

    assert Consent.objects.filter(customer=irina, decision="given", purpose="advertising").exists()
    assert not may_mail(irina)


def test_a_statement_that_is_on_record_from_elsewhere_is_not_repeated(linden, tmp_path):
    irina = CustomerFactory()
    IdentityFactory(customer=irina, external=True, namespace="linden", value="17")
    said = datetime(2024, 1, 31, 22, tzinfo=UTC)
    consenting.give(irina, purpose="processing", source="api:linden", occurred_at=said, at=NOON)

    bring_in(file_of(tmp_path, row("17", purpose="processing", consent_date="01.02.2024")))

    assert irina.consents.count() == 1


def test_somebody_who_was_erased_is_left_out_and_counted(linden, tmp_path):
    bring_in(file_of(tmp_path, IRINA, BORIS))
    erasure.erase(by_number("17"), reason="asked", by=None, at=NOON)
    refused = tmp_path / "refused.csv"

    again = row(phone="+359888123456", given_name="Irina")
    bring_in(file_of(tmp_path, IRINA, BORIS, again), refused=refused)

    assert refusals() == {"erased": 2}
    assert Customer.objects.filter(erased_at=None).count() == 1
    assert not Identity.objects.filter(value="+359888123456").exists()
    assert ImportedRow.objects.filter(refusal="erased").exclude(cells=[]).count() == 0
    rows = list(csv.reader(io.StringIO(refused.read_text(encoding="utf-8-sig"))))
    assert [line[0] for line in rows[1:]] == ["2", "4"]
    assert "Иванова" not in refused.read_text(encoding="utf-8")


def test_whoever_is_erased_while_the_file_waits_does_not_come_in(linden, tmp_path):
    irina = CustomerFactory()
    IdentityFactory(customer=irina, external=True, namespace="linden", value="17")
    path = file_of(tmp_path, IRINA, BORIS)
    job = running.run(begun(path, linden), path, clock=lambda: NOON)
    erasure.erase(irina, reason="asked", by=None, at=NOON)

    job = running.run(jobs.confirm(job, at=NOON), path, clock=lambda: NOON)

    assert (job.state, refusals(), job.rows_refused) == ("done", {"erased": 1}, 1)
    assert [str(one) for one in Customer.objects.filter(erased_at=None)] == ["Boris"]


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"phone": "12"}, "bad-phone"),
        ({"phone": "0888 12 34 56; nothing"}, "bad-phone"),
        ({"email": "irina at mail"}, "bad-email"),
        ({"card": "№"}, "bad-card"),
        ({"birthday": "30.02.1985"}, "bad-birthday"),
        ({"birthday": "2999-01-01"}, "bad-birthday"),
        ({"birthday": "01.01.1812"}, "bad-birthday"),
        ({"purpose": "dancing", "consent_date": "2024-01-01"}, "unknown-purpose"),
        ({"purpose": "processing: email", "consent_date": "2024-01-01"}, "unknown-purpose"),
        ({"purpose": "advertising"}, "bad-consent-date"),
        ({"purpose": "advertising", "consent_date": "soon"}, "bad-consent-date"),
        ({"purpose": "advertising", "consent_date": "2999-01-01"}, "bad-consent-date"),
        ({"purpose": "advertising", "consent": "perhaps"}, "bad-decision"),
        ({"number": "", "given_name": "Ирина"}, "nobody"),
    ],
)
def test_a_row_that_cannot_be_believed_is_refused_with_its_reason(linden, tmp_path, said, reason):
    bring_in(file_of(tmp_path, row(**{"number": "17", **said})))

    assert refusals() == {reason: 1}
    assert Customer.objects.count() == 0
    assert report().adds_up


def test_a_number_and_a_card_of_two_people_are_refused(linden, tmp_path):
    bring_in(file_of(tmp_path, row("1", card="AAAA1"), row("2", card="BBBB2")))

    bring_in(file_of(tmp_path, row("1", card="BBBB2")))

    assert refusals() == {"two-people": 1}


def test_a_card_recognises_whoever_has_no_number(linden, tmp_path):
    bring_in(file_of(tmp_path, row(card="AAAA1", given_name="Irina")))

    bring_in(file_of(tmp_path, row(card="aaaa 1", email="i@mail.example")))

    assert Customer.objects.get().identities.count() == 2


def test_two_of_a_family_may_share_a_phone(linden, tmp_path):
    path = file_of(
        tmp_path,
        row(phone="0888 12 34 56", given_name="Irina"),
        row(phone="0888 12 34 56", given_name="Petar"),
    )
    bring_in(path)
    bring_in(path)

    assert sorted(Customer.objects.values_list("given_name", flat=True)) == ["Irina", "Petar"]


def test_a_phone_alone_never_gives_a_number_to_somebody_else(linden, tmp_path):
    IdentityFactory(customer=CustomerFactory(given_name="Irina"), kind="phone", value="+359888123456")

    bring_in(file_of(tmp_path, row("17", phone="0888 12 34 56", given_name="Irina")))

    assert Customer.objects.count() == 2


def test_who_was_merged_is_found_as_the_person_they_are_the_same_as(linden, tmp_path):
    irina = CustomerFactory(birthday=None)
    merged = CustomerFactory(merged_into=irina)
    IdentityFactory(customer=merged, external=True, namespace="linden", value="17")

    bring_in(file_of(tmp_path, row("17", birthday="14.03.1985")))

    irina.refresh_from_db()
    assert irina.birthday == date(1985, 3, 14)


def test_several_rows_about_one_person_add_up(linden, tmp_path):
    path = file_of(
        tmp_path,
        row("17", given_name="Irina", purpose="processing", consent_date="2024-01-01"),
        row("17", purpose="sms", consent_date="2024-01-02"),
        row("17", purpose="sms", consent_date="2024-01-03", consent="withdrawn"),
    )

    bring_in(path)

    assert counts() == {"new": 1, "added": 2}
    assert by_number("17").consents.count() == 3
    assert not consenting.may(by_number("17"), purpose="advertising", channel="sms")


def test_a_dry_run_shows_what_would_happen_and_changes_nothing(linden, tmp_path):
    bring_in(file_of(tmp_path, IRINA))
    before = everything()

    said = bring_in(file_of(tmp_path, IRINA, BORIS, row("19", phone="12")), dry_run=True)

    assert "Nothing was changed" in said
    assert "Already there" in said
    assert "The phone number cannot be read." in said
    assert everything() == before
    assert ImportJob.objects.count() == 1


class Interrupted(Exception):
    pass


def begun(path, shop):
    job = jobs.open_job(path, file_name=path.name, shop=shop, kind="customers", at=NOON)
    return jobs.begin(
        job,
        columns=jobs.ColumnMap.from_json(job.mapping),
        layout=job.layout,
        currency=job.currency,
        time_zone=job.time_zone,
        at=NOON,
    )


def test_interrupted_after_any_chunk_and_taken_up_again_nothing_is_lost_or_doubled(
    linden, tmp_path, monkeypatch
):
    monkeypatch.setattr(Customers, "rows_at_once", 2)
    path = file_of(tmp_path, IRINA, BORIS, *(row(str(n), phone=f"0888 10 00 {n:02}") for n in range(30, 37)))
    job = jobs.confirm(running.run(begun(path, linden), path, clock=lambda: NOON), at=NOON)
    interruptions, seen = 0, set()

    def heard(job):
        if job.documents_done not in seen:
            seen.add(job.documents_done)
            raise Interrupted

    while job.state != jobs.State.DONE:
        try:
            job = running.run(job, path, clock=lambda: NOON, heard=heard)
        except Interrupted:
            interruptions += 1
            job.refresh_from_db()
            job = jobs.go_on(job, at=NOON) if job.state != jobs.State.DONE else job

    assert interruptions > 4
    assert counts() == {"new": 9}
    assert Customer.objects.count() == Identity.objects.filter(kind="external").count() == 9
    assert TimelineEntry.objects.filter(kind=CustomerJoined.kind).count() == 9


def test_a_chunk_costs_the_same_number_of_queries_for_any_number_of_people(linden, tmp_path):
    def queries_for(count, first):
        rows = [
            [str(first + n), *IRINA[1:4], f"0888 1{first + n:05}", f"{first + n}@x.example", "", *IRINA[7:]]
            for n in range(count)
        ]
        path = file_of(tmp_path, *rows)
        job = jobs.confirm(running.run(begun(path, linden), path, clock=lambda: NOON), at=NOON)
        with CaptureQueriesContext(connection) as asked:
            Customers().apply_next(job, at=NOON)
        return len(asked)

    assert queries_for(2, 100) == queries_for(20, 200) <= 30


def test_no_header_stands_for_two_columns():
    titles = [title for column in Customers.columns for title in column.synonyms]

    assert len(titles) == len(set(titles))


def test_a_shop_need_not_be_named_where_there_is_one_only(linden, tmp_path):
    call_command("import_customers", file_of(tmp_path, IRINA), stdout=io.StringIO())
    assert Customer.objects.count() == 1

    ShopFactory(slug="second")
    with pytest.raises(CommandError, match="Say which shop"):
        call_command("import_customers", file_of(tmp_path, IRINA), stdout=io.StringIO())
