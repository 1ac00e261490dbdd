"""Reads the environment once and refuses nonsense: a wrong setting stops the start with one sentence that names it."""

from __future__ import annotations

import ipaddress
import os
import re
import secrets
import stat
import sys
import zoneinfo
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from urllib.parse import unquote, urlsplit

from dotenv import dotenv_values

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
T = TypeVar("T")

KNOWN = frozenset(
    "POSTLINE_" + name
    for name in [
        "HOME",
        "HTTP",
        "SMTP",
        "LMTP",
        "RELAY",
        "FILES",
        "PUBLIC_URL",
        "TRUSTED_PROXIES",
        "TIME_ZONE",
        "MAX_MESSAGE",
        "DEMO",
        "SECRET_KEY",
        "ALLOW_NETWORKS",
        "AUTOMATIC_ANSWERS",
        "AUTOMATIC_ANSWERS_PER_DOMAIN",
        "QUARANTINE_DAYS",
    ]
)
DEMO_BY_DEFAULT = "_POSTLINE_DEMO_BY_DEFAULT"  # set by script/server alone: a demo nobody asked for stays on loopback
UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30}
LOOPBACK = "127.0.0.0/8,::1"


class WrongSetting(Exception):
    """A setting that cannot be used; the message names it and says what to write instead."""


@dataclass(frozen=True)
class Address:
    """Where a server listens or is found: a TCP port, or a socket's path where `host` is empty."""

    host: str
    port: int
    path: str = ""

    def __str__(self) -> str:
        if self.path:
            return self.path
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True)
class Relay:
    """The SMTP server that takes outgoing messages."""

    host: str
    port: int
    tls: bool
    user: str = ""
    password: str = ""


@dataclass(frozen=True)
class Configuration:
    """Every setting of this installation, checked."""

    home: Path
    database_url: str
    http: Address
    smtp: Address | None
    lmtp: Address | None
    relay: Relay | None
    files: str
    public_url: str
    trusted_proxies: tuple[Network, ...]
    time_zone: str
    max_message: int
    demo: bool
    open_demo: bool
    secret_key: str
    allow_networks: tuple[Network, ...]
    automatic_answers: int  # at most, in an hour
    automatic_answers_per_domain: int
    quarantine_days: int


def load(environment: Mapping[str, str] | None = None, *, folder: Path | None = None) -> Configuration:
    """The configuration from the environment over `.env` in `folder` (by default where the program was started).

    Raises WrongSetting.
    """
    folder = folder or Path.cwd()
    from_file = {name: value or "" for name, value in dotenv_values(folder / ".env").items()}
    given = {**from_file, **(os.environ if environment is None else environment)}
    unknown = sorted(name for name in given if name.startswith("POSTLINE_") and name not in KNOWN)
    if unknown:
        raise WrongSetting(f"{unknown[0]}: there is no such setting; the settings are {', '.join(sorted(KNOWN))}.")

    def read(name: str, default: str, parse: Callable[[str], T]) -> T:
        value = given.get(name, "").strip() or default
        try:
            return parse(value)
        except (ValueError, OSError) as error:
            raise WrongSetting(f"{name}: {value!r} {error}.") from error

    home = read("POSTLINE_HOME", str(default_home()), _home)
    http = read("POSTLINE_HTTP", "127.0.0.1:8000", _tcp)
    demo = read("POSTLINE_DEMO", given.get(DEMO_BY_DEFAULT, "0"), _switch)
    open_demo = demo and not _is_loopback(http)
    if open_demo and given.get("POSTLINE_DEMO") != "1":
        raise WrongSetting(
            f"POSTLINE_HTTP: {http} can be reached by others, and the demo's passwords are known to everybody;"
            " set POSTLINE_DEMO=0, or POSTLINE_DEMO=1 if that is what you want."
        )
    # an empty POSTLINE_SMTP means "off", which differs from one that is not set
    smtp = read("POSTLINE_SMTP", "" if "POSTLINE_SMTP" in given else "127.0.0.1:2525", _tcp_or_off)
    return Configuration(
        home=home,
        database_url=read("DATABASE_URL", "", _database),
        http=http,
        smtp=smtp,
        lmtp=read("POSTLINE_LMTP", "", _tcp_or_socket_or_off),
        relay=read("POSTLINE_RELAY", "", _relay),
        files=read("POSTLINE_FILES", str(home / "files"), _files),
        public_url=read("POSTLINE_PUBLIC_URL", f"http://{http}", _url),
        trusted_proxies=read("POSTLINE_TRUSTED_PROXIES", "", _networks),
        time_zone=read("POSTLINE_TIME_ZONE", _machine_time_zone(), _time_zone),
        max_message=read("POSTLINE_MAX_MESSAGE", "50M", _size),
        demo=demo,
        open_demo=open_demo,
        secret_key=read("POSTLINE_SECRET_KEY", "", _key) or _kept_key(home),
        allow_networks=read("POSTLINE_ALLOW_NETWORKS", LOOPBACK if demo else "", _networks),
        automatic_answers=read("POSTLINE_AUTOMATIC_ANSWERS", "3000", _count),
        automatic_answers_per_domain=read("POSTLINE_AUTOMATIC_ANSWERS_PER_DOMAIN", "1000", _count),
        quarantine_days=read("POSTLINE_QUARANTINE_DAYS", "30", _days),
    )


def default_home() -> Path:
    """`var/` in a checkout; the person's data folder when installed as a package."""
    checkout = Path(__file__).resolve().parent.parent
    if (checkout / "pyproject.toml").exists():
        return checkout / "var"
    return Path("~/.local/share/postline").expanduser()


def _home(value: str) -> Path:
    path = Path(value).expanduser()
    if not path.is_absolute():
        path = Path.cwd() / path
    if path.exists() and not path.is_dir():
        raise ValueError("is a file; name a folder")
    return path


def _tcp(value: str) -> Address:
    match = re.fullmatch(r"(?:\[(?P<six>[0-9a-fA-F:.]+)\]|(?P<host>[^:\[\]/\s]+)):(?P<port>\d{1,5})", value)
    if not match or not 0 < int(match["port"]) < 65536:
        raise ValueError("is no address; write HOST:PORT, for example 127.0.0.1:8000")
    return Address(match["six"] or match["host"], int(match["port"]))


def _tcp_or_off(value: str) -> Address | None:
    return _tcp(value) if value else None


def _tcp_or_socket_or_off(value: str) -> Address | None:
    if "/" in value:
        return Address("", 0, path=value)
    return _tcp_or_off(value)


def _database(value: str) -> str:
    if value and urlsplit(value).scheme not in ("postgresql", "postgres"):
        raise ValueError("is no PostgreSQL address; write postgresql://USER:PASSWORD@HOST:PORT/NAME")
    return value


def _relay(value: str) -> Relay | None:
    if not value:
        return None
    url = urlsplit(value)
    hint = "is no SMTP server; write smtp://[USER:PASSWORD@]HOST:PORT or smtps://…"
    if url.scheme not in ("smtp", "smtps") or not url.hostname or url.path not in ("", "/"):
        raise ValueError(hint)
    try:
        port = url.port or (465 if url.scheme == "smtps" else 25)
    except ValueError as error:
        raise ValueError(hint) from error
    return Relay(url.hostname, port, url.scheme == "smtps", unquote(url.username or ""), unquote(url.password or ""))


def _files(value: str) -> str:
    if "://" in value and not value.startswith("s3://"):
        raise ValueError("is no place for files; write a folder or s3://BUCKET/PREFIX?endpoint=URL")
    return value


def _url(value: str) -> str:
    url = urlsplit(value)
    if url.scheme not in ("http", "https") or not url.hostname or url.query or url.fragment:
        raise ValueError("is no web address; write https://HOST")
    return value.rstrip("/")


def _networks(value: str) -> tuple[Network, ...]:
    try:
        return tuple(ipaddress.ip_network(part.strip()) for part in value.split(",") if part.strip())
    except ValueError as error:
        raise ValueError(f"is no list of networks ({error}); write for example 10.0.0.0/8,::1") from error


def _time_zone(value: str) -> str:
    try:
        zoneinfo.ZoneInfo(value)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError("is no time zone; write a name such as Europe/Amsterdam") from error
    return value


def _machine_time_zone() -> str:
    link = Path("/etc/localtime")
    target = str(link.resolve()) if link.exists() else ""
    name = target.partition("zoneinfo/")[2]
    return name if name and name in zoneinfo.available_timezones() else "UTC"


def _size(value: str) -> int:
    match = re.fullmatch(r"(\d+)\s*([KMG]?)B?", value, re.IGNORECASE)
    if not match or not int(match[1]):
        raise ValueError("is no size; write a number of bytes, or for example 50M")
    return int(match[1]) * UNITS[match[2].upper()]


def _count(value: str) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", value) or not int(value):
        raise ValueError("is no number of messages; write for example 3000")
    return int(value)


def _days(value: str) -> int:
    if not re.fullmatch(r"\d{1,4}", value) or not int(value):
        raise ValueError("is no number of days; write for example 30")
    return int(value)


def _switch(value: str) -> bool:
    if value not in ("0", "1"):
        raise ValueError("is neither 1 nor 0")
    return value == "1"


def _key(value: str) -> str:
    if value and len(value) < 32:
        raise ValueError("is too short; use at least 32 characters, or leave it out")
    return value


def _is_loopback(address: Address) -> bool:
    if address.host == "localhost":
        return True
    try:
        return ipaddress.ip_address(address.host).is_loopback
    except ValueError:
        return False


def _kept_key(home: Path) -> str:
    """The secret key of this installation, made once. Two programs that start together agree on one."""
    path = home / "secret_key"
    if not path.exists():
        home.mkdir(parents=True, exist_ok=True)
        draft = home / f".secret_key.{os.getpid()}"
        draft.touch(mode=stat.S_IRUSR | stat.S_IWUSR)
        draft.write_text(secrets.token_urlsafe(48))
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()


def stop_with(error: WrongSetting) -> None:
    """End the program as a wrong setting should: one sentence, no traceback."""
    sys.stderr.write(f"{error}\n")
    raise SystemExit(78)  # EX_CONFIG of sysexits.h
