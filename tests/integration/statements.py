#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Asservat authors
"""statements.py BUILD: people who sign in a browser, on the site of incident.py. asservatd prepares what is signed, an authenticator
in software signs it, and asservatd carries it: what it carries is what it would have prepared, or nothing.
"""
import base64
import hashlib
import json
import os
import re
import struct
import subprocess
import sys
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

os.environ.setdefault("PGHOST", "")  # its servers are named
sys.path.insert(0, str(Path(__file__).resolve().parent))
import incident as site  # noqa: E402
from proofs import Ledger  # noqa: E402
from served import Contract, Media, Web  # noqa: E402

HOST = "asservat.example"
ORIGIN = f"https://{HOST}"
ES256 = 2
SCOPE_STATEMENTS = 1 << 6
PREPARE, STATEMENTS, OFFER = "/api/v1/statements/prepare", "/api/v1/statements", "/api/v1/authenticators"
CHECK, PROPOSALS = "/api/v1/policies/check", "/api/v1/policies/proposals"


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def record(rig, *more):
    """Whose keeper knows the console."""
    made = site.record(rig, *more)
    rig.site.keeper.stop()
    conf = rig.site.directory / "keeper.conf"
    conf.write_text(conf.read_text() + f"origin = {ORIGIN}\n")
    rig.site.start_keeper()
    return made


class Authenticator:
    """Of one person, whose key file is there: the same person and badge, with another key."""

    def __init__(self, desk, name, enrolled=True, key_only=False):
        self.desk, self.name = desk, name
        self.key = desk.keys / f"{name}.{uuid.uuid4().hex[:8]}"
        subprocess.run(["openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", self.key],
                       check=True, stderr=subprocess.DEVNULL)
        der = subprocess.run(["openssl", "pkey", "-in", self.key, "-pubout", "-outform", "DER"], check=True,
                             stdout=subprocess.PIPE).stdout
        self.spki, self.public = der, der[-64:]
        self.id = hashlib.sha256(self.public).digest()[:16]
        if not key_only:
            self.register()
        else:
            self.person = desk.sql(f"SELECT person FROM asv.credential WHERE name = '{name}' LIMIT 1")[0][0]
        if enrolled and not key_only:
            self.enrol()
        self.token = self.sign_in()

    def register(self):
        """A credential record (STATEMENTS.md 2) that differs from the key file's in its key alone."""
        rows = self.desk.sql(f"""SELECT encode(record, 'hex'), person, encode(badge, 'hex'), roles, array_to_string(units, E'\\n'),
                                        valid_from, valid_until, encode(agency, 'hex')
                                 FROM asv.credential WHERE name = '{self.name}' ORDER BY valid_from LIMIT 1""")
        record, self.person, badge, roles, units, since, until, agency = rows[0]
        record = bytes.fromhex(record)
        assert record[-2 - 34:-32 - 2] == b"\x01\x20", record.hex()  # an Ed25519 key, and no extensions
        rp_id = hashlib.sha256(HOST.encode()).digest()
        self.record = record[:-36] + bytes([ES256, 64]) + self.public + bytes([len(self.id)]) + self.id + b"\x01\x20" + rp_id + bytes(2)
        self.digest = hashlib.sha256(self.record).digest()
        self.desk.sql(f"""SELECT asv.credential_put('\\x{agency}', '{self.person}', '\\x{badge}', '{self.name}', {roles}, '{units}', '{since}',
                          '{until}', '\\x{self.public.hex()}', '\\x{self.record.hex()}', 'test')""")

    def enrol(self):
        desk = self.desk
        out = desk.act("anna", "user", "enrol", self.digest.hex()[:16])
        desk.act("stefan" if self.name == "sigrid" else "sigrid", "user", "approve", desk.proposal(out))

    def sign_in(self, scopes=SCOPE_STATEMENTS):
        token = os.urandom(32).hex()
        told = hashlib.sha256(token.encode()).digest()
        self.desk.sql(f"""INSERT INTO asv.session (digest, kind, person, made_in, name, scopes, until_at)
                          VALUES ('\\x{hashlib.sha256(told).hexdigest()}', 'token', '{self.person}', '{uuid.uuid4()}', 'test',
                                  {scopes}, clock_timestamp() + interval '1 hour')""")
        return token

    def cookie(self):
        """As after a sign-in with this passkey."""
        token = os.urandom(32).hex()
        told = hashlib.sha256(token.encode()).digest()
        self.desk.sql(f"""INSERT INTO asv.session (digest, kind, person, credential, challenge, idle, until_at)
                          VALUES ('\\x{hashlib.sha256(told).hexdigest()}', 'passkey', '{self.person}', '\\x{self.digest.hex()}', sha256('{token}'), '1 hour',
                                  clock_timestamp() + interval '1 hour')""")
        return token

    def assertion(self, challenge, origin=ORIGIN, rp_id=HOST, flags=5, kind="webauthn.get"):
        client = json.dumps({"type": kind, "challenge": challenge, "origin": origin, "crossOrigin": False},
                            separators=(",", ":")).encode()
        data = hashlib.sha256(rp_id.encode()).digest() + bytes([flags]) + struct.pack(">I", 1)
        signature = subprocess.run(["openssl", "dgst", "-sha256", "-sign", self.key], check=True, stdout=subprocess.PIPE,
                                   input=data + hashlib.sha256(client).digest()).stdout
        return {"authenticator_data": b64(data), "client_data": b64(client), "signature": b64(signature)}


class Tab:
    """Somebody signed in in a browser, with the passkey."""

    def __init__(self, web, who):
        self.web, self.who, self.cookie, self.csrf = web, who, None, None
        challenge = self.ask("POST", "/api/v1/session/challenge")[1]["challenge"]
        status, said = self.ask("POST", "/api/v1/session", {"passkey": {"id": b64(who.id)} | who.assertion(challenge)})
        assert status == 201, said
        self.csrf = said["csrf"]

    def ask(self, method, path, body=None):
        """(code, JSON, or bytes of another type)"""
        headers = {"Origin": ORIGIN, "Sec_Fetch_Site": "same-origin"} | ({"Cookie": self.cookie} if self.cookie else {})
        headers |= {"X_CSRF_Token": self.csrf} if self.csrf else {}
        headers |= {"Content_Type": "application/json"} if body is not None else {}
        code, got, data = self.web.ask(path, method, json.dumps(body) if body is not None else None, **headers)
        if "Set-Cookie" in got:
            self.cookie = got["Set-Cookie"].partition(";")[0]
        return code, json.loads(data) if "json" in got.get("Content-Type", "") else data

    def prepare(self, action, step, **fields):
        return self.ask("POST", PREPARE, {"action": action, "step": step, "reason": "Auswertung für die Anzeige"} | fields)

    def sign(self, action, step, **fields):
        status, draft = self.prepare(action, step, **fields)
        assert status == 200 and draft["state"] == "unsigned", (status, draft)
        return draft, self.ask("POST", STATEMENTS, {"body": draft["body"], "assertion": self.who.assertion(draft["challenge"])})

    def piece(self, opening, start, size):
        return self.ask("GET", f"/api/v1/openings/{opening}/media?from={start}&bytes={size}")


class Server(Web):
    """asservatd on that site, and what people do with it."""

    def __init__(self, desk, **more):
        d = desk.site.directory
        self.work, self.published, self.program = d, d, desk.site.bin("asservatd")
        self.contract = Contract(self.program)
        super().__init__(self, "web", database=desk.site.postgres.conninfo("asv_web"), origin=ORIGIN, keeper=d / "keeper.sock",
                         root=d / "root.cert", vault=d / "vault", vault__mirror=d / "mirror", vault__cached="yes", media=d / "media.sock", **more)
        self.start()

    def post(self, who, path, body, token=None, **headers):
        code, _, said = self.ask(path, "POST", json.dumps(body).encode(), **{"Content_Type": "application/json",
                                 "Authorization": f"Bearer asv_{token or who.token}"} | headers)
        return code, json.loads(said)

    def prepare(self, who, action, step, **fields):
        return self.post(who, PREPARE, {"action": action, "step": step, "reason": "Übergriff auf eine Kollegin"} | fields)

    def hand_in(self, who, draft, signer=None, **how):
        body = {"body": draft["body"], "assertion": (signer or who).assertion(draft["challenge"], **how)}
        if draft["record"] is not None:
            body["record"] = draft["record"]
        if draft.get("file") is not None:
            body["file"] = draft["file"]
        return self.post(who, STATEMENTS, body)

    def sign(self, who, action, step, **fields):
        status, draft = self.prepare(who, action, step, **fields)
        assert status == 200 and draft["state"] == "unsigned", (status, draft)
        status, done = self.hand_in(who, draft)
        assert status == 200 and done["state"] == "done", (status, done)
        return done


def count(desk):
    return desk.sql("SELECT count(*) FROM asv.statement")


def refused(answer, status, name, words=""):
    got, problem = answer
    assert got == status and problem["type"] == f"urn:asservat:problem:{name}" and words in problem["detail"], answer
    assert problem["detail_de"] and problem["detail_de"] != problem["detail"], problem


def an_incident_is_written_down(desk, web, willi, clip):
    """A-066, LAW H9: signed with what it says; what was drawn comes back with it."""
    record = {"cause": "prosecution", "offence": "Körperverletzung", "danger": "Angriff mit einem Messer", "from": "2026-01-05T06:00:00.000Z",
              "place": "Kuhstraße", "injured": ["Anna Beispiel"], "assault": True}
    status, draft = web.prepare(willi, "incident", "alone", incident=site.CASE, record=record)
    assert status == 200 and draft["record"]["offence"] == "Körperverletzung" and len(draft["record"]["salt"]) == 64, draft
    other = draft | {"record": draft["record"] | {"offence": "Beleidigung"}}
    refused(web.hand_in(willi, other), 409, "says-else")
    assert web.hand_in(willi, draft)[0] == 200
    shown = desk.json("incident", "show", site.CASE, *desk.account("willi"))
    assert shown["offence"] == "Körperverletzung" and shown["version"] == 1 and shown["assault"] is True, shown
    done = web.sign(willi, "incident-clip", "alone", incident=site.CASE, clip=clip, record={})
    assert len(done["statement"]) == 64, done
    status, again = web.prepare(willi, "incident-clip", "alone", incident=site.CASE, clip=clip, record={})
    assert status == 200 and again["state"] == "done", "what is written down so already is not signed again"


def what_is_shown(web, willi, clip):
    """A-060: nothing is stored before it is signed, and what is to be signed is said in both languages."""
    status, draft = web.prepare(willi, "hold", "propose", clip=clip, incident=site.CASE)
    assert status == 200 and draft["credentials"] == [b64(willi.id)] and draft["rp_id"] == HOST, draft
    lines = {language: {line["name"]: line["text"] for line in draft["lines"][language]} for language in ("en", "de")}
    first = {language: draft["lines"][language][0]["text"] for language in lines}
    assert first == {"en": "I propose: keep a recording", "de": "Ich beantrage: eine Aufzeichnung aufbewahren"}, first
    assert lines["en"]["reason"] == lines["de"]["Begründung"] == "Übergriff auf eine Kollegin", lines
    body = unb64(draft["body"])
    message = b"asservat/v1/statement\0" + hashlib.sha256(body).digest()
    assert hashlib.sha256(body).hexdigest() == draft["digest"] and unb64(draft["challenge"]) == hashlib.sha256(message).digest()
    return draft


def what_is_not_carried(desk, web, people, clip):
    """A-061: another's authenticator, another site, another body, another recording."""
    willi, sigrid = people["willi"], people["sigrid"]
    before = count(desk)
    draft = what_is_shown(web, willi, clip)
    assert count(desk) == before, "nothing is stored before it is signed"
    refused(web.hand_in(willi, draft, signer=sigrid), 400, "bad-proof")
    refused(web.hand_in(willi, draft, origin="https://asservat.example.org"), 400, "bad-proof")
    refused(web.hand_in(willi, draft, rp_id="example.org"), 400, "bad-proof")
    refused(web.hand_in(willi, draft, kind="webauthn.create"), 409, "says-else")
    assert web.hand_in(willi, draft, flags=1)[0] == 403, "nobody was verified"
    body = bytearray(unb64(draft["body"]))
    body[-4] ^= 1  # the reason's last letter
    refused(web.hand_in(willi, draft | {"body": b64(bytes(body))}), 400, "bad-proof")
    assert web.hand_in(sigrid, draft)[0] == 409, "one person's statement in another's name"
    refused(web.prepare(sigrid, "hold", "propose", clip=clip, incident=site.CASE, credential=willi.digest.hex()), 409, "no-authenticator")
    refused(web.prepare(willi, "block", "propose", clip=clip), 400, "missing-field")
    assert count(desk) == before
    return draft


def two_people_hold_it(desk, web, people, clip, draft):
    """A-063, LAW T4: the request, its own approval refused, another's approval; each of them again is no other."""
    willi, sigrid, stefan = people["willi"], people["sigrid"], people["stefan"]
    status, requested = web.hand_in(willi, draft)
    assert status == 200 and requested["taken"] is not None, requested
    assert desk.state(clip) == "pending"
    before = count(desk)
    status, again = web.hand_in(willi, draft)
    assert status == 200 and again["statement"] == requested["statement"] and count(desk) == before, again
    status, done = web.prepare(willi, "hold", "propose", clip=clip, incident=site.CASE)
    assert status == 200 and done["state"] == "done" and "signed before" in done["notes"][0]["en"], done
    refused(web.prepare(willi, "hold", "approve", request=requested["statement"]), 403, "refused", "roles may do this")
    refused(web.prepare(sigrid, "release", "approve", request=requested["statement"]), 404, "refused", "no such request")
    status, draft = web.prepare(sigrid, "hold", "approve", request=requested["statement"])
    assert status == 200 and draft["proposal"]["de"][0]["text"].startswith("Ich beantrage"), draft
    status, held = web.hand_in(sigrid, draft)
    assert status == 200 and desk.state(clip) == "held", held
    before = count(desk)
    assert web.hand_in(sigrid, draft)[1]["statement"] == held["statement"] and count(desk) == before
    assert web.prepare(stefan, "hold", "approve", request=requested["statement"])[0] in (404, 409)
    proven = [e["proven"] for e in desk.json("clip", "custody", clip)[0]["events"] if e["actor_kind"] == "person"]
    assert proven and all(proven), "what an authenticator signed is verified as what a key file signed"
    return requested


def a_day_without_a_key_is_not_held(desk, web, sigrid):
    """A-184: before anybody signs."""
    camera = desk.sql("SELECT encode(camera, 'hex') FROM asv.clip LIMIT 1")[0][0]
    now, before = datetime.now(timezone.utc), count(desk)
    for days, good in ((-400, False), (-2, False), (0, True), (200, False)):
        from_, until = ((now + timedelta(days=days, hours=n)).strftime("%Y-%m-%dT%H:%M:%S.000Z") for n in (0, 1))
        answer = web.prepare(sigrid, "hold-ahead", "propose", camera=camera, incident=site.CASE, **{"from": from_, "until": until})
        if good:
            assert answer[0] == 200 and answer[1]["state"] == "unsigned", answer
        else:
            refused(answer, 409, "refused", "the camera has no key for that time")
    assert count(desk) == before


def an_approval_is_for_one_recording(desk, web, people, clips):
    """The approval of one recording is none of another."""
    willi, sigrid = people["willi"], people["sigrid"]
    first = web.sign(willi, "hold", "propose", clip=clips[1], incident=site.CASE)
    second = web.sign(willi, "hold", "propose", clip=clips[2], incident=site.CASE)
    _, one = web.prepare(sigrid, "hold", "approve", request=first["statement"])
    _, two = web.prepare(sigrid, "hold", "approve", request=second["statement"])
    mixed = two | {"challenge": one["challenge"]}
    refused(web.hand_in(sigrid, mixed), 400, "bad-proof")
    assert web.hand_in(sigrid, one)[0] == 200
    assert (desk.state(clips[1]), desk.state(clips[2])) == ("held", "pending")
    done = web.sign(sigrid, "hold", "refuse", request=second["statement"])
    assert done["taken"] is not None and desk.state(clips[2]) == "sealed", desk.state(clips[2])


def approvals(desk, request):
    """Of those that the keeper took; what the database made of the request; and how often that is told in custody."""
    return desk.sql(f"""SELECT count(*) FILTER (WHERE asv.statement_taken_at(a.digest) IS NOT NULL), r.outcome,
                               (SELECT count(*) FROM asv.clip_event e WHERE e.recording = r.recording AND e.kind = 'hold_approved')
                        FROM asv.request r LEFT JOIN asv.statement a ON a.proposal = r.proposal AND a.step = 2
                        WHERE r.proposal = '\\x{request}' GROUP BY r.proposal, r.outcome, r.recording""")[0]


def two_approve_at_once(desk, web, people, clip):
    """A-105: one of them does, and the same handed in twice at once is one."""
    who = (people["sigrid"], people["stefan"])
    asked = web.sign(people["willi"], "hold", "propose", clip=clip, incident=site.CASE)
    drafts = [web.prepare(one, "hold", "approve", request=asked["statement"])[1] for one in who]
    bodies = [{"body": draft["body"], "assertion": one.assertion(draft["challenge"])} for one, draft in zip(who, drafts)]
    with ThreadPoolExecutor(4) as pool:
        got = list(pool.map(lambda n: (n % 2, *web.post(who[n % 2], STATEMENTS, bodies[n % 2])), range(4)))
    good = {n for n, code, _ in got if code == 200}
    assert len(good) == 1 and {code for n, code, _ in got if n not in good} <= {202, 404, 409, 429}, got  # 202: stored while the other's was on its way; 429: three at once
    assert approvals(desk, asked["statement"]) == ["1", "approved", "1"] and desk.state(clip) == "held", got
    for n, body in enumerate(bodies):  # and afterwards it is as it was
        assert web.post(who[n], STATEMENTS, body)[0] in ((200,) if n in good else (404, 409))
    assert approvals(desk, asked["statement"]) == ["1", "approved", "1"]


def an_approval_against_the_lapse(desk, web, people, clip):
    """A-105: it counts, or the request has lapsed; never both, and never neither."""
    sigrid, rita, seen = people["sigrid"], Tab(web, people["rita"]), []
    for ahead in ("0 s", "150 ms", "1 min"):
        asked = rita.sign("open", "propose", clip=clip)[1][1]
        _, draft = web.prepare(sigrid, "open", "approve", request=asked["statement"])
        expire = f"""SET session_replication_role = replica; UPDATE asv.request SET expires_at = clock_timestamp() + interval '%s'
                     WHERE proposal = '\\x{asked['statement']}'"""
        desk.sql(expire % ahead)
        with ThreadPoolExecutor(1) as pool:
            handed = pool.submit(web.hand_in, sigrid, draft)
            while not handed.done():
                desk.sql("SELECT asv.requests_lapse()")
        outcome = desk.sql(f"SELECT outcome FROM asv.request WHERE proposal = '\\x{asked['statement']}'")[0][0]
        stored = desk.sql(f"SELECT count(*) FROM asv.statement WHERE proposal = '\\x{asked['statement']}'")[0][0]
        seen.append(outcome)
        desk.sql(expire % "1 h")  # what was approved lives for as long
        got = (handed.result()[0], stored, rita.prepare("show", "alone", clip=clip)[0])
        assert got == {"approved": (200, "1", 200), "lapsed": (404, "0", 409)}[outcome], (ahead, outcome, got, handed.result())
        if outcome == "approved":
            break
    assert (seen[0], seen[-1]) == ("lapsed", "approved"), seen


def nobody_approves_the_own_request(desk, web, people, clip):
    """LAW T4"""
    sigrid = people["sigrid"]
    own = web.sign(sigrid, "hold", "propose", clip=clip, incident=site.CASE)
    refused(web.prepare(sigrid, "hold", "approve", request=own["statement"]), 403, "refused", "two different people")
    refused(web.prepare(sigrid, "hold", "refuse", request=own["statement"]), 403, "refused", "withdrawn, not refused")
    web.sign(sigrid, "hold", "withdraw", request=own["statement"])
    assert desk.state(clip) == "sealed"


def whole(tab, opening, size, step=300007):
    return b"".join(tab.piece(opening, at, step)[1] for at in range(0, size, step))


def a_picture_is_pointed_out(desk, web, people, rita, clip):
    """A-220: by who was shown the recording, for the incident for which it was; the picture itself is nowhere."""
    still = {"at_ms": 83033, "width": 1920, "height": 1080, "picture": "ab" * 32}
    web.sign(people["rita"], "incident-still", "alone", clip=clip, record=still)
    shown = desk.json("incident", "show", site.CASE, *desk.account("rita"))["stills"]
    assert [one | {"since": None, "by": None} for one in shown] == [still | {"clip": clip, "since": None, "by": None}], shown
    assert "83033" in desk.run("incident", "show", site.CASE, *desk.account("rita"))
    incident = desk.sql("SELECT id FROM asv.incident")[0][0]
    told = rita.ask("GET", f"/api/v1/incidents/{incident}")[1]["stills"]
    assert len(told) == 1 and told[0]["picture"] == still["picture"] and told[0]["signed_by"] == "rita", told
    assert rita.prepare("incident-still", "alone", clip=clip, record=still)[1]["state"] == "done", "once"
    refused(web.prepare(people["sigrid"], "incident-still", "alone", clip=clip, record=still), 403, "refused", "was not shown to you")
    refused(rita.prepare("incident-still", "alone", clip=clip), 400, "missing-field")
    refused(rita.prepare("incident-still", "alone", clip=clip, record=still | {"width": 0}), 400, "bad-field")
    refused(rita.prepare("incident-still", "alone", clip=clip, record={"at_ms": 1}), 400, "bad-field")
    status, draft = web.prepare(people["rita"], "incident-still", "alone", clip=clip, record=still | {"at_ms": 1})
    assert status == 200 and draft["record"]["clip"] == clip, draft
    refused(web.hand_in(people["rita"], draft | {"record": draft["record"] | {"at_ms": 2}}), 409, "says-else")


def a_recording_is_shown(desk, web, people, clip):
    """M-008 to M-010, LAW L1, L2, L5: to the reviewer whom another has agreed to, in one session, for one signature."""
    rita, sigrid = Tab(web, people["rita"]), people["sigrid"]
    refused(rita.prepare("show", "alone", clip=clip), 409, "not-now")
    asked = rita.sign("open", "propose", clip=clip)[1][1]
    refused(rita.prepare("show", "alone", clip=clip), 409, "not-now")
    assert web.sign(sigrid, "open", "approve", request=asked["statement"])["state"] == "done"
    assert web.prepare(people["rita"], "show", "alone", clip=clip)[0] == 403, "nothing is shown to a program"
    before = desk.sql("SELECT count(*) FROM asv.access_log")
    draft, (status, shown) = rita.sign("show", "alone", clip=clip)
    assert status == 200 and shown["taken"] is not None and desk.sql("SELECT count(*) FROM asv.access_log") != before, shown
    opening = shown["answer"]["opening"]
    path = f"/api/v1/openings/{opening}"
    status, told = rita.ask("GET", path)
    assert status == 200 and told["clip"] == clip and not told["remuxed"], told
    assert told["verdict"] == "VALID" and not told["truncated"] and told["verified_bytes"] == told["bytes"] and told["tail_bytes"] == 0, told
    assert told["mime"] == f'video/mp4; codecs="{told["codecs"]}"' and told["idle_s"] == 900 and told["preroll_ms"] == 0, told
    assert told["checkpoints"][-1]["bytes"] == told["bytes"], told
    left = datetime.fromisoformat(told["expires_at"].replace("Z", "+00:00")) - datetime.now(timezone.utc)
    assert timedelta(hours=11, minutes=50) < left <= timedelta(hours=12, seconds=5), told
    frames = [frame["offset"] for frame in told["frames"]]
    assert frames == sorted(frames) and frames[0] == told["init_bytes"] and frames[-1] < told["bytes"], frames
    media = whole(rita, opening, told["bytes"])
    status, plain, said = desk.shown("rita", clip)
    assert status == 0 and plain.startswith(media) and len(media) == told["bytes"], (len(plain), len(media), said)
    assert b"mvex" in media[:told["init_bytes"]] and b"mvex" not in media[told["init_bytes"]:], "the init, and nothing but it"
    for at in frames:
        assert media[at + 4:at + 8] in (b"moof", b"styp"), "a key frame's fragment begins where the seal says"
    code, headers, _ = web.ask(path + "/media?from=0&bytes=1", Cookie=rita.cookie)
    assert code == 200 and headers["X-Accel-Buffering"] == "no", "A-050: nobody in front keeps what is shown"
    # The end, and what is beyond it.
    assert rita.piece(opening, told["bytes"] - 5, 4194304) == (200, media[-5:])
    for start, size, name in ((told["bytes"], 1, "beyond-end"), (2**62, 1, "beyond-end"), (-1, 1, "bad-field"), (0, 0, "bad-field"),
                              (0, 4194305, "bad-field"), ("1e3", 1, "bad-field"), (0, "1&bytes=2", "doubled-field")):
        refused(rita.piece(opening, start, size), 400, name)
    a_picture_is_pointed_out(desk, web, people, rita, clip)
    # The same again opens nothing; nor is it another's, or another session's of the same person, or a program's.
    status, again = rita.ask("POST", STATEMENTS, {"body": draft["body"], "assertion": rita.who.assertion(draft["challenge"])})
    assert status != 200 or again["answer"] is None, again
    other = Tab(web, people["rita"])
    refused(other.ask("GET", path), 404, "no-opening")
    refused(other.piece(opening, 0, 1), 404, "no-opening")
    refused(other.ask("DELETE", path), 404, "no-opening")
    refused(Tab(web, sigrid).ask("GET", path), 404, "no-opening")  # whoever a policy could let see it: not hers, or none
    for tail in ("", "/media?from=0&bytes=1"):
        assert web.ask(path + tail)[0] == 401
        assert web.ask(path + tail, Authorization=f"Bearer asv_{people['rita'].token}")[0] == 403
    assert web.ask(path + "/media?from=0&bytes=1" + "0" * 3000)[0] == 414 and web.ask(path, X_More="x" * 17000)[0] == 431
    # A second one, and the first ends.
    second = rita.sign("show", "alone", clip=clip)[1][1]["answer"]["opening"]
    assert rita.ask("DELETE", path)[0] == 204 and rita.ask("DELETE", path)[0] == 404
    refused(rita.piece(opening, 0, 1), 404, "no-opening")
    damage(desk, rita, second, clip, media)
    status, _, said = desk.call("vault", "scrub", "--json")
    assert status == 0, f"whoever watches keeps nobody else from the recording: {said}"
    for _ in range(3):
        assert rita.sign("show", "alone", clip=clip)[1][0] == 200
    refused(rita.prepare("show", "alone", clip=clip), 503, "no-keeper")
    assert rita.ask("DELETE", "/api/v1/session")[0] == 204
    assert rita.ask("GET", f"/api/v1/openings/{second}")[0] == 401
    back = Tab(web, people["rita"])
    status, shown = back.sign("show", "alone", clip=clip)[1]
    assert status == 200, "there is room again"
    refused(back.ask("GET", f"/api/v1/openings/{second}"), 404, "no-opening")
    with damaged(desk, clip, 100):
        refused(back.ask("GET", f"/api/v1/openings/{shown['answer']['opening']}"), 409, "damaged")
    return back, shown["answer"]["opening"]


def pictures(path):
    done = subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-i", path, "-map", "0:v", "-f", "framemd5", "-"], check=True, capture_output=True, text=True)
    return [line.split(",")[5] for line in done.stdout.splitlines() if not line.startswith("#")]


def shown_to(people, web, clip):
    """A recording that two people hold, and that another agreed to be shown to rita."""
    rita, sigrid, stefan = Tab(web, people["rita"]), people["sigrid"], people["stefan"]
    held = web.sign(people["willi"], "hold", "propose", clip=clip, incident=site.CASE)
    web.sign(sigrid, "hold", "approve", request=held["statement"])
    asked = rita.sign("open", "propose", clip=clip)[1][1]
    web.sign(stefan, "open", "approve", request=asked["statement"])
    return rita


def open_again(rita, clip):
    status, shown = rita.sign("show", "alone", clip=clip)[1]
    assert status == 200, shown
    return shown["answer"]["opening"]


def at_once(rita, ask, media, meanwhile):
    """What ask() comes to when something happens while the program is being asked."""
    media.will("wait")
    with ThreadPoolExecutor(1) as pool:
        one = pool.submit(ask)
        assert media.asked.wait(60)
        meanwhile()
        media.go.set()
        answer = one.result()
    media.will("run")
    return answer


def what_is_not_fragmented_is_remuxed(desk, web, people, clip):
    """M-012, M-018, M-020 to M-022: on the way, by a program that may die of it, or hang; the server lives."""
    rita = shown_to(people, web, clip)
    opening = open_again(rita, clip)
    path = f"/api/v1/openings/{opening}"
    refused(rita.ask("GET", path), 503, "no-media", "does not run")
    media = Media(web.conf["media"], desk.site.bin("asservat-media"))
    media.will("kill")
    refused(rita.ask("GET", path), 502, "media-failed")
    refused(rita.piece(opening, 0, 1), 502, "media-failed")
    code, told = at_once(rita, lambda: rita.ask("GET", path), media, lambda: busy(web, rita, opening))
    assert code == 200 and told["remuxed"] and told["bytes"] != told["verified_bytes"], told
    data, at = b"", 0
    while at < told["bytes"]:
        code, piece = rita.piece(opening, at, 300007)
        assert code == 200 and piece, piece
        data, at = data + piece, at + len(piece)
    whole = desk.site.directory / "remuxed.mp4"
    whole.write_bytes(data)
    assert len(data) == told["bytes"] and pictures(whole) == pictures(desk.site.video.foreign(**site.SHORT))
    assert rita.ask("DELETE", path)[0] == 204
    # What is being made while it ends goes to nobody: the reviewer ends it, and two people.
    opening = open_again(rita, clip)
    refused(at_once(rita, lambda: rita.piece(opening, 0, 4096), media, lambda: rita.ask("DELETE", f"/api/v1/openings/{opening}")), 404, "no-opening")
    opening = open_again(rita, clip)
    media.will("broken")
    refused(rita.ask("GET", f"/api/v1/openings/{opening}"), 422, "not-playable")
    media.will("run")
    refused(rita.piece(opening, 0, 1), 422, "not-playable")
    assert rita.ask("DELETE", f"/api/v1/openings/{opening}")[0] == 204
    opening = open_again(rita, clip)
    refused(at_once(rita, lambda: rita.piece(opening, 0, 4096), media, lambda: release(web, people, clip)), 404, "no-opening")
    media.close()


def busy(web, rita, opening):
    code, headers, _ = web.ask(f"/api/v1/openings/{opening}", Cookie=rita.cookie)
    assert code == 429 and headers["Retry-After"] == "1", (code, headers)
    refused(rita.piece(opening, 0, 1), 429, "busy")


def release(web, people, clip):
    request = web.sign(people["sigrid"], "release", "propose", clip=clip)
    assert web.sign(people["stefan"], "release", "approve", request=request["statement"])["taken"]


def what_is_held_no_more_is_shown_no_more(tab, opening):
    """M-010: opening against release."""
    refused(tab.ask("GET", f"/api/v1/openings/{opening}"), 404, "no-opening")
    refused(tab.piece(opening, 0, 1), 404, "no-opening")


@contextmanager
def damaged(desk, clip, at):
    """A recording with one wrong byte, in the vault and its mirror."""
    changed = []
    for root in ("vault", "mirror"):
        for payload in desk.site.directory.glob(f"{root}/sealed/*/*/*/{clip}/payload"):
            data = bytearray(payload.read_bytes())
            changed.append((payload, bytes(data)))
            data[at] ^= 1
            payload.write_bytes(data)
    assert changed
    yield
    for payload, data in changed:
        payload.write_bytes(data)


def damage(desk, rita, opening, clip, media):
    """M-002: a piece that is not what the camera signed is not given out, and the others are."""
    with damaged(desk, clip, 65552 + 100):
        refused(rita.piece(opening, 65536, 10), 409, "damaged")
        refused(rita.piece(opening, 65530, 10), 409, "damaged")
        assert rita.piece(opening, 0, 65536) == (200, media[:65536])
    assert rita.piece(opening, 65536, 10) == (200, media[65536:65546])


def blocks_and_releases(desk, web, people, clips):
    rita = people["rita"]
    assert web.sign(rita, "block", "alone", clip=clips[0], ground="private-life")["taken"]
    refused(web.prepare(rita, "block", "alone", clip=clips[0], ground="private-life"), 403, "refused")
    looked = web.prepare(rita, "open", "propose", clip=clips[0])
    refused(looked, 403, "refused", "professional secrets or private life")
    release(web, people, clips[1])
    assert desk.state(clips[1]) == "released"


def what_is_no_request(desk, web, people, clip, draft):
    """A-021, A-023, A-004: who may not, and what is not of its form; what there is not."""
    willi = people["willi"]
    nowhere = "0197a3c0-0000-7000-8000-000000000001"
    refused(web.prepare(willi, "hold", "propose", clip=nowhere, incident=site.CASE), 404, "not-found")
    stranger = os.urandom(32).hex()
    other = willi.sign_in(scopes=1)
    for path, body in ((PREPARE, {"action": "hold", "step": "propose", "reason": "x", "clip": clip, "incident": site.CASE}),
                       (STATEMENTS, {"body": draft["body"], "assertion": willi.assertion(draft["challenge"])})):
        assert web.post(willi, path, body, token=stranger)[0] == 401
        assert web.post(willi, path, body, token=other)[0] == 403
        assert web.post(willi, path, body, Content_Type="text/plain")[0] == 415
        assert web.post(willi, path, body | {"more": 1})[0] == 400
        assert web.post(willi, path, body | {"reason" if path == PREPARE else "body": "x" * 140000})[0] == 413
        assert web.post(willi, path + "?" + "x" * 3000, body)[0] == 414
        assert web.post(willi, path, body, X_More="x" * 17000)[0] == 431


def too_often(web, willi):
    """A-034"""
    for path in (PREPARE, STATEMENTS, CHECK, f"{PROPOSALS}/{'0' * 64}"):
        head, link, code = {"Content-Type": "application/json", "Authorization": f"Bearer asv_{willi.sign_in()}"}, web.link(), 0
        method = "GET" if path.startswith(PROPOSALS) else "POST"
        for _ in range(3000):
            link.request(method, path, b"{}" if method == "POST" else None, head)
            answer = link.getresponse()
            data, code = answer.read(), answer.status
            if code == 429:
                break
        assert code == 429, path
        web.judge(method, path, code, dict(answer.getheaders()), data)


def without_a_keeper(desk, web, people, clip):
    """A-065: signed and stored; the same again goes on."""
    sigrid = people["sigrid"]
    status, draft = web.prepare(sigrid, "block", "alone", clip=clip, ground="dwelling")
    desk.site.keeper.stop()
    status, stored = web.hand_in(sigrid, draft)
    assert status == 202 and stored["state"] == "stored" and stored["taken"] is None, (status, stored)
    desk.site.start_keeper()
    status, done = web.hand_in(sigrid, draft)
    assert status == 200 and done["taken"] is not None, (status, done)


def a_request_that_is_over(desk, web, people, clip):
    """A-064: things may stand otherwise by the second call."""
    willi, sigrid = people["willi"], people["sigrid"]
    requested = web.sign(willi, "erase-early", "propose", clip=clip)
    _, draft = web.prepare(sigrid, "erase-early", "approve", request=requested["statement"])
    web.sign(willi, "erase-early", "withdraw", request=requested["statement"])
    before = count(desk)
    refused(web.hand_in(sigrid, draft), 409, "not-now", "decided otherwise before")
    body = unb64(draft["body"]).replace(bytes.fromhex(requested["statement"]), os.urandom(32))
    challenge = b64(hashlib.sha256(b"asservat/v1/statement\0" + hashlib.sha256(body).digest()).digest())
    refused(web.hand_in(sigrid, draft | {"body": b64(body), "challenge": challenge}), 404, "not-found")
    assert count(desk) == before and desk.state(clip) == "sealed"


def a_key_is_offered(desk, web, rita):
    """A-067: whoever is signed in offers a key; it counts when two people have enrolled it."""
    cookie = rita.cookie()
    head = {"Cookie": f"__Host-asservat={cookie}"}
    csrf = json.loads(web.ask("/api/v1/session", **head)[2])["csrf"]
    head |= {"Origin": ORIGIN, "X_CSRF_Token": csrf, "Content_Type": "application/json"}
    new = Authenticator(desk, "rita", key_only=True)

    def offer(client=None, path=OFFER, **other):
        challenge = json.loads(web.ask("/api/v1/session/challenge", "POST", Origin=ORIGIN)[2])["challenge"]
        said = {"type": "webauthn.create", "challenge": challenge, "origin": ORIGIN, "crossOrigin": False} | (client or {})
        body = {"id": b64(new.id), "public_key": b64(new.spki), "client_data": b64(json.dumps(said).encode())}
        how = head | {name: other.pop(name) for name in [*other] if name[0].isupper()}
        code, _, answer = web.ask(path, "POST", json.dumps(body | other).encode(), **how)
        return code, json.loads(answer)

    for client in ({"type": "webauthn.get"}, {"origin": ORIGIN + ":8443"}, {"challenge": b64(os.urandom(32))}, {"crossOrigin": True}):
        refused(offer(client), 400, "bad-proof")
    for key in (new.spki[:27] + bytes(64), bytes(91), new.spki[:-1] + bytes([new.spki[-1] ^ 1])):
        refused(offer(public_key=b64(key)), 400, "bad-field")
    assert offer(Cookie="__Host-asservat=" + "0" * 64)[0] == 401 and offer(X_CSRF_Token="0" * 64)[0] == 403
    assert offer(Content_Type="text/plain")[0] == 415 and offer(client_data="x" * 9000)[0] == 413
    assert offer(path=OFFER + "?" + "x" * 3000)[0] == 414 and offer(X_More="x" * 17000)[0] == 431
    code, offered = offer()
    assert code == 201, offered
    assert offer()[0] == 409, "a key is one credential's, for ever"
    rows = desk.sql(f"SELECT encode(record, 'hex'), name, roles, units, enrolled_at IS NULL FROM asv.credential_state WHERE digest = '\\x{offered['credential']}'")
    record = bytes.fromhex(rows[0][0])
    assert rows[0][1:] == ["rita", "8", "{32-3}", "t"] and record[:90] == rita.record[:90] and new.public in record and new.id in record, rows
    assert record[-34:-2] == rita.record[-34:-2], "the relying party"
    new.digest = hashlib.sha256(record).digest()
    new.enrol()
    status, draft = web.prepare(new, "incident-clip", "alone", incident=site.CASE, clip=str(uuid.uuid4()), record={}, credential=offered["credential"])
    assert status == 404, draft
    more = {"incident": site.CASE, "record": {"cause": "danger", "offence": "x", "danger": "y", "place": "z", "from": "2026-01-05T06:00:00.000Z"}}
    for one in (rita, new):
        assert Tab(web, one).prepare("incident", "alone", **more)[1]["credentials"] == [b64(one.id)], "A-161: what she has signed in with"
    link, code = web.link(), 0
    for _ in range(3000):
        link.request("POST", OFFER, b"{}", {name.replace("_", "-"): value for name, value in head.items()})
        answer = link.getresponse()
        data, code = answer.read(), answer.status
        if code == 429:
            break
    assert code == 429
    web.judge("POST", OFFER, code, dict(answer.getheaders()), data)
    return head


def somebody_recorded_asks(desk, web, people, anna, doris):
    """LAW L6, L7, A-049: the officer alone answers; of a camera a day, and of several days no camera."""
    today = datetime.now(ZoneInfo("Europe/Berlin")).replace(hour=0, minute=0, second=0, microsecond=0)
    camera = desk.sql("SELECT encode(camera, 'hex') FROM asv.clip LIMIT 1")[0][0]

    def about(begin, end, **more):
        from_, until = ((today + timedelta(days=n)).astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.000Z") for n in (begin, end))
        return {"action": "subject-request", "step": "alone", "record": {"from": from_, "until": until} | more}

    for who in (anna, people["willi"], people["sigrid"], people["rita"]):
        refused(web.prepare(who, **about(0, 1)), 403, "refused", "roles may do this")
    refused(web.prepare(doris, **about(-1, 1, camera=camera)), 400, "bad-field")
    day = web.sign(doris, **about(0, 1, camera=camera))["answer"]["recordings"]
    assert day and all(row["camera"] for row in day), day
    week = web.sign(doris, **about(-5, 1))["answer"]["recordings"]
    assert len(week) >= len(day) and not any(row["camera"] for row in week), week


def the_house_decides(desk, web, people):
    """Whose credentials count, and for whom something may be wrapped, takes the same two calls, and the same two people."""
    anna, sigrid, stefan = Authenticator(desk, "anna"), people["sigrid"], people["stefan"]
    doris = Authenticator(desk, "doris", enrolled=False)
    mine = {"action": "block", "step": "alone", "ground": "dwelling", "clip": str(uuid.uuid4())}
    assert web.prepare(doris, **mine)[1]["type"].endswith(":no-authenticator")
    status, draft = web.prepare(anna, "enrol", "propose", about=doris.digest.hex())
    words = {line["name"]: line["text"] for line in draft["lines"]["de"]}
    assert status == 200 and words["wer"] == "doris" and words["darf handeln als"] == "Datenschutzbeauftragter", words
    status, proposed = web.hand_in(anna, draft)
    assert status == 200 and proposed["taken"] is None, proposed
    refused(web.prepare(anna, "enrol", "approve", request=proposed["statement"]), 403, "refused")
    web.sign(sigrid, "enrol", "approve", request=proposed["statement"])
    assert web.prepare(doris, **mine)[0] == 404, "there is no such recording, but somebody who may ask"
    somebody_recorded_asks(desk, web, people, anna, doris)
    own = Authenticator(desk, "stefan", enrolled=False)
    proposed = web.sign(anna, "enrol", "propose", about=own.digest.hex())
    status, draft = web.prepare(stefan, "enrol", "approve", request=proposed["statement"])
    assert status == 200 and web.hand_in(stefan, draft)[0] == 403, "nobody enrols himself (ST-099)"
    assert web.sign(sigrid, "revoke", "alone", about=doris.digest.hex())["taken"]
    assert web.prepare(doris, **mine)[1]["type"].endswith(":no-authenticator")
    key = subprocess.run(["age-keygen", "-y", desk.keys / "recovery"], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
    card = {"key": key, "file": b64("recipient-card\nStA Duisburg\nR1200S\nKoloniestraße 72\n47057 Duisburg\n\n".encode())}
    refused(web.prepare(anna, "recipient", "propose", **card | {"key": "age1" + "q" * 58}), 400, "missing-field")
    refused(web.prepare(anna, "recipient", "propose", key=key), 400, "missing-field")
    refused(web.prepare(anna, "recipient", "propose", **card | {"file": b64(b"recipient-card\nStA Duisburg\n")}), 400, "bad-field")
    status, draft = web.prepare(anna, "recipient", "propose", **card)
    assert draft["file"] == card["file"], draft
    assert web.hand_in(anna, draft | {"file": None})[0] == 400, "the card is signed, and comes again"
    status, proposed = web.hand_in(anna, draft)
    assert status == 200, proposed
    status, draft = web.prepare(stefan, "recipient", "approve", request=proposed["statement"])
    assert {"name": "", "text": "47057 Duisburg"} in draft["lines"]["de"] and draft["file"] == card["file"], draft
    assert web.sign(stefan, "recipient", "approve", request=proposed["statement"])["taken"]
    row, = desk.json("recipient", "list")
    assert (row["name"], row["code"], row["address"]) == ("StA Duisburg", "R1200S", ["Koloniestraße 72", "47057 Duisburg"]), row
    two_people_hand_over(desk, web, people, anna)
    assert web.sign(sigrid, "recipient-ends", "alone", key=key)["taken"]
    return anna


# ---- hand-overs ----


@cache
def received(handover):
    """HO-010: behind what was made, and for both people the same."""
    return f"{datetime.now(timezone.utc):%Y-%m-%dT%H:%M:%S}"


def receipt(handover, output, **more):
    return {"handover": handover, "how": "form", "received": output, "at": f"{received(handover)}.000Z", "receiver": "JHS Meier", "document": "4c" * 32} | more


def read(web, who, path):
    code, _, body = web.ask(path, Authorization=f"Bearer asv_{who.sign_in(scopes=1 << 1)}")
    assert code == 200, (path, code, body)
    return json.loads(body)


def no_plan_is_made(desk, web, erika, wanted, free):
    """A-223, A-064: what is no wish, and what the rules refuse, before anybody signs; nothing of it is kept."""
    plan, before = wanted["plan"], count(desk)
    clip, = plan["clips"]

    def prepared(**other):
        return web.prepare(erika, "hand-over", "propose", **wanted | other)

    for what in ({"clips": []}, {"clips": [clip | {"form": "all"}]}, {"recipients": []}, {"recipients": ["x"]}, {"outputs": ["usb"]}, {"outputs": []}, {"protection": "none"},
                 {"clips": [{"clip": clip["clip"]}]}, {"clips": [clip | {"from_ms": -1}]}, {"clips": "all"}, {"more": 1}):
        code, problem = prepared(plan=plan | what)
        assert code == 400 and problem["field"] == "plan", (what, problem)
    for what, name in (({"plan": None}, "bad-field"), ({"file": "AAAA"}, "missing-field"), ({"plan": {k: plan[k] for k in ("clips", "outputs")}}, "missing-field")):
        refused(prepared(**what), 400, name)
    refused(web.prepare(erika, "hand-over", "propose", incident=site.CASE), 400, "missing-field")
    refused(web.prepare(erika, "hand-over", "propose", plan=plan), 400, "missing-field")
    for what, words in (({"clips": [clip | {"clip": free}]}, "not held for this incident"), ({"clips": [clip | {"from_ms": 0, "until_ms": 1}]}, "an excerpt is none"),
                        ({"clips": [clip, clip]}, "named twice"), ({"recipients": plan["recipients"] * 2}, "named twice"), ({"outputs": ["carrier", "carrier"]}, "named twice"),
                        ({"clips": [clip | {"form": "excerpt", "from_ms": 5, "until_ms": 5}]}, "an excerpt is none"),
                        ({"clips": [clip | {"form": "excerpt"}]}, "an excerpt is none"),
                        ({"clips": [clip | {"form": "excerpt", "from_ms": 900000, "until_ms": 901000}]}, "behind the end of its recording"),  # HO-144
                        ({"outputs": ["filing"]}, "only a carrier is closed")):
        refused(prepared(plan=plan | what), 409, "refused", words)
    change = "SET session_replication_role = replica; UPDATE asv.clip SET leaves = leaves {0} 3051, payload_bytes = payload_bytes {0} 3051 * 65552 WHERE clip = '{1}'"
    desk.sql(change.format("+", clip["clip"]))  # HO-018
    refused(prepared(plan=plan | {"outputs": ["filing"], "protection": "open"}), 409, "refused", "more than may be filed at once")
    desk.sql(change.format("-", clip["clip"]))
    assert prepared(plan=plan | {"recipients": ["0b" * 32]})[0] == 404
    assert prepared(incident="32-3/1999/1")[0] == 404
    assert count(desk) == before and desk.sql("SELECT count(*) FROM asv.handover_plan") == [["0"]]


def what_ended_is_begun_again(desk, web, people, handover):
    """HO-019, HO-140, HO-141: why the job ended, by its kind; by whoever may, of what ended, and by nobody else."""
    stefan, rita = (Tab(web, people[who]) for who in ("stefan", "rita"))
    path = f"/api/v1/handovers/{handover}"

    def told(stage, error, cause):
        desk.sql(f"SELECT asv.handover_progress('{handover}', '{stage}', 0::smallint, 0, {error}, {cause})")
        return {name: value for name, value in stefan.ask("GET", path)[1].items() if name in ("state", "failure", "cause", "again_at")}
    assert told("recordings", "NULL", "NULL") == {"state": "building"}
    code, problem = stefan.ask("POST", f"{path}/again")
    assert (code, problem["type"].split("/")[-1].split(":")[-1]) == (409, "not-ended") and "neu zu beginnen" in problem["title_de"], problem
    assert told("failed", "'of a file'", "'differs'") == {"state": "failed", "failure": "of a file", "cause": "differs"}
    code, problem = rita.ask("POST", f"{path}/again")
    assert code == 403, (code, problem)
    assert stefan.ask("POST", f"/api/v1/handovers/{uuid.uuid4()}/again")[0] == 404
    assert web.ask(f"{path}/again", "POST", None, Cookie=stefan.cookie, Origin=ORIGIN)[0] == 403, "A-022"
    assert stefan.ask("POST", f"{path}/again")[0] == 204
    assert desk.sql(f"SELECT stage, tries, again_at <= now() FROM asv.handover_build WHERE handover = '{handover}'") == [["again", "0", "t"]]
    assert told("again", "'a keeper'", "'away'").keys() == {"state", "failure", "cause", "again_at"}
    assert stefan.ask("POST", f"{path}/again")[0] == 204


def an_exporter(desk):
    desk.person("erika", "1007", "exporter")
    desk.enrol("erika", "anna", "sigrid")
    return Authenticator(desk, "erika")


def two_people_hand_over(desk, web, people, anna):
    """A-223, A-224, LAW H10: a plan that two people sign by its digest; what came back of it, by two as well."""
    sigrid, stefan, willi, erika = people["sigrid"], people["stefan"], people["willi"], an_exporter(desk)
    held, free = (desk.sql(f"SELECT c.clip FROM asv.clip c WHERE (asv.state_of(c.recording) = 'held') = {so} AND NOT EXISTS (SELECT FROM asv.block b WHERE b.recording = c.recording) ORDER BY 1 LIMIT 1")[0][0]
                  for so in ("true", "false"))
    key = desk.sql("SELECT encode(key, 'hex') FROM asv.recipient_page(NULL, NULL, 1)")[0][0]
    wanted = {"incident": desk.sql(f"SELECT i.case_number FROM asv.incident i, asv.clip c WHERE c.clip = '{held}' AND i.id = asv.held_for(c.recording)")[0][0],
              "plan": {"clips": [{"clip": held, "form": "whole"}], "recipients": [key], "outputs": ["carrier"], "protection": "age"}}
    no_plan_is_made(desk, web, erika, wanted, free)
    for who in (willi, sigrid):  # HO-017, LAW L4: the policy lists the exporter alone
        refused(web.prepare(who, "hand-over", "propose", **wanted), 403, "refused", "none of the person's roles may do this")
    status, draft = web.prepare(erika, "hand-over", "propose", **wanted)
    plan = unb64(draft["file"])
    assert status == 200 and hashlib.sha256(plan).digest() in unb64(draft["body"]) and desk.sql("SELECT count(*) FROM asv.handover_plan") == [["0"]], draft
    assert web.hand_in(erika, draft | {"file": None})[0] == 400, "the plan is signed, and comes again"
    for at, byte in ((40, 1), (plan.index(b"StA Duisburg") - 37, 1), (len(plan) - 12, 3), (len(plan) - 11, 3)):  # its id, the protection, a recording, its form
        other = plan[:at] + bytes([plan[at] ^ byte]) + plan[at + 1:]
        assert web.hand_in(erika, draft | {"file": b64(other)})[0] in (400, 404, 409), at
    assert desk.sql("SELECT count(*) FROM asv.handover_plan") == [["0"]]
    status, proposed = web.hand_in(erika, draft)
    assert status == 200 and proposed["taken"] is None, proposed
    assert web.hand_in(erika, draft)[1]["statement"] == proposed["statement"], "A-063"
    request = {"request": proposed["statement"]}
    refused(web.prepare(erika, "hand-over", "approve", **request), 403, "refused", "nobody approves the hand-over")
    refused(web.prepare(stefan, "hand-over", "withdraw", **request), 403, "refused", "somebody else")
    refused(web.prepare(willi, "hand-over", "approve", **request), 403, "refused")
    refused(web.prepare(stefan, "hand-over", "approve", request="0" * 64), 404, "refused", "no such request")
    status, answered = web.prepare(stefan, "hand-over", "approve", **request)
    assert status == 200 and answered["file"] == draft["file"] and answered["proposal"]["de"], answered
    assert "K-0" not in json.dumps(answered), "A-048: no camera"
    assert web.hand_in(stefan, answered | {"file": None})[1]["taken"]
    assert web.prepare(stefan, "hand-over", "refuse", **request)[0] in (404, 409), "it is decided"
    handover = desk.sql("SELECT id FROM asv.handover")[0][0]
    what_ended_is_begun_again(desk, web, people, handover)
    output = hashlib.sha256(b"carrier").hexdigest()
    desk.sql(f"SELECT asv.handover_built('{handover}', 'carrier', '\\x{output}', 1234, 57, 'asservat 0.1')")
    refused(web.prepare(erika, "handover-receipt", "alone", record=receipt(handover, output) | {"signature": "AAAA"}), 400, "bad-field")
    assert web.prepare(erika, "handover-receipt", "alone", record={"handover": handover})[0] == 400
    assert web.prepare(erika, "handover-receipt", "alone", record=receipt(str(uuid.uuid4()), output))[0] == 404
    assert web.prepare(erika, "handover-receipt", "alone", record=receipt(handover, output, how="signed", signature="AAAA"))[0] in (400, 409), "A-228"
    refused(web.prepare(erika, "release", "propose", clip=held), 403, "refused", "until then the original stays")  # LAW H10
    web.sign(erika, "handover-receipt", "alone", record=receipt(handover, output))
    status, draft = web.prepare(erika, "handover-receipt", "alone", record=receipt(handover, output))
    assert status != 200 or web.hand_in(erika, draft)[0] == 403, "of a form another one says the same"
    web.sign(stefan, "handover-receipt", "alone", record=receipt(handover, output))
    assert desk.sql(f"SELECT asv.handover_received_at('{handover}') IS NOT NULL") == [["t"]]
    status, draft = web.prepare(erika, "handover-end", "alone", record={"handover": handover})
    assert status != 200 or web.hand_in(erika, draft)[0] == 409, "it is over"
    what_a_recipient_signed(desk, web, people, erika, anna, wanted)


def what_a_recipient_signed(desk, web, people, erika, anna, wanted):
    """A-228, HO-012: with the certificate on the card that two people registered one person is enough, and nothing else is one; and what nothing comes of."""
    stefan, d = people["stefan"], desk.keys
    for name in ("sta", "other"):
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={name}", "-days", "30",
                        "-keyout", d / f"{name}.key", "-out", d / f"{name}.pem"], check=True, capture_output=True)
    der = subprocess.run(["openssl", "x509", "-in", d / "sta.pem", "-outform", "DER"], check=True, capture_output=True).stdout
    key = subprocess.run(["age-keygen"], check=True, capture_output=True, text=True).stderr.split()[-1]
    card = b64(f"recipient-card\nAG Duisburg\n\nWeg 1\n{hashlib.sha256(der).hexdigest()}\n".encode())
    registered = web.sign(anna, "recipient", "propose", key=key, file=card)
    web.sign(stefan, "recipient", "approve", request=registered["statement"])
    pk = desk.sql("SELECT encode(key, 'hex') FROM asv.recipient_page(NULL, NULL, 9) WHERE name = 'AG Duisburg'")[0][0]

    def handed_over():
        plan = wanted["plan"] | {"recipients": [pk], "protection": "open", "outputs": ["filing", "carrier"]}
        proposed = web.sign(erika, "hand-over", "propose", **wanted | {"plan": plan})
        web.sign(stefan, "hand-over", "approve", request=proposed["statement"])
        return desk.sql("SELECT id FROM asv.handover ORDER BY id DESC LIMIT 1")[0][0]
    handover = handed_over()
    web.sign(stefan, "handover-end", "alone", record={"handover": handover})
    assert read(web, erika, "/api/v1/handovers")["handovers"][0]["state"] == "cancelled"
    handover = handed_over()
    output = hashlib.sha256(b"another").hexdigest()
    for kind in ("carrier", "filing"):
        desk.sql(f"SELECT asv.handover_built('{handover}', '{kind}', '\\x{output}', 1234, 57, 'asservat 0.1')")

    def signed(name, text, *more):
        (d / "receipt.txt").write_text(text)
        return subprocess.run(["openssl", "cms", "-sign", "-cades", "-binary", "-md", "sha256", *(more or ("-nosmimecap",)), "-in", d / "receipt.txt", "-signer", d / f"{name}.pem", "-inkey", d / f"{name}.key",
                               "-outform", "DER"], check=True, capture_output=True).stdout
    text = f"handover-receipt\n{handover}\n{output}\n{received(handover)}Z\nJHS Meier\n"
    for who, what, *more in (("other", text), ("sta", text.replace("Meier", "Müller")), ("sta", text.replace("handover", "hand-over")), ("sta", text, "-nocerts")):
        p7s = signed(who, what, *more)
        record = receipt(handover, output, how="signed", document=hashlib.sha256(p7s).hexdigest(), signature=b64(p7s))
        code, problem = web.prepare(stefan, "handover-receipt", "alone", record=record)
        assert code in (400, 409), problem
    p7s = signed("sta", text)
    record = receipt(handover, output, how="signed", document=hashlib.sha256(p7s).hexdigest(), signature=b64(p7s))
    web.sign(stefan, "handover-receipt", "alone", record=record)
    got = read(web, erika, f"/api/v1/handovers/{handover}")
    assert got["state"] == "received" and got["receipts"][0]["document"] == record["document"] and got["receipts"][0]["receiver"] == "JHS Meier", got


# ---- policies ----

def policy(version, days):
    text = (site.TOP / "deploy/policies/nrw-ordnungsamt.json").read_text()
    return text.replace('"version": 1', f'"version": {version}').replace('"days": 14', f'"days": {days}').encode()


def ahead(days):
    return (datetime.now(ZoneInfo("Europe/Berlin")) + timedelta(days=days)).strftime("%Y-%m-%d")


def check(web, who, text, date):
    return web.post(who, CHECK, {"file": b64(text), "date": date})


def kept(desk):
    return int(desk.sql("SELECT count(*) FROM asv.policy_file")[0][0])


def a_mistake_has_its_line(desk, web, anna):
    """A-180: line by line, in two languages, of whatever comes; nothing of it is kept."""
    good, before = policy(2, 7), kept(desk)
    for text, line, where, en, de in ((policy(2, 0), 7, "retention.days", "0 is out of range; give 1 to 366", "0 liegt außerhalb; 1 bis 366 angeben"),
                                      (good.replace(b'"open"', b'"open<b>"'), 22, "open<b>", "is unknown here", "hier unbekannt"),
                                      (good[:-3], 0, "", "correct the JSON", "kein JSON"), (b"[]", 1, "", "is no object", "kein Objekt"),
                                      (good.replace(b"NRW", b"\xff", 1), 0, "", "correct the JSON", "kein JSON"), (b"\0", 1, "", "correct the JSON", "kein JSON"),
                                      (b"\xef\xbb\xbf" + good, 1, "", "correct the JSON", "kein JSON"), (b" " * 32768, 0, "", "correct the JSON", "kein JSON")):
        status, said = check(web, anna, text, ahead(2))
        assert status == 200 and said["policy"] is None, (text[:40], said)
        found = said["mistake"]
        assert (found["line"] == line or line == 0) and found["where"] == where and en in found["en"] and de in found["de"], found
        refused(web.prepare(anna, "policy", "propose", file=b64(text), date=ahead(2)), 409, "refused", "this text is no policy")
    for body in ({"file": "", "date": ahead(2)}, {"file": b64(b" " * 32769), "date": ahead(2)}, {"file": b64(good) + "=", "date": ahead(2)},
                 {"file": b64(good), "date": "2027-02-30"}, {"file": 1, "date": ahead(2)}):
        refused(web.post(anna, CHECK, body), 400, "bad-field")
    refused(web.post(anna, CHECK, {"file": b64(good)}), 400, "missing-field")
    for missing in ("file", "date"):
        fields = {"file": b64(good), "date": ahead(2)}
        fields.pop(missing)
        refused(web.prepare(anna, "policy", "propose", **fields), 400, "missing-field")
    for text, date, words in ((good, ahead(0), "never in force backwards"), (policy(1, 7), ahead(2), "version must be above")):
        refused(check(web, anna, text, date), 409, "refused", words)
        refused(web.prepare(anna, "policy", "propose", file=b64(text), date=date), 409, "refused", words)
    assert kept(desk) == before


def as_the_command_line_counts(desk, web, anna):
    """A-181, LAW T8: one count, whoever asks."""
    names = {"recordings": "recordings that are kept now", "unchanged": "would end as before", "earlier": "would be erased earlier",
             "at_once": "of these at once", "later": "would be kept longer", "decide": "would need a decision"}
    for days in (1, 7, 30):
        status, said = check(web, anna, policy(2, days), ahead(2))
        file = desk.keys / "next.json"
        file.write_bytes(policy(2, days))
        _, _, err = desk.call("policy", "propose", file, "--from", ahead(2), *desk.by("sigrid"))  # who may not, and is shown it
        assert status == 200 and said["mistake"] is None and "takes the role administrator" in err, err
        shown = {name: re.search(rf"^ *(\d+)  .*{words}", err, re.M) for name, words in names.items()}
        assert said["policy"]["effect"] == {name: int(found[1]) if found else 0 for name, found in shown.items()}, (said, err)
        assert said["policy"]["effect"]["recordings"] > 0 and said["policy"]["digest"] in err, err
        assert said["policy"]["today"] == {"name": "nrw-ordnungsamt", "version": 1, "days": 14}, said
    return said


def a_policy_is_proposed(desk, web, anna, text, date):
    """A-182: nothing is kept before it is signed, and then what was signed."""
    before, statements = kept(desk), count(desk)
    status, draft = web.prepare(anna, "policy", "propose", file=b64(text), date=date)
    words = {line["name"]: line["text"] for line in draft["lines"]["de"]}
    assert status == 200 and words["Regeldatei"] == hashlib.sha256(text).hexdigest() == draft["policy"]["digest"], draft
    assert draft["policy"] == check(web, anna, text, date)[1]["policy"], "A-183"
    refused(web.hand_in(anna, draft), 400, "bad-field")
    refused(web.hand_in(anna, draft | {"file": b64(text + b" ")}), 409, "says-else")
    refused(web.hand_in(anna, draft | {"file": b64(b"{")}), 409, "refused", "no policy")
    assert (kept(desk), count(desk)) == (before, statements)
    status, done = web.hand_in(anna, draft | {"file": b64(text)})
    assert status == 200 and (kept(desk), done["state"]) == (before + 1, "done"), done
    assert web.hand_in(anna, draft | {"file": b64(text)})[1]["statement"] == done["statement"]
    status, again = web.prepare(anna, "policy", "propose", file=b64(text), date=date)
    assert again["state"] == "done" and "proposed" in again["notes"][0]["en"], again
    return done["statement"]


def what_waits_is_shown(web, people, anna, text, proposal):
    """A-181: to whoever may answer it, with the bytes that were signed."""
    sigrid, rita = Tab(web, people["sigrid"]), Tab(web, people["rita"])
    mine, theirs = ([row for row in tab.ask("GET", PROPOSALS)[1]["proposals"] if row["proposal"] == proposal] for tab in (Tab(web, anna), sigrid))
    assert mine[0] == theirs[0] | {"own": True} and theirs[0]["own"] is False and theirs[0]["proposed_by"] == "anna", (mine, theirs)
    refused(rita.ask("GET", PROPOSALS), 403, "forbidden")
    path = f"{PROPOSALS}/{proposal}"
    code, shown = sigrid.ask("GET", path)
    assert code == 200 and shown["file"].encode() == text and shown["own"] is False, shown
    assert "Auswertung" not in str(shown["lines"]) and "Übergriff auf eine Kollegin" in str(shown["lines"]["de"]), shown
    assert shown["policy"] == check(web, anna, text, shown["policy"]["from_day"])[1]["policy"], shown
    refused(rita.ask("GET", path), 403, "forbidden")
    refused(sigrid.ask("GET", f"{PROPOSALS}/{'0' * 64}"), 404, "not-found")
    refused(web.prepare(anna, "policy", "approve", request=proposal), 403, "refused")
    refused(web.prepare(people["rita"], "policy", "approve", request=proposal), 403, "refused")
    refused(web.prepare(people["sigrid"], "policy", "withdraw", request=proposal), 403, "refused")


@contextmanager
def over(desk, statement):
    """Its time; the ledger knows when that really is."""
    until = desk.sql(f"SELECT expires_at FROM asv.statement WHERE digest = '\\x{statement}'")[0][0]
    change = f"SET session_replication_role = replica; UPDATE asv.statement SET expires_at = %s WHERE digest = '\\x{statement}'"
    desk.sql(change % "clock_timestamp()")
    yield
    desk.sql(change % f"'{until}'")


def two_policies_at_once(desk, web, people, anna):
    """A-183, LAW T8: of one version one counts; the other is told so, is shown no more, and what was recorded keeps its period."""
    before = [(c["clip"], c["due"]) for c in desk.json("clip", "list")]
    texts, who = (policy(2, 7), policy(2, 30)), (people["sigrid"], people["stefan"])
    with ThreadPoolExecutor(2) as pool:
        drafts = list(pool.map(lambda text: web.prepare(anna, "policy", "propose", file=b64(text), date=ahead(2))[1] | {"file": b64(text)}, texts))
        proposals = [done[1]["statement"] for done in pool.map(lambda draft: web.hand_in(anna, draft), drafts)]
        drafts = [web.prepare(one, "policy", "approve", request=proposal)[1] for one, proposal in zip(who, proposals)]
        assert [draft["policy"]["days"] for draft in drafts] == [7, 30] and all(draft["proposal"] for draft in drafts), drafts
        got = list(pool.map(lambda n: web.hand_in(who[n], drafts[n]), range(2)))
    codes = sorted(code for code, _ in got)
    assert codes[0] == 200 and codes[1] in (403, 409), got
    won = [code for code, _ in got].index(200)
    lost = proposals[1 - won]
    assert desk.sql("SELECT days FROM asv.policy_version WHERE version = 2") == [[str((7, 30)[won])]], got
    assert [(c["clip"], c["due"]) for c in desk.json("clip", "list")] == before
    tab = Tab(web, who[1 - won])
    assert tab.ask("GET", PROPOSALS)[1] == {"proposals": []}
    code, said = tab.ask("GET", f"{PROPOSALS}/{lost}")
    assert code in (404, 409), said
    refused(web.prepare(who[1 - won], "policy", "approve", request=lost), code, *(("not-found",) if code == 404 else ("refused", "version must be above")))
    assert tab.ask("GET", "/api/v1/policies")[1]["policies"][0]["version"] == 2


def policies(desk, web, people, anna):
    sigrid, stefan = people["sigrid"], people["stefan"]
    a_mistake_has_its_line(desk, web, anna)
    refused(check(web, sigrid, policy(2, 7), ahead(2)), 403, "forbidden")
    as_the_command_line_counts(desk, web, anna)
    text = policy(2, 9)
    first = a_policy_is_proposed(desk, web, anna, text, ahead(3))
    what_waits_is_shown(web, people, anna, text, first)
    assert web.sign(anna, "policy", "withdraw", request=first)["taken"]
    second = a_policy_is_proposed(desk, web, anna, policy(2, 10), ahead(3))
    assert web.sign(stefan, "policy", "refuse", request=second)["taken"]
    expired = a_policy_is_proposed(desk, web, anna, policy(2, 11), ahead(3))
    _, draft = web.prepare(sigrid, "policy", "approve", request=expired)
    stale = a_policy_is_proposed(desk, web, anna, policy(2, 12), ahead(3))
    _, late = web.prepare(sigrid, "policy", "approve", request=stale)
    with over(desk, expired):
        for answer in (web.prepare(sigrid, "policy", "approve", request=expired), web.hand_in(sigrid, draft), Tab(web, sigrid).ask("GET", f"{PROPOSALS}/{expired}")):
            refused(answer, 404, "not-found")
        assert [row["proposal"] for row in Tab(web, sigrid).ask("GET", PROPOSALS)[1]["proposals"]] == [stale]
    web.sign(anna, "policy", "withdraw", request=expired)
    two_policies_at_once(desk, web, people, anna)
    refused(web.hand_in(sigrid, late), 409, "refused", "version must be above")  # decided since it was prepared
    refused(Tab(web, sigrid).ask("GET", f"{PROPOSALS}/{stale}"), 409, "refused", "version must be above")
    return f"{PROPOSALS}/{a_policy_is_proposed(desk, web, anna, policy(3, 14), ahead(4))}"


def what_is_no_policy_request(web, people, anna, path):
    """A-004, A-021, A-023, A-034, A-040 of these paths."""
    body = {"file": b64(policy(3, 7)), "date": ahead(2)}
    assert web.post(anna, CHECK, body, token=os.urandom(32).hex())[0] == 401 and web.post(anna, CHECK, body, token=anna.sign_in(scopes=1))[0] == 403
    assert web.post(anna, CHECK, body, Content_Type="text/plain")[0] == 415 and web.post(anna, CHECK, body | {"more": 1})[0] == 400
    assert web.post(anna, CHECK, body | {"file": "x" * 70000})[0] == 413 and web.post(anna, CHECK + "?" + "x" * 3000, body)[0] == 414
    assert web.post(anna, CHECK, body, X_More="x" * 17000)[0] == 431
    sigrid = people["sigrid"]
    head = {"Authorization": f"Bearer asv_{sigrid.sign_in(scopes=1 << 4)}"}
    _, got, _ = web.ask(path, **head)
    assert web.ask(path, **head, If_None_Match=got["ETag"])[0] == 304 and web.ask(path)[0] == 401
    assert web.ask(path, "GET", b"x", **head)[0] == 413 and web.ask(path + "?" + "x" * 3000, **head)[0] == 414
    assert web.ask(path + "?who=anna", **head)[0] == 400 and web.ask(path, **head, X_More="x" * 17000)[0] == 431


def the_ledger_agrees(desk, clip):
    """What an authenticator signed is verified as what a key file signed: in the ledger, and by who has nothing but the proof."""
    ledger = Ledger(desk)
    ledger.begin()
    ledger.sequence()
    ledger.verify()  # whose start the ledger tells, once
    ledger.sequence()
    ledger.verify()
    ledger.publish()
    entries = [e for e in ledger.check(ledger.proof(clip, "--open"))["entries"] if e["kind"] == "statement"]
    assert len(entries) >= 3 and all(e["proven"] for e in entries), entries


def without_a_database(desk, web, people, clip, head, anna):
    sigrid = people["sigrid"]
    status, draft = web.prepare(sigrid, "unblock", "alone", clip=clip, ground="dwelling")
    assert status == 200, draft
    desk.site.postgres.crash()
    assert web.prepare(sigrid, "unblock", "alone", clip=clip, ground="dwelling")[0] == 503
    assert web.hand_in(sigrid, draft)[0] == 503
    assert web.ask(OFFER, "POST", b"{}", **head)[0] == 503
    assert check(web, anna, policy(3, 7), ahead(2))[0] == 503
    assert web.ask(f"{PROPOSALS}/{'0' * 64}", **head)[0] == 503
    desk.site.postgres.start()
    assert web.hand_in(sigrid, draft)[0] == 200


def play(rig):
    desk, _, clips = site.set_up(rig, lambda rig: record(rig, (rig.site.video.foreign(**site.SHORT),)))
    people = {name: Authenticator(desk, name) for name in ("willi", "sigrid", "stefan", "rita")}
    web = Server(desk)
    try:
        an_incident_is_written_down(desk, web, people["willi"], clips[0])
        draft = what_is_not_carried(desk, web, people, clips[0])
        what_is_no_request(desk, web, people, clips[0], draft)
        two_people_hold_it(desk, web, people, clips[0], draft)
        a_day_without_a_key_is_not_held(desk, web, people["sigrid"])
        an_approval_is_for_one_recording(desk, web, people, clips)
        nobody_approves_the_own_request(desk, web, people, clips[3])
        a_request_that_is_over(desk, web, people, clips[3])
        two_approve_at_once(desk, web, people, clips[2])
        an_approval_against_the_lapse(desk, web, people, clips[2])
        tab, opening = a_recording_is_shown(desk, web, people, clips[1])
        assert tab.piece(opening, 0, 1)[0] == 200
        blocks_and_releases(desk, web, people, clips)
        what_is_held_no_more_is_shown_no_more(tab, opening)
        what_is_not_fragmented_is_remuxed(desk, web, people, clips[5])
        without_a_keeper(desk, web, people, clips[3])
        status, out, err = desk.call("retention", "run")
        assert status in (0, 4), f"{out.decode()} {err}"
        assert desk.sql("SELECT count(*) FROM asv.alarm WHERE kind = 'forged'") == [["0"]], "nothing of it is none"
        head = a_key_is_offered(desk, web, people["rita"])
        anna = the_house_decides(desk, web, people)
        path = policies(desk, web, people, anna)
        what_is_no_policy_request(web, people, anna, path)
        the_ledger_agrees(desk, clips[0])
        too_often(web, people["willi"])
        without_a_database(desk, web, people, clips[3], head, anna)
        web.contract.finish({"statements"})
        web.contract.finish({"building"}, save={"400", "401", "413", "414", "429", "431", "503"})  # session.py
        web.contract.finish({"openings"}, save={"400", "401", "403", "413", "414", "429", "431", "503"})  # session.py
    except Exception:
        print(web.daemon.tail(), file=sys.stderr)
        raise
    finally:
        web.stop()


if __name__ == "__main__":
    site.main(play, "asservat-statements.")
