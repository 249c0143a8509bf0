"""What is kept of callers for a moment is forgotten when something changes, even while it is being loaded."""

import asyncio

from authz.credentials import Kept


async def test_what_was_being_loaded_when_something_changed_is_not_kept() -> None:
    kept, go = Kept(), asyncio.Event()

    async def old() -> str:
        await go.wait()
        return "old"

    async def new() -> str:
        return "new"

    loading = asyncio.create_task(kept.get("subject", old))
    await asyncio.sleep(0)
    kept.forget()
    go.set()
    assert await loading == "old"
    assert await kept.get("subject", new) == "new"


async def test_what_was_just_loaded_is_kept_for_a_moment() -> None:
    kept = Kept(seconds=0.05)
    loads = []

    async def load() -> int:
        loads.append(1)
        return len(loads)

    assert [await kept.get("x", load), await kept.get("x", load)] == [1, 1]
    await asyncio.sleep(0.06)
    assert await kept.get("x", load) == 2


async def test_what_is_too_old_does_not_stay() -> None:
    """Though nobody asks for it again."""
    kept = Kept(seconds=0.05)

    async def load() -> str:
        return "loaded"

    for number in range(100):
        await kept.get(number, load)
    await asyncio.sleep(0.06)
    for number in range(100, 160):
        await kept.get(number, load)
    assert list(kept._values) == list(range(100, 160))
    await asyncio.sleep(0.06)
    await kept.get(100, load)
    assert next(reversed(kept._values)) == 100, "what is loaded anew is the newest"
