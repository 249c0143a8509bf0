"""`adarve authz matrix` prints who may do what, in every format alike."""

import csv
import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from playwright.async_api import async_playwright

from authz.roles import ALL_ROLES
from cli.main import cli
from tests.explorer.browser import find_browser
from tests.explorer.test_explorer import OPTIONS
from tests.matrix.rows import rows


def printed(*words: str) -> str:
    result = CliRunner().invoke(cli, ["authz", "matrix", *words])
    assert result.exit_code == 0, result.output
    return result.output


def test_it_says_the_same_in_every_format() -> None:
    listed = json.loads(printed("--format", "json"))
    of_csv = list(csv.DictReader(io.StringIO(printed("--format", "csv"))))
    table = printed().splitlines()
    marks = {"yes": "x", "ADVANCED": "A", "no": "."}
    assert listed["roles"] == list(ALL_ROLES)
    assert len(listed["coordinates"]) == len(of_csv) == len(rows())
    for one, line, written in zip(listed["coordinates"], of_csv, table[1:], strict=False):
        assert [line["coordinate"], line["needs"]] == [one["coordinate"], one["needs"]] == written.split()[:2]
        assert {role: line[role] for role in ALL_ROLES} == one["access"]
        assert [marks[access] for access in one["access"].values()] == written.split()[2:]


def test_it_agrees_with_the_rows_that_the_tests_hold() -> None:
    listed = {one["coordinate"]: one for one in json.loads(printed("--format", "json"))["coordinates"]}
    for row in rows():
        one = listed[row.coordinate]
        if one["needs"] != "public":
            wanted = "yes" if row.plan is None else row.plan
            assert {role for role, access in one["access"].items() if access == wanted} == row.allowed, row.coordinate


def test_arguments_are_listed_if_they_are_wanted() -> None:
    assert "Query.finding(id:)" not in printed()
    assert "Query.finding(id:)" in printed("--arguments")


@pytest.mark.slow
async def test_the_page_can_be_searched(tmp_path: Path) -> None:
    page = tmp_path / "matrix.html"
    page.write_text(printed("--format", "html"))
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=find_browser(), args=OPTIONS)
        tab = await browser.new_page()
        await tab.goto(page.as_uri())
        await tab.get_by_role("searchbox").fill("finding reportedby")
        shown = await tab.locator("tbody tr:not(.type):visible th").all_text_contents()
        cells = tab.locator("tr", has=tab.get_by_text("Finding.reportedBy", exact=True)).locator("td.yes")
        titles = {await one.get_attribute("title") for one in await cells.all()}
        await browser.close()
    assert shown == ["Finding.reportedBy"]
    assert "group:HACKER: allowed" in titles
