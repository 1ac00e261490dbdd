"""Whether an address is free to listen at."""

from __future__ import annotations

import errno
import socket

from postline.configuration import Address
from postline.ops.errors import Refused


def must_be_free(setting: str, address: Address | None) -> None:
    """Raises Refused, naming the setting, where another program listens or we may not.

    Web servers share a port silently (SO_REUSEPORT): a forgotten one would go on taking part of the requests.
    """
    if address is None or address.path:
        return
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # what just closed does not count
        try:
            probe.bind((address.host, address.port))
        except OSError as error:
            reason = (
                "is in use by another program"
                if error.errno == errno.EADDRINUSE
                else f"cannot be used ({error.strerror})"
            )
            raise Refused(f"{setting}: {address} {reason}; set {setting} to a free HOST:PORT.") from error
