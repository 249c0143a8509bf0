"""PageInfo and SimplePayload, which say nothing about anyone's data."""

from bindings.types import PublicType

page_info = PublicType("PageInfo", "hasNextPage", "hasPreviousPage", "startCursor", "endCursor")
simple_payload = PublicType("SimplePayload", "success")

BINDABLES = [page_info, simple_payload]
