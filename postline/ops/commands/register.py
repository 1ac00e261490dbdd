"""Every command: its words, where it is, and what it does. A module is imported only when its command is called."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    """A command `words` (two words: in a group), found in `postline.ops.commands.<module>`."""

    words: str
    module: str
    help: str
    hidden: bool = False


COMMANDS = (
    Entry("serve", "serve", "Run everything on this machine until stopped."),
    Entry("web", "web", "Run the web role alone."),
    Entry("receiver", "receiver", "Run the mail receiver alone (SMTP and LMTP)."),
    Entry("fetcher", "fetcher", "Run the mail fetcher alone (IMAP and POP3)."),
    Entry("worker", "worker", "Run the worker alone: handle, send, wake."),
    Entry("prepare", "prepare", "Migrate, collect static files, load the demo if wanted.", hidden=True),
    Entry("alarm raise", "alarm_raise", "Raise an alarm that is over by itself.", hidden=True),
    Entry("migrate", "migrate", "Bring the database up to date."),
    Entry("doctor", "doctor", "Check the installation and say how to mend it."),
    Entry("mail deliver", "mail_deliver", "Take one message from standard input, as an MTA hands it over."),
    Entry("mail explain", "mail_explain", "Show what Postline reads in a message and what would happen to it."),
    Entry("verify", "verify", "Check every invariant over the whole database."),
    Entry("user create", "user_create", "Make a person and print a link to set the password."),
    Entry("token create", "token_create", "Make an API token and print it."),
    Entry("demo load", "demo_load", "Load the demo department into an empty installation."),
    Entry("demo traffic", "demo_traffic", "Send living traffic by SMTP until stopped."),
    Entry("demo remove", "demo_remove", "Take the demo department away."),
    Entry("bench intake", "bench_intake", "How quickly a backlog of messages becomes tickets."),
    Entry("bench smtp", "bench_smtp", "How many messages a second are taken in by SMTP."),
    Entry("bench parse", "bench_parse", "What reading a message costs."),
    Entry("bench live", "bench_live", "How soon a change is heard, and a message seen on an open page."),
    Entry("backup", "backup", "Copy database and files, while everything runs."),
    Entry("restore", "restore", "Bring a backup into an empty installation."),
    Entry("outbox release", "outbox_release", "Let go what a restore has put on hold."),
    Entry("console", "console", "Open a Python shell with Postline loaded."),
)
GROUPS = {
    "alarm": "Alarms.",
    "outbox": "Messages on their way out.",
    "user": "People.",
    "token": "API tokens.",
    "mail": "Messages.",
    "demo": "The demo department.",
    "bench": "Measurements.",
}
