"""Results as JSON, whatever a scalar made of them."""

import orjson
import pytest

from api.response_json import to_json


@pytest.mark.parametrize(
    "value",
    [
        {"data": {"name": "é", "number": 1.5, "none": None}},
        {"data": {"json": {1: "a", "b": {True: 2, None: 3}}}},
        {"errors": [orjson.Fragment('{"message":"x"}')], "data": orjson.Fragment(b"null")},
    ],
    ids=["usual", "odd keys", "parts"],
)
def test_a_result_is_written_as_with_the_option_for_odd_keys(value: object) -> None:
    assert to_json(value) == orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS)


def test_what_is_no_json_is_an_error() -> None:
    with pytest.raises(TypeError):
        to_json({"data": object()})
