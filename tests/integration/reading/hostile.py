# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Asservat authors
"""What is said that is none, in every place of every route in which something can be said (docs/openapi.yaml says which), and what
belongs to somebody else: steps of reading.py, on its site.
"""
import copy
import json
import re
import time
from urllib.parse import quote

from asvsite import run
from served import problem

ORIGIN = "http://localhost:8471"
TEXTS = ["'; DROP TABLE asv.clip; --", "' OR '1'='1", "$$; SELECT pg_sleep(9); $$", "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>",
         "../../../etc/passwd", "%s%n%x", "\u202egnp.exe", "line\nbreak", "9" * 40, "", "𝕏" * 40]
LEAKS = re.compile(rb"asv\.\w|pg_|SQL|SELECT|syntax error|/server/|/tmp/|Traceback|DROP TABLE|<script|onerror|/etc/passwd")
FORMS = ["A" * 50, "0197a3c0-0000-7000-8000-000000000001", "ab" * 32, "2026-01-05T06:00:00.000Z", "2026-01-05", "123456", "age1" + "q" * 58]
NOTHING = FORMS[1]


class Hostile:
    """Of reading.py's Test."""

    # ---- asking ----

    def head(self, who):
        """Of a page of ours, with a session of somebody's and its own token."""
        cookie = self.cookie(who)
        if cookie not in self.csrf:
            self.csrf[cookie] = json.loads(self.web.ask("/api/v1/session", Cookie=cookie)[2])["csrf"]
        return {"Cookie": cookie, "X_CSRF_Token": self.csrf[cookie], "Origin": ORIGIN, "Content_Type": "application/json"}

    def say(self, who, method, path, body=None, **headers):
        sent = {name: value for name, value in (self.head(who) | headers).items() if value is not None}
        while True:
            answer = self.web.ask(path, method, body if body is None else json.dumps(body).encode(), **sent)
            if answer[0] != 429:
                return answer
            time.sleep(int(answer[1]["Retry-After"]))  # a machine that asks faster than a session may

    def who_may(self, method, template):
        roles = self.access[method, template]
        return next((who for who, role in self.people.items() if role in roles), "sigrid")

    def operations(self):
        for template, item in self.contract.document["paths"].items():
            for method in item:
                if method != "parameters" and template.startswith("/api/"):
                    yield method.upper(), template, item[method], [self.contract.resolve(p) for p in item.get("parameters", [])]

    # ---- what would be right ----

    def form(self, schema):
        """Something of this schema, with all that it can have."""
        schema = self.contract.resolve(schema)
        if "oneOf" in schema:
            return self.form(next(s for s in schema["oneOf"] if s.get("type") != "null"))
        if "const" in schema or "enum" in schema:
            return schema.get("const", schema.get("enum", [None])[0])
        if "properties" in schema:
            return {name: self.form(value) for name, value in schema["properties"].items()}
        kind = schema.get("type")
        if kind == "array":
            return [self.form(schema["items"])]
        if kind != "string":
            return {"integer": schema.get("minimum", 1), "boolean": True}[kind]
        return next(text for text in FORMS if re.search(schema.get("pattern", ""), text)
                    and schema.get("minLength", 0) <= len(text) <= schema.get("maxLength", 1 << 20))

    def with_each(self, body, text):
        """The same with this text in one place, for each of them; and as a name."""
        def places(node, at=()):
            for key, value in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
                yield (*at, key)
                yield from places(value, (*at, key))
        for place in places(body):
            changed = copy.deepcopy(body)
            node = changed
            for key in place[:-1]:
                node = node[key]
            node[place[-1]] = text
            yield place, changed
        yield ("a name",), body | {text: text}

    def rows(self):
        """Of every table how many, and what they say; but for when a session was seen."""
        tables = run("psql", "-XAtqc", "SELECT tablename FROM pg_tables WHERE schemaname = 'asv' AND tablename <> 'session' ORDER BY 1").stdout.split()
        each = " UNION ALL ".join(f"SELECT '{t}', count(*), sum(hashtext(x::text)) FROM asv.{t} x" for t in tables)
        people = "SELECT 'session', count(*), sum(hashtext(s.digest::text || coalesce(s.ended_at::text, ''))) FROM asv.session s WHERE s.name IS NULL"
        assert len(tables) > 50, tables
        return run("psql", "-XAtqc", f"{each} UNION ALL {people}").stdout

    def is_unchanged(self, before):
        changed = set(before.splitlines()) ^ set(self.rows().splitlines())
        assert not changed, changed

    def is_a_no(self, what, text, answer, codes):
        code, _, body = answer
        assert code in codes and not LEAKS.search(body), (what, text, code, body)
        assert len(text) < 6 or text.encode() not in body and json.dumps(text).encode()[1:-1] not in body, (what, text, body)

    # ---- steps ----

    def what_is_said_is_a_text(self):
        """A-106: bodies, each member of each; nothing is done, nothing of it comes back, and nothing of the inside."""
        before, tried = self.rows(), 0
        for method, template, operation, _ in self.operations():
            if "requestBody" not in operation or template == "/api/v1/password":
                continue
            who = self.who_may(method, template)
            right = self.form(operation["requestBody"]["content"]["application/json"]["schema"])
            for text in TEXTS:
                for place, body in self.with_each(right, text):
                    answer = self.say(who, method, template, body)
                    if answer[0] == 201:  # a token of that name, and nothing else
                        made = json.loads(answer[2])
                        assert template == "/api/v1/tokens" and place == ("name",), (template, place, text)
                        names = [t["name"] for t in json.loads(self.say(who, "GET", template)[2])["tokens"]]
                        assert names == [text] and self.say(who, "DELETE", f"{template}/{made['id']}")[0] == 204, names
                    else:
                        here = {413, 503} if template == "/api/v1/assignments" else set()  # a badge is short, and this site issues none
                        self.is_a_no((method, template, place), text, answer, {400, 401, 404, 409} | here)
                    tried += 1
        for text in TEXTS[:3]:  # as far as the database
            body = {"password": {"name": text, "password": text}}
            self.is_a_no("sign-in", text, self.say("sigrid", "POST", "/api/v1/session", body), {401})
            self.is_a_no("password", text, self.say("sigrid", "PUT", "/api/v1/password", {"old": text, "new": "x" * 12}), {400, 404, 409})
        assert tried > 500 and self.rows() == before, tried

    def what_is_in_a_path_or_a_header_is_a_text(self):
        """A-106"""
        before = self.rows()
        for method, template, _, parameters in self.operations():
            who = self.who_may(method, template)
            for text in TEXTS:
                for name in [p["name"] for p in parameters]:
                    for written in {quote(text, safe=""), quote(text, safe="/$;:'<>\"=%").replace("%", "%25")} - {""}:
                        path = re.sub(r"{(\w+)}", lambda m, n=name, w=written: w if m[1] == n else NOTHING, template)
                        if not re.search(r"[^!-~]", path):
                            self.is_a_no((method, path), text, self.say(who, method, path, {} if method in ("POST", "PUT") else None), {404})
        for text in [t for t in TEXTS if t.isascii() and t.isprintable()]:
            for name in ("Cookie", "Authorization", "X_CSRF_Token", "Origin", "Sec_Fetch_Site", "X_Forwarded_For", "If_None_Match", "Accept_Encoding",
                         "Content_Type", "Range"):
                codes = {200} if name in ("X_Forwarded_For", "If_None_Match", "Accept_Encoding", "Content_Type", "Range", "Origin", "X_CSRF_Token") else {401, 403}
                self.is_a_no(name, text, self.say("sigrid", "GET", "/api/v1/sessions", **{name: text}), codes)
                if name in ("X_CSRF_Token", "Origin", "Sec_Fetch_Site"):
                    self.is_a_no(name, text, self.say("sigrid", "DELETE", "/api/v1/sessions", **{name: text}), {403})
        self.is_unchanged(before)

    def nobody_ends_what_is_anothers(self):
        """A-027: with a cookie, a token or another's token for changes; and a request that was right once is not right again."""
        def sql(text):
            return run("psql", "-XAtqc", text).stdout.split()
        theirs = self.say("willi", "POST", "/api/v1/tokens", {"name": "mine", "scopes": ["recordings:read"], "days": 1})
        token = json.loads(theirs[2])
        ids = {"session": sql("SELECT id FROM asv.session s JOIN asv.credential c ON c.digest = s.credential WHERE c.name = 'Willi' AND s.name IS NULL LIMIT 1")[0],
               "token": token["id"], "opening": NOTHING}
        before = sql("SELECT id FROM asv.session WHERE ended_at IS NULL ORDER BY 1")
        for method, template, operation, parameters in self.operations():
            names = [p["name"] for p in parameters]
            if not set(names) & set(ids):
                continue
            path = re.sub(r"{(\w+)}", lambda m: ids[m[1]], template) + ("?from=0&bytes=1" if template.endswith("/media") else "")
            for who in self.people:
                if who != "willi":
                    code, _, body = self.say(who, method, path)
                    assert code in (403, 404) and b"willi" not in body.lower(), (who, method, path, code, body)
            mine, other = self.head("willi"), self.head("sigrid")
            if method != "GET":
                problem(self.web.ask(path, method, **(mine | {"X_CSRF_Token": other["X_CSRF_Token"]})), 403, "not-from-here", "header")
                problem(self.web.ask(path, method, **(other | {"Cookie": mine["Cookie"]})), 403, "not-from-here", "header")
            problem(self.web.ask(path, method, Authorization=f"Bearer {token['token']}"), 403, "forbidden")
            problem(self.web.ask(path, method, Cookie=f"__Host-asservat={token['token'][4:]}"), 401, "not-signed-in")
        assert sql("SELECT id FROM asv.session WHERE ended_at IS NULL ORDER BY 1") == before, "and all of it goes on"
        used = self.head("willi")
        assert self.web.ask(f"/api/v1/tokens/{token['id']}", "DELETE", **used)[0] == 204
        ended = sql(f"SELECT ended_at FROM asv.session WHERE id = '{token['id']}'")
        assert self.web.ask(f"/api/v1/tokens/{token['id']}", "DELETE", **used)[0] == 204 and sql(f"SELECT ended_at FROM asv.session WHERE id = '{token['id']}'") == ended
        problem(self.web.ask("/api/v1/clips", Authorization=f"Bearer {token['token']}"), 401, "not-signed-in")
        made = b'{"name":"again","scopes":["people:read"],"days":1}'
        assert self.web.ask("/api/v1/session", "DELETE", **used)[0] == 204
        problem(self.web.ask("/api/v1/tokens", "POST", made, **used), 401, "not-signed-in")
