"""Multipart requests with files. Source: jaydenseric's GraphQL multipart request specification."""

from typing import Any

import orjson
from ariadne.exceptions import HttpError
from ariadne.file_uploads import combine_multipart_data
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request

from domain.errors import BadUserInput
from domain.upload import UploadedFile

MOST_FILES = 5
MOST_PLACES = 1
MOST_FIELD_BYTES = 1_000_000


async def read_multipart(request: Request, *, most_bytes: int) -> Any:
    """Return the request's JSON with its files in place; raise BadUserInput unless it has that form."""
    try:
        async with request.form(max_files=MOST_FILES, max_fields=10, max_part_size=MOST_FIELD_BYTES) as form:
            operations = _json(form.get("operations"), "operations")
            places = _json(form.get("map"), "map")
            files = {
                name: await _read(value, most_bytes) for name, value in form.items() if isinstance(value, UploadFile)
            }
    except HTTPException as error:
        raise BadUserInput(f"The body is no multipart form: {error.detail}") from None
    except (LookupError, UnicodeError) as error:
        raise BadUserInput(f"The body is no multipart form: {error}") from None
    if not isinstance(operations, dict):
        raise BadUserInput("The multipart field `operations` must be one JSON object.", argument="operations")
    if len(files) > MOST_PLACES or not isinstance(places, dict) or sum(map(_count, places.values())) > MOST_PLACES:
        raise BadUserInput(f"At most {MOST_PLACES} file is taken, for one variable (`map`).", argument="map")
    try:
        return combine_multipart_data(operations, places, files)
    except RecursionError:
        raise BadUserInput("The variables are nested too deeply.", argument="operations") from None
    except HttpError as error:
        raise BadUserInput(error.message or "The multipart request is not of the specification's form.") from None


def _count(places: object) -> int:
    return len(places) if isinstance(places, list) else 0


def _json(value: object, name: str) -> Any:
    try:
        return orjson.loads(value if isinstance(value, str) else "")
    except orjson.JSONDecodeError:
        raise BadUserInput(
            f"The multipart field `{name}` must be JSON, and come before the files.", argument=name
        ) from None


async def _read(file: UploadFile, most_bytes: int) -> UploadedFile:
    content = await file.read(most_bytes + 1)
    return UploadedFile(file.filename or "report", content)
