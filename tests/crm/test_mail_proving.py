import pytest

from crm.mail.proving import is_proved
from crm.mail.reading import read
from tests.factories.mailboxes import mail

MX = "mx.lipa.example"


def proved(*verdicts: str, sender: str = "maria@example.org", verifier: str = MX) -> bool:
    """Verdicts from the topmost down."""
    head = "".join(f"Authentication-Results: {verdict}\r\n" for verdict in verdicts).encode()
    return is_proved(read(head + mail(sender=sender)), verifier)


@pytest.mark.parametrize(
    "verdict",
    [
        f"{MX}; dmarc=pass (p=REJECT) header.from=example.org",
        f"{MX}; dkim=pass header.i=@example.org header.s=s1 header.b=abc",
        f"{MX}; dkim=pass (2048-bit key) header.d=example.org",
        f"{MX}; spf=pass (sender SPF authorized) smtp.mailfrom=maria@example.org",
        f"{MX};\r\n dkim=fail header.d=other.example;\r\n dkim=pass header.d=example.org",
        f"{MX} 1; DMARC=PASS header.from=EXAMPLE.ORG",
    ],
)
def test_our_server_s_word_proves_a_sender(verdict):
    assert proved(verdict)


@pytest.mark.parametrize(
    "verdict",
    [
        f"{MX}; dmarc=fail header.from=example.org",
        f"{MX}; none",
        f"{MX}; dkim=pass header.d=evil.example",
        f"{MX}; dkim=pass header.d=org",
        f"{MX}; dkim=pass header.d=notexample.org",
        f"{MX}; spf=softfail smtp.mailfrom=maria@example.org",
        f"{MX}; spf=pass smtp.mailfrom=evil.example",
        f"{MX}; arc=pass header.d=example.org",
        # Words that a sender can put into a verdict
        f'{MX}; spf=fail smtp.mailfrom="a; dmarc=pass header.from=example.org"@evil.example',
        f"{MX}; spf=fail (evil.example; dmarc=pass header.from=example.org) smtp.mailfrom=evil.example",
        f"{MX}; spf=fail reason=dmarc=pass header.from=example.org",
        "mx.evil.example; dmarc=pass header.from=example.org",
        "",
    ],
)
def test_nothing_else_does(verdict):
    assert not proved(verdict)


def test_only_the_topmost_verdict_of_our_server_counts():
    ours = f"{MX}; dmarc=fail header.from=example.org"
    forged = f"{MX}; dmarc=pass header.from=example.org"

    assert not proved(ours, forged)
    assert proved("list.example; dmarc=fail", forged)


def test_a_subdomain_is_proved_by_the_domain_above_it_and_not_the_other_way():
    assert proved(f"{MX}; dkim=pass header.d=example.org", sender="maria@mail.example.org")
    assert not proved(f"{MX}; dkim=pass header.d=mail.example.org", sender="maria@example.org")


def test_without_a_server_of_ours_nobody_is_believed():
    assert not proved("; dmarc=pass header.from=example.org", verifier="")


def test_two_senders_prove_nothing():
    verdict = f"Authentication-Results: {MX}; dmarc=pass header.from=example.org\r\n".encode()

    assert not is_proved(read(verdict + b"From: director@lipa.example\r\n" + mail()), MX)
    assert not is_proved(read(verdict + mail(sender="maria@example.org, director@lipa.example")), MX)
