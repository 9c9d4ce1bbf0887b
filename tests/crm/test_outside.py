"""Addresses that somebody typed never lead inside: a trap listens there, and nobody knocks."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from crm.outside import requests
from crm.outside.addresses import is_public
from crm.outside.requests import AddressRefused, NotReached, checked, get, post, send
from tests.fakes.webhook_receiver import Receiver, Reply, a_receiver

HOME = "127.0.0.1/32"
# Every way that we know of to write 127.0.0.1 and its neighbours, a cloud's metadata, and networks of nobody else's.
HOSTS = [
    *("127.0.0.1", "127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.1", "0x7F.0.0.1", "017700000001"),
    *(
        "0177.0.0.1",
        "0177.1",
        "127.0.0.1.",
        "127.000.000.001",
        "127.0.0.2",
        "127.127.127.127",
        "0",
        "0.0.0.0",  # noqa: S104 - an address that leads inside
    ),
    *("0x0", "localhost", "LOCALHOST", "localhost.", "[::1]", "[0:0:0:0:0:0:0:1]", "[::]", "[::127.0.0.1]"),
    *("[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[0:0:0:0:0:ffff:127.0.0.1]", "[::ffff:0:127.0.0.1]"),
    *(
        "[64:ff9b::7f00:1]",
        "[64:ff9b::127.0.0.1]",
        "[64:ff9b:1::7f00:1]",
        "[2002:7f00:1::]",
        "[2002:7f00:0001::1]",
    ),
    *("[2001::1]", "[2001:0:7f00:1::]", "[2001:db8::1]", "[3fff::1]", "[fe80::1]", "[fec0::1]", "[fc00::1]"),
    *(
        "[fd12:3456::1]",
        "[fd00:ec2::254]",
        "[ff02::1]",
        "[100::1]",
        "[5f00::1]",
        "10.0.0.1",
        "10.255.255.255",
    ),
    *("172.16.0.1", "172.31.255.254", "192.168.0.1", "192.168.1.1", "169.254.169.254", "169.254.170.2"),
    *(
        "100.64.0.1",
        "100.100.100.200",
        "100.127.255.255",
        "192.0.0.1",
        "192.0.0.8",
        "192.0.0.9",
        "192.0.0.192",
    ),
    *("192.0.2.1", "192.88.99.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "168.63.129.16", "224.0.0.1"),
    *(
        "239.255.255.250",
        "240.0.0.1",
        "255.255.255.255",
        "①②⑦.⓪.⓪.①",
        "１２７.０.０.１",
        "127。0。0。1",
        "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ",
    ),
]
MALFORMED = [
    *(
        "",
        "https://",
        "https:///hooks",
        "//shop.example/",
        "shop.example",
        "ftp://shop.example/",
        "file:///etc/passwd",
    ),
    *("gopher://shop.example/", "https://user@shop.example/", "https://user:word@shop.example/"),
    *(
        "https://shop.example@127.0.0.1/",
        "https://127.0.0.1\\@shop.example/",
        "https://shop.example\\@127.0.0.1/",
    ),
    *("https://shop.example/\r\nHost: inside", "https://shop.example /", "https://shop.example:443:80/"),
    *("https://shop.example:99999/", "https://%31%32%37.0.0.1/", "https://[::1", "https://[fe80::1%25lo]/"),
    *(
        "http://shop.example/",
        "https://shop.example:22/",
        "https://shop.example:6379/",
        "https://" + "a" * 600 + ".example/",
    ),
]


@pytest.fixture
def trap() -> Iterator[Receiver]:
    with a_receiver(host="127.0.0.2") as listening:
        yield listening


def spellings(trap: Receiver) -> Iterator[str]:
    for host in HOSTS:
        for scheme in ("http", "https"):
            yield f"{scheme}://{host}:{trap.server_port}/"
        yield f"https://{host}/"


def told(url: str) -> requests.Answer:
    return post(url, headers=HEADERS, body=b"{}")


def asked(url: str) -> requests.Answer:
    return get(url, headers=HEADERS)


def done(url: str) -> requests.Answer:
    return send("POST", url, headers=HEADERS, body=b"{}")


each_way = pytest.mark.parametrize("call", [told, asked, done])
Call = Callable[[str], requests.Answer]


@each_way
def test_no_spelling_of_an_address_inside_is_called(settings: Any, trap: Receiver, call: Call) -> None:
    settings.OUTSIDE_TRUSTED_NETWORKS = []
    assert len(HOSTS) >= 60
    for url in spellings(trap):
        with pytest.raises((AddressRefused, NotReached)):
            call(url)
    assert trap.connections == 0


@each_way
def test_even_where_the_ports_are_usual_nothing_inside_is_connected_to(
    settings: Any, monkeypatch: pytest.MonkeyPatch, trap: Receiver, call: Call
) -> None:
    """As if the trap stood at a port that may be called: only the address stands between."""
    settings.OUTSIDE_TRUSTED_NETWORKS = []
    monkeypatch.setattr(requests, "PORTS", {trap.server_port})
    for url in spellings(trap):
        with pytest.raises((AddressRefused, NotReached)) as refused:
            call(url)
        assert getattr(refused.value, "failure", "name not found") == "name not found"
    assert trap.connections == 0


@pytest.mark.parametrize("url", MALFORMED)
def test_what_is_no_plain_https_address_is_refused_as_soon_as_it_is_typed(settings: Any, url: str) -> None:
    settings.OUTSIDE_TRUSTED_NETWORKS = []
    with pytest.raises(AddressRefused):
        checked(url)


def test_an_address_in_another_script_is_kept_as_it_is_called() -> None:
    assert checked("https://магазин.рф/път?а=1") == (
        "https://xn--80aairftm.xn--p1ai/%D0%BF%D1%8A%D1%82?%D0%B0=1"
    )
    assert checked("https://SHOP.example:8443/Hooks?x=%20y#part") == "https://shop.example:8443/Hooks?x=%20y"


class Names:
    """What names lead to, one answer after another; the last for ever."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> None:
        self.answers, self.asked, self.real = list(answers), 0, socket.getaddrinfo
        monkeypatch.setattr(socket, "getaddrinfo", self.look_up)

    def look_up(self, host: Any, port: Any, *args: Any, **more: Any) -> list[Any]:
        if host != "rebinding.example":
            return self.real(host, port, *args, **more)
        found = self.answers[min(self.asked, len(self.answers) - 1)]
        self.asked += 1
        return [one for address in found for one in self.real(address, port, *args, **more)]


@each_way
def test_a_name_that_leads_elsewhere_the_second_time_is_never_asked_twice(
    monkeypatch: pytest.MonkeyPatch, trap: Receiver, call: Call
) -> None:
    with a_receiver() as good:
        names = Names(monkeypatch, ["127.0.0.1"], ["127.0.0.2"])
        answer = call(f"http://rebinding.example:{good.server_port}/")

    assert answer.status == 204
    assert (names.asked, good.connections, trap.connections) == (1, 1, 0)


@each_way
def test_a_name_with_one_address_inside_is_not_called_at_its_others_either(
    monkeypatch: pytest.MonkeyPatch, trap: Receiver, call: Call
) -> None:
    with a_receiver() as good:
        Names(monkeypatch, ["127.0.0.1", "127.0.0.2"])
        with pytest.raises(AddressRefused):
            call(f"http://rebinding.example:{good.server_port}/")
    assert (good.connections, trap.connections) == (0, 0)


@each_way
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_an_answer_and_leads_nowhere(trap: Receiver, status: int, call: Call) -> None:
    with a_receiver(Reply(status=status, headers={"Location": trap.url})) as good:
        answer = call(good.url)

    assert answer.status == status and answer.headers["location"] == trap.url
    assert trap.connections == 0


@each_way
def test_a_proxy_of_the_environment_is_not_used(
    monkeypatch: pytest.MonkeyPatch, trap: Receiver, call: Call
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "https_proxy"):
        monkeypatch.setenv(name, trap.url)
    with a_receiver() as good:
        assert call(good.url).status == 204
    assert trap.connections == 0


@each_way
def test_whoever_answers_slowly_is_left_behind(monkeypatch: pytest.MonkeyPatch, call: Call) -> None:
    for patience in ("PATIENCE_SECONDS", "PATIENCE_TO_FIND_SECONDS"):
        monkeypatch.setattr(requests, patience, 0.5)
    for reply in (Reply(after_seconds=3), Reply(status=200, body=b"x" * 100, drips_seconds=0.1)):
        with a_receiver(reply) as slow:
            began = time.monotonic()
            with pytest.raises(NotReached):
                call(slow.url)
            assert time.monotonic() - began < 2.5


def test_of_a_long_answer_only_the_beginning_is_read() -> None:
    with a_receiver(Reply(status=200, body=b"x" * 3_000_000)) as good:
        answer = post(good.url, headers=HEADERS, body=b"{}")
    assert len(answer.body) == requests.LONGEST_ANSWER_BYTES


def test_what_was_asked_for_is_read_whole_or_not_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    with a_receiver(Reply(status=200, body=b"x" * 3_000_000)) as good:
        assert len(asked(good.url).body) == len(done(good.url).body) == 3_000_000
        monkeypatch.setattr(requests, "LONGEST_FOUND_BYTES", 2_999_999)
        for call in (asked, done):
            with pytest.raises(requests.TooLong):
                call(good.url)


@each_way
def test_a_closed_door_is_no_answer(call: Call) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        with pytest.raises(NotReached):
            call(f"http://127.0.0.1:{closed.getsockname()[1]}/")


@given(some.ip_addresses(v=6, network="64:ff9b::/96"))
def test_nothing_behind_nat64_is_public(address: Any) -> None:
    assert not is_public(str(address))


@pytest.mark.parametrize(
    "address", ["93.184.216.34", "8.8.8.8", "2606:4700:4700::1111", "2a00:1450:4001::200e"]
)
def test_what_is_public_may_be_called(address: str) -> None:
    assert is_public(address)


HEADERS = {"webhook-id": "1", "webhook-timestamp": "1", "webhook-signature": "v1,"}
