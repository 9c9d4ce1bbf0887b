"""Real servers of mail on this machine, each on a free port: SMTP by aiosmtpd, IMAP by Debian's Dovecot."""

import asyncio
import getpass
import grp
import mailbox
import os
import pwd
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import Message
from email.policy import compat32
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller

NO_DOVECOT = "NO DOVECOT: no mailbox was fetched. Install it (on Debian: apt install dovecot-imapd)."
PASSWORD = "kept-secret"
STARTS_WITHIN_SECONDS = 20


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Post:
    """Takes every mail, as a mail server does; what is for a mailbox that it knows, it delivers there.

    `answers`: what it says to the next mails instead of taking them, a line each; `drops_after_data`: it takes the
    mail, and the line breaks before it can say so.
    """

    def __init__(self) -> None:
        self.taken: list[Message] = []
        self.recipients: list[list[str]] = []
        self.mailboxes: dict[str, Any] = {}
        self.answers: list[str] = []
        self.refuses_addresses: dict[str, str] = {}
        self.drops_after_data = False

    async def handle_RCPT(self, server, session, envelope, address, options):
        refusal = self.refuses_addresses.get(address)
        if refusal:
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if self.answers:
            return self.answers.pop(0)
        self.take(envelope.content, envelope.mail_from or "", envelope.rcpt_tos)
        if self.drops_after_data:
            server.transport.abort()
            await asyncio.sleep(0)
        return "250 OK"

    def take(self, raw: bytes, mail_from: str, recipients: list[str]) -> None:
        self.taken.append(message_from_bytes(raw, policy=compat32))
        self.recipients.append(recipients)
        for recipient in recipients:
            local, _at, domain = recipient.partition("@")
            deliver = self.mailboxes.get(f"{local.partition('+')[0]}@{domain}")
            if deliver:
                deliver(f"Return-Path: <{mail_from}>\r\nDelivered-To: {recipient}\r\n".encode() + raw)


@contextmanager
def smtp(post: Post | None = None) -> Iterator[tuple[Post, int]]:
    post, port = post or Post(), free_port()
    controller = Controller(post, hostname="127.0.0.1", port=port, data_size_limit=40 * 1024 * 1024)
    controller.start()
    try:
        yield post, port
    finally:
        controller.stop()


class Dovecot:
    """One server with as many mailboxes as are asked for, all with the same password."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.program = shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
        self.process: subprocess.Popen[bytes] | None = None
        self.owner = pwd.getpwnam("mail" if os.geteuid() == 0 else getpass.getuser())

    def start(self) -> None:
        if self.program is None:
            if os.environ.get("CI"):
                pytest.fail(NO_DOVECOT)
            pytest.skip(NO_DOVECOT)
        for part in ("mail", "run", "home"):
            (self.folder / part).mkdir()
        os.chown(self.folder / "mail", self.owner.pw_uid, self.owner.pw_gid)
        os.chown(self.folder / "home", self.owner.pw_uid, self.owner.pw_gid)
        config = self.folder / "dovecot.conf"
        config.write_text(self._config())
        self.process = subprocess.Popen([self.program, "-F", "-c", str(config)], stdin=subprocess.DEVNULL)
        self._wait()

    def stop(self) -> None:
        if self.process:
            self.process.terminate()
            self.process.wait(timeout=20)

    def deliver(self, user: str, raw: bytes) -> None:
        """As a mail server puts a mail into somebody's mailbox."""
        box = mailbox.Maildir(self.folder / "mail" / user, create=True)
        box.add(raw)
        box.close()
        if os.geteuid() == 0:
            for path in [self.folder / "mail" / user, *(self.folder / "mail" / user).rglob("*")]:
                os.chown(path, self.owner.pw_uid, self.owner.pw_gid)

    def number_anew(self, user: str) -> None:
        """As after a restore: every mail gets another number, and the mailbox another validity."""
        for path in (self.folder / "mail" / user).glob("dovecot*"):
            path.unlink()
        time.sleep(1.1)  # the new validity is the second of the clock

    def _wait(self) -> None:
        until = time.monotonic() + STARTS_WITHIN_SECONDS
        while time.monotonic() < until:
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=1) as line:
                    if line.recv(4).startswith(b"* OK"):
                        return
            except OSError:
                time.sleep(0.05)
        log = self.folder / "log"
        pytest.fail(f"Dovecot did not start: {log.read_text() if log.exists() else 'no log'}")

    def _config(self) -> str:
        us = getpass.getuser()
        group = grp.getgrgid(os.getgid()).gr_name
        accounts = ("", "") if os.geteuid() == 0 else (us, group)
        version = subprocess.run(
            [str(self.program), "--version"], capture_output=True, text=True, check=True
        ).stdout
        numbers = tuple(map(int, version.split()[0].split(".")[:2]))
        return (_config_2_4 if numbers >= (2, 4) else _config_2_3)(self, version.split()[0], *accounts)


def _internal(user: str, group: str) -> str:
    if not user:
        return ""
    return f"default_internal_user = {user}\ndefault_login_user = {user}\ndefault_internal_group = {group}\n"


def _services(port: int) -> str:
    return f"""
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
"""


def _config_2_3(server: Dovecot, version: str, user: str, group: str) -> str:
    its = server.folder
    owner = server.owner
    return f"""
base_dir = {its}/run
log_path = {its}/log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
mail_location = maildir:{its}/mail/%u
mail_uid = {owner.pw_uid}
mail_gid = {owner.pw_gid}
first_valid_uid = 1
first_valid_gid = 1
{_internal(user, group)}
passdb {{
  driver = static
  args = password={PASSWORD}
}}
userdb {{
  driver = static
  args = uid={owner.pw_uid} gid={owner.pw_gid} home={its}/home/%u
}}
{_services(server.port)}
"""


def _config_2_4(server: Dovecot, version: str, user: str, group: str) -> str:
    its = server.folder
    owner = server.owner
    return f"""
dovecot_config_version = {version}
dovecot_storage_version = {version}
base_dir = {its}/run
log_path = {its}/log
protocols {{
  imap = yes
}}
listen = 127.0.0.1
ssl = no
auth_allow_cleartext = yes
mail_driver = maildir
mail_path = {its}/mail/%{{user}}
first_valid_uid = 1
first_valid_gid = 1
{_internal(user, group)}
passdb static {{
  password = {PASSWORD}
}}
userdb static {{
  fields {{
    uid = {owner.pw_uid}
    gid = {owner.pw_gid}
    home = {its}/home/%{{user}}
  }}
}}
{_services(server.port)}
"""


@contextmanager
def dovecot(folder: Path) -> Iterator[Dovecot]:
    """Loudly skipped where there is none, except in CI."""
    server = Dovecot(folder)
    server.start()
    try:
        yield server
    finally:
        server.stop()
