"""Execution of GraphQL operations. Knows graphql-core and nothing of ours.

`compile_operation` makes the plan of an operation, `execute_plan` executes it in a Run. `Engine` keeps plans and does
both for one schema; `executor_of` and `subscription_executor_of` do it behind graphql-core's own `execute` and
`subscribe`.
"""

from engine.engine import Engine, Executable, Outcome
from engine.execution import execute_plan
from engine.executor import executor_of, subscription_executor_of
from engine.plan import compile_operation
from engine.plans import Plans
from engine.run import Run

__all__ = [
    "Engine",
    "Executable",
    "Outcome",
    "Plans",
    "Run",
    "compile_operation",
    "execute_plan",
    "executor_of",
    "subscription_executor_of",
]
