"""The steps of each how-to in docs/how-to, done in a copy of the tree, end in what the page says will pass."""

from pathlib import Path

import pytest

from tests.how_to import FOLDER, commit, copy_of_the_tree, steps

PAGES = sorted(FOLDER.glob("*.md"))


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_steps_of_a_how_to_end_in_what_it_says(page: Path, tmp_path: Path) -> None:
    tree = copy_of_the_tree(tmp_path)
    found = steps(page)
    assert found, "a how-to has steps"
    assert found[-1].kind == "run", "and ends with what is to be seen"
    for step in found:
        if step.kind == "run":
            commit(tree)
        step.apply(tree)
