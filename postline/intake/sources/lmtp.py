"""Receives by LMTP (RFC 2033): like SMTP, but behind the message every recipient gets a reply of its own."""

from __future__ import annotations

import asyncio
import threading
from typing import AnyStr

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import syntax

from postline.configuration import Configuration
from postline.intake.models import Source
from postline.intake.sources.protocol import Receiver
from postline.intake.sources.smtp import serve


def run(configuration: Configuration, stop: threading.Event) -> None:
    """Listen at POSTLINE_LMTP until `stop` is set; messages that are being stored are finished first."""
    if configuration.lmtp is None:
        stop.wait()
        return
    asyncio.run(
        serve(
            configuration.lmtp,
            max_message=configuration.max_message,
            stop=stop,
            source=Source.LMTP,
            receiver=LmtpReceiver,
        )
    )


class LmtpReceiver(Receiver, LMTP):
    """With a reply for each recipient. They share one message, so they share its fate: stored, too large, not now, or
    a fault of ours."""

    _recipients = 0
    _owed = 0  # replies to the message that is being received

    @syntax("DATA")
    async def smtp_DATA(self, arg: str | None) -> None:  # noqa: N802 - aiosmtpd finds its commands by these names
        """Remember how many replies the message will need."""
        self._recipients = len(self.envelope.rcpt_tos) if self.envelope else 0
        await super().smtp_DATA(arg)

    async def push(self, status: AnyStr) -> None:
        """Every way out of DATA, an error's too, comes through here."""
        if str(status).startswith("354"):
            self._owed = self._recipients
            await super().push(status)
            return
        times, self._owed = max(self._owed, 1), 0
        for _ in range(times):
            await super().push(status)
