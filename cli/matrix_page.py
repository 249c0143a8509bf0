"""The access matrix as a page that stands by itself: a table to scroll and to search, nothing from elsewhere."""

from collections.abc import Iterator
from html import escape
from itertools import groupby

from authz.roles import ALL_ROLES
from bindings.access_matrix import Access, MatrixRow

_CELLS = {
    Access.YES: '<td class="yes" title="{title}: allowed">●</td>',
    Access.ON_ADVANCED: '<td class="plan" title="{title}: on the ADVANCED plan">◐</td>',
    Access.NO: '<td class="no" title="{title}: refused"></td>',
}
_STYLE = """
:root { color-scheme: light dark; --line: #d8cdbf; --head: #2b1d10; --text: #241a10; --page: #fdfaf5; --soft: #8a7a68;
  --yes: #2f7d4f; --plan: #b7791f; }
@media (prefers-color-scheme: dark) { :root { --line: #463a2d; --text: #f0e6d8; --page: #1c1510; --soft: #a8977f;
  --yes: #66c08a; --plan: #e0a84a; } }
* { box-sizing: border-box; }
body { background: var(--page); color: var(--text); font: 14px/1.4 system-ui, sans-serif; margin: 0; padding: 24px; }
h1 { font-size: 22px; margin: 0 0 4px; }
p { color: var(--soft); margin: 0 0 16px; max-width: 80ch; }
input { background: transparent; border: 1px solid var(--line); border-radius: 6px; color: inherit; font: inherit;
  margin: 0 0 16px; padding: 8px 12px; width: min(480px, 100%); }
.frame { border: 1px solid var(--line); border-radius: 8px; max-height: calc(100vh - 190px); overflow: auto;
  width: fit-content; max-width: 100%; }
table { border-collapse: separate; border-spacing: 0; }
th, td { border-bottom: 1px solid var(--line); padding: 4px 8px; white-space: nowrap; }
thead th { background: var(--head); border-color: #5b4732; color: #f6ecdf; font-weight: 500; position: sticky;
  z-index: 2; }
thead tr:first-child th { height: 32px; top: 0; }
thead tr + tr th { height: 176px; padding: 8px 4px; top: 32px; vertical-align: bottom; }
thead tr + tr span { transform: rotate(180deg); writing-mode: vertical-rl; }
thead .level, tbody .level { border-left: 1px solid var(--line); }
thead th.name { left: 0; text-align: left; vertical-align: bottom; z-index: 3; }
thead th.needs { text-align: left; vertical-align: bottom; }
tbody th { background: var(--page); font: 13px ui-monospace, monospace; left: 0; position: sticky; text-align: left; }
thead th:first-child { left: 0; text-align: left; vertical-align: bottom; z-index: 3; }
thead th:nth-child(2) { text-align: left; vertical-align: bottom; }
tr.type th { background: color-mix(in srgb, var(--head) 10%, var(--page)); font: 600 14px system-ui;
  padding-top: 12px; }
td { text-align: center; }
td.needs { color: var(--soft); text-align: left; }
.yes { color: var(--yes); } .plan { color: var(--plan); }
tbody tr:not(.type):hover > * { background: color-mix(in srgb, var(--yes) 12%, var(--page)); }
"""
_SCRIPT = """
const search = document.querySelector("input");
search.addEventListener("input", () => {
  const words = search.value.toLowerCase().split(/\\s+/).filter(Boolean);
  let found = 0;
  for (const body of document.querySelectorAll("tbody")) {
    let shown = 0;
    for (const row of body.querySelectorAll("tr:not(.type)")) {
      const fits = words.every((word) => row.dataset.text.includes(word));
      row.hidden = !fits;
      shown += fits ? 1 : 0;
    }
    body.hidden = shown === 0;
    found += shown;
  }
  document.querySelector("#nothing").hidden = found > 0;
});
"""


def matrix_page(rows: list[MatrixRow]) -> str:
    """Return the page."""
    bodies = "\n".join(_bodies(rows))
    return f"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Adarve: who may do what</title>
<style>{_STYLE}</style>
<h1>Who may do what</h1>
<p>Every name that a client can write, what it needs, and which role is allowed that where the role is held: a role in a
group in that group, one in an organization also in its groups, a user's role everywhere, OWNER about oneself. A person
has the rights of all the roles that they hold: who has one in a group is a USER of its organization, and a user.
<span class="yes">●</span> allowed, <span class="plan">◐</span> in groups on the ADVANCED plan, blank refused.</p>
<input type="search" placeholder="Search: finding reportedBy, stakeholder:grant …" aria-label="Search">
<div class="frame"><table>
<thead>{_head()}</thead>
{bodies}
</table></div>
<p id="nothing" hidden>Nothing matches.</p>
<script>{_SCRIPT}</script>
</html>
"""


def _head() -> str:
    """Return the two rows of the head: the levels, and the roles of each."""
    levels, roles = [], []
    for level, of_level in groupby(ALL_ROLES, key=lambda role: role.partition(":")[0]):
        names = [role.partition(":")[2] for role in of_level]
        levels.append(f'<th class="level" scope="colgroup" colspan="{len(names)}">{escape(level)}</th>')
        roles += [
            f'<th class="{_edge(n)}" scope="col"><span>{escape(name)}</span></th>' for n, name in enumerate(names)
        ]
    fixed = (
        '<th class="name" scope="col" rowspan="2">Coordinate</th><th class="needs" scope="col" rowspan="2">Needs</th>'
    )
    return f"<tr>{fixed}{''.join(levels)}</tr><tr>{''.join(roles)}</tr>"


def _edge(number: int) -> str:
    return "level" if number == 0 else ""


def _bodies(rows: list[MatrixRow]) -> Iterator[str]:
    for type_name, members in groupby(rows, key=lambda row: row.coordinate.split(".")[0]):
        listed = "\n".join(_row(row) for row in members)
        title = f'<tr class="type"><th colspan="{len(ALL_ROLES) + 2}">{escape(type_name)}</th></tr>'
        yield f"<tbody>\n{title}\n{listed}\n</tbody>"


def _row(row: MatrixRow) -> str:
    coordinate = escape(row.coordinate)
    cells = "".join(_CELLS[row.access[role]].format(title=escape(role)) for role in ALL_ROLES)
    text = escape(f"{row.coordinate} {row.needs}".lower())
    name = f'<th scope="row">{coordinate}</th><td class="needs">{escape(row.needs)}</td>'
    return f'<tr data-text="{text}">{name}{cells}</tr>'
