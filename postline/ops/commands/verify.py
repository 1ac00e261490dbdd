"""`postline verify`"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from postline.configuration import Configuration
from postline.kit import clock
from postline.ops import django
from postline.ops.database import running

if TYPE_CHECKING:
    from postline.ops.verify.run import Finding


@click.command()
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@click.pass_obj
def command(configuration: Configuration, as_json: bool) -> None:
    """Check every invariant over the whole database. Exit code 1, and the rows, when one does not hold."""
    django.set_up()
    from postline.ops.migrate import require_up_to_date  # noqa: PLC0415 - needs Django set up
    from postline.ops.verify.run import examine  # noqa: PLC0415 - needs Django set up

    with running(configuration):
        require_up_to_date()
        findings = list(examine(now=clock.now()))
    _print_json(findings) if as_json else _print(findings)
    sys.exit(1 if any(finding.count for finding in findings) else 0)


def _print(findings: Sequence[Finding]) -> None:
    console = Console(soft_wrap=True, highlight=False)
    table = Table(box=None)
    for title in ("", "Invariant", "Broken by"):
        table.add_column(title)
    for finding in findings:
        result = f"[bold red]{finding.count}[/]" if finding.count else "[green]✓[/]"
        table.add_row(finding.invariant.name, finding.invariant.title, result)
    console.print(table)
    for finding in findings:
        for violation in finding.violations:
            console.print(f"[bold red]{finding.invariant.name}[/] {escape(violation.where)}: {escape(violation.what)}")
        if finding.count > len(finding.violations):
            console.print(f"[bold red]{finding.invariant.name}[/] and {finding.count - len(finding.violations)} more")


def _print_json(findings: Sequence[Finding]) -> None:
    invariants = [
        {
            "name": finding.invariant.name,
            "title": finding.invariant.title,
            "ok": not finding.count,
            "count": finding.count,
            "violations": [asdict(violation) for violation in finding.violations],
        }
        for finding in findings
    ]
    click.echo(json.dumps({"ok": all(one["ok"] for one in invariants), "invariants": invariants}, ensure_ascii=False))
