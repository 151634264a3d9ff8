#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Asservat authors
"""written.py BUILD: what people wrote down of an incident, and answered to somebody recorded, says still what they signed. Whoever owns
the database, its superuser, changes each of it with every trigger off, and "ledger verify" names it.
"""
import sys
from datetime import datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from audit import put_back, replaced, rows, value  # noqa: E402
from incident import BERLIN, CASE, incident, main, set_up  # noqa: E402
from proofs import Ledger  # noqa: E402


def asked(desk):
    now = datetime.now(BERLIN)
    times = ("--from", (now - timedelta(hours=1)).strftime("%Y-%m-%d %H:%M"), "--until", (now + timedelta(minutes=5)).strftime("%Y-%m-%d %H:%M"))
    desk.run("subject-request", *times, "--area", "Hochfeld", *desk.by("doris", "Frau K., Schreiben vom 1.12."))


def column(ledger, table, name, there, where, says):
    """One value is another one meanwhile."""
    kept = f"CREATE TABLE tmp_value AS SELECT {name} AS v FROM asv.{table} WHERE {where}; "
    ledger.changed(f"{kept}UPDATE asv.{table} SET {name} = {there} WHERE {where}",
                   f"UPDATE asv.{table} SET {name} = v FROM tmp_value WHERE {where}; DROP TABLE tmp_value", says)


def what_somebody_changed_is_named(ledger):
    """LG-093: by its incident and version, its recording, its id."""
    version = r"\(statement\): incident [0-9a-f-]{36}, version 2: says something else than what was signed"
    for name, there in (("offence", "'Beleidigung'"), ("danger", "'keine'"), ("cause", "1"), ("from_at", "from_at + interval '1 ms'"),
                        ("until_at", "NULL"), ("place", "'woanders'"), ("accused", "'Kuno K.'"), ("injured", "injured[1:1]"),
                        ("prosecutor", "NULL"), ("assault", "NOT assault"), ("salt", "sha256(salt)")):
        column(ledger, "incident_version", name, there, "number = 2", version)
    column(ledger, "incident", "case_number", "'32-3/2026/0999'", f"case_number IN ('{CASE}', '32-3/2026/0999')", version)
    clip = r"incident [0-9a-f-]{36}, recording [0-9a-f-]{36}, [12]: (says something else than what was signed|nobody signed what it says)"
    column(ledger, "incident_clip", "number", "7", "NOT shows", clip.replace("[12]", "7"))
    column(ledger, "incident_clip", "shows", "true", "number = 2", clip)
    other = "(SELECT recording FROM asv.clip WHERE recording NOT IN (SELECT recording FROM asv.incident_clip) LIMIT 1)"
    column(ledger, "incident_clip", "recording", other, "number = 2", clip)
    request = r"request [0-9a-f-]{36} of somebody recorded: says something else than what was signed"
    for name, there in (("reason", "'Herr M.'"), ("area", "NULL"), ("from_at", "from_at - interval '1 hour'"), ("salt", "sha256(salt)")):
        column(ledger, "subject_request", name, there, "true", request)


def what_is_gone_or_nobodys_is_named(ledger):
    """LG-093: a row that was signed and is gone, also as if it were forgotten; and one that nobody signed."""
    desk = ledger.desk
    gone = r"\(statement\): the row that was signed is gone"
    for table, where in (("incident_version", "number = 4"), ("incident_clip", "NOT shows"), ("subject_request", "true")):
        ledger.changed(*rows(table, where), gone)
    there, back = rows("incident_version", "number = 4")
    ledger.changed(there + "; INSERT INTO asv.incident_forgotten SELECT id, now(), now() - interval '9 years' FROM asv.incident",
                   back + "; DELETE FROM asv.incident_forgotten", gone)
    nobodys = r"incident [0-9a-f-]{36}, {}: nobody signed what it says"
    for action in (34, 65):
        ledger.changed("INSERT INTO asv.incident_version SELECT v.incident, 99, v.cause, v.offence, v.danger, v.from_at, v.until_at, 'hier', v.accused, "
                       "v.injured, v.prosecutor, v.assault, v.since, v.by, v.salt, (SELECT digest FROM asv.statement WHERE action = "
                       f"{action} LIMIT 1) FROM asv.incident_version v WHERE v.number = 1", "DELETE FROM asv.incident_version WHERE number = 99",
                       nobodys.replace("{}", "version 99"))
    other = "(SELECT recording FROM asv.clip WHERE recording NOT IN (SELECT recording FROM asv.incident_clip) LIMIT 1)"
    for action in (1, 34):  # an approval to hold another recording
        ledger.changed(f"INSERT INTO asv.incident_clip SELECT i.id, {other}, 99, true, now(), 'x', NULL, (SELECT digest FROM asv.statement WHERE "
                       f"action = {action} ORDER BY step DESC LIMIT 1) FROM asv.incident i",
                       "DELETE FROM asv.incident_clip WHERE number = 99", nobodys.replace("{}", r"recording [0-9a-f-]{36}, 99"))
    assert desk.sql("SELECT count(*) FROM asv.incident_clip WHERE salt IS NULL") == [["1"]], "none follows from a decision"
    column(ledger, "incident_clip", "statement", "(SELECT digest FROM asv.statement WHERE action = 1 AND step = 1)", "salt IS NULL",
           nobodys.replace("{}", "recording [0-9a-f-]{36}, 1"))


def what_was_signed_stays_with_its_row(ledger):
    """LG-094: what somebody recorded asked is gone after its term, with what was signed, and not before."""
    desk = ledger.desk
    for action in (64, 65):
        there, back = put_back("statement", f"action = {action}", "asv.ledger_id(digest)")
        ledger.changed(there, back, r"\(statement\): the row that it tells of is gone")
    ago = "clock_timestamp() - interval '3 years'"
    body = "'\\x0040'::bytea || sha256('asked') || sha256('asked')"
    desk.sql("WITH s AS (INSERT INTO asv.statement (digest, object, action, step, matter, subject_kind, subject, subject_name, ground, "
             f"credential, person, nonce, issued_at, expires_at) SELECT sha256(sha256('asked') || sha256('asked')), {body} || sha256('proof') || "
             "sha256('proof'), 65, 5, sha256('m'), 10, sha256('h'), 'subject-request', 0, k.digest, k.person, substring(sha256('asked') FOR 16), "
             f"{ago}, {ago} + interval '1 hour' FROM asv.credential k LIMIT 1 RETURNING digest) "
             "INSERT INTO asv.subject_request (id, at, by, reason, from_at, until_at, found, forget_at, salt, statement) SELECT asv.uuid7(), "
             f"{ago}, 'x', 'long ago', {ago} - interval '1 hour', {ago}, 0, asv.year_end({ago}, 1), sha256('s'), s.digest FROM s; "
             f"SET session_replication_role = replica; UPDATE asv.ledger_pending SET recorded_at = {ago}")
    ledger.sequence()
    ledger.verify(1, r"\(statement\): what it names as signed")
    assert ledger.report(1)["counts"]["expired"] == 0
    assert value(desk, "SELECT asv.access_forget()") == "1"
    counts = ledger.verify()
    assert counts["expired"] == 2, counts  # the request and the statement
    assert desk.sql("SELECT count(*) FROM asv.statement WHERE action = 65") == [["1"]]


def what_is_forgotten_is_not_missed(ledger):
    """LAW L10: when its term is over an incident's versions go, and what was signed of them says nothing any more."""
    desk = ledger.desk
    desk.act("sigrid", "incident", "change", CASE, "--place", "anderswo")
    desk.sql("SET session_replication_role = replica; UPDATE asv.ledger_pending SET recorded_at = recorded_at - interval '3 years' WHERE kind = 96")
    ledger.sequence()
    there, back = rows("incident_version", "true")
    ledger.changed(there, back, r"\(statement\): the row that was signed is gone")
    # LG-105: whatever the database says of its term, not before the year ends in which it was signed.
    forgotten = "INSERT INTO asv.incident_forgotten SELECT id, now(), now() FROM asv.incident; "
    put, away = replaced("ledger_record_term", [("p_incident", "uuid"), ("p_at", "timestamptz")], "timestamptz", "SELECT '1970-01-01'::timestamptz")
    there, back = rows("incident_version", "number = 4")
    ledger.changed(f"{forgotten}{put}; {there}", f"{back}; {away}; DELETE FROM asv.incident_forgotten", r"\(statement\): the row that was signed is gone")
    there, _ = rows("incident_version", "number = 5")
    desk.sql("SET session_replication_role = replica; " + forgotten + there)
    ledger.verify()


def play(rig):
    desk, camera, clips = set_up(rig)
    incident(desk, camera, clips)
    desk.act("willi", "hold", "request", clips[3], "--incident", CASE)
    desk.act("sigrid", "hold", "approve", clips[3])
    asked(desk)
    ledger = Ledger(desk)
    ledger.begin()
    ledger.sequence()
    ledger.verify()  # whose start the ledger tells, once
    ledger.sequence()
    ledger.verify()
    for step in (what_somebody_changed_is_named, what_is_gone_or_nobodys_is_named, what_was_signed_stays_with_its_row,
                 what_is_forgotten_is_not_missed):
        step(ledger)
        print(step.__name__, flush=True)


if __name__ == "__main__":
    main(play, "asservat-written.")
