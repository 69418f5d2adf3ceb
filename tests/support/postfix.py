"""A real mail server of a test's own: Postfix with its own queue, ports and mailboxes, or none where it is not installed.

It takes mail for ``@mailboxes.test`` into Maildirs, refuses unknown mailboxes there at RCPT, accepts ``@later.test`` and bounces it
afterwards with a notice, and offers STARTTLS with a certificate of its own. Needs root, as Postfix does.
"""

import os
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.support.waiting import until

_PROGRAMS = Path("/usr/lib/postfix/sbin")
_PUBLIC = frozenset({"pickup", "cleanup", "qmgr", "flush"})


def is_available() -> bool:
    """Whether Postfix, a certificate maker and the rights to run them are here."""
    programs = ("postfix", "openssl")
    return os.geteuid() == 0 and _PROGRAMS.is_dir() and all(shutil.which(name) for name in programs)


class Postfix:
    """Runs while its context is open. ``port`` takes SMTP with STARTTLS offered, ``ca_file`` is what its certificate is checked by."""

    def __init__(self) -> None:
        self._directory = Path(
            tempfile.mkdtemp(prefix="postfix-")
        )  # not pytest's, whose parent other users may not enter
        self._configuration = self._directory / "etc"
        self.ca_file = self._directory / "cert.pem"
        self.port = 0
        self._other_port = 0

    def __enter__(self) -> Self:
        self.port, self._other_port = _free_port(), _free_port()
        self._set_up()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._postfix("stop")
        shutil.rmtree(self._directory, ignore_errors=True)

    async def ready(self) -> None:
        """Return once it answers."""
        await until(self._answers, saw=self.log)

    def maildir(self, name: str) -> Path:
        """The mailbox of ``name@mailboxes.test``."""
        return self._directory / "mail" / name

    def mails(self, name: str) -> list[bytes]:
        """What arrived for ``name@mailboxes.test``, oldest first."""
        found = (path for path in (self.maildir(name) / "new").glob("*"))
        return [path.read_bytes() for path in sorted(found, key=lambda path: path.stat().st_mtime_ns)]

    def empty(self) -> None:
        """Forget every mail that arrived, and the log."""
        for path in (self._directory / "mail").glob("*/new/*"):
            path.unlink()
        (self._directory / "maillog").write_text("")

    def log(self) -> str:
        """What Postfix has logged."""
        path = self._directory / "maillog"
        return path.read_text(errors="replace")[-4000:] if path.exists() else "no log"

    def _set_up(self) -> None:
        self._directory.chmod(0o755)
        for folder in ("etc", "queue", "data", "mail"):
            (self._directory / folder).mkdir()
        shutil.chown(self._directory / "data", "postfix")
        shutil.chown(self._directory / "mail", "nobody", "nogroup")
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
             "-addext", "subjectAltName=DNS:localhost", "-keyout", self._directory / "key.pem", "-out", self.ca_file],
            check=True, capture_output=True,
        )  # fmt: skip
        (self._configuration / "main.cf").write_text(self._main(), encoding="ascii")
        (self._configuration / "master.cf").write_text(self._master(), encoding="ascii")
        self._postfix("start")

    def _main(self) -> str:
        here = self._directory
        return f"""compatibility_level = 3.6
queue_directory = {here}/queue
data_directory = {here}/data
command_directory = /usr/sbin
daemon_directory = {_PROGRAMS}
maillog_file = {here}/maillog
maillog_file_prefixes = {here}
mail_owner = postfix
setgid_group = postdrop
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mx.test
mydestination =
alias_maps =
local_recipient_maps =
mynetworks = 127.0.0.0/8
recipient_delimiter = +
virtual_mailbox_domains = mailboxes.test
virtual_mailbox_base = {here}/mail
virtual_mailbox_maps = inline:{{ desk@mailboxes.test=desk/, bounces@mailboxes.test=bounces/ }}
virtual_uid_maps = static:65534
virtual_gid_maps = static:65534
virtual_minimum_uid = 1
transport_maps = inline:{{ later.test=smtp:[127.0.0.1]:{self._other_port}, full.test=smtp:[127.0.0.1]:{self._other_port} }}
refusals = check_recipient_access inline:{{ {{ later.test = 550 5.1.1 no such user }}, {{ full.test = 552 5.2.2 mailbox full }} }}, reject
relay_domains = later.test, full.test
smtpd_tls_cert_file = {here}/cert.pem
smtpd_tls_key_file = {here}/key.pem
smtpd_tls_security_level = may
smtpd_recipient_restrictions = permit_mynetworks, reject
bounce_queue_lifetime = 0
"""

    def _master(self) -> str:
        services = [f"127.0.0.1:{self.port} inet n - n - - smtpd"]
        services += [
            f"127.0.0.1:{self._other_port} inet n - n - - smtpd -o smtpd_recipient_restrictions=$refusals -o myhostname=other.test"
        ]
        services += ["postlog unix-dgram n - n - 1 postlogd"]
        services += [
            f"{name} unix {'n' if name in _PUBLIC else '-'} {'n' if name == 'virtual' else '-'} n {wakeup} {limit} {program}"
            for name, wakeup, limit, program in (
                ("pickup", "60", "1", "pickup"), ("cleanup", "-", "0", "cleanup"), ("qmgr", "300", "1", "qmgr"),
                ("tlsmgr", "1000?", "1", "tlsmgr"), ("rewrite", "-", "-", "trivial-rewrite"), ("bounce", "-", "0", "bounce"),
                ("defer", "-", "0", "bounce"), ("trace", "-", "0", "bounce"), ("verify", "-", "1", "verify"),
                ("flush", "1000?", "0", "flush"), ("proxymap", "-", "-", "proxymap"), ("smtp", "-", "-", "smtp"),
                ("relay", "-", "-", "smtp"), ("error", "-", "-", "error"), ("retry", "-", "-", "error"),
                ("discard", "-", "-", "discard"), ("virtual", "-", "-", "virtual"), ("anvil", "-", "1", "anvil"),
                ("scache", "-", "1", "scache"),
            )
        ]  # fmt: skip
        return "\n".join(services) + "\n"

    def _postfix(self, command: str) -> None:
        done = subprocess.run(
            ["postfix", "-c", self._configuration, command], capture_output=True, text=True, timeout=30, check=False
        )
        if done.returncode != 0 and command == "start":
            raise AssertionError(f"postfix did not start: {done.stdout}{done.stderr}{self.log()}")

    def _answers(self) -> bool:
        with socket.socket() as found:
            found.settimeout(0.2)
            return found.connect_ex(("127.0.0.1", self.port)) == 0


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
