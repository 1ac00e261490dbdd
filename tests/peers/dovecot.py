"""A real Dovecot with a configuration, users and mail of its own, on free ports of the loopback."""

from __future__ import annotations

import grp
import imaplib
import os
import pwd
import shutil
import signal
import smtplib
import socket
import subprocess
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.waiting import until

PASSWORD = "dovecot-secret"
PROGRAM = "/usr/sbin/dovecot"


class Dovecot:
    """`with Dovecot() as dovecot:`; `imap`, `imaps`, `pop3` and `lmtp` are its ports.

    Every user has PASSWORD. `ca` is the file of the certificate that vouches for `localhost`. `quota` limits what
    INBOX and folders may hold, such as `quota="5M"`; `capabilities` replaces what the server says that it can do.
    """

    def __init__(self, *, quota: str = "", capabilities: str = "") -> None:
        self.quota, self.capabilities = quota, capabilities

    def __enter__(self) -> Dovecot:
        self.folder = Path(tempfile.mkdtemp(prefix="dovecot-"))
        self.folder.chmod(0o755)
        self.ca = self.folder / "certificate.pem"
        self._user = pwd.getpwnam("nobody") if os.getuid() == 0 else pwd.getpwuid(os.getuid())
        for name in ("mail", "run", "state"):
            (self.folder / name).mkdir(mode=0o755)
        os.chown(self.folder / "mail", self._user.pw_uid, self._user.pw_gid)
        write_certificate(self.ca, self.folder / "key.pem", name="localhost")
        self.imap, self.imaps, self.pop3, self.lmtp = (free_port() for _ in range(4))
        self.set_password(PASSWORD)
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self) -> None:
        """Start it and wait until it answers."""
        config = self.folder / "dovecot.conf"
        config.write_text(self._configuration())
        with (self.folder / "out").open("ab") as out:
            self.process = subprocess.Popen([PROGRAM, "-F", "-c", config], stdout=out, stderr=out)
        until(lambda: all(_listens(port) for port in (self.imap, self.pop3, self.lmtp)))

    def stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        """End it, all its processes with it."""
        self.process.send_signal(number)
        self.process.wait(10)
        until(lambda: not _listens(self.imap))

    def set_password(self, password: str) -> None:
        """Of every user, from the next sign-in on."""
        self.password = password
        (self.folder / "password").write_text(password)
        if hasattr(self, "process"):
            (self.folder / "dovecot.conf").write_text(self._configuration())
            self.process.send_signal(signal.SIGHUP)

    def deliver(self, address: str, *contents: bytes) -> None:
        """By LMTP, as the provider's own server would."""
        with smtplib.LMTP("127.0.0.1", self.lmtp) as lmtp:
            for content in contents:
                lmtp.sendmail("anna@user.example", [address], content)

    def empty(self) -> None:
        """No user has any mail."""
        for home in (self.folder / "mail").iterdir():
            shutil.rmtree(home)

    def client(self, address: str) -> imaplib.IMAP4:
        """Another client of the mailbox, signed in."""
        client = imaplib.IMAP4("127.0.0.1", self.imap)
        client.login(address, self.password)
        return client

    def count(self, address: str, folder: str = "INBOX") -> int:
        """How many messages lie in a folder."""
        with self.client(address) as client:
            kind, (number,) = client.select(folder, readonly=True)
            assert number is not None
            return int(number) if kind == "OK" else 0

    def home(self, address: str) -> Path:
        """Where the mail of a user lies."""
        return self.folder / "mail" / address

    def _configuration(self) -> str:
        root = os.getuid() == 0
        me = pwd.getpwuid(os.getuid()).pw_name
        nobody = "nobody" if root else me
        limits = f"quota_rule = *:storage={self.quota}\n  quota = maildir:User quota" if self.quota else ""
        capability = f"imap_capability = {self.capabilities}" if self.capabilities else ""
        return f"""
base_dir = {self.folder}/run
state_dir = {self.folder}/state
log_path = {self.folder}/log
protocols = imap pop3 lmtp
listen = 127.0.0.1
default_internal_user = {nobody}
default_login_user = {nobody}
default_internal_group = {"nogroup" if root else grp.getgrgid(self._user.pw_gid).gr_name}
first_valid_uid = 1
mail_location = maildir:{self.folder}/mail/%u
mail_home = {self.folder}/mail/%u
mail_fsync = always
auth_mechanisms = plain login
disable_plaintext_auth = no
ssl = yes
ssl_cert = <{self.ca}
ssl_key = <{self.folder}/key.pem
mail_max_userip_connections = 100
mail_plugins = {"quota" if self.quota else ""}
protocol imap {{
  mail_plugins = {"quota imap_quota" if self.quota else ""}
  {capability}
}}
protocol lmtp {{
  mail_plugins =
  auth_username_format = %u
}}
recipient_delimiter = +
plugin {{
  {limits}
}}
passdb {{
  driver = static
  args = password={self.password}
}}
userdb {{
  driver = static
  args = uid={self._user.pw_uid} gid={self._user.pw_gid} home={self.folder}/mail/%u allow_all_users=yes
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {self.imap}
  }}
  inet_listener imaps {{
    port = {self.imaps}
    ssl = yes
  }}
}}
service pop3-login {{
  chroot =
  inet_listener pop3 {{
    port = {self.pop3}
  }}
  inet_listener pop3s {{
    port = 0
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {self.lmtp}
  }}
}}
service anvil {{
  chroot =
}}
"""


def write_certificate(certificate: Path, key: Path, *, name: str) -> None:
    """A certificate that vouches for itself."""
    secret = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(secret.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(secret, hashes.SHA256())
    )
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key.write_bytes(
        secret.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )


def free_port() -> int:
    """A port that nobody uses now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _listens(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0
