#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Asservat authors
"""forged.py BUILD: asservat-verify, given what somebody made who has the ledger's key, or who left out, added or renamed files of
what he was given. Nothing that contradicts itself is called valid, and nothing is said that was not shown.
"""
import json
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "deploy/lib"))
from forge import BEGAN, Log, closed, start, u64  # noqa: E402
from notes import Key  # noqa: E402

ORIGIN = "asservat.example/ledger"


class Court:
    """Whoever was given a directory, and has nothing but the program and a trust file."""

    def __init__(self, build, work):
        self.program, self.work, self.count = Path(build) / "bin/asservat-verify", work, 0
        self.key = Key(work, ORIGIN)
        self.trust = self.trusting(f"log {self.key.vkey}", "quorum none")

    def trusting(self, *lines):
        path = self.new() / "trust"
        path.write_text("\n".join(lines) + "\n")
        return path

    def new(self):
        self.count += 1
        path = self.work / str(self.count)
        path.mkdir()
        return path

    def note(self, text):
        path = self.new() / "head"
        path.write_text(text)
        return path

    def run(self, path, *options):
        words = [self.program, path, "--ledger", self.trust, *options]
        if "--ledger" in options:
            words = [self.program, path, *options]
        done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd="/", timeout=60)
        return done.returncode, done.stdout, done.stderr.decode()

    def report(self, path, status, *options):
        code, out, err = self.run(path, "--json", *options)
        assert code == status, f"{code} instead of {status}: {out.decode()} {err}"
        return json.loads(out)

    def valid(self, path, *options):
        report = self.report(path, 0, *options)
        assert report["valid"] and not report["wrong"], report
        return report

    def wrong(self, path, says, *options):
        report = self.report(path, 1, *options)
        assert not report["valid"] and any(says in line for line in report["wrong"]), (says, report["wrong"])
        return report

    def text(self, path, status, *options, lang="en"):
        code, out, _ = self.run(path, "--lang", lang, *options)
        assert code == status, f"{code}: {out.decode()}"
        return out.decode()


def log_of(court, count):
    return Log(court.key, [start(number) for number in range(count)])


def all_that_is_opened_is_shown(court):
    """LG-071: each closed field of an entry, whatever its length, and what stands behind it."""
    log, person, incident = log_of(court, 3), bytes(range(16)), bytes(range(16, 32))
    facts = {1: u64(BEGAN * 1000), 5: b"\5" * 32, 9: u64(BEGAN * 1000), 11: bytes([0, 1, 1]), 12: b"\x0c" * 32}
    made = [(96, facts, {128: b"\x80" * 32, 129: person, 131: b"\x83" * 32, 135: incident}),
            (120, {1: facts[1]}, {128: b"\x80" * 32, 130: "gesehen, Übergriff".encode(), 131: b"\x83" * 32, 135: incident})]
    names = {128: "actor", 129: "person", 130: "text", 131: "seal_header", 135: "incident"}
    plain, opened = court.new(), court.new()
    for kind, open_facts, values in made:
        data, keys = closed(kind, open_facts, values)
        index = log.add(data)
        log.give(plain, f"1-{index}", index)
        log.give(opened, f"1-{index}", index, keys)
    for directory, is_open in ((plain, False), (opened, True)):
        for said, (kind, open_facts, values) in zip(court.valid(directory)["entries"], made):
            fields = said["fields"]
            assert len(fields) == len(open_facts) + len(values), fields
            assert all((fields[names[tag]] is not None) == is_open for tag in values), fields
            if is_open:
                assert fields["incident"] == "10111213-1415-1617-1819-1a1b1c1d1e1f" and fields["seal_header"] == "83" * 32, fields
    assert court.valid(opened)["entries"][0]["fields"]["person"] == "00010203-0405-0607-0809-0a0b0c0d0e0f"
    text = court.text(opened, 0)
    assert text.count("(opened)") == 8 and "gesehen, Übergriff  (opened)" in text, text
    assert court.text(plain, 0).count("not opened") == 8
    data, keys = closed(98, {}, {129: b"ab"})  # LG-005: of no length that a person's id has
    index, directory = log.add(data), court.new()
    log.give(directory, "short", index, keys)
    assert court.wrong(directory, "person (129): longer or shorter")["entries"][0]["fields"]["person"] is None


STEPS = (all_that_is_opened_is_shown,)


def main(build):
    with tempfile.TemporaryDirectory(prefix="asservat-forged.") as work:
        court = Court(build, Path(work))
        for step in STEPS:
            step(court)
            print(step.__name__, flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
