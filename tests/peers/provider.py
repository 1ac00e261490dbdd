"""A provider of mailboxes: takes messages by SMTP and puts them into the mailboxes of a real Dovecot."""

from __future__ import annotations

import asyncio
import smtplib

from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.outbox.receiving import Receiving
from tests.peers.dovecot import Dovecot


class Provider(Receiving):
    """`accepts_tokens`: whether `name+token@` is an address here; `delivers`: whether what was taken arrives."""

    def __init__(self, dovecot: Dovecot, *, accepts_tokens: bool = True, delivers: bool = True) -> None:
        super().__init__()
        self.dovecot, self.accepts_tokens, self.delivers = dovecot, accepts_tokens, delivers

    async def handle_RCPT(  # noqa: N802 - the names are aiosmtpd's
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if "+" in address and not self.accepts_tokens:
            return "550 5.1.1 No such user"
        return await super().handle_RCPT(server, session, envelope, address, options)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        answer = await super().handle_DATA(server, session, envelope)
        if answer.startswith("250") and self.delivers:
            content = self.received[-1].content
            await asyncio.to_thread(self._into_mailbox, list(envelope.rcpt_tos), content)
        return answer

    def _into_mailbox(self, recipients: list[str], content: bytes) -> None:
        with smtplib.LMTP("127.0.0.1", self.dovecot.lmtp) as lmtp:
            lmtp.sendmail("", recipients, content)
