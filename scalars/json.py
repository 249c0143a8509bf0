"""JSON: any JSON value, as it is."""

from ariadne import ScalarType

json_value = ScalarType("JSON")


@json_value.serializer
def write_json(value: object) -> object:
    """Return the value, which the response's encoder writes."""
    return value


@json_value.value_parser
def parse_json(value: object) -> object:
    """Return the value, which the request's decoder has read."""
    return value
