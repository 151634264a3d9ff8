#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Asservat authors
"""forged.py BUILD: asservat-verify, given what somebody made who has the ledger's key, or who left out, added or renamed files of
what he was given. Nothing that contradicts itself is called valid, and nothing is said that was not shown.
"""
import json
import os
import shutil
import subprocess
import sys
import tempfile
from datetime import datetime, timezone
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "deploy/lib"))
from forge import BEGAN, Agency, Log, begun, closed, entry, sha256, signature, start, u64  # noqa: E402
from notes import Key, root_of  # noqa: E402

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


def at(seconds):
    """So long after everything began, as reports have it."""
    return datetime.fromtimestamp(BEGAN + seconds, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def log_of(court, count):
    return Log(court.key, [begun(court.key.name), *(start(number) for number in range(1, count))])


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


def what_was_kept_is_compared(court):
    """LG-079: --earlier, for a checkpoint, for proofs, for the whole log, and for several of these at once."""
    log = log_of(court, 5)
    fork = Log(court.key, log.entries[:3] + [start(33), start(44)])
    other = Log(Key(court.work, "asservat.example/other"), [begun("asservat.example/other"), *log.entries[1:]])
    head, kept = court.note(log.head()), court.note(log.head())
    forked, early, late = court.note(fork.head()), court.note(log.head(3)), court.note(log.head())
    assert court.valid(head, "--earlier", kept)["heads"][0]["size"] == 5
    court.wrong(head, "the log was forked: it signed another tree of 5 entries", "--earlier", forked)
    court.wrong(early, "it has 5 entries, the head in", "--earlier", kept)
    court.wrong(late, "was not compared with the larger head", "--earlier", early)
    court.valid(head, "--earlier", court.note(log.head(0)))
    proofs = court.new()
    log.give(proofs, "1-2", 2)
    court.valid(proofs, "--earlier", kept)
    court.valid(proofs / "1-2.entry", "--earlier", kept)
    court.wrong(proofs, "the log was forked: it signed another tree of 5 entries", "--earlier", forked)
    court.wrong(proofs / "1-2.tlog-proof", "the log was forked", "--earlier", forked)
    court.wrong(proofs, "was not compared with the larger head in 1-2.tlog-proof", "--earlier", early)
    whole = court.new()
    log.publish(whole)
    court.valid(whole, "--earlier", early)
    court.valid(whole, "--earlier", kept)
    court.wrong(whole, "the log was forked", "--earlier", forked)
    court.wrong(whole, "head of 4: this log does not begin with", "--earlier", court.note(fork.head(4)))
    court.wrong(whole, "it has 6 entries, the head in checkpoint fewer: 5", "--earlier",
                court.note(Log(court.key, [*log.entries, start(6)]).head()))
    log.give(whole, "1-2", 2, size=4)  # proofs beside the tiles: all heads are compared with them
    court.valid(whole, "--earlier", early)
    court.wrong(whole, "head of 4: this log does not begin with", "--earlier", court.note(fork.head(4)))
    court.trust = court.trusting(f"log {court.key.vkey}", f"log {other.key.vkey}", "quorum none")
    court.wrong(head, "a head of asservat.example/other, of which nothing is here", "--earlier", court.note(other.head()))
    for bad, says in ((court.note("what"), "signed note"), (court.note(log.head().replace("\n5\n", "\n6\n")), "signature")):
        code, _, err = court.run(head, "--earlier", bad)
        assert code == 2 and f"--earlier {bad}: " in err and says in err, err


def a_fork_is_named(court):
    """LG-079: both branches before the verifier at once, whatever lies there beside them."""
    log = log_of(court, 5)
    fork = Log(court.key, log.entries[:3] + [start(33), start(44)])
    directory = court.new()
    log.give(directory, "1-3", 3)
    court.valid(directory)
    fork.give(directory, "1-3b", 3)
    court.wrong(directory, "the log was forked: it signed another tree of 5 entries in 1-3.tlog-proof")
    directory = court.new()  # heads of two sizes: no two roots of one size, but two entries at one place
    log.give(directory, "1-3", 3)
    fork.give(directory, "1-3b", 3, size=4)
    court.wrong(directory, "the log was forked: its entry 3 is proven, and so is another one in 1-3.entry")
    directory = court.new()  # two places under two heads: nothing contradicts, and that is all that is said
    log.give(directory, "1-1", 1, size=3)
    log.give(directory, "1-3", 3)
    report = court.valid(directory)
    assert any("are of one tree: that takes the log's tiles" in line for line in report["unchecked"]), report
    directory = court.new()  # the fork's checkpoint beside proofs
    log.give(directory, "1-3", 3)
    (directory / "checkpoint").write_text(log.head())
    court.valid(directory)
    (directory / "checkpoint").write_text(fork.head())
    court.wrong(directory, "the log was forked")
    copies = court.new()
    log.give(copies, "1-3", 3)
    log.give(copies, "again", 3)
    court.valid(copies)


def a_log_begins_where_another_ended(court):
    """LG-114, LG-118: with its first entry, and no other; and what that names is of one tree with what is shown."""
    name = "asservat.example/second"
    log, key = log_of(court, 5), Key(court.work, name)
    court.trust = court.trusting(f"log {court.key.vkey}", f"log {key.vkey}", "quorum none")

    def shown(before=b"", first=None, size=5, tiles=False):
        """The second log's first entry, with one of the first one's, or with all of it."""
        second, directory = Log(key, [first or begun(name, before), start(1)]), court.new()
        if tiles:
            log.publish(directory)
        else:
            log.give(directory, "1-2", 2, size=size)
        second.give(directory, "2-0", 0)
        return directory

    def head(size, origin=court.key.name, of=log):
        return u64(size) + root_of(of.leaves(size)) + origin.encode()

    assert not court.valid(shown(head(5)))["unchecked"]
    assert not court.valid(shown())["unchecked"]
    assert any("are of one tree" in line for line in court.valid(shown(head(5), size=3))["unchecked"])
    fork = Log(court.key, [*log.entries[:3], start(33), start(44)])
    court.wrong(shown(head(5, of=fork)), "the log was forked: it signed another tree of 5 entries in ")
    court.wrong(shown(head(4)), "a head of 5 entries, and the log ended with 4, by 2-0.entry")
    court.wrong(shown(head(4, of=fork), tiles=True), "this log does not begin with the entries that were signed then")
    assert any("does not have" in line for line in court.valid(shown(head(5, "asservat.example/other")))["unchecked"])
    court.wrong(shown(head(5, name)), "it names its own log as the one before")
    court.wrong(shown(head(5, "a b")), "what it names is no head of an earlier log")
    court.wrong(shown(first=start(0)), "2-0.entry: the first entry of a log says that it began, and this one does not")
    court.wrong(shown(first=begun("asservat.example/third")), f"2-0.entry: that is not how {name} began")
    # Of a published log, by an entry that is under its head: not by what somebody put into a file.
    kept = court.note(log.head())
    for of, forked in ((log, False), (fork, True)):
        second, directory = Log(key, [begun(name, head(5, of=of)), start(1)]), court.new()
        second.publish(directory)
        bundle = next(path for path in (directory / "tile/entries").rglob("*") if path.is_file())
        good, other = bundle.read_bytes(), fork if of is log else log
        report = court.wrong(directory, "", "--earlier", kept)
        assert any("the log was forked" in line for line in report["wrong"]) == forked, report["wrong"]
        bundle.write_bytes(good.replace(head(5, of=of), head(5, of=other)))
        report = court.wrong(directory, "entry 0: not the one that the head has there", "--earlier", kept)
        assert not any("the log was forked" in line for line in report["wrong"]), report["wrong"]
    index, directory = log.add(begun(court.key.name)), court.new()
    log.give(directory, "again", index)
    court.wrong(directory, "again.entry: no log begins there")
    log.publish(directory)
    court.wrong(directory, "entry 5: no log begins there")


def proofs_are_not_hidden(court):
    """A checkpoint in the directory takes the place of nothing; and what has no proof, or was not looked at, is named."""
    log = log_of(court, 5)
    directory = court.new()
    log.give(directory, "1-2", 2)
    (directory / "1-2.entry").write_bytes(start(99))
    (directory / "checkpoint").write_text(log.head(0))
    court.wrong(directory, "1-2.entry: the proof does not lead")
    whole = court.new()
    log.publish(whole)
    log.give(whole, "1-2", 2)
    report = court.valid(whole)
    assert report["kind"] == "proofs" and report["checked"] == 6 and not report["unchecked"], report
    (whole / "1-2.entry").write_bytes(start(99))
    court.wrong(whole, "1-2.entry: the proof does not lead")
    log.give(whole, "1-2", 2)
    (whole / "tile/entries/000.p/5").write_bytes(b"")
    court.wrong(whole, "tile/entries/000.p/5: 0 entries instead of 5")
    for ending in ("entry", "opened", "link", "object", "signer"):
        directory = court.new()
        log.give(directory, "1-2", 2)
        (directory / f"1-4.{ending}").write_bytes(log.entries[4])
        court.wrong(directory, f"1-4.{ending}: there is no proof of it: 1-4.tlog-proof is missing")
    directory = court.new()
    log.give(directory, "1-2", 2)
    for name in ("README.txt", "1-2.link", "camera.chain", "1-2.entry.old"):
        (directory / name).write_text("anything")
    assert sorted(court.valid(directory)["unchecked"]) == ["1-2.entry.old", "1-2.link", "README.txt", "camera.chain"]
    text = court.text(directory, 0)
    assert "Not checked:\n" in text and "That nothing is left out is not shown" in text, text
    assert "Dass nichts fehlt, ist nicht gezeigt" in court.text(directory, 0, lang="de")
    (directory / "checkpoint").mkdir()
    code, _, err = court.run(directory)
    assert code == 2 and "checkpoint: " in err, err


def a_report_says_since_when(court):
    """By the word of witnesses and of nobody else; and each entry under its own head."""
    log, second = log_of(court, 5), Log(Key(court.work, "asservat.example/second"), [begun("asservat.example/second"), start(8)])
    one, two = Key(court.work, "one.example/witness", 4), Key(court.work, "two.example/witness", 4)
    trusted = [f"log {court.key.vkey}", f"log {second.key.vkey}", f"witness one {one.vkey}", f"witness two {two.vkey}"]
    none = court.trusting(*trusted, "quorum none")
    both = court.trusting(*trusted, "group all 2 one two", "quorum all")
    directory = court.new()
    log.give(directory, "1-2", 2)
    text = court.text(directory, 0, "--ledger", none)
    assert "cosigned by nobody" in text and "the agency's word alone" in text and "stood so" not in text, text
    assert "Proven is what the agency recorded and signed; not that it is true" in text, text
    log.give(directory, "1-2", 2, cosigners=((one, BEGAN + 60), (two, BEGAN + 180)))
    second.give(directory, "2-1", 1, cosigners=((two, BEGAN + 300),))
    report = court.valid(directory, "--ledger", none)
    assert [(head["origin"], head["size"]) for head in report["heads"]] == [(ORIGIN, 5), (second.key.name, 2)], report["heads"]
    assert [(entry["name"], entry["origin"], entry["size"]) for entry in report["entries"]] == [
        ("1-2", ORIGIN, 5), ("2-1", second.key.name, 2)], report["entries"]
    assert report["heads"][0]["cosigned"] == [{"name": "one", "time": at(60)},
                                              {"name": "two", "time": at(180)}], report["heads"]
    assert [head["since"] for head in report["heads"]] == [at(60), at(300)], report["heads"]
    text = court.text(directory, 0, "--ledger", none)
    assert f"stood so by {at(60)}, by the word of one.\n" in text, text
    assert f"of {second.key.name} with 2 entries" in text and f"of {ORIGIN} with 5 entries" in text and "1-2\n" in text, text
    court.wrong(directory, "2-1.tlog-proof: checkpoint: too few witnesses; not cosigned by one", "--ledger", both)
    (directory / "2-1.tlog-proof").unlink()
    (directory / "2-1.entry").unlink()
    assert court.valid(directory, "--ledger", both)["heads"][0]["since"] == at(180), "both by then"
    any_one = court.trusting(*trusted, "group any 1 one two", "quorum any")
    for time in (0, BEGAN - 3700):  # what was recorded after its head was cosigned
        log.give(directory, "1-2", 2, cosigners=((one, time), (two, BEGAN)))
        for trust, since in ((none, at(0)), (both, None)):  # LG-123: a clock that is wrong
            report = court.valid(directory, "--ledger", trust)
            assert report["unchecked"] == ["1-2.entry: recorded after one cosigned its head, if the clock there was right"], report
            assert report["heads"][0]["since"] == since, report["heads"]
        court.wrong(directory, "recorded after one cosigned its head", "--ledger", any_one)
        log.give(directory, "1-2", 2, cosigners=((one, time), (two, BEGAN - 3700)))
        court.wrong(directory, "recorded after one cosigned its head", "--ledger", both)
        assert court.wrong(directory, "recorded after two cosigned its head", "--ledger", none)["heads"][0]["since"] is None
        text = court.text(directory, 1, "--ledger", none)
        assert "stood so" not in text and "Proven" not in text and "NOT PROVEN" in text, text
    log.give(directory, "1-2", 2, cosigners=((one, BEGAN - 3500),))
    court.valid(directory, "--ledger", none)
    whole = court.new()
    log.publish(whole)
    (whole / "checkpoint").write_text(log.head(cosigners=((one, BEGAN - 3700),)))
    court.wrong(whole, "entry 0: it says that it was recorded after one cosigned its head", "--ledger", none)


def balance_of(counts, recorded=BEGAN, day=20261128):
    return entry(114, {1: u64(recorded * 1000), 3: day.to_bytes(4, "big"), 7: b"".join(u64(n) for n in counts)}, recorded)


def a_balance_is_the_last_one(court):
    """Whichever log it stands in; and one that does not add up, or beside something wrong, is not said."""
    log, second = log_of(court, 9), Log(Key(court.work, "asservat.example/second"), [begun("asservat.example/second")])
    court.trust = court.trusting(f"log {court.key.vkey}", f"log {second.key.vkey}", "quorum none")

    def claimed(*balances):
        directory = court.new()
        (directory / "claim").write_text("asservat/v1/claim\nday 20261128\n")
        for place, (where, balance) in enumerate(balances):
            where.give(directory, f"{place}", where.add(balance))
        return directory

    directory = claimed((log, balance_of([5, 0, 5, 0, 0, 0, 0, 0])), (second, balance_of([7, 0, 7, 0, 0, 0, 0, 0], BEGAN + 86400)))
    claim = court.valid(directory)["claim"]
    assert claim["balance"]["ingested"] == 7 and claim["others"] == 1 and claim["recorded"] == at(86400), claim
    assert "the last of 2 balances of this day" in court.text(directory, 0)
    turned = claimed((log, balance_of([7, 0, 7, 0, 0, 0, 0, 0], BEGAN + 86400)), (second, balance_of([5, 0, 5, 0, 0, 0, 0, 0])))
    assert court.valid(turned)["claim"]["balance"]["ingested"] == 7, "whichever is read first"
    (directory / "zzz.entry").write_bytes(start(1))
    assert "claim" not in court.wrong(directory, "zzz.entry: there is no proof")
    for counts in ([3, 0, 1, 0, 0, 0, 0, 0], [2**64 - 1, 1, 0, 0, 0, 0, 0, 0]):
        report = court.wrong(claimed((log, balance_of(counts))), "claim: the balance does not add up")
        assert "claim" not in report, report
    directory = claimed((log, balance_of([1, 0, 1, 0, 0, 0, 0, 0], day=20261127)))
    court.wrong(directory, "claim: no balance of that day is proven")


def what_was_not_looked_at_is_not_missing(court):
    """Without the agency's root no link record is looked at: that is what is wrong, and not that one is missing."""
    _, camera, chain = Agency(court.work).device(Agency.CAMERA, "camera")
    log, directory = log_of(court, 3), court.new()
    log.give(directory, "1-2", 2)
    (directory / "camera.chain").write_bytes(chain)
    (directory / "claim").write_text(f"asservat/v1/claim\nnumbers {camera.hex()} {os.urandom(16).hex()} 1 2\n")
    report = court.wrong(directory, "camera.chain: whose camera it is was not checked: that takes the agency's root (--trust)")
    assert len(report["wrong"]) == 1, report


def nothing_is_said_that_misleads(court):
    """Untrusted names, unsigned heads, other files, options that would do nothing."""
    log = log_of(court, 3)
    evil = Log(Key(court.work, "evil\u009b2J\u202eVALID\u2066\x7f/log"), log.entries)
    for lang in ("de", "en"):
        text = court.text(court.note(evil.head()), 1, lang=lang)
        assert not any(mark in text for mark in "\u009b\u202e\u2066\x7f") and "Head of" not in text, text
    data, keys = closed(120, {1: u64(BEGAN * 1000)}, {130: "Herr M\u202egnp.exe".encode()})
    index, directory = log.add(data), court.new()
    log.give(directory, "name", index, keys)
    assert "Herr M?gnp.exe" in court.text(directory, 0)
    (directory / "name.tlog-proof").write_text("no proof")
    assert "Entry without a readable proof: access (120)" in court.text(directory, 1)
    report = court.wrong(directory, "name.tlog-proof: ")["entries"][0]
    assert report["index"] is None and not report["proven"], report
    court.wrong(directory / "name.opened", "neither NAME.tlog-proof, NAME.entry nor a directory, and no checkpoint")
    for option in ("--identity", "--chain", "--dock", "--output", "--age"):
        code, out, err = court.run(court.note(log.head()), option, court.trust)
        assert code == 2 and not out and "usage" in err, (option, out)
    text = court.text(directory, 1, lang="de")
    assert "Zugriff (120)" in text and "Zeit" in text and "Datei" in text and "access" not in text, text


def a_head_that_nobody_signed_is_not_walked(court):
    """Endless work, by a thousand links: the name of a log, a size, and no signature."""
    directory = court.new()
    tiles = directory / "tile/0"
    tiles.mkdir(parents=True)
    (tiles / "000").write_bytes(bytes(8192))
    for number in range(1, 1000):
        os.link(tiles / "000", tiles / f"{number:03d}")
        os.symlink(".", tiles / f"x{number:03d}")
    os.symlink(".", tiles / "x000")
    shutil.copytree(tiles, directory / "tile/entries", symlinks=True)
    stranger = Key(directory, ORIGIN)
    text = f"{ORIGIN}\n{2**61}\n{'A' * 43}=\n"
    (directory / "checkpoint").write_text(stranger.note(text))
    court.wrong(directory, "checkpoint: checkpoint: signed by none of the logs")


def a_full_tile_beside_a_partial_one_agrees(court):
    log, directory = log_of(court, 5), court.new()
    log.publish(directory)
    full = directory / "tile/0/000"
    full.write_bytes(b"".join(log.leaves(5)) + bytes(251 * 32))
    court.valid(directory)
    full.write_bytes(bytes(256 * 32))
    court.wrong(directory, "tile/0/000: does not begin with what the partial one beside it has")


def what_is_signed_is_the_actors(court):
    """LG-090: the object that an entry names, beside it: that it is that one, and who signed it. Nothing that was made up."""
    agency, log = Agency(court.work), log_of(court, 3)
    trust = ("--trust", agency.root.public.hex())
    key, dock, chain = agency.device(Agency.DOCK, "dock")
    golden = (Path(__file__).resolve().parents[1] / "vectors/golden/trust-receipt.hex").read_text().splitlines()
    body = bytes.fromhex("".join(line for line in golden if line[0] != "#"))[:-67]  # without the signature of another dock
    receipt = body + signature(key, "receipt", body)
    given_at = body[-10:-2]

    def given(kind, named, actor, signed, signer, **more):
        data, keys = closed(kind, {1: given_at if kind == 37 else u64(BEGAN * 1000), **({5: named} if named else {}), **more.get("facts", {})}, {128: actor})
        index, directory = log.add(data), court.new()
        log.give(directory, "1-x", index, keys, signed, signer)
        return directory

    def signed_by(directory, *options):
        return court.valid(directory, *options)["entries"][0]["signed_by"]

    directory = given(37, sha256(body), dock, receipt, chain)
    assert signed_by(directory, *trust) == {"role": "dock", "name": "dock", "digest": dock.hex()}
    assert not court.valid(directory, *trust)["unchecked"]
    assert f"dock dock {dock.hex()}\n" in court.text(directory, 0, *trust)
    assert f"Dock dock {dock.hex()}\n" in court.text(directory, 0, *trust, lang="de")
    assert signed_by(directory) is None
    assert court.valid(directory)["unchecked"] == ["1-x.object: that takes the agency's root (--trust)"]
    court.wrong(directory, "1-x.object: ", "--trust", sha256(b"another agency").hex())
    (directory / "1-x.signer").unlink()
    assert signed_by(directory, *trust) is None
    assert any("NAME.signer" in line for line in court.valid(directory, *trust)["unchecked"])
    (directory / "1-x.object").unlink()
    (directory / "1-x.signer").write_bytes(chain)
    assert court.valid(directory, *trust)["unchecked"] == ["1-x.signer", "signed objects: 1 are named by entries and not given"]
    invented = body[:99] + bytes([body[99] ^ 1]) + body[100:]  # by whoever owns the database: its digest in the entry, and a signature that was there
    court.wrong(given(37, sha256(invented), dock, invented + receipt[len(body):], chain), "that device did not sign it", *trust)
    for options in (trust, ()):
        court.wrong(given(37, sha256(invented), dock, receipt, chain), "1-x.object: not the object that the entry names", *options)
    court.wrong(given(37, None, dock, receipt, chain), "1-x.object: the entry names no object", *trust)
    court.wrong(given(38, sha256(body), dock, receipt, chain), "1-x.object: ", *trust)
    court.wrong(given(37, sha256(body), b"\7" * 32, receipt, chain), "signed by another than the entry's actor", *trust)
    camera = agency.device(Agency.CAMERA, "camera")
    court.wrong(given(37, sha256(body), camera[1], body + signature(camera[0], "receipt", body), camera[2]), "1-x.object: ", *trust)

    key, credential, record = agency.person("Änne Muster")
    statement, named = agency.blocks(key, credential)
    says = {"facts": {9: u64((BEGAN + 3600) * 1000), 11: b"\0\7\5"}}
    for kind, more in ((56, {}), (96, says)):
        directory = given(kind, named, credential, statement, record, **more)
        assert signed_by(directory, *trust) is None, "a record that lies beside a statement says nobody's"
        assert court.valid(directory, *trust)["entries"][0]["signed_with"] == {
            "role": "person", "name": "Änne Muster", "digest": credential.hex(), "action": "BLOCK", "step": "decided"}
    for facts in ({**says["facts"], 11: b"\0\2\5"}, {**says["facts"], 11: b"\0\7\2"}, {9: says["facts"][9]}):
        court.wrong(given(96, named, credential, statement, record, facts=facts), "another action or step", *trust)
    court.wrong(given(96, named, credential, statement, record, facts={**says["facts"], 12: b"\7" * 32}), "answers another proposal", *trust)
    court.wrong(given(96, named, credential, statement, record, facts={**says["facts"], 9: u64(BEGAN * 1000)}), "another instant", *trust)
    other = agency.person("Max Beispiel")
    court.wrong(given(56, named, credential, statement, other[2]), "1-x.object: ", *trust)
    forged, named = agency.blocks(other[0], credential)  # in the name of somebody whose key he does not have
    court.wrong(given(56, named, credential, forged, record), "1-x.object: ", *trust)


def what_is_told_was_decided(court):
    """LG-099, LG-103: an entry "released" with the approval of a hold, rightly signed; a lapse that somebody is said to have signed; and the
    approval for another recording."""
    agency, log, header = Agency(court.work), log_of(court, 3), os.urandom(32)
    key, credential, record = agency.person("Sigrid")
    statement, named = agency.holds(key, credential, header)

    def given(kind, recording=bytes(16)):
        data, keys = closed(kind, {1: u64(BEGAN * 1000), 2: recording, 5: named}, {128: credential})
        index, directory = log.add(data), court.new()
        log.give(directory, "1-x", index, keys, statement, record)
        return directory

    trust = ("--trust", agency.root.public.hex())
    court.valid(given(41), *trust)
    for kind in (40, 42, 43, 46, 47, 48, 49, 51, 52, 53, 54, 56, 57, 58, 63, 64, 65, 66):
        court.wrong(given(kind), "1-x.object: is another decision than the entry tells of", *trust)
    court.wrong(given(44), "entries of this kind tell of none", *trust)
    for kind in (32, 44, 60, 67):  # what nobody signed names nothing, though nothing lies beside it
        data, directory = entry(kind, {2: bytes(16), 5: named}), court.new()
        log.give(directory, "1-x", log.add(data))
        court.wrong(directory, "1-x: names an object, and nothing signed is told of by its kind", *trust)
    court.wrong(given(47), "1-x.object: is another decision than the entry tells of")  # whoever signed it
    for told, good in ((header, True), (os.urandom(32), False)):
        data, keys = closed(32, {2: bytes(16)}, {131: told, 132: os.urandom(32)})
        for recording in (bytes(16), b"\1" * 16):
            directory = given(41, recording)
            log.give(directory, "1-a", log.add(data), keys)
            if good or recording != bytes(16):
                court.valid(directory, *trust)
            else:
                court.wrong(directory, "1-x: what was signed is about another recording than the one in 1-a", *trust)
    # LG-112: what was erased was taken in.
    root, counts = os.urandom(32), u64(60) + u64(4000000)
    for erased, good in (((root, counts), True), ((os.urandom(32), counts), False), ((root, u64(60) + u64(1)), False)):
        directory = court.new()
        for name, kind, (its_root, its_counts) in (("1-a", 34, (root, counts)), ("1-b", 35, (os.urandom(32), counts)), ("1-e", 62, erased)):
            data, keys = closed(kind, {2: b"\4" * 16, 6: its_root, 7: its_counts, **({5: os.urandom(32)} if kind != 62 else {})}, {})
            log.give(directory, name, log.add(data), keys if keys else None)
        if good:
            court.valid(directory, *trust)
        else:
            court.wrong(directory, "1-e: was of another root or length than what 1-b took in", *trust)
    alone = ["1-x: of which recording is the agency's word"]  # the id is random, and nothing signed has it
    assert [line for line in court.valid(given(41), *trust)["unchecked"] if "recording" in line] == alone
    approval, approved = agency.holds(key, credential)  # rightly signed, for clip B, under the id of clip A
    for theirs, theirs_named, good in ((statement, named, True), (approval, approved, False)):
        directory = given(41)
        data, keys = closed(41, {1: u64(BEGAN * 1000), 2: bytes(16), 5: theirs_named}, {128: credential})
        log.give(directory, "1-y", log.add(data), keys, theirs, record)
        if good:
            assert not [line for line in court.valid(directory, *trust)["unchecked"] if "recording" in line]
        else:
            court.wrong(directory, "1-y: what was signed is about another recording than the one in 1-x", *trust)
    directory = court.new()
    for name in ("1-a", "1-b"):  # and two that nobody signed
        data, keys = closed(32, {2: bytes(16)}, {131: os.urandom(32), 132: os.urandom(32)})
        log.give(directory, name, log.add(data), keys)
    court.wrong(directory, "1-b: what it tells is about another recording than the one in 1-a", *trust)


def whose_signature_it_is_is_shown(court):
    """LG-097: up to the agency's root, or it is nobody's; and nobody is a superior by a record that he wrote himself."""
    agency, log = Agency(court.work), log_of(court, 3)
    trust = ("--trust", agency.root.public.hex())
    anna, sigrid, tom = agency.person("Anna", 128), agency.person("Sigrid", 2), agency.person("Tom", 4)
    founded, rests = agency.founds(anna) + agency.founds(sigrid), agency.enrols(tom, anna, sigrid)

    def given(person, lines=None):
        statement, named = agency.blocks(*person[:2])
        data, keys = closed(56, {1: u64(BEGAN * 1000), 5: named}, {128: person[1]})
        index, directory = log.add(data), court.new()
        log.give(directory, "1-x", index, keys, statement, person[2])
        if lines is not None:
            (directory / "enrolled").write_text("asservat/v1/enrolled\n" + lines)
        return directory

    for person, since in ((sigrid, -7200), (tom, -3600)):
        directory = given(person, founded + rests)
        for path in (directory, directory / "1-x.entry"):
            report = court.valid(path, *trust)
            entry = report["entries"][0]
            assert entry["signed_with"] is None and entry["signed_by"]["enrolled"] == at(since), entry
            assert entry["signed_by"]["name"] == person[0].name and entry["signed_by"]["action"] == "BLOCK", entry
            says = "1-x.object: whether the credential had been revoked when it signed this"
            assert [line[-len(says):] for line in report["unchecked"]] == [says], report
    text = court.text(directory, 0, *trust)
    assert f"person Tom {tom[1].hex()}: BLOCK, decided; enrolled since {at(-3600)}\n" in text, text
    assert "is the word of those who enrolled it" in text and "signed with" not in text, text
    assert court.valid(directory)["unchecked"] == ["enrolled: that takes the agency's root (--trust)",
                                                   "1-x.object: that takes the agency's root (--trust)"]
    # LG-110: the keeper took it, and would not have by a revoked credential. Nobody else's word, nor one about something else, says so.
    keeper = agency.device(Agency.KEEPER, "keeper")
    named = log.entries[-1][log.entries[-1].index(b"\5\0\x20") + 3:][:32]
    unruled = "1-x.object: whether the credential had been revoked when it signed this"

    def ruled(by=keeper, about=named, label=b"taken", proven=True, **more):
        ruling, digest = agency.rules(by[0], by[2], about, **more)
        data, keys = closed(97, {1: u64(BEGAN * 1000), 5: digest, 10: label, 12: about}, {128: by[1]})
        index, place = log.add(data), court.new()
        shutil.copytree(directory, place, dirs_exist_ok=True)
        log.give(place, "1-r", index, keys, ruling)
        if not proven:
            log.give(place, "1-r", 0, keys, ruling)
            (place / "1-r.entry").write_bytes(data)
        return place

    for place, says in ((ruled(), []), (ruled(about=os.urandom(32), proposal=named), []), (ruled(about=os.urandom(32)), [unruled]),
                        (ruled(label=b"refused", taken=False), [unruled])):
        assert [line for line in court.valid(place, *trust)["unchecked"] if "tree" not in line] == says
    assert unruled in court.wrong(ruled(proven=False), "1-r.entry: the proof does not lead", *trust)["unchecked"]
    for options in (trust, ()):  # LG-095: whoever signed it, and whether anybody is believed
        court.wrong(ruled(label=b"taken", taken=False), "1-r.object: the ruling says the contrary", *options)
    court.wrong(directory, "enrolled: line 2: ", "--trust", sha256(b"another agency").hex())

    stripped = given(tom)  # the chain
    report = court.valid(stripped, *trust)
    assert report["entries"][0]["signed_by"] is None and report["entries"][0]["signed_with"]["name"] == "Tom", report
    assert report["unchecked"] == ["1-x.object: signed by this key; whose it is was not shown (that takes the file enrolled)"], report
    text = court.text(stripped, 0, *trust)
    assert "signed by  " not in text and "a key that is said to be of: Tom" in text and "; whose it is was not shown" in text, text
    assert "whoever made this may have made it" in text, text
    assert "wem er gehört, wurde nicht gezeigt" in court.text(stripped, 0, *trust, lang="de")
    for lines, says in ((founded, "1-x.object: signed by this key; whose it is was not shown: enrolled has no such credential"),
                        (agency.founds(sigrid) + rests, "enrolled: line 3: who proposed it is not enrolled by what stands before it"),
                        (agency.founds(anna) + rests, "enrolled: line 3: who approved it is not enrolled by what stands before it"),
                        (rests + founded, "enrolled: line 2: who proposed it"),
                        (founded + rests[:-9] + "\n", "enrolled: line 4: "), (founded + rests[:-1], "enrolled: line 4: "),
                        (founded + founded, "enrolled: line 4: the credential stands before it already")):
        assert court.wrong(given(tom, lines), says, *trust)["entries"][0]["signed_by"] is None

    elsewhere = court.new()  # an own key with a superior's name, and whatever can be made up for it
    false, helper, root = agency.person("Sigrid", 2, elsewhere), agency.person("Anna", 128, elsewhere), Key(elsewhere, "root")
    for lines, says in ((founded + rests, "enrolled has no such credential"),
                        (agency.founds(false, root=root), "enrolled: line 2: FOUND: signature"),
                        (founded + agency.enrols(false, anna, false), "enrolled: line 4: it enrols itself"),
                        (founded + agency.enrols(false, helper, sigrid), "enrolled: line 4: who proposed it"),
                        (founded + agency.enrols(helper, false, sigrid) + agency.enrols(false, helper, sigrid), "enrolled: line 4: who pro"),
                        (founded + agency.enrols(false, (helper[0], anna[1]), sigrid), "enrolled: line 4: ENROL: signature"),
                        (founded + rests.replace(rests.split()[1], agency.founds(false).split()[1]), "enrolled: line 4: ENROL: about another")):
        assert court.wrong(given(false, lines), says, *trust)["entries"][0]["signed_by"] is None
    assert court.valid(given(false), *trust)["entries"][0]["signed_by"] is None

    court.wrong(given(sigrid, agency.founds(sigrid, BEGAN + 200)), "1-x.object: signed before the credential was enrolled", *trust)
    court.wrong(given(tom, founded + agency.enrols(tom, anna, sigrid, BEGAN - 10800)), "enrolled: line 4: who proposed it was enrolled later", *trust)
    court.wrong(given(tom, founded + agency.enrols(tom, anna, agency.person("Tom", 2, court.new()))), "who approved it", *trust)
    again = agency.person("Sigrid", 4, court.new())  # another key of hers, and she approves it
    court.wrong(given(again, founded + agency.enrols(again, anna, sigrid)), "enrolled: line 4: ENROL: nobody approves himself", *trust)

    many = given(tom, (founded + rests) * 3400)  # 10,200
    court.wrong(many, "enrolled: longer than it can be", *trust)
    os.truncate(many / "enrolled", 1 << 40)
    court.wrong(many, "enrolled: longer than it can be", *trust)
    (many / "enrolled").unlink()
    (many / "enrolled").mkdir()
    court.wrong(many, "enrolled: not a regular file", *trust)


STEPS = (all_that_is_opened_is_shown, what_was_kept_is_compared, a_fork_is_named, a_log_begins_where_another_ended, proofs_are_not_hidden, a_report_says_since_when,
         a_balance_is_the_last_one, what_was_not_looked_at_is_not_missing, nothing_is_said_that_misleads,
         a_head_that_nobody_signed_is_not_walked, a_full_tile_beside_a_partial_one_agrees, what_is_signed_is_the_actors,
         what_is_told_was_decided, whose_signature_it_is_is_shown)


def main(build):
    with tempfile.TemporaryDirectory(prefix="asservat-forged.") as work:
        for number, step in enumerate(STEPS):
            place = Path(work) / str(number)
            place.mkdir()
            step(Court(build, place))
            print(step.__name__, flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
