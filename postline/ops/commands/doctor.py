"""`postline doctor`"""

from __future__ import annotations

import sys

import click
from rich.console import Console
from rich.markup import escape

from postline.configuration import Configuration
from postline.kit import clock
from postline.ops import django


@click.command()
@click.pass_obj
def command(configuration: Configuration) -> None:
    """Check the installation and say how to mend it. Exit code 1 when something is wrong."""
    django.set_up()
    from postline.ops.doctor import examine  # noqa: PLC0415 - needs Django set up

    console = Console(soft_wrap=True, highlight=False)
    faults = 0
    for finding in examine(configuration, now=clock.now):
        faults += finding.fault
        mark = "[bold red]✗[/]" if finding.fault else "[green]✓[/]"
        console.print(f"{mark} {escape(finding.subject)}: {escape(finding.found)}")
        if finding.fault:
            console.print(f"  [bold]→ {escape(finding.mend)}[/]")
    console.print(f"[bold red]Faults: {faults}.[/]" if faults else "[bold green]All is well.[/]")
    sys.exit(1 if faults else 0)
