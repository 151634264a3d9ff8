#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Asservat authors
"""Every numbered MUST of the specifications is cited where it is implemented and where it is tested.

A requirement is defined in a specification as its number in bold: **S-012**. It is cited by its bare number in a
comment of the code and of a test. Lists those that are not, and citations of numbers that no specification defines.
The rules of docs/COMPLIANCE.md cite tests, `unit/a.c: name`: each must be there, with that name in it, and one of a rule's
must name the rule, as LAW R1. What no test covers says "not yet". docs/THREATS.md cites tests in the same way. The functions that docs/KEEPER.md
tells an auditor to read are there, and together as long as it says.
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
    "ST": "docs/STATEMENTS.md",
    "LG": "docs/LEDGER.md",
    "A": "docs/API.md",
    "M": "docs/PLAYBACK.md",
    "D": "docs/DOCK.md",
    "PK": "docs/PACKAGE.md",
    "HD": "docs/HANDOVER_DOCUMENTS.md",
    "HO": "docs/HANDOVER.md",
}
RULES = "docs/COMPLIANCE.md"
THREATS = "docs/THREATS.md"
LETTERS = "|".join(SPECS)
NUMBER = re.compile(rf"\b(?!P-256\b)((?:{LETTERS})-\d{{3}})\b")  # P-256 is an elliptic curve
DEFINED = re.compile(rf"\*\*((?:{LETTERS})-\d{{3}})\*\*")
RULE = re.compile(r"^\| ([RTLH]\d+) \|.*\|([^|]*)\|$")
TEST = re.compile(r"([\w./]+): (.+)")
NOT_YET = re.compile(r"\bnot yet:", re.IGNORECASE)


def definitions(top, problems):
    defined = {}
    for letter, spec in SPECS.items():
        for number, line in enumerate((top / spec).read_text().splitlines(), 1):
            for name in DEFINED.findall(line):
                if name.split("-")[0] != letter:
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
        if not re.search(r"\.(c|h|py|sh|sql|cmake|m?js|css)$", path):
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


def text_of(top, files, path):
    return (top / path).read_text(errors="replace") if path in files else None


def citation_problem(top, files, citation):
    """What is wrong with `unit/a.c: name`, or None; and the test's text."""
    test = TEST.fullmatch(citation)
    text = test and text_of(top, files, f"tests/{test[1]}")
    if text is None:
        return f"`{citation}` is no test's file and name", None
    if test[2] not in text:
        return f"there is no \"{test[2]}\" in tests/{test[1]}", None
    return None, text


def rule_problems(top, files, rule, state):
    """What is wrong with the last column of a rule: the tests that it cites, and whether there are any."""
    texts = []
    for citation in re.findall(r"`([^`]*)`", NOT_YET.split(state)[0]):
        problem, text = citation_problem(top, files, citation)
        if problem:
            yield f"LAW {rule}: {problem}"
        else:
            texts.append(text)
    if not texts and not NOT_YET.search(state):
        yield f"LAW {rule}: neither a test nor what is not yet done"
    elif texts and not any(re.search(rf"\bLAW {rule}\b", text) for text in texts):
        yield f"LAW {rule}: none of its tests names it"


def uncovered_rules(top, files, problems):
    found = {}
    for number, line in enumerate((top / RULES).read_text().splitlines(), 1):
        rule = RULE.match(line)
        if rule:
            found[rule[1]] = number
            problems += [f"{RULES}:{number}: {problem}" for problem in rule_problems(top, files, *rule.groups())]
    for letter in sorted({rule[0] for rule in found}):
        numbers = sorted(int(rule[1:]) for rule in found if rule[0] == letter)
        if numbers != list(range(1, len(numbers) + 1)):
            problems.append(f"{RULES}: the rules {letter} have gaps: {numbers}")
    if not found:
        problems.append(f"{RULES}: no rules")


def unshown_threats(top, files, problems):
    """Each row of a table of threats says in its last column which tests show it."""
    for number, line in enumerate((top / THREATS).read_text().splitlines(), 1):
        if not line.startswith("| ") or line.startswith("| who |"):
            continue
        citations = re.findall(r"`([^`]*)`", line.rstrip("| ").rsplit(" | ", 1)[-1])
        found = [citation_problem(top, files, citation)[0] for citation in citations]
        problems += [f"{THREATS}:{number}: {problem}" for problem in found if problem]
        if not citations:
            problems.append(f"{THREATS}:{number}: no test shows it")


def lengths_of(path):
    """Of each function in a C file."""
    found = re.finditer(r"^[a-z][^;{}#]*?(\w+)\([^;{}]*\)\n\{\n.*?^\}", path.read_text() if path.is_file() else "", re.M | re.S)
    return {function[1]: function[0].count("\n") + 1 for function in found}


def unread_functions(top, problems):
    said, total = None, 0
    for number, line in enumerate((top / SPECS["K"]).read_text().splitlines(), 1):
        about, row = re.search(r"\*\*about ([\d,]+) lines\*\*", line), re.match(r"\| `([\w/]+\.c)` \| ([^|]*)", line)
        said = (number, int(about[1].replace(",", ""))) if about else said
        if not row and re.match(r"\| `\w+/\w+\.c`", line):  # else what it names would be read by nobody
            problems.append(f"{SPECS['K']}:{number}: more than one file in a row")
        lengths = lengths_of(top / "server" / row[1]) if row else {}
        for name in re.findall(r"`(\w+)`", row[2]) if row else []:
            total += lengths.get(name, 0)
            if name not in lengths:
                problems.append(f"{SPECS['K']}:{number}: server/{row[1]} has no function {name}")
    if said and abs(total - said[1]) > 100:
        problems.append(f"{SPECS['K']}:{said[0]}: what is to be read has {total} lines")


def check(top, files):
    """The requirements that are defined, and what is wrong."""
    problems = []
    files = [path for path in files if not path.startswith("tests/lint/")]  # these name numbers as examples
    defined = definitions(top, problems)
    uncited_requirements(top, files, defined, problems)
    uncovered_rules(top, files, problems)
    unshown_threats(top, files, problems)
    unread_functions(top, problems)
    return defined, problems


# A tree with nothing wrong: every kind of file that cites, a rule that is covered and one that nothing touches.
CLEAN = {
    SPECS["S"]: "A writer MUST not lie (**S-001**).\nA reader MUST not believe (**S-002**), as S-001 says.\n",
    SPECS["P"]: "**P-010** A dock MUST wait.\n",
    SPECS["T"]: "",
    SPECS["K"]: "",
    SPECS["ST"]: "- **ST-002** Two people MUST decide.\n",
    SPECS["LG"]: "",
    SPECS["A"]: "",
    SPECS["M"]: "",
    SPECS["D"]: "",
    SPECS["PK"]: "",
    SPECS["HD"]: "",
    SPECS["HO"]: "",
    RULES: "| R1 | encrypted | A | `unit/seal.c: no byte`: any; `unit/seal.c: plain`. Not yet: `all` |\n"
           "| R2 | blocked | B | **Not yet:** all |\n",
    THREATS: "| who | wants |\n|---|---|\n| thief | all | `user list` | `unit/seal.c: plain`: sealed |\n",
    "firmware-proto/seal.c": "/* S-001, S-002 */\n",
    "server/statement.c": "/* ST-002, on the curve P-256 */\n",
    "tests/unit/statement.c": "/* ST-002 */\n",
    "dock/wait.h": "/* P-010: waits */\n",
    "tests/unit/seal.c": "/* S-001. LAW R1: no byte is plain */\n",
    "tests/sql/reader.sql": "-- S-002\n",
    "tests/wait.py": "# P-010\n",
    "tests/lint/example.py": "# K-999 LAW R2\n",
}
# What is changed in it, and the one line that must come of it.
BROKEN = [
    ({"firmware-proto/seal.c": "/* S-002 */\n"}, f"{SPECS['S']}:1: S-001 is not cited in the code"),
    ({"tests/sql/reader.sql": "-- S-00\n"}, f"{SPECS['S']}:2: S-002 is not cited in the tests"),
    ({"tests/sql/reader.sql": "-- S-0021\n"}, f"{SPECS['S']}:2: S-002 is not cited in the tests"),
    ({"tests/wait.py": "", "tests/lint/wait.py": "# P-010\n"}, f"{SPECS['P']}:1: P-010 is not cited in the tests"),
    ({"dock/wait.h": "", "server/console/wait.js": "// P-010\n", "tests/wait.py": "", "tests/browser/wait.mjs": "// P-01\n"},
     f"{SPECS['P']}:1: P-010 is not cited in the tests"),
    ({"tests/wait.py": "", "tests/wait.md": "P-010\n"}, f"{SPECS['P']}:1: P-010 is not cited in the tests"),
    ({"dock/wait.h": "/* P-010, P-011 */\n"}, "dock/wait.h:1: cites P-011, which no specification defines"),
    ({"tests/wait.py": "# P-010\n# T-010\n"}, "tests/wait.py:2: cites T-010, which no specification defines"),
    ({SPECS["T"]: "**S-003**\n", "dock/a.c": "/* S-003 */", "tests/a.c": "/* S-003 */"},
     f"{SPECS['T']}:1: S-003 is not this specification's letter"),
    ({"tests/unit/statement.c": "/* S-002 */\n"}, f"{SPECS['ST']}:1: ST-002 is not cited in the tests"),
    ({SPECS["ST"]: "**ST-002** **T-002**\n", "dock/a.c": "/* T-002 */", "tests/a.c": "/* T-002 */"},
     f"{SPECS['ST']}:1: T-002 is not this specification's letter"),
    ({SPECS["P"]: "**P-010**\n\n**P-010**\n"},
     f"{SPECS['P']}:3: P-010 is defined twice, first at {SPECS['P']}:1"),
    ({"tests/unit/seal.c": "/* S-001. LAW R11: no byte is plain */\n"}, f"{RULES}:1: LAW R1: none of its tests names it"),
    ({"tests/unit/seal.c": "/* S-001: no byte is plain */\n", "tests/other.c": "/* LAW R1 */\n"},
     f"{RULES}:1: LAW R1: none of its tests names it"),
    ({"tests/unit/seal.c": "/* S-001. LAW R1: plain */\n"}, f"{RULES}:1: LAW R1: there is no \"no byte\" in tests/unit/seal.c"),
    ({RULES: "| R1 | encrypted | A | `unit/seals.c: no byte`; `unit/seal.c: LAW` |\n"},
     f"{RULES}:1: LAW R1: `unit/seals.c: no byte` is no test's file and name"),
    ({RULES: "| R1 | encrypted | A | `unit/seal_*`. Not yet: all |\n"},
     f"{RULES}:1: LAW R1: `unit/seal_*` is no test's file and name"),
    ({RULES: "| R1 | encrypted | A | `lint/example.py: LAW R2`. Not yet: all |\n"},
     f"{RULES}:1: LAW R1: `lint/example.py: LAW R2` is no test's file and name"),
    ({THREATS: "| thief | all | | `unit/seal.c: open` |\n"}, f"{THREATS}:1: there is no \"open\" in tests/unit/seal.c"),
    ({THREATS: "| thief | all | `unit/seal.c: plain` | nothing |\n"}, f"{THREATS}:1: no test shows it"),
    ({RULES: "| R1 | encrypted | A | |\n"}, f"{RULES}:1: LAW R1: neither a test nor what is not yet done"),
    ({RULES: "| R1 | encrypted | A | not yet: all |\n| R3 | blocked | B | not yet: all |\n"},
     f"{RULES}: the rules R have gaps: [1, 3]"),
    ({RULES: "R1, R2\n"}, f"{RULES}: no rules"),
    ({SPECS["K"]: "**about 10 lines**\n\n| `keeper/a.c` | `f`, `h` | all |\n", "server/keeper/a.c": "static int f(void)\n{\n}\n\nint g(void)\n{\n}\n"},
     f"{SPECS['K']}:3: server/keeper/a.c has no function h"),
    ({SPECS["K"]: "**about 10 lines**\n| `keeper/a.c`, `b.c` | `f` | all |\n"}, f"{SPECS['K']}:2: more than one file in a row"),
    ({SPECS["K"]: "**about 1,000 lines**\n| `keeper/a.c` | `f` | all |\n", "server/keeper/a.c": "int f(void)\n{\n}\n"},
     f"{SPECS['K']}:1: what is to be read has 3 lines"),
]
NOTHING = {path: "" for path in [*SPECS.values(), "firmware-proto/seal.c", "dock/wait.h", "tests/unit/seal.c",
                                 "tests/sql/reader.sql", "tests/wait.py", "server/statement.c", "tests/unit/statement.c"]}


def problems_of(tree):
    with tempfile.TemporaryDirectory() as directory:
        for path, text in tree.items():
            file = Path(directory, path)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        return check(Path(directory), list(tree))[1]


def self_test():
    cases = [({}, [])] + [(change, [problem]) for change, problem in BROKEN]
    cases.append(({**NOTHING, THREATS: "", RULES: "| R1 | blocked | B | not yet: all |\n"}, ["no specification defines any requirement"]))
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
