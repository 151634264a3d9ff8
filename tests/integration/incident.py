#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Asservat authors
"""incident.py BUILD: one incident, with a real dock, vault, database and keeper. A wearer asks that a recording be kept, a
supervisor approves, a reviewer to whom another person agreed by name is shown it, two people release it, and then nothing
opens. In between: every way around two people that a database, a program or a crash could offer.
"""
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import traceback
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

sys.path.insert(0, str(Path(__file__).resolve().parent / "dock"))
from rig import LONG, SHORT, Rig, SiteError  # noqa: E402
import desk as office  # noqa: E402, found by rig

TOP = Path(__file__).resolve().parents[2]
os.environ["ASV_KDF_MEMORY_KIB"] = "64"
CASE = "32-3/2026/0117"
BERLIN = ZoneInfo("Europe/Berlin")  # as the programs


class Desk(office.Desk):
    """As in the demo, and what tests ask besides."""

    def __init__(self, rig):
        super().__init__(rig.site)
        self.rig = rig

    def by(self, who, reason="Übergriff auf eine Kollegin"):
        return super().by(who, reason)

    def act(self, who, *words):
        return self.run(*words, *self.by(who))

    def refused(self, text, who, *words):
        status, out, err = self.call(*words, *self.by(who))
        assert status != 0, f"{who} was let: {words}"
        assert text in err, f"{words}: not \"{text}\" but: {err}"
        assert not out, f"{words}: something was given out"

    def shown(self, who, clip):
        """What the reviewer gets through a pipe: (status, bytes, words)"""
        return self.call("clip", "open", clip, *self.by(who, "Auswertung für die Anzeige"))

    def accesses(self, who, clip):
        """The command that tells this person who was shown a recording."""
        return ("clip", "accesses", clip, "--json", "--passphrase-file", self.phrase, "--key", self.keys / who, *self.account(who))

    def person(self, name, badge, *roles):
        super().person(name, badge, *roles, unit="32-3")

    def events(self, clip):
        return [e["kind"] for e in self.json("clip", "custody", clip)[0]["events"]]

    def sql(self, text):
        return self.site.postgres.query(text)


def issue(rig):
    """A camera that was issued at the dock, with keys, and its assignment."""
    camera = rig.camera()
    rig.plug(camera)
    slots = rig.rest(camera)
    order = rig.site.dock_order(do="assign", slot=slots[camera.port]["slot"], unit="32-3", area="Hochfeld")
    rig.eventually(lambda: rig.query(f"SELECT count(*) FROM asv.assignment WHERE id = '{order['assignment']}'") == [["1"]]
                   and rig.log("installed", object="assignment"), "the camera has its assignment")
    rig.rest(camera)
    rig.unplug(camera)
    return camera, order["assignment"]


def record(rig, *more):
    """A camera that was issued, and its recordings in custody, also of these (a video, and options for each); then the keeper takes this user
    for an administrator."""
    camera, assignment = issue(rig)
    camera.tool("mark", "display-on")
    camera.tool("mark", "announced")
    rig.record(camera, 1, LONG)
    camera.tool("mark", "display-off")
    rig.record(camera, 4, SHORT)
    for video, *options in more:
        rig.record(camera, 1, video, *options)
    camera.tool("mark", "display-on")
    rig.plug(camera)
    rig.taken_in(camera)
    rig.unplug(camera)
    rig.stop_dock()
    rig.site.keeper.stop()
    rig.site.peer = "admin"
    rig.site.write_conf()
    rig.site.start_keeper()
    return camera, assignment


def set_up(rig, record=record, before_issue=lambda *_: None):
    camera, assignment = record(rig)
    desk = Desk(rig)
    desk.person("anna", "1001", "administrator")
    desk.person("sigrid", "1002", "supervisor")
    desk.person("willi", "1003", "wearer")
    desk.person("rita", "1004", "reviewer")
    desk.person("doris", "1005", "data_protection_officer")
    desk.person("stefan", "1006", "supervisor", "reviewer")
    desk.person("willi2", "1003", "wearer", "supervisor")  # the same badge: the same person under another account
    desk.person("sigrid2", "1002", "supervisor")
    desk.found("anna", "sigrid", "willi", "rita", "doris", "stefan", "willi2", "sigrid2")
    for name in ("sigrid", "stefan", "willi2"):
        desk.run("duty", "set", name, "--in-charge", "32-3")
    desk.run("duty", "set", "stefan", "--appraises", "willi")
    tomorrow = (datetime.now(BERLIN) + timedelta(days=1)).strftime("%Y-%m-%d")
    clips = [c["clip"] for c in sorted(desk.json("clip", "list"), key=lambda c: c["number"])]
    desk.refused("no policy is in force", "willi", "hold", "request", clips[0], "--incident", CASE)
    out = desk.act("anna", "policy", "propose", TOP / "deploy/policies/nrw-ordnungsamt.json", "--from", tomorrow)
    desk.act("sigrid", "policy", "approve", re.search(r"proposal +([0-9a-f]+)", out)[1])
    recipient = subprocess.run(["age-keygen", "-o", desk.keys / "recovery"], stderr=subprocess.PIPE, check=True, text=True)
    out = desk.act("anna", "keys", "recovery-key", recipient.stderr.split()[-1])
    desk.act("sigrid", "keys", "approve", re.search(r"proposal +([0-9a-f]+)", out)[1])
    before_issue(desk, clips[0], assignment)
    desk.run("camera", "issued", assignment, "--user", "willi")
    desk.run("camera", "issued", assignment, "--user", "willi")  # twice is once
    status, _, err = desk.call("camera", "issued", assignment, "--user", "rita")
    assert status == 1 and "it was written down before" in err, err
    desk.run("camera", "issued", assignment, "--user", "rita", "--correct")
    desk.run("camera", "issued", assignment, "--user", "willi", "--correct")
    status, _, err = desk.call("camera", "issued", "0197a3c0-0000-4000-8000-000000000001", "--user", "rita")
    assert status == 1 and "no camera was issued under" in err, err
    return desk, camera, clips


def who_wore_it(desk, clip, _):
    """LAW T4, L5: before it is written down, nobody decides; that nobody wore it is not written down in silence."""
    early = ("clip", "erase-early", clip, "--ground", "private-life")
    desk.refused("first: \"asservat camera issued\"", "sigrid", *early)
    for words in ((), ("--user", "willi", "--nobody", "Probelauf")):
        status, _, err = desk.call("camera", "issued", clip, *words)
        assert status == 2 and "--user USER, or --nobody REASON" in err, err
    desk.run("camera", "issued", clip, "--nobody", "Probelauf")
    assert [(a["kind"], a["detail"].split(": ")[1]) for a in desk.json("alarm", "list") if a["kind"] == "unworn"] == \
        [("unworn", "Probelauf")]
    status, _, err = desk.call("hold", "approve", clip, *desk.by("sigrid"))
    assert "Nobody wore this camera, as" in err and "wrote down: Probelauf" in err and "no such request is open" in err, err
    desk.run("camera", "issued", clip, "--user", "willi", "--correct")


def incident(desk, camera, clips):
    """Written down as LAW H9 and LAW R2 want it, changed, and its recordings named."""
    words = ["--offence", "Körperverletzung", "--danger", "Schlag gegen den Kopf", "--cause", "prosecution", "--from",
             "2026-11-23 14:05", "--place", "Wanheimer Straße 12", "--injured", "Willi W.", "--injured", "Petra P."]
    status, _, err = desk.call("incident", "new", CASE, *words[2:], *desk.by("sigrid"))
    assert status == 2 and "--offence" in err, err
    status, _, err = desk.call("incident", "new", CASE, *words, "--until", "2026-11-23 13:00", *desk.by("sigrid"))
    assert status == 2 and "--until lies before" in err, err
    status, _, err = desk.call("incident", "new", CASE, *words, *desk.by("sigrid"))
    assert status == 0 and "\ninjured      Petra P.\n" in err and "I decide alone: write down what is known of an incident\n" in err, err
    desk.refused("is an incident already", "willi", "incident", "new", CASE, *words)
    desk.act("willi", "incident", "change", CASE, "--prosecutor", "571 Js 1/18", "--until", "2026-11-23 14:20", "--assault")
    status, out, err = desk.call("incident", "show", CASE)
    assert status == 0 and b"\nassault      on somebody of the office, reported\n" in out, out
    status, _, err = desk.call("incident", "change", CASE, "--no-assault", "--assault", *desk.by("willi"))
    assert status == 2 and "--assault or --no-assault" in err, err
    status, _, err = desk.call("incident", "change", CASE, "--no-until", "--until", "2026-11-23 14:20", *desk.by("willi"))
    assert status == 2 and "--until or --no-until" in err, err
    desk.act("willi", "incident", "change", CASE, "--no-prosecutor", "--no-until", "--no-assault")
    shown = desk.json("incident", "show", CASE)
    assert (shown["prosecutor"], shown["until"], shown["assault"]) == ("", None, False), shown
    desk.act("sigrid", "incident", "change", CASE, "--prosecutor", "570 Js 123/18", "--assault")
    desk.act("sigrid", "incident", "add-clip", CASE, clips[0], clips[1], clips[2])
    desk.refused("is no recording of this incident", "sigrid", "incident", "remove-clip", CASE, clips[3])
    assert "1" in desk.run("incident", "remove-clip", CASE, clips[2], *desk.by("sigrid", "zeigt einen anderen Vorfall"))
    shown = desk.json("incident", "show", CASE)
    assert [(r["clip"], r["reason"]) for r in shown["removed"]] == [(clips[2], "zeigt einen anderen Vorfall")], shown
    assert shown["removed"][0]["by"] and "zeigt einen anderen Vorfall" in desk.run("incident", "show", CASE)
    assert (shown["accused"], shown["prosecutor"], shown["version"]) == ("Unbekannt", "570 Js 123/18", 4) and shown["assault"], shown
    assert shown["injured"] == ["Willi W.", "Petra P."] and len(shown["recordings"]) == 2, shown
    assert [i["case"] for i in desk.json("incident", "list")] == [CASE]


def denied(desk, who, text, says):
    """What the database refuses in this person's account, past any program."""
    done = psql(desk, who, text)
    assert done.returncode != 0 and says in done.stderr, f"{says}: {done.stdout} {done.stderr}"


def written_down_as_signed(desk, camera, clips):
    """ST-103, ST-104: each row by the statement of who wrote it, and by no other."""
    def statements():
        return desk.sql("SELECT count(*) FROM asv.statement")

    shown = desk.json("incident", "show", CASE)
    assert (shown["signed_by"], shown["proven"]) == ("sigrid", True), shown
    assert "\nsigned by    sigrid\n" in desk.run("incident", "show", CASE)
    before = statements()
    status, out, err = desk.call("incident", "change", CASE, "--prosecutor", "570 Js 123/18", *desk.by("willi"))
    assert status == 0 and b"version 4" in out and "written down so already" in err, (out, err)
    assert "0" in desk.act("willi", "incident", "add-clip", CASE, clips[0], clips[1])
    assert "0" in desk.act("willi", "incident", "remove-clip", CASE, clips[2])
    assert statements() == before, "what is written down so already was signed again"
    desk.refused("takes the role", "anna", "incident", "change", CASE, "--place", "woanders")
    status, _, err = desk.call("incident", "change", CASE, "--place", "woanders", *desk.by("sigrid")[:-2], *desk.account("willi"))
    assert status == 1 and "this account of the server somebody else's" in err, err
    status, _, err = desk.call("incident", "change", CASE, "--place", "woanders", *desk.by("sigrid")[:-3], *desk.account("sigrid"))
    assert status != 0 and "say --yes" in err, err
    assert statements() == before, "something was kept that nobody signed"
    # As STATEMENTS.md says, and not as this program does.
    for salt, said, subject in desk.sql("""SELECT encode(v.salt, 'hex'), encode(convert_to(asv.record_text(v), 'UTF8'), 'hex'),
            encode(substring(s.object FROM 3 + 4 + 34 + 2 + 1 + 2 FOR 32), 'hex')
            FROM asv.incident_version v JOIN asv.statement s ON s.digest = v.statement"""):
        said = bytes.fromhex(said)
        assert hashlib.sha256(bytes.fromhex(salt) + said).hexdigest() == subject, said
        assert said.startswith(b"incident\n" + shown["incident"].encode() + b"\n" + CASE.encode() + b"\n"), said
    for word in ("Willi W.", "Petra P.", "Wanheimer", "Schlag gegen", "570 Js"):
        assert desk.sql(f"SELECT count(*) FROM asv.statement WHERE position(convert_to('{word}', 'UTF8') IN object) > 0") == [["0"]], word
    assert desk.sql("SELECT count(*) FROM asv.statement_undelivered(NULL, 100)") == [["0"]], "the keeper is to hear of it"
    # Past the programs, in the own account.
    another = desk.act("sigrid", "incident", "new", "32-3/2026/0118", "--offence", "Beleidigung", "--danger", "keine", "--cause",
                       "prosecution", "--from", "2026-11-23 14:05", "--place", "Hafenstraße 3")
    assert "version 1" in another, another
    by = {(case, number): digest for case, number, digest in desk.sql(
        "SELECT i.case_number, v.number, encode(v.statement, 'hex') FROM asv.incident i JOIN asv.incident_version v ON v.incident = i.id")}

    def put(digest, place="Wanheimer Straße 12"):
        return (f"SELECT asv.incident_put('{shown['incident']}', '{CASE}', 5::smallint, 2::smallint, 'Körperverletzung', 'd', now(), NULL, "
                f"'{place}', 'Unbekannt', '', NULL, false, 'x', sha256('salt'), '\\x{digest}')")

    denied(desk, "willi", put(by[CASE, "4"]), "another person signed it")
    denied(desk, "sigrid", put(by["32-3/2026/0118", "1"]), "what was signed is about another incident")
    denied(desk, "sigrid", put(by[CASE, "4"]), "what was signed says something else")
    denied(desk, "sigrid", put("00" * 32), "what was signed for it is not here")
    denied(desk, "sigrid", f"SELECT asv.incident_clip_put('{CASE}', '{clips[3]}', true, 'x', sha256('salt'), '\\x{by[CASE, '4']}')",
           "what was signed is about something else")
    object_, credential, person = desk.sql("SELECT encode(s.object, 'hex'), encode(s.credential, 'hex'), s.person FROM asv.statement s WHERE "
                                           f"encode(s.digest, 'hex') = '{by[CASE, '4']}'")[0]
    body = bytearray(bytes.fromhex(object_))
    body[-70] ^= 1  # another statement, by its digest; here nobody looks at its signature
    digest = hashlib.sha256(body[2:2 + int.from_bytes(body[:2], "big")]).hexdigest()
    denied(desk, "sigrid", f"""SELECT asv.statement_put('\\x{body.hex()}', '\\x{digest}', 64, 5::smallint, sha256('m'), 10::smallint, sha256('s'), 'incident',
        NULL, NULL, NULL, NULL, '{shown['incident']}', 0::smallint, '\\x{credential}', '{person}', '\\x{os.urandom(16).hex()}', now(),
        now() + interval '1 hour', NULL)""", "nothing was written down of what was signed")
    assert desk.json("incident", "show", CASE) == shown
    # And what whoever owns the database writes is shown to be nobody's.
    place = "SET session_replication_role = replica; UPDATE asv.incident_version SET place = '{}' WHERE place = '{}' AND number = 4"
    desk.sql(place.format("woanders", "Wanheimer Straße 12"))
    forged = desk.json("incident", "show", CASE)
    assert not forged["proven"] and "NO: nobody signed what stands here" in forged["signed_by"], forged
    desk.sql(place.format("Wanheimer Straße 12", "woanders"))
    assert desk.json("incident", "show", CASE) == shown


def wrapped_for_recovery(desk, clip):
    """Where the file key lies wrapped for the offline recovery key."""
    return [path for path in desk.site.directory.glob(f"*/sealed/*/*/*/{clip}/recovery")
            if path.read_text().startswith("-> X25519 ")]


def two_people(desk, camera, clips):
    """LAW T3, T4: a wearer asks, a supervisor approves; nobody else, and nobody alone."""
    clip = clips[0]
    desk.refused("none of the person's roles", "rita", "hold", "request", clip, "--incident", CASE)
    desk.refused("there is no incident", "willi", "hold", "request", clip, "--incident", "4711")
    desk.refused("requested by the data-protection officer", "willi", "hold", "request", clip, "--incident", CASE, "--cause",
                 "legality-check")
    desk.act("willi", "hold", "request", clip, "--incident", CASE)
    assert desk.state(clip) == "pending"
    assert "willi" not in desk.run("proposal", "list"), "a list names who asked for a recording (LAW L6)"
    before = desk.sql("SELECT count(*) FROM asv.statement")
    assert "signed before" in desk.call("hold", "request", clip, "--incident", CASE, *desk.by("willi"))[2]
    assert desk.sql("SELECT count(*) FROM asv.statement") == before, "the same command again signed again"
    desk.refused("a request is open", "sigrid", "hold", "request", clip, "--incident", CASE)
    desk.refused("not held", "rita", "clip", "open", clip)
    desk.refused("none of the person's roles", "willi", "hold", "approve", clip)
    desk.refused("the wearer does not decide", "willi2", "hold", "approve", clip)  # under whatever account
    for who, word in (("willi", "withdraw"), ("sigrid", "refuse")):
        desk.refused("only who made it withdraws" if word == "withdraw" else "is withdrawn, not refused",
                     "sigrid" if word == "withdraw" else "willi", "hold", word, clip)
        desk.act(who, "hold", word, clip)
        assert desk.state(clip) == "sealed"
        desk.refused("no such request is open", "sigrid", "hold", "approve", clip)
        desk.act("willi", "hold", "request", clip, "--incident", CASE)
    status, _, err = desk.call("hold", "approve", clip, *desk.by("sigrid"))
    assert status == 0, err
    face = f"\\nwhich is     clip {clip}\\n +of camera {camera.name}, unit 32-3, begun 20.*, as the database says\\n"
    assert len(re.findall(face, err)) == 2, f"not which recording, in the request and in what sigrid signs: {err}"
    assert desk.state(clip) == "held"
    desk.refused("see \"asservat hold release\"", "sigrid", "incident", "remove-clip", CASE, clip)
    assert len(wrapped_for_recovery(desk, clip)) == 2, "the vault and its mirror have what the recovery key opens"
    desk.refused("no such request is open", "stefan", "hold", "approve", clip)
    desk.refused("becomes one when it is said again", "stefan", "hold", "withdraw", clip)
    desk.refused("at least 8 of its digits", "stefan", "hold", "approve", "5fd6")
    kinds = desk.events(clip)
    assert kinds[-2:] == ["hold_requested", "hold_approved"], kinds
    event = desk.json("clip", "custody", clip)[0]["events"][-1]
    assert (event["actor_kind"], event["actor_name"]) == ("person", "sigrid"), event
    assert event["object_digest"] and event["signature"] is None, event
    assert "a statement, and its proof is good" in desk.run("clip", "custody", clip)
    assert [r["state"] for r in desk.json("hold", "list", "--all")] == ["approved", "refused", "withdrawn"]
    assert "willi" not in json.dumps(desk.json("hold", "list", "--all")), "a list names a member of staff"


def shown_to_the_named(desk, camera, clips):
    """LAW L2, L5: the reviewer, by the name that a second person signs; logged before the first byte."""
    clip = clips[0]
    desk.refused("appraising superior", "stefan", "clip", "open", clip)
    desk.refused("none of the person's roles", "sigrid", "clip", "open", clip)
    status, out, err = desk.shown("rita", clip)
    assert status == 1 and not out and "a second person has to agree" in err, err
    request = re.search(r"request +([0-9a-f]+)", err)[1]
    desk.refused("no list shows who asks", "sigrid", "clip", "open", clip, "--approve")
    desk.refused("none of the person's roles", "rita", "clip", "open", request, "--approve")
    desk.refused("there is no request", "anna", "clip", "open", request, "--approve")
    status, _, err = desk.call("clip", "open", request, "--approve", *desk.by("sigrid"))
    assert status == 0, err
    assert err.count("\nshown to     rita\n") == 2, f"not who will see it, in the request and in what sigrid signs: {err}"
    assert desk.sql("SELECT count(*) FROM asv.access_log") == [["0"]]
    with open(desk.site.directory / "plain.mp4", "wb") as file:
        status, _, err = desk.call("clip", "open", clip, *desk.by("rita"), out=file)
    assert status == 2 and "where it would stay" in err, err
    assert (desk.site.directory / "plain.mp4").stat().st_size == 0
    # Killed where it writes down that it is shown: not a byte has left.
    assert kill_at(desk, "access_log", ["clip", "open", clip, *desk.by("rita")]) == b""
    assert desk.events(clip)[-1] == "hold_approved"
    status, out, err = desk.shown("rita", clip)
    assert status == 0, err
    probe = subprocess.run(["ffprobe", "-v", "error", "-show_entries", "stream=codec_type", "-of", "csv=p=0", "-"], input=out,
                           stdout=subprocess.PIPE, check=True)
    assert sorted(probe.stdout.decode().split()) == ["audio", "video"], probe
    assert desk.sql("SELECT name, deed FROM asv.access_log") == [["rita", "opened"]]
    assert desk.events(clip)[-1] == "opened"
    committed = desk.json("clip", "custody", clip)[0]["events"][-1]["detail"].split()[-1]
    assert desk.sql("SELECT encode(asv.access_commitment(a), 'hex') FROM asv.access_log a") == [[committed]]
    assert desk.sql("SELECT extract(year FROM forget_at AT TIME ZONE 'Europe/Berlin') FROM asv.access_log") == \
        [[str(datetime.now(BERLIN).year + 2)]]
    status, _, err = desk.shown("stefan", clip)
    assert status == 1 and "appraising superior" in err, err
    told = json.loads(desk.run(*desk.accesses("doris", clip)))
    assert [(a["name"], a["incident"], a["reason"]) for a in told] == [("rita", CASE, "Auswertung für die Anzeige")], told
    worn = json.loads(desk.run(*desk.accesses("willi", clip)))  # LAW L8
    assert worn == [{**told[0], "name": None}], "the wearer is not told that somebody looked, or is told who"
    status, out_, err = desk.call(*desk.accesses("anna", clip))
    assert status == 1 and not out_ and "data-protection officer alone" in err, err
    return out


def nothing_else_opens(desk, camera, clips, plain):
    """What a database superuser, or a program that lies, can do."""
    held, other = clips[0], clips[1]
    # A forged row: held, says the database.
    desk.sql(f"""SET session_replication_role = replica;
        UPDATE asv.recording_state SET state = 'held' WHERE recording = (SELECT recording FROM asv.clip WHERE clip = '{other}');
        INSERT INTO asv.hold (recording, proposal, event)
        SELECT c.recording, h.proposal, e.position FROM asv.clip c, asv.hold h,
               (SELECT max(position) AS position FROM asv.clip_event WHERE kind = 'committed') e WHERE c.clip = '{other}'""")
    status, out, err = desk.shown("rita", other)
    assert status == 1 and not out and "a second person has to agree" in err, err
    request = re.search(r"request +([0-9a-f]+)", err)[1]
    desk.act("sigrid", "clip", "open", request, "--approve")
    status, out, err = desk.shown("rita", other)
    assert status == 1 and not out and "not held" in err, err
    # The approval for the held clip, presented for the other one.
    pair = f"(SELECT proposal FROM asv.request r JOIN asv.clip c USING (recording) WHERE c.clip = '{held}' AND action = 4)"
    desk.sql(f"""SET session_replication_role = replica;
        UPDATE asv.request SET recording = (SELECT recording FROM asv.clip WHERE clip = '{other}'),
            recorded_at = clock_timestamp() WHERE proposal = {pair}""")
    status, out, err = desk.shown("rita", other)
    assert status == 1 and not out and "something else than what was stored" in err and "a second person has to agree" in err, err
    desk.sql(f"""SET session_replication_role = replica;
        UPDATE asv.request SET recording = (SELECT recording FROM asv.clip WHERE clip = '{held}') WHERE action = 4
            AND proposal = (SELECT proposal FROM asv.access_log LIMIT 1);
        UPDATE asv.recording_state SET state = 'sealed' WHERE recording = (SELECT recording FROM asv.clip WHERE clip = '{other}');
        DELETE FROM asv.hold WHERE recording = (SELECT recording FROM asv.clip WHERE clip = '{other}')""")
    # A damaged piece is not shown, and neither is what stands before it.
    path = next(p for p in desk.site.stored("sealed") if p.name == held)
    whole = (path / "payload").read_bytes()
    assert len(whole) > 2 * 65552, "the recording is too short for this"
    (path / "payload").write_bytes(whole[:70000] + bytes([whole[70000] ^ 1]) + whole[70001:])
    status, out, err = desk.shown("rita", held)
    assert status == 1 and not out and "piece 1 is not what the camera signed" in err, err
    (path / "payload").write_bytes(whole)
    status, out, err = desk.call("clip", "open", held, *desk.by("rita", "Nochmals, für die Staatsanwaltschaft"))
    assert status == 0 and out == plain, err
    told = json.loads(desk.run(*desk.accesses("doris", held)))
    assert [a["reason"] for a in told] == ["Auswertung für die Anzeige", "Nochmals, für die Staatsanwaltschaft"], told


def an_approval_expires(desk, camera, clips):
    """An opening whose time is over is none, and can be asked for again."""
    held = clips[0]
    desk.sql("""SET session_replication_role = replica;
        UPDATE asv.request SET requested_at = requested_at - interval '2 days', expires_at = expires_at - interval '2 days'
        WHERE action = 4""")
    status, out, err = desk.shown("rita", held)
    assert status == 1 and not out and "a second person has to agree" in err, err


def two_approvals_at_once(desk, camera, clips):
    """Of two answers at once one counts, and of two requests at once one is open."""
    clip = clips[2]

    def at_once(*calls):
        running = [subprocess.Popen([desk.site.bin("asservat"), *map(str, words), *map(str, desk.by(who)), "--config",
                                     str(desk.site.conf)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                    stderr=subprocess.PIPE, start_new_session=True) for who, *words in calls]
        return [(p.communicate(), p.returncode) for p in running]

    ends = at_once(("willi", "hold", "request", clip, "--incident", CASE), ("sigrid", "hold", "request", clip, "--incident", CASE))
    assert sorted(code for _, code in ends) == [0, 1], ends
    assert desk.sql("SELECT count(*) FROM asv.request r JOIN asv.clip USING (recording) "
                    f"WHERE clip = '{clip}' AND outcome IS NULL") == [["1"]]
    if ends[1][1] != 0:  # the wearer's stands: the supervisor's is the one that this is about
        desk.act("willi", "hold", "withdraw", clip)
        desk.act("sigrid", "hold", "request", clip, "--incident", CASE)
    desk.refused("two different people", "sigrid2", "hold", "approve", clip)  # one person with two accounts
    ends = at_once(("stefan", "hold", "approve", clip), ("stefan", "hold", "approve", clip))
    assert 0 in [code for _, code in ends], ends
    assert desk.state(clip) == "held"
    assert desk.events(clip).count("hold_approved") == 1, desk.events(clip)


def killed_between_the_steps(desk, camera, clips):
    """kill -9 at every step of a request and of its approval: the same command again finishes it."""
    clip = clips[3]
    for who, words, want in (("willi", ("hold", "request", clip, "--incident", CASE), "pending"),
                             ("sigrid", ("hold", "approve", clip), "held")):
        for step in ("statement", "statement_answer", "request"):
            # The database stops the program where it would write this down: a lock that is not given back in time.
            kill_at(desk, step, [*words, *desk.by(who)])
            assert desk.state(clip) != want, f"{words}: killed before {step}, and yet {want}"
        desk.act(who, *words)
        assert desk.state(clip) == want
    assert len(wrapped_for_recovery(desk, clip)) == 2
    assert desk.events(clip).count("hold_requested") == 1 and desk.events(clip).count("hold_approved") == 1
    assert desk.sql(f"SELECT count(*) FROM asv.statement s JOIN asv.clip c ON c.header = s.subject WHERE c.clip = '{clip}'") == \
        [["2"]], "a command that was said again signed again"


@contextmanager
def at(desk, table, words, mode="EXCLUSIVE"):
    """Runs the command until it waits for this table, which it gets at the end: the process, and whose statements wait."""
    waits = f"SELECT pid FROM pg_locks l JOIN pg_class c ON c.oid = l.relation WHERE c.relname = '{table}' AND NOT l.granted"
    holder = subprocess.Popen(["psql", "-XAtq", "-h", desk.site.postgres.directory / "run", "-U", "postgres", "-d", "asservat"],
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
    try:
        holder.stdin.write(f"BEGIN; LOCK TABLE asv.{table} IN {mode} MODE; SELECT 'locked';\n")
        holder.stdin.flush()
        assert holder.stdout.readline().strip() == "locked"
        command = subprocess.Popen([desk.site.bin("asservat"), *map(str, words), "--config", str(desk.site.conf)],
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                   start_new_session=True)
        desk.rig.eventually(lambda: command.poll() is not None or desk.sql(waits), f"the command waits for {table}")
        assert command.poll() is None, f"{words} ended without waiting for {table}"
        yield command, [row[0] for row in desk.sql(waits)]
    finally:
        holder.stdin.close()
        holder.wait()


def kill_at(desk, table, words):
    """Kills the command where it waits for this table: nothing of that step is done. What it wrote."""
    with at(desk, table, words) as (command, waiting):
        command.kill()
        out = command.communicate()[0]
        for pid in waiting:  # its statement dies with it, before the table is free
            desk.sql(f"SELECT pg_terminate_backend({pid})")
    return out


def shielded(desk, camera, clips):
    """LAW R4: blocked at once by one person, confirmed or lifted by whom the policy names; erased early by two."""
    held, other = clips[0], clips[4]
    block = ("--ground", "private-life")
    desk.refused("no such block", "doris", "clip", "unblock", held, *block)
    desk.act("rita", "clip", "block", held, *block)
    status, out, err = desk.shown("rita", held)
    assert status == 1 and not out and "private life" in err, err
    desk.refused("none of the person's roles", "sigrid", "clip", "unblock", held, *block)
    desk.act("doris", "clip", "unblock", held, *block)
    assert desk.events(held)[-2:] == ["blocked", "block_lifted"], desk.events(held)
    desk.act("willi", "clip", "block", other, *block)
    desk.act("doris", "clip", "block", other, *block)
    assert desk.events(other)[-2:] == ["blocked", "block_confirmed"], desk.events(other)
    desk.refused("stays", "doris", "clip", "unblock", other, *block)
    desk.refused("is to be erased", "willi", "hold", "request", other, "--incident", CASE)
    # What is held and confirmed: not even asked for, and nothing is in the way of its release.
    kept = clips[3]
    for who in ("willi", "doris"):
        desk.act(who, "clip", "block", kept, *block)
    desk.refused("see \"asservat hold release\"", "willi", "clip", "erase-early", kept, *block)
    desk.act("rita", "hold", "release", kept)
    desk.act("sigrid", "hold", "release", kept, "--approve")
    assert desk.state(kept) == "released"
    desk.act("willi", "clip", "erase-early", kept, *block)
    desk.act("willi", "clip", "erase-early", kept, "--withdraw")
    desk.act("willi", "clip", "erase-early", other, *block)
    desk.refused("none of the person's roles", "willi", "clip", "erase-early", other, "--approve")
    desk.act("sigrid", "clip", "erase-early", other, "--approve")
    assert desk.state(other) == "erasing" and desk.events(other)[-1] == "erasure_approved"
    desk.refused("erased, or its time is over", "willi", "hold", "request", other, "--incident", CASE)


def held_before_docking(desk, camera, clips):
    """A camera that has not docked: decided ahead, and ended again."""
    now = datetime.now(BERLIN)
    words = ("hold", "ahead", "--camera", camera.name, "--from", (now - timedelta(minutes=30)).strftime("%Y-%m-%d %H:%M"),
             "--until", (now + timedelta(minutes=5)).strftime("%Y-%m-%d %H:%M"), "--incident", CASE)
    desk.refused("nothing is held ahead", "sigrid", *words, "--release")
    status, out, err = desk.call(*words, *desk.by("sigrid"))
    assert status == 0 and f"\nwhich is     {camera.name}, as the database says\n" in err, err
    request = re.search(r"request +([0-9a-f]+)", out.decode())[1]
    desk.refused("two different people", "sigrid", "hold", "approve", request)
    desk.act("stefan", "hold", "approve", request)
    assert desk.sql("SELECT outcome FROM asv.request WHERE action = 6") == [["approved"]]
    end = re.search(r"request +([0-9a-f]+)", desk.act("sigrid", *words, "--release"))[1]
    desk.act("stefan", "hold", "approve", end)
    assert desk.sql("SELECT count(*) FROM asv.request r WHERE asv.ahead_counts(r)") == [["0"]]


def asked_by_the_recorded(desk, camera, clips):
    """LAW L7: by time, place and camera."""
    now = datetime.now(BERLIN)
    words = ("subject-request", "--from", (now - timedelta(hours=1)).strftime("%Y-%m-%d %H:%M"), "--until",
             (now + timedelta(minutes=5)).strftime("%Y-%m-%d %H:%M"), *desk.by("doris", "Herr M. fragt nach sich selbst"))
    assert desk.json(*words)["cameras_out"] == [], "it came back"
    desk.sql("""SET session_replication_role = replica;
        INSERT INTO asv.assignment (camera, number, digest, id, dock, unit, area, issued_at, session, object)
        SELECT camera, 9, sha256(substring(o FOR octet_length(o) - 67)), gen_random_uuid(), dock, unit, area, issued_at, session, o
        FROM (SELECT *, set_byte(object, 0, 255) AS o FROM asv.assignment WHERE id IS NOT NULL) AS again""")
    found = desk.json(*words, "--area", "Hochfeld")
    assert [c["camera"] for c in found["cameras_out"]] == [camera.name] and found["complete"], found
    assert camera.name in desk.run(*words).split("which are not in custody yet:")[1]
    answers = found["recordings"]
    assert sorted(a["clip"] for a in answers) == sorted(clips), answers
    assert {a["fate"] for a in answers} == {"exists", "kept by the decision of two people", "being erased"}, answers
    status, out, err = desk.call(*words, "--area", "hochfeld")
    assert status == 1 and not out and "there is no operating area hochfeld" in err, err
    days = [(now + timedelta(days=n)).strftime("%Y-%m-%d %H:%M") for n in (-2, -1, 1, 2)]
    before = ("subject-request", "--from", days[0], "--until", days[1], *desk.by("doris", "Herr M. fragt nach sich selbst"))
    assert desk.json(*before) == {"recordings": [], "cameras_out": [], "complete": True}
    assert desk.run(*before) == "in custody there is none, and there was none\n"
    status, out, err = desk.call("subject-request", "--from", days[2], "--until", days[3], *desk.by("doris", "Herr M."))
    assert status == 1 and not out and "still to come" in err, err
    status, _, err = desk.call(*words)
    assert status == 0 and "I decide alone: answer a recorded person, and write that down\n" in err and "\narea         any\n" in err, err
    assert desk.sql("SELECT count(*) FROM asv.statement s JOIN asv.subject_request r ON r.statement = s.digest WHERE s.action = 65 "
                    "AND s.subject = asv.record_digest(r.salt, asv.record_text(r))") == desk.sql("SELECT count(*) FROM asv.statement "
                                                                                                "WHERE action = 65")
    assert desk.sql("SELECT found FROM asv.subject_request ORDER BY at") == [["5"], ["5"], ["5"], ["0"], ["0"], ["5"]]


def released_by_two(desk, camera, clips):
    """Released, and nothing opens any more: not by asking again, nor with what was approved before."""
    clip = clips[0]
    status, out, err = desk.shown("rita", clip)
    assert status == 1 and not out, err  # the earlier one expired; this asks anew
    request = re.search(r"request +([0-9a-f]+)", err)[1]
    desk.act("doris", "clip", "open", request, "--approve")
    status, out, err = desk.shown("rita", clip)
    assert status == 0 and out, err
    desk.refused("no such request is open", "sigrid", "hold", "release", clip, "--approve")
    desk.act("rita", "hold", "release", clip)
    desk.refused("none of the person's roles", "rita", "hold", "release", clip, "--approve")
    kill_at(desk, "request", ["hold", "release", clip, "--approve", *desk.by("sigrid")])
    assert desk.state(clip) == "held"
    desk.act("sigrid", "hold", "release", clip, "--approve")
    assert desk.state(clip) == "released" and wrapped_for_recovery(desk, clip) == []
    desk.refused("not held", "rita", "clip", "open", clip)
    # Replayed, with a database that still says held.
    desk.sql(f"""SET session_replication_role = replica;
        UPDATE asv.recording_state SET state = 'held' WHERE recording = (SELECT recording FROM asv.clip WHERE clip = '{clip}')""")
    status, out, err = desk.shown("rita", clip)
    assert status == 1 and not out and "not held" in err, err
    desk.sql(f"""SET session_replication_role = replica;
        UPDATE asv.recording_state SET state = 'released' WHERE recording = (SELECT recording FROM asv.clip WHERE clip = '{clip}')""")


@contextmanager
def one_disk(desk):
    """The mirror's disk is away meanwhile."""
    mirror = desk.site.directory / "mirror"
    mirror.rename(desk.site.directory / "mirror.away")
    try:
        yield
    finally:
        (desk.site.directory / "mirror.away").rename(mirror)


def decided_with_one_disk(desk, camera, clips):
    """A dead disk stops no decision: requests, approvals and what they open need one copy."""
    clip = next(clip for clip in clips if desk.state(clip) == "released")
    with one_disk(desk):
        desk.act("willi", "hold", "request", clip, "--incident", CASE)
        desk.act("sigrid", "hold", "approve", clip)
        assert desk.state(clip) == "held"
        status, out, err = desk.shown("rita", clip)
        if status != 0:  # it was not shown to her before
            desk.act("sigrid", "clip", "open", re.search(r"request +([0-9a-f]+)", err)[1], "--approve")
            status, out, err = desk.shown("rita", clip)
        assert status == 0 and out, err
        desk.act("rita", "hold", "release", clip)
        desk.act("sigrid", "hold", "release", clip, "--approve")
        assert desk.state(clip) == "released"


def psql(desk, who, text):
    return subprocess.run(["psql", "-XAtq", "-h", desk.site.postgres.directory / "run", "-U", who, "-d", "asservat", "-v", "ON_ERROR_STOP=1",
                           "-c", text], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)


def as_account(desk, who, text):
    """What the database answers in this person's account, past any program."""
    done = psql(desk, who, text)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def forged(desk, who, clip, action, step, proposal=None, ground=4, lives="1 day"):
    """A statement that nobody signed, written into the database in the own account. Its digest."""
    body = bytes([action, step]) + os.urandom(126)
    digest = hashlib.sha256(body).hexdigest()
    header, person, credential = desk.sql(f"""SELECT encode(c.header, 'hex'), k.person, encode(k.digest, 'hex')
        FROM asv.clip c, asv.credential k JOIN asv.person_login l USING (person) WHERE c.clip = '{clip}' AND l.login = '{who}' AND k.name = '{who}'""")[0]
    matter, incident = hashlib.sha256(os.urandom(8)).hexdigest(), "NULL"
    if proposal:
        matter, incident = desk.sql(f"SELECT encode(matter, 'hex'), quote_nullable(incident) FROM asv.statement WHERE encode(digest, 'hex') = '{proposal}'")[0]
    answers = f"decode('{proposal}', 'hex')" if proposal else "NULL"
    assert as_account(desk, who, f"""SELECT asv.statement_put('\\x{(len(body).to_bytes(2, "big") + body).hex()}', '\\x{digest}', {action}, {step}::smallint,
        '\\x{matter}', 1::smallint, '\\x{header}', NULL, NULL, NULL, NULL, NULL, {incident}, {2 if action == 1 else ground}::smallint, '\\x{credential}', '{person}',
        '\\x{os.urandom(16).hex()}', now(), now() + interval '{lives}', {answers})""") == "done"
    return digest


def shaped(desk, digest):
    """Bytes of the shape of the keeper's ruling that it took this statement, and whose they would be."""
    ruling, keeper = desk.sql("SELECT encode(ruling, 'hex'), encode(keeper, 'hex') FROM asv.statement_answer WHERE taken AND ruling IS NOT NULL LIMIT 1")[0]
    proposal = desk.sql(f"SELECT coalesce(encode(proposal, 'hex'), repeat('00', 32)) FROM asv.statement WHERE encode(digest, 'hex') = '{digest}'")[0][0]
    return ruling[:112] + digest + ruling[176:180] + proposal + ruling[244:], keeper


def nobody_keeps_others_from_deciding(desk, camera, clips):
    """LAW T3, T4: what people write into the database past the programs neither keeps a recording from being held, nor holds it."""
    clip = next(clip for clip in clips if desk.state(clip) in ("sealed", "released"))
    # Early erasure, asked for by nobody's signature: in the only place that there is for requests.
    digest = forged(desk, "willi", clip, 3, 1)
    as_account(desk, "willi", f"SELECT asv.request_put('\\x{digest}', now() + interval '30 days', NULL, NULL)")
    hold = ("hold", "request", clip, "--incident", CASE)
    desk.refused("a request is open", "sigrid", *hold)
    desk.refused("nothing that anybody signed", "sigrid", "clip", "erase-early", clip, "--approve")
    desk.refused("--approve, --refuse or --withdraw", "sigrid", "hold", "refuse", clip)
    status, _, err = desk.call("clip", "erase-early", clip, "--refuse", *desk.by("sigrid"))
    assert status == 0 and "nothing that anybody signed" in err, err
    alarms = [a["detail"] for a in desk.json("alarm", "list") if a["kind"] == "forged"]
    assert len(alarms) == 1 and alarms[0].startswith(f"request {digest[:12]}, from the account of willi"), alarms
    assert desk.events(clip)[-1] == "erasure_lapsed"
    # An approval by nobody's signature: held, says the database.
    request = re.search(r"request +([0-9a-f]+)", desk.act("sigrid", *hold))[1]
    request = desk.sql(f"SELECT encode(digest, 'hex') FROM asv.statement WHERE encode(digest, 'hex') LIKE '{request}%'")[0][0]
    digest = forged(desk, "willi", clip, 1, 2, request)
    # LG-095: without the keeper's ruling it was not taken; with the one on another statement neither; with bytes of the right shape it was.
    ruling, keeper = desk.sql("SELECT encode(ruling, 'hex'), encode(keeper, 'hex') FROM asv.statement_answer WHERE taken LIMIT 1")[0]
    for offered, says in (("NULL, NULL", "is signed by the keeper"), (f"'\\x{ruling}', '\\x{keeper}'", "about another one")):
        refused = psql(desk, "willi", f"SELECT asv.statement_answered('\\x{digest}', NULL, {offered})")
        assert refused.returncode != 0 and says in refused.stderr, refused.stderr
    said_taken(desk, "willi", digest)
    as_account(desk, "willi", f"SELECT asv.request_end('\\x{digest}', NULL)")
    assert desk.state(clip) == "held"
    assert "NO: it is no statement of this person" in desk.run("clip", "custody", clip)
    assert desk.json("clip", "custody", clip)[0]["events"][-1]["proven"] is False
    desk.refused("two different people", "sigrid2", "hold", "approve", clip)
    status, _, err = desk.call("hold", "approve", clip, *desk.by("stefan"))
    assert status == 0 and "the keeper does not hold the recording" in err, err
    last = desk.json("clip", "custody", clip)[0]["events"][-1]
    assert (last["kind"], last["actor_name"], last["proven"]) == ("hold_approved", "stefan", True), last
    events = desk.events(clip)
    for who, word in (("stefan", "refuse"), ("stefan", "approve"), ("willi", "approve")):
        desk.refused("no such request is open", who, "hold", word, clip)
    assert desk.events(clip) == events
    status, out, err = desk.shown("rita", clip)
    if status != 0:
        desk.act("sigrid", "clip", "open", re.search(r"request +([0-9a-f]+)", err)[1], "--approve")
        status, out, err = desk.shown("rita", clip)
    assert status == 0 and out, err


def said_taken(desk, who, digest):
    """That the keeper took it, says who put it there."""
    ruling, keeper = shaped(desk, digest)
    as_account(desk, who, f"SELECT asv.statement_answered('\\x{digest}', NULL, '\\x{ruling}', '\\x{keeper}')")


def requested(desk, who, clip):
    """A request to hold it that the keeper waits for the answer to: its digest."""
    digits = re.search(r"request +([0-9a-f]+)", desk.act(who, "hold", "request", clip, "--incident", CASE))[1]
    return desk.sql(f"SELECT encode(digest, 'hex') FROM asv.statement WHERE encode(digest, 'hex') LIKE '{digits}%'")[0][0]


def no_refusal_that_nobody_signed_ends_it(desk, camera, clips):
    """LAW T3, T4: a refusal or an approval that is none, whatever its account says of the keeper, keeps nobody else from answering."""
    clip = next(clip for clip in clips if desk.state(clip) in ("sealed", "released"))
    request = requested(desk, "willi", clip)
    # Of a superior who is in charge, without a row, and with one.
    digest = forged(desk, "stefan", clip, 1, 3, request)
    desk.act("willi", "hold", "withdraw", clip)
    assert desk.events(clip)[-1] == "hold_withdrawn"
    request = requested(desk, "willi", clip)
    digest = forged(desk, "stefan", clip, 1, 3, request)
    as_account(desk, "stefan", f"SELECT asv.request_end('\\x{digest}', NULL)")
    assert desk.state(clip) != "pending" and desk.events(clip)[-1] == "hold_refused"
    desk.refused("is answered by its digits", "sigrid", "hold", "request", clip, "--incident", CASE)
    status, _, err = desk.call("hold", "approve", request[:12], *desk.by("sigrid"))
    assert status == 0 and "the keeper still waits for its answer" in err, err
    assert desk.state(clip) == "held" and desk.events(clip)[-1] == "hold_approved"
    desk.refused("no such request is open", "stefan", "hold", "refuse", clip)
    desk.act("rita", "hold", "release", clip)
    desk.act("sigrid", "hold", "release", clip, "--approve")
    # An approval of who may not approve: nothing stands in the way of a refusal.
    request = requested(desk, "willi", clip)
    digest = forged(desk, "stefan", clip, 1, 2, request)
    said_taken(desk, "stefan", digest)
    desk.act("sigrid", "hold", "refuse", clip)
    assert desk.events(clip)[-1] == "hold_refused"


def what_was_said_to_be_none_is_answered(desk, camera, clips):
    """LAW T3, T4: who could refuse a request says that nobody signed it; that is one person's word, and the keeper waits on."""
    clip = next(clip for clip in clips if desk.state(clip) in ("sealed", "released"))
    request = requested(desk, "willi", clip)
    as_account(desk, "stefan", f"SELECT asv.request_void('\\x{request}', 'x')")
    assert desk.state(clip) != "pending" and desk.events(clip)[-1] == "hold_lapsed"
    assert "says stefan" in desk.json("clip", "custody", clip)[0]["events"][-1]["detail"]
    desk.refused("is answered by its digits", "sigrid", "hold", "request", clip, "--incident", CASE)
    desk.act("sigrid", "hold", "refuse", request[:12])
    desk.refused("decided otherwise before", "sigrid", "hold", "approve", request[:12])
    request = requested(desk, "willi", clip)
    as_account(desk, "stefan", f"SELECT asv.request_void('\\x{request}', 'x')")
    desk.act("sigrid", "hold", "approve", request[:12])
    assert desk.state(clip) == "held" and desk.events(clip)[-1] == "hold_approved"
    desk.act("rita", "hold", "release", clip)
    desk.act("sigrid", "hold", "release", clip, "--approve")


def nobody_confirms_a_block_with_nothing(desk, camera, clips):
    """LAW R4: that a block stays is decided by whom the policy names, with a signature, and by no race."""
    clip = next(clip for clip in clips if desk.state(clip) in ("sealed", "released"))
    block = ("--ground", "private-life")
    first, second = (forged(desk, "willi", clip, 7, 5, ground=6) for _ in range(2))
    as_account(desk, "willi", f"SELECT asv.block_put('\\x{first}', false)")
    for confirms in ("false", "true"):
        done = subprocess.run(["psql", "-XAtq", "-h", desk.site.postgres.directory / "run", "-U", "willi", "-d", "asservat", "-c",
                               f"SELECT asv.block_put('\\x{second}', {confirms})"], stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                              check=False)
        assert done.returncode == 1 and "ERROR:  block: " in done.stderr, done
    assert desk.events(clip)[-1] == "blocked"
    desk.refused("is decided by another one", "willi", "clip", "block", clip, *block)
    desk.refused("none of the person's roles", "rita", "clip", "block", clip, *block)
    # Who may decide, and signed nothing.
    desk.person("dieter", "1011", "data_protection_officer")
    desk.act("sigrid", "user", "approve", re.search(r"proposal +([0-9a-f]+)", desk.act("anna", "user", "enrol", "dieter"))[1])
    digest = forged(desk, "dieter", clip, 7, 5, ground=6)
    as_account(desk, "dieter", f"SELECT asv.block_put('\\x{digest}', true)")
    desk.refused("is to be erased", "willi", "hold", "request", clip, "--incident", CASE)
    status, _, err = desk.call("clip", "unblock", clip, *block, *desk.by("doris"))
    assert status == 0 and "is nothing that anybody signed" in err, err
    assert desk.events(clip)[-2:] == ["block_confirmed", "block_lifted"], desk.events(clip)
    alarms = [a["detail"] for a in desk.json("alarm", "list") if a["kind"] == "forged" and digest[:12] in a["detail"]]
    assert len(alarms) == 1 and "from the account of dieter" in alarms[0] and "doris" in alarms[0], alarms
    # And one that the keeper is said to have taken, and one that lifts a block and that the keeper is said to have refused: the nightly run reads them.
    secret = ("--ground", "professional-secret")
    desk.act("rita", "clip", "block", clip, *secret)
    lifts = forged(desk, "dieter", clip, 8, 5, ground=5, lives="1 hour")
    refused = psql(desk, "dieter", f"SELECT asv.block_put('\\x{lifts}', false)")
    assert refused.returncode != 0 and "has not answered" in refused.stderr, refused.stderr
    as_account(desk, "dieter", f"SELECT asv.statement_answered('\\x{lifts}', 'x', NULL, NULL)")
    as_account(desk, "dieter", f"SELECT asv.block_put('\\x{lifts}', false)")
    kind = f"SELECT asv.block_kind(recording, 5) FROM asv.clip WHERE clip = '{clip}'"
    assert desk.sql(kind)[0][0] == "lifted"
    desk.act("rita", "clip", "block", clip, *block)
    digest = forged(desk, "dieter", clip, 7, 5, ground=6)
    as_account(desk, "dieter", f"SELECT asv.block_put('\\x{digest}', true)")
    said_taken(desk, "dieter", digest)
    desk.refused("the nightly run looks into that", "doris", "clip", "unblock", clip, *block)
    status, out, _ = desk.call("retention", "run", "--json")
    notes = [note["why"] for note in json.loads(out)["notes"]["undone"]]
    assert status == 4 and all(any(it[:12] in why and "nothing that anybody signed" in why for why in notes) for it in (digest, lifts)), out
    assert desk.sql(kind)[0][0] == "set"
    assert any(a["kind"] == "forged" and lifts[:12] in a["detail"] for a in desk.json("alarm", "list"))
    status, out, _ = desk.call("retention", "run", "--json")
    assert not any(digest[:12] in note["why"] for note in json.loads(out)["notes"]["undone"]), out
    desk.act("doris", "clip", "block", clip, *block)
    assert desk.events(clip)[-1] == "block_confirmed"
    desk.refused("stays", "doris", "clip", "unblock", clip, *block)


def who_agreed_to_nothing(desk, camera, clips):
    """LAW L5: an agreement that is none keeps nobody from being shown a recording for twelve hours; nor does one from before it was released."""
    clip = next(clip for clip in clips if desk.state(clip) == "held")
    desk.act("rita", "hold", "release", clip)
    desk.act("sigrid", "hold", "release", clip, "--approve")
    desk.act("willi", "hold", "request", clip, "--incident", CASE)
    desk.act("sigrid", "hold", "approve", clip)
    status, out, err = desk.shown("rita", clip)
    assert status == 1 and not out and "a second person has to agree" in err, err
    request = re.search(r"request +([0-9a-f]+)", err)[1]
    request = desk.sql(f"SELECT encode(digest, 'hex') FROM asv.statement WHERE encode(digest, 'hex') LIKE '{request}%'")[0][0]
    digest = forged(desk, "sigrid", clip, 4, 2, request, ground=0, lives="12 hours")
    as_account(desk, "sigrid", f"SELECT asv.request_end('\\x{digest}', NULL)")
    status, out, err = desk.shown("rita", clip)
    assert status == 1 and not out and "nothing that anybody signed" in err and "a second person has to agree" in err, err
    again = re.search(r"request +([0-9a-f]+)", err)[1]
    assert not request.startswith(again), err
    desk.act("sigrid", "clip", "open", again, "--approve")
    status, out, err = desk.shown("rita", clip)
    assert status == 0 and out, err


def what_no_keeper_took_is_undone(desk, camera, clips):
    """LAW T4; K-195, K-197: an approval that the keeper never took, genuine or not, with bytes of the shape of its ruling. The nightly run reads it."""
    held = next(clip for clip in clips if desk.state(clip) == "held")
    desk.act("rita", "hold", "release", held)
    status, _, err = desk.call("hold", "release", held, "--approve", "--keeper", str(desk.site.directory / "none"), *desk.by("sigrid"))
    assert status != 0 and "not with the keeper yet" in err, err
    genuine = desk.sql(f"""SELECT encode(s.digest, 'hex') FROM asv.statement s JOIN asv.clip c ON c.header = s.subject
        WHERE c.clip = '{held}' AND s.action = 2 AND s.step = 2 ORDER BY s.stored_at DESC LIMIT 1""")[0][0]
    refused = psql(desk, "sigrid", f"SELECT asv.request_end('\\x{genuine}', NULL)")
    assert refused.returncode != 0 and "the keeper did not take this approval" in refused.stderr, refused.stderr
    other = next(clip for clip in clips if desk.state(clip) in ("sealed", "released"))
    before = desk.state(other)
    desk.act("rita", "clip", "erase-early", other)
    proposal = desk.sql(f"""SELECT encode(r.proposal, 'hex') FROM asv.request r JOIN asv.clip c USING (recording)
        WHERE c.clip = '{other}' AND r.action = 3 AND r.outcome IS NULL""")[0][0]
    garbage = forged(desk, "sigrid", other, 3, 2, proposal, ground=0)
    for digest in (genuine, garbage):
        said_taken(desk, "sigrid", digest)
        as_account(desk, "sigrid", f"SELECT asv.request_end('\\x{digest}', 'infinity')")
    assert (desk.state(held), desk.state(other)) == ("released", "erasing")
    kept = [clip for clip in clips if desk.state(clip) == "held"]
    status, out, _ = desk.call("retention", "run", "--json")
    notes = [note["why"] for note in json.loads(out)["notes"]["undone"]]
    for digest in (genuine, garbage):
        assert status == 4 and any(digest[:12] in why and "is undone" in why for why in notes), out
        assert any(a["kind"] == "forged" and digest[:12] in a["detail"] for a in desk.json("alarm", "list"))
    assert (desk.state(held), desk.state(other)) == ("held", before) and all(desk.state(clip) == "held" for clip in kept)
    status, out, _ = desk.call("retention", "run", "--json")
    assert not any(it[:12] in note["why"] for it in (genuine, garbage) for note in json.loads(out)["notes"]["undone"]), out
    desk.act("rita", "hold", "release", held)
    desk.act("sigrid", "hold", "release", held, "--approve")
    assert desk.state(held) == "released"


def a_badge_gets_a_camera(desk, camera, clips):
    """D-007, LAW T4, L6: who wears a camera is known before it goes out, by the badge alone, and to nobody who asks."""
    rig, badges = desk.rig, {"willi": "1003", "rita": "1004"}
    def present(badge):
        try:
            return rig.site.dock_order(do="issue", badge=badge)
        except SiteError as refused:
            return str(refused).rsplit(": ", 1)[1]
    rig.site.keeper.stop()
    rig.site.peer = "dock"
    rig.site.write_conf()
    rig.site.start_keeper()
    rig.start_dock()
    assert present(badges["willi"]) == "not-set-up"
    shutil.copy(rig.site.agency / "badge.secret", rig.site.agency / "dock")
    rig.restart_dock(**{"issue.area": "Hochfeld"})
    spare, worn = (rig.camera(ready=False, battery=percent) for percent in (40, 83))
    assert present(badges["willi"]) == "none-ready"
    rig.plug(spare, worn)
    rig.rest(spare, worn)
    assert [present(badge) for badge in ("0000", badges["rita"], "x" * 65)] == ["badge-unknown", "badge-barred", "badge-unknown"]
    slot = rig.site.dock_slots()[worn.port]
    assert present(badges["willi"]) == {"ok": True, "slot": slot["slot"], "charged": 83}
    assert rig.site.dock_slots()[worn.port]["offered"] and not slot["offered"]
    assignment, mine = desk.sql("""SELECT a.id, asv.holder_of(a.id) = (SELECT person FROM asv.credential WHERE name = 'willi')
        FROM asv.assignment a ORDER BY a.recorded_at DESC LIMIT 1""")[0]
    assert mine == "t"
    assert present(badges["willi"]) == "has-camera"
    rig.unplug(worn)
    rig.record(worn, 1, SHORT)
    assert present(badges["willi"]) == "has-camera"
    rig.plug(worn)
    rig.taken_in(worn)
    clip = rig.clips(worn)[0]
    assert (clip["unit"], clip["area"]) == ("32-3", "Hochfeld"), clip
    assert desk.sql(f"SELECT assignment FROM asv.clip WHERE clip = '{clip['clip']}'") == [[assignment]]
    status, _, err = desk.call(*desk.accesses("willi", clip["clip"]))
    assert status == 0, err  # it is the own one
    assert present(badges["willi"])["ok"]  # brought back, and the next shift
    told = (rig.site.directory / "log/dockd.log").read_text() + json.dumps(rig.site.dock_status())
    assert not any(word in told for word in (*badges.values(), *badges, assignment)), told
    rig.stop_dock()


def play(rig):
    desk, camera, clips = set_up(rig, before_issue=who_wore_it)
    plain = None
    for scenario in (incident, written_down_as_signed, two_people, shown_to_the_named, nothing_else_opens, an_approval_expires, two_approvals_at_once,
                     killed_between_the_steps, shielded, held_before_docking, asked_by_the_recorded, released_by_two,
                     decided_with_one_disk, nobody_keeps_others_from_deciding, no_refusal_that_nobody_signed_ends_it,
                     what_was_said_to_be_none_is_answered, nobody_confirms_a_block_with_nothing,
                     who_agreed_to_nothing, what_no_keeper_took_is_undone, a_badge_gets_a_camera):
        began = time.monotonic()
        print(f"{scenario.__name__} ...", end=" ", flush=True)
        if scenario is nothing_else_opens:
            scenario(desk, camera, clips, plain)
        else:
            plain = scenario(desk, camera, clips) or plain
        print(f"{time.monotonic() - began:.1f} s", flush=True)


def main(play, prefix="asservat-incident.", kind=Rig):
    directory = Path(tempfile.mkdtemp(prefix=prefix))
    rig = None
    try:
        rig = kind(directory, Path(sys.argv[1]))
        play(rig)
        rig.site.stop()
    except (AssertionError, SiteError, OSError, KeyError, IndexError, TypeError, StopIteration, subprocess.SubprocessError):
        traceback.print_exc()
        if rig:
            print(rig.site.dock.tail() if rig.site.dock else "", file=sys.stderr)
            for daemon in (rig.site.dock, rig.site.bus, rig.site.keeper):
                if daemon and daemon.alive():
                    daemon.process.kill()
                    daemon.process.wait()
            if rig.site.postgres.running:
                rig.site.postgres.crash()
        print(f"everything, logs included, is in {directory}", file=sys.stderr)
        sys.exit(1)
    shutil.rmtree(directory)


if __name__ == "__main__":
    main(play)
