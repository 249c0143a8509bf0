"""Upload: a file of a multipart request. The transport puts it into the variables; it is never written."""

from typing import Any

from ariadne import ScalarType

upload = ScalarType("Upload")


@upload.serializer
def write_upload(_: object) -> object:
    """Refuse: a file is only ever received."""
    raise ValueError("a file is received, not sent")


@upload.literal_parser
def parse_upload_literal(*_: object) -> object:
    """Refuse: a file cannot be written in a query."""
    raise ValueError("give the file as a variable of a multipart request")


@upload.value_parser
def parse_upload(value: object) -> Any:
    """Return the file; raise ValueError if it is anything that a JSON request can carry."""
    if value is None or isinstance(value, str | int | float | bool | list | dict):
        raise ValueError("send the file by a multipart request (graphql-multipart-request-spec)")
    return value
