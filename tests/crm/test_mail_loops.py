from email.message import EmailMessage

import pytest

from crm.mail import loops
from crm.mail.loops import Machine
from crm.mail.reading import read
from tests.factories.mailboxes import mail

REPORT = """From: MAILER-DAEMON@mx.example.org
To: help@lipa.example
Subject: Undelivered Mail Returned to Sender
Content-Type: multipart/report; report-type={report_type}; boundary=x
MIME-Version: 1.0

--x
Content-Type: text/plain

Sorry.
--x
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org

Final-Recipient: rfc822; maria@example.org
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {diagnostic}

--x
Content-Type: {returned}

Message-ID: <veren.7.abc@lipa.example>
Subject: Order 7

--x--
"""


def report(
    action: str = "failed",
    status: str = "5.1.1",
    diagnostic: str = "550 5.1.1 no such user",
    returned: str = "message/rfc822",
    report_type: str = "delivery-status",
):
    words = {"action": action, "status": status, "diagnostic": diagnostic}
    return read(REPORT.format(returned=returned, report_type=report_type, **words).encode())


@pytest.mark.parametrize(
    ("headers", "machine"),
    [
        ({"Auto-Submitted": "auto-replied"}, Machine.AUTO_SUBMITTED),
        ({"Auto-Submitted": "auto-generated; owner-email=a@b.c"}, Machine.AUTO_SUBMITTED),
        ({"Precedence": "bulk"}, Machine.BULK),
        ({"Precedence": "List"}, Machine.BULK),
        ({"Precedence": "junk"}, Machine.BULK),
        ({"X-Autoreply": "yes"}, Machine.BULK),
        ({"List-Id": "<news.example.org>"}, Machine.LIST),
        ({"Return-Path": "<>"}, Machine.NO_RETURN_PATH),
        ({"X-Auto-Response-Suppress": "DR, AutoReply"}, Machine.SUPPRESSED),
        ({loops.OWN_HEADER: "1"}, Machine.OURS),
    ],
)
def test_a_machine_is_known_by_its_headers(headers, machine):
    raw = "".join(f"{name}: {value}\r\n" for name, value in headers.items()).encode() + mail()

    assert loops.machine(read(raw)) is machine


@pytest.mark.parametrize(
    "sender",
    ["MAILER-DAEMON@x.example", "no-reply@x.example", "noreply+7@x.example", "do-not-reply@x.example"],
)
def test_a_machine_is_known_by_its_address(sender):
    assert loops.machine(read(mail(sender=sender))) is Machine.MACHINE_ADDRESS


@pytest.mark.parametrize("headers", [{}, {"Auto_Submitted": "no"}, {"Return_Path": "<maria@example.org>"}])
def test_a_person_is_a_person(headers):
    assert loops.machine(read(mail(**headers))) is None


@pytest.mark.parametrize("returned", ["message/rfc822", "text/rfc822-headers"])
def test_a_delivery_report_says_which_mail_failed_and_why(returned):
    [bounce] = loops.bounces(report(returned=returned))

    assert bounce.message_id == "<veren.7.abc@lipa.example>"
    assert bounce.is_permanent
    assert bounce.is_address_dead
    assert "550 5.1.1" in bounce.reason


@pytest.mark.parametrize(
    ("status", "diagnostic", "is_permanent", "is_address_dead"),
    [
        ("5.2.2", "552 mailbox full", True, False),
        ("4.2.2", "452 try later", False, False),
        ("5.7.1", "550 5.7.1 rejected as spam", True, False),
        ("5.0.0", "", True, False),
    ],
)
def test_a_failure_is_judged_by_its_status(status, diagnostic, is_permanent, is_address_dead):
    [bounce] = loops.bounces(report(status=status, diagnostic=diagnostic))

    assert (bounce.is_permanent, bounce.is_address_dead) == (is_permanent, is_address_dead)


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded"])
def test_what_did_not_fail_is_no_news(action):
    assert loops.bounces(report(action=action)) == []


def test_a_report_is_a_machine_s():
    assert loops.machine(report()) is Machine.REPORT


def test_a_mail_that_only_tells_of_a_failure_is_no_report():
    letter = EmailMessage()
    letter["From"] = "maria@example.org"
    letter.set_content("Action: failed\nStatus: 5.1.1\nMessage-ID: <veren.7.abc@lipa.example>")

    assert loops.bounces(read(bytes(letter))) == []
