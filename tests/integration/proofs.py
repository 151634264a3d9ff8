#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Asservat authors
"""proofs.py BUILD: what the ledger says about real recordings is given out as files that are checked without the database; what
somebody changes in the files is found and named; and what two people have forgotten opens no more, while every proof stays.
"""
import base64
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from incident import CASE, incident, main, set_up  # noqa: E402

ORIGIN = "asservat.example/ledger"
GO = Path("/usr/share/gocode/src/golang.org/x/mod/sumdb")


def flip(path, at):
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)


class Ledger:
    def __init__(self, desk):
        self.desk, self.site = desk, desk.site
        self.work = desk.site.directory / "ledger"
        self.work.mkdir()
        self.copies = 0

    def begin(self):
        desk = self.desk
        out = desk.act("anna", "ledger", "begin", ORIGIN)
        desk.act("sigrid", "ledger", "approve", desk.proposal(out))
        self.trust = self.work / "trust"
        self.trust.write_text(f"log {desk.run('ledger', 'key', ORIGIN).strip()}\nquorum none\n")

    def sequence(self):
        self.desk.run("ledger", "run", "--once")

    def publish(self):
        self.desk.run("ledger", "publish", self.work / "published")
        return self.work / "published" / ORIGIN

    def proof(self, what, *options):
        self.copies += 1
        out = self.work / f"proof-{self.copies}"
        self.desk.run("ledger", "proof", what, "--out", out, *options)
        return out

    def check(self, path, status=0, *options):
        """asservat-verify, without database or configuration: its report."""
        done = subprocess.run([self.site.bin("asservat-verify"), path, "--ledger", self.trust, "--json", *options],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd="/")
        assert done.returncode == status, f"{done.returncode}: {done.stdout.decode()} {done.stderr.decode()}"
        return json.loads(done.stdout)

    def wrong(self, path, says, *options):
        """That it is not right, and that the report says so."""
        report = self.check(path, 1, *options)
        assert not report["valid"] and any(re.search(says, line) for line in report["wrong"]), (says, report["wrong"])

    def copy(self, path):
        self.copies += 1
        return shutil.copytree(path, self.work / f"copy-{self.copies}")

    def report(self, status, *options):
        code, out, err = self.desk.call("ledger", "verify", "--json", *options)
        assert code == status, f"ledger verify: {code}: {out.decode()} {err}"
        return json.loads(out)

    def verify(self, status=0, says=None):
        report = self.report(status)
        assert report["finished"] and not report["left_out"], report
        for one in [] if says is None else [says] if isinstance(says, str) else says:
            assert any(re.search(one, note["what"] + ": " + note["why"]) for note in report["notes"]), (one, report)
        return report["counts"]

    def changed(self, there, back, says):
        """What a superuser does to the database is found by "ledger verify", and all of it is said; then it is undone."""
        self.desk.sql("SET session_replication_role = replica; " + there)
        try:
            self.verify(1, says)
        finally:
            self.desk.sql("SET session_replication_role = replica; " + back)
        self.verify()


def proofs_are_checked_offline(ledger, clips):
    """LG-070, LG-071."""
    plain = ledger.proof(clips[0])
    report = ledger.check(plain)
    kinds = [entry["kind"] for entry in report["entries"]]
    assert {"announced", "committed", "receipt", "statement", "statement_answered", "hold_approved"} <= set(kinds), kinds
    assert all(entry["proven"] for entry in report["entries"])
    committed = next(entry for entry in report["entries"] if entry["kind"] == "committed")
    assert committed["fields"]["seal_header"] is None, committed
    assert not list(plain.glob("*.opened"))
    opened = ledger.proof(clips[0], "--open")
    report = ledger.check(opened)
    committed = next(entry for entry in report["entries"] if entry["kind"] == "committed")
    header = ledger.desk.json("clip", "custody", clips[0])[0]["clip"]["header"]
    assert committed["fields"]["seal_header"] == header, committed
    assert all(path.stat().st_mode & 0o77 == 0 for path in opened.glob("*.opened")), "others may read what is personal"
    event = next(e["id"] for e in ledger.desk.json("clip", "custody", clips[1])[0]["events"] if e["kind"] == "receipt")
    assert [entry["kind"] for entry in ledger.check(ledger.proof(event))["entries"]] == ["receipt"]
    one = next(plain.glob("*-committed.tlog-proof"))
    assert ledger.check(one)["entries"][0]["proven"] and ledger.check(one.with_suffix(".entry"))["entries"][0]["proven"]
    text = subprocess.run([ledger.site.bin("asservat-verify"), one, "--ledger", ledger.trust, "--lang", "de"],
                          stdout=subprocess.PIPE, check=True).stdout.decode()
    assert "nicht geöffnet" in text and "Ergebnis: VALID" in text, text
    status, _, err = ledger.desk.call("ledger", "proof", "0197a3c0-0000-4000-8000-000000000001", "--out", ledger.work / "none")
    assert status == 1 and "no entry about" in err, err
    ledger.desk.sql("INSERT INTO asv.software_start (id, software) VALUES ('01900000-0000-7000-8000-00000000abcd', 'new')")
    status, _, err = ledger.desk.call("ledger", "proof", "01900000-0000-7000-8000-00000000abcd", "--out", ledger.work / "none")
    assert status == 1 and "waits for its entry still" in err, err
    ledger.sequence()
    ledger.desk.run("ledger", "proof", "01900000-0000-7000-8000-00000000abcd", "--out", ledger.work / "none")
    return opened


def what_was_signed_is_given_out(ledger, clips, opened):
    """LG-088: byte for byte, for whom the entry is opened."""
    desk = ledger.desk
    assert not [*ledger.proof(clips[0]).glob("*.object")]
    files = sorted(opened.glob("*.object"))
    assert {path.stem.split("-", 2)[2] for path in files} >= {"committed", "receipt", "statement", "hold_approved"}, files
    for path in (*files, *opened.glob("*.signer")):
        assert path.stat().st_mode & 0o77 == 0, "others may read what is personal"
    kept = {bytes.fromhex(one) for (one,) in desk.sql("SELECT encode(object, 'hex') FROM asv.clip_event WHERE object IS NOT NULL UNION "
                                                      "SELECT encode(object, 'hex') FROM asv.statement UNION "
                                                      "SELECT encode(ruling, 'hex') FROM asv.statement_answer WHERE ruling IS NOT NULL")}
    signers = {bytes.fromhex(one) for (one,) in desk.sql("SELECT encode(chain, 'hex') FROM asv.dock UNION SELECT encode(chain, 'hex') FROM "
                                                         "asv.camera UNION SELECT encode(record, 'hex') FROM asv.credential")}
    for path in files:
        data = path.read_bytes()
        kind = path.stem.split("-", 2)[2]
        whole = ("committed", "receipt", "erased_on_camera", "statement_answered")
        body = data[2:2 + int.from_bytes(data[:2], "big")] if kind not in whole else data[:-67]
        assert data in kept and hashlib.sha256(body).digest() in path.with_suffix(".entry").read_bytes(), path
        if kind == "statement_answered":  # LG-095: the keeper's certificates are in it
            assert not path.with_suffix(".signer").exists(), path
        else:
            assert path.with_suffix(".signer").read_bytes() in signers, path
    entries = ledger.check(opened, 0, "--trust", ledger.site.agency / "root.cert")["entries"]
    for entry in entries:  # LG-090
        assert (entry["signed_by"] is not None) == (opened / f"{entry['name']}.object").exists(), entry
    assert {entry["signed_by"]["role"] for entry in entries if entry["signed_by"]} >= {"dock", "person", "keeper"}, entries
    assert {entry["signed_by"]["name"] for entry in entries if entry["signed_by"] and entry["signed_by"]["role"] == "person"} == \
        {"willi", "erna"}, entries
    said = [entry["signed_by"] for entry in entries if entry["kind"] == "statement_answered"]
    assert said and all((by["role"], by["verdict"]) == ("keeper", "taken") for by in said), said


def people_of(directory):
    """Whose records a directory has: the digests of what is in the file enrolled."""
    path = directory / "enrolled"
    lines = path.read_text().splitlines()[1:] if path.exists() else []
    return [hashlib.sha256(base64.b64decode(line.split()[1])).hexdigest() for line in lines]


def credentials(ledger, *names):
    wanted = ", ".join(f"'{name}'" for name in names)
    return {digest for (digest,) in ledger.desk.sql(f"SELECT encode(digest, 'hex') FROM asv.credential WHERE name IN ({wanted})")}


def people_lead_to_the_root(ledger, clips, opened):
    """LG-097, LG-098: whoever signed, who enrolled them, each once, and no other of the agency's people."""
    root = ledger.site.agency / "root.cert"
    people = people_of(opened)
    assert len(people) == 4 and set(people) == credentials(ledger, "willi", "erna", "anna", "sigrid"), people
    assert (opened / "enrolled").stat().st_mode & 0o77 == 0, "others may read what is personal"
    everything = b"".join(path.read_bytes() for path in opened.iterdir())
    everything += b"".join(base64.b64decode(word) for line in (opened / "enrolled").read_text().splitlines()[1:] for word in line.split()[1:])
    assert b"sigrid" in everything and not any(name in everything for name in (b"rita", b"doris", b"stefan")), "who has no part in it"
    report = ledger.check(opened, 0, "--trust", root)
    # LG-110: what the keeper took, with its proposal, needs no more to be shown.
    assert not any("revoked" in line for line in report["unchecked"]), report["unchecked"]
    assert not (ledger.proof(clips[0]) / "enrolled").exists()

    stripped = ledger.copy(opened)  # the chain, which is named
    (stripped / "enrolled").unlink()
    report = ledger.check(stripped, 0, "--trust", root)
    theirs = [entry for entry in report["entries"] if entry["signed_with"]]
    assert {entry["signed_with"]["name"] for entry in theirs} == {"willi", "erna"}, report
    assert not any(entry["signed_by"] for entry in theirs), theirs
    for entry in theirs:
        assert any(line.startswith(f"{entry['name']}.object: signed by this key; whose it is was not shown")
                   for line in report["unchecked"]) or report["unchecked_count"] > 16, report
    lines = (opened / "enrolled").read_text().splitlines(keepends=True)
    assert [line.split()[0] for line in lines[1:]].count("enrol") == 1, lines
    for gone in range(1, 5):  # one of them
        copy = ledger.copy(opened)
        (copy / "enrolled").write_text("".join(lines[:gone] + lines[gone + 1:]))
        ledger.wrong(copy, "whose it is was not shown: enrolled has no such|enrolled: line .: who (proposed|approved) it is not enrolled",
                     "--trust", root)


def whose_enrolment_was_forgotten(ledger, clips):
    """LG-075, LG-098: what she signed goes out, who she is does not, nor does anybody for whom there is no need any more."""
    desk, root = ledger.desk, ledger.site.agency / "root.cert"
    desk.act("willi", "hold", "request", clips[1], "--incident", CASE)
    desk.act("erna", "hold", "approve", clips[1])
    ledger.sequence()
    assert set(people_of(ledger.proof(clips[1], "--open"))) == credentials(ledger, "willi", "erna", "anna", "sigrid")
    entry = desk.sql("SELECT asv.ledger_id(digest) FROM asv.statement WHERE action = 32 AND step = 1")[0][0]
    desk.act("sigrid", "ledger", "approve", desk.proposal(desk.act("doris", "ledger", "forget", entry)))
    ledger.sequence()
    ledger.copies += 1
    out = ledger.work / f"proof-{ledger.copies}"
    assert "somebody whose enrolment was forgotten" in desk.run("ledger", "proof", clips[1], "--out", out, "--open")
    assert set(people_of(out)) == credentials(ledger, "willi"), people_of(out)
    report = ledger.check(out, 0, "--trust", root)
    approved = next(entry for entry in report["entries"] if entry["kind"] == "hold_approved")
    assert approved["signed_by"] is None and approved["signed_with"] is None, approved
    assert (out / f"{approved['name']}.object").exists() and not (out / f"{approved['name']}.signer").exists()
    assert any(line.startswith(approved["name"]) and "NAME.signer" in line for line in report["unchecked"]), report["unchecked"]
    ledger.verify()


def nothing_goes_out_unchecked(ledger, clips, opened):
    """LG-070: a head that nobody signed, a claim that is not shown, a directory with what was opened for another."""
    desk = ledger.desk

    def refused(says, *words, out=None):
        ledger.copies += 1
        out = out or ledger.work / f"refused-{ledger.copies}"
        status, text, err = desk.call("ledger", "proof", *words, "--out", out)
        assert status == 1 and re.search(says, err) and b"To check" not in text, (status, text, err)
        return sorted(path.name for path in out.iterdir())

    before = sorted(path.name for path in opened.iterdir())
    assert refused("is not empty", clips[0], out=opened) == before
    change = "SET session_replication_role = replica; UPDATE asv.ledger_checkpoint SET note = {} WHERE size = (SELECT max(size) FROM " \
             "asv.ledger_checkpoint)"
    note = desk.sql("SELECT encode(convert_to(note, 'UTF8'), 'hex') FROM asv.ledger_checkpoint ORDER BY size DESC LIMIT 1")[0][0]
    desk.sql(change.format("overlay(note PLACING CASE substring(note FROM length(note) - 9 FOR 1) WHEN 'A' THEN 'B' ELSE 'A' END "
                           "FROM length(note) - 9 FOR 1)"))
    assert refused("none that the ledger's key signed", clips[0]) == []
    desk.sql(change.format(f"convert_from('\\x{note}', 'UTF8')"))
    assert refused("no entry about", "--day", "2020-01-01") == []
    camera = desk.json("clip", "list")[0]["camera_certificate"]
    refused("does not show what was asked for.*recording number [0-9]+ of the camera", "--camera", camera, "--numbers", "1-999")
    refused("no recordings with the epoch 01900000", "--camera", camera, "--numbers", "1-2", "--epoch",
            "01900000-0000-4000-8000-000000000001")
    other = ledger.work / "another trust"
    other.write_text("log " + desk.run("ledger", "key", "asservat.example/another").strip() + "\nquorum none\n")
    conf = desk.site.directory / "asservat.conf"
    text = conf.read_text()
    conf.write_text(text + f"ledger.trust = {other}\n")
    assert refused("another trust: ", clips[0]) == []
    conf.write_text(text)
    desk.refused("there is a ledger " + ORIGIN, "anna", "ledger", "begin", ORIGIN)
    status, _, err = desk.call("ledger", "forget", desk.sql("SELECT id FROM asv.ledger_entry WHERE kind = 34 LIMIT 1")[0][0],
                               "0197a3c0-0000-4000-8000-000000000001", *desk.by("doris"))
    assert status == 1 and "has no entry" in err and desk.sql("SELECT count(*) FROM asv.statement WHERE action = 53") == [["0"]], err


def forged_proofs_are_named(ledger, opened):
    """Each kind of file, changed; and right files in the wrong place."""
    for name, at, says in (("*-committed.entry", 35, r"committed.entry: the proof does not lead"),
                           ("*-committed.tlog-proof", 60, r"committed.(entry: the proof does not lead|tlog-proof)"),
                           ("*-committed.opened", 60, r"committed.opened"),
                           ("*-receipt.tlog-proof", -3, r"receipt.tlog-proof")):
        copy = ledger.copy(opened)
        flip(next(copy.glob(name)), at)
        ledger.wrong(copy, says)
    copy = ledger.copy(opened)  # the proof of another entry
    shutil.copy(next(copy.glob("*-announced.tlog-proof")), next(copy.glob("*-committed.tlog-proof")))
    ledger.wrong(copy, "committed.entry: the proof does not lead")
    copy = ledger.copy(opened)  # a value that was never committed to: forgotten fields cannot be replaced
    path = next(copy.glob("*-committed.opened"))
    lines = path.read_text().splitlines()
    fields = lines[1].split(" ")
    lines[1] = " ".join(fields[:3] + [base64.b64encode(b"\x77" * 32).decode()])
    path.write_text("\n".join(lines) + "\n")
    ledger.wrong(copy, r"committed.opened: actor \(128\): not what the entry was made of")
    copy = ledger.copy(opened)
    next(copy.glob("*-committed.entry")).unlink()
    ledger.wrong(copy, "committed.entry: no such file")
    other = ledger.work / "other"
    other.write_text(ledger.trust.read_text().replace(ORIGIN, "asservat.example/other"))
    done = subprocess.run([ledger.site.bin("asservat-verify"), opened, "--ledger", other], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE)
    assert done.returncode == 2, "a trust file whose key has another name's id"


def a_published_log_is_computed_anew(ledger):
    """LG-072: leaf, order, drop, insert, tile, head, signature."""
    ledger.desk.sql("SELECT count(asv.software_started('program ' || n)) FROM generate_series(1, 700) n")
    ledger.sequence()
    log = ledger.publish()
    kept = ledger.work / "kept"
    shutil.copy(log / "checkpoint", kept)
    size = ledger.check(log)["heads"][0]["size"]
    assert ledger.check(log)["checked"] == size > 700
    assert ledger.check(kept)["heads"][0]["size"] == size

    def forged(change, says):
        copy = ledger.copy(log)
        change(copy)
        ledger.wrong(copy, says)

    def bundle(copy, change):
        path = copy / "tile/entries/001"
        data, entries = path.read_bytes(), []
        while data:
            length = 2 + int.from_bytes(data[:2], "big")
            entries, data = entries + [data[:length]], data[length:]
        change(entries)
        path.write_bytes(b"".join(entries))

    def swap(entries):
        entries[10], entries[11] = entries[11], entries[10]

    def leaf(entries):
        entries[7] = entries[7][:35] + bytes([entries[7][35] ^ 1]) + entries[7][36:]

    forged(lambda copy: bundle(copy, leaf), "entry 263: not the one that the head has there")
    forged(lambda copy: bundle(copy, swap), "entry 266: not the one that the head has there")
    forged(lambda copy: bundle(copy, lambda entries: entries.pop(20)), "entry 276: not the one")
    forged(lambda copy: bundle(copy, lambda entries: entries.pop()), "tile/entries/001: 255 entries instead of 256")
    forged(lambda copy: bundle(copy, lambda entries: entries.insert(30, entries[31])), "entry 286: not the one")
    forged(lambda copy: bundle(copy, lambda entries: entries.append(entries[0])), "tile/entries/001: something stands behind")
    forged(lambda copy: flip(copy / "tile/0/001", 5 * 32), "entry 261: right, but its hash in the tile of level 0 is another")
    forged(lambda copy: flip(next((copy / "tile/1").glob("000.p/*")), 32), "tile/1/000.p/.: hash 1 is not what the tiles below")
    forged(lambda copy: (copy / "tile/0/001").unlink(), "tile/0/001: no such file")
    note, unsigned = (log / "checkpoint").read_text(), f"^checkpoint: signed note: the signature of {ORIGIN} does not verify$"
    signature = note[:-5] + ("A" if note[-5] != "A" else "B") + note[-4:]
    earlier = note.replace(f"\n{size}\n", f"\n{size - 1}\n", 1)
    for text in (signature, earlier):
        forged(lambda copy, text=text: (copy / "checkpoint").write_text(text), unsigned)
    ledger.desk.sql("SELECT asv.software_started('one more')")
    ledger.sequence()
    ledger.check(ledger.publish(), 0, "--earlier", kept)
    # A head that it does not begin with, rightly signed; so by one who has the key of both.
    copy, sign = ledger.copy(ledger.publish()), forger(ledger)
    text = (copy / "checkpoint").read_text().split("\n\n")[0] + "\n"
    (copy / "checkpoint").write_text(sign(text))
    origin, size, root = kept.read_text().split("\n\n")[0].splitlines()
    (ledger.work / "own").write_text(sign(f"{origin}\n{size}\n{root}\n"))
    ledger.check(copy, 0, "--earlier", ledger.work / "own")
    other = base64.b64encode(hashlib.sha256(base64.b64decode(root)).digest()).decode()
    (ledger.work / "fork").write_text(sign(f"{origin}\n{size}\n{other}\n"))
    ledger.wrong(copy, "this log does not begin with the entries that were signed then$", "--earlier", ledger.work / "fork")


def forger(ledger):
    """What signs heads of this log with another key, in which the trust file has it, too."""
    key, public = ledger.work / "fork.pem", ledger.work / "fork.pub"
    subprocess.run(["openssl", "genpkey", "-algorithm", "ED25519", "-out", key], check=True)
    subprocess.run(["openssl", "pkey", "-in", key, "-pubout", "-outform", "DER", "-out", public], check=True)
    raw = b"\x01" + public.read_bytes()[-32:]
    ident = hashlib.sha256(ORIGIN.encode() + b"\n" + raw).digest()[:4]
    ledger.trust.write_text(f"log {ORIGIN}+{ident.hex()}+{base64.b64encode(raw).decode()}\n" + ledger.trust.read_text())

    def sign(text):
        (ledger.work / "text").write_text(text)
        subprocess.run(["openssl", "pkeyutl", "-sign", "-inkey", key, "-rawin", "-in", ledger.work / "text", "-out", ledger.work / "sig"],
                       check=True)
        return f"{text}\n\u2014 {ORIGIN} {base64.b64encode(ident + (ledger.work / 'sig').read_bytes()).decode()}\n"

    return sign


def nothing_is_left_out(ledger):
    """LG-076, LG-077, LG-078: a camera's running numbers, a time, the balance of a day; no other recording's header with it."""
    desk, root = ledger.desk, ledger.site.agency / "root.cert"
    clips = sorted(desk.json("clip", "list"), key=lambda c: c["number"])
    camera, last = clips[0]["camera_certificate"], clips[-1]["number"]
    assert [c["number"] for c in clips] == list(range(1, last + 1)) and last >= 4, clips

    def prove(*words):
        ledger.copies += 1
        out = ledger.work / f"claim-{ledger.copies}"
        desk.run("ledger", "proof", *words, "--out", out)
        return out

    out = prove("--camera", camera, "--numbers", f"1-{last}")
    report = ledger.check(out, 0, "--trust", root)
    assert report["claim"]["recordings"] == last and report["claim"]["camera"] == camera, report["claim"]
    assert len({entry["fields"]["camera_of_the_day"] for entry in report["entries"]}) <= 2
    for entry in report["entries"]:
        assert entry["fields"]["camera"] == camera and entry["fields"]["link_record"], entry
        assert entry["fields"]["seal_header"] is None and entry["fields"]["place"] is None, "more than needed is opened"
    headers = [path.read_bytes()[:200] for path in (ledger.site.directory / "vault").rglob("seal")]
    everything = b"".join(path.read_bytes() for path in out.iterdir())
    assert headers and not any(header in everything for header in headers)
    text = subprocess.run([ledger.site.bin("asservat-verify"), out, "--ledger", ledger.trust, "--trust", root, "--lang", "de"],
                          stdout=subprocess.PIPE, check=True).stdout.decode()
    assert f"laufenden Nummern 1 bis {last} sind eingegangen" in text and "Nicht gezeigt ist" in text, text
    ledger.wrong(out, "camera.chain: whose camera it is was not checked")
    links = sorted(out.glob("*.link"))
    copy = ledger.copy(out)
    for path in copy.glob(links[2].stem + ".*"):
        path.unlink()
    ledger.wrong(copy, "claim: recording number . of the camera is not shown", "--trust", root)
    copy = ledger.copy(out)
    shutil.copy(links[1], copy / links[2].name)
    ledger.wrong(copy, "the link record is not the one that the entry names", "--trust", root)
    copy = ledger.copy(out)
    (copy / "claim").write_text((copy / "claim").read_text().replace(f" 1 {last}\n", f" 1 {last + 1}\n"))
    ledger.wrong(copy, f"claim: recording number {last + 1} of the camera is not shown", "--trust", root)
    day = clips[0]["day"]
    out = ledger.work / "time"
    status, _, err = desk.call("ledger", "proof", "--camera", camera, "--from", f"{day} 00:00", "--until", f"{day} 23:59", "--out", out)
    assert status == 1 and "no recording is shown that began behind that time" in err, err
    ledger.wrong(out, "no recording is shown that began behind that time", "--trust", root)
    desk.call("retention", "run")
    ledger.sequence()
    report = ledger.check(prove("--day", day))
    assert report["claim"]["balance"]["ingested"] >= last, report["claim"]
    for words in (("--camera", camera), ("--numbers", "1-2"), ("--day", day, "--camera", camera), (clips[0]["clip"], "--day", day),
                  ("--camera", camera, "--numbers", "0-2"), ("--camera", camera, "--numbers", "3-2"), ()):
        status, _, err = desk.call("ledger", "proof", *words, "--out", ledger.work / "none")
        assert status == 2, (words, err)


def two_people_have_it_forgotten(ledger, clips):
    """LG-075: values and key are nowhere in the ledger's tables any more, and the proof verifies as before."""
    desk = ledger.desk
    before = ledger.proof(clips[0], "--open")
    row = desk.sql("SELECT e.id, encode(e.key, 'hex'), encode(d.object_digest, 'hex'), encode(e.closed, 'hex') FROM asv.ledger_entry e "
                   "JOIN asv.clip_event d ON d.id = e.id "
                   f"JOIN asv.recording r ON r.id = d.recording WHERE e.kind = 34 AND r.clip = '{clips[0]}'")[0]
    entry, key, _, fields = row

    def found(value):
        tables = [name for (name,) in desk.sql("SELECT relname FROM pg_class WHERE relnamespace = 'asv'::regnamespace "
                                               "AND relkind = 'r' AND relname LIKE 'ledger\\_%'")]
        return sum(int(desk.sql(f"SELECT count(*) FROM asv.{name} t WHERE t::text LIKE '%{value}%'")[0][0]) for name in tables)

    assert found(key) == 1 and found(fields) == 1
    desk.refused("", "willi", "ledger", "forget", entry)  # a wearer asks for no such thing
    status, out, err = desk.call("ledger", "forget", entry, *desk.by("doris"))
    assert status == 0 and "stays        which camera it is of that day" in err, err
    proposal = desk.proposal(out.decode())
    assert found(key) == 1, "one person was enough"
    desk.refused("", "doris", "ledger", "approve", proposal)
    desk.site.keeper.stop()
    status, _, err = desk.call("ledger", "approve", proposal, *desk.by("sigrid"))
    assert status == 1 and found(key) == 1, f"the keeper has not taken it: {err}"
    desk.site.start_keeper()
    out = desk.act("sigrid", "ledger", "approve", proposal)
    assert "1 entry is forgotten" in out and found(key) == 0 and found(fields) == 0, out
    keys = desk.sql("SELECT l.id, l.day_key IS NULL FROM asv.clip c, asv.ledger_links(c.camera, c.epoch, 0, 1000000, -1, 0::smallint, -1, 100) l "
                    f"WHERE c.clip = '{clips[0]}'")
    assert [entry, "t"] in keys and ["f"] == sorted({null for one, null in keys if one != entry}), keys
    # As if somebody had died before the database did it: the next night does.
    desk.sql(f"SET session_replication_role = replica; DELETE FROM asv.ledger_forgotten WHERE id = '{entry}'; DELETE FROM asv.ledger_pending "
             f"WHERE kind = 3; UPDATE asv.ledger_entry SET key = '\\x{key}', closed = '\\x{fields}' WHERE id = '{entry}'; UPDATE asv.agency SET created_at = created_at - interval '40 days'")
    _, out, _ = desk.call("retention", "run", "--json")
    counts = json.loads(out)["counts"]
    assert counts["ledger_forgotten"] == 1, out
    told = desk.sql("SELECT figure, count, people FROM asv.evaluation_count_of(asv.local_month(asv.local_day(now()))) WHERE unit = '32-3' AND count > 0")
    assert sorted(told) == [[figure, n, "1"] for figure, n in (("announced", "1"), ("assaults", "1"), ("days_of_use", "1"), ("displayed", "1"), ("held", "1"), ("ingested", "5"),
                                                               ("recorded", "5"))], told  # as cameras, docks and people did it
    assert counts["months"] in (1, 2) and [[str(counts["months"])]] == desk.sql("SELECT count(*) FROM asv.evaluation_month"), counts
    assert found(key) == 0 and found(fields) == 0
    other = desk.sql("SELECT id FROM asv.ledger_entry WHERE kind = 32 ORDER BY index DESC LIMIT 1")[0][0]
    out = desk.act("sigrid", "ledger", "approve", desk.proposal(desk.act("doris", "ledger", "forget", other)))
    assert "1 entry is forgotten" in out, out
    desk.refused("is forgotten already", "doris", "ledger", "forget", entry)
    ledger.sequence()
    after = ledger.proof(clips[0], "--open")
    name = next(before.glob("*-committed.opened")).name
    assert not (after / name).exists()
    report = ledger.check(after)
    committed = next(e for e in report["entries"] if e["kind"] == "committed")
    assert committed["proven"] and committed["fields"]["seal_header"] is None
    ledger.check(before)  # what was given out before opens what it opened
    counts = ledger.verify()
    assert counts["forgotten"] == 2, counts
    told = [e for e in published(ledger) if int.from_bytes(e[2:4], "big") == 3]
    assert len(told) == 2 and entry.encode() in told[0] and other.encode() in told[1], "the ledger does not tell of it"
    # What was forgotten with its own entry goes out with no other one that names it.
    held = desk.sql("SELECT e.id FROM asv.ledger_entry e JOIN asv.statement s ON e.id = asv.ledger_id(s.digest) "
                    "WHERE s.action = 1 AND s.step = 2")[0][0]
    files = {kind: len([*after.glob(f"*-{kind}.object")]) for kind in ("hold_approved", "statement", "statement_answered")}
    assert files["hold_approved"] == 1 and files["statement"] > 1 and files["statement_answered"] > 1, files
    desk.act("sigrid", "ledger", "approve", desk.proposal(desk.act("doris", "ledger", "forget", held)))
    ledger.sequence()
    last = ledger.proof(clips[0], "--open")
    ruled = {"statement_answered": 0}  # what the keeper signed names the statement, and says nothing of what was in it
    assert all(len([*last.glob(f"*-{kind}.object")]) == count - ruled.get(kind, 1) for kind, count in files.items()), files
    assert ledger.verify()["forgotten"] == 3
    # Values put back beside it by a superuser: others than those that were committed to, and the right ones.
    for put in (key, "77" * 32):
        ledger.changed(f"UPDATE asv.ledger_entry SET key = '\\x{put}', closed = '\\x{fields}' WHERE id = '{entry}'",
                       f"UPDATE asv.ledger_entry SET key = NULL, closed = NULL WHERE id = '{entry}'",
                       "was forgotten, and what it is closed over is still there$")
    # And beside what was given out: of an entry whose key is gone no other value can be shown, whoever makes it up.
    lines = (before / name).read_text().splitlines()
    at = next(i for i, line in enumerate(lines) if line.startswith("field 128 "))
    made = base64.b64encode(b"\x77" * 32).decode()
    for which in (2, 3):
        copy, words = ledger.copy(after), lines[at].split(" ")
        words[which] = made
        (copy / name).write_text("\n".join([*lines[:at], " ".join(words), *lines[at + 1:]]) + "\n")
        ledger.wrong(copy, r"committed.opened: actor \(128\): not what the entry was made of$")


def published(ledger):
    data = b"".join(path.read_bytes() for path in sorted((ledger.publish() / "tile/entries").glob("[0-9]*")) if path.is_file())
    partial = sorted((ledger.publish() / "tile/entries").glob("*.p/*"), key=lambda path: (path.parent.name, int(path.name)))
    data += partial[-1].read_bytes() if partial else b""
    entries = []
    while data:
        length = int.from_bytes(data[:2], "big")
        entries, data = entries + [data[2:2 + length]], data[2 + length:]
    return entries


def go_finds_our_proofs_right(ledger, opened):
    if shutil.which("go") is None or not GO.exists():
        print("go_finds_our_proofs_right: skipped, no Go with golang.org/x/mod", flush=True)
        return
    work = ledger.work / "go"
    work.mkdir()
    program = work / "ledger_go"
    env = {"PATH": os.environ["PATH"], "GO111MODULE": "off", "GOPROXY": "off", "GOPATH": "/usr/share/gocode",
           "GOCACHE": str(work / "cache"), "HOME": str(work)}
    subprocess.run(["go", "build", "-o", program, Path(__file__).resolve().parent / "ledger_go/main.go"], check=True, env=env)
    policy = f"log {ledger.desk.run('ledger', 'key', ORIGIN).strip()}\nquorum none\n"
    (opened / "policy").write_text(policy)
    subprocess.run([program, "prove", opened], check=True)
    flip(next(opened.glob("*-committed.entry")), 35)
    assert subprocess.run([program, "prove", opened], stderr=subprocess.PIPE).returncode != 0
    flip(next(opened.glob("*-committed.entry")), 35)
    # All that is published, tiles, bundles and head, and that it begins with what was published before.
    log, kept = ledger.copy(ledger.publish()), ledger.work / "kept"
    (log / "policy").write_text(policy)
    size = int((log / "checkpoint").read_text().split("\n")[1])
    out = subprocess.run([program, "tiles", log, kept], check=True, stdout=subprocess.PIPE).stdout.decode()
    assert size > 700 and out == f"{size} entries\n", out
    for name, at in (("tile/0/001", 40), ("tile/entries/001", 40)):
        flip(log / name, at)
        assert subprocess.run([program, "tiles", log, kept], stderr=subprocess.PIPE).returncode != 0, name
        flip(log / name, at)
    other = subprocess.run([program, "tiles", log, ledger.work / "fork"], stderr=subprocess.PIPE)
    assert other.returncode != 0 and b"a head of another tree" in other.stderr, other


def play(rig):
    desk, camera, clips = set_up(rig)
    incident(desk, camera, clips)
    desk.person("erna", "1020", "supervisor")
    desk.enrol("erna", "anna", "sigrid")
    desk.run("duty", "set", "erna", "--in-charge", "32-3")
    desk.act("willi", "hold", "request", clips[0], "--incident", CASE)
    desk.act("erna", "hold", "approve", clips[0])
    ledger = Ledger(desk)
    ledger.begin()
    ledger.sequence()
    opened = proofs_are_checked_offline(ledger, clips)
    print("proofs_are_checked_offline", flush=True)
    for step, words in ((what_was_signed_is_given_out, (clips, opened)), (people_lead_to_the_root, (clips, opened)),
                        (nothing_goes_out_unchecked, (clips, opened)),
                        (forged_proofs_are_named, (opened,))):
        step(ledger, *words)
        print(step.__name__, flush=True)
    for step, words in ((a_published_log_is_computed_anew, ()), (go_finds_our_proofs_right, (opened,)), (nothing_is_left_out, ()),
                        (two_people_have_it_forgotten, (clips,)), (whose_enrolment_was_forgotten, (clips,))):
        step(ledger, *words)
        print(step.__name__, flush=True)


if __name__ == "__main__":
    main(play, "asservat-proofs.")
