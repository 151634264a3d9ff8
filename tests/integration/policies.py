#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Asservat authors
"""policies.py ASSERVAT   the shipped policies through `asservat policy` (LAW T7), and the reader against the schema.

Every policy that differs from the default in one place is judged by both. The reader may refuse more, but only for what
a schema cannot say: settings that contradict each other, and rules without a law.
"""
import copy
import hashlib
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

try:
    import jsonschema
except ImportError:
    print("skipped: python3-jsonschema is not installed")
    sys.exit(77)

ASSERVAT = str(Path(sys.argv[1]).resolve())
POLICIES = Path(__file__).resolve().parents[2] / "deploy" / "policies"
CONTRADICTION = re.compile(r"\(LAW T[34]\)$|names nothing for rule")
NUMBERS = [-1, 0, 1, 2, 3, 4, 10, 11, 366, 367, 1000, 1001, 120000, 120001, 2**32 - 1, 2**32, 1.5, 2**63]
OTHERS = [None, True, 1, "", "word", "two\twords", "x" * 191, "x" * 192, [], {}, ["word"], [1]]


def run(*args):
    return subprocess.run([ASSERVAT, "policy", *args, "--config", CONFIG], capture_output=True, text=True, check=False)


def check(condition, what):
    if not condition:
        sys.exit(f"FAILED: {what}")


def shipped():
    files = sorted(path for path in POLICIES.glob("*.json") if path.name != "policy.schema.json")
    check(len(files) >= 3, f"only {files} are shipped")
    return files


def commands(path):
    policy = json.loads(path.read_text())
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    check(policy["name"] == path.stem, f"{path} is named {policy['name']}")
    got = run("check", str(path))
    check(got.returncode == 0 and digest in got.stdout and policy["name"] in got.stdout and not got.stderr,
          f"check {path}: {got}")
    got = run("show", str(path))
    check(got.returncode == 0 and digest in got.stdout, f"show {path}: {got}")
    for law in policy["laws"]:
        check(re.search(rf"^{law['rule']} +{law['checked']} +{re.escape(law['citation'])}$", got.stdout, re.M),
              f"show {path} does not say {law}")
    days = f"{policy['retention']['kind'].replace('_', ' ')} {policy['retention']['days']} days after"
    check(re.search(rf"^T1 +erased +{days}", got.stdout, re.M), f"show {path} does not say {days}: {got.stdout}")
    got = run("show", "--json", str(path))
    check(json.loads(got.stdout) == {"sha256": digest, "policy": policy}, f"show --json {path}: {got}")


def refusals(directory):
    default = (POLICIES / "nrw-ordnungsamt.json").read_text()
    bad = directory / "bad.json"
    bad.write_text(default.replace('"days": 14', '"days": 0'))
    for command in ["check"], ["show"], ["show", "--json"]:
        got = run(*command, str(bad))
        check(got.returncode == 1 and not got.stdout and got.stderr ==
              f"asservat policy {command[0]}: {bad}:7: retention.days: 0 is out of range; give 1 to 366\n", f"{got}")
    bad.write_text(default.replace('"open"', '"\\u001b[2J\\u009bopen"'))
    got = run("check", str(bad))
    check(got.returncode == 1 and f"{bad}:22: ?[2J?open: is unknown here" in got.stderr, f"{got}")
    check(run("check", str(directory / "none.json")).returncode == 1, "a file that is not there")
    check(run("check").returncode == 2, "no file")
    check(run("check", "a", "b").returncode == 2, "two files")
    check(run("check", "--json", str(bad)).returncode == 2, "check has no --json")


def places(value, way=()):
    yield way
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in children:
        yield from places(child, (*way, key))


def at(policy, way):
    for key in way:
        policy = policy[key]
    return policy


def mutants(policy, words):
    """(what was changed, the policy): one place each."""
    for way in places(policy):
        value = at(policy, way)
        changes = []
        if way:
            more = NUMBERS if isinstance(value, int) else words if isinstance(value, str) else []
            changes += [("set", other) for other in [*OTHERS, *more]] + [("remove", None)]
        if isinstance(value, dict):
            changes.append(("add", "unknown"))
        if isinstance(value, list):
            changes += [("append", word) for word in words] + [("append", copy.deepcopy(value[0]))]
        for what, new in changes:
            mutant = copy.deepcopy(policy)
            if what == "set":
                at(mutant, way[:-1])[way[-1]] = new
            elif what == "remove":
                del at(mutant, way[:-1])[way[-1]]
            elif what == "add":
                at(mutant, way)[new] = 1
            else:
                at(mutant, way).append(new)
            yield f"{what} {'.'.join(map(str, way))}: {new!r}", mutant


def words_of(schema):
    """Every word that the schema knows somewhere, to be tried everywhere."""
    found = {"nobody"}
    if isinstance(schema, dict):
        found.update(word for word in schema.get("enum", ()) if isinstance(word, str))
    for child in schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ():
        found |= words_of(child)
    return found


def compare(directory):
    schema = json.loads((POLICIES / "policy.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    for path in shipped():
        check(validator.is_valid(json.loads(path.read_text())), f"the schema refuses {path}")
    default = json.loads((POLICIES / "nrw-ordnungsamt.json").read_text())
    default["laws"].insert(0, default["laws"][0])  # so that whatever becomes of it, the rules have their laws
    with_decision = copy.deepcopy(default)
    with_decision["pre_roll"] = {"max_ms": 1000, "decision": "7/2026"}
    count = {True: 0, False: 0, "contradictions": 0}
    files = []
    for policy in default, with_decision:
        for what, mutant in mutants(policy, sorted(words_of(schema))):
            if policy is with_decision and "pre_roll" not in what:
                continue
            if re.match(r"\w+ laws\.([1-9]|10)\b", what):
                continue  # elements like the first
            path = directory / f"{len(files)}.json"
            path.write_text(json.dumps(mutant))
            files.append((what, mutant, path))
    for what, mutant, path in files:
        got = run("check", str(path))
        valid = validator.is_valid(mutant)
        said = got.stderr.strip()
        check(got.returncode in (0, 1), f"{what}: {got}")
        check(got.returncode == 0 or f"{path}:1: " in said, f"{what}: no place in {said}")
        contradiction = bool(CONTRADICTION.search(said))
        check(valid == (got.returncode == 0) or (valid and contradiction), f"{what}: the schema says {valid}, the reader {got}")
        count["contradictions" if contradiction else valid] += 1
    print(f"{len(files)} policies: {count[True]} valid, {count[False]} refused, {count['contradictions']} contradictory")
    check(min(count.values()) > 5, "a kind is missing")


with tempfile.TemporaryDirectory() as temporary:
    CONFIG = f"{temporary}/asservat.conf"
    Path(CONFIG).touch()
    for file in shipped():
        commands(file)
    refusals(Path(temporary))
    compare(Path(temporary))
