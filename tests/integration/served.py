# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Asservat authors
"""asservatd on a port of its own, for the tests of what it serves: every answer is compared with docs/openapi.yaml (A-014)."""
import contextlib
import http.client
import json
import os
import re
import socket
import struct
import subprocess
import sys
import threading
from pathlib import Path

import jsonschema
import yaml

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "deploy/lib"))
import asvsite  # noqa: E402
from asvsite import Daemon, run  # noqa: E402

HOST = "asservat.example"
SAFE = {"Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()", "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY"}

PAGES = ("default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; img-src 'self'; media-src blob:; connect-src 'self'; "
         "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types asservat")


class Contract:
    """docs/openapi.yaml, and what was seen of it (A-014)."""

    def __init__(self, program):
        self.document = yaml.safe_load((TOP / "docs/openapi.yaml").read_text())
        self.seen = set()
        lines = run(program, "--routes").stdout.splitlines()
        self.routes = {(method, re.sub(r":\w+}", "}", pattern)) for method, pattern, *_ in (line.split() for line in lines)}

    def resolve(self, node):
        while isinstance(node, dict) and "$ref" in node:
            at = self.document
            for part in node["$ref"].removeprefix("#/").split("/"):
                at = at[part]
            node = at
        return node

    def documented(self):
        return {(method.upper(), path) for path, item in self.document["paths"].items() for method in item if method != "parameters"}

    def template_of(self, path):
        """The first documented path that this one is; a parameter may have several steps (API.md)."""
        for template in sorted(self.document["paths"], key=lambda name: ("{" in name, name.startswith("/{"), len(name.split("/")))):
            parts = re.split(r"{(\w+)}", template)
            pattern = "".join(f"(?P<{part}>.+?)" if i % 2 else re.escape(part) for i, part in enumerate(parts))
            found = re.fullmatch(pattern, path)
            if found and all(self.fits(template, name, value) for name, value in found.groupdict().items()):
                return template
        return None

    def fits(self, template, name, value):
        parameters = [self.resolve(p) for p in self.document["paths"][template].get("parameters", [])]
        schema = self.resolve(next(p["schema"] for p in parameters if p["name"] == name))
        return re.fullmatch(schema["pattern"].strip("^$"), value) is not None

    def check_request(self, operation, path, sent):
        """What was taken was documented: the query's names, and the body."""
        names = {p["name"] for p in map(self.resolve, operation.get("parameters", [])) if p["in"] == "query"}
        asked = {part.split("=")[0] for part in path.partition("?")[2].split("&") if part}
        assert asked <= names or not path.startswith("/api/"), f"{path}: {asked - names} is not documented"
        if sent is not None:
            schema = operation["requestBody"]["content"]["application/json"]["schema"] | {"components": self.document["components"]}
            jsonschema.Draft202012Validator(schema).validate(json.loads(sent))

    def check(self, method, path, code, headers, body, sent=None):
        template = self.template_of(path.split("?")[0])
        operation = self.document["paths"][template].get({"HEAD": "get"}.get(method, method.lower())) if template else None
        if code == 405 or operation is None:
            response = self.document["components"]["responses"][{404: "NotFound", 405: "MethodNotAllowed"}[code]]
        else:
            assert str(code) in operation["responses"], f"{method} {path}: {code} is not documented"
            response = self.resolve(operation["responses"][str(code)])
            self.seen.add((method.replace("HEAD", "GET"), template, str(code)))
            if code < 300:
                self.check_request(operation, path, sent)
        for name, header in response.get("headers", {}).items():
            assert name in headers, f"{method} {path}: {code} has no {name}"
            jsonschema.validate(headers[name], self.resolve(header)["schema"])
        kinds = response.get("content", {})
        assert headers.get("Content-Type") in kinds or not kinds, f"{method} {path}: {code} has the type {headers.get('Content-Type')}"
        if not kinds:
            assert body == b"" and headers.get("Content-Type") is None, (method, path, body)
        elif "json" in headers["Content-Type"] and method != "HEAD":
            schema = kinds[headers["Content-Type"]]["schema"] | {"components": self.document["components"]}
            jsonschema.Draft202012Validator(schema).validate(json.loads(body))

    def finish(self, tags, save=()):
        """The routes are those of the program, and of the operations with these tags every answer was seen, save those that are the same for all."""
        assert self.routes == self.documented(), f"only in the program: {self.routes - self.documented()}; only in the document: {self.documented() - self.routes}"
        want = {(method.upper(), path, code) for path, item in self.document["paths"].items() for method in item if method != "parameters"
                and tags & set(item[method]["tags"]) for code in item[method]["responses"] if code not in save}
        assert self.seen >= want, f"documented and never seen: {want - self.seen}"


class Media(asvsite.Media):
    """how: what becomes of one that the media ruins."""

    def __init__(self, path, program):
        self.how = "run"
        self.asked, self.go = threading.Event(), threading.Event()
        super().__init__(path, program)

    def answer(self, link):
        how = self.how
        if how == "wait":
            self.asked.set()
            assert self.go.wait(60)
        if how == "broken":
            link.recv(5 + 25, socket.MSG_WAITALL)
            text = b"nothing of this can be read"
            link.sendall(struct.pack(">BIHB", 6, 3 + len(text), 0x201, len(text)) + text)
            return
        if how == "kill":
            child = subprocess.Popen([self.program], stdin=link)
            link.close()
            child.kill()
            child.wait()
            return
        super().answer(link)

    def will(self, how):
        self.how = how
        self.asked.clear()
        self.go.clear()


class Web:
    """asservatd on a port of its own."""

    def __init__(self, test, name, **more):
        self.directory = test.work / name
        self.directory.mkdir()
        self.contract = test.contract
        self.program = test.program
        self.tls = None
        self.conf = {"listen": "127.0.0.1:0", "database": f"host={os.environ['PGHOST']} dbname=asservat user=asv_web",
                     "ledger": test.published / HOST, "dock.status": test.work / "dock.sock",
                     "connections.each": 0, "console": test.work / "console"} | {key.replace("__", "."): value for key, value in more.items()}
        self.log = self.directory / "log"
        self.daemon, self.port = None, 0

    def start(self):
        conf = self.directory / "web.conf"
        conf.write_text("".join(f"{key} = {value}\n" for key, value in self.conf.items()))
        self.daemon = Daemon("asservatd", [self.program, "--config", conf], self.log)
        self.daemon.wait_for(lambda: self.says("started"), 60, "start")
        self.port = int(re.search(r"listen=\"?127\.0\.0\.1:(\d+)", self.log.read_text())[1])
        return self

    def says(self, text):
        return text in self.log.read_text()

    def stop(self):
        """It ends well: with a sanitizer, with nothing left behind."""
        if self.daemon.alive():
            assert self.daemon.stop(seconds=60) == 0, self.log.read_text()

    def connect(self, source="127.0.0.1"):
        return socket.create_connection(("127.0.0.1", self.port), timeout=60, source_address=(source, 0))

    def link(self):
        if self.tls:
            return http.client.HTTPSConnection("localhost", self.port, timeout=60, context=self.tls)
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def ask(self, path, method="GET", body=None, link=None, **headers):
        """(code, headers, body) of one request, compared with the document."""
        own = link or self.link()
        own.request(method, path, body=body, headers={name.replace("_", "-"): value for name, value in headers.items()})
        answer = own.getresponse()
        data, got = answer.read(), dict(answer.getheaders())
        if link is None:
            own.close()
        self.judge(method, path, answer.status, got, data, body)
        return answer.status, got, data

    def judge(self, method, path, code, headers, data, sent=None):
        safe = SAFE | {"Content-Security-Policy": PAGES} if code in (200, 304) and path.startswith("/console/") else SAFE
        for name, value in safe.items():
            assert headers.get(name) == value, f"{method} {path}: {name} is {headers.get(name)}"
        assert "Date" in headers, headers
        self.contract.check(method, path, code, headers, data, sent)

    def raw(self, data, source="127.0.0.1"):
        """All that comes for these bytes, until the other side closes or has said everything."""
        with self.connect(source) as link:
            with contextlib.suppress(OSError):
                link.sendall(data)
                link.shutdown(socket.SHUT_WR)
            return read_all(link)

    def metric(self, name):
        text = self.ask("/metrics")[2].decode()
        return int(re.search(rf"^{re.escape(name)} (\d+)$", text, re.M)[1])


def read_all(link):
    got = b""
    with contextlib.suppress(ConnectionError):
        while part := link.recv(65536):
            got += part
    return got


def problem(answer, code, name, field=None):
    """A-009"""
    got, _, body = answer
    assert got == code, (got, body)
    said = json.loads(body)
    assert said["type"] == f"urn:asservat:problem:{name}" and said["status"] == code and said.get("field") == field, said
    assert said["title"] != said["title_de"] and said["detail"] != said["detail_de"], said
