#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Asservat authors
"""audit.py BUILD: what "ledger verify" finds. Whoever owns the database, its superuser, changes what nobody may: with every trigger
off, or, where that is enough, with every trigger on. Each change is named, and undone.
"""
import hashlib
import os
import re
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "deploy/lib"))
import forge  # noqa: E402
from incident import CASE, SiteError, incident, main, set_up  # noqa: E402
from proofs import Ledger, ORIGIN, flip  # noqa: E402


REPLICA = "SET session_replication_role = replica; "


def value(desk, query):
    return desk.sql(query)[0][0]


def loosened(desk, table):
    """What takes a table's checks away, and what puts them back."""
    checks = [(name, bytes.fromhex(text).decode()) for name, text in desk.sql(
        "SELECT conname, encode(convert_to(pg_get_constraintdef(oid), 'UTF8'), 'hex') FROM pg_constraint "
        f"WHERE conrelid = 'asv.{table}'::regclass AND contype = 'c'")]
    return ("".join(f'ALTER TABLE asv.{table} DROP CONSTRAINT "{name}"; ' for name, _ in checks),
            "".join(f'; ALTER TABLE asv.{table} ADD CONSTRAINT "{name}" {text}' for name, text in checks))


def everything_agrees(ledger):
    """LG-073, LG-074."""
    ledger.verify()  # which tells of the version that it works with (LG-081), so that something waits then
    ledger.sequence()
    counts = ledger.verify()
    assert counts["entries"] > 300 and counts["heads"] >= 3 and counts["objects"] >= 4 and counts["opened"] > 50, counts
    assert counts["waiting"] == 0 and counts["forgotten"] == 0, counts


def what_somebody_changed_is_named(ledger, clips):
    """LG-073, LG-074: each by the database's superuser, who turns off what is in the way."""
    desk = ledger.desk
    of = f"(SELECT recording FROM asv.clip WHERE clip = '{clips[0]}')"
    index = int(desk.sql("SELECT index FROM asv.ledger_entry WHERE kind = 34 ORDER BY index LIMIT 1")[0][0])
    entry = f"UPDATE asv.ledger_entry SET entry = set_byte(entry, 35, get_byte(entry, 35) # 1) WHERE index = {index}"
    # Both see it: the row that it tells of, and the tree.
    ledger.changed(entry, entry, [rf"entry {index} \(committed\): its row says something else now$",
                                  rf"entry {index}: not the one that the head has there: changed, moved, left out or put in$"])
    # Order: two that change places, with all that lies beside them. Insert: one put between them, a copy of another one.
    move = "UPDATE asv.ledger_entry SET index = index {} WHERE log = 1 AND index {}; "
    swap = move.format("+ 1000000", f"= {index}") + move.format("- 1", f"= {index + 1}") + move.format("- 999999", f"= {index + 1000000}")
    ledger.changed(swap, swap, [rf"entry {at}: not the one that the head has there: changed, moved, left out or put in$" for at in (index, index + 1)])
    size = int(value(desk, "SELECT size FROM asv.ledger_log"))
    inside = size - 4
    put, gone = copied(inside, index)
    ledger.changed(move.format("+ 1000000", f">= {inside}") + move.format("- 999999", ">= 1000000") + put,
                   gone + move.format("+ 1000000", f"> {inside}") + move.format("- 1000001", ">= 1000000"),
                   [*(rf"entry {at}: not the one that the head has there: changed, moved, left out or put in$" for at in range(inside, size)),
                    rf"entry {size} of log 1: no log is as large: somebody put it there$"])
    ledger.changed(f"CREATE TABLE tmp_entry AS SELECT * FROM asv.ledger_entry WHERE index = {index}; "
                   f"DELETE FROM asv.ledger_entry WHERE index = {index}",
                   "INSERT INTO asv.ledger_entry SELECT * FROM tmp_entry; DROP TABLE tmp_entry", f"entry {index}: is missing")
    tile = "UPDATE asv.ledger_tile SET hashes = set_byte(hashes, 96, get_byte(hashes, 96) # 1) WHERE level = 0 AND index = 1"
    ledger.changed(tile, tile, "entry 259: right, but its hash in the tile of level 0 is another")
    tile = "UPDATE asv.ledger_tile SET hashes = set_byte(hashes, 40, get_byte(hashes, 40) # 1) WHERE level = 1 AND index = 0"
    ledger.changed(tile, tile, "tile/1/000.p/.: hash 1 is not what the tiles below it make")
    first = value(desk, "SELECT min(size) FROM asv.ledger_checkpoint")
    note = f"CREATE TABLE tmp_note AS SELECT note FROM asv.ledger_checkpoint WHERE size = {first}; UPDATE asv.ledger_checkpoint SET note = {{}} " \
           f"WHERE size = {first}"
    again = f"UPDATE asv.ledger_checkpoint SET note = (SELECT note FROM tmp_note) WHERE size = {first}; DROP TABLE tmp_note"
    for to, says in (("reverse(note)", "signed note: no signature, in line: 4$"), ("overlay(note PLACING 'AAAA' FROM length(note) - 20 FOR 4)", rf"signed note: the signature of {ORIGIN} does not verify$"),
                     (f"(SELECT k.note FROM asv.ledger_checkpoint k WHERE k.size > {first} ORDER BY k.size LIMIT 1)",
                      "what was signed is another head than its row says$")):
        ledger.changed(note.format(to), again, f"head of {first}: {says}")
    root = "UPDATE asv.ledger_checkpoint SET root = set_byte(root, 3, get_byte(root, 3) # 1) " \
           "WHERE size = (SELECT min(size) FROM asv.ledger_checkpoint)"
    ledger.changed(root, root, [f"head of {first}: this log does not begin with the entries that were signed then$",
                                f"head of {first}: what was signed is another head than its row says$"])
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


def copied(at, of):
    """What puts an entry between others, as another's copy under a new id, and what takes it out."""
    put = f"INSERT INTO asv.ledger_entry SELECT log, {at}, '01900000-0000-7000-8000-00000000beef', kind, recorded_at, overlay(entry PLACING " \
          f"'\\x0190000000007000800000000000beef' FROM 5 FOR 16), NULL, NULL FROM asv.ledger_entry WHERE log = 1 AND index = {of}; "
    return put, "DELETE FROM asv.ledger_entry WHERE id = '01900000-0000-7000-8000-00000000beef'; "


def rows(table, where):
    """What takes rows away, and what puts them back."""
    return (f"CREATE TABLE tmp_rows AS SELECT * FROM asv.{table} WHERE {where}; DELETE FROM asv.{table} WHERE {where}",
            f"INSERT INTO asv.{table} OVERRIDING SYSTEM VALUE SELECT * FROM tmp_rows; DROP TABLE tmp_rows")


def the_keeper_is_asked_for_its_own_log(ledger):
    """LG-083: what the database says about which logs there are is asked last."""
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
    """LG-089: rows at or behind its end are named, and so is all that is missing before it."""
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
    unread = "something stands there that nobody can read: database: "
    receipt_at = value(desk, f"SELECT {receipt}")
    large = "decode(repeat('00', {}), 'hex')".format
    for table, column, to, where, loose, tight, says in (
            ("ledger_entry", "recorded_at", "'infinity'", f"index = {index}", "", "", f"entry {index}: its row, or the one"),
            ("clip_event", "at", "'infinity'", f"id = (SELECT id FROM asv.ledger_entry WHERE index = {receipt})", "", "",
             f"entry {receipt_at}: its row, or the one"),
            ("ledger_entry", "kind", "NULL", f"index = {index}", "ALTER kind DROP NOT NULL", "ALTER kind SET NOT NULL",
             f"entry {index}: its row, or the one"),
            ("ledger_entry", "key", "decode('00', 'hex')", f"index = {index}", "ALTER key TYPE bytea", "ALTER key TYPE asv.digest",
             f"entry {index}: its row, or the one"),
            ("ledger_entry", "closed", large(9000), f"index = {index}", "ALTER closed TYPE bytea", "ALTER closed TYPE asv.ledger_closed",
             f"entry {index}: its row, or the one"),
            # What judges an entry: the object, who signed it, who enrolled that one.
            ("clip_event", "object", large(70000), f"id = (SELECT id FROM asv.ledger_entry WHERE index = {receipt})", "", "",
             rf"entry {receipt_at} \(receipt\): {unread}ledger_object: column"),
            ("credential", "record", large(50000), "digest = (SELECT credential FROM asv.statement WHERE action = 1 AND step = 2 LIMIT 1)", "", "",
             rf"entry [0-9]+ \(statement\): {unread}ledger_object: column"),
            ("statement", "object", large(20000), "digest = asv.ledger_enrolment((SELECT credential FROM asv.statement WHERE action = 1 AND step = 2 LIMIT 1))",
             "", "", rf"entry [0-9]+ \([a-z_]+\): {unread}ledger_said: column"),
            # A tile, and a log's own row.
            ("ledger_tile", "hashes", large(9000), "level = 0 AND index = 1", "", "", r"tile/0/001: database: ledger_tile_get: column"),
            ("ledger_log", "root", large(31), "number = 1", "ALTER root TYPE bytea", "ALTER root TYPE asv.digest",
             "head: entries and tiles do not make its root"),
            ("ledger_log", "origin", "repeat('x', 200)", "number = 1", "", "", "no name of a key")):
        drop, add = (f"ALTER TABLE asv.{table} {loose}; ", f"; ALTER TABLE asv.{table} {tight}") if loose else loosened(desk, table)
        there = f"CREATE TABLE tmp_value AS SELECT {column} AS v FROM asv.{table} WHERE {where}; {drop}"
        back = f"UPDATE asv.{table} SET {column} = v FROM tmp_value WHERE asv.{table}.ctid IN (SELECT at FROM tmp_place); DROP TABLE tmp_value{add}"
        desk.sql(f"{REPLICA}CREATE TABLE tmp_place AS SELECT ctid AS at FROM asv.{table} LIMIT 0; {there}"
                 f"WITH u AS (UPDATE asv.{table} SET {column} = {to} WHERE {where} RETURNING ctid AS at) INSERT INTO tmp_place SELECT at FROM u; {untold}")
        report = ledger.report(1)
        desk.sql(f"{REPLICA}{back}; DROP TABLE tmp_place; {told}")
        notes = [f"{note['what']}: {note['why']}" for note in report["notes"]]
        assert report["finished"] and any(re.search(says, note) for note in notes), (table, column, report)
        assert any(note["what"] == "software_start" for note in report["notes"]), (table, column, report)
        assert report["counts"]["entries"] >= int(desk.sql("SELECT size FROM asv.ledger_log")[0][0]) - 1, (table, column, report)
    ledger.verify()
    # LG-126: what the sequencer is kept from.
    desk.sql("SELECT asv.software_started('withheld')")
    for hours, status in (("59 minutes", 0), ("61 minutes", 1)):
        desk.sql(f"{REPLICA}UPDATE asv.ledger_pending SET recorded_at = clock_timestamp() - interval '{hours}'")
        notes = [f"{note['what']}: {note['why']}" for note in ledger.report(status)["notes"]]
        assert all(re.fullmatch("what waits for its entry: [0-9]+ events, the first since .*: the sequencer stands, or is kept from them", note)
                   for note in notes) and len(notes) == status, notes
    ledger.sequence()
    # LG-127: what is said in a text that is cut within a character.
    for cut in ("x", "xx"):
        ledger.changed(*replaced("ledger_stray", [("p_limit", "integer")], "TABLE (what text)", f"SELECT ('{cut}' || repeat('ü', 300))::integer::text"),
                       f"entries and heads: {unread}ledger_stray")
    # LG-111: what comes in no order, or again and again.
    heads = [("p_log", "smallint"), ("p_after", "bigint"), ("p_limit", "integer")], "TABLE (size bigint, root bytea, note text)"
    for body in ("SELECT o.* FROM asv.ledger_heads_true(p_log, p_after, p_limit) o ORDER BY o.size DESC",
                 "SELECT o.* FROM asv.ledger_heads_true(p_log, 0, 1) o"):
        ledger.changed(*replaced("ledger_heads", *heads, body), r"heads behind [0-9]+: their sizes do not rise$")
    pages = [("p_table", "integer"), ("p_block", "bigint"), ("p_limit", "integer")], "TABLE (kind text, id uuid, next_table integer, next_block bigint)"
    for place in ("p_table, p_block", "p_table, p_block + 1", "1, 0::bigint"):
        ledger.changed(*replaced("ledger_untold", *pages, f"SELECT 'alarm', NULL::uuid, {place}"),
                       r"what the ledger tells of, table 28: something stands there that nobody can read: its pages do not follow each other$")

    def calls():
        return int(desk.sql("SELECT count(*) FROM asv.alarm WHERE kind = 'ledger' AND detail LIKE '%did not come to its end%'")[0][0])

    # A file of the vault that nobody can read, or that is too large; the others are looked at.
    objects = ledger.verify()["objects"]
    receipt = next(path for path in (ledger.site.directory / "vault").rglob("receipt") if path.is_file())
    receipt.rename(receipt.with_name("kept"))
    for put, away in ((receipt.mkdir, receipt.rmdir), (lambda: receipt.write_bytes(bytes(70000)), receipt.unlink)):
        put()
        report = ledger.report(1)
        away()
        assert report["finished"] and report["counts"]["objects"] == objects - 1 and report["counts"]["wrong"] == 1, report
        assert re.search("receipt$", report["notes"][0]["what"]) and re.match("cannot be read: ", report["notes"][0]["why"]), report
    receipt.with_name("kept").rename(receipt)
    ledger.verify()
    # Nothing but a database or a keeper that is away ends it.
    assert calls() == 0
    ledger.site.keeper.stop()
    assert not ledger.report(1)["finished"]
    assert calls() == 1, "nobody is called"
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


def replaced(function, arguments, returns, body):
    """What puts a function of the superuser's in one's place (its own stays as NAME_true), and what undoes it."""
    given = ", ".join(f"{name} {kind}" for name, kind in arguments)
    kinds = ", ".join(kind for _, kind in arguments)
    return (f"ALTER FUNCTION asv.{function} RENAME TO {function}_true; CREATE FUNCTION asv.{function}({given}) RETURNS {returns} LANGUAGE sql "
            f"STABLE SECURITY DEFINER AS $f$ {body} $f$; GRANT EXECUTE ON FUNCTION asv.{function} TO PUBLIC",
            f"DROP FUNCTION asv.{function}({kinds}); ALTER FUNCTION asv.{function}_true RENAME TO {function}")


def said(**other):
    """ledger_said with other columns: what it says is not what the log has."""
    columns = ("log smallint", "index bigint", "entry bytea", "taken_log smallint", "taken_index bigint", "taken bytea", "waits boolean",
               "object bytea", "record bytea")
    names = [column.split()[0] for column in columns]
    return replaced("ledger_said", [("p_digest", "bytea")], f"TABLE ({', '.join(columns)})",
                    f"SELECT {', '.join(other.get(name, f'o.{name}') for name in names)} FROM asv.ledger_said_true(p_digest) o")


def nobody_forgets_alone(ledger, clips):
    """LG-085: what is said to have had it forgotten has to be two people's word about this entry, taken, and in the log."""
    desk = ledger.desk
    index, entry = desk.sql("SELECT index, id FROM asv.ledger_entry WHERE kind = 32 ORDER BY index LIMIT 1")[0]
    desk.act("sigrid", "ledger", "approve", desk.proposal(desk.act("doris", "ledger", "forget", entry)))
    ledger.sequence()
    assert ledger.verify()["forgotten"] == 1
    says = rf"entry {index} \(announced\): is forgotten, and two people did not decide that: "
    row = f"UPDATE asv.ledger_forgotten SET proposal = {{}}, approval = {{}} WHERE id = '{entry}'"
    pair = desk.sql(f"SELECT encode(proposal, 'hex'), encode(approval, 'hex') FROM asv.ledger_forgotten WHERE id = '{entry}'")[0]
    back = row.format(*(f"'\\x{digest}'" for digest in pair))
    held = [f"(SELECT digest FROM asv.statement WHERE action = 1 AND step = {step} ORDER BY stored_at LIMIT 1)" for step in (1, 2)]
    for proposal, approval, why in (("sha256('1')", "sha256('2')", "of what is said to be signed for it the log has no entry"),
                                    (*held, "what was signed for it is something else"),
                                    ("proposal", "proposal", "what was signed for it is something else"),
                                    ("approval", "proposal", "what was signed for it is something else")):
        ledger.changed(row.format(proposal, approval), back, says + why)
    # What nobody can read of it, and what only waits: a signature that nobody has looked at.
    ledger.changed(f"ALTER TABLE asv.ledger_forgotten ALTER proposal TYPE bytea; UPDATE asv.ledger_forgotten SET proposal = '\\x00' WHERE id = '{entry}'",
                   back + "; ALTER TABLE asv.ledger_forgotten ALTER proposal TYPE asv.digest",
                   rf"entry {index} \(announced\): something stands there that nobody can read: database: ledger_forgetting: column")
    there, again = rows("ledger_entry", f"id = asv.ledger_id('\\x{pair[1]}')")
    ledger.changed(there + f"; INSERT INTO asv.ledger_pending (id, kind, facts) VALUES (asv.ledger_id('\\x{pair[1]}'), 96, '')",
                   again + f"; DELETE FROM asv.ledger_pending WHERE id = asv.ledger_id('\\x{pair[1]}')",
                   says + "of what is said to be signed for it the entry still waits$")
    ledger.changed(*rows("statement_answer", f"statement = '\\x{pair[1]}'"), says + "the log does not have it that the keeper took")
    ledger.changed(*rows("statement", f"digest IN ('\\x{pair[0]}', '\\x{pair[1]}')"), says + "what was signed for it is not there")
    # LG-104: at the place that the database names stands something else; and who signed it is another.
    nowhere = says + "what the log is said to have of what was signed for it does not stand there"
    for other in ({"index": "o.index + 1"}, {"log": "2::smallint"}, {"taken_index": "o.taken_index - 1"}):
        ledger.changed(*said(**other), nowhere)
    ledger.changed(*said(record="(SELECT k.record FROM asv.credential k, asv.statement t WHERE t.digest = p_digest AND k.digest <> t.credential LIMIT 1)"),
                   says + "what is said to be signed for it was not signed by that person")
    # Theirs, but about another entry.
    other, number, key, closed = desk.sql("SELECT id, index, encode(key, 'hex'), encode(closed, 'hex') FROM asv.ledger_entry "
                                          "WHERE kind = 37 ORDER BY index DESC LIMIT 1")[0]
    ledger.changed(f"UPDATE asv.ledger_forgotten SET id = '{other}' WHERE id = '{entry}'; "
                   f"UPDATE asv.ledger_entry SET key = NULL, closed = NULL WHERE id = '{other}'",
                   f"UPDATE asv.ledger_forgotten SET id = '{entry}' WHERE id = '{other}'; "
                   f"UPDATE asv.ledger_entry SET key = '\\x{key}', closed = '\\x{closed}' WHERE id = '{other}'",
                   rf"entry {number} \(receipt\): is forgotten, and two people did not decide that: what was signed is about something else")


def put_back(table, where, told):
    """What deletes rows with what the ledger has beside the entries that told of them, and what puts both back."""
    there, back = rows(table, where)
    return (f"CREATE TABLE tmp_closed AS SELECT id, key, closed FROM asv.ledger_entry WHERE id IN (SELECT {told} FROM asv.{table} "
            f"WHERE {where}); UPDATE asv.ledger_entry SET key = NULL, closed = NULL WHERE id IN (SELECT id FROM tmp_closed); {there}",
            "UPDATE asv.ledger_entry e SET key = t.key, closed = t.closed FROM tmp_closed t WHERE e.id = t.id; DROP TABLE tmp_closed; "
            + back)


def told_at(ledger, insert, at):
    """As if the database had been told then."""
    ledger.desk.sql(f"{insert}; SET session_replication_role = replica; UPDATE asv.ledger_pending SET recorded_at = {at}")
    ledger.sequence()


def look(ledger, clip, name, at):
    """Rita is shown it, who signs for it; and the access is one of then."""
    desk = ledger.desk
    status, _, err = desk.shown("rita", clip)
    assert status == 0, err
    shown = value(desk, "SELECT encode(shown, 'hex') FROM asv.access_log ORDER BY at DESC LIMIT 1")
    columns = "deed, recording, incident, proposal, shown, credential, name, salt"
    desk.sql(f"SET session_replication_role = replica; CREATE TABLE tmp_look AS SELECT {columns} FROM asv.access_log WHERE "
             f"shown = '\\x{shown}'; DELETE FROM asv.ledger_pending WHERE id = (SELECT id FROM asv.access_log WHERE shown = "
             f"'\\x{shown}'); DELETE FROM asv.access_log WHERE shown = '\\x{shown}'")
    ledger.sequence()
    told_at(ledger, f"INSERT INTO asv.access_log (at, reason, forget_at, {columns}) SELECT date_trunc('milliseconds', {at}), '{name}', "
            f"asv.year_end({at}, 1), {columns} FROM tmp_look; DROP TABLE tmp_look", at)
    return f"reason = '{name}'"


def no_access_is_before_its_showing(ledger, clips):
    """LG-128: what somebody signed for today, and the database has as of long ago, also while it is there; and LG-122: it is not to be gone
    any sooner. None of it is undone."""
    desk, before = ledger.desk, "it was before what somebody signed for it, or before the keeper took that"

    def noted():
        return [f"{note['what']}: {note['why']}" for note in ledger.report(1)["notes"]]

    places, known = [], noted()
    for when, named in (("30 minutes", 0), ("2 hours", 1), ("3 years", 2)):
        places.append(look(ledger, clips[0], when, f"clock_timestamp() - interval '{when}'"))
        notes = [note for note in noted() if note not in known]
        assert sum(re.fullmatch(rf"entry [0-9]+ \(access\): {before}", note) is not None for note in notes) == len(notes) == named, notes
    for where in places:
        there, back = put_back("access_log", where, "id")
        desk.sql(REPLICA + there)
        notes = noted()
        desk.sql(REPLICA + back)
        assert any(re.fullmatch(r"entry [0-9]+ \(access\): the row that it tells of is gone", note) for note in notes), notes


def nothing_expires_early(ledger, clips):
    """LG-086: what somebody saw today is not to be gone tomorrow."""
    desk = ledger.desk
    status, _, err = desk.shown("rita", clips[0])
    assert status == 1, err
    desk.act("sigrid", "clip", "open", re.search(r"request +([0-9a-f]+)", err)[1], "--approve")
    young = look(ledger, clips[0], "now", "clock_timestamp()")
    ledger.changed(*put_back("access_log", young, "id"), r"\(access\): the row that it tells of is gone$")
    desk.sql(f"{REPLICA}UPDATE asv.access_log SET forget_at = clock_timestamp() + interval '2 years' WHERE {young}")
    # LG-105: whatever the database says of terms, and when it says nothing.
    for term in ("'1970-01-01'::timestamptz", "NULL::timestamptz"):
        (put, away), (there, back) = replaced("ledger_term", [("p_at", "timestamptz")], "timestamptz", f"SELECT {term}"), put_back("access_log", young, "id")
        ledger.changed(f"{put}; {there}", f"{back}; {away}", r"\(access\): the row that it tells of is gone$")
    # A policy that nobody can read: until when it has to be there cannot be said, so it has to.
    (drop, add), (there, back) = loosened(desk, "policy_file"), put_back("access_log", young, "id")
    policies = value(desk, "SELECT count(*) FROM asv.policy_file")
    assert int(policies) > 0
    ledger.changed(f"{drop}CREATE TABLE tmp_policy AS SELECT digest, content FROM asv.policy_file; UPDATE asv.policy_file SET content = '\\x00'; {there}",
                   "UPDATE asv.policy_file f SET content = p.content FROM tmp_policy p WHERE p.digest = f.digest; DROP TABLE tmp_policy; " + back + add,
                   [r"\(access\): something stands there that nobody can read: database: ledger_term: ", r"\(access\): the row that it tells of is gone$"])
    assert ledger.verify()["expired"] == 0
    # LAW L1: each rests on what somebody signed to be shown it, and the keeper took.
    seen = f"(SELECT shown FROM asv.access_log WHERE {young})"
    ledger.changed(*rows("statement_answer", f"statement = {seen}"), r"\(access\): the log does not have it that the keeper took")
    made = forge.entry(97, {5: os.urandom(32), 10: b"taken", 12: bytes.fromhex(value(desk, f"SELECT encode({seen}, 'hex')"))})
    put, away = said(taken=f"'\\x{made.hex()}'::bytea", taken_index="3::bigint", taken_log="1::smallint")  # LG-104
    ledger.changed(put, away, r"\(access\): what the log is said to have of what was signed for it does not stand there")
    asked = value(desk, "SELECT encode(proposal, 'hex') FROM asv.access_log LIMIT 1")
    was = value(desk, f"SELECT encode({seen}, 'hex')")
    ledger.changed(f"UPDATE asv.access_log SET shown = '\\x{asked}' WHERE {young}",
                   f"UPDATE asv.access_log SET shown = '\\x{was}' WHERE {young}", r"\(access\): its row says something else now")
    # What was signed to be shown something goes a year after its end, with the keeper's answer, and the access when its own term is over;
    # nothing else that was signed goes.
    def signed(name, action, step, until, opening="NULL"):
        return ("INSERT INTO asv.statement (digest, object, action, step, matter, subject_kind, subject, subject_name, ground, credential, person, "
                f"nonce, issued_at, expires_at, opening) SELECT sha256(sha256('{name}') || sha256('{name}')), '\\x0040'::bytea || sha256('{name}') || "
                f"sha256('{name}') || sha256('proof') || sha256('proof'), {action}, {step}, sha256('m'), 9, sha256('h'), '{name}', 0, k.digest, "
                f"k.person, substring(sha256('{name}') FOR 16), {until} - interval '1 day', {until}, {opening} FROM asv.credential k LIMIT 1; ")

    then = "clock_timestamp() - interval '3 years'"
    told_at(ledger, signed("Rudi", 11, 5, then, f"(SELECT proposal FROM asv.access_log WHERE {young})")
            + "INSERT INTO asv.access_log (at, reason, forget_at, shown, deed, recording, incident, proposal, credential, name, salt) "
              f"SELECT date_trunc('milliseconds', {then}), 'seen then', asv.year_end({then}, 1), sha256(sha256('Rudi') || sha256('Rudi')), deed, "
              f"recording, incident, proposal, credential, name, salt FROM asv.access_log WHERE {young}", then)
    told_at(ledger, signed("Rita", 4, 1, "clock_timestamp() - interval '2 years'") + "INSERT INTO asv.statement_answer (statement, taken, why) "
            "SELECT digest, false, 'nein' FROM asv.statement WHERE subject_name = 'Rita'", "clock_timestamp() - interval '2 years 1 day'")
    ledger.verify(1, [r"\(statement\): what it names as signed", r"\(access\): the log does not have it that the keeper took"])
    value(desk, "SELECT asv.access_forget()")
    counts = ledger.verify()
    assert counts["expired"] == 4, counts
    for action in (1, 53):
        ledger.changed(*put_back("statement", f"action = {action}", "asv.ledger_id(digest)"),
                       r"\(statement\): the row that it tells of is gone")
    ledger.changed(*put_back("statement_answer", "statement IN (SELECT digest FROM asv.statement WHERE action = 1)", "entry"),
                   r"\(statement_answered\): the row that it tells of is gone")


def every_signature_is_verified(ledger, clips):
    """LG-087"""
    desk = ledger.desk
    counts = ledger.verify()
    assert counts["signatures"] >= 30, counts
    at = "octet_length(object) - 5"
    bit = f"object = set_byte(object, {at}, get_byte(object, {at}) # 1), signature = set_byte(signature, 59, get_byte(signature, 59) # 1)"
    for kind in ("committed", "receipt"):
        change = f"UPDATE asv.clip_event SET {bit} WHERE position = (SELECT min(position) FROM asv.clip_event WHERE kind = '{kind}')"
        ledger.changed(change, change, rf"\({kind}\): what it names as signed: that device did not sign it")
    for table, which, kind in (("statement", "action = 1 AND step = 2", "statement"), ("statement", "action = 34", "statement"),
                               ("bulletin", "number = 1", "keys_made"), ("clip_event", "kind = 'hold_approved'", "hold_approved")):
        change = f"UPDATE asv.{table} SET object = set_byte(object, {at}, get_byte(object, {at}) # 1) WHERE {which}"
        ledger.changed(change, change, rf"\({kind}\): what it names as signed")
    # Another's certificate, another's credential.
    chain = value(desk, "SELECT encode(chain, 'hex') FROM asv.dock")
    other = "chain = {0}, chain_digest = sha256({0})"
    ledger.changed(f"UPDATE asv.dock SET {other.format('(SELECT chain FROM asv.camera LIMIT 1)')}",
                   "UPDATE asv.dock SET " + other.format(f"'\\x{chain}'::bytea"), r"\(receipt\): what it names as signed")
    ledger.changed(*rows("statement", "action IN (32, 34)"), "nobody enrolled who signed what it names")


def sign(work, message):
    """(public key, signature) of a new Ed25519 key."""
    key, public = work / "invented.pem", work / "invented.pub"
    subprocess.run(["openssl", "genpkey", "-algorithm", "ED25519", "-out", key], check=True)
    subprocess.run(["openssl", "pkey", "-in", key, "-pubout", "-outform", "DER", "-out", public], check=True)

    def signature(data):
        (work / "message").write_bytes(data)
        subprocess.run(["openssl", "pkeyutl", "-sign", "-inkey", key, "-rawin", "-in", work / "message", "-out", work / "signature"],
                       check=True)
        return (work / "signature").read_bytes()

    return public.read_bytes()[-32:], signature


def what_is_invented_is_named(ledger, clips):
    """LG-085, LG-087: with every trigger on, and the ledger telling of it. None of it is undone."""
    desk = ledger.desk
    wrong = 0

    def invented(insert, says):
        nonlocal wrong
        desk.sql(insert)
        ledger.sequence()
        assert ledger.verify(1, says)["wrong"] > wrong
        wrong = ledger.report(1)["counts"]["wrong"]

    # LG-099: that it was released, with what was signed to hold it; whoever is given it finds the same.
    desk.sql("DROP INDEX asv.clip_event_object_digest_idx")
    invented("INSERT INTO asv.clip_event (recording, kind, is_signed, at, actor_kind, actor, object, object_digest) SELECT recording, "
             "'release_approved', is_signed, at, actor_kind, actor, object, object_digest FROM asv.clip_event WHERE kind = 'hold_approved'",
             r"\(release_approved\): what it names as signed: is another decision than the entry tells of")
    status, _, err = desk.call("ledger", "proof", clips[0], "--open", "--out", ledger.work / "released")
    assert status == 1 and "does not show what was asked for" in err and "is another decision than the entry tells of" in err, err
    ledger.wrong(ledger.work / "released", r"release_approved.object: is another decision than the entry tells of", "--trust",
                 ledger.site.agency / "root.cert")
    invented("INSERT INTO asv.clip_event (recording, kind, is_signed, at, actor_kind, actor, object, object_digest) SELECT c.recording, "
             "e.kind, e.is_signed, e.at, e.actor_kind, e.actor, e.object, e.object_digest FROM asv.clip_event e, asv.clip c "
             f"WHERE e.kind = 'hold_approved' AND c.clip = '{clips[1]}'", r"\(hold_approved\): what was signed is about another recording")
    status, _, err = desk.call("ledger", "proof", clips[1], "--open", "--out", ledger.work / "another")
    assert status == 1 and "what was signed is about another recording than the one in " in err, err
    # What a device signed, for another recording; and that was signed what nobody signed.
    invented("INSERT INTO asv.clip_event (recording, kind, is_signed, at, actor_kind, actor, object, object_digest, signature) SELECT "
             "c.recording, e.kind, e.is_signed, e.at, e.actor_kind, e.actor, e.object, e.object_digest, e.signature FROM asv.clip_event e, "
             f"asv.clip c WHERE e.kind = 'receipt' AND c.clip = '{clips[1]}' AND e.recording <> c.recording LIMIT 1",
             r"\(receipt\): what was signed is about another recording")
    invented("ALTER TABLE asv.clip_event DROP CONSTRAINT clip_event_check; "
             "INSERT INTO asv.clip_event (recording, kind, is_signed, at, actor_kind, actor) SELECT c.recording, 'release_approved', true, "
             "e.at, e.actor_kind, e.actor FROM asv.clip_event e, asv.clip c "
             f"WHERE e.kind = 'hold_approved' AND c.clip = '{clips[1]}' LIMIT 1",
             r"\(release_approved\): names no object, and what it tells of was signed")
    entry, index = desk.sql("SELECT id, index FROM asv.ledger_entry WHERE kind = 37 ORDER BY index DESC LIMIT 1")[0]
    invented(f"INSERT INTO asv.ledger_forgotten (id, proposal, approval) VALUES ('{entry}', sha256('1'), sha256('2')); "
             f"UPDATE asv.ledger_entry SET key = NULL, closed = NULL WHERE id = '{entry}'",
             rf"entry {index} \(receipt\): is forgotten, and two people did not decide that")
    columns = "recording, kind, is_signed, at, actor_kind, actor, session, detail"
    invented(f"INSERT INTO asv.clip_event ({columns}, object, object_digest, signature) SELECT {columns}, o, asv.object_digest('dock', o), "
             "signature FROM (SELECT *, set_byte(object, 30, get_byte(object, 30) # 1) AS o FROM asv.clip_event WHERE kind = 'receipt' "
             "ORDER BY position LIMIT 1) AS e", r"\(receipt\): what it names as signed: that device did not sign it")
    # A person whom nobody enrolled, with a key of the superuser's own, and what that one signs, rightly.
    key, signature = sign(ledger.work, b"")
    record, old_key, digest, body, nonce, statement = (bytes.fromhex(part) for part in desk.sql(
        "SELECT encode(c.record, 'hex'), encode(c.key, 'hex'), encode(c.digest, 'hex'), encode(substring(s.object FROM 3 FOR "
        "get_byte(s.object, 0) * 256 + get_byte(s.object, 1)), 'hex'), encode(s.nonce, 'hex'), encode(s.digest, 'hex') "
        "FROM asv.statement s JOIN asv.credential c ON c.digest = s.credential WHERE s.action = 1 AND s.step = 2 LIMIT 1")[0])
    assert record.count(old_key) == 1 and body.count(digest) == 1 and body.count(nonce) == 1
    record, other = record.replace(old_key, key), hashlib.sha256(nonce).digest()[:16]
    name = hashlib.sha256(record).digest()
    body = body.replace(digest, name).replace(nonce, other)
    proof = b"\x01\x01\x00\x40" + signature(b"asservat/v1/statement\x00" + hashlib.sha256(body).digest())
    signed = len(body).to_bytes(2, "big") + body + proof
    same = "agency, person, badge, name, roles, units, valid_from, valid_until, by"
    desk.sql(f"INSERT INTO asv.credential (digest, {same}, key, record) SELECT '\\x{name.hex()}', {same}, '\\x{key.hex()}', "
             f"'\\x{record.hex()}' FROM asv.credential WHERE digest = '\\x{digest.hex()}'")
    same = "action, step, matter, subject_kind, subject, subject_name, incident, ground, person, issued_at, expires_at, proposal"
    invented(f"{REPLICA}SET session_replication_role = origin; INSERT INTO asv.statement (digest, object, credential, nonce, {same}) "
             f"SELECT '\\x{hashlib.sha256(body).hexdigest()}', '\\x{signed.hex()}', '\\x{name.hex()}', '\\x{other.hex()}', {same} "
             f"FROM asv.statement WHERE digest = '\\x{statement.hex()}'", r"\(statement\): nobody enrolled who signed what it names")


def what_the_keeper_did_not_say_is_named(ledger, clips):
    """LG-095: with every trigger on, and the ledger telling of it. None of it is undone."""
    desk = ledger.desk
    theirs = "FROM asv.statement_answer WHERE taken AND ruling IS NOT NULL ORDER BY position LIMIT 1"
    insert = "INSERT INTO asv.statement_answer (statement, taken, ruling, keeper) SELECT {0}, true, {1}, keeper " + theirs
    wrong = ledger.report(1)["counts"]["wrong"]

    def unanswered():
        """What the keeper has said nothing to: a request that only people are asked about."""
        desk.act("rita", "hold", "release", clips[0])
        digest = value(desk, "SELECT encode(proposal, 'hex') FROM asv.request WHERE action = 2 AND outcome IS NULL")
        desk.act("rita", "hold", "release", clips[0], "--withdraw")
        return f"'\\x{digest}'::bytea"

    def invented(statement, says):
        nonlocal wrong
        desk.sql(statement)
        ledger.sequence()
        assert ledger.verify(1, r"\(statement_answered\): " + says)["wrong"] > wrong
        wrong = ledger.report(1)["counts"]["wrong"]

    # What it signed about another statement: the table refuses it, and without the table the check does.
    mine = unanswered()
    try:
        desk.sql(insert.format(mine, "ruling"))
    except SiteError as refused:
        assert "statement_answer_check3" in str(refused), refused
    else:
        raise AssertionError("a ruling on one statement stands at another one")
    # Bytes of the right shape, and nobody's signature.
    invented(insert.format(mine, f"overlay(ruling PLACING {mine} FROM 57)"), "what it names as signed: ruling: signature")
    desk.sql("ALTER TABLE asv.statement_answer DROP CONSTRAINT statement_answer_check3")
    invented(insert.format(unanswered(), "ruling"), "what it names as signed: the ruling is about another statement")
    # That nobody signed it, while the keeper can be asked; and when it cannot, which is listed.
    concluded = "INSERT INTO asv.statement_answer (statement, taken, concluded) SELECT {}, true, true"
    invented(concluded.format(unanswered()), "was concluded while the keeper could be asked")
    assert ledger.report(1)["concluded"] == []
    body = "sha256('concluded') || sha256('concluded')"
    desk.sql("INSERT INTO asv.statement (digest, object, action, step, matter, subject_kind, subject, ground, credential, person, nonce, issued_at, "
             f"expires_at) SELECT sha256({body}), '\\x0040'::bytea || {body} || sha256('proof') || sha256('proof'), 7, 5, sha256('m'), 1, sha256('h'), 6, "
             "k.digest, k.person, substring(sha256('c') FOR 16), clock_timestamp() - interval '3 days', clock_timestamp() - interval '1 day' "
             f"FROM asv.credential k LIMIT 1; {concluded.format(f'sha256({body})')}")
    ledger.sequence()
    report = ledger.report(1)
    digest = value(desk, f"SELECT encode(sha256({body}), 'hex')")
    assert report["counts"]["concluded"] == 1 and digest in report["concluded"][0]["why"], report["concluded"]


def how_logs_follow_one_another_is_named(ledger, clips):
    """LG-114, LG-115, LG-117: whoever owns the database writes what waits for the sequencer anew. None of it is undone."""
    desk = ledger.desk

    def noted(status, which="notes"):
        return [f"{note['what']}: {note['why']}" for note in ledger.report(status)[which]]

    # An access that is said to be how a log began: no entry tells of it then.
    status, _, err = desk.shown("rita", clips[0])
    assert status == 0, err
    access = value(desk, "SELECT id FROM asv.access_log ORDER BY at DESC LIMIT 1")
    desk.sql(f"{REPLICA}UPDATE asv.ledger_pending SET kind = 1, closed = NULL, key = NULL WHERE id = '{access}'")
    ledger.sequence()
    notes, index = noted(1), value(desk, f"SELECT index FROM asv.ledger_entry WHERE id = '{access}'")
    assert f"entry {index} (log_begun): no log begins there" in notes, notes
    assert f"access_log: a row has no entry, which would be {access}" in notes, notes

    def begin(number, facts="NEW.facts", ident="NEW.id"):
        """The next log, whose first entry has other facts than ledger_begin gave it."""
        desk.sql("CREATE FUNCTION public.rewrite() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN IF NEW.kind = 1 THEN "
                 f"NEW.facts := {facts}; NEW.id := {ident}; END IF; RETURN NEW; END $f$; CREATE TRIGGER rewrite BEFORE INSERT ON "
                 "asv.ledger_pending FOR EACH ROW EXECUTE FUNCTION public.rewrite()")
        desk.act("sigrid", "ledger", "approve", desk.proposal(desk.act("anna", "ledger", "begin", f"{ORIGIN}/{number}")))
        ledger.sequence()
        desk.sql("DROP TRIGGER rewrite ON asv.ledger_pending; DROP FUNCTION public.rewrite; "
                 "SELECT count(asv.software_started('in the next one ' || n)) FROM generate_series(1, 3) n")
        ledger.sequence()
        return f"{ORIGIN}/{number}", value(desk, f"SELECT max(size) FROM asv.ledger_checkpoint WHERE log = {number}")

    def label(origin):
        """With the counts that it would have anyway."""
        return f"substring(NEW.facts FOR 19) || asv.ledger_text(10, '{origin}')"

    smaller, root = desk.sql("SELECT size, encode(root, 'hex') FROM asv.ledger_checkpoint ORDER BY size LIMIT 1")[0]
    head = f"asv.ledger_field(13, int8send({smaller}) || '\\x{root}'::bytea || convert_to('{ORIGIN}/2', 'UTF8'))"
    last, size = ORIGIN, value(desk, "SELECT max(size) FROM asv.ledger_checkpoint")
    for number, facts, names in ((2, label(ORIGIN + "/2"), "no earlier head"),
                                 (3, f"{label(ORIGIN + '/3')} || {head}", f"{smaller} entries of {ORIGIN}/2")):
        found = begin(number, facts)
        notes = noted(1)
        assert f"entry 0 of {found[0]}: it names {names}, and the last head signed before it has {size} of {last}" in notes, notes
        last, size = found
    # Under another log's name; and with the id of something that happened, of which no entry tells then.
    ident = "01900000-0000-7000-8000-00000000abce"
    last, size = begin(4, label(ORIGIN) + f" || substring(NEW.facts FROM octet_length({label(ORIGIN + '/4')}) + 1)", f"'{ident}'::uuid")
    desk.sql(f"{REPLICA}INSERT INTO asv.software_start (id, software) VALUES ('{ident}', 'untold')")
    notes = noted(1)
    assert f"entry 0 (log_begun): that is not how {last} began" in notes, notes
    assert f"software_start: a row has no entry, which would be {ident}" in notes, notes
    # One that is as it should be; then the end of the one before is taken out, and then all of it, with all that it has.
    begin(5)
    notes = noted(1)
    assert not any(f"{ORIGIN}/5" in note for note in notes) and noted(1, "lost") == [], notes
    below, = desk.sql("SELECT max(size) FROM asv.ledger_checkpoint WHERE log = 4 AND size < (SELECT size FROM asv.ledger_log WHERE number = 4)")[0]
    desk.sql(f"{REPLICA}CREATE TABLE public.log_4 AS SELECT * FROM asv.ledger_log WHERE number = 4; UPDATE asv.ledger_log l SET size = c.size, "
             f"root = c.root FROM asv.ledger_checkpoint c WHERE (l.number, c.log, c.size) = (4, 4, {below})")
    notes, gone = noted(1), int(size) - int(below)
    assert f"entry 0 of {ORIGIN}/5: it began behind {size} entries of {last}, of which there are {below} now" in notes, notes  # LG-125
    assert noted(1, "lost") == [f"{last}: lost: {gone} entries after the restore"], noted(1, "lost")
    desk.sql(f"{REPLICA}UPDATE asv.ledger_log l SET size = k.size, root = k.root FROM public.log_4 k WHERE l.number = 4; DROP TABLE public.log_4")
    for table, column in (("ledger_log", "number"), ("ledger_entry", "log"), ("ledger_tile", "log"), ("ledger_checkpoint", "log")):
        desk.sql(f"{REPLICA}DELETE FROM asv.{table} WHERE {column} = 4; UPDATE asv.{table} SET {column} = 4 WHERE {column} = 5")
    assert noted(1, "lost") == [f"{last}: lost: the whole log, of {size} entries"], noted(1, "lost")
    assert f"entry 0 of {ORIGIN}/5: it began as log 5, and is log 4 here: one was taken out, or put in" in noted(1), noted(1)  # LG-125
    assert sum(note.startswith("software_start: a row has no entry") for note in noted(1)) >= 4, noted(1)


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
    ledger.verify()  # whose start the ledger tells, once
    ledger.sequence()
    for step, words in ((everything_agrees, ()), (what_somebody_changed_is_named, (clips,)), (the_keeper_is_asked_for_its_own_log, ()),
                        (the_walk_ends_where_the_log_does, ()), (nothing_keeps_it_from_its_end, ()),
                        (nobody_forgets_alone, (clips,)), (nothing_expires_early, (clips,)), (every_signature_is_verified, (clips,)),
                        (what_is_invented_is_named, (clips,)), (what_the_keeper_did_not_say_is_named, (clips,)),
                        (no_access_is_before_its_showing, (clips,)), (how_logs_follow_one_another_is_named, (clips,))):
        step(ledger, *words)
        print(step.__name__, flush=True)


if __name__ == "__main__":
    main(play, "asservat-audit.")
