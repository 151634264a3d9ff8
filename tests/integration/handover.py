#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Asservat authors
"""handover.py BUILD: recordings are handed over, with a real dock, vault, database and keeper: an exporter proposes, a superior approves, the
recipient confirms the receipt. In between: one person who would do both, what nobody signed, and the original, which stays until then.
"""
import hashlib
import json
import subprocess
import sys
import uuid
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

sys.path.insert(0, str(Path(__file__).resolve().parent))
from decided import by_superuser, forging, night  # noqa: E402
from incident import CASE, as_account, incident, main, psql, set_up  # noqa: E402
from proofs import Ledger  # noqa: E402

COURT = "Staatsanwaltschaft Duisburg"
NO_ADDRESS = ("--address", "Koloniestraße 72", "--address", "47057 Duisburg")


def age_key(desk, name):
    made = subprocess.run(["age-keygen", "-o", desk.keys / name], stderr=subprocess.PIPE, check=True, text=True)
    return made.stderr.split()[-1]


def certificate(desk, name, *kind):
    """A key, its certificate, and the digest that a card has."""
    kind = kind or ("ec", "-pkeyopt", "ec_paramgen_curve:P-256")
    key, cert, der = desk.keys / f"{name}.key", desk.keys / f"{name}.pem", desk.keys / f"{name}.der"
    subprocess.run(["openssl", "req", "-x509", "-newkey", *kind, "-nodes", "-keyout", key, "-out", cert, "-subj",
                    f"/CN={name}", "-days", "30"], stderr=subprocess.PIPE, check=True)
    subprocess.run(["openssl", "x509", "-in", cert, "-outform", "DER", "-out", der], check=True)
    return key, cert, hashlib.sha256(der.read_bytes()).hexdigest()


def registered(desk, name, key, *more):
    out = desk.run("recipient", "add", name, key, *NO_ADDRESS, *more, *desk.by("erika", "Schreiben vom 2.12."))
    desk.run("recipient", "approve", desk.proposal(out), *desk.by("sigrid", "Schreiben vom 2.12."))


def held(desk, *clips):
    for clip in clips:
        desk.act("willi", "hold", "request", clip, "--incident", CASE)
        desk.act("sigrid", "hold", "approve", clip)


def created(desk, who, *words):
    """(its id, what the person was shown)"""
    status, out, err = desk.call("handover", "create", CASE, *words, "--json", *desk.by(who, "Anzeige bei der Staatsanwaltschaft"))
    assert status == 0, err
    made = json.loads(out)
    return made["handover"], err


def shown(desk, handover):
    return desk.json("handover", "show", handover)


def kinds(desk, clip):
    return [kind.removeprefix("handover_") for kind in desk.events(clip) if kind.startswith("handover_")]


@contextmanager
def as_if(desk, clip, **said):
    """The database says something else of the recording."""
    kept, = desk.sql(f"SELECT {', '.join(f'{name}::text' for name in said)} FROM asv.clip WHERE clip = '{clip}'")
    change = "SET session_replication_role = replica; UPDATE asv.clip SET {} WHERE clip = '" + clip + "'"
    desk.sql(change.format(", ".join(f"{name} = {value}" for name, value in said.items())))
    yield
    desk.sql(change.format(", ".join(f"{name} = '{value}'" if value is not None else f"{name} = NULL" for name, value in zip(said, kept))))


def what_is_refused_is_named(desk, clips):
    """HO-002, HO-003: by its recording or recipient, before anything is signed."""
    to = ("--to", COURT)
    for text, *words in (("is not held for", clips[3], *to), ("is named twice", clips[0], clips[0], *to), ("the excerpt ends before", f"{clips[0]}=9-3", *to),
                         ("no clip by its UUID", "4711", *to), ("\"=sealed\"", f"{clips[0]}=half", *to),
                         ("\"=12.5-60,only\"", f"{clips[0]}=1-2,half", *to), ("the excerpt ends before", f"{clips[0]}=9-3,only", *to),
                         ("only a carrier is closed, and none is made: without --protect, or with --output", clips[0], *to, "--output", "filing", "--protect", "age"),
                         ("no key that counts", clips[0], "--to", "Landgericht"), ("is named twice", clips[0], *to, *to),
                         ("none of carrier, filing and both", clips[0], *to, "--output", "letter"), ("there is no", str(uuid.uuid4()), *to)):
        desk.refused(text, "erika", "handover", "create", CASE, *words)
    desk.refused("accused: U+05D0 has no form", "sigrid", "incident", "change", CASE, "--accused", "אברהם")  # HO-024
    desk.refused("name: U+05D0 has no form", "erika", "recipient", "add", "א", age_key(desk, "other script"), *NO_ADDRESS)
    desk.refused("there is no 4711", "erika", "handover", "create", "4711", clips[0], *to)
    for who in ("rita", "sigrid"):  # HO-017, LAW L4: the policy lists the exporter alone
        desk.refused(f"{clips[0]}: none of the person's roles may do this", who, "handover", "create", CASE, clips[0], *to)
    for said, text in (({"assignment": "gen_random_uuid()"}, "nobody has written down who wore"), ({"pre_roll_ms": "5000"}, "it begins earlier than the policy's pre-roll"),
                       ({"day": "NULL", "due_at": "NULL"}, "nobody knows on which day it was recorded")):  # HO-017
        with as_if(desk, clips[0], **said):
            desk.refused(f"{clips[0]}: {text}", "erika", "handover", "create", CASE, clips[0], *to)
    late = f"{clips[0]}: the excerpt begins behind the end of its recording"
    desk.refused(late, "erika", "handover", "create", CASE, f"{clips[0]}=900-901", *to)  # HO-144
    with as_if(desk, clips[0], earliest_at="latest_at - interval '40 seconds'"):
        desk.refused(late, "erika", "handover", "create", CASE, f"{clips[0]}=100-101,only", *to)
    with as_if(desk, clips[0], leaves="leaves + 3051", payload_bytes="payload_bytes + 3051 * 65552"):  # HO-018: 200 MB more
        desk.refused("more than may be filed at once: a carrier alone is to be made", "erika", "handover", "create", CASE, f"{clips[0]}=sealed", *to, "--output", "both")
    assert desk.json("handover", "list") == [], "something was proposed"


def two_people(desk, clips):
    """HO-001, HO-004, HO-005: one pair of statements for all of it, and never one person."""
    other = registered_name(desk)
    handover, said = created(desk, "erika", clips[0], f"{clips[1]}=0.5-1", "--to", COURT, "--to", other, "--output", "both", "--protect", "zip")
    for text in ("The plan:\nhanded to    " + COURT, "and to       " + other, "with a password (ZIP, AES-256)", "a filing: files", f"clip {clips[0]}, of camera",
                 "the whole of it to play, and the sealed original", "an excerpt from 0.500 s to 1.000 s to play", "I propose: hand recordings over, as a plan says"):
        assert text in said, f"who proposes is not shown \"{text}\": {said}"
    assert said.index("The plan:") < said.index("I propose:"), "it is shown before it is signed"
    row, = desk.json("handover", "list")
    assert (row["handover"], row["state"], row["addressee"], row["clips"]) == (handover, "proposed", COURT, 2), row
    assert "erika" not in desk.run("handover", "list"), "a list names who proposed it (LAW L6)"
    assert shown(desk, handover)["plan"]["clips"][0]["form"] in ("whole", "excerpt"), shown(desk, handover)
    desk.refused("whoever requested it cannot approve it", "sigrid", "handover", "approve", created(desk, "sonja", clips[0], "--to", COURT)[0])
    for who in ("willi", "erika", "doris"):
        desk.refused("none of the person's roles may do this", who, "handover", "approve", handover)
    duty, = [row["duty"] for row in desk.json("duty", "list") if (row["name"], row["of"]) == ("stefan", "32-3")]
    desk.run("duty", "end", duty)
    desk.refused("is not in charge of the recording's unit", "stefan", "handover", "approve", handover)  # HO-017
    desk.run("duty", "set", "stefan", "--in-charge", "32-3")
    desk.refused("only who proposed can withdraw", "sigrid", "handover", "withdraw", handover)
    own = next(row["handover"] for row in desk.json("handover", "list") if row["handover"] != handover)
    desk.act("stefan", "handover", "refuse", own)
    withdrawn, said = created(desk, "erika", f"{clips[0]}=0.25-0.75,only", "--to", COURT)
    assert "only an excerpt from 0.250 s to 0.750 s to play, without the sealed original" in said, said  # HO-081
    clip, = shown(desk, withdrawn)["plan"]["clips"]
    assert (clip["form"], clip["from_ms"], clip["until_ms"]) == ("excerpt_only", 250, 750), clip
    desk.act("erika", "handover", "withdraw", row_of(desk, withdrawn)["proposal"][:12])
    assert [row_of(desk, one)["state"] for one in (own, withdrawn)] == ["refused", "withdrawn"]
    with as_if(desk, clips[0], earliest_at="latest_at - interval '40 seconds'"):  # HO-144: it is not certain
        desk.act("erika", "handover", "withdraw", created(desk, "erika", f"{clips[0]}=99-101", "--to", COURT)[0])
    desk.refused("nothing is to be decided: the hand-over is withdrawn", "sigrid", "handover", "approve", withdrawn)
    status, _, err = desk.call("handover", "approve", handover, *desk.by("sigrid", "geprüft"))
    assert status == 0, err
    assert "an excerpt from 0.500 s to 1.000 s to play" in err and f"clip {clips[1]}, of camera" in err, f"who approves is not shown the plan: {err}"
    assert row_of(desk, handover)["state"] == "approved"
    desk.refused("nothing is to be decided", "stefan", "handover", "approve", handover)
    assert kinds(desk, clips[1]) == ["requested", "approved"], "custody of each recording (HO-006)"
    return handover


def registered_name(desk):
    registered(desk, "Amtsgericht Duisburg", age_key(desk, "court 2"))
    return "Amtsgericht Duisburg"


def row_of(desk, handover):
    return next(row for row in desk.json("handover", "list") if row["handover"] == handover)


def the_original_stays(desk, clip):
    """HO-011, LAW H10: said by the rules; and by the database, whatever program."""
    for words in (("hold", "release", clip), ("clip", "erase-early", clip, "--ground", "private-life")):
        desk.refused("until then the original stays", "sigrid", *words)
    assert desk.state(clip) == "held"


def export(desk, text):
    done = psql(desk, "asv_export", text)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def the_job_is_told_that_alone(desk, handover, clips):
    """HO-007, HO-009: what is approved, and nothing of other recordings."""
    assert export(desk, "SELECT id FROM asv.handover_work(NULL, NULL, 10)") == handover
    assert sorted(export(desk, f"SELECT (asv.handover_clip_about('{handover}', n::smallint)).clip FROM generate_series(1, 9) AS n").split()) == sorted(clips[:2])
    for refused in ("SELECT * FROM asv.clip", "SELECT * FROM asv.clip_overview", f"SELECT * FROM asv.clip_standing('{clips[2]}')",
                    "SELECT * FROM asv.credential_page(NULL, NULL, 9)", f"SELECT * FROM asv.handover_find('{handover}')"):
        assert "permission denied" in psql(desk, "asv_export", refused).stderr, refused
    event, mine = (desk.sql(f"""SELECT e.id FROM asv.clip_event e JOIN asv.clip c USING (recording) JOIN asv.ledger_pending p ON p.id = e.id
        WHERE c.clip = '{clip}' AND e.kind = 'committed' LIMIT 1""") for clip in (clips[2], clips[0]))
    for ids in (event, mine):
        if ids:
            got = export(desk, f"SELECT count(*) FROM asv.ledger_object(34, '{ids[0][0]}')")
            assert got == ("0" if ids is event else "1"), f"the ledger tells the job of another recording: {got}"


def built(desk, handover, kind):
    """As the job says that it finished an output."""
    digest = hashlib.sha256(kind.encode()).hexdigest()
    assert export(desk, f"SELECT asv.handover_built('{handover}', '{kind}', '\\x{digest}', 17, 9, 'asservat 0')") == "done"
    return digest


def form_time(minutes=0):
    """A receipt's time as somebody types it."""
    return f"{datetime.now(ZoneInfo('Europe/Berlin')) + timedelta(minutes=minutes):%Y-%m-%d %H:%M:%S}"


def signed_time(minutes=0):
    return f"{datetime.now(timezone.utc) + timedelta(minutes=minutes):%Y-%m-%dT%H:%M:%SZ}"


def a_form_takes_two(desk, handover, clips, digest):
    """HO-010: of paper two people say the same."""
    scan = desk.keys / "scan.pdf"
    scan.write_bytes(b"%PDF empfangen")
    form = ("handover", "receipt", handover, "--form", scan, "--digest", f"{digest[:8]} {digest[8:16]}", "--at", form_time(), "--by", "Geschäftsstelle")
    desk.refused("begins with", "erika", *form[:6], "0" * 16, *form[7:])
    desk.refused("12 to 64 digits", "erika", *form[:6], "0" * 8, *form[7:])
    desk.refused("--form with --digest", "erika", *form[:7])
    desk.refused("was not made before", "erika", *form[:8], form_time(-60), *form[9:])
    desk.refused("still to come", "erika", *form[:8], form_time(60), *form[9:])
    desk.refused("written down by who may propose", "rita", *form)
    status, out, err = desk.call(*form, *desk.by("erika", "Eingang"))
    assert status == 0 and b"somebody else" in out and "by           Geschäftsstelle" in err and hashlib.sha256(scan.read_bytes()).hexdigest() in err, err
    desk.refused("this person has written it down", "erika", *form)
    the_original_stays(desk, clips[0])
    assert "receipt is confirmed" in desk.act("stefan", *form)
    assert row_of(desk, handover)["state"] == "received" and kinds(desk, clips[0])[-1] == "received"
    desk.refused("its receipt was confirmed", "stefan", *form)
    desk.refused("its receipt was confirmed", "sigrid", "handover", "cancel", handover)


def a_signature_takes_one(desk, clips, key, cert):
    """HO-012: what the recipient signed is verified, with the certificate on the card."""
    handover, _ = created(desk, "erika", clips[0], "--to", COURT)
    desk.act("sigrid", "handover", "approve", handover)
    digest = built(desk, handover, "carrier")
    text, sig = desk.keys / "receipt.txt", desk.keys / "receipt.p7s"

    def signs(who_key, who_cert, *lines):
        text.write_text("".join(line + "\n" for line in lines))
        subprocess.run(["openssl", "cms", "-sign", "-cades", "-binary", "-nosmimecap", "-md", "sha256", "-signer", who_cert, "-inkey", who_key, "-in", text,
                        "-outform", "DER", "-out", sig], check=True, stderr=subprocess.PIPE)

    says = ("handover-receipt", handover, digest, signed_time(), "JHS Müller")
    words = ("handover", "receipt", handover, "--text", text, "--signature", sig)
    other_key, other_cert, _ = certificate(desk, "other")
    signs(other_key, other_cert, *says)
    desk.refused("another certificate than the one on the addressee's card", "erika", *words)
    for refused, lines in (("of another hand-over", (says[0], str(uuid.uuid4()), *says[2:])), ("not the five lines", says[:4]), ("not the five lines", (*says, "x")),
                           ("something else than was made", (*says[:2], "00" * 32, *says[3:]))):
        signs(key, cert, *lines)
        desk.refused(refused, "erika", *words)
    signs(key, cert, *says[:3], signed_time(-60), says[4])
    desk.refused("was not made before", "erika", *words)
    signs(key, cert, *says)
    text.write_text(text.read_text().replace("Müller", "Meier"))
    desk.refused("", "erika", *words)
    signs(key, cert, *says)
    assert "receipt is confirmed" in desk.act("erika", *words)
    event, = [e for e in shown(desk, handover)["history"] if e["kind"] == "receipt_signed"]
    assert (event["what"], event["digest"]) == ("JHS Müller", digest), event
    assert shown(desk, handover)["receipt_proven"] is True and "signed by the addressee" in desk.run("handover", "show", handover)
    said = "SET session_replication_role = replica; UPDATE asv.handover_receipt SET receiver = '{}' WHERE how = 'signed'"
    desk.sql(said.format("JHS Meier"))
    assert shown(desk, handover)["receipt_proven"] is False and "NO: the addressee did not sign" in desk.run("handover", "show", handover)
    desk.sql(said.format("JHS Müller"))


def nothing_comes_of_it(desk, clips):
    """HO-013: then the recordings do not wait."""
    handover, _ = created(desk, "erika", f"{clips[0]}=sealed", "--to", COURT)
    desk.refused("it was not approved", "erika", "handover", "cancel", handover)
    desk.act("stefan", "handover", "approve", handover)
    the_original_stays(desk, clips[0])
    assert "Nothing comes of it" in desk.act("erika", "handover", "cancel", handover)
    assert row_of(desk, handover)["state"] == "cancelled" and kinds(desk, clips[0])[-1] == "cancelled"
    assert export(desk, f"SELECT asv.handover_progress('{handover}', 'recordings', 0::smallint, 0, NULL)") == "cancelled"
    desk.act("willi", "hold", "release", clips[0])
    desk.act("sigrid", "hold", "release", clips[0], "--approve")
    assert desk.state(clips[0]) == "released"


def while_the_keeper_is_away(desk, clips):
    """HO-005: what was signed meanwhile is brought to it at night, and counts from then on."""
    handover, _ = created(desk, "erika", clips[1], "--to", COURT)
    desk.site.keeper.stop()
    desk.refused("keeper", "sigrid", "handover", "approve", handover)
    assert row_of(desk, handover)["state"] == "proposed"
    desk.site.start_keeper()
    night(desk, 0)
    assert row_of(desk, handover)["state"] == "approved" and kinds(desk, clips[1])[-1] == "approved"
    the_original_stays(desk, clips[1])


def handed_over_past_the_database(desk):
    """K-235, LAW L1: by a program that takes both statements to the keeper, and tells the database nothing."""
    with forging(desk, "14=earlier") as path:
        _, notes = night(desk, 0, "--keeper", path)
        assert not notes["disagreements"], notes
        proposal, answer = desk.sql("""SELECT encode(s.proposal, 'hex'), encode(s.digest, 'hex') FROM asv.statement s JOIN asv.statement_answer a ON a.statement = s.digest
            WHERE s.action = 5 AND s.step = 2 AND a.taken ORDER BY a.at LIMIT 1""")[0]
        taken = f"WHERE encode(statement, 'hex') = '{answer}'"
        by_superuser(desk, f"CREATE TABLE tmp_answer AS SELECT * FROM asv.statement_answer {taken}; DELETE FROM asv.statement_answer {taken}")
        counts, notes = night(desk, 4, "--dry-run", "--keeper", path)
        assert counts["disagreements"] == 1, notes
        counts, notes = night(desk, 4, "--keeper", path)
        why, = [note["why"] for note in notes["disagreements"]]
        assert counts["disagreements"] == 1 and proposal[:12] in why and "of 2 recordings leave, 2 of them in clear" in why, notes
        assert [a["kind"] for a in desk.json("alarm", "list") if proposal[:12] in a["detail"]] == ["untold"]
        night(desk, 0, "--keeper", path)
    by_superuser(desk, "INSERT INTO asv.statement_answer OVERRIDING SYSTEM VALUE SELECT * FROM tmp_answer; DROP TABLE tmp_answer")


def handed_over_past_the_keeper(desk):
    """K-261: what the database has as taken, and a keeper that was put back to an earlier time does not remember."""
    known = [row[0] for row in desk.sql("SELECT encode(proposal, 'hex') FROM asv.handover_taken(now(), NULL, 100)")]
    assert known and [known[-1:]] == [row for row in desk.sql(f"SELECT encode(proposal, 'hex') FROM asv.handover_taken(now(), decode('{known[-2]}', 'hex'), 100)")], known
    assert not desk.sql("SELECT proposal FROM asv.handover_taken(now() + interval '100 days', NULL, 100)")
    with forging(desk, "14=lost") as path:
        for words in (("--dry-run",), ()):
            counts, notes = night(desk, 4, "--keeper", path, *words)
            said = [note["why"] for note in notes["disagreements"] if "does not remember it" in note["why"]]
            assert counts["disagreements"] == len(said) == len(known) and all(name[:12] in why for name, why in zip(known, said)), notes
            alarms = [alarm["kind"] for alarm in desk.json("alarm", "list") if "does not remember it" in alarm["detail"]]
            assert alarms == ([] if words else ["keeper"] * len(known)), alarms
    night(desk, 0)


def the_ledger_tells(desk, clips):
    """HO-006, LG-140: of each step, and what somebody changes is found."""
    ledger = Ledger(desk)
    ledger.begin()
    ledger.sequence()
    ledger.verify()
    for table, change, where, says in (
            ("handover_clip", "form = 1, from_ms = 0, until_ms = 0", "number = 1 AND form <> 1", r"hand-over [0-9a-f-]{36}: nobody signed what it says"),
            ("handover_output", "digest = sha256('other')", "kind = 'filing'", r"filing of hand-over [0-9a-f-]{36}"),
            ("handover_receipt", "receiver = 'Niemand'", "how = 'signed'", r"hand-over [0-9a-f-]{36}, receipt 1: says something else than what was signed"),
            ("clip_event", "detail = 'carrier'", "kind = 'handover_built'", r"")):
        ledger.changed(f"CREATE TABLE tmp_row AS SELECT * FROM asv.{table} WHERE {where}; UPDATE asv.{table} SET {change} WHERE {where}",
                       "; ".join((f"DELETE FROM asv.{table} WHERE {replaced_where(table, where)}", f"INSERT INTO asv.{table} OVERRIDING SYSTEM VALUE SELECT * FROM tmp_row",
                                  "DROP TABLE tmp_row")), says)
    ledger.verify()
    entries = export(desk, f"""SELECT count(*) FROM asv.handover_work(NULL, NULL, 9) w, asv.handover_entries(w.id, NULL, 0::smallint, -1, 1000) e
        WHERE e.kind IN (68, 69, 96, 97)""")
    assert int(entries) >= 6, f"the job has the entries that go out: {entries}"


def replaced_where(table, where):
    """The rows that were changed: by their keys."""
    key = {"handover_clip": "(handover, number)", "handover_output": "(handover, kind)", "handover_receipt": "(handover, number)", "clip_event": "position"}[table]
    return f"{key} IN (SELECT {key.strip('()')} FROM tmp_row)"


def what_nobody_signed_opens_nothing(desk, clips):
    """HO-005: rows of the right shape, past every program: no person signs with them, and the keeper has taken nothing."""
    handover, _ = created(desk, "erika", clips[1], "--to", COURT)
    proposal = row_of(desk, handover)["proposal"]
    body = bytes([5, 2]) + bytes(126)
    digest = hashlib.sha256(body).hexdigest()
    matter, subject, inc = desk.sql(f"""SELECT encode(matter, 'hex'), encode(subject, 'hex'), incident FROM asv.statement
        WHERE encode(digest, 'hex') = '{proposal}'""")[0]
    person, credential = desk.sql("SELECT person, encode(digest, 'hex') FROM asv.credential WHERE name = 'stefan'")[0]
    as_account(desk, "stefan", f"""SELECT asv.statement_put('\\x{(len(body).to_bytes(2, "big") + body).hex()}', '\\x{digest}', 5, 2::smallint, '\\x{matter}', 11::smallint,
        '\\x{subject}', '{COURT}', NULL, NULL, NULL, NULL, '{inc}', 0::smallint, '\\x{credential}', '{person}', '\\x{"07" * 16}', now(),
        now() + interval '1 hour', '\\x{proposal}')""")
    assert row_of(desk, handover)["state"] == "proposed", "an approval that the keeper did not take counts"
    desk.refused("", "sigrid", "handover", "approve", handover)  # what stands there as the approval is nobody's
    assert row_of(desk, handover)["state"] == "proposed"


def play(rig):
    desk, camera, clips = set_up(rig)
    desk.person("erika", "1007", "exporter")
    desk.enrol("erika", "anna", "sigrid")
    desk.person("sonja", "1002", "supervisor", "exporter")  # another account of sigrid's
    desk.enrol("sonja", "anna", "stefan")
    incident(desk, camera, clips)
    held(desk, clips[0], clips[1])
    key, cert, digest = certificate(desk, "court")
    registered(desk, COURT, age_key(desk, "court 1"), "--code", "R1200S", "--certificate", digest)
    what_is_refused_is_named(desk, clips)
    handover = two_people(desk, clips)
    the_original_stays(desk, clips[0])
    the_job_is_told_that_alone(desk, handover, clips)
    digest = built(desk, handover, "carrier")
    built(desk, handover, "filing")
    assert row_of(desk, handover)["state"] == "built"
    a_form_takes_two(desk, handover, clips, digest)
    a_signature_takes_one(desk, clips, key, cert)
    nothing_comes_of_it(desk, clips)
    while_the_keeper_is_away(desk, clips)
    handed_over_past_the_database(desk)
    handed_over_past_the_keeper(desk)
    the_ledger_tells(desk, clips)
    what_nobody_signed_opens_nothing(desk, clips)


if __name__ == "__main__":
    main(play, "asservat-handover.")
