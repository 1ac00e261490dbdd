"""The command line: finds the command, loads the configuration, and ends every expected fault with one sentence."""

from __future__ import annotations

import signal
import sys
from importlib import import_module
from types import FrameType
from typing import NoReturn

import click

import postline
from postline import configuration
from postline.kit import logs
from postline.ops.commands.register import COMMANDS, GROUPS
from postline.ops.errors import Refused

MISSING = ("42P01", "42703")  # PostgreSQL: there is no such table, no such column


def main() -> NoReturn:
    """Run the command of `sys.argv`.

    Exit codes: 78 a wrong setting, 1 a refusal, 2 wrong usage, 70 a fault of ours, else the command's own.
    """
    signal.signal(signal.SIGTERM, _end)
    try:
        root.main(prog_name="postline")
    except configuration.WrongSetting as error:
        configuration.stop_with(error)
    except Refused as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(1)
    except Exception as error:
        if getattr(error.__cause__, "sqlstate", "") in MISSING:
            sys.stderr.write("The database is not up to date: run `postline migrate` first.\n")
            sys.exit(1)
        logs.logger(__name__).exception("command failed")
    sys.exit(70)  # EX_SOFTWARE of sysexits.h


class Commands(click.Group):
    """The commands of the register whose words begin with `words`."""

    def __init__(self, *words: str, **options: object) -> None:
        super().__init__(**options)  # type: ignore[arg-type]
        self.words = words

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The next words, in the order of the register."""
        here = len(self.words)
        entries = [entry.words.split() for entry in COMMANDS if not entry.hidden]
        return list(dict.fromkeys(words[here] for words in entries if tuple(words[:here]) == self.words))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command itself, imported now; a group for the first of two words."""
        words = (*self.words, cmd_name)
        for entry in COMMANDS:
            found = tuple(entry.words.split())
            if found == words:
                command: click.Command = import_module(f"postline.ops.commands.{entry.module}").command
                return command
            if found[: len(words)] == words:
                return Commands(*words, name=cmd_name, help=GROUPS[cmd_name])
        return None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list in `--help`, from the register: nothing is imported for it."""
        helps = {entry.words: entry.help for entry in COMMANDS}
        rows = [(name, helps.get(" ".join((*self.words, name))) or GROUPS[name]) for name in self.list_commands(ctx)]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(postline.__version__, prog_name="Postline")
@click.pass_context
def root(context: click.Context) -> None:
    """Postline, the help desk for departments that answer ten thousand e-mails a day."""
    logs.configure()
    context.obj = configuration.load()


def _end(number: int, frame: FrameType | None) -> NoReturn:
    """SIGTERM unwinds like an error, so that what was started is stopped."""
    raise SystemExit(128 + number)
