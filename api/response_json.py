"""Results as JSON."""

import orjson


def to_json(result: object) -> bytes:
    """Return a result as JSON.

    Keys that are no texts come up in values of the scalar JSON alone; to look out for them costs half as much again.
    """
    try:
        return orjson.dumps(result)
    except orjson.JSONEncodeError:
        return orjson.dumps(result, option=orjson.OPT_NON_STR_KEYS)
