#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Asservat authors
"""reading.py BUILD, under tests/sql/with-postgres: what people are shown over /api/v1, on the site of site.psql. Every answer is compared
with docs/openapi.yaml; and LAW L6 over that document and over all answers: of the camera that one person always wears, no answer has
recordings of several days.
"""
import base64
import hashlib
import json
import os
import re
import sys
import tempfile
import traceback
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import quote, urlencode

HERE = Path(__file__).resolve().parent
TOP = HERE.parents[2]
sys.path[:0] = [str(HERE.parent), str(TOP / "deploy/lib")]
from asvsite import run  # noqa: E402
from hostile import Hostile  # noqa: E402
from served import HOST, Contract, Web, problem  # noqa: E402

TAGS = {"recordings", "incidents", "handovers", "machines", "oversight", "people"}
ROLES = {"willi": "wearer", "sigrid": "supervisor", "stefan": "supervisor", "rita": "reviewer", "emil": "exporter", "doris": "data_protection_officer",
         "dora": "deputy", "petra": "staff_council", "anna": "administrator"}
# What may be asked by, and why that leads to no person's recordings. A parameter that is not here has not been thought about.
REVIEWED = {("query", "cursor"): "a place in a list that was given out", ("query", "limit"): "a count", ("query", "state"): "of a recording, or an incident",
            ("query", "unit"): "a group", ("query", "area"): "a place, which the list says anyway", ("query", "camera"): "with one day alone", ("query", "from"): "a day", ("query", "until"): "a day",
            ("query", "integrity"): "a verdict", ("query", "provenance"): "a verdict", ("query", "case_number"): "one incident", ("query", "nights"): "a count",
            ("path", "clip"): "one recording", ("path", "camera"): "one machine, without its recordings", ("path", "incident"): "one incident",
            ("path", "handover"): "one hand-over, of the recordings of one incident", ("path", "person"): "names, roles and duties, without recordings", ("path", "version"): "a policy", ("path", "proposal"): "a policy", ("path", "log"): "a published log",
            ("path", "tile"): "a published log", ("path", "file"): "a page of the console", ("path", "session"): "one's own", ("path", "opening"): "one's own", ("query", "bytes"): "a part of one recording", ("query", "format"): "a form", ("path", "token"): "one's own"}
NASTY = ["'; DROP TABLE asv.clip; --", "' OR '1'='1", "<script>alert(1)</script>", "../../etc/passwd", "%", "\\", "\u202e", "𝕏" * 20, "0x41", "NULL", "-1", "1e9",
         "9" * 30, "{}", "[]", "\n", "2026-02-31", "2026-13-01", "0000-00-00", "infinity", "now", "epoch", "2026-11-23T00:00:00Z", "20261123", "null", "true"]


def day(ago):
    return (date.fromisoformat(TODAY) - timedelta(days=ago)).isoformat()


def uid(what):
    raw = bytearray(hashlib.sha256(what.encode()).digest()[:16])
    raw[6], raw[8] = 0x70, 0x80
    text = raw.hex()
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def dig(what):
    return hashlib.sha256(what.encode()).hexdigest()


WILLIS = {uid(f"w{n}"): n for n in range(1, 13)}  # and how many days ago
# What leads to the camera that willi always wears, or to him.
TRACES = (dig("cam"), "Kamera 07", "D-7", uid("assignment"), uid("epoch cam"), uid("willi"))


# Another policy, from today on.
SMALLER = """
DO $$
DECLARE
    content bytea := convert_to('{"version": 2, "statistics_min_group": 2}', 'UTF8');
BEGIN
    PERFORM tap.put('policy_file', jsonb_build_object('digest', sha256(content), 'version', 2, 'name', 'kleiner', 'days', 14, 'content', content));
    PERFORM tap.put('statement', (SELECT fields FROM tap.template WHERE tbl = 'statement') || jsonb_build_object(
        'digest', tap.dig('p3'), 'object', tap.stmt('p3'), 'step', 2, 'proposal', tap.dig('p1'), 'subject', sha256(content), 'nonce', tap.b16('p3'),
        'version', 2, 'from_day', current_date - 1));
    PERFORM tap.took('p3');
END
$$"""


class Test(Hostile):
    def __init__(self, directory, build, make=True):
        """make: the database is empty yet"""
        self.work = directory
        self.people = ROLES
        self.csrf = {}
        self.build = Path(build)
        self.program = self.build / "bin/asservatd"
        self.contract = Contract(self.program)
        self.published = directory
        if make:
            run(self.build / "tests/sql/asv-test-migrate")
            run("psql", "-Xq", "-v", "ON_ERROR_STOP=1", "-c", "CREATE SCHEMA tap", "-f", TOP / "tests/sql/pgtap/fixture.psql", "-f", HERE / "site.psql")
        (directory / HOST).mkdir()
        self.web = Web(self, "web").start()
        self.answers = []
        self.asked = {}
        self.access = {}
        for line in run(self.program, "--routes").stdout.splitlines():
            method, pattern, _, who, *_ = line.split()
            self.access[method, re.sub(r":\w+}", "}", pattern)] = set(who.split(","))

    # ---- asking ----

    def cookie(self, who):
        """Of one of somebody's sessions: each may ask so often (A-034)."""
        self.asked[who] = self.asked.get(who, 0) + 1
        return f"__Host-asservat={dig(f'cookie {who}{self.asked[who] // 150}')}"

    def ask(self, who, path, **query):
        """As somebody who has signed in: (code, headers, body)."""
        path += f"?{urlencode(query)}" if query else ""
        answer = self.web.ask(path, Cookie=self.cookie(who))
        self.answers.append((who, path, answer))
        return answer

    def get(self, who, path, **query):
        code, headers, body = self.ask(who, path, **query)
        assert code == 200, (who, path, query, code, body)
        assert headers["Cache-Control"] == "no-store" and headers["ETag"], headers
        return json.loads(body)

    def all(self, who, path, name, limit=5, **query):
        """Every row, page by page."""
        rows, more = [], {}
        for _ in range(100):
            page = self.get(who, path, limit=limit, **query, **more)
            assert len(page[name]) <= limit
            rows += page[name]
            if "next" not in page:
                return rows
            more = {"cursor": page["next"]}
        raise AssertionError(f"{path}: its pages have no end")

    def paths(self):
        """Each of the paths, with what there is."""
        values = {"clip": uid("w2"), "camera": dig("cam"), "incident": uid("incident"), "handover": uid("h2"), "person": uid("willi"), "version": "1"}
        for template, item in self.contract.document["paths"].items():
            if "get" in item and TAGS & set(item["get"]["tags"]):
                yield template, re.sub(r"{(\w+)}", lambda m: values[m[1]], template)

    def somebody_who_may(self, template):
        roles = self.access["GET", template]
        if template.endswith("}/accesses"):
            return "doris"
        return next(who for who, role in ROLES.items() if role in roles or "anyone" in roles)

    # ---- steps ----

    def every_path_answers_as_documented(self):
        """A-040: what is asked again is not sent again; no answer is kept."""
        for template, path in self.paths():
            who = self.somebody_who_may(template)
            code, headers, body = self.ask(who, path)
            assert code == 200, (who, path, code, body)
            cookie = self.cookie(who)
            assert self.web.ask(path, Cookie=cookie, If_None_Match=headers["ETag"])[0] == 304
            assert self.web.ask(path, method="HEAD", Cookie=cookie)[1]["ETag"] == headers["ETag"], "the same again"
            assert self.web.ask(path, Cookie=cookie, body=b"x" * 10)[0] == 413
            assert self.web.ask(f"{path}?{'x' * 2100}", Cookie=cookie)[0] == 414
            assert self.web.ask(path, Cookie=cookie + "; a=" + "x" * 17000)[0] == 431
            problem(self.ask(who, path, person=uid("willi")), 400, "unknown-field", "query")
            problem(self.web.ask(path, Cookie=cookie, Sec_Fetch_Site="cross-site"), 403, "not-from-here", "header")
            for method in ("POST", "PUT", "DELETE", "PATCH"):
                assert self.web.ask(path, method=method, Cookie=cookie)[0] in (404, 405, 413)

    def whoever_may_not_is_told_so(self):
        """A-021: the whole table, for everybody; and without a session nobody is anybody."""
        for template, path in self.paths():
            for cookie in (None, f"__Host-asservat={dig('somebody')}"):
                code, _, body = self.web.ask(path, **({"Cookie": cookie} if cookie else {}))
                assert code == 401 and len(body) < 600, (path, code, body)
            may = self.access["GET", template]
            for who, role in ROLES.items():
                code, _, body = self.ask(who, path)
                if template.endswith("}/accesses") and role in may:
                    assert code == (200 if who in ("doris", "willi") else 403), (who, path, code)
                else:
                    assert code == (200 if role in may or "anyone" in may else 403), (who, path, code, body)
        # A-041, LAW L4: whom recordings are no business of, gets no recording.
        for who in ("petra", "anna"):
            for asker, path, (code, _, body) in self.answers:
                assert asker != who or code != 200 or not any(clip.encode() in body for clip in WILLIS), (who, path)

    def what_is_not_there_is_said_once(self):
        for path in (f"/api/v1/clips/{uid('nothing')}", f"/api/v1/clips/{uid('nothing')}/custody", f"/api/v1/cameras/{dig('nothing')}",
                     f"/api/v1/incidents/{uid('nothing')}", f"/api/v1/users/{uid('nothing')}", f"/api/v1/handovers/{uid('nothing')}", "/api/v1/policies/2", "/api/v1/policies/999999999"):
            problem(self.ask("sigrid", path), 404, "not-found")
        problem(self.ask("sigrid", f"/api/v1/clips/{uid('nothing')}/accesses"), 403, "forbidden")
        for path in ("/api/v1/policies/0", "/api/v1/policies/01", "/api/v1/policies/9999999999", "/api/v1/clips/" + uid("w2").upper(),
                     "/api/v1/clips/x", "/api/v1/cameras/" + dig("cam")[:-1], "/api/v1/clips/" + uid("w2") + "/"):
            problem(self.ask("sigrid", path), 404, "not-found", "path")

    def the_inbox_has_what_is_kept_now(self):
        """A-043: marked ones first; a page's length changes nothing."""
        rows = self.all("sigrid", "/api/v1/clips", "clips", limit=100)
        assert len(rows) == 27 and [r["marked"] for r in rows] == sorted((r["marked"] for r in rows), reverse=True), rows
        for limit in (1, 3, 7):
            assert self.all("sigrid", "/api/v1/clips", "clips", limit=limit) == rows
        one = next(r for r in rows if r["clip"] == uid("w12"))
        assert one["days_left"] == 3 and one["marked"] and one["unasked"] and one["day"] == day(12) and one["unit"] == "VU", one
        assert next(r for r in rows if r["clip"] == uid("w4"))["unasked"] is False, "somebody asked for it"
        assert not {"day", "due_at", "days_left"} & set(next(r for r in rows if r["clip"] == uid("d1"))), "nobody knows its day"
        assert not any("camera" in r or "camera_name" in r for r in rows), "LAW L6"
        for query, want in (({"state": "held"}, {"w2"}), ({"state": "pending"}, {"w3", "w4", "w6"}), ({"state": "quarantined"}, {"q1"}),
                            ({"integrity": "TRUNCATED"}, {"t1"}), ({"integrity": "INVALID", "provenance": "TRUSTED"}, {"q1"}), ({"provenance": "REVOKED"}, set()),
                            ({"state": "held", "unit": "AB"}, set()), ({"state": "erased"}, set()),
                            ({"area": "Hafen"}, {"q1", "t1"}), ({"area": "Hafen", "integrity": "TRUNCATED"}, {"t1"}), ({"area": "Hafen", "from": day(2)}, {"q1"}), ({"area": "hafen"}, set())):
            for limit in (1, 50):
                got = {r["clip"] for r in self.all("sigrid", "/api/v1/clips", "clips", limit=limit, **query)}
                assert got == {uid(w) for w in want}, (query, got)
        assert {r["unit"] for r in self.all("sigrid", "/api/v1/clips", "clips", unit="AB")} == {"AB"}

    def days_have_what_was_recorded_on_them(self):
        rows = self.all("rita", "/api/v1/clips", "clips", **{"from": day(3), "until": day(1)})
        assert {r["day"] for r in rows} == {day(1), day(2), day(3)}
        # A-048: a day's are in the order of their UUIDs, which is that of their recording, not camera by camera as they were docked.
        assert [(r["day"], r["clip"]) for r in rows] == sorted((r["day"], r["clip"]) for r in rows), rows
        assert [rows[n]["clip"] in WILLIS for n in range(len(rows)) if n == 0 or rows[n]["day"] != rows[n - 1]["day"]] != [True] * 3, "willi's camera was docked first"
        assert len(rows) == len({r["clip"] for r in rows}) == 14 and not any("camera" in r for r in rows), rows
        gone = self.all("rita", "/api/v1/clips", "clips", state="expired_on_arrival", **{"from": "2020-01-01", "until": day(0)})
        assert [r["clip"] for r in gone] == [uid("x1")] and "days_left" not in gone[0]

    def a_camera_is_asked_about_for_a_day(self):
        """A-042, LAW L6."""
        rows = self.get("sigrid", "/api/v1/clips", camera=dig("cam"), **{"from": day(5)})["clips"]
        assert [r["clip"] for r in rows] == [uid("w5")] and rows[0]["camera"] == dig("cam") and rows[0]["camera_name"] == "Kamera 07"
        for query in ({}, {"from": day(5), "until": day(4)}, {"from": day(365), "until": day(0)}):
            problem(self.ask("sigrid", "/api/v1/clips", camera=dig("cam"), **query), 400, "one-day", "camera")
        problem(self.ask("sigrid", "/api/v1/clips", until=day(1)), 400, "missing-field", "from")
        problem(self.ask("sigrid", "/api/v1/clips", **{"from": day(1), "until": day(2)}), 400, "bad-field", "until")
        # Nor by whoever talks to the database past this program.
        done = run("psql", "-XAtq", "-c", "SET SESSION AUTHORIZATION asv_web", "-c", "SELECT set_config('asv.session', encode(sha256(convert_to('"
                   + dig("cookie sigrid0") + "', 'UTF8')), 'hex'), false)", "-c",
                   f"SELECT count(*) FROM asv.clip_lines(NULL, NULL, NULL, '\\x{dig('cam')}', '2026-01-01', '{TODAY}', NULL, NULL, NULL, 10)", check=False)
        assert "one day at a time" in done.stderr, done

    def one_recording_says_what_keeps_it(self):
        got = self.get("willi", f"/api/v1/clips/{uid('w2')}")
        assert got["state"] == "held" and got["kept"]["case_number"] == "V-1/2026" and got["incidents"] == [{"incident": uid("incident"), "case_number": "V-1/2026"}]
        assert got["clock_offset_ms"] == -12 and got["camera_name"] == "Kamera 07" and got["header"] == dig("w2") and got["blocks"] == []
        asked = {who: self.get(who, f"/api/v1/clips/{uid('w3')}")["asked"] for who in ("willi", "sigrid")}
        assert {(a["action"], a["requested_by"]) for a in asked.values()} == {("hold", "Willi")}, asked
        assert asked["willi"]["own"] and not asked["sigrid"]["own"], "A-160"
        assert self.get("willi", f"/api/v1/clips/{uid('w7')}")["blocks"] == [{"ground": "private-life", "by": "set"}]
        assert self.get("willi", f"/api/v1/clips/{uid('d1')}")["blocks"] == [{"ground": "dwelling", "by": "camera"}]
        assert self.get("willi", f"/api/v1/clips/{uid('t1')}")["blocks"] == [{"ground": "pre-roll", "by": "camera"}]
        events = self.all("emil", f"/api/v1/clips/{uid('w2')}/custody", "events", limit=2)
        kinds = [e["kind"] for e in events]
        assert kinds == ["announced", "committed", "hold_requested", "hold_approved", "opened"], kinds
        assert events[1]["log"] == 1 and "leaf" in events[1] and "leaf" not in events[-1] and events[3]["actor_name"] == "Sigrid", events

    def accesses_are_told_to_two(self):
        """A-044: LAW L1, L2, L8."""
        path = f"/api/v1/clips/{uid('w2')}/accesses"
        assert [a.get("name") for a in self.all("doris", path, "accesses", limit=4)].count("Rita") == 1
        mine = self.all("willi", path, "accesses")
        assert len(mine) == 15 and not any("name" in a for a in mine) and {a["case_number"] for a in mine} == {"V-1/2026"}, mine
        problem(self.ask("willi", f"/api/v1/clips/{uid('o2')}/accesses"), 403, "forbidden")
        # A-221, LAW L8: without asking for each, and of the own recordings alone.
        own = self.all("willi", "/api/v1/accesses", "accesses", limit=4)
        assert len(own) == 15 and {tuple(sorted(a)) for a in own} == {("at", "clip", "started_at")} and {a["clip"] for a in own} == {uid("w2")}, own
        assert self.get("rita", "/api/v1/accesses") == self.get("doris", "/api/v1/accesses") == {"accesses": []}
        assert self.get("rita", f"/api/v1/clips/{uid('o2')}/accesses") == {"accesses": []}

    def who_wore_it_is_forgotten_with_its_recordings(self):
        """LAW L6: assignments expire with their clips, and not before."""
        def sql(text, check=True):
            return run("psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-c", text, check=check)
        path = f"/api/v1/clips/{uid('x1')}/accesses"
        assert self.get("rolf", path) == {"accesses": []}, "who wore it is known"
        for name in ("assignment", "assignment other"):
            done = sql(f"DELETE FROM asv.issue WHERE assignment = '{uid(name)}'", check=False)
            assert done.returncode != 0 and "as long as its recordings are there" in done.stderr, done
        assert sql("SELECT asv.issues_forget()").stdout == "3\n"
        left = sql("SELECT assignment FROM asv.issue").stdout.split()
        assert set(left) == {uid("assignment"), uid("assignment other")}, left
        problem(self.ask("rolf", path), 403, "forbidden")
        assert sql("SELECT asv.issues_forget()").stdout == "0\n"

    def small_groups_are_suppressed(self):
        """A-045: two people looked seven times in one month: nothing is said of it but that."""
        for who in ("petra", "doris"):
            months = self.all(who, "/api/v1/access-counts", "months", limit=1)
            assert [(m.get("accesses"), m["suppressed"]) for m in months] == [(7, False), (None, True)], months
        # Nor when people agree on smaller groups later.
        owner = ("psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-c", "SET session_replication_role = replica", "-c")
        run(*owner, SMALLER)
        later = self.all("doris", "/api/v1/access-counts", "months")
        run(*owner, "DELETE FROM asv.statement_answer WHERE statement = tap.dig('p3'); DELETE FROM asv.statement WHERE digest = tap.dig('p3');"
                    "DELETE FROM asv.policy_file WHERE version = 2")
        assert later == months, later

    def the_evaluation_is_by_month_and_unit(self):
        """A-120, A-122, A-123, LAW L6: of the unit with two cameras nothing is told, nor of the other one, from which it would follow."""
        path = "/api/v1/evaluation"
        got = self.get("petra", path)
        told = [(m["month"], m["total"]["days_of_use"], [(u["unit"], u["counts"].get("days_of_use")) for u in m["units"]]) for m in got["months"]]
        last = [run("psql", "-XAtqc", f"SELECT to_char(now() AT TIME ZONE 'Europe/Berlin' - interval '{n} months', 'YYYY-MM')").stdout.strip() for n in (2, 1)]
        assert told == [(last[0], 4, [("VU", 4)]), (last[1], 6, [("AB", None), ("VU", None)])], told
        assert (got["from"], got["until"]) == tuple(last) and got["head"] == got["months"][1]["head"] == {"log": "stadt.example/1", "size": 30, "root": dig("root")}, got
        assert [m["minimum"] for m in got["months"]] == [3, 3] and "subject_requests" in got["months"][0]["total"], got
        one = self.get("sigrid", path, unit="AB", **{"from": last[1]})
        assert one["months"][0]["units"] == [{"unit": "AB", "counts": {"openings": 0}}] and "total" not in one["months"][0], one
        assert self.get("dora", path, unit="none", **{"from": last[0], "until": last[1]})["months"][0]["units"] == []
        assert self.get("doris", path, **{"from": "2020-01", "until": "2020-02"})["months"] == []
        for query, problem_of in (({"until": last[1]}, ("missing-field", "from")), ({"from": last[1], "until": last[0]}, ("bad-field", "until")),
                                  ({"from": "2020-01", "until": "2025-01"}, ("bad-field", "until")), ({"format": "xml"}, ("bad-field", "format"))):
            code, _, body = self.ask("petra", path, **query)
            said = json.loads(body)
            assert code == 400 and (said["type"].rpartition(":")[2], said["field"]) == problem_of, (query, said)
        # The same bytes, from the command line as well.
        run("psql", "-Xq", "-c", "CREATE ROLE petra LOGIN IN ROLE asv_staff", "-c", "GRANT CONNECT ON DATABASE asservat TO petra", "-c",
            f"SELECT asv.login_put('{uid('petra')}', 'petra', 'x'), asv.evaluation_close()")
        command = [self.build / "bin/asservat", "evaluation", "--database", f"host={os.environ['PGHOST']} dbname=asservat user=petra"]
        for more, query in ((["--json"], {}), ([], {"format": "csv"}), (["--from", last[1], "--unit", "VU"], {"from": last[1], "unit": "VU", "format": "csv"})):
            code, headers, body = self.ask("petra", path, **query)
            assert code == 200 and body == self.ask("doris", path, **query)[2] and body == run(*command, *more, text=False).stdout, (query, body)
        assert body.splitlines()[0].startswith(b"month,scope,unit,days_of_use,") and b"\r\n" in body and headers["Content-Type"].startswith("text/csv"), body
        assert run(*command, "--from", "2026-13", check=False).returncode == 2

    def incidents_say_who_signed_which(self):
        rows = self.all("emil", "/api/v1/incidents", "incidents", limit=1)
        assert {r["case_number"] for r in rows} == {"V-1/2026", "V-2/2026"} and not any("accused" in r or "injured" in r for r in rows)
        assert [r["clips"] for r in self.all("emil", "/api/v1/incidents", "incidents", case_number="V-1/2026")] == [2]
        assert self.all("emil", "/api/v1/incidents", "incidents", state="forgotten") == []
        assert len(self.all("emil", "/api/v1/incidents", "incidents", state="open", **{"from": day(1), "until": day(0)})) == 1
        assert self.all("emil", "/api/v1/incidents", "incidents", **{"from": day(9), "until": day(8)}) == []
        got = self.get("rita", f"/api/v1/incidents/{uid('incident')}")
        assert [(v["version"], v["signed_by"]) for v in got["versions"]] == [(1, "Willi"), (2, "Sigrid")] and got["versions"][0]["injured"] == ["Willi W."]
        assert {c["clip"] for c in got["clips"]} == {uid("w2"), uid("w3")} and [c["clip"] for c in got["removed"]] == [uid("w5")]
        held = next(r for r in got["requests"] if r["request"] == dig("q1"))
        assert (held["requested_by"], held["outcome"], held["answered_by"]) == ("Willi", "approved", "Sigrid"), held
        assert "open" in {r["action"] for r in got["requests"]}, "rita asked to be shown it"
        # A-104, LAW L4: nor is it told to another unit.
        assert self.all("udo", "/api/v1/incidents", "incidents") == self.all("udo", "/api/v1/incidents", "incidents", case_number="V-1/2026") == []
        problem(self.ask("udo", f"/api/v1/incidents/{uid('incident')}"), 404, "not-found")
        assert {r["requested_by"] for r in got["requests"] if r["own"]} == {"Rita"}, "A-160"
        other = self.get("emil", f"/api/v1/incidents/{uid('incident')}")
        assert "open" not in {r["action"] for r in other["requests"]}, "LAW L2: not told to everybody"

    def handovers_say_how_far_they_are(self):
        """A-226: what waits first; to the people of the incident's units, and the two of a decision where it is one."""
        for limit in (1, 2, 50):
            rows = self.all("rita", "/api/v1/handovers", "handovers", limit=limit)
            assert {r["handover"] for r in rows[:2]} == {uid("h1"), uid("h2")} and rows[2]["handover"] == uid("h3") and len(rows) == 3, rows
        states = {r["handover"]: r["state"] for r in rows}
        assert states == {uid("h1"): "proposed", uid("h2"): "written", uid("h3"): "refused"}, states
        assert not any("Emil" in json.dumps(r) or "Sigrid" in json.dumps(r) for r in rows), "LAW L6"
        one = self.get("emil", f"/api/v1/handovers/{uid('h1')}")
        plan = base64.urlsafe_b64decode(one["plan"] + "=" * (-len(one["plan"]) % 4))
        assert plan == b"plan h1" and one["digest"] == hashlib.sha256(plan).hexdigest() and one["own"] and one["outcome"] == "open" and "expires_at" in one, one
        two = self.get("sigrid", f"/api/v1/handovers/{uid('h2')}")
        assert (two["requested_by"], two["answered_by"], two["own"], two["outcome"]) == ("Emil", "Sigrid", False, "approved"), two
        assert {e["kind"] for e in two["events"]} == {"proposed", "approved", "building", "built", "written"}, two
        assert [(c["clip"], c["header"]) for c in two["clips"]] == [(uid("w2"), dig("w2"))] and two["outputs"][0]["digest"] == dig("carrier"), two
        assert [(r["how"], r["signed_by"], r["document"]) for r in two["receipts"]] == [("form", "Emil", dig("form"))] and two["media"][0]["label"] == "DU-1", two
        assert (two["outputs"][0]["parts"], two["media"][0]["part"], two["media"][0]["parts"], two["media"][0]["digest"]) == (1, 1, 1, dig("carrier")), two
        assert self.get("doris", f"/api/v1/handovers/{uid('h3')}")["outcome"] == "refused"
        # A-227: it has no files here.
        assert [path for path in self.contract.document["paths"] if path.startswith("/api/v1/handovers/")] == ["/api/v1/handovers/{handover}", "/api/v1/handovers/{handover}/again"]
        problem(self.ask("sigrid", f"/api/v1/handovers/{uid('h2')}/carrier"), 404, "not-found", "path")
        # LAW L4: another unit is told of none.
        assert self.all("udo", "/api/v1/handovers", "handovers") == []
        problem(self.ask("udo", f"/api/v1/handovers/{uid('h2')}"), 404, "not-found")

    def recipients_have_their_cards(self):
        for limit in (1, 50):
            rows = self.all("anna", "/api/v1/recipients", "recipients", limit=limit)
            assert [(r["name"], r["state"], r["proposed_by"], r.get("approved_by")) for r in rows] == [
                ("AG Duisburg", "waiting", "Anna", None), ("LG Duisburg", "ended", "Emil", "Dora"), ("StA Duisburg", "registered", "Emil", "Sigrid")], rows
        card = base64.urlsafe_b64decode(rows[2]["card"] + "=" * (-len(rows[2]["card"]) % 4))
        assert card.startswith(b"recipient-card\nStA Duisburg\nR1200S\n") and hashlib.sha256(card).hexdigest() == rows[2]["digest"] and rows[2]["key"] == dig("key StA Duisburg"), rows
        assert [r["own"] for r in rows] == [True, False, False] and rows[0]["proposal"] == dig("r2"), rows

    def requests_are_for_who_may_answer(self):
        for who, want in (("sigrid", ["l3", "q2", "q4"]), ("dora", ["l3", "q3", "q2", "q4"]), ("stefan", ["q3"]), ("willi", ["q3"]), ("doris", ["l3"]), ("rita", [])):
            rows = self.all(who, "/api/v1/requests", "requests", limit=2)
            assert [r["request"] for r in rows] == [dig(q) for q in want], (who, rows)
            assert [r["expires_at"] for r in rows] == sorted(r["expires_at"] for r in rows)

    def oversight_is_in_days_and_counts(self):
        nights = self.get("sigrid", "/api/v1/retention/nights", nights=31)["nights"]
        assert len(nights) == 31 and sum(n["recordings"] for n in nights) == 22 and sum(n["marked"] for n in nights) > 0, nights
        assert len(self.get("anna", "/api/v1/retention/nights")["nights"]) == 7
        runs = self.all("doris", "/api/v1/retention/runs", "runs", limit=1)
        assert len(runs) == 2 and "ended_at" not in runs[0] and runs[1]["erased"] == 1
        days = self.all("doris", "/api/v1/balances", "balances", limit=2)
        assert [(b["day"], b["even"]) for b in days] == [("2026-01-08", True), ("2026-01-07", False), ("2026-01-06", True)], days
        keys = self.all("anna", "/api/v1/keys", "days", limit=2)
        assert [k["open"] for k in keys] == [1, 0, 1]
        alarms = self.all("anna", "/api/v1/alarms", "alarms", limit=1)
        assert {a["kind"] for a in alarms} == {"storage", "clock", "quarantined", "interval", "reissued"}, alarms
        assert not any("camera_name" in a and "clip" in a for a in alarms)
        log = self.get("petra", "/api/v1/ledger")["logs"][0]
        assert (log["signed_size"], log["witnessed_size"]) == (30, 20) and "behind_since" in log and log["waiting"] > 0 and len(log["witnesses"]) == 1, log
        assert [r["area"] for r in self.all("doris", "/api/v1/subject-requests", "subject_requests")] == ["mitte"]
        code, headers, body = self.ask("petra", "/api/v1/policies/1")  # A-046
        assert code == 200 and headers["ETag"] == f'"{hashlib.sha256(body).hexdigest()}"'
        assert self.get("petra", "/api/v1/policies")["policies"][0]["digest"] == hashlib.sha256(body).hexdigest()
        users = self.all("sigrid", "/api/v1/users", "users", limit=4)
        assert {(u["name"], *u["roles"]) for u in users} >= {("Sigrid", "supervisor"), ("Doris", "data_protection_officer")} and len(users) == 12
        one = self.get("anna", f"/api/v1/users/{uid('stefan')}")
        assert one["duties"][0]["kind"] == "appraises" and one["duties"][0]["appraised"] == "Willi" and len(one["credentials"]) == 1
        cameras = self.all("anna", "/api/v1/cameras", "cameras", limit=1)
        assert [c["name"] for c in cameras] == ["Kamera 07", "Kamera 08"] and self.get("anna", f"/api/v1/cameras/{dig('cam')}") == cameras[0]
        assert self.get("anna", "/api/v1/docks")["docks"][0]["slots"] == [{"slot": 7, "port": "1-2.7"}]

    def a_cursor_is_good_for_one_list_and_one_person(self):
        """A-047."""
        given = self.get("sigrid", "/api/v1/clips", limit=2)["next"]
        assert self.get("sigrid", "/api/v1/clips", limit=9, cursor=given)["clips"]
        raw = base64.urlsafe_b64decode(given + "=" * (-len(given) % 4))
        other = bytes([raw[0] ^ 1]) + raw[1:]
        place = raw[:16] + b"u" + raw[17:]
        for who, path, query, cursor in (("willi", "/api/v1/clips", {}, given), ("sigrid", "/api/v1/clips", {"state": "sealed"}, given),
                                         ("sigrid", "/api/v1/incidents", {}, given), ("sigrid", f"/api/v1/clips/{uid('w2')}/custody", {}, given),
                                         *(("sigrid", "/api/v1/clips", {}, base64.urlsafe_b64encode(c).rstrip(b"=").decode())
                                           for c in (other, place, raw[:-1], raw + b"x", b"x" * 17, raw + b"\0"))):
            problem(self.ask(who, path, cursor=cursor, **query), 400, "bad-cursor", "cursor")
        for cursor in ("", "x", given + "=", given + "==", given.replace(given[3], "+"), "1", "x" * 500, "é"):
            code, _, body = self.ask("sigrid", "/api/v1/clips", cursor=cursor)
            assert code == 400 and json.loads(body)["field"] == "cursor", (cursor, code, body)
        # One that somebody made up, with the check as it has to be, is a place or none, and tells nothing else.
        who = json.dumps(["/api/v1/clips", uid("sigrid"), {}], separators=(",", ":"))
        listed = hashlib.sha256(who.encode()).digest()
        for key in (b"u'; DROP TABLE asv.clip; --", b"m", b"u" + b"f" * 36, b"2026-02-31/x", b"\xff\xfe"):
            made = base64.urlsafe_b64encode(hashlib.sha256(listed + key).digest()[:16] + key).rstrip(b"=").decode()
            problem(self.ask("sigrid", "/api/v1/clips", cursor=made), 400, "bad-cursor", "cursor")

    def what_is_sent_is_of_its_form(self):
        """A-023: each parameter of each list, with whatever it is not; nothing is understood, and nothing of it comes back."""
        for template, path in self.paths():
            who = self.somebody_who_may(template)
            operation = self.contract.document["paths"][template]["get"]
            for parameter in map(self.contract.resolve, operation.get("parameters", [])):
                name, free = parameter["name"], parameter["name"] in ("unit", "area", "case_number")
                for value in NASTY if name not in ("cursor", "limit") or template == "/api/v1/clips" else NASTY[::5]:
                    code, _, body = self.ask(who, path, **{name: value})
                    control = any(ord(c) < 32 for c in value)
                    assert code == (200 if free and not control else 400) or (free and code == 400), (path, name, value, code, body)
                    assert code == 200 or (json.loads(body)["field"] == name and value.encode() not in body.replace(b'"' + name.encode(), b"")) or len(value) < 6, (name, value, body)
                for raw in (f"{name}=%ff%fe", f"{name}=%c0%af", f"{name}=%00", f"{name}=%", f"{name}=%zz", f"{name}=1&{name}=1", f"{name}", f"{name}=", f"{name}=a%0db"):
                    code, _, body = self.web.ask(f"{path}?{raw}", Cookie=self.cookie(who))
                    assert code == 400, (path, raw, code, body)
            for limit in ("0", "-1", "101", "1000000000", "99999999999999999999", "1.0", "0x10", " 1", "1 "):
                if "limit" in json.dumps(operation.get("parameters", [])):
                    problem(self.ask(who, path, limit=limit), 400, "bad-field", "limit")
        assert run("psql", "-XAtq", "-c", "SELECT count(*) FROM asv.clip").stdout == "28\n"

    # ---- LAW L6 ----

    def nothing_is_asked_by_a_person(self):
        """LAW L6, A-042, over the document: every parameter was thought about, none is or names a person, and who a person is leads to no recording."""
        document = self.contract.document
        for path, item in document["paths"].items():
            for method, operation in item.items():
                parameters = item.get("parameters", []) + (operation.get("parameters", []) if isinstance(operation, dict) else [])
                for parameter in map(self.contract.resolve, parameters):
                    assert (parameter["in"], parameter["name"]) in REVIEWED, f"{method} {path}: {parameter['name']} was not reviewed (LAW L6)"
                    words = re.split(r"[^a-z]+", parameter["name"])
                    assert parameter["in"] == "path" or not {"person", "user", "name", "badge", "wearer", "holder", "by", "officer", "staff", "sort", "order"} & set(words), parameter
            assert "{person}" not in path or path == "/api/v1/users/{person}" or path.startswith("/api/v1/users/"), path
            if path.startswith("/api/v1/users"):
                assert not self.reached(item) & {"clip", "clips", "camera", "camera_name", "assignment", "incident", "event"}, path
            if path.startswith("/api/v1/cameras") or path.startswith("/api/v1/docks"):
                assert not self.reached(item) & {"clip", "clips", "person", "assignment"}, path

    def reached(self, node, seen=None):
        """The names of all members that an item's answers have."""
        seen = set() if seen is None else seen
        names = set()
        if isinstance(node, dict):
            if "$ref" in node and node["$ref"] not in seen:
                seen.add(node["$ref"])
                names |= self.reached(self.contract.resolve({"$ref": node["$ref"]}), seen)
            names |= set(node.get("properties", {}))
            for key, value in node.items():
                names |= self.reached(value, seen) if key not in ("example", "parameters") else set()
        elif isinstance(node, list):
            for value in node:
                names |= self.reached(value, seen)
        return names

    def nobody_is_ranked(self):
        """LAW L6, A-048, over every answer that anybody got: where willi's recordings are of several days, nothing says that they are his camera's; of the
        camera alone there is no figure that grows with them."""
        several = 0
        for who, path, (code, _, body) in self.answers:
            text = body.decode()
            days = {n for clip, n in WILLIS.items() if clip in text}
            if code == 200 and len(days) > 1:
                several += 1
                assert not any(trace in text for trace in TRACES), (who, path, [trace for trace in TRACES if trace in text])
                self.no_member_tells_them_apart(path, json.loads(text))
        assert several > 20, several
        self.no_cursor_says_when_a_camera_was_docked()
        for path in (f"/api/v1/cameras/{dig('cam')}", "/api/v1/cameras", "/api/v1/docks", "/api/v1/users", f"/api/v1/users/{uid('willi')}"):
            before = self.get("anna", path)
            run("psql", "-Xq", "-c", "SET search_path = tap, pg_catalog", "-c", f"SELECT record('late {path}', {len(self.answers) + 1000}, 'cam', 0)")
            assert self.get("anna", path) == before, path

    def no_cursor_says_when_a_camera_was_docked(self):
        """A-048: no recording's own id in any, and in those of recordings no UUIDv7 of when the cameras were docked."""
        ids = run("psql", "-XAtqc", "SELECT id FROM asv.recording").stdout.split()
        docked = [int(id[:8] + id[9:13], 16) for id in ids]
        seen = 0
        for who, path, (code, _, body) in self.answers:
            if code != 200 or b'"next"' not in body:
                continue
            given = json.loads(body)["next"]
            key = base64.urlsafe_b64decode(given + "=" * (-len(given) % 4))[16:].decode()
            assert not any(id in key for id in ids), (who, path, key)
            if path.partition("?")[0] == "/api/v1/clips":
                seen += 1
                for high, low in re.findall(r"([0-9a-f]{8})-([0-9a-f]{4})-7", key):
                    assert not min(docked) <= int(high + low, 16) <= max(docked), (who, path, key)
        assert seen > 20, seen

    def no_member_tells_them_apart(self, path, answer):
        """There is no member whose value all of willi's recordings of that answer have, and no other one has."""
        rows = answer.get("clips", [])
        mine = {row["clip"] for row in rows} & set(WILLIS)
        for name in {n for row in rows for n in row} if len(mine) > 2 and len(rows) > 20 else ():
            for value in {json.dumps(row.get(name)) for row in rows}:
                assert {row["clip"] for row in rows if json.dumps(row.get(name)) == value} != mine, (path, name, value)

    def who_asks_too_often_waits(self):
        """A-034: many requests in a row, of one session."""
        def asked(path, times):
            """Among others that are quickly refused."""
            line = "GET {} HTTP/1.1\r\nHost: a\r\nCookie: __Host-asservat=" + dig("cookie emil19") + "\r\n\r\n"
            for part in self.web.raw((line.format("/api/v1/users") * 7 + line.format(path)).encode() * times).split(b"HTTP/1.1 ")[8::8]:
                head, _, body = part.partition(b"\r\n\r\n")
                code, *lines = head.decode().split("\r\n")
                yield int(code[:3]), dict(line.split(": ", 1) for line in lines), body
        assert 429 in [code for code, *_ in asked("/api/v1/users", 60)]
        for _, path in self.paths():
            answer = next((answer for answer in asked(path, 15) if answer[0] == 429), None)
            assert answer, f"{path}: as often as anybody likes"
            self.web.judge("GET", path, *answer)

    def without_its_database_it_says_so(self):
        run(os.environ["ASV_PG"], "stop", os.environ["ASV_PG_DIR"])
        for template, path in self.paths():
            problem(self.ask(self.somebody_who_may(template), path), 503, "no-database", "database")
        run(os.environ["ASV_PG"], "start", os.environ["ASV_PG_DIR"])

    def all_that_is_documented_was_seen(self):
        """A-014."""
        self.contract.finish(TAGS)
        self.web.stop()

    def run(self, only=()):
        for step in (self.nothing_is_asked_by_a_person, self.every_path_answers_as_documented, self.whoever_may_not_is_told_so, self.what_is_not_there_is_said_once,
                     self.the_inbox_has_what_is_kept_now, self.days_have_what_was_recorded_on_them, self.a_camera_is_asked_about_for_a_day,
                     self.one_recording_says_what_keeps_it, self.accesses_are_told_to_two, self.who_wore_it_is_forgotten_with_its_recordings, self.small_groups_are_suppressed, self.the_evaluation_is_by_month_and_unit, self.incidents_say_who_signed_which,
                     self.handovers_say_how_far_they_are, self.recipients_have_their_cards, self.requests_are_for_who_may_answer, self.oversight_is_in_days_and_counts, self.a_cursor_is_good_for_one_list_and_one_person,
                     self.what_is_sent_is_of_its_form, self.what_is_said_is_a_text, self.what_is_in_a_path_or_a_header_is_a_text,
                     self.nobody_ends_what_is_anothers, self.nobody_is_ranked, self.who_asks_too_often_waits, self.without_its_database_it_says_so, self.all_that_is_documented_was_seen):
            if not only or step.__name__ in only:
                step()
                print(f"ok {step.__name__}", flush=True)


def main():
    with tempfile.TemporaryDirectory(prefix="asv-reading.") as name:
        test = None
        try:
            test = Test(Path(name), sys.argv[1])
            test.run(sys.argv[2:])
        except Exception:
            traceback.print_exc()
            for log in sorted(Path(name).glob("*/log")):
                print(log.read_text(errors="replace")[-3000:], file=sys.stderr)
            sys.exit(1)
        finally:
            if test and test.web.daemon:
                test.web.daemon.stop()


if __name__ == "__main__":
    TODAY = run("psql", "-XAtqc", "SELECT (now() AT TIME ZONE 'Europe/Berlin')::date").stdout.strip()
    main()
