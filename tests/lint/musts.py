#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Asservat authors
"""Every numbered MUST of the specifications is cited where it is implemented and where it is tested.

A requirement is defined in a specification as its number in bold: **S-012**. It is cited by its bare number in a
comment of the code and of a test. Lists those that are not, and citations of numbers that no specification defines.
The same for the rules of docs/COMPLIANCE.md: one that is said to be covered is named by a test, as LAW R1.
"""
import re
import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
SPECS = {
    "S": "firmware-proto/SEAL.md",
    "P": "firmware-proto/PROTOCOL.md",
    "T": "firmware-proto/trust/TRUST.md",
    "K": "docs/KEEPER.md",
}
NUMBER = re.compile(r"\b([SPTK]-\d{3})\b")
DEFINED = re.compile(r"\*\*([SPTK]-\d{3})\*\*")


RULE = re.compile(r"^\| ([RTLH]\d+) \|.*\|([^|]*)\|$")


def uncited_rules(files):
    tests = "\n".join((TOP / path).read_text(errors="replace") for path in files
                      if path.startswith("tests/") and re.search(r"\.(c|py|sql|txt)$", path))
    for number, line in enumerate((TOP / "docs/COMPLIANCE.md").read_text().splitlines(), 1):
        rule = RULE.match(line)
        if rule and rule[2].strip() and not re.search(rf"\bLAW {rule[1]}\b", tests):
            yield f"docs/COMPLIANCE.md:{number}: LAW {rule[1]} is said to be covered, and no test names it"


def main():
    defined = {}
    problems = []
    for letter, spec in SPECS.items():
        for number, line in enumerate((TOP / spec).read_text().splitlines(), 1):
            for name in DEFINED.findall(line):
                if name[0] != letter:
                    problems.append(f"{spec}:{number}: {name} is not this specification's letter")
                if name in defined:
                    problems.append(f"{spec}:{number}: {name} is defined twice, first at {defined[name]}")
                defined[name] = f"{spec}:{number}"
    files = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=TOP, check=True, capture_output=True,
                           text=True).stdout.split()
    cited = {"code": set(), "tests": set()}
    for path in files:
        if not re.search(r"\.(c|h|py|sh|sql|cmake)$", path) or path.startswith("tests/lint/"):
            continue
        where = "tests" if path.startswith("tests/") else "code"
        for number, line in enumerate((TOP / path).read_text(errors="replace").splitlines(), 1):
            for name in NUMBER.findall(line):
                cited[where].add(name)
                if name not in defined:
                    problems.append(f"{path}:{number}: cites {name}, which no specification defines")
    for name, place in sorted(defined.items()):
        for where in ("code", "tests"):
            if name not in cited[where]:
                problems.append(f"{place}: {name} is not cited in the {where}")
    problems += uncited_rules(files)
    if not defined:
        problems.append("no specification defines any requirement")
    print("\n".join(problems))
    print(f"{len(defined)} requirements, {len(problems)} problems")
    sys.exit(1 if problems else 0)


main()
