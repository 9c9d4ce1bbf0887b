"""An invitation works once, for seven days, for one role."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils import timezone

from crm.colleagues import inviting
from crm.colleagues.inviting import AlreadyColleague, InvitationOver
from crm.models import Invitation, User
from tests.factories.shops import NOON, UserFactory

pytestmark = pytest.mark.django_db

PASSWORD = "a linden in bloom 7"


@pytest.fixture
def administrator():
    colleague = UserFactory()
    colleague.groups.add(Group.objects.get(name="administrator"))
    return colleague


@pytest.fixture
def invited(administrator):
    return invite(administrator)


def invite(administrator, *, email="petar@lipa.example", at=NOON):
    role = Group.objects.get(name="agent")
    return inviting.invite(email=email, name="Петър", role=role, invited_by=administrator, at=at)


def test_whoever_accepts_works_here_in_the_role_named(invited):
    invitation, token = invited

    user = inviting.accept(token, name="Петър Илиев", password=PASSWORD, at=NOON)

    assert user.is_staff
    assert not user.is_superuser
    assert [group.name for group in user.groups.all()] == ["agent"]
    invitation.refresh_from_db()
    assert invitation.accepted_by == user


def test_an_invitation_works_once(invited):
    _, token = invited
    inviting.accept(token, name="Петър", password=PASSWORD, at=NOON)

    with pytest.raises(InvitationOver):
        inviting.accept(token, name="Другият", password=PASSWORD, at=NOON)

    assert User.objects.filter(email="petar@lipa.example").count() == 1


def test_an_old_invitation_no_longer_works(invited):
    _, token = invited

    with pytest.raises(InvitationOver):
        inviting.accept(token, name="Петър", password=PASSWORD, at=NOON + timedelta(days=8))


def test_an_invitation_taken_back_no_longer_works(invited):
    invitation, token = invited
    inviting.revoke(invitation, at=NOON)

    assert inviting.open_invitation(token, at=NOON) is None


def test_a_new_invitation_takes_the_earlier_one_back(administrator, invited):
    _, earlier = invited
    _, later = invite(administrator, email="Petar@Lipa.example")

    assert inviting.open_invitation(earlier, at=NOON) is None
    assert inviting.open_invitation(later, at=NOON) is not None


def test_a_colleague_is_not_invited_again(administrator):
    with pytest.raises(AlreadyColleague):
        invite(administrator, email=administrator.email.upper())


def test_the_token_itself_is_kept_nowhere(invited):
    invitation, token = invited

    assert token.encode() not in bytes(invitation.token_sha256)


@pytest.mark.parametrize("token", ["made-up", "\udcff", "%00"])
def test_a_made_up_token_is_nobodys(token):
    assert inviting.open_invitation(token, at=NOON) is None


def test_an_administrator_invites_on_a_page_and_the_letter_carries_the_link(
    client, administrator, mailoutbox
):
    client.force_login(administrator)

    page = client.post(
        reverse("crm:invitations"),
        {
            "name": "Петър",
            "email": "petar@lipa.example",
            "role": Group.objects.get(name="cashier").pk,
            "by_email": "on",
        },
    )

    link = page.context["link"]
    assert link in mailoutbox[0].body
    assert link.encode() in page.content
    assert link.encode() not in client.get(reverse("crm:invitations")).content


def test_when_the_mail_server_does_not_answer_the_link_can_be_copied(client, administrator, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    client.force_login(administrator)
    role = Group.objects.get(name="agent").pk

    page = client.post(
        reverse("crm:invitations"),
        {"name": "Петър", "email": "petar@lipa.example", "role": role, "by_email": "on"},
    )

    assert page.context["link"].encode() in page.content
    assert Invitation.objects.count() == 1


def test_who_follows_the_link_chooses_a_password_and_goes_on_to_a_second_factor(client, administrator):
    _, token = invite(administrator, at=timezone.now())

    answer = client.post(reverse("invitation", args=[token]), {"name": "Петър Илиев", "password": PASSWORD})

    assert answer.url == reverse("mfa_activate_totp")
    assert User.objects.get(email="petar@lipa.example").check_password(PASSWORD)


def test_an_old_link_says_so(client, invited):
    _, token = invited

    assert client.get(reverse("invitation", args=[token])).status_code == 410


def test_an_agent_invites_nobody(client):
    agent = UserFactory()
    agent.groups.add(Group.objects.get(name="agent"))
    client.force_login(agent)

    assert client.get(reverse("crm:invitations")).status_code == 403
    assert not Invitation.objects.exists()


def test_taking_an_invitation_back_is_a_post(client, administrator, invited):
    invitation, token = invited
    client.force_login(administrator)
    page = reverse("crm:invitation-revocation", args=[invitation.pk])

    assert client.get(page).status_code == 405
    client.post(page)

    assert inviting.open_invitation(token, at=NOON) is None
