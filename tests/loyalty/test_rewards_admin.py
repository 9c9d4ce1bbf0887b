"""The catalogue, pools, gifts and referrals as colleagues work on them."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from loyalty import reward_tasks
from loyalty.coupons import coupon_codes, rewarding
from loyalty.models import Coupon, CouponBatch, CouponPool, GiftRule, Reward
from tests.factories.loyalty import ProgrammeFactory
from tests.factories.loyalty_rewards import (
    BudgetFactory,
    CouponPoolFactory,
    GiftRuleFactory,
    RewardFactory,
    member_with,
)
from tests.factories.shops import NOON, ShopFactory, UserFactory

pytestmark = pytest.mark.django_db
OURS = (
    *("reward", "redemption", "couponpool", "coupon", "couponuse"),
    *("giftrule", "giftgrant", "referralterms", "referral", "budget"),
)


def colleague(client, role):
    one = UserFactory(language="en")
    one.groups.add(Group.objects.get(name=role))
    client.force_login(one)
    return one


@pytest.fixture
def marketer(client):
    return colleague(client, "marketer")


def sent(**more):
    told = {
        "name_en": "Five off",
        "name_ru": "",
        "name_bg": "",
        "programme": ProgrammeFactory().pk,
        "points": "100",
        "starts_at_0": "2026-03-01",
        "starts_at_1": "00:00",
        "conditions": '{"all": []}',
    }
    for prefix in ("quotas",):
        told |= {f"{prefix}-TOTAL_FORMS": "0", f"{prefix}-INITIAL_FORMS": "0"}
    return {**told, **more}


def errors_in(page):
    return re.sub(r"<[^>]+>|\s+", " ", page.content.decode())


@pytest.mark.parametrize("name", OURS)
def test_a_marketer_opens_every_list(client, marketer, name):
    assert client.get(reverse(f"admin:loyalty_{name}_changelist")).status_code == 200


@pytest.mark.parametrize("name", ["reward", "couponpool", "giftrule", "budget"])
def test_an_agent_sees_and_changes_nothing(client, name):
    colleague(client, "agent")

    assert client.get(reverse(f"admin:loyalty_{name}_changelist")).status_code == 200
    assert client.get(reverse(f"admin:loyalty_{name}_add")).status_code == 403


def test_a_new_reward_begins_with_its_kind(client, marketer):
    page = client.get(reverse("admin:loyalty_reward_add"))

    assert "?kind=free_delivery" in page.content.decode()


def test_a_reward_is_made_with_the_settings_of_its_kind(client, marketer):
    address = reverse("admin:loyalty_reward_add") + "?kind=discount"
    assert "Percent off" in client.get(address).content.decode()

    answer = client.post(address, sent(gives_percent="10", gives_at_most="3.00", gives_skus="A-1, A-2"))

    assert answer.status_code == 302, errors_in(answer)
    reward = Reward.objects.get()
    assert (reward.kind, reward.names) == ("discount", {"en": "Five off"})
    assert reward.settings == {"percent": "10", "amount": None, "at_most": "3.00", "skus": ["A-1", "A-2"]}
    assert reward.conditions == {}


def test_a_reward_that_gives_nothing_is_refused_at_its_field(client, marketer):
    answer = client.post(reverse("admin:loyalty_reward_add") + "?kind=discount", sent())

    assert answer.status_code == 200
    assert "Say either a percentage or an amount." in answer.content.decode()
    assert not Reward.objects.exists()


def test_a_reward_without_a_name_is_refused(client, marketer):
    answer = client.post(reverse("admin:loyalty_reward_add") + "?kind=free_delivery", sent(name_en=""))

    assert "Give it a name in at least one language." in answer.content.decode()


def test_a_reward_is_changed_and_what_was_redeemed_stays_as_it_was(client, marketer):
    reward = RewardFactory(settings={"amount": "5.00"})
    redemption = rewarding.redeem(member_with(100), reward=reward, key="k", at=NOON)
    address = reverse("admin:loyalty_reward_change", args=[reward.pk])
    assert 'value="5.00"' in client.get(address).content.decode()

    answer = client.post(address, sent(gives_amount="7.00", name_bg="Седем"))

    assert answer.status_code == 302, errors_in(answer)
    reward.refresh_from_db()
    redemption.refresh_from_db()
    assert reward.settings["amount"] == "7.00"
    assert redemption.settings["amount"] == "5.00"


@pytest.mark.parametrize("kind", ["product", "free_delivery", "gift", "service", "event_seat"])
def test_every_kind_has_its_form(client, marketer, kind):
    assert client.get(reverse("admin:loyalty_couponpool_add") + f"?kind={kind}").status_code == 200


def test_lists_ask_as_often_for_many_as_for_one(client, marketer):
    def count(name):
        with CaptureQueriesContext(connection) as asked:
            client.get(reverse(f"admin:loyalty_{name}_changelist"))
        return len(asked)

    def add():
        RewardFactory(), CouponPoolFactory(), GiftRuleFactory(), BudgetFactory()
        rewarding.redeem(member_with(100), reward=RewardFactory(), key=f"k{Reward.objects.count()}", at=NOON)

    add()
    [count(name) for name in OURS]
    few = {name: count(name) for name in OURS}
    for _ in range(5):
        add()

    assert {name: count(name) for name in OURS} == few


def test_codes_are_looked_for_by_the_whole_code_and_shown_in_part(client, marketer):
    coupon = coupon_codes.issue(CouponPoolFactory(), holder=member_with(0), at=NOON)
    address = reverse("admin:loyalty_coupon_changelist")

    page = client.get(address, {"q": coupon.written.lower()}).content.decode()

    assert coupon.code[:4] in page
    assert coupon.code not in page.replace(f'value="{coupon.written.lower()}"', "")
    assert "0 " not in client.get(address, {"q": coupon.code[:5]}).content.decode()[:0]


def test_codes_are_blocked_from_the_list(client, marketer):
    coupon = coupon_codes.issue(CouponPoolFactory(), holder=member_with(0), at=NOON)

    client.post(
        reverse("admin:loyalty_coupon_changelist"),
        {"action": "block", "_selected_action": [coupon.pk]},
    )

    assert Coupon.objects.get().blocked_at


# ── Codes of a pool ──────────────────────────────────────────────────────────
def page_of(pool):
    return reverse("rewards:codes", args=[pool.pk])


def test_codes_are_asked_for_and_made_by_a_worker(client, marketer, django_capture_on_commit_callbacks):
    pool = CouponPoolFactory()

    client.post(reverse("rewards:code-batches", args=[pool.pk]), {"wanted": "25", "beginning": "TEA"})
    batch = CouponBatch.objects.get()
    reward_tasks.make_codes(batch.pk)

    assert batch.started_by == marketer
    assert pool.coupons.filter(code__startswith="TEA").count() == 25
    assert "25 of 25 codes" in client.get(page_of(pool)).content.decode()


def test_a_batch_nobody_was_heard_of_is_taken_up_again():
    batch = coupon_codes.open_batch(CouponPoolFactory(), wanted=3, at=NOON)

    assert list(CouponBatch.objects.forgotten(NOON + timedelta(minutes=2))) == [batch]
    assert not CouponBatch.objects.forgotten(NOON + timedelta(seconds=30))


def test_a_running_batch_shows_how_far_it_is_and_is_stopped(client, marketer):
    pool = CouponPoolFactory()
    batch = coupon_codes.open_batch(pool, wanted=10, at=NOON)
    assert "<progress" in client.get(page_of(pool)).content.decode()

    client.post(reverse("rewards:code-batch-cancellation", args=[batch.pk]))

    batch.refresh_from_db()
    assert batch.cancelled_at


def test_a_file_of_codes_comes_in(client, marketer):
    pool = CouponPoolFactory()
    file = SimpleUploadedFile("codes.csv", b"code\nAAA-111\nBBB222\n?\n")

    page = client.post(reverse("rewards:code-files", args=[pool.pk]), {"file": file}, follow=True)

    assert set(pool.coupons.values_list("code", flat=True)) == {"AAA111", "BBB222"}
    assert "2 new codes came in." in page.content.decode()
    assert "1 line holds no code: 4." in page.content.decode()


def test_a_file_that_is_no_csv_is_refused_at_its_field(client, marketer):
    file = SimpleUploadedFile("codes.xlsx", b"PK\x03\x04\xff\xfe")

    page = client.post(reverse("rewards:code-files", args=[CouponPoolFactory().pk]), {"file": file})

    assert "Save it as CSV in UTF-8" in page.content.decode()


def test_one_code_for_everybody_is_added_once(client, marketer):
    pool = CouponPoolFactory()
    address = reverse("rewards:shared-codes", args=[pool.pk])

    client.post(address, {"code": "spring 10"})
    page = client.post(address, {"code": "SPRING10"})

    assert pool.coupons.get().code == "SPRING10"
    assert "This code is taken already." in page.content.decode()


def test_codes_leave_as_a_file_that_no_spreadsheet_runs(client, marketer):
    pool = CouponPoolFactory()
    coupon_codes.add_code(pool, "SPRING10", at=NOON)

    answer = client.get(reverse("rewards:codes-export", args=[pool.pk]))

    assert "attachment" in answer.headers["Content-Disposition"]
    assert "SPRING10,1," in b"".join(answer).decode()


def test_an_agent_takes_no_codes_out(client):
    colleague(client, "agent")
    pool = CouponPoolFactory()

    assert client.get(page_of(pool)).status_code == 200
    assert client.get(reverse("rewards:codes-export", args=[pool.pk])).status_code == 403
    assert client.post(reverse("rewards:code-batches", args=[pool.pk]), {"wanted": "5"}).status_code == 403
    assert CouponPool.objects.get().coupons.count() == 0


def test_a_gift_is_points_or_a_code_and_says_so(client, marketer):
    told = {
        "name_en": "Birthday", "name_ru": "", "name_bg": "", "programme": ProgrammeFactory().pk,
        "occasion": "birthday", "days_before": "3", "days_after": "7", "cool_down_days": "180",
        "starts_at_0": "2026-03-01", "starts_at_1": "00:00", "points": "", "pool": "",
    }  # fmt: skip
    address = reverse("admin:loyalty_giftrule_add")

    refused = client.post(address, told)
    taken = client.post(address, {**told, "points": "50"})

    assert "Give points or a code, one of the two." in refused.content.decode()
    assert taken.status_code == 302, errors_in(taken)
    assert GiftRule.objects.get().points == 50


def test_nobody_deletes_a_reward(client):
    client.force_login(UserFactory(is_superuser=True))
    reward = RewardFactory()
    ShopFactory()

    assert client.get(reverse("admin:loyalty_reward_delete", args=[reward.pk])).status_code == 403
