#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Asservat authors
"""Every numbered MUST of the specifications is cited where it is implemented and where it is tested.

A requirement is defined in a specification as its number in bold: **S-012**. It is cited by its bare number in a
comment of the code and of a test. Lists those that are not, and citations of numbers that no specification defines.
The same for the rules of docs/COMPLIANCE.md: one that is said to be covered is named by a test, as LAW R1.
`musts.py --self-test` proves that it can fail.
"""
import re
import subprocess
import sys
import tempfile
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
SPECS = {
    "S": "firmware-proto/SEAL.md",
    "P": "firmware-proto/PROTOCOL.md",
    "T": "firmware-proto/trust/TRUST.md",
    "K": "docs/KEEPER.md",
}
RULES = "docs/COMPLIANCE.md"
NUMBER = re.compile(r"\b([SPTK]-\d{3})\b")
DEFINED = re.compile(r"\*\*([SPTK]-\d{3})\*\*")
RULE = re.compile(r"^\| ([RTLH]\d+) \|.*\|([^|]*)\|$")


def definitions(top, problems):
    defined = {}
    for letter, spec in SPECS.items():
        for number, line in enumerate((top / spec).read_text().splitlines(), 1):
            for name in DEFINED.findall(line):
                if name[0] != letter:
                    problems.append(f"{spec}:{number}: {name} is not this specification's letter")
                if name in defined:
                    problems.append(f"{spec}:{number}: {name} is defined twice, first at {defined[name]}")
                defined[name] = f"{spec}:{number}"
    if not defined:
        problems.append("no specification defines any requirement")
    return defined


def uncited_requirements(top, files, defined, problems):
    cited = {"code": set(), "tests": set()}
    for path in files:
        if not re.search(r"\.(c|h|py|sh|sql|cmake)$", path):
            continue
        where = "tests" if path.startswith("tests/") else "code"
        for number, line in enumerate((top / path).read_text(errors="replace").splitlines(), 1):
            for name in NUMBER.findall(line):
                cited[where].add(name)
                if name not in defined:
                    problems.append(f"{path}:{number}: cites {name}, which no specification defines")
    for name, place in sorted(defined.items()):
        for where in ("code", "tests"):
            if name not in cited[where]:
                problems.append(f"{place}: {name} is not cited in the {where}")


def uncited_rules(top, files, problems):
    tests = "\n".join((top / path).read_text(errors="replace") for path in files
                      if path.startswith("tests/") and re.search(r"\.(c|py|sql|txt)$", path))
    rules = [(number, rule) for number, line in enumerate((top / RULES).read_text().splitlines(), 1)
             if (rule := RULE.match(line))]
    for number, rule in rules:
        if rule[2].strip() and not re.search(rf"\bLAW {rule[1]}\b", tests):
            problems.append(f"{RULES}:{number}: LAW {rule[1]} is said to be covered, and no test names it")
    if not rules:
        problems.append(f"{RULES}: no rules")


def check(top, files):
    """The requirements that are defined, and what is wrong."""
    problems = []
    files = [path for path in files if not path.startswith("tests/lint/")]  # these name numbers as examples
    defined = definitions(top, problems)
    uncited_requirements(top, files, defined, problems)
    uncited_rules(top, files, problems)
    return defined, problems


# A tree with nothing wrong: every kind of file that cites, a rule that is covered and one that nothing touches.
CLEAN = {
    SPECS["S"]: "A writer MUST not lie (**S-001**).\nA reader MUST not believe (**S-002**), as S-001 says.\n",
    SPECS["P"]: "**P-010** A dock MUST wait.\n",
    SPECS["T"]: "",
    SPECS["K"]: "",
    RULES: "| R1 | encrypted | A | `unit/seal` |\n| R4 | blocked | B | |\n",
    "firmware-proto/seal.c": "/* S-001, S-002 */\n",
    "dock/wait.h": "/* P-010: waits */\n",
    "tests/unit/seal.c": "/* S-001. LAW R1: no byte is plain */\n",
    "tests/sql/reader.sql": "-- S-002\n",
    "tests/wait.py": "# P-010\n",
    "tests/lint/example.py": "# K-999 LAW R4\n",
}
# What is changed in it, and the one line that must come of it.
BROKEN = [
    ({"firmware-proto/seal.c": "/* S-002 */\n"}, f"{SPECS['S']}:1: S-001 is not cited in the code"),
    ({"tests/sql/reader.sql": "-- S-00\n"}, f"{SPECS['S']}:2: S-002 is not cited in the tests"),
    ({"tests/sql/reader.sql": "-- S-0021\n"}, f"{SPECS['S']}:2: S-002 is not cited in the tests"),
    ({"tests/wait.py": "", "tests/lint/wait.py": "# P-010\n"}, f"{SPECS['P']}:1: P-010 is not cited in the tests"),
    ({"tests/wait.py": "", "tests/wait.md": "P-010\n"}, f"{SPECS['P']}:1: P-010 is not cited in the tests"),
    ({"dock/wait.h": "/* P-010, P-011 */\n"}, "dock/wait.h:1: cites P-011, which no specification defines"),
    ({"tests/wait.py": "# P-010\n# T-010\n"}, "tests/wait.py:2: cites T-010, which no specification defines"),
    ({SPECS["T"]: "**S-003**\n", "dock/a.c": "/* S-003 */", "tests/a.c": "/* S-003 */"},
     f"{SPECS['T']}:1: S-003 is not this specification's letter"),
    ({SPECS["P"]: "**P-010**\n\n**P-010**\n"},
     f"{SPECS['P']}:3: P-010 is defined twice, first at {SPECS['P']}:1"),
    ({"tests/unit/seal.c": "/* S-001. LAW R11 */\n"}, f"{RULES}:1: LAW R1 is said to be covered, and no test names it"),
    ({"tests/unit/seal.c": "/* S-001 */\n", "dock/law.c": "/* LAW R1 */\n"},
     f"{RULES}:1: LAW R1 is said to be covered, and no test names it"),
    ({RULES: CLEAN[RULES].replace("B | |", "B | `unit/block` |")},
     f"{RULES}:2: LAW R4 is said to be covered, and no test names it"),
    ({RULES: "R1, R4\n"}, f"{RULES}: no rules"),
]
NOTHING = {path: "" for path in [*SPECS.values(), "firmware-proto/seal.c", "dock/wait.h", "tests/unit/seal.c",
                                 "tests/sql/reader.sql", "tests/wait.py"]}


def problems_of(tree):
    with tempfile.TemporaryDirectory() as directory:
        for path, text in tree.items():
            file = Path(directory, path)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        return check(Path(directory), list(tree))[1]


def self_test():
    cases = [({}, [])] + [(change, [problem]) for change, problem in BROKEN]
    cases.append(({**NOTHING, RULES: "| R4 | blocked | B | |\n"}, ["no specification defines any requirement"]))
    for change, want in cases:
        got = problems_of({**CLEAN, **change})
        if got != want:
            sys.exit(f"musts.py --self-test: {change}: {got}, not {want}")
    print(f"{len(cases)} trees")


def main():
    if sys.argv[1:] == ["--self-test"]:
        return self_test()
    files = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=TOP, check=True, capture_output=True,
                           text=True).stdout.split()
    defined, problems = check(TOP, [path for path in files if (TOP / path).is_file()])
    print("\n".join(problems))
    print(f"{len(defined)} requirements, {len(problems)} problems")
    sys.exit(1 if problems else 0)


main()
