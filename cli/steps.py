"""Tells a person, step by step, what is being done and how long it took."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import click

from cli import stop


def say(text: str = "") -> None:
    """Print a line at once, also into a pipe."""
    click.echo(text)
    sys.stdout.flush()


@contextmanager
def step(text: str) -> Iterator[None]:
    """Say what begins; on a terminal the line is completed when it is done, else a second line follows."""
    stop.leave_if_asked()
    terminal = sys.stdout.isatty()
    click.echo(f"  {text} …", nl=not terminal)
    sys.stdout.flush()
    began = time.monotonic()
    yield
    stop.leave_if_asked()
    took = f"{time.monotonic() - began:.1f} s"
    say(f" {click.style('done', fg='green')} ({took})" if terminal else f"  {text}: done ({took})")
