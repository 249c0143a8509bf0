"""Makes scans/weaknesses.json of MITRE's list of weaknesses: `python3 weaknesses.py cwec_v4.14.xml`.

Of each weakness it keeps the title and the first sentences of up to three mitigations.
"""

import json
import re
import sys
from pathlib import Path
from xml.etree import ElementTree

MITIGATIONS, LONGEST = 3, 240
SPACE = re.compile(r"\s+")
SENTENCE = re.compile(r"(?<=[a-z0-9)\"'][.!?])\s+(?=[A-Z])")
TABLE = Path(__file__).parent.parent / "scans" / "weaknesses.json"


def first_sentence(element):
    """Return the first sentence of a description, None if it is too long to be one."""
    words = SPACE.sub(" ", " ".join(element.itertext())).strip()
    sentence = SENTENCE.split(words, maxsplit=1)[0]
    return sentence if sentence and len(sentence) <= LONGEST else None


root = ElementTree.parse(sys.argv[1]).getroot()
space = {"cwe": root.tag.partition("}")[0].lstrip("{")}
table = {}
for weakness in root.find("cwe:Weaknesses", space):
    if weakness.get("Status") == "Deprecated":
        continue
    found = [first_sentence(one) for one in weakness.findall(".//cwe:Mitigation/cwe:Description", space)]
    mitigations = list(dict.fromkeys(one for one in found if one))[:MITIGATIONS]
    table[int(weakness.get("ID"))] = [weakness.get("Name"), *mitigations]
lines = ",\n".join(f' "{number}": {json.dumps(table[number], ensure_ascii=False)}' for number in sorted(table))
TABLE.write_text(f'{{\n "version": "{root.get("Version")}",\n "date": "{root.get("Date")}",\n{lines}\n}}\n')
print(f"{len(table)} weaknesses of CWE {root.get('Version')}, {TABLE.stat().st_size:,} bytes")
