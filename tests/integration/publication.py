#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Asservat authors
"""publication.py BUILD: what is published of the ledger leads to nobody. A site at work (dockings, a stranger, an incident with
injured and accused people, requests, approvals, openings, a demand of somebody recorded, alarms, an entry that is forgotten), and
then every value of it that leads to a person, a camera or an office is looked for in the published directory, in every encoding.
The same search finds each of them in the database.
"""
import base64
import os
import re
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from incident import BERLIN, CASE, incident, main, set_up, who_wore_it  # noqa: E402
from incident import record as record_and_dock  # noqa: E402
from ledger import Log  # noqa: E402

ORIGIN = "asservat.example/ledger"
REASON = "Wer mich schlägt, den will ich kennen"
DEMAND = "Herr M. fragt nach sich selbst"
BADGE = "77341905"  # which nobody stores, but as a pseudonym
WORDS = (CASE, "Körperverletzung", "Schlag gegen den Kopf", "Wanheimer Straße 12", "Willi W.", "Petra P.", "Kuno K. aus Kessel",
         "570 Js 123/18", "zeigt einen anderen Vorfall", "Übergriff auf eine Kollegin", REASON, DEMAND, "Probelauf",
         "war ein Versehen", "Hochfeld", "anna", "sigrid", "willi", "rita", "doris", "stefan", "Jutta Jäger", "jutta_j_ger", "32-3",
         "Dock 1")
SHORT = 6  # fewer letters of base 64 are found anywhere


def forms(value):
    """How these bytes may stand in others: as they are, in hexadecimal digits, in base 64 at each of three places."""
    yield value
    yield value.hex().encode()
    yield value.hex().upper().encode()
    if len(value) == 16:
        yield re.sub("(.{8})(.{4})(.{4})(.{4})(.{12})", r"\1-\2-\3-\4-\5", value.hex()).encode()
    for before in range(3):
        whole = (8 * (len(value) + before)) // 6  # letters that nothing behind the value changes
        letters = base64.b64encode(bytes(before) + value)[(0, 2, 3)[before]:whole]
        if len(letters) >= SHORT:
            yield letters
            yield letters.replace(b"+", b"-").replace(b"/", b"_")


def found(value, everything):
    return any(form in everything for form in forms(value))


def record(rig):
    """Somebody else's camera first: it is turned away, with an alarm."""
    stranger = rig.camera(enrolled=False)
    rig.plug(stranger)
    rig.eventually(lambda: rig.query("SELECT count(*) > 0 FROM asv.alarm") == [["t"]], "an alarm")
    rig.unplug(stranger)
    return record_and_dock(rig)


def work(desk, camera, clips):
    incident(desk, camera, clips)
    desk.act("sigrid", "incident", "change", CASE, "--accused", "Kuno K. aus Kessel")
    desk.run("user", "add", "--name", "Jutta Jäger", "--badge", BADGE, "--role", "reviewer", "--unit", "32-3", "--out",
             desk.keys / "jutta", "--passphrase-file", desk.phrase)
    desk.sql("CREATE ROLE jutta_j_ger LOGIN IN ROLE asv_staff")
    desk.run("user", "login", "Jutta Jäger", "jutta_j_ger")
    desk.act("anna", "user", "disable", "Jutta Jäger")
    desk.run("hold", "request", clips[0], "--incident", CASE, *desk.by("willi", REASON))
    desk.act("sigrid", "hold", "approve", clips[0])
    desk.act("willi", "hold", "request", clips[1], "--incident", CASE)
    desk.act("sigrid", "hold", "refuse", clips[1])
    request = re.search(r"request +([0-9a-f]+)", desk.shown("rita", clips[0])[2])[1]
    desk.act("sigrid", "clip", "open", request, "--approve")
    assert desk.shown("rita", clips[0])[0] == 0
    block = ("--ground", "private-life")
    for who in ("willi", "doris"):
        desk.act(who, "clip", "block", clips[4], *block)
    desk.act("willi", "clip", "erase-early", clips[4], *block)
    desk.act("sigrid", "clip", "erase-early", clips[4], "--approve")
    now = datetime.now(BERLIN)
    times = ("--from", (now - timedelta(hours=1)).strftime("%Y-%m-%d %H:%M"), "--until",
             (now + timedelta(minutes=5)).strftime("%Y-%m-%d %H:%M"))
    assert desk.json("subject-request", *times, "--area", "Hochfeld", *desk.by("doris", DEMAND))["recordings"]
    out = desk.act("sigrid", "hold", "ahead", "--camera", camera.name, *times, "--incident", CASE)
    desk.act("stefan", "hold", "approve", re.search(r"request +([0-9a-f]+)", out)[1])
    desk.run("alarm", "acknowledge", desk.json("alarm", "list")[0]["alarm"], "--note", "war ein Versehen")
    desk.call("retention", "run")


def of_ledger(desk):
    """What entries are closed over, {tag: values}, and by which keys."""
    values, keys = {}, set()
    for key, closed in desk.sql("SELECT encode(key, 'hex'), encode(closed, 'hex') FROM asv.ledger_entry WHERE key IS NOT NULL"):
        keys.add(bytes.fromhex(key))
        data = bytes.fromhex(closed)
        while data:
            end = 3 + int.from_bytes(data[1:3], "big")
            values.setdefault(data[0], set()).add(data[3:end])
            data = data[end:]
    return values, keys


def of_database(desk):
    """Digests, pseudonyms, ids and keys that name a person, a camera, a dock or a recording that leads to one."""
    columns = (("person", "badge"), ("person", "uuid_send(id)"), ("credential", "digest"), ("certificate", "digest"),
               ("certificate", "serial"), ("clip", "uuid_send(clip)"), ("clip", "header"), ("docking", "session"),
               ("ledger_day", "key"), ("link", "sha256(object)"), ("assignment", "uuid_send(id)"), ("incident_version", "salt"),
               ("incident_clip", "salt"), ("subject_request", "salt"))
    return {bytes.fromhex(row[0]) for table, column in columns
            for row in desk.sql(f"SELECT encode({column}, 'hex') FROM asv.{table} WHERE {column} IS NOT NULL")}


def begin(desk):
    out = desk.act("anna", "ledger", "begin", ORIGIN)
    desk.act("sigrid", "ledger", "approve", desk.proposal(out))


def forget(desk):
    """An access, which is the first to be forgotten."""
    entry = desk.sql("SELECT id FROM asv.ledger_entry WHERE kind = 120 ORDER BY index LIMIT 1")[0][0]
    desk.act("sigrid", "ledger", "approve", desk.proposal(desk.act("doris", "ledger", "forget", entry)))


def nothing_personal_is_published(desk, camera):
    closed, keys = of_ledger(desk)
    secret = {value for values in closed.values() for value in values} | keys | of_database(desk)
    secret |= {word.encode() for word in (*WORDS, camera.name)}
    assert set(closed) == set(range(128, 137)), f"not every closed field was there: {sorted(closed)}"
    connection = ["-h", desk.site.postgres.directory / "run", "-U", "postgres"]
    dump = subprocess.run(["pg_dump", *connection, "asservat"], stdout=subprocess.PIPE, check=True).stdout
    for value in secret:
        assert found(value, dump), f"the search does not find what is there: {value}"
        assert len(value) < 5 or found(value, base64.b64encode(b"x" + value + b"y")), value
    forget(desk)
    desk.run("ledger", "run", "--once")
    published = desk.site.directory / "published"
    desk.run("ledger", "publish", published)
    log = Log(published / ORIGIN)
    kinds = {1, 3, 10, 13, 15, 20, 21, 32, 34, 96, 97, 98, 99, 100, 102, 103, 104, 112, 113, 114, 120, 121}
    assert kinds <= set(log.kinds()), f"this did not happen: {kinds - set(log.kinds())}"
    never = [name for code, name in desk.sql("SELECT code, name FROM asv.ledger_kind ORDER BY code") if int(code) not in log.kinds()]
    print(f"not shown here, as it did not happen: {', '.join(never)}", flush=True)
    assert log.size == int(desk.sql("SELECT count(*) FROM asv.ledger_entry")[0][0])
    everything = b"".join(os.fsencode(path.relative_to(published)) + b"\0" + (path.read_bytes() if path.is_file() else b"")
                          for path in sorted(published.rglob("*")))
    after, keys = of_ledger(desk)
    secret |= {value for values in after.values() for value in values} | keys | {BADGE.encode()}
    wrong = [value for value in secret if found(value, everything)]
    assert not wrong, f"published: {wrong}"
    print(f"{len(secret)} values, {log.size} entries: nothing personal is published", flush=True)


def play(rig):
    desk, camera, clips = set_up(rig, record, who_wore_it)
    work(desk, camera, clips)
    begin(desk)
    desk.run("ledger", "run", "--once")
    nothing_personal_is_published(desk, camera)


if __name__ == "__main__":
    main(play, "asservat-publication.")
