"""CvssVector: a CVSS vector of version 3.0, 3.1 or 4.0, checked by the `cvss` library."""

from ariadne import ScalarType

from domain.severity import parse_vector

cvss_vector = ScalarType("CvssVector")


@cvss_vector.value_parser
def parse_cvss_vector(value: object) -> str:
    """Return the vector; raise ValueError saying what is wrong with it."""
    if not isinstance(value, str):
        raise ValueError("write a CVSS vector as a string")  # noqa: TRY004  # graphql-core reports ValueError
    parse_vector(value)
    return value
