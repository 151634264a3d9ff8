#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Asservat authors
"""session.py BUILD [STEP…], under tests/sql/with-postgres: who signs in at asservatd, who does not, and what each of them may: every
route with every role, logged out, with sessions that are over and tokens that are for something else. Every answer is compared with
docs/openapi.yaml.
"""
import contextlib
import hashlib
import http.client
import json
import os
import re
import signal
import socket
import struct
import sys
import tempfile
import threading
import time
import traceback
import uuid
from base64 import urlsafe_b64encode
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "deploy/lib"))
from asvsite import run  # noqa: E402
from served import HOST, Contract, Web, problem  # noqa: E402

ORIGIN, COOKIE = "https://asservat.example", "__Host-asservat"
ROLES = ["wearer", "supervisor", "deputy", "reviewer", "exporter", "data_protection_officer", "staff_council", "administrator"]
SCOPES = ["recordings:read", "incidents:read", "devices:read", "assignments:write", "operation:read", "people:read", "statements"]
FORMAT, NONE = b"\0\1\0\1", "00000000-0000-0000-0000-000000000000"
FIRST, SECOND = "first password of mine", "zweites Paßwort, länger"


def b64url(data):
    return urlsafe_b64encode(data).decode().rstrip("=")


def digest(data):
    return b"\1\x20" + data


def sha(data):
    return hashlib.sha256(data).digest()


def sql(text, user="postgres"):
    return run("psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-U", user, "-d", "asservat", "-c", text).stdout.strip()


def forge(text):
    """Whoever owns the server changes what is only added to."""
    return sql(f"SET session_replication_role = replica; {text}")


def hexed(data):
    return "'\\x" + data.hex() + "'"


class Person:
    """With an authenticator, enrolled."""

    def __init__(self, name, roles, agency=sha(b"agency"), which=b""):
        """which: another one of somebody who is there."""
        self.name, self.id, self.key = name, sha(name.encode())[:16], ec.generate_private_key(ec.SECP256R1())
        self.handle = sha(b"handle " + name.encode() + which)[:20]
        numbers = self.key.public_key().public_numbers()
        point = numbers.x.to_bytes(32, "big") + numbers.y.to_bytes(32, "big")
        now = int(time.time()) * 1000
        valid = struct.pack(">qq", now - 86400000, now + 86400000)
        badge = sha(b"badge " + name.encode())
        record = (FORMAT + digest(agency) + self.id + digest(badge) + bytes([len(name.encode())]) + name.encode() + struct.pack(">H", roles)
                  + b"\0" + valid + b"\2\x40" + point + bytes([len(self.handle)]) + self.handle + digest(sha(HOST.encode())) + b"\0\0")
        self.credential = sha(record)
        self.uuid = str(uuid.UUID(bytes=self.id))
        forge(f"INSERT INTO asv.person (id, badge, by) VALUES ('{self.uuid}', {hexed(badge)}, 'test') ON CONFLICT DO NOTHING;"
              f"INSERT INTO asv.credential (digest, agency, person, badge, name, roles, units, valid_from, valid_until, key, record, by)"
              f" VALUES ({hexed(self.credential)}, {hexed(agency)}, '{self.uuid}', {hexed(badge)}, '{name}', {roles}, '{{}}',"
              f" now() - interval '1 day', now() + interval '1 day', {hexed(point)}, {hexed(record)}, 'test')")
        self.state(34)

    def state(self, action):
        """That the credential was enrolled, or revoked."""
        body = os.urandom(80)
        forge(f"INSERT INTO asv.statement (digest, object, action, step, matter, subject_kind, subject, ground, credential, person, nonce,"
              f" issued_at, expires_at) VALUES ({hexed(sha(body))}, {hexed(struct.pack('>H', len(body)) + body)}, {action}, 5,"
              f" {hexed(sha(b'matter' + body))}, 3, {hexed(self.credential)}, 0,"
              f" {'NULL, NULL' if action == 34 else hexed(self.credential) + ', ' + repr(self.uuid)}, {hexed(body[:16])}, now(), now() + interval '1 h');"
              f"INSERT INTO asv.statement_answer (statement, taken, concluded) VALUES ({hexed(sha(body))}, true, true)")

    def disable(self):
        forge(f"INSERT INTO asv.person_disabling (person, by, reason) VALUES ('{self.uuid}', 'test', 'test')")

    def answer(self, challenge, origin=ORIGIN, flags=5, kind="webauthn.get", rp=HOST, key=None, cross=None):
        client = json.dumps({"type": kind, "challenge": challenge, "origin": origin} | ({} if cross is None else {"crossOrigin": cross})).encode()
        data = sha(rp.encode()) + bytes([flags]) + struct.pack(">I", 7)
        signature = (key or self.key).sign(data + sha(client), ec.ECDSA(hashes.SHA256()))
        return {"passkey": {"id": b64url(self.handle), "client_data": b64url(client), "authenticator_data": b64url(data),
                            "signature": b64url(signature)}}


class Client:
    """A browser, or (token) a program."""

    def __init__(self, web, cookie=None, csrf=None, token=None):
        self.web, self.cookie, self.csrf, self.token = web, cookie, csrf, token

    def ask(self, method, path, body=None, **headers):
        sent = {"Origin": ORIGIN, "Sec_Fetch_Site": "same-origin"} if self.token is None and method != "GET" else {}
        if self.cookie:
            sent["Cookie"] = f"{COOKIE}={self.cookie}"
        if self.csrf and method != "GET":
            sent["X_CSRF_Token"] = self.csrf
        if self.token:
            sent["Authorization"] = f"Bearer {self.token}"
        if body is not None:
            sent["Content_Type"] = "application/json"
            body = body if isinstance(body, (bytes, str)) else json.dumps(body)
        sent = {name: value for name, value in (sent | headers).items() if value is not None}
        return self.web.ask(path, method, body, **sent)

    def good(self, method, path, body=None, want=200, **headers):
        code, got, data = self.ask(method, path, body, **headers)
        assert code == want, (method, path, code, data)
        return json.loads(data) if data else got

    def challenge(self):
        return self.good("POST", "/api/v1/session/challenge")["challenge"]

    def enter(self, body):
        """Signs in, and is from now on who that was."""
        code, headers, data = self.ask("POST", "/api/v1/session", body)
        assert code == 201, (code, data)
        self.cookie = re.match(rf"{COOKIE}=([0-9a-f]+);", headers["Set-Cookie"])[1]
        self.csrf = json.loads(data)["csrf"]
        return self


class Ears:
    """Listens to what is new."""

    def __init__(self, client, want=200):
        self.link = client.web.link()
        self.link.request("GET", "/api/v1/events", headers={"Cookie": f"{COOKIE}={client.cookie}", "Sec-Fetch-Site": "same-origin"})
        self.answer = self.link.getresponse()
        self.code = self.answer.status
        assert self.code == want, (self.code, self.answer.read())
        if want == 200:
            client.web.judge("GET", "/api/v1/events", 200, dict(self.answer.getheaders()), b"event")

    def next(self):
        """(event, data, when); None: it has ended."""
        lines = []
        while line := self.answer.readline():
            if line == b"\n":
                kind, data = (one.partition(": ")[2] for one in lines)
                if kind != "alive":
                    return kind, json.loads(data), time.monotonic()
                lines = []
            else:
                lines.append(line.decode().rstrip())
        assert lines == [], lines
        return None

    def until(self, good):
        """The first event that is so, and how many came."""
        for count in range(1, 100):
            event = self.next()
            assert event is not None, "it has ended"
            if good(*event[:2]):
                return event, count
        raise AssertionError(event)

    def close(self):
        self.link.sock.shutdown(socket.SHUT_RDWR)
        self.link.close()


class Desk:
    """The dock daemon's control socket: it answers each line with what is next, and keeps it."""

    def __init__(self, path):
        self.asked, self.answers = [], []
        self.may_answer = threading.Event()
        self.may_answer.set()
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.bind(str(path))
        self.socket.listen(8)
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            link, _ = self.socket.accept()
            threading.Thread(target=self.answer, args=(link,), daemon=True).start()

    def answer(self, link):
        with link, link.makefile("rwb") as lines:
            self.asked.append(json.loads(lines.readline()))
            answer = self.answers.pop(0)
            self.may_answer.wait(60)
            lines.write(answer if isinstance(answer, bytes) else json.dumps(answer).encode() + b"\n")


class Test:
    def __init__(self, directory, build):
        self.work, self.build = directory, Path(build)
        self.program, self.asservat = self.build / "bin/asservatd", self.build / "bin/asservat"
        self.contract = Contract(self.program)
        self.published = directory / "published"
        self.published.mkdir()
        self.webs = []
        run(self.asservat, "db", "migrate", "--database", "user=postgres")
        self.web = self.start("web")
        self.people = {role: Person(role, 1 << bit) for bit, role in enumerate(ROLES)}

    def start(self, name, **more):
        web = Web(self, name, origin=ORIGIN, **more)
        web.conf.pop("ledger")
        self.webs.append(web)
        return web.start()

    def sign_in(self, person):
        client = Client(self.web)
        return client.enter(person.answer(client.challenge()))

    def set_password(self, person, name, password=FIRST):
        file = self.work / "password"
        file.write_text(password + "\n")
        file.chmod(0o600)
        run(self.asservat, "user", "password", person.name, name, "--passphrase-file", file, "--database", "user=asv_admin")

    def at_once(self, body, count=8):
        """The codes of answers to as many who sign in with the same."""
        with ThreadPoolExecutor(count) as pool:
            return list(pool.map(lambda _: Client(self.web).ask("POST", "/api/v1/session", body)[0], range(count)))

    def refused(self, answer, code=401, name="sign-in-failed"):
        problem(answer, code, name, None)
        assert "Set-Cookie" not in answer[1], answer

    # ---- what is tried ----

    def a_passkey_opens_a_session_once(self):
        """A-025, A-026."""
        anna = self.people["supervisor"]
        client = Client(self.web)
        tries = {"another site": {"origin": "https://evil.example"}, "no port": {"origin": ORIGIN + ":8443"}, "nobody verified": {"flags": 1},
                 "nobody there": {"flags": 0}, "made, not asked": {"kind": "webauthn.create"}, "another party": {"rp": "evil.example"},
                 "another key": {"key": ec.generate_private_key(ec.SECP256R1())}, "from a frame": {"cross": True}}
        for what, how in tries.items():
            self.refused(client.ask("POST", "/api/v1/session", anna.answer(client.challenge(), **how)))
        challenge = client.challenge()
        for bad in (b64url(os.urandom(32)), challenge[:-2] + ("AA" if challenge[-2:] != "AA" else "BA"), challenge + "AAAA", "", "A" * 43):
            self.refused(client.ask("POST", "/api/v1/session", anna.answer(bad)))
        answer = anna.answer(challenge)
        planted = Client(self.web, cookie="ab" * 32)  # a cookie that somebody else has set does not become the session
        code, headers, _ = planted.ask("POST", "/api/v1/session", answer)
        assert code == 201 and "ab" * 32 not in headers["Set-Cookie"], headers
        assert "Secure; HttpOnly; SameSite=Strict" in headers["Set-Cookie"] and "Domain" not in headers["Set-Cookie"], headers
        self.refused(Client(self.web).ask("POST", "/api/v1/session", answer))
        assert sql(f"SELECT count(*) FROM asv.session s, asv.person p WHERE s.person = '{anna.uuid}' AND s.person = p.id") == "1"
        assert sorted(self.at_once(anna.answer(client.challenge()))) == [201] + [401] * 7
        stale = Client(self.web)
        other = self.start("other")  # another process knows nothing of these challenges
        self.refused(Client(other).ask("POST", "/api/v1/session", anna.answer(stale.challenge())))
        other.stop()
        both = anna.answer(client.challenge()) | {"password": {"name": "a", "password": "b"}}
        for body in (both, {}):
            problem(client.ask("POST", "/api/v1/session", body), 400, "bad-field", "body")
        unenrolled = Person("Nobody", 2)
        forge(f"DELETE FROM asv.statement_answer WHERE statement IN (SELECT digest FROM asv.statement WHERE subject = {hexed(unenrolled.credential)})")
        self.refused(client.ask("POST", "/api/v1/session", unenrolled.answer(client.challenge())))

    def whose_session_it_is_says_the_database(self):
        """A-020, A-024."""
        client = self.sign_in(self.people["reviewer"])
        told = sha(client.cookie.encode()).hex()
        kept = sql("SELECT string_agg(to_jsonb(s)::text, '') FROM asv.session s")
        assert client.cookie not in kept and told not in kept and sha(bytes.fromhex(told)).hex() in kept
        caller = "SELECT asv.caller()"
        for setting, want in ((told, self.people["reviewer"].uuid), (client.cookie, ""), ("", ""), ("x" * 64, ""), (sha(b"other").hex(), "")):
            got = sql(f"BEGIN; SELECT set_config('asv.session', '{setting}', true) IS NULL; SELECT 'is ' || coalesce(asv.caller()::text, ''); COMMIT", "asv_web")
            assert got.split("\n")[-1].strip() == f"is {want}".strip(), (setting, got)
        assert sql(f"BEGIN; SELECT set_config('asv.session', '{told}', true) IS NULL; COMMIT; {caller} IS NULL", "asv_web").endswith("t")
        # Who writes something down is who signed in, whatever is said.
        said = sql("BEGIN; CREATE FUNCTION public.said() RETURNS text LANGUAGE sql SECURITY DEFINER AS $$ SELECT asv.said_by('another') $$;"
                   "GRANT USAGE ON SCHEMA public TO asv_web; SET LOCAL SESSION AUTHORIZATION asv_web; SELECT public.said();"
                   f"SELECT set_config('asv.session', '{told}', true) IS NULL; SELECT public.said(); ROLLBACK").split("\n")
        assert said == ["asv_web", "f", f"reviewer ({self.people['reviewer'].uuid[:8]})"], said
        # Nobody else is anybody by a session, and without one the web server's role writes nothing down and reads no session.
        sql("CREATE ROLE somebody LOGIN IN ROLE asv_staff")
        assert sql(f"BEGIN; SELECT set_config('asv.session', '{told}', true) IS NULL; {caller} IS NULL; COMMIT", "somebody").endswith("t")
        for what in ("asv.duty_list(NULL, 1)", "asv.session_page()", "asv.session_end(NULL, false)", "asv.session_totp_begin('x')"):
            done = run("psql", "-XAtq", "-U", "asv_web", "-d", "asservat", "-c", f"SELECT * FROM {what}", check=False)
            assert done.returncode != 0 and ("nobody" in done.stderr), (what, done.stderr)
        done = run("psql", "-XAtq", "-U", "asv_web", "-d", "asservat", "-c", "SELECT * FROM asv.session", check=False)
        assert "permission denied" in done.stderr, done.stderr

    def what_changes_something_comes_from_our_pages(self):
        """A-022."""
        client = self.sign_in(self.people["wearer"])
        other = self.sign_in(self.people["wearer"])
        wanted = {"name": "x", "scopes": ["people:read"], "days": 1}
        for how in ({"X_CSRF_Token": None}, {"X_CSRF_Token": "0" * 64}, {"X_CSRF_Token": other.csrf}, {"X_CSRF_Token": client.csrf[:-1]}, {"Origin": "https://evil.example"},
                    {"Origin": "null"}, {"Sec_Fetch_Site": "cross-site"}, {"Sec_Fetch_Site": "same-site"}, {"Sec_Fetch_Site": "none"},
                    {"Origin": None, "Sec_Fetch_Site": None}, {"Origin": ORIGIN.upper()}, {"Origin": ORIGIN + ".evil.example"}):
            problem(client.ask("POST", "/api/v1/tokens", wanted, **how), 403, "not-from-here", "header")
        assert client.good("GET", "/api/v1/tokens") == {"tokens": []}
        for how in ({"Origin": None}, {"Sec_Fetch_Site": None}):
            client.good("POST", "/api/v1/tokens", wanted, 201, **how)
        problem(client.ask("GET", "/api/v1/session", Sec_Fetch_Site="cross-site"), 403, "not-from-here", "header")
        client.good("GET", "/api/v1/session", Sec_Fetch_Site="none")
        # Nor does another page sign somebody in.
        for how in ({"Origin": "https://evil.example"}, {"Sec_Fetch_Site": "cross-site"}, {"Origin": None, "Sec_Fetch_Site": None}):
            problem(client.ask("POST", "/api/v1/session", {"password": {"name": "a", "password": "b"}}, **how), 403, "not-from-here", "header")
            problem(client.ask("POST", "/api/v1/session/challenge", **how), 403, "not-from-here", "header")

    def a_cookie_is_read_in_one_way(self):
        """A-021: header tricks."""
        client = self.sign_in(self.people["wearer"])
        mine = f"{COOKIE}={client.cookie}"
        for cookie in (mine, f"a=b; {mine}", f"{mine}; a=b", f"x{COOKIE}=1; {mine}"):
            assert client.ask("GET", "/api/v1/session", Cookie=cookie)[0] == 200, cookie
        for cookie in (f"{mine}; {mine}", f"{mine}0", f"{COOKIE}=\"{client.cookie}\"", f"{COOKIE}={client.cookie.upper()}", f"{COOKIE} ={client.cookie}", f"__host-asservat={client.cookie}",
                       f"{COOKIE}=", f"x{mine}", f"{COOKIE}={client.cookie[:-1]}", f"a={mine}", ";" * 100, "="):
            problem(client.ask("GET", "/api/v1/session", Cookie=cookie), 401, "not-signed-in")
        assert b" 200 " not in self.web.raw(f"GET /healthz HTTP/1.1\r\nHost: a\r\nCookie: {';' * 5000}\r\n\r\n".encode())  # the library's own limit
        line = f"GET /api/v1/session HTTP/1.1\r\nHost: a\r\nCookie: {mine}\r\n".encode()
        assert self.web.raw(line + b"Connection: close\r\n\r\n").startswith(b"HTTP/1.1 200 ")
        for more in (f"Cookie: {mine}\r\n".encode(), b"cookie: a=b\r\n", b"Origin: a\r\nOrigin: b\r\n", b"Authorization: a\r\nAuthorization: a\r\n"):
            assert self.web.raw(line + more + b"\r\n").startswith(b"HTTP/1.1 400 "), more
        token = client.good("POST", "/api/v1/tokens", {"name": "x", "scopes": ["people:read"], "days": 1}, 201)["token"]
        problem(client.ask("GET", "/api/v1/session", Authorization=f"Bearer {token}"), 401, "not-signed-in")  # both are none
        for path in (f"?token={token}", f"?access_token={token}", f"?{COOKIE}={client.cookie}"):
            problem(Client(self.web).ask("GET", "/api/v1/session" + path), 401, "not-signed-in")
            problem(client.ask("GET", "/api/v1/session" + path), 400, "unknown-field", "query")
        problem(client.ask("GET", "/api/v1/session", Cookie=f"{COOKIE}={token[4:]}"), 401, "not-signed-in")
        for bearer in (f"Bearer asv_{client.cookie}", f"Bearer {client.cookie}", f"Basic {token}", token, "Bearer", "Bearer asv_", f"Bearer  {token}", f"Bearer {token} "):
            problem(Client(self.web).ask("GET", "/api/v1/session", Authorization=bearer), 401, "not-signed-in")

    def what_is_said_is_held_against_the_table(self):
        """A-023."""
        client = self.sign_in(Person("Ella", 1))
        for query in ("a=b", "x", "=", "&", "a=b&", "%", "%zz=1", "%00=1", "a=%ff", "a=%C3%28", "a==b", "a=1=2", "a&b"):
            answer = client.ask("GET", "/api/v1/tokens?" + query)
            assert answer[0] == 400 and json.loads(answer[2])["field"] == "query", (query, answer)
        assert client.ask("GET", "/api/v1/tokens?")[0] == 200
        good = {"name": "x", "scopes": ["people:read"], "days": 1}
        for field, values in {"name": ["", " x", "x\n", "x" * 129, 5, None, "a\u202eb", [], "\ud800"], "scopes": [[], ["all"], "people:read", ["people:read"] * 8, [["people:read"]], None],
                              "days": [0, 366, "1", 1.0, -1, True, 2**63]}.items():
            for value in values:
                answer = client.ask("POST", "/api/v1/tokens", json.dumps(good | {field: value}))
                assert answer[0] == 400 and json.loads(answer[2])["field"] in (field, "body"), (field, value, answer)
            problem(client.ask("POST", "/api/v1/tokens", {k: v for k, v in good.items() if k != field}), 400, "missing-field", field)
        problem(client.ask("POST", "/api/v1/tokens", good | {"admin": True}), 400, "unknown-field", "body")
        for bad in ("", "{", "[]", "5", "null", '{"name":"a","name":"a"}', "{}{}", b"\xff", b"{\"name\":\"\xc3\x28\"}", "[" * 4000, '{"a":' * 600, "{\"name\":\"a\\u0000b\"}"):
            problem(client.ask("POST", "/api/v1/tokens", bad), 400, "not-json", "body")
        for kind in ("text/plain", "application/x-www-form-urlencoded", "application/jsonp", None):
            problem(client.ask("POST", "/api/v1/tokens", good, Content_Type=kind), 415, "not-json", "Content-Type")
        assert client.good("GET", "/api/v1/tokens") == {"tokens": []}
        made = client.good("POST", "/api/v1/tokens", good | {"name": "Mu\u0308ller"}, 201)
        assert "M\u00fcller" in [t["name"] for t in client.good("GET", "/api/v1/tokens")["tokens"]]
        client.good("DELETE", f"/api/v1/tokens/{made['id']}", want=204)

    def code(self, key, ahead=0):
        return run("oathtool", "--totp", "-b", key, "--now", f"@{int(time.time()) + 30 * ahead}").stdout.strip()

    def a_password_is_ones_own_and_has_codes(self):
        """A-028, A-029, A-030: and a first administrator, who has a key file and no passkey, comes in."""
        bert = Person("Bert Boss", 128)
        forge("UPDATE asv.credential SET key = sha256('a file''s') WHERE name = 'Bert Boss'")
        self.set_password(bert, "bert")
        asks = lambda password, code=None, name="bert": {"password": {"name": name, "password": password} | ({} if code is None else {"code": code})}  # noqa: E731
        client = Client(self.web)
        self.refused(client.ask("POST", "/api/v1/session", asks("something else")))
        self.refused(client.ask("POST", "/api/v1/session", asks(FIRST, name="nobody")))
        client.enter(asks(FIRST))
        said = client.good("GET", "/api/v1/session")
        assert said["must_change"] and not said["has_totp"] and said["roles"] == ["administrator"] and said["kind"] == "password", said
        for method, path in (("GET", "/api/v1/sessions"), ("GET", "/api/v1/tokens"), ("DELETE", "/api/v1/sessions")):
            problem(client.ask(method, path), 403, "forbidden")
        assert sql(f"BEGIN; SELECT set_config('asv.session', '{sha(client.cookie.encode()).hex()}', true) IS NULL; SELECT asv.caller() IS NULL; COMMIT", "asv_web").endswith("t")
        second = Client(self.web).enter(asks(FIRST))
        problem(client.ask("PUT", "/api/v1/password", {"old": "wrong wrong wrong", "new": SECOND}), 400, "wrong-password", "old")
        problem(client.ask("PUT", "/api/v1/password", {"old": FIRST, "new": "short"}), 400, "bad-field", "new")
        problem(client.ask("PUT", "/api/v1/password", {"old": FIRST, "new": FIRST}), 400, "same-password", "new")
        key = sql("SELECT key FROM asv.password WHERE name = 'bert'")
        client.good("PUT", "/api/v1/password", {"old": FIRST, "new": SECOND}, 204)
        # Whoever was compared with the old one, and was slower than its change.
        late = run("psql", "-XAtq", "-U", "asv_web", "-c", f"SELECT asv.session_password_put(sha256('late'), '{bert.uuid}', '{key}', NULL, now() + interval '1 h', 60)", check=False)
        assert late.returncode != 0 and "it was changed meanwhile" in late.stderr, late
        problem(second.ask("GET", "/api/v1/session"), 401, "not-signed-in")
        problem(client.ask("GET", "/api/v1/sessions"), 403, "forbidden")
        problem(client.ask("PUT", "/api/v1/totp", {"code": "000000"}), 400, "wrong-code", "code")
        client.good("POST", "/api/v1/totp")
        shown = client.good("POST", "/api/v1/totp")
        assert shown["uri"] == f"otpauth://totp/Asservat:Bert%20Boss?secret={shown['key']}&issuer=Asservat", shown
        rows = shown["qr"]
        assert len(rows) >= 21 and all(len(row) == len(rows) for row in rows) and rows[0].startswith("11111110"), rows
        problem(client.ask("PUT", "/api/v1/totp", {"code": "12345"}), 400, "wrong-code", "code")
        client.good("PUT", "/api/v1/totp", {"code": self.code(shown["key"], -1)}, 204)
        problem(client.ask("POST", "/api/v1/totp"), 409, "conflict")
        problem(client.ask("PUT", "/api/v1/totp", {"code": self.code(shown["key"])}), 409, "conflict")
        client.good("GET", "/api/v1/sessions")
        fresh = Client(self.web)
        for code in (None, "", "000000 ", self.code(shown["key"], -1), self.code(shown["key"], 3), self.code(shown["key"], -3)):
            if code != "":
                self.refused(fresh.ask("POST", "/api/v1/session", asks(SECOND, code)))
        now = self.code(shown["key"], 1)
        forge("UPDATE asv.password SET totp_step = 0")
        fresh.enter(asks("zweites Paßwort, la\u0308nger", now))
        self.refused(Client(self.web).ask("POST", "/api/v1/session", asks(SECOND, now)))
        forge("UPDATE asv.password SET totp_step = 0")
        codes = self.at_once(asks(SECOND, self.code(shown["key"], 1)), 4)  # two are compared at once, the others asked to wait
        assert codes.count(201) == 1 and set(codes) <= {201, 401, 429}, codes
        # The administrator gives another one: everything of before is over, the codes, too.
        self.set_password(bert, "bert")
        problem(fresh.ask("GET", "/api/v1/session"), 401, "not-signed-in")
        assert sql("SELECT must_change AND totp IS NULL FROM asv.password WHERE name = 'bert'") == "t"
        # A-196: people hear of it, and that somebody who has a passkey was given one; not of a first one.
        alarms = lambda: sql("SELECT string_agg(subject, ' ' ORDER BY subject) FROM asv.alarm WHERE kind = 'account'")  # noqa: E731
        assert alarms() == "bert", alarms()
        self.set_password(self.people["staff_council"], "petra")
        assert alarms() == "bert petra", alarms()
        passkey = self.sign_in(self.people["exporter"])
        problem(passkey.ask("PUT", "/api/v1/totp", {"code": "000000"}), 404, "not-found")
        problem(passkey.ask("POST", "/api/v1/totp"), 409, "conflict")
        for name, how in (("Bert", "small letters"), ("bert", "somebody else")):
            done = run(self.asservat, "user", "password", "wearer", name, "--passphrase-file", self.work / "password", "--database", "user=asv_admin", check=False)
            assert done.returncode != 0 and how in done.stderr, done.stderr

    def who_guesses_waits(self):
        """A-032, A-033."""
        cora = Person("Cora", 128)
        self.set_password(cora, "cora")
        web = self.start("guess", forwarded="yes")
        def ask(name, password, address):
            return Client(web).ask("POST", "/api/v1/session", {"password": {"name": name, "password": password}}, X_Forwarded_For=address)
        texts = set()
        for name in ("cora", "unknown"):
            codes = []
            for _ in range(14):  # the first waits are as short as a guess takes on a busy machine
                answer = ask(name, "wrong wrong wrong", "203.0.113.9, 192.0.2.1")
                codes.append(answer[0])
                texts.add(answer[2])
                if answer[0] == 429:
                    assert 1 <= int(answer[1]["Retry-After"]) <= 60, answer
                    break
            assert codes[:6] == [401] * 6 and codes[-1] == 429, codes
            if name == "cora":
                assert ask("cora", FIRST, "192.0.2.1")[0] == 429
        assert len(texts) == 2, texts  # what is said of a name that nobody has is what is said of others
        assert ask("cora", FIRST, "203.0.113.9, 192.0.2.2")[0] == 201  # others' guesses do not shut her out
        took = {}
        for name in ("cora", "unknown2"):
            best = 9.0
            for i in range(3):
                began = time.monotonic()
                assert ask(name, "wrong wrong wrong", f"2001:db8:{name == 'cora':d}:{i}::1")[0] == 401
                best = min(best, time.monotonic() - began)
            took[name] = best
        assert 0.3 < took["cora"] / took["unknown2"] < 3, took
        # Nor does a locked name keep its passkey out.
        client = Client(web)
        client.enter(cora.answer(client.challenge()))
        web.stop()

    def sessions_end(self):
        """A-027."""
        mine = Person("Dora", 8)
        a, b, c, d = (self.sign_in(mine) for _ in range(4))
        other = self.sign_in(self.people["deputy"])
        listed = a.good("GET", "/api/v1/sessions")["sessions"]
        assert len(listed) == 4 and [s["this"] for s in listed].count(True) == 1, listed
        assert len(other.good("GET", "/api/v1/sessions")["sessions"]) < 4
        ids = {s["id"] for s in listed} - {a.good("GET", "/api/v1/session")["id"]}
        bid = b.good("GET", "/api/v1/session")["id"]
        problem(other.ask("DELETE", f"/api/v1/sessions/{bid}"), 404, "not-found")
        problem(other.ask("DELETE", f"/api/v1/tokens/{bid}"), 404, "not-found")
        assert bid in ids and b.ask("GET", "/api/v1/session")[0] == 200
        a.good("DELETE", f"/api/v1/sessions/{bid}", want=204)
        problem(b.ask("GET", "/api/v1/session"), 401, "not-signed-in")
        assert "Max-Age=0" in c.good("DELETE", "/api/v1/session", want=204)["Set-Cookie"]
        problem(c.ask("GET", "/api/v1/session"), 401, "not-signed-in")
        kept = d.good("POST", "/api/v1/tokens", {"name": "kept", "scopes": ["statements"], "days": 1}, 201)
        kept = Client(self.web, token=kept["token"])
        problem(kept.ask("GET", "/api/v1/session"), 403, "forbidden")
        a.good("DELETE", "/api/v1/sessions", want=204)
        for gone in (d, kept):  # the tokens, too
            problem(gone.ask("GET", "/api/v1/session"), 401, "not-signed-in")
        for what, undo in (("seen_at = now() - interval '31 min'", "seen_at = now()"), ("until_at = now() - interval '1 s'", "until_at = now() + interval '1 h'")):
            e = self.sign_in(mine)
            forge(f"UPDATE asv.session SET since = since - interval '1 day', {what} WHERE digest = sha256({hexed(sha(e.cookie.encode()))})")
            problem(e.ask("GET", "/api/v1/session"), 401, "not-signed-in")
            forge(f"UPDATE asv.session SET {undo} WHERE digest = sha256({hexed(sha(e.cookie.encode()))})")
            e.good("GET", "/api/v1/session")
        e = self.sign_in(mine)
        token = Client(self.web, token=e.good("POST", "/api/v1/tokens", {"name": "t", "scopes": ["statements"], "days": 1}, 201)["token"])
        problem(token.ask("GET", "/api/v1/session"), 403, "forbidden")
        mine.state(33)
        for gone in (e, token):
            problem(gone.ask("GET", "/api/v1/session"), 401, "not-signed-in")
        # A token ends with the credential in whose session it was made, and not with another one.
        gina = [Person("Gina", 8), Person("Gina", 8, which=b" spare")]
        tokens = [Client(self.web, token=self.sign_in(one).good("POST", "/api/v1/tokens", {"name": "t", "scopes": ["statements"], "days": 1}, 201)["token"])
                  for one in gina]
        gina[1].state(33)
        problem(tokens[1].ask("GET", "/api/v1/session"), 401, "not-signed-in")
        problem(tokens[0].ask("GET", "/api/v1/session"), 403, "forbidden")
        fred = Person("Fred", 8)
        e = self.sign_in(fred)
        fred.disable()
        problem(e.ask("GET", "/api/v1/session"), 401, "not-signed-in")
        fred.state(34)  # enrolled once more: what was before does not come back
        forge(f"DELETE FROM asv.statement WHERE subject = {hexed(fred.credential)} AND stored_at < (SELECT max(stored_at) FROM asv.statement WHERE subject = {hexed(fred.credential)})")
        problem(e.ask("GET", "/api/v1/session"), 401, "not-signed-in")
        self.sign_in(fred)
        forge("UPDATE asv.session SET since = since - interval '200 d', until_at = now() - interval '91 d' WHERE ended_at IS NOT NULL")
        before = int(sql("SELECT count(*) FROM asv.session"))
        assert 0 < int(sql("SELECT asv.session_forget()", "asv_admin")) < before

    def tokens_are_few_and_shown_once(self):
        """A-031."""
        client = self.sign_in(self.people["exporter"])
        wanted = {"name": "x", "scopes": ["incidents:read", "statements"], "days": 365}
        made = [client.good("POST", "/api/v1/tokens", wanted, 201) for _ in range(10)]
        problem(client.ask("POST", "/api/v1/tokens", wanted), 409, "conflict")
        listed = client.good("GET", "/api/v1/tokens")["tokens"]
        assert len(listed) == 10 and all(set(t["scopes"]) == set(wanted["scopes"]) for t in listed)
        assert not any(m["token"][4:] in sql("SELECT string_agg(to_jsonb(s)::text, '') FROM asv.session s") for m in made)
        client.good("DELETE", f"/api/v1/tokens/{made[0]['id']}", want=204)
        problem(Client(self.web, token=made[0]["token"]).ask("GET", "/api/v1/session"), 401, "not-signed-in")
        problem(Client(self.web, token=made[1]["token"]).ask("GET", "/api/v1/session"), 403, "forbidden")
        client.good("POST", "/api/v1/tokens", wanted, 201)

    # ---- the screen at the dock ----

    def token_for(self, person, *scopes):
        made = self.sign_in(person).good("POST", "/api/v1/tokens", {"name": "Bildschirm", "scopes": scopes, "days": 365}, 201)
        return Client(self.web, token=made["token"])

    def a_screen_issues_cameras(self):
        """A-140, A-141, A-143."""
        path, badge = "/api/v1/assignments", {"badge": "0815 4711"}
        desk = Desk(self.work / "control.sock")
        self.web.stop()
        self.web = self.start("issues", dock__control=self.work / "control.sock")
        screen = self.token_for(self.people["administrator"], "assignments:write")
        # Who may not is told the same of each badge, and the dock is not asked.
        others = [Client(self.web), self.token_for(self.people["administrator"], *(set(SCOPES) - {"assignments:write"})),
                  self.token_for(self.people["supervisor"], *SCOPES), self.sign_in(self.people["wearer"])]
        for other, code in zip(others, (401, 403, 403, 403)):
            assert len({other.ask("POST", path, {"badge": text})[::2] for text in ("0815 4711", "1", "9" * 64)}) == 1
            assert other.ask("POST", path, badge)[0] == code
        problem(self.sign_in(self.people["administrator"]).ask("POST", path, badge, Origin="https://evil.example"), 403, "not-from-here", "header")
        assert desk.asked == []
        for answer, told in (({"ok": True, "slot": 7, "charged": 93, "assignment": NONE, "person": "Willi"}, {"slot": 7, "charged": 93}), ({"ok": True, "slot": 8}, {"slot": 8})):
            desk.answers.append(answer)
            assert screen.good("POST", path, badge, 201) == told
        assert desk.asked == [{"do": "issue", "badge": "0815 4711"}] * 2, desk.asked
        names = {"badge-unknown": (404, "badge"), "badge-barred": (409, "badge"), "has-camera": (409, "badge"), "none-ready": (409, "dock"), "camera-failed": (409, "dock"),
                 "database-away": (503, "database"), "busy": (503, "dock"), "not-set-up": (503, "dock")}
        for name, (code, field) in names.items():
            desk.answers.append({"ok": False, "why": name})
            problem(screen.ask("POST", path, badge), code, name, field)
        for nothing in (b"", b"nonsense\n", b"{}\n", {"ok": False, "why": "what nobody knows"}, {"ok": True}, b"x" * 600):
            desk.answers.append(nothing)
            problem(screen.ask("POST", path, badge), 503, "issue-unclear", "dock")
        asked = len(desk.asked)
        for bad in ("", "x" * 65, "Ausweis \u00e4", "1\n2", 5, None):
            answer = screen.ask("POST", path, {"badge": bad})
            assert answer[0] == 400 and json.loads(answer[2])["field"] == "badge", (bad, answer)
        problem(screen.ask("POST", path, b"x" * 2000), 413, "body-too-large", "body")
        problem(screen.ask("POST", path + "?" + "q" * 2048), 414, "path-too-long", "path")
        problem(screen.ask("POST", path, "{}", Content_Type="text/plain"), 415, "not-json", "Content-Type")
        problem(screen.ask("POST", path, badge, X="x" * 17000), 431, "header-too-large", "header")
        assert len(desk.asked) == asked
        # Whoever waits keeps a thread: two at once.
        desk.may_answer.clear()
        desk.answers += [{"ok": True, "slot": 1}, {"ok": True, "slot": 2}]
        with ThreadPoolExecutor(2) as pool:
            waiting = [pool.submit(screen.good, "POST", path, badge, 201) for _ in range(2)]
            while len(desk.asked) < asked + 2:
                pass
            problem(screen.ask("POST", path, badge), 503, "busy", "dock")
            desk.may_answer.set()
            assert sorted(each.result()["slot"] for each in waiting) == [1, 2]
        assert "4711" not in self.web.log.read_text()
        # A-197: with four threads one waits for the dock, and others are told to, whatever they wait for; who reads does not.
        few = self.start("few", threads=4, dock__control=self.work / "control.sock")
        asked, slow = len(desk.asked), Client(few, token=screen.token)
        reader = Client(few, cookie=self.sign_in(self.people["supervisor"]).cookie)
        desk.may_answer.clear()
        desk.answers += [{"ok": True, "slot": 1}]
        with ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(slow.good, "POST", path, badge, 201)
            while len(desk.asked) < asked + 1:
                pass
            answer = slow.ask("POST", path, badge)
            problem(answer, 429, "too-often")
            assert answer[1]["Retry-After"] == "1", answer
            reader.good("GET", "/api/v1/clips")
            desk.may_answer.set()
            assert waiting.result() == {"slot": 1}
        desk.answers.append({"ok": True, "slot": 2})
        assert slow.good("POST", path, badge, 201) == {"slot": 2}
        few.stop()
        for name, more, want in (("nobody", {"dock__control": self.work / "nobody"}, "dock-away"), ("none", {}, "not-set-up")):
            web = self.start(name, **more)
            problem(Client(web, token=screen.token).ask("POST", path, badge), 503, want, "dock")
            web.stop()

    def guessed_badges_wait(self):
        """A-142."""
        path, control = "/api/v1/assignments", self.work / "guessed.sock"
        desk = Desk(control)
        self.web.stop()
        self.web = self.start("badges", dock__control=control)
        screen, other = (self.token_for(self.people["administrator"], "assignments:write") for _ in range(2))
        def present(client, *answers):
            desk.answers = [{"ok": False, "why": why} if why else {"ok": True, "slot": 1} for why in answers]
            return [client.ask("POST", path, {"badge": "1"}) for _ in answers]
        codes = [code for code, _, _ in present(screen, *["badge-unknown", None] * 12)]  # a colleague's badge between them does not help
        assert codes.count(201) < 12 and codes[-1] == 429, codes
        asked = len(desk.asked)
        answer = screen.ask("POST", path, {"badge": "1"})
        problem(answer, 429, "too-often")
        assert 1 <= int(answer[1]["Retry-After"]) <= 60 and len(desk.asked) == asked, answer
        assert [code for code, _, _ in present(other, *[None, "none-ready", "has-camera"] * 8)] == [201, 409, 409] * 8  # nor does it shut out another screen

    # ---- what is new ----

    LISTS = {"clips", "incidents", "requests", "subject-requests", "retention/nights", "retention/runs", "balances", "keys", "policies", "handovers", "recipients", "ledger", "users",
             "cameras", "docks", "alarms"}

    def tell(self, lists):
        """As the database's triggers do."""
        sql(f"SELECT pg_notify('asv_news', '{lists}')")

    def news_is_told_to_whoever_may_read_it(self):
        """A-170, A-172."""
        names = {f"/api/v1/{name}": name for name in self.LISTS}
        access = {pattern: access for method, pattern, _, access, _ in self.lines() if method == "GET" and pattern in names}
        assert set(access) == set(names), set(names) - set(access)
        ears = {}
        for role in ROLES:
            ears[role] = Ears(self.sign_in(self.people[role]))
            (kind, data, _), _ = ears[role].until(lambda kind, _: kind == "news")
            assert set(data) == {"since", "lists"} and set(data["lists"]) == {name for path, name in names.items() if self.may(access[path], "", role, None)}, (role, data)
        assert "clips" not in data["lists"] and "alarms" in data["lists"], data  # the administrator's, who came last
        ears.pop("wearer").close()
        for table in ("clip_event", "request", "alarm", "docking", "ledger_checkpoint", "statement_answer", "session"):
            assert sql(f"SELECT count(*) FROM pg_trigger WHERE tgrelid = 'asv.{table}'::regclass AND tgname = 'news'") == "1", table
        # What is none of its lists a stream hears nothing of: that is told by the next that is.
        for lists in ("clips 7e0dd0c4-0000-7000-8000-000000000001", "clipsx", "", "sessions", "x" * 500, "clips", "alarms"):
            self.tell(lists)
        (_, after, _), _ = ears["administrator"].until(lambda _, now: now["lists"]["alarms"] > data["lists"]["alarms"])
        assert {name for name in after["lists"] if after["lists"][name] != data["lists"][name]} <= {"alarms", "users", "policies"}, (data, after)
        # However much changes: an event in a second, and the last one has all.
        deputy = ears["deputy"]
        (_, data, _), _ = deputy.until(lambda _, now: now["lists"]["clips"] > 1)
        sql("DO $$ BEGIN FOR i IN 1..100 LOOP PERFORM pg_notify('asv_news', 'clips ledger ' || i), pg_sleep(0.01); COMMIT; END LOOP; PERFORM pg_notify('asv_news', 'cameras'); END $$")
        began = time.monotonic()
        (_, last, at), count = deputy.until(lambda _, now: now["lists"]["cameras"] > data["lists"]["cameras"])
        assert at - began < 2.5 and count <= 5 and last["lists"]["clips"] <= data["lists"]["clips"] + 5, (count, at - began, last)
        # What people do is told: an account is disabled.
        sql(f"INSERT INTO asv.person_disabling (person, by, reason) VALUES ('{Person('Hilde', 1).uuid}', 'test', 'test')")
        ears["supervisor"].until(lambda _, now: now["lists"].get("users", 0) > last["lists"].get("users", 1))
        for each in ears.values():
            each.close()

    def a_stream_ends_with_its_session(self):
        """A-171, A-174, A-175."""
        mine = Person("Ida", 1)
        a, b, c, d = (self.sign_in(mine) for _ in range(4))
        ears = {client: Ears(client) for client in (a, b, c, d)}
        seen = f"SELECT seen_at FROM asv.session WHERE digest = sha256({hexed(sha(a.cookie.encode()))})"
        forge(f"UPDATE asv.session SET seen_at = seen_at - interval '29 min' WHERE person = '{mine.uuid}'")
        before = sql(seen)
        more = [Ears(a) for _ in range(7)]
        assert Ears(a, 429).answer.headers["Retry-After"] == "1"
        a.good("GET", "/api/v1/policies", X_Unasked="yes")
        assert sql(seen) == before
        a.ask("POST", "/api/v1/statements/prepare", {"action": "hold", "step": "propose", "reason": "x"})
        assert sql(seen) > before, "whoever signs is there"
        forge(f"UPDATE asv.session SET seen_at = '{before}' WHERE person = '{mine.uuid}'")
        a.good("GET", "/api/v1/policies")
        a.good("GET", "/api/v1/session")
        assert sql(seen) > before
        more.pop().close()
        while self.web.ask("/api/v1/events", "HEAD", Cookie=f"{COOKIE}={a.cookie}")[0] == 429:  # that somebody has left is noticed
            pass
        def ends(listener, over=True):
            last = None
            while (event := listener.next()) is not None:
                last = event[0]
            assert (last == "ended") == over, last
            return time.monotonic()
        began = time.monotonic()
        b.good("DELETE", "/api/v1/session", want=204)  # signed out
        assert ends(ears[b]) - began < 2.5
        forge(f"UPDATE asv.session SET seen_at = now() - interval '31 min' WHERE digest = sha256({hexed(sha(c.cookie.encode()))})")
        self.tell("sessions")  # idle: looked at now, and not a minute later
        ends(ears[c])
        began = time.monotonic()
        mine.state(33)  # revoked, of which replication's triggers say nothing here
        self.tell("users sessions")
        for listener in (ears[a], ears[d], *more):
            assert ends(listener) - began < 2.5
        Ears(a, 401)
        # Other roles, and it is another stream.
        kim = Person("Kim", 1)
        client = self.sign_in(kim)
        listener = Ears(client)
        listener.until(lambda kind, now: kind == "news" and "alarms" not in now["lists"])
        Person("Kim", 129, which=b" more")
        self.tell("users sessions")
        ends(listener, over=False)
        listener = Ears(client)
        listener.until(lambda kind, now: kind == "news" and "alarms" in now["lists"])
        listener.close()

    def news_may_have_been_missed(self):
        """A-173."""
        client = self.sign_in(self.people["wearer"])
        listener = Ears(client)
        (_, first, _), _ = listener.until(lambda kind, _: kind == "news")
        run(os.environ["ASV_PG"], "stop", os.environ["ASV_PG_DIR"])
        listener.until(lambda kind, _: kind == "away")
        run(os.environ["ASV_PG"], "start", os.environ["ASV_PG_DIR"])
        (_, after, _), _ = listener.until(lambda kind, _: kind == "news")
        assert after["since"] == first["since"] and all(after["lists"][name] > first["lists"][name] for name in first["lists"]), (first, after)
        # One that is lost and back at once was not heard meanwhile, either.
        assert int(sql("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = 'asv_web'")) >= 1
        (_, again, _), _ = listener.until(lambda kind, now: kind == "news" and now["lists"]["clips"] > after["lists"]["clips"])
        assert all(again["lists"][name] > after["lists"][name] for name in first["lists"]), (after, again)
        self.tell("cameras")
        listener.until(lambda kind, now: kind == "news" and now["lists"]["cameras"] > again["lists"]["cameras"])
        other = self.start("another")  # whose figures are no others'
        elsewhere = Ears(Client(other, client.cookie))
        (_, data, _), _ = elsewhere.until(lambda kind, _: kind == "news")
        assert data["since"] != first["since"]
        other.daemon.process.send_signal(signal.SIGTERM)
        assert elsewhere.next() is None
        other.stop()
        listener.close()

    # ---- the matrix ----

    def actors(self):
        """(name, client, role, scopes, whether it counts); scopes None: no token."""
        alls = [self.sign_in(self.people[role]) for role in ROLES]
        found = [(role, client, role, None, 200) for role, client in zip(ROLES, alls)]
        found += [("logged out", Client(self.web), None, None, 401), ("any cookie", Client(self.web, "0" * 64, "0" * 64), None, None, 401)]
        for name, change in (("ended", "ended_at = now()"), ("idle", "seen_at = now() - interval '1 day'"), ("expired", "until_at = since + interval '1 us'")):
            client = self.sign_in(self.people["supervisor"])
            forge(f"UPDATE asv.session SET {change} WHERE digest = sha256({hexed(sha(client.cookie.encode()))})")
            found.append((name, client, None, None, 401))
        gone = Person("Gone", 2)
        found.append(("revoked", self.sign_in(gone), None, None, 401))
        gone.state(33)
        new = Person("New", 2)
        self.set_password(new, "new")
        found.append(("newcomer", Client(self.web).enter({"password": {"name": "new", "password": FIRST}}), "newcomer", None, 200))
        scopes = {scope for line in self.lines() for scope in line[4].split(",")} - {"-"} | {"recordings:read", "people:read"}
        holder = self.people["data_protection_officer"]
        client = self.sign_in(holder)
        for scope in sorted(scopes):
            token = client.good("POST", "/api/v1/tokens", {"name": scope, "scopes": [scope], "days": 1}, 201)
            found.append((f"token {scope}", Client(self.web, token=token["token"]), holder.name, scope, 200))
        return found

    def lines(self):
        return [line.split() for line in run(self.program, "--routes").stdout.splitlines()]

    def may(self, access, scopes, role, scope):
        names = set(access.split(","))
        if "public" in names:
            return True
        if scope is not None:
            return scope in scopes.split(",") and bool(names & {"anyone", role})
        return "newcomer" in names or role != "newcomer" and bool(names & {"anyone", role})

    def everybody_tries_everything(self):
        """A-021, LAW L4. A query that no route knows is refused behind the table's other columns: so nothing is done."""
        sql("DELETE FROM asv.session WHERE kind = 'token'")
        actors = self.actors()
        seen = set()
        for method, pattern, _, access, scopes in self.lines():
            if not pattern.startswith("/api/") or pattern == "/api/v1/dock":
                assert access == "public", pattern
                continue
            path = re.sub(r"{\w+:number}", "1", re.sub(r"{\w+:uuid}", NONE, re.sub(r"{\w+:hash}", "0" * 64, pattern))) + "?nobody_knows=this"
            operation = self.contract.document["paths"][re.sub(r":\w+}", "}", pattern)][method.lower()]
            assert operation.get("x-access", "public") == access, (method, pattern, access)
            assert ",".join(operation.get("x-scopes", ["-"])) == scopes, (method, pattern, scopes)
            want = [] if access == "public" else [{"session": []} if method == "GET" else {"session": [], "csrf": []}] + ([{"token": []}] if scopes != "-" else [])
            assert operation.get("security", []) == want, (method, pattern, want)
            for name, client, role, scope, counts in actors:
                code, _, body = client.ask(method, path, Origin=ORIGIN, **({"Sec_Fetch_Site": None} if client.token else {}))
                good = 400 if access == "public" else 401 if counts == 401 else 400 if self.may(access, scopes, role, scope) else 403
                assert code == good, (name, method, pattern, access, scopes, code, body)
                assert good != 400 or json.loads(body)["type"].endswith(":unknown-field"), body
                seen.add(code)
        assert seen >= {400, 401, 403}, seen

    def errors_are_problems(self):
        """A-004, A-009: what the document says of every route."""
        client = self.sign_in(self.people["wearer"])
        for method, pattern, _, access, _ in self.lines():
            if not pattern.startswith("/api/") or pattern == "/api/v1/dock" or "session" not in self.contract.document["paths"][re.sub(r":\w+}", "}", pattern)][method.lower()]["tags"]:
                continue
            path = re.sub(r"{\w+:uuid}", NONE, pattern)
            problem(client.ask(method, path, b"x" * 20000), 413, "body-too-large", "body")
            problem(client.ask(method, path + "?" + "q" * 2048), 414, "path-too-long", "path")
            problem(client.ask(method, path, X="x" * 17000), 431, "header-too-large", "header")
            problem(client.ask(method, path, Sec_Fetch_Site="cross-site"), 403, "not-from-here", "header")
            operation = self.contract.document["paths"][re.sub(r":\w+}", "}", pattern)][method.lower()]
            if "requestBody" in operation:
                problem(client.ask(method, path, "{}", Content_Type="text/plain"), 415, "not-json", "Content-Type")
            if "304" in operation["responses"]:
                tag = client.ask("GET", path)[1]["ETag"]
                assert client.ask("GET", path, If_None_Match=tag)[0] == 304
        for path in ("/api/v1/tokens/x", f"/api/v1/tokens/{NONE.upper()[:-1]}A", f"/api/v1/tokens/{NONE}/", "/api/v1", "/api/v1/session/"):
            problem(client.ask("DELETE", path), 404, "not-found", "path")
        away = self.start("away", database=f"host={self.work}/nowhere user=asv_web")
        answer = Client(away, client.cookie).ask("GET", "/api/v1/session")
        problem(answer, 503, "no-database", "database")
        assert answer[1]["Retry-After"] == "5", answer
        away.stop()

    def a_session_asks_so_often(self):
        """A-034."""
        client, other = self.sign_in(self.people["deputy"]), self.sign_in(self.people["deputy"])
        link = self.web.link()
        for i in range(400):
            link.request("GET", "/api/v1/session", headers={"Cookie": f"{COOKIE}={client.cookie}"})
            answer = link.getresponse()
            data = answer.read()
            if answer.status == 429:
                break
        problem((answer.status, None, data), 429, "too-often")
        assert i >= 199 and int(answer.getheader("Retry-After")) >= 1, i
        self.web.judge("GET", "/api/v1/session", 429, dict(answer.getheaders()), data)
        other.good("GET", "/api/v1/session")

    def in_memory(self, *texts):
        """Those of the texts that are in the memory of the server; None: nobody lets us look."""
        pid, found = self.web.daemon.process.pid, set()
        try:
            with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb", 0) as memory:
                for start, end in re.findall(r"^([0-9a-f]+)-([0-9a-f]+) rw", maps.read(), re.M):
                    size = int(end, 16) - int(start, 16)
                    memory.seek(int(start, 16))
                    with contextlib.suppress(OSError):  # what the kernel does not show
                        data = memory.read(size) if size < 1 << 30 else b""  # a sanitizer's shadow
                        found |= {text for text in texts if text.encode() in data}
        except PermissionError:
            return None
        return found

    def what_was_typed_is_wiped(self):
        """A-103."""
        hans = Person("Hans", 128)
        self.set_password(hans, "hans")
        wrong, wide, new = "a wrong password of mine", "ein anderes Pa\u00dfwort von mir", "a new password of mine"
        client = Client(self.web)
        self.refused(client.ask("POST", "/api/v1/session", {"password": {"name": "hans", "password": wrong}}))
        self.refused(client.ask("POST", "/api/v1/session", json.dumps({"password": {"name": "hans", "password": wide}}, ensure_ascii=False).encode()))
        client.enter({"password": {"name": "hans", "password": FIRST}})
        client.good("PUT", "/api/v1/password", {"old": FIRST, "new": new}, 204)
        client.good("POST", "/api/v1/totp")  # of which the QR code's library keeps copies
        shown = self.sign_in(self.people["wearer"]).good("POST", "/api/v1/tokens", {"name": "x", "scopes": ["people:read"], "days": 1}, 201)["token"]
        text = json.dumps({"name": "x" * 2000 + "what is refused"})
        problem(client.ask("POST", "/api/v1/tokens", text), 403, "forbidden")
        asks = "?case_number=" + "x" * 1000 + "what+is+asked"
        problem(self.sign_in(self.people["supervisor"]).ask("GET", "/api/v1/incidents" + asks), 400, "bad-field", "case_number")
        self.sign_in(self.people["supervisor"]).good("GET", "/api/v1/incidents?case_number=" + "x" * 80 + "+what+was+asked")
        link = self.web.connect()  # it is seen while it is on its way
        link.sendall(f"PUT /api/v1/password HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n{{\"old\":\"what is on its way".encode())
        self.web.ask("/healthz")
        found = self.in_memory("what is on its way", wrong, wide, FIRST, new, shown, "what is refused", "what is asked", "what+is+asked", "what+was+asked")
        link.close()
        if found is None:
            print("skipped: nobody may read the server's memory")
        else:
            assert found == {"what is on its way"}, found

    def half_a_request_is_none(self):
        """A-002, A-005: with a body; what follows it is not of it, and what is missing is waited for in vain."""
        web = self.start("halves", deadline__request="600ms")
        client = Client(web)
        client.enter(self.people["deputy"].answer(client.challenge()))
        body = b'{"name":"whole","scopes":["people:read"],"days":1}'
        head = (f"POST /api/v1/tokens HTTP/1.1\r\nHost: a\r\nOrigin: {ORIGIN}\r\nCookie: {COOKIE}={client.cookie}\r\nX-CSRF-Token: {client.csrf}\r\n"
                "Content-Type: application/json\r\n").encode()
        chunk = lambda size, data: size.encode() + b"\r\n" + data + b"\r\n"  # noqa: E731
        chunked = head + b"Transfer-Encoding: chunked\r\n\r\n"
        more = b"DELETE /api/v1/sessions HTTP/1.1\r\n" + head.partition(b"\r\n")[2] + b"\r\n"
        bad = [head + b"Content-Length: %d\r\n\r\n" % n + body for n in (len(body) + 1, len(body) + 4000, len(body) - 1, 1, 0, 5000)]
        bad += [head + b"\r\n" + body, head + b"Content-Length: %d\r\nContent-Length: 0\r\n\r\n" % len(body) + body + more,
                head + b"Content-Length: 0\r\nContent-Length: %d\r\n\r\n" % len(body) + body + more,
                head + b"Content-Length: %d\r\nTransfer-Encoding: chunked\r\n\r\n" % len(body) + body + more,
                chunked + chunk(f"{len(body):x}", body), chunked + chunk(f"{len(body) + 2:x}", body) + b"0\r\n\r\n", chunked + chunk(f"{len(body) - 1:x}", body) + b"0\r\n\r\n",
                chunked + chunk("-1", body), chunked + chunk("1" * 40, body), chunked + chunk("zz", body), chunked + body, chunked + b"0\r\n\r\n",
                chunked + chunk("1", body[:1]) + chunk(f"{len(body) - 1:x}", body[1:]) + b"0\r\n\r\n",
                chunked + f"{len(body):x}\r\n".encode() + body + b"\n0\r\n\r\n" + more,
                head + b"Content-Length: %d\r\n\r\n" % len(body) + body.replace(b"whole", b"who\xffe"),
                head + b"Content-Length: %d\r\n\r\n" % len(body) + body.replace(b"whole", b"\xed\xa0\x80le"),
                head + b"Content-Length: %d\r\n\r\n" % len(body) + body.replace(b"whole", b"who\0e"),
                head.replace(b"Origin:", b"Origin\0:") + b"Content-Length: %d\r\n\r\n" % len(body) + body]
        for sent in bad:
            got = web.raw(sent)
            assert b" 201 " not in got and b" 204 " not in got and body not in got, (sent[-200:], got)
        with contextlib.ExitStack() as stack:  # a flood of halves, which keep nobody else out
            for _ in range(200):
                stack.enter_context(web.connect()).sendall(head + b"Content-Length: 4000\r\n\r\n" + body)
            assert client.good("GET", "/api/v1/tokens") == {"tokens": []}
        assert b" 201 " in web.raw(head + b"Content-Length: %d\r\n\r\n" % len(body) + body)
        assert [t["name"] for t in client.good("GET", "/api/v1/tokens")["tokens"]] == ["whole"]
        web.stop()

    def who_makes_up_sessions_waits(self):
        """A-102: and nobody else at the address, who has one."""
        client = self.sign_in(self.people["deputy"])
        token = Client(self.web, token=client.good("POST", "/api/v1/tokens", {"name": "x", "scopes": ["statements"], "days": 1}, 201)["token"])
        problem(token.ask("GET", "/api/v1/session"), 403, "forbidden")
        link, codes = self.web.link(), []
        for i in range(1200):
            made_up = {"Cookie": f"{COOKIE}={os.urandom(32).hex()}"} if i % 2 else {"Authorization": f"Bearer asv_{os.urandom(32).hex()}"}
            code, headers, data = self.web.ask("/api/v1/session", link=link, **made_up)
            codes.append(code)
            if code == 429:
                break
        problem((code, None, data), 429, "too-often")
        assert codes[:400] == [401] * 400 and int(headers["Retry-After"]) >= 1, len(codes)
        client.good("GET", "/api/v1/session")
        problem(token.ask("GET", "/api/v1/session"), 403, "forbidden")
        self.sign_in(self.people["deputy"]).good("GET", "/api/v1/session")
        elsewhere = http.client.HTTPConnection("127.0.0.1", self.web.port, timeout=60, source_address=("127.0.0.2", 0))
        problem(self.web.ask("/api/v1/session", link=elsewhere, Cookie=f"{COOKIE}={'0' * 64}"), 401, "not-signed-in")
        client.good("DELETE", "/api/v1/session", want=204)
        assert 429 in (client.ask("GET", "/api/v1/session")[0] for _ in range(400)), "one that is over is as good as made up"

    STEPS = (a_passkey_opens_a_session_once, whose_session_it_is_says_the_database, what_changes_something_comes_from_our_pages,
             a_cookie_is_read_in_one_way, what_is_said_is_held_against_the_table, a_password_is_ones_own_and_has_codes, who_guesses_waits,
             sessions_end, tokens_are_few_and_shown_once, a_screen_issues_cameras, guessed_badges_wait,
             news_is_told_to_whoever_may_read_it, a_stream_ends_with_its_session, news_may_have_been_missed, everybody_tries_everything, errors_are_problems,
             a_session_asks_so_often, half_a_request_is_none, who_makes_up_sessions_waits, what_was_typed_is_wiped)

    def run(self, names):
        for step in self.STEPS:
            if not names or step.__name__ in names:
                began = time.monotonic()
                self.web.stop()
                self.web = self.start(step.__name__[:12])  # with counts of its own
                step(self)
                print(f"{step.__name__.replace('_', ' ')}: {time.monotonic() - began:.1f} s", flush=True)
        self.web.stop()
        if not names:
            self.contract.finish({"session", "assignments"}, {"429", "503"})


def main():
    with tempfile.TemporaryDirectory(prefix="asv-session.") as name:
        test = None
        try:
            test = Test(Path(name), sys.argv[1])
            test.run(sys.argv[2:])
        except Exception:
            traceback.print_exc()
            for log in sorted(Path(name).glob("*/log")):
                print(f"--- {log.parent.name}\n{log.read_text(errors='replace')[-1500:]}", file=sys.stderr)
            sys.exit(1)
        finally:
            for web in test.webs if test else ():
                if web.daemon:
                    web.daemon.stop(signal.SIGKILL)


if __name__ == "__main__":
    main()
