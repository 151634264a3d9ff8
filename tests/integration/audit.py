#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Asservat authors
"""audit.py BUILD: what "ledger verify" finds. Whoever owns the database, its superuser, changes what nobody may: with every trigger
off, or, where that is enough, with every trigger on. Each change is named, and undone.
"""
import hashlib
import json
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from incident import CASE, incident, main, set_up  # noqa: E402
from proofs import Ledger, ORIGIN, flip  # noqa: E402


def everything_agrees(ledger):
    """LG-073, LG-074."""
    counts = ledger.verify()
    assert counts["entries"] > 300 and counts["heads"] >= 3 and counts["objects"] >= 4 and counts["opened"] > 50, counts
    assert counts["waiting"] == 0 and counts["forgotten"] == 0, counts


def what_somebody_changed_is_named(ledger, clips):
    """LG-073, LG-074: each by the database's superuser, who turns off what is in the way."""
    desk = ledger.desk
    of = f"(SELECT recording FROM asv.clip WHERE clip = '{clips[0]}')"
    index = int(desk.sql("SELECT index FROM asv.ledger_entry WHERE kind = 34 ORDER BY index LIMIT 1")[0][0])
    entry = f"UPDATE asv.ledger_entry SET entry = set_byte(entry, 35, get_byte(entry, 35) # 1) WHERE index = {index}"
    ledger.changed(entry, entry, rf"entry {index} \(committed\): its row says something else|entry {index}: not the one that the head")
    ledger.changed(f"CREATE TABLE tmp_entry AS SELECT * FROM asv.ledger_entry WHERE index = {index}; "
                   f"DELETE FROM asv.ledger_entry WHERE index = {index}",
                   "INSERT INTO asv.ledger_entry SELECT * FROM tmp_entry; DROP TABLE tmp_entry", f"entry {index}: is missing")
    tile = "UPDATE asv.ledger_tile SET hashes = set_byte(hashes, 96, get_byte(hashes, 96) # 1) WHERE level = 0 AND index = 1"
    ledger.changed(tile, tile, "entry 259: right, but its hash in the tile of level 0 is another")
    tile = "UPDATE asv.ledger_tile SET hashes = set_byte(hashes, 40, get_byte(hashes, 40) # 1) WHERE level = 1 AND index = 0"
    ledger.changed(tile, tile, "tile/1/000.p/.: hash 1 is not what the tiles below it make")
    note = "UPDATE asv.ledger_checkpoint SET note = reverse(note) WHERE size = (SELECT min(size) FROM asv.ledger_checkpoint)"
    ledger.changed(note, note, "head of ")
    root = "UPDATE asv.ledger_checkpoint SET root = set_byte(root, 3, get_byte(root, 3) # 1) " \
           "WHERE size = (SELECT min(size) FROM asv.ledger_checkpoint)"
    ledger.changed(root, root, "head of .*: this log does not begin with the entries that were signed then")
    due = "UPDATE asv.clip SET due_at = due_at {} interval '1 day' WHERE recording = " + of
    ledger.changed(due.format("+"), due.format("-"), rf"entry {index} \(committed\): its row says something else now")
    fields = f"UPDATE asv.ledger_entry SET closed = set_byte(closed, 20, get_byte(closed, 20) # 1) WHERE index = {index}"
    ledger.changed(fields, fields, rf"entry {index} \(committed\): actor \(128\): not what the entry was made of")
    ledger.changed(f"CREATE TABLE tmp_closed AS SELECT id, key, closed FROM asv.ledger_entry WHERE index = {index}; "
                   f"UPDATE asv.ledger_entry SET key = NULL, closed = NULL WHERE index = {index}",
                   "UPDATE asv.ledger_entry e SET key = t.key, closed = t.closed FROM tmp_closed t WHERE e.id = t.id; DROP TABLE tmp_closed",
                   rf"entry {index} \(committed\): what it is closed over is gone, and nobody decided that")
    ledger.changed("CREATE TABLE tmp_start AS SELECT * FROM asv.software_start ORDER BY at LIMIT 1; "
                   "DELETE FROM asv.software_start WHERE id IN (SELECT id FROM tmp_start)",
                   "INSERT INTO asv.software_start SELECT * FROM tmp_start; DROP TABLE tmp_start",
                   r"\(software_started\): the row that it tells of is gone")
    ledger.changed("INSERT INTO asv.software_start (id, software) VALUES ('01900000-0000-7000-8000-00000000abcd', 'untold')",
                   "DELETE FROM asv.software_start WHERE software = 'untold'",
                   "software_start: a row has no entry, which would be 01900000")
    # A receipt that the dock signed and that no event knows, in the vault.
    receipt = next(path for path in (ledger.site.directory / "vault").rglob("receipt") if path.is_file())
    kept = receipt.read_bytes()
    event = f"object_digest = decode('{hashlib.sha256(kept[:-67]).hexdigest()}', 'hex')"
    flip(receipt, 30)
    assert ledger.verify()["underway"] == 1, "so new that its event may be on its way"
    for path in [*ledger.site.directory.glob(f"*/**/{receipt.parent.name}"), *ledger.site.directory.glob(f"*/**/{receipt.parent.name}/*")]:
        os.utime(path, (path.stat().st_atime, path.stat().st_mtime - 3600))
    ledger.verify(1, "receipt: no entry names it")
    receipt.write_bytes(kept)
    assert desk.sql(f"SELECT count(*) FROM asv.clip_event WHERE {event}") == [["1"]]
    assert desk.sql("SELECT count(*) > 0 FROM asv.alarm WHERE kind = 'ledger'") == [["t"]], "nobody is called"
    ledger.verify()


def rows(table, where):
    """What takes rows away, and what puts them back."""
    return (f"CREATE TABLE tmp_rows AS SELECT * FROM asv.{table} WHERE {where}; DELETE FROM asv.{table} WHERE {where}",
            f"INSERT INTO asv.{table} OVERRIDING SYSTEM VALUE SELECT * FROM tmp_rows; DROP TABLE tmp_rows")


def the_keeper_is_asked_for_its_own_log(ledger):
    """LG-080: what the database says about which logs there are is asked last."""
    ledger.changed(*rows("ledger_log", "true"), rf"{ORIGIN}: the keeper signed [0-9]+ entries of it, and the database has no such log")
    last = "size = (SELECT max(size) FROM asv.ledger_checkpoint)"
    for which in (last, "true"):
        ledger.changed(*rows("ledger_checkpoint", which), r"head of [0-9]+: the keeper signed it last, and it is not stored")
    ledger.changed("INSERT INTO asv.ledger_log (number, origin) VALUES (2, 'asservat.example/another')",
                   "DELETE FROM asv.ledger_log WHERE number = 2", "another: the keeper knows no such log")
    ledger.changed("UPDATE asv.ledger_log SET number = 3; UPDATE asv.ledger_entry SET log = 3; UPDATE asv.ledger_tile SET log = 3; "
                   "UPDATE asv.ledger_checkpoint SET log = 3",
                   "UPDATE asv.ledger_log SET number = 1; UPDATE asv.ledger_entry SET log = 1; UPDATE asv.ledger_tile SET log = 1; "
                   "UPDATE asv.ledger_checkpoint SET log = 1", "has number 3, and there are 0 before it")


def the_walk_ends_where_the_log_does(ledger):
    """LG-081: rows at or behind its end are named, and so is all that is missing before it."""
    desk = ledger.desk
    size = int(desk.sql("SELECT size FROM asv.ledger_log")[0][0])
    put = "INSERT INTO asv.ledger_entry SELECT log, {}, '01900000-0000-7000-8000-00000000beef', kind, recorded_at, " \
          f"set_byte(entry, 5, 7), NULL, NULL FROM asv.ledger_entry WHERE index = {size - 1}"
    drop = "ALTER TABLE asv.ledger_entry DROP CONSTRAINT ledger_entry_check1; "
    again = "DELETE FROM asv.ledger_entry WHERE id = '01900000-0000-7000-8000-00000000beef'; ALTER TABLE asv.ledger_entry ADD " \
            "CONSTRAINT ledger_entry_check1 CHECK (substring(entry FROM 3 FOR 18) = int2send(kind::smallint) || uuid_send(id))"
    for index in (size, size + 1, size + 100000):
        ledger.changed(drop + put.format(index), again, f"entry {index} of log 1: no log is as large")
    # The last one is gone, and one behind the end is there: it was asked for the same page for ever.
    gone, back = rows("ledger_entry", f"index = {size - 1}")
    behind = put.format(size + 1).replace(f"index = {size - 1}", f"index = {size - 2}")
    ledger.changed(drop + behind + "; " + gone, back + "; " + again, f"entry {size - 1}: is missing")
    # All of the last page, and more.
    gone, back = rows("ledger_entry", f"index >= {size - 130}")
    ledger.changed(gone, back, f"entry {size - 130}: is missing")
    desk.sql("SET session_replication_role = replica; " + gone)
    notes = ledger.report(1)["notes"]
    desk.sql("SET session_replication_role = replica; " + back)
    missing = {note["what"] for note in notes if note["why"] == "is missing"}
    assert missing == {f"entry {size - 130 + i}" for i in range(len(missing))} and len(missing) > 90, sorted(missing)
    ledger.changed("INSERT INTO asv.ledger_checkpoint SELECT log, size + 1000, root, signed_at, note FROM asv.ledger_checkpoint "
                   "WHERE size = (SELECT max(size) FROM asv.ledger_checkpoint)",
                   f"DELETE FROM asv.ledger_checkpoint WHERE size > {size}", r"head of [0-9]+ of log 1: no log is as large")


def nothing_keeps_it_from_its_end(ledger):
    """LG-084: what nobody can read is named, and all the rest is checked; what cannot be finished says what it has found, and calls."""
    desk = ledger.desk
    index = int(desk.sql("SELECT index FROM asv.ledger_entry WHERE kind = 34 ORDER BY index LIMIT 1")[0][0])
    receipt = "(SELECT min(index) FROM asv.ledger_entry WHERE kind = 37)"
    untold = "INSERT INTO asv.software_start (id, software) VALUES ('01900000-0000-7000-8000-00000000abcd', 'untold')"
    told = "DELETE FROM asv.software_start WHERE software = 'untold'"
    for table, column, value, where, loose, tight in (
            ("ledger_entry", "recorded_at", "'infinity'", f"index = {index}", "", ""),
            ("clip_event", "at", "'infinity'", f"id = (SELECT id FROM asv.ledger_entry WHERE index = {receipt})", "", ""),
            ("ledger_entry", "kind", "NULL", f"index = {index}", "ALTER kind DROP NOT NULL", "ALTER kind SET NOT NULL"),
            ("ledger_entry", "key", "decode('00', 'hex')", f"index = {index}", "ALTER key TYPE bytea", "ALTER key TYPE asv.digest"),
            ("ledger_entry", "closed", "decode(repeat('00', 9000), 'hex')", f"index = {index}", "ALTER closed TYPE bytea",
             "ALTER closed TYPE asv.ledger_closed")):
        there = f"CREATE TABLE tmp_value AS SELECT {column} AS v FROM asv.{table} WHERE {where}; "
        back = f"UPDATE asv.{table} SET {column} = v FROM tmp_value WHERE {where}; DROP TABLE tmp_value"
        if loose:
            there, back = there + f"ALTER TABLE asv.{table} {loose}; ", back + f"; ALTER TABLE asv.{table} {tight}"
        desk.sql(f"SET session_replication_role = replica; {there}UPDATE asv.{table} SET {column} = {value} WHERE {where}; {untold}")
        report = ledger.report(1)
        desk.sql(f"SET session_replication_role = replica; {back}; {told}")
        assert report["finished"] and any(note["what"].startswith("entry ") for note in report["notes"]), (table, column, report)
        assert any(note["what"] == "software_start" for note in report["notes"]), (table, column, report)
        assert report["counts"]["entries"] >= int(desk.sql("SELECT size FROM asv.ledger_log")[0][0]) - 1, (table, column, report)
    ledger.verify()

    def calls():
        return int(desk.sql("SELECT count(*) FROM asv.alarm WHERE kind = 'ledger' AND detail LIKE '%did not come to its end%'")[0][0])

    assert calls() == 0
    desk.sql("SET session_replication_role = replica; " + untold)
    receipt = next(path for path in (ledger.site.directory / "vault").rglob("receipt") if path.is_file())
    receipt.rename(receipt.with_name("kept"))
    receipt.mkdir()
    report = ledger.report(1)
    receipt.rmdir()
    receipt.with_name("kept").rename(receipt)
    desk.sql("SET session_replication_role = replica; " + told)
    assert not report["finished"] and any(note["what"] == "software_start" for note in report["notes"]), report
    assert calls() == 1, "nobody is called"
    ledger.site.keeper.stop()
    assert not ledger.report(1)["finished"]
    report = ledger.report(0, "--no-keeper")
    assert report["finished"] and report["left_out"] == ["keeper"], report
    assert "The keeper was not asked." in desk.run("ledger", "verify", "--no-keeper", "--no-vault")
    ledger.site.start_keeper()

    def alerts():
        return desk.call("alert", "run", "--dry-run", "--state", ledger.work / "alert")[1].decode()

    ledger.verify()
    assert "zwei Wochen" not in alerts()
    desk.sql("SET session_replication_role = replica; UPDATE asv.ledger_check SET at = at - interval '15 days'")
    ledger.report(0, "--no-vault")  # which is not all of it
    assert "zwei Wochen" in alerts(), alerts()
    ledger.verify()
    assert "zwei Wochen" not in alerts()


def play(rig):
    desk, camera, clips = set_up(rig)
    incident(desk, camera, clips)
    desk.act("willi", "hold", "request", clips[0], "--incident", CASE)
    desk.act("sigrid", "hold", "approve", clips[0])
    ledger = Ledger(desk)
    ledger.begin()
    desk.sql("SELECT count(asv.software_started('program ' || n)) FROM generate_series(1, 600) n")
    for _ in range(3):
        ledger.sequence()
        desk.sql("SELECT asv.software_started('one more')")
    ledger.sequence()
    for step, words in ((everything_agrees, ()), (what_somebody_changed_is_named, (clips,)), (the_keeper_is_asked_for_its_own_log, ()),
                        (the_walk_ends_where_the_log_does, ()), (nothing_keeps_it_from_its_end, ())):
        step(ledger, *words)
        print(step.__name__, flush=True)


if __name__ == "__main__":
    main(play, "asservat-audit.")
