# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Asservat authors
"""What is left running for whoever looks around: the console, with accounts that can be used at once."""
import base64
import hmac
import json
import secrets
import struct
import time
import urllib.error
import urllib.request

from asvsite import SiteError

PERIOD_S = 30
CODE = """\
#!/usr/bin/env python3
import base64, hmac, struct, sys, time
if len(sys.argv) != 2:
    sys.exit("usage: code KEY   prints the one-time code of now (RFC 6238), by the demo's clock")
mac = hmac.digest(base64.b32decode(sys.argv[1]), struct.pack(">Q", int(time.time() + {ahead}) // 30), "sha1")
print("%06d" % ((struct.unpack_from(">I", mac, mac[19] & 15)[0] & 0x7fffffff) % 1000000))
"""
ENROL = """\
#!/bin/sh
# What somebody offered in "Mein Konto" counts from then on: Anna proposes it, Sigrid agrees; to her own, Stefan.
[ $# = 1 ] || {{ echo "usage: enrol DIGEST" >&2; exit 2; }}
sign() {{ who=$1; shift; {asservat} "$@" --key {keys}/$who --passphrase-file {keys}/phrase --reason Demo --yes --database "{database}"; }}
proposal=$(sign Anna user enrol "$1" | sed -n 's/^.*proposal *\\([0-9a-f]*\\).*/\\1/p') && {{ sign Sigrid user approve "$proposal" 2>/dev/null || sign Stefan user approve "$proposal"; }}
"""


class Person:
    """Somebody who signs in: name, password, and the key of one-time codes."""

    def __init__(self, name, roles):
        self.name, self.login, self.roles = name, name.lower(), roles
        self.password, self.key = secrets.token_urlsafe(12), None

    def code(self, now):
        mac = hmac.digest(base64.b32decode(self.key), struct.pack(">Q", int(now) // PERIOD_S), "sha1")
        return f"{(struct.unpack_from('>I', mac, mac[19] & 15)[0] & 0x7fffffff) % 1000000:06}"


class Console:
    def __init__(self, site, desk, ahead_s):
        """ahead_s: by how much the site's clock is ahead of this program's."""
        self.site, self.desk, self.ahead_s = site, desk, ahead_s
        self.cookie, self.csrf = None, None
        self.people = []

    def ask(self, method, path, body=None):
        headers = {"Origin": self.site.origin, "Sec-Fetch-Site": "same-origin", "Content-Type": "application/json"}
        headers |= {"Cookie": self.cookie} if self.cookie else {}
        headers |= {"X-CSRF-Token": self.csrf} if self.csrf else {}
        data = None if body is None else json.dumps(body).encode()
        try:
            with urllib.request.urlopen(urllib.request.Request(self.site.origin + path, data, headers, method=method), timeout=60) as answer:
                self.cookie = (answer.headers["Set-Cookie"] or self.cookie or "").partition(";")[0]
                text = answer.read()
        except urllib.error.HTTPError as error:
            raise SiteError(f"{method} {path}: {error.code}: {error.read().decode(errors='replace')}") from None
        return json.loads(text) if text else None

    def account(self, name, roles):
        """As somebody does at the first time: a password of one's own, and one-time codes."""
        person, first = Person(name, roles), secrets.token_urlsafe(12)
        file = self.desk.keys / "first-password"
        file.touch(mode=0o600)
        file.write_text(first + "\n")
        self.desk.run("user", "password", name, person.login, "--passphrase-file", file)
        file.unlink()
        self.cookie, self.csrf = None, None
        self.csrf = self.ask("POST", "/api/v1/session", {"password": {"name": person.login, "password": first}})["csrf"]
        self.ask("PUT", "/api/v1/password", {"old": first, "new": person.password})
        person.key = self.ask("POST", "/api/v1/totp")["key"]
        self.ask("PUT", "/api/v1/totp", {"code": person.code(time.time() + self.ahead_s)})
        self.ask("DELETE", "/api/v1/session")
        self.people.append(person)

    def publish(self):
        """What happened so far, where outsiders can check it."""
        self.desk.run("ledger", "run", "--once")
        self.desk.run("ledger", "publish", self.site.published)

    def tools(self, asservat):
        """Programs in the site's directory: the code of now, and what enrols a security key."""
        database = self.site.postgres.conninfo("$(echo $who | tr A-Z a-z)")
        for name, text in (("code", CODE.format(ahead=round(self.ahead_s))),
                           ("enrol", ENROL.format(asservat=asservat, keys=self.desk.keys, database=database))):
            tool = self.site.directory / name
            tool.write_text(text, encoding="utf-8")
            tool.chmod(0o755)

    def told(self):
        """For the screen, once."""
        return "".join(f"  {person.login:8} {person.password}   {person.key}   {', '.join(person.roles)}\n" for person in self.people)
