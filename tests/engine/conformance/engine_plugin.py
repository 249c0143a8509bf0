"""A plugin for graphql-core's own tests: everything they execute is executed by the engine, at first sight.

`make conformance` fetches the tests and runs them with it. At the end it says how much was compiled, and what was left
to graphql-core for which reason; it fails where the engine was hardly asked.
"""

import sys
from importlib import import_module
from typing import Any

from engine.executor import CompiledExecutor, CompiledSubscriptionExecutor, CompilesOperations
from engine.plans import Plans

ENOUGH = 400
"""How many executions there are, at least, that the engine has to have compiled."""

CompilesOperations.plans = Plans(sightings=1)
import_module("graphql.execution.execute")
_execute: Any = sys.modules["graphql.execution.execute"]  # the package's attribute of this name is the function
_execute.IncrementalExecutor = CompiledExecutor
_execute.ExecutorThrowingOnIncremental = CompiledSubscriptionExecutor


def pytest_sessionfinish(session: Any, exitstatus: int) -> None:
    """Fail where the tests passed without the engine."""
    if exitstatus == 0 and CompilesOperations.plans.counts.compiled < ENOUGH:
        session.exitstatus = 1


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say what was compiled."""
    counts = CompilesOperations.plans.counts
    terminalreporter.write_line(f"compiled: {counts.compiled}")
    for reason, times in counts.fallen_back.most_common():
        terminalreporter.write_line(f"left to graphql-core: {times} ({reason})")
