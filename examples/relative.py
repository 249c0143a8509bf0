"""Takes the path and the date of the scan out of a report, so that running a scanner again changes only what it found."""

import json
import sys
from pathlib import Path

DROPPED = {"start_time", "end_time", "timestamp", "serialNumber", "time"}
SHOP = Path(__file__).parent.resolve() / "shop"


def clean(value):
    """Return a JSON value without the absolute path of the shop and without timestamps."""
    if isinstance(value, dict):
        return {key: clean(one) for key, one in value.items() if not key.endswith("TimeUtc") and key not in DROPPED}
    if isinstance(value, list):
        return [clean(one) for one in value]
    if isinstance(value, str):
        return value.replace(f"{SHOP.as_uri()}/", "").replace(f"{SHOP}/", "")
    return value


path = Path(sys.argv[1])
path.write_text(json.dumps(clean(json.loads(path.read_text())), indent=1) + "\n")
