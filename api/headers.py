"""A request's headers, read once: an operation asks for a dozen of them, and a look at each would go through all."""

from typing import Any, overload

from starlette.datastructures import Headers
from starlette.types import Scope

_KEY = "adarve.headers"


class ReadHeaders(Headers):
    """The headers of a request; of several with one name the first counts, as in Starlette's."""

    def __init__(self, scope: Scope) -> None:
        """Read those of an ASGI scope."""
        super().__init__(scope=scope)
        self._first = {name.decode("latin-1"): value.decode("latin-1") for name, value in reversed(self.raw)}

    def __getitem__(self, key: str) -> str:
        """Return a header."""
        return self._first[key.lower()]

    def __contains__(self, key: object) -> bool:
        """Whether there is a header of this name."""
        return isinstance(key, str) and key.lower() in self._first

    @overload
    def get(self, key: str, /) -> str | None: ...
    @overload
    def get(self, key: str, default: object, /) -> Any: ...
    def get(self, key: str, default: object = None, /) -> Any:
        """Return a header, or what is given where there is none."""
        return self._first.get(key.lower(), default)


def headers_of(scope: Scope) -> ReadHeaders:
    """Return the headers of a request, which whoever asks first reads for all."""
    found: ReadHeaders | None = scope.get(_KEY)
    if found is None:
        found = scope[_KEY] = ReadHeaders(scope)
    return found
