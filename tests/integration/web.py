#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Asservat authors
"""web.py BUILD [STEP…], under tests/sql/with-postgres: asservatd against clients that are honest, slow, idle, too large, or try paths;
against a database, a ledger and a dock that go away; with certificates that are replaced. Every answer is compared with
docs/openapi.yaml, and everything that stands there must have been seen.
"""
import contextlib
import gzip
import http.client
import json
import os
import re
import select
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import traceback
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "deploy/lib"))
from asvsite import Daemon, run  # noqa: E402
from served import HOST, Contract, Web, problem, read_all  # noqa: E402

warnings.simplefilter("ignore", DeprecationWarning)  # old TLS is what is refused
SECRET = b"what nobody may read\n"
# What the dock says (DOCK.md), with everything in it that leads to a camera or a recording.
CAMERA, SERIAL, CLIP, PORT = "BWC-0815", "SN-4711", "0193e2a0-0000-7000-8000-000000000001", "1-2.7"
COUNTS = {name: 31337 for name in ("listed", "pulled", "committing", "stored", "quarantined", "expired", "erased", "bytes", "left")}
LINE = {"version": "0.1.0", "stopping": False, "keeper": {"up": True, "why": "", "since_ms": 1},
        "database": {"up": False, "why": "secret host", "since_ms": 2}, "stored": 31337, "quarantined": 31337, "bytes": 31337,
        "space": {"free": 31337, "low": True},
        "slots": [{"slot": 1, "port": PORT, "state": "pulling", "colour": "blue", "offered": False, "since_ms": 1700000000000, "why": [], "reason": "",
                   "camera": CAMERA, "serial": SERIAL, "clip": CLIP, "number": 31337, "step": "payload", "done": 31337, "total": 31337,
                   "rate": 31337, "left_s": 31337, "percent": 65, "minutes": 2, "counts": COUNTS},
                  {"slot": 2, "port": "1-2.8", "state": "empty", "colour": "grey", "offered": False, "since_ms": 1, "why": [], "reason": "", "done": 0, "total": 0,
                   "rate": 0, "counts": COUNTS}]}
BOARD = {"stopping": False, "keeper_up": True, "database_up": False, "space_low": True,
         "slots": [{"slot": 1, "state": "pulling", "colour": "blue", "offered": False, "why": [], "percent": 65, "minutes": 2},
                   {"slot": 2, "state": "empty", "colour": "grey", "offered": False, "why": []}]}

FILES = {"index.html": b"<!doctype html>" * 200, "app.js": b"export const a = 1;\n" * 300, "style.css": b"", "icon.svg": b"<svg/>"}
TYPES = {"html": "text/html; charset=utf-8", "js": "text/javascript; charset=utf-8", "css": "text/css; charset=utf-8", "svg": "image/svg+xml"}


class Dock:
    """The dock daemon's status socket: it says its line to whoever connects, when it may, and each new one to all that are there."""

    def __init__(self, path):
        self.path = path
        self.line = json.dumps(LINE).encode() + b"\n"
        self.may_say = threading.Event()
        self.may_say.set()
        self.waiting = 0
        self.links, self.taken = set(), 0
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.bind(str(path))
        self.socket.listen(8)
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        with contextlib.suppress(OSError):
            while True:
                link, _ = self.socket.accept()
                self.taken += 1
                threading.Thread(target=self.say, args=(link,), daemon=True).start()

    def say(self, link):
        self.waiting += 1
        self.may_say.wait(60)
        self.waiting -= 1
        with link, contextlib.suppress(OSError):
            self.links.add(link)
            link.sendall(self.line)
            while self.line and link.recv(1):  # until the other side has enough
                pass
        self.links.discard(link)

    def tell(self, line):
        self.line = line
        for link in list(self.links):
            with contextlib.suppress(OSError):
                if line:
                    link.sendall(line)
                else:
                    link.shutdown(socket.SHUT_RDWR)

    def was_asked(self):
        """Somebody waits for the line now."""
        deadline = time.monotonic() + 60
        while self.waiting == 0:
            assert time.monotonic() < deadline
            select.select([], [], [], 0.01)

    def close(self):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        self.tell(b"")
        self.path.unlink()


class Listener:
    """A client of /api/v1/dock/events."""

    def __init__(self, web, source):
        self.link = web.connect(source)
        self.link.sendall(b"GET /api/v1/dock/events HTTP/1.1\r\nHost: a\r\n\r\n")
        self.answer = http.client.HTTPResponse(self.link)
        self.answer.begin()
        self.code, self.headers = self.answer.status, dict(self.answer.getheaders())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.answer.close()
        self.link.close()

    def event(self):
        """The next one's name and data, but for the server's sign of life."""
        lines = {}
        while text := self.answer.readline().decode().rstrip("\n"):
            key, _, value = text.partition(": ")
            lines[key] = value
        assert lines, "the stream has ended"
        return self.event() if lines["event"] == "alive" else (lines["event"], json.loads(lines["data"]))

    def rest(self):
        with contextlib.suppress(ConnectionError, http.client.IncompleteRead):
            return self.answer.read()
        return b""


def is_cut(link, data, seconds=60):
    """Whether the other side closes, however often it is sent a bit more."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            link.sendall(data)
            if select.select([link], [], [], 0.02)[0] and link.recv(65536) == b"":
                return True
        except OSError:
            return True
    return False


class Test:
    def __init__(self, directory, build):
        self.work = directory
        self.program = Path(build) / "bin/asservatd"
        self.asservat = Path(build) / "bin/asservat"
        self.contract = Contract(self.program)
        self.published = directory / "published"
        self.webs = []
        self.publish()
        self.install()
        run(self.asservat, "db", "migrate", "--database", "user=postgres")
        self.dock = Dock(directory / "dock.sock")

    def publish(self):
        for log in ("", "ledger", "ledger/2"):
            place = self.published / HOST / log
            (place / "tile/0/x001").mkdir(parents=True)
            (place / "tile/entries/000.p").mkdir(parents=True)
            (place / "checkpoint").write_text(f"{HOST}/{log}\n300000\n{'A' * 43}=\n\n— sig\n")
            (place / "tile/0/000").write_bytes(bytes(range(256)) * 32)
            (place / "tile/0/x001/067").write_bytes(b"far")
            (place / "tile/entries/000.p/8").write_bytes(log.encode() + b" bundle")

    def install(self):
        place = self.work / "console"
        (place / "below.js").mkdir(parents=True)
        for name, content in FILES.items():
            (place / name).write_bytes(content)
        for name in (".hidden.js", "notes.txt", "app.js~"):
            (place / name).write_bytes(SECRET)
        (place / "below.js").rename(place / "below")
        (place / "below/inner.js").write_bytes(SECRET)

    def web(self, name, **more):
        self.webs.append(Web(self, name, **more))
        return self.webs[-1].start()

    # ---- what is tried ----

    def the_ledger_is_served(self):
        """A-011, A-008."""
        web = self.web("ledger")
        for log in ("", "/ledger", "/ledger/2"):
            place = self.published / HOST / log.lstrip("/")
            for path, kind in ((f"{log}/checkpoint", "text/plain; charset=utf-8"), (f"{log}/tile/0/000", "application/octet-stream"),
                               (f"{log}/tile/0/x001/067", "application/octet-stream"),
                               (f"{log}/tile/entries/000.p/8", "application/octet-stream")):
                code, headers, body = web.ask(path)
                assert code == 200 and body == (place / path.removeprefix(log + "/")).read_bytes(), (path, code, body)
                assert headers["Content-Type"] == kind and int(headers["Content-Length"]) == len(body), headers
                assert ("immutable" in headers["Cache-Control"]) == ("tile" in path), headers
                head = web.ask(path, "HEAD")
                assert head[0] == 200 and head[2] == b"" and {**head[1], "Date": ""} == {**headers, "Date": ""}, head
                for tag in (headers["ETag"], "*", f'W/"x", {headers["ETag"]}'):
                    assert web.ask(path, If_None_Match=tag)[0] == 304, tag
                    assert web.ask(path, "HEAD", If_None_Match=tag)[0] == 304, tag
                assert web.ask(path, If_None_Match='"other"')[0] == 200
        # LG-108: what the head does not have is no tile for ever.
        for path in ("tile/0/x002/000", "tile/1/004", "tile/0/x001/171.p/225"):
            planted = self.published / HOST / path
            planted.parent.mkdir(parents=True, exist_ok=True)
            planted.write_bytes(b"planted")
            assert web.ask("/" + path)[1]["Cache-Control"] == "public, max-age=10", path
        before = web.ask("/ledger/checkpoint")
        new = self.published / HOST / "ledger/new"
        new.write_text("a larger head")
        new.rename(new.with_name("checkpoint"))
        after = web.ask("/ledger/checkpoint", If_None_Match=before[1]["ETag"])
        assert after[0] == 200 and after[2] == b"a larger head", after
        # A host in the request's first line is as good as none (RFC 9112, 3.2.2).
        assert b"a larger head" in web.raw(b"GET http://asservat.example/ledger/checkpoint HTTP/1.1\r\nHost: a\r\n\r\n")
        for path in ("/ledger/3/checkpoint", "/ledger/tile/0/001", "/ledger/tile/0/000.p/256", "/ledger/tile/9/000", "/checkpoint/",
                     "/tile/0/x000/000", "/ledger", "/ledger/tile/0"):
            problem(web.ask(path), 404, "not-found", "path")
        hidden = self.published / HOST / "tile"
        hidden.rename(hidden.with_name("gone"))
        problem(web.ask("/tile/0/000"), 404, "not-found", "path")
        hidden.with_name("gone").rename(hidden)
        head = self.published / HOST / "checkpoint"
        head.rename(head.with_name("gone"))
        problem(web.ask("/checkpoint"), 404, "not-found", "path")
        head.with_name("gone").rename(head)
        web.stop()
        without = Web(self, "no-ledger")
        self.webs.append(without)
        del without.conf["ledger"]
        without.start()
        assert without.ask("/readyz")[0] == 200
        problem(without.ask("/ledger/checkpoint"), 404, "not-found", "path")
        without.stop()

    def no_path_leads_out_of_it(self):
        """A-011, A-016."""
        web = self.web("paths", deadline__idle="500ms")
        root = self.published / HOST
        (self.published / "secret").mkdir()
        (self.published / "secret/checkpoint").write_bytes(SECRET)
        (self.work / "checkpoint").write_bytes(SECRET)
        (root / "link").symlink_to(self.published / "secret")
        (root / "near").symlink_to("ledger")
        (root / "to").mkdir()
        (root / "to/checkpoint").symlink_to(self.published / "secret/checkpoint")
        (root / ".hidden").mkdir()
        (root / ".hidden/checkpoint").write_bytes(SECRET)
        (root / "pipe").mkdir()
        os.mkfifo(root / "pipe/checkpoint")
        (root / "folder/checkpoint").mkdir(parents=True)
        tricks = ["/../secret/checkpoint", "/ledger/../../secret/checkpoint", "/%2e%2e/secret/checkpoint", "/%2E%2E/secret/checkpoint",
                  "/%252e%252e/secret/checkpoint", "/..%2fsecret/checkpoint", "/..%5csecret/checkpoint", "/..\\secret/checkpoint",
                  "/....//secret/checkpoint", "/.%00./secret/checkpoint", "/ledger/checkpoint%00", "/ledger/checkpoint%00.txt",
                  "//secret/checkpoint", "/./ledger/checkpoint", "/%6cedger/checkpoint", "/ledger%2fcheckpoint", "/..;/secret/checkpoint",
                  "/%c0%ae%c0%ae/secret/checkpoint", "/\xc0\xae\xc0\xae/secret/checkpoint", "/%u002e%u002e/secret/checkpoint",
                  str(self.work) + "/checkpoint", "/" + str(self.work) + "/checkpoint", "/link/checkpoint", "/near/checkpoint",
                  "/to/checkpoint", "/.hidden/checkpoint", "/pipe/checkpoint", "/folder/checkpoint", "/ledger/", "/ledger/tile/",
                  "/ledger/tile/0/", "http://x/../secret/checkpoint", "file:///etc/passwd", "*", "/" + "a/" * 200 + "checkpoint",
                  "/etc/passwd", "/proc/self/environ", "/tile/0/../../../secret/checkpoint"]
        for trick in tricks:
            got = web.raw(b"GET " + trick.encode("latin-1") + b" HTTP/1.1\r\nHost: a\r\n\r\n")
            assert re.match(rb"HTTP/1\.1 (400|404) ", got) and SECRET.strip() not in got and b"root:" not in got, (trick, got)
        assert web.ask("/ledger/checkpoint")[0] == 200
        web.stop()

    def errors_are_problems(self):
        """A-002, A-004, A-009."""
        web = self.web("errors", deadline__header="2s", deadline__idle="500ms")
        paths = ("/healthz", "/readyz", "/metrics", "/api/v1/dock", "/checkpoint", "/tile/0/000", "/ledger/checkpoint", "/ledger/tile/0/000",
                 "/", "/console/", "/console/app.js", "/api/v1/dock/events")
        for path in paths:
            for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW"):
                answer = web.ask(path, method)
                problem(answer, 405, "method-not-allowed", "method")
                assert answer[1]["Allow"] == "GET, HEAD", answer
            problem(web.ask(path, body=b"x"), 413, "body-too-large", "body")
            problem(web.ask(path + "?" + "q" * 2048), 414, "path-too-long", "path")
            problem(web.ask(path, X="x" * 17000), 431, "header-too-large", "header")
            problem(web.ask(path, Transfer_Encoding="gzip"), 400, "bad-request", "header")
            answer = web.ask(path + "?" + "q" * 1900, X="x" * 15000)
            if path.startswith("/api/"):
                problem(answer, 400, "bad-query", "query")
            else:
                assert answer[0] == (302 if path == "/" else 200), answer
        problem(web.ask("/nothing"), 404, "not-found", "path")
        start = b"GET /healthz HTTP/1.1\r\n"
        for bad in (b"Host: a\r\nHost: b\r\n", b"Host: a\r\nContent-Length: 0\r\nTransfer-Encoding: chunked\r\n",
                    b"Host: a\r\nContent-Length: 0\r\nContent-Length: 0\r\n", b"Host: a\r\nContent-Length: 0\r\nContent-Length: 5\r\n",
                    b"Host: a\r\nContent-Length: 1x\r\n", b"Host: a\r\nContent-Length: -1\r\n", b"Host: a\r\nContent-Length: +1\r\n",
                    b"Host: a\r\nContent-Length: \r\n", b"Host: a\r\nTransfer-Encoding: chunked, gzip\r\n", b"Host: a\r\nTransfer-Encoding : chunked\r\n",
                    b"Host: a\r\nX Y: z\r\n", b"Host : a\r\n", b"", b"Host: a\r\nTransfer-Encoding: \x0bchunked\r\n", b"Host: a\r\nno colon\r\n"):
            got = web.raw(start + bad + b"\r\n0\r\n\r\nGET /ledger/checkpoint HTTP/1.1\r\nHost: a\r\n\r\n")
            assert got.startswith(b"HTTP/1.1 400 ") and b" 200 " not in got, (bad, got)
        for bad in (b"Host: a\r\nHost: b\r\n", b"Host: a\r\nContent-Length: 5\r\nContent-Length: 0\r\n", b"Host: a\r\nContent-Length: 0\r\nContent-Length: 5\r\n",
                    b"Host: a\r\nContent-Length: 0\r\nContent-Length: 0\r\n", b"Host: a\r\nX Y: z\r\n", b"Host: a\r\nX: b\rContent-Length: 5\r\n",
                    b"Host: a\r\nX: b\x7f\r\n", b"Host: a\r\nX: b\x01\r\n"):
            # A good one directly behind: there is one answer, and then the connection's end.
            got = web.raw(start + bad + b"\r\n" + b"GET /ledger/checkpoint HTTP/1.1\r\nHost: a\r\n\r\n")
            assert got.startswith(b"HTTP/1.1 400 ") and got.count(b"HTTP/1.1 ") == 1 and b"Connection: close" in got, (bad, got)
        for bad in (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"\0" * 100, b"GET\r\n\r\n", b"GET / HTTP/9.9\r\nHost: a\r\n\r\n",
                    b"\r\n" * 1000, b"G" * 100000, b"GET /" + b"a" * 200000 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
                    start + b"Host: a\r\nX: " + b"x" * 500000 + b"\r\n\r\n", start + b"Host: a\r\n" + b"X: y\r\n" * 50000 + b"\r\n",
                    start + b"Host: a\r\n" + b"X" * 70000 + b": y\r\n\r\n", start + b"Host: a\r\nContent-Length: 99999999999999999999\r\n\r\n",
                    start + b"Host: a\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n"):
            got = web.raw(bad)
            assert b" 200 " not in got, (bad[:80], got[:200])
        # a body that comes in pieces is refused before its first, however the pieces end, and wherever a second request would begin.
        for end in (b"\r\n", b"\n", b"\r", b""):
            got = web.raw(b"POST /api/v1/session HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx" + end + b"0\r\n\r\n"
                          b"GET /ledger/checkpoint HTTP/1.1\r\nHost: a\r\n\r\n")
            assert got.startswith(b"HTTP/1.1 400 ") and got.count(b"HTTP/1.1 ") == 1 and b"Connection: close" in got, (end, got)
        assert web.metric('asservat_http_answers_total{route="none",class="4xx"}') > 10
        assert web.daemon.peak_memory_kib() < 512 * 1024
        web.stop()

    def ranges_are_not_understood(self):
        """RFC 9110, 14.2: what is asked for is given whole, however a part of it is asked for."""
        web = self.web("ranges")
        for path, whole in (("/ledger/tile/0/000", bytes(range(256)) * 32), ("/console/app.js", FILES["app.js"])):
            for asked in ("bytes=0-0", "bytes=-1", "bytes=0-", "bytes=9999999-", "bytes=5-1", "bytes=0-18446744073709551615", "bytes=-18446744073709551616",
                          "bytes=" + "0-0," * 3000 + "0-0", "bytes=a-b", "lines=1-2", "", "bytes=0-0\x85", "bytes=\xff\xfe"):
                code, headers, body = web.ask(path, Range=asked, If_Range='"x"')
                assert code == 200 and body == whole and "Content-Range" not in headers, (path, asked, code)
        assert web.daemon.peak_memory_kib() < 512 * 1024
        web.stop()

    def requests_in_a_row_are_answered_in_a_row(self):
        web = self.web("pipeline")
        one = b"GET /ledger/checkpoint HTTP/1.1\r\nHost: a\r\n\r\n"
        slow = b"GET /api/v1/dock HTTP/1.1\r\nHost: a\r\n\r\n"
        last = b"HEAD /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
        got = web.raw(one + slow + one + slow + last)
        assert [int(code) for code in re.findall(rb"HTTP/1\.1 (\d+) ", got)] == [200] * 5, got
        order = [got.find(b"text/plain"), got.find(b"application/json"), got.rfind(b"text/plain"), got.rfind(b"application/json")]
        assert order == sorted(order), got
        link = web.link()
        for _ in range(50):
            assert web.ask("/healthz", link=link)[0] == 200 and web.ask("/readyz", link=link)[0] == 200
        assert web.metric("asservat_http_connections_total") == 3
        web.stop()

    def a_byte_now_and_then_gains_no_time(self):
        """A-005."""
        short = {"deadline__header": "400ms", "deadline__idle": "400ms", "deadline__request": "400ms"}
        web = self.web("slow", **short)
        with web.connect() as header, web.connect() as nothing, web.connect() as body, web.connect() as idle, web.connect() as other:
            header.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\nX: ")
            body.sendall(b"POST /api/v1/session HTTP/1.1\r\nHost: a\r\nContent-Length: 8000\r\n\r\n")
            for link in (idle, other):
                link.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
                assert b" 200 " in link.recv(65536)
            assert is_cut(header, b"x"), "a slow header"
            assert is_cut(body, b"x"), "a slow body"
            assert is_cut(idle, b"\r\n"), "an idle connection that sends empty lines"
            assert is_cut(nothing, b""), "a connection on which nothing comes"
            assert is_cut(other, b""), "an idle connection"
        assert web.metric("asservat_http_late_total") >= 4
        assert web.ask("/healthz")[0] == 200
        web.stop()
        # Who does not read his answer: it is larger than what the kernel takes for him.
        large = self.published / HOST / "tile/0/002"
        large.write_bytes(b"x" * (64 << 20))
        web = self.web("deaf", **short)
        with web.connect() as link:
            link.sendall(b"GET /tile/0/002 HTTP/1.1\r\nHost: a\r\n\r\n")
            link.recv(1)
            deadline = time.monotonic() + 60
            while web.metric("asservat_http_late_total") == 0:
                assert time.monotonic() < deadline, "who does not read is waited for"
            assert len(read_all(link)) < 64 << 20, "and yet has got it"
        large.unlink()
        web.stop()

    def whoever_is_idle_gives_way(self):
        """A-006: as many as there are places, and more, and an honest one gets an answer from each state they can be in."""
        web = self.web("crowd", connections=16, deadline__header="10min", deadline__idle="10min", deadline__request="10min")
        ask = b"GET /healthz HTTP/1.1\r\nHost: a\r\n"
        for held, what in ((ask + b"\r\n", "keep-alive"), (b"", "nothing"), (ask + b"X: ", "half a header"),
                           (b"POST /api/v1/session HTTP/1.1\r\nHost: a\r\nContent-Length: 8000\r\n\r\n", "half a body")):
            before = web.metric("asservat_http_gave_way_total")
            with contextlib.ExitStack() as stack:
                crowd = [stack.enter_context(web.connect()) for _ in range(17)]
                for link in crowd:
                    link.sendall(held)
                for link in crowd[-8:] if what == "keep-alive" else ():
                    assert b" 200 " in link.recv(65536)
                for _ in range(3):
                    assert web.ask("/healthz")[0] == 200, what
                assert web.ask("/readyz")[0] == 200, what
                assert web.metric("asservat_http_gave_way_total") > before, what
                assert web.metric("asservat_http_connections") <= 16 + 1, what
        # Somebody for whom a thread works never gives way.
        self.dock.may_say.clear()
        with contextlib.ExitStack() as stack:
            working = stack.enter_context(web.connect())
            working.sendall(b"GET /api/v1/dock HTTP/1.1\r\nHost: a\r\n\r\n")
            self.dock.was_asked()
            for _ in range(40):
                stack.enter_context(web.connect()).sendall(ask)
            assert web.ask("/healthz")[0] == 200
            self.dock.may_say.set()
            assert b"HTTP/1.1 " in working.recv(65536)
        web.stop()

    def an_address_has_its_own_places(self):
        """A-006."""
        web = self.web("each", connections=64, connections__each=4, deadline__idle="10min", deadline__header="10min")
        with contextlib.ExitStack() as stack:
            others = [stack.enter_context(web.connect("127.0.0.2")) for _ in range(4)]
            many = [stack.enter_context(web.connect("127.0.0.3")) for _ in range(12)]
            assert web.ask("/healthz")[0] == 200
            deadline = time.monotonic() + 60
            while web.metric("asservat_http_gave_way_total") < 8:
                assert time.monotonic() < deadline
            for link in many[:8]:
                assert link.recv(1) == b""
            for link in others + many[8:]:
                link.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
                assert b" 200 " in link.recv(65536)
        web.stop()

    def a_stop_answers_who_has_asked(self):
        """A-007."""
        web = self.web("stop")
        self.dock.may_say.clear()
        with web.connect() as working, web.connect() as idle:
            idle.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
            assert b" 200 " in idle.recv(65536)
            working.sendall(b"GET /api/v1/dock HTTP/1.1\r\nHost: a\r\n\r\n")
            self.dock.was_asked()
            web.daemon.process.terminate()
            assert idle.recv(1) == b"", "an idle connection is ended"
            self.dock.may_say.set()
            got = read_all(working)
        assert b"HTTP/1.1 200 " in got and b"\r\nConnection: close\r\n" in got and json.loads(got.split(b"\r\n\r\n")[1]) == BOARD, got
        assert web.daemon.process.wait(60) == 0 and web.says("unanswered=0"), web.log.read_text()
        try:
            web.connect().close()
            raise AssertionError("it listens still")
        except ConnectionRefusedError:
            pass
        # Who never ends is not waited for.
        web = self.web("stop-late", deadline__stop="200ms")
        with web.connect() as link:
            link.sendall(b"POST /api/v1/session HTTP/1.1\r\nHost: a\r\nContent-Length: 8000\r\n\r\n")
            assert web.ask("/healthz")[0] == 200
            web.daemon.process.terminate()
            assert web.daemon.process.wait(60) == 0 and read_all(link) == b"" and web.says("unanswered=1"), web.log.read_text()

    # ---- TLS ----

    def certificate(self, name):
        place = self.work / name
        place.mkdir()
        run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", place / "key.pem",
            "-out", place / "cert.pem", "-days", 2, "-subj", f"/CN={name}", "-addext", "subjectAltName=DNS:localhost")
        return place

    def expired(self):
        """That was good until yesterday, with the key of "one"."""
        place = self.work / "expired"
        shutil.copytree(self.work / "one", place, dirs_exist_ok=True)
        run("openssl", "req", "-new", "-key", place / "key.pem", "-subj", "/CN=expired", "-out", place / "request.pem")
        run("openssl", "x509", "-req", "-in", place / "request.pem", "-key", place / "key.pem", "-days", "-1", "-out", place / "cert.pem")
        return place

    def certificates_are_replaced(self):
        """A-010."""
        one, two = self.certificate("one"), self.certificate("two")
        live = self.work / "live"
        shutil.copytree(one, live)
        more = {"tls__certificate": live / "cert.pem", "tls__key": live / "key.pem"}
        web = self.web("tls", **more)
        web.tls = ssl.create_default_context()
        for place in (one, two):
            web.tls.load_verify_locations(place / "cert.pem")
        der = {place: ssl.PEM_cert_to_DER_cert((place / "cert.pem").read_text()) for place in (one, two)}

        def shown():
            link = web.link()
            assert web.ask("/healthz", link=link)[1]["Strict-Transport-Security"] == "max-age=31536000"
            return link.sock.getpeercert(binary_form=True)

        def hup(says):
            before = web.log.read_text().count(says)
            web.daemon.process.send_signal(signal.SIGHUP)
            web.daemon.wait_for(lambda: web.log.read_text().count(says) > before, 60, says)

        assert shown() == der[one] and web.ask("/ledger/checkpoint")[0] == 200 and web.ask("/tile/0/000")[2] == bytes(range(256)) * 32
        assert web.metric("asservat_tls_certificate_end_seconds") > time.time()
        old = web.link()
        assert web.ask("/healthz", link=old)[0] == 200
        shutil.copytree(two, live, dirs_exist_ok=True)
        hup(" reloaded ")
        assert shown() == der[two], "a new connection has the new certificate"
        assert web.ask("/readyz", link=old)[0] == 200 and old.sock.getpeercert(binary_form=True) == der[one], "an old one goes on"
        for broken, says in ((lambda: shutil.copy(one / "cert.pem", live), "is not the key of the first certificate"),
                             (lambda: (live / "cert.pem").write_text("nothing"), "no chain of certificates"),
                             (lambda: (live / "cert.pem").unlink(), "cert.pem"),
                             (lambda: (shutil.copy(two / "cert.pem", live), (live / "key.pem").write_text("nothing")), "no private key"),
                             (lambda: (live / "key.pem").unlink(), "key.pem"),
                             (lambda: shutil.copytree(self.expired(), live, dirs_exist_ok=True), "has expired")):
            broken()
            hup("not-reloaded")
            assert says in web.log.read_text().splitlines()[-1], web.log.read_text()
            assert shown() == der[two], "what was there before goes on"
        shutil.copytree(one, live, dirs_exist_ok=True)
        hup(" reloaded ")
        assert shown() == der[one]
        for version in (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1):
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            context.minimum_version = context.maximum_version = version
            context.set_ciphers("ALL:@SECLEVEL=0")
            try:
                with socket.create_connection(("127.0.0.1", web.port), timeout=60) as link, context.wrap_socket(link):
                    raise AssertionError(f"{version} is spoken")
            except (ssl.SSLError, ConnectionError):
                pass
        assert b"200" not in web.raw(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"), "without TLS"
        web.stop()
        # Idle clients that do not so much as shake hands give way, too.
        crowd = self.web("tls-crowd", connections=8, **more)
        crowd.tls = web.tls
        with contextlib.ExitStack() as stack:
            for _ in range(9):
                stack.enter_context(crowd.connect())
            assert crowd.ask("/healthz")[0] == 200
        crowd.stop()

    def nginx_in_front_hands_on_what_was_sent(self):
        """deploy/nginx, where there is an nginx."""
        nginx = shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin")
        if nginx is None:
            print("skipped: there is no nginx")
            return
        web = self.web("behind")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        text = (TOP / "deploy/nginx/asservat.conf").read_text()
        text = text.replace("127.0.0.1:8471", f"127.0.0.1:{web.port}").replace("listen 443 ", f"listen 127.0.0.1:{port} ")
        text = re.sub(r".*listen \[::\].*\n", "", text)
        for name, file in (("chain", "cert"), ("key", "key")):
            text = text.replace(f"/etc/asservat/tls/{name}.pem", str(self.work / f"one/{file}.pem"))
        self.nginx_keeps_nothing(text)
        text = text.replace("/var/log/nginx/", f"{web.directory}/nginx-")
        conf = web.directory / "nginx.conf"
        temporary = "".join(f"{kind}_temp_path {web.directory}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        conf.write_text(f"pid {web.directory}/nginx.pid; daemon off; master_process off; error_log stderr;\nevents {{}}\n"
                        f"http {{ access_log off;\n{temporary}{text}}}\n")
        front = Daemon("nginx", [nginx, "-c", conf, "-p", web.directory, "-e", "stderr"], web.directory / "nginx.log")
        try:
            def answers():
                with socket.socket() as link:
                    return link.connect_ex(("127.0.0.1", port)) == 0
            front.wait_for(answers, 60, "answer")
            context = ssl.create_default_context(cafile=self.work / "one/cert.pem")
            for path, want in (("/ledger/checkpoint", 200), ("/api/v1/dock", 200), ("/console/app.js", 200), ("/", 302), ("/metrics", 404), ("/readyz", 404),
                               ("/%6cedger/checkpoint", 404), ("/ledger%2fcheckpoint", 404)):
                link = http.client.HTTPSConnection("localhost", port, timeout=60, context=context)
                link.request("GET", path)
                answer = link.getresponse()
                assert answer.status == want, (path, answer.status, answer.read())
                assert answer.headers["Strict-Transport-Security"] == "max-age=31536000", answer.headers
                link.close()
            link = http.client.HTTPSConnection("localhost", port, timeout=60, context=context)
            link.request("GET", "/api/v1/dock/events")
            assert link.getresponse().readline() == b"event: dock\n", "an event comes at once"
            link.close()
            told = (web.directory / "nginx-asservat.log").read_text()
            assert '"GET /api/" 200' in told and '"GET /ledger/checkpoint" 200' in told and "/api/v1" not in told, told
        finally:
            front.stop()
        web.stop()

    def nginx_keeps_nothing(self, text):
        """A-051: the example says so of the one server that it has, and nowhere otherwise."""
        lines = [line.partition("#")[0].strip() for line in text.splitlines()]
        for line in ("proxy_max_temp_file_size 0;", "client_body_buffer_size 64k;", "client_max_body_size 64k;", "access_log /var/log/nginx/asservat.log asservat;",
                     "error_log /var/log/nginx/asservat.error.log crit;"):
            assert [other for other in lines if other.split() and other.split()[0] == line.split()[0]] == [line], line
        assert not any(re.match(r"proxy_(cache|store)|.*\$(request|request_uri|args|http_\w+)\b", line) for line in lines), "nor is anything kept, or logged otherwise"

    def a_wrong_configuration_is_named(self):
        one, expired = self.work / "one", self.expired()
        cases = [({"listen": "localhost:1"}, "is no address to listen at"), ({"listen": "nowhere"}, "is no address"),
                 ({"tls__certificate": one / "cert.pem"}, "give both tls.certificate and tls.key"),
                 ({"tls__certificate": one / "cert.pem", "tls__key": self.work / "two/key.pem"}, "is not the key"),
                 ({"tls__certificate": expired / "cert.pem", "tls__key": expired / "key.pem"}, "has expired"),
                 ({"threads": "0"}, "threads"), ({"database": "x = y z"}, "connection settings"), ({"nonsense": "1"}, "nonsense")]
        for i, (more, says) in enumerate(cases):
            web = Web(self, f"wrong-{i}", **more)
            conf = web.directory / "web.conf"
            conf.write_text("".join(f"{key} = {value}\n" for key, value in web.conf.items()))
            done = subprocess.run([self.program, "--config", conf], capture_output=True, text=True, timeout=60, check=False)
            assert done.returncode == 2 and says in done.stderr, (more, done)
        web = self.web("first")
        taken = Web(self, "second", listen=f"127.0.0.1:{web.port}")
        (taken.directory / "web.conf").write_text(f"listen = 127.0.0.1:{web.port}\n")
        done = subprocess.run([self.program, "--config", taken.directory / "web.conf"], capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 1 and "another program listens there" in done.stderr, done
        web.stop()

    # ---- what it needs ----

    def what_it_needs_goes_away(self):
        """A-012."""
        web = self.web("needs")
        assert json.loads(web.ask("/healthz")[2]) == {"status": "alive"} and json.loads(web.ask("/readyz")[2]) == {"status": "ready"}
        assert web.metric("asservat_database_up") == 1 and web.metric("asservat_ready") == 1
        for path in ("/readyz", "/metrics"):
            problem(web.ask(path, X_Forwarded_For="127.0.0.1"), 404, "not-found", "path")
        assert web.ask("/healthz", X_Forwarded_For="127.0.0.1")[0] == 200

        def eventually(code):
            deadline = time.monotonic() + 60
            while (answer := web.ask("/readyz"))[0] != code:
                assert time.monotonic() < deadline, answer
            return answer

        ledger = self.published / HOST
        ledger.rename(self.published / "away")
        problem(eventually(503), 503, "no-ledger", "ledger")
        assert web.metric("asservat_ready") == 0 and web.metric("asservat_database_up") == 1
        (self.published / "away").rename(ledger)
        eventually(200)
        postgres = (os.environ["ASV_PG"], os.environ["ASV_PG_DIR"])
        run(postgres[0], "stop", postgres[1])
        answer = eventually(503)
        problem(answer, 503, "no-database", "database")
        assert os.environ["PGHOST"].encode() not in answer[2], "what the database said is not for everybody"
        assert web.ask("/healthz")[0] == 200 and web.ask("/ledger/checkpoint")[0] == 200
        assert web.metric("asservat_database_up") == 0 and web.says("not-ready")
        run(postgres[0], "start", postgres[1])
        eventually(200)
        # it hangs, and whoever asks meanwhile is told what was found last, and holds no thread.
        def schema_is(body):
            run("psql", "-Xq", "-v", "ON_ERROR_STOP=1", "-c", "ALTER FUNCTION asv.schema_number RENAME TO schema_number_then", "-c",
                f"CREATE FUNCTION asv.schema_number() RETURNS integer LANGUAGE sql AS $f$ {body} $f$", "-c",
                "GRANT EXECUTE ON FUNCTION asv.schema_number() TO asv_web")

        def schema_as_it_was():
            run("psql", "-Xq", "-v", "ON_ERROR_STOP=1", "-c", "DROP FUNCTION asv.schema_number()", "-c",
                "ALTER FUNCTION asv.schema_number_then RENAME TO schema_number")

        schema_is("SELECT 1 FROM pg_sleep(30)")
        with ThreadPoolExecutor(1) as pool:
            pool.submit(eventually, 503)
            deadline = time.monotonic() + 60
            while run("psql", "-XAtq", "-c", "SELECT count(*) FROM pg_stat_activity WHERE usename = 'asv_web' AND state = 'active'").stdout != "1\n":
                assert time.monotonic() < deadline, "nobody asks the database"
            began = time.monotonic()
            assert web.ask("/readyz")[0] == 200 and time.monotonic() - began < 1, "it waits for who asks"
        schema_as_it_was()
        eventually(200)
        # Another schema than this program's, while the connection stands.
        schema_is("SELECT 9999")
        problem(eventually(503), 503, "no-database", "database")
        schema_as_it_was()
        eventually(200)
        web.stop()
        # It starts without a database: what is published is served.
        web = self.web("alone", database=f"host={self.work}/nowhere user=asv_web")
        problem(eventually(503), 503, "no-database", "database")
        assert web.ask("/ledger/checkpoint")[0] == 200
        web.stop()

    def the_board_names_nobody(self):
        """A-013, A-101."""
        web = self.web("board")
        code, _, body = web.ask("/api/v1/dock")
        assert code == 200 and json.loads(body) == BOARD, body
        for word in (CAMERA, SERIAL, CLIP, PORT, "31337", "secret host"):
            assert word in self.dock.line.decode() and word not in body.decode(), word

        def eventually(what):
            deadline = time.monotonic() + 60
            while not what(answer := web.ask("/api/v1/dock")):
                assert time.monotonic() < deadline, answer
            return answer

        for line in (b"nonsense\n", b"[]\n", b"{}\n", b"\n", json.dumps(LINE | {"slots": {}}).encode() + b"\n",
                     json.dumps(LINE | {"slots": [{"slot": "1"}]}).encode() + b"\n", b'{"slots":' * 3000 + b"\n", b"x" * (2 << 20), b""):
            self.dock.tell(line)
            problem(eventually(lambda answer: answer[0] == 503), 503, "dock-away", "dock")
            self.dock.tell(json.dumps(LINE).encode() + b"\n")
            eventually(lambda answer: answer[0] == 200)
        waits = LINE["slots"][1] | {"state": "waiting", "colour": "yellow", "why": ["database"], "reason": "the database is away: no db.secret"}
        self.dock.tell(json.dumps(LINE | {"slots": [waits]}).encode() + b"\n")
        answer = eventually(lambda answer: b"waiting" in answer[2])
        assert json.loads(answer[2])["slots"] == [{"slot": 2, "state": "waiting", "colour": "yellow", "offered": False, "why": ["database"]}], answer
        self.dock.tell(json.dumps({name: value for name, value in LINE.items() if name != "space"}).encode() + b"\n")
        eventually(lambda answer: b"space_low" not in answer[2])
        self.dock.close()
        problem(eventually(lambda answer: answer[0] == 503), 503, "dock-away", "dock")
        assert web.ask("/healthz")[0] == 200
        self.dock = Dock(self.work / "dock.sock")
        eventually(lambda answer: answer[0] == 200)
        web.stop()

    def the_console_is_served(self):
        """A-080, A-081, A-082."""
        web = self.web("files", deadline__idle="500ms")
        (self.work / "console/app.js").write_text("changed")
        for name, content in FILES.items():
            for path in (f"/console/{name}", "/console/")[:2 if name == "index.html" else 1]:
                code, headers, body = web.ask(path)
                assert code == 200 and body == content and headers["Content-Type"] == TYPES[name.split(".")[1]], (path, headers, body)
                assert headers["Vary"] == "Accept-Encoding" and "Content-Encoding" not in headers, headers
                for asked, packed in (("gzip", True), ("br, GZIP ;q=0.5", True), ("gzip;q=0", False), ("gzip; q=0.000", False), ("xgzip", False),
                                      ("identity", False), ("br", False)):
                    packed = packed and len(content) > 100
                    code, got, body = web.ask(path, Accept_Encoding=asked)
                    assert got.get("Content-Encoding") == ("gzip" if packed else None), (asked, got)
                    assert (gzip.decompress(body) if packed else body) == content and (got["ETag"] != headers["ETag"]) == packed, (asked, got)
                    assert not packed or len(body) < len(content) / 4, len(body)
                    for tag in (got["ETag"], "*"):
                        assert web.ask(path, If_None_Match=tag, Accept_Encoding=asked)[0] == 304, tag
        home = web.ask("/")
        assert home[0] == 302 and home[1]["Location"] == "/console/" and home[2] == b"", home
        for path in ("/console", "/console/notes.txt", "/console/.hidden.js", "/console/app.js~", "/console/below/inner.js", "/console/below",
                     "/console/app.js/", "/console/App.js", "/console/app.j", "/console/app.jsx"):
            problem(web.ask(path), 404, "not-found", "path")
        for trick in ("/console/../app.js", "/console/%61pp.js", "/console//app.js", "/console/./app.js", "/console/..", "/console/app.js%00"):
            got = web.raw(b"GET " + trick.encode() + b" HTTP/1.1\r\nHost: a\r\n\r\n")
            assert got.startswith((b"HTTP/1.1 404 ", b"HTTP/1.1 400 ")), (trick, got)
        web.stop()
        (self.work / "console/app.js").write_bytes(FILES["app.js"])
        web = self.web("uninstalled", console=self.work / "nowhere")
        problem(web.ask("/console/"), 404, "not-found", "path")
        problem(web.ask("/"), 404, "not-found", "path")
        assert web.ask("/healthz")[0] == 200 and web.says("no-console")
        web.stop()

    def listen(self, web, stack, source="127.0.0.1"):
        link = stack.enter_context(Listener(web, source))
        assert link.code == 200 and link.headers["X-Accel-Buffering"] == "no", link.headers
        return link

    def who_listens_is_told(self):
        """A-083, A-084, A-085, A-086, A-007, A-100."""
        def line(percent, **more):
            return json.dumps(LINE | {"slots": [LINE["slots"][0] | {"percent": percent, **more}]}).encode() + b"\n"

        def until(what, seconds=60):
            deadline = time.monotonic() + seconds
            while not what():
                assert time.monotonic() < deadline
                select.select([], [], [], 0.01)

        web = self.web("listeners", deadline__idle="300ms", deadline__request="2s")
        before = self.dock.taken
        with contextlib.ExitStack() as stack:
            self.dock.tell(line(1))
            all_of_them = [self.listen(web, stack) for _ in range(40)]
            web.judge("GET", "/api/v1/dock/events", 200, all_of_them[0].headers, b"event")
            for link in all_of_them:
                name, data = link.event()
                assert name == "dock" and data["slots"][0]["percent"] == 1 and data["slots"][0].keys() == BOARD["slots"][0].keys(), data
                assert not any(word in json.dumps(data) for word in (CAMERA, SERIAL, CLIP, PORT, "31337")), data
            assert web.metric("asservat_http_streams") == 40
            self.dock.tell(line(2))
            self.dock.tell(line(2))
            self.dock.tell(line(3))
            for link in all_of_them:
                while (got := link.event())[1]["slots"][0]["percent"] != 3:
                    assert got[1]["slots"][0]["percent"] == 2, got
            # A recording ends and the next one begins: nobody is told.
            for i, state in enumerate(("pulling", "listing", "pulling", "listing")):
                self.dock.tell(line(3, state=state, since_ms=i, number=i, clip=f"{CLIP}{i}", done=i, total=i + 1, rate=i, left_s=i, reason=str(i)))
            # Idle for longer than any deadline, and one connection to the dock for all.
            assert web.ask("/api/v1/dock")[0] == 200 and self.dock.taken == before + 1, self.dock.taken - before
            select.select([], [], [], 0.8)
            self.dock.tell(line(4))
            assert all(link.event()[1]["slots"][0]["percent"] == 4 for link in all_of_them)
            self.dock.close()
            assert all(link.event() == ("away", {}) for link in all_of_them)
            late = self.listen(web, stack)
            assert late.event() == ("away", {})
            self.dock = Dock(self.work / "dock.sock")
            assert all(link.event() == ("dock", BOARD) for link in all_of_them + [late])
            assert web.ask("/api/v1/dock/events", "HEAD")[0] == 200
            for link in all_of_them[1:] + [late]:
                link.close()
            # Who does not read is cut, and holds nobody up.
            deaf = self.listen(web, stack)
            heard, wide = all_of_them[0], [slot | {"why": ["x" * 255]} for slot in LINE["slots"]] * 32
            for i in range(100000):
                if web.metric("asservat_http_late_total") > 0:
                    break
                self.dock.tell(json.dumps(LINE | {"slots": [slot | {"percent": i} for slot in wide]}).encode() + b"\n")
                while heard.event()[1]["slots"][0]["percent"] != i:
                    pass
            assert web.metric("asservat_http_late_total") == 1
            until(lambda: web.metric("asservat_http_streams") == 1)
            assert deaf.code == 200
            # Who is there at the end is told no more.
            web.daemon.process.terminate()
            assert heard.rest() is not None and web.daemon.process.wait(60) == 0 and web.says("unanswered=0"), web.log.read_text()
        self.dock.tell(json.dumps(LINE).encode() + b"\n")
        # Nobody is left: the dock is let go of.
        web = self.web("crowd-of-listeners", connections=16, deadline__header="10min", deadline__idle="10min")
        with contextlib.ExitStack() as stack:
            listeners = [self.listen(web, stack) for _ in range(20)]
            waiting = stack.enter_context(web.connect())
            for _ in range(3):
                assert web.ask("/healthz")[0] == 200
            assert listeners[-1].event() == ("dock", BOARD) and listeners[0].rest() is not None
            assert waiting.recv(1) == b"", "who only waits gives way first"
        until(lambda: not self.dock.links)
        web.stop()

    def it_writes_nothing_and_starts_nothing(self):
        """A-015: landlock and seccomp hold it, and the database knows it as somebody who may ask for a number."""
        web = self.web("confined")
        status = Path(f"/proc/{web.daemon.process.pid}/status").read_text()
        assert "NoNewPrivs:\t1" in status and "Seccomp:\t2" in status, status
        done = run("psql", "-XAtq", "-U", "asv_web", "-c", "SELECT asv.schema_number() > 0", "-c", "SELECT * FROM asv.person", check=False)
        assert done.stdout == "t\n" and "permission denied" in done.stderr, done
        web.stop()

    def all_that_is_documented_was_seen(self):
        """A-014."""
        self.contract.finish({"operation", "ledger", "dock"})

    def run(self, only):
        steps = (self.the_ledger_is_served, self.no_path_leads_out_of_it, self.errors_are_problems, self.ranges_are_not_understood,
                     self.requests_in_a_row_are_answered_in_a_row, self.a_byte_now_and_then_gains_no_time, self.whoever_is_idle_gives_way,
                     self.an_address_has_its_own_places, self.a_stop_answers_who_has_asked, self.certificates_are_replaced,
                     self.nginx_in_front_hands_on_what_was_sent, self.a_wrong_configuration_is_named, self.what_it_needs_goes_away, self.the_board_names_nobody,
                     self.the_console_is_served, self.who_listens_is_told,
                     self.it_writes_nothing_and_starts_nothing, self.all_that_is_documented_was_seen)
        for step in steps:
            if not only or step.__name__ in only:
                step()
                print(f"ok {step.__name__}", flush=True)


def main():
    with tempfile.TemporaryDirectory(prefix="asv-web.") as name:
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
