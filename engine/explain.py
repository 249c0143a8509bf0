"""A plan as text, for whoever wants to see what an operation becomes."""

from collections.abc import Callable

from graphql import DocumentNode, Executor, GraphQLSchema

from engine.conditions import condition_variables, decided
from engine.plan import compile_operation
from engine.tree import SelectedField

LEGEND = """\
run       one execution: its errors, variables and context
place     where in the result: (place above, key, type's name)
given     the rights, as a mask, that are known of all objects of a list
T_1       a selection of type T; T_1_granted has its functions by what was given, with
          .handlers for one object and .loops for a list, both by the class of the objects
T_f_2     field f of T; T_f_2_check lets its values in or not, T_f_2_of computes them
rights=   the mask of the function's rights, of those that fields need"""


def explain(
    schema: GraphQLSchema,
    document: DocumentNode,
    *,
    operation_name: str | None = None,
    variables: dict[str, object] | None = None,
    reading: str = "attributes",
    note: Callable[[SelectedField], str | None] = lambda _: None,
) -> str:
    """Return the Python of a valid document's operation, as it is for these variables.

    `reading` says whether objects that graphql-core's default resolver reads have `items` or `attributes`; `note` may
    have something to say of a field, which comes first. Raises GraphQLError where there is no such operation or a
    variable is wrong, NotCompiled where graphql-core executes it.
    """
    executor = Executor.build(schema, document, raw_variable_values=variables, operation_name=operation_name)
    if isinstance(executor, list):
        raise executor[0]
    names = condition_variables(executor.operation, executor.fragments)
    plan = compile_operation(schema, executor.operation, executor.fragments, executor.variable_values)
    values = decided(names, executor.variable_values.coerced)
    decisions = ", ".join(f"${name} is {str(value).lower()}" for name, value in zip(names, values, strict=True))
    heading = [f"The plan of this {executor.operation.operation.value}" + (f" where {decisions}." if names else ".")]
    for said in filter(None, map(note, (one for selection in plan.selections for one in selection.fields))):
        heading += said.splitlines()
    heading += ["", *LEGEND.splitlines()]
    texts = ["\n".join(f"# {line}".rstrip() for line in heading), *(str(text).rstrip() for text in plan.texts(reading))]
    return "\n\n\n".join(texts) + "\n"
