"""A repository for each test."""

from pathlib import Path

import pytest

from tests.deprecation.repositories import TestRepository


@pytest.fixture
def repo(tmp_path: Path) -> TestRepository:
    return TestRepository(tmp_path / "repository")
