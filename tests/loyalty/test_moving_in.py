import io
from datetime import UTC, datetime

import pytest
from django.core.management import CommandError, call_command

from crm.models import Customer, TimelineEntry
from loyalty.members import cards, moving_in
from loyalty.models import Card, Lot, Member, MemberTier, Tier, Transaction, Wallet
from tests.factories.customers import IdentityFactory
from tests.factories.loyalty import ProgrammeFactory
from tests.factories.shops import ShopFactory

FILE = """number;card;phone;given name;joined on;points;expires on;tier;tier until
c-1;2960000000101;+359888123456;Вера;12.05.2021;1000;31.12.2099;silver;31.12.2098
c-1;2960000000101;;;;284;;;
c-2;;;Ада;2022-01-31;0;;;
c-3;;0888 765 432;Борис;;50;30.06.2099;Gold;
"""

pytestmark = pytest.mark.django_db


@pytest.fixture
def programme():
    programme = ProgrammeFactory()
    ShopFactory(slug="lipa", region="BG")
    for level, name in enumerate(("Silver", "Gold"), 1):
        Tier.objects.create(programme=programme, slug=name.lower(), name=name, level=level, threshold=level)
    return programme


def run(tmp_path, text=FILE, **options):
    path = tmp_path / "members.csv"
    path.write_text(text, encoding="utf-8")
    said = io.StringIO()
    try:
        call_command(
            "import_members", str(path), programme="main", stdout=said, stderr=io.StringIO(), **options
        )
    except CommandError as error:
        said.write(f"error: {error}")
    return said.getvalue()


def test_members_move_in_with_points_tiers_and_cards(programme, tmp_path):
    said = run(tmp_path)

    assert "points in the file: 1334" in said
    assert "points here: 1334, of them new: 1334" in said
    assert "The totals agree." in said
    vera = Member.objects.get(customer__given_name="Вера")
    assert (vera.wallet.available, vera.joined_at.date().isoformat()) == (1284, "2021-05-12")
    lots = Lot.objects.filter(wallet=vera.pk).order_by("pk").values_list("points", "expires_at")
    assert [(points, moment and moment.date().isoformat()) for points, moment in lots] == [
        (1000, "2100-01-01"),
        (284, None),
    ]
    tier = MemberTier.objects.get(member=vera)
    assert (tier.tier.slug, tier.until_at.date().isoformat()) == ("silver", "2099-01-01")
    assert cards.member_who_shows("2960000000101", at=datetime.now(UTC)) == vera
    assert set(Transaction.objects.values_list("kind", flat=True)) == {"opening"}
    assert not TimelineEntry.objects.filter(kind__startswith="loyalty.", is_history=False).exclude(
        kind="loyalty.card_issued"
    )


def test_a_repeat_changes_nothing(programme, tmp_path):
    run(tmp_path)
    before = (*Wallet.objects.order_by("pk").values_list("available", "seq"), TimelineEntry.objects.count())

    said = run(tmp_path)

    assert "points here: 1334, of them new: 0" in said
    after = (*Wallet.objects.order_by("pk").values_list("available", "seq"), TimelineEntry.objects.count())
    assert after == before
    assert (Customer.objects.count(), Card.objects.count()) == (3, 1)


def test_a_run_that_was_killed_goes_on_when_it_is_started_again(programme, tmp_path, monkeypatch):
    whole = moving_in.bring_in
    calls = []

    def killed(row, **told):
        calls.append(row)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return whole(row, **told)

    monkeypatch.setattr(moving_in, "bring_in", killed)
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path)
    monkeypatch.undo()

    assert "points here: 1334, of them new: 50" in run(tmp_path)


def test_a_dry_run_counts_and_writes_nothing(programme, tmp_path):
    said = run(tmp_path, dry_run=True)

    assert "points in the file: 1334" in said and "Nothing was written." in said
    assert (Member.objects.count(), Customer.objects.count(), Card.objects.count()) == (0, 0, 0)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("c-1;;;;;-5;;;", "points"),
        ("c-1;;;;;1.5;;;", "points"),
        ("c-1;;;;;1e30;;;", "points"),
        ("c-1;;;;;NaN;;;", "points"),
        ("c-1;;;;;ten;;;", "points"),
        (";;;;;5;;;", "nobody"),
        (";;12;;;5;;;", "phone"),
        ("c-1;;;;;5;31.12.2001;;", "expired"),
        ("c-1;;;;;5;yesterday;;", "expires_on"),
        ("c-1;;;;1.1.2999;5;;;", "joined_on"),
        ("c-1;;;;;5;;platinum;", "tier"),
    ],
)
def test_what_cannot_be_believed_is_refused_with_its_row(programme, tmp_path, row, reason):
    said = run(tmp_path, FILE.splitlines()[0] + "\n" + row + "\n")

    assert f"row 2: {reason}" in said
    assert Member.objects.count() == 0


def test_when_points_stay_outside_the_command_fails_and_says_so(programme, tmp_path):
    said = run(tmp_path, FILE + "c-9;;;;;77;31.12.2001;;\n")

    assert "points in the file: 1411" in said and "points here: 1334" in said
    assert "error: The file's points are not all here" in said


def test_the_same_points_twice_in_one_file_are_two_lots(programme, tmp_path):
    run(tmp_path, "number;points\nc-1;50\nc-1;50\n")

    assert Member.objects.get().wallet.available == 100


def test_whoever_is_known_already_moves_in_as_they_are(programme, tmp_path):
    known = IdentityFactory(kind="external", namespace="lipa", value="c-1", verified=True).customer

    run(tmp_path, "number;points\nc-1;50\n")

    assert Member.objects.get().customer == known


def test_a_file_without_points_or_people_is_refused_whole(programme, tmp_path):
    assert "error: The file needs a column of points" in run(tmp_path, "name;city\nВера;Варна\n")


def test_a_key_tells_nothing_about_the_person(programme, tmp_path):
    run(tmp_path, "email;points\nvera@example.org;50\n")

    assert "vera" not in Transaction.objects.get().key
