# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Asservat authors
"""People at their desks: each with a key file, using the command line as the handbook says."""
import json
import os
import re
import shutil
import struct
import subprocess
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from asvsite import DESK, TOP, SiteError

BERLIN = ZoneInfo("Europe/Berlin")  # as the programs
PHRASE = "a phrase of one's own"


class Desk:
    """What people do with a site whose keeper takes this user for an administrator."""

    def __init__(self, site):
        self.site = site
        self.keys = site.directory / "people"
        self.keys.mkdir()
        self.phrase = self.keys / "phrase"
        self.phrase.write_text(PHRASE + "\n")
        self.phrase.chmod(0o600)

    # ---- commands ----

    def call(self, *words, out=None, env=None):
        """(status, standard output, standard error)"""
        done = subprocess.run([self.site.bin("asservat"), *words, "--config", self.site.conf], stdin=subprocess.DEVNULL,
                              stdout=out or subprocess.PIPE, stderr=subprocess.PIPE, env=env, start_new_session=True)
        return done.returncode, done.stdout, done.stderr.decode(errors="replace")

    def run(self, *words):
        status, out, err = self.call(*words)
        if status != 0:
            raise SiteError(f"asservat {' '.join(map(str, words))}: {status}: {err}")
        return out.decode()

    def json(self, *words):
        return json.loads(self.run(*words, "--json"))

    def account(self, who):
        """The option with which a command is this person's, as by an account of the server."""
        return ["--database", self.site.postgres.conninfo(self.login(who))]

    @staticmethod
    def login(who):
        """The name of this person's account."""
        return re.sub("[^a-z0-9]", "_", who.lower())

    def by(self, who, reason):
        """Options with which this person signs."""
        return ["--key", self.keys / who, "--passphrase-file", self.phrase, "--reason", reason, "--yes", *self.account(who)]

    # ---- the office ----

    def person(self, name, badge, *roles, unit):
        self.run("user", "add", "--name", name, "--badge", badge, *[word for role in roles for word in ("--role", role)],
                 "--unit", unit, "--out", self.keys / name, "--passphrase-file", self.phrase)
        self.site.postgres.query(f"CREATE ROLE {self.login(name)} LOGIN IN ROLE asv_staff")
        self.run("user", "login", name, self.login(name))

    def found(self, *names):
        """The first people count by the agency root's word."""
        for name in names:
            self.run("user", "found", name, "--root-key", self.site.agency / "root.key", "--root-passphrase-file",
                     self.site.directory / "passphrase", "--reason", "Die ersten", "--yes")
        # Commands that nobody signs are the first one's, in the account that the configuration names.
        self.run("user", "login", names[0], DESK)

    def enrol(self, name, administrator, superior, reason="Neu im Dienst"):
        """Everybody else by the word of two."""
        out = self.run("user", "enrol", name, *self.by(administrator, reason))
        self.run("user", "approve", self.proposal(out), *self.by(superior, reason))

    def decide_policy(self, file, administrator, superior, reason="Dienstanweisung"):
        tomorrow = (datetime.now(BERLIN) + timedelta(days=1)).strftime("%Y-%m-%d")
        out = self.run("policy", "propose", file, "--from", tomorrow, *self.by(administrator, reason))
        self.run("policy", "approve", self.proposal(out), *self.by(superior, reason))

    @staticmethod
    def proposal(out):
        """The digits by which a command named what it proposed."""
        return re.search(r"proposal +([0-9a-f]+)", out)[1]

    def state(self, clip):
        return next(c["state"] for c in self.json("clip", "list") if c["clip"] == clip)


POLICY = TOP / "deploy/policies/nrw-ordnungsamt.json"


CLOCK = ("LD_PRELOAD", "ASV_TEST_CLOCK")


def later(site, days):
    """What every program that is started from here on must have in its environment to live so many days later. Once for a
    site: its programs have the files mapped."""
    ahead = site.directory / "days-later"
    with open(os.open(ahead, os.O_RDWR | os.O_CREAT, 0o644), "r+b") as file:  # never shorter: programs have it mapped
        file.write(struct.pack("=q", round(days * 86_400_000)))
    clock = shutil.copy(site.build / "lib/libasv_fake_clock.so", site.directory)
    for path in (ahead, clock):
        os.chmod(path, 0o755)  # PostgreSQL's user reads both
    return dict(zip(CLOCK, (str(clock), str(ahead))))
