#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Asservat authors
"""accounts.py BUILD: people in accounts of their own (INSTALLATION.md 6), on the site of incident.py. Who is in the vault's group
decides and looks, writes nothing there, and the retention job does what is left; who is not sees nothing. Needs root, as it takes
other users.
"""
import os
import pwd
import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import incident as site  # noqa: E402

KEYS = "users"  # of the keeper's socket: a group that every Debian has
READERS = 64990  # of the vault; and users that nobody has
READER, STRANGER = 64991, 64992
NAMED = "games"  # who has a name: a user that every Debian has, too


class Rig(site.Rig):
    """The vault's directories are there before the dock, as systemd-tmpfiles makes them."""

    def start_dock(self, **keywords):
        for name in ("vault", "mirror"):
            directory = self.site.directory / name
            if not directory.exists():
                directory.mkdir(0o700)
                os.chown(directory, 0, READERS)
                directory.chmod(0o2750)
        super().start_dock(**keywords)


class Account:
    """A user of this machine, in these groups, with a key file and a copy of the program that it can reach."""

    def __init__(self, desk, user, *groups):
        self.desk, self.user, self.groups = desk, user, groups
        self.home = desk.site.directory / f"home-{user}"
        self.home.mkdir()
        self.program = shutil.copy(desk.site.bin("asservat"), self.home)
        for name in ("sigrid", "rita", "phrase"):
            shutil.copy(desk.keys / name, self.home)
        for path in (self.home, *self.home.iterdir()):
            os.chown(path, user, user)

    def call(self, who, *words):
        return self.start(*words, "--key", self.home / who, "--passphrase-file", self.home / "phrase", "--reason",
                          "Anzeige erstattet", "--yes", *self.desk.account(who))

    def start(self, *words):
        done = subprocess.run([self.program, *words, "--config", self.desk.site.conf], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True, cwd="/",
                              user=self.user, group=self.user, extra_groups=self.groups)
        return done.returncode, done.stdout, done.stderr.decode(errors="replace")

    def act(self, who, *words):
        status, out, err = self.call(who, *words)
        assert status == 0, f"{words}: {status}: {err}"
        return out, err


def let_in(desk):
    """Both accounts to the keeper."""
    desk.site.keeper.stop()
    conf = desk.site.directory / "keeper.conf"
    conf.write_text(conf.read_text() + f"socket_group = {KEYS}\npeer.{READER} = admin\npeer.{STRANGER} = admin\n")
    desk.site.start_keeper()


def known_by_its_name(desk, clip):
    """Who says no user comes into the database as the account's own (configuration: database.staff)."""
    account = Account(desk, pwd.getpwnam(NAMED).pw_uid, READERS)
    unnamed = ("--database", re.sub(r"\buser=\S+", "", desk.site.postgres.conninfo("desk")))
    status, _, err = account.start("clip", "custody", clip, *unnamed)
    assert status == 1 and "this is done by people" in err and NAMED in err, err
    desk.sql(f"CREATE ROLE {NAMED} LOGIN IN ROLE asv_staff")
    desk.run("user", "login", "rita", NAMED)
    status, _, err = account.start("clip", "custody", clip, *unnamed)
    assert status == 0, err
    for who, says in (("rita", "data-protection officer alone"), ("sigrid", "this account of the server somebody else's")):
        status, _, err = account.start("clip", "accesses", clip, "--key", account.home / who, "--passphrase-file",
                                       account.home / "phrase", *unnamed)
        assert status == 1 and says in err, err


def night(desk):
    status, out, err = desk.call("retention", "run")
    assert status == 0, f"{out.decode()} {err}"


def modes(desk):
    """Every mode in the vault and its mirror, but that of the daemon's lock."""
    found = set()
    for name in ("vault", "mirror"):
        for path in [desk.site.directory / name, *(desk.site.directory / name).rglob("*")]:
            st = path.stat()
            if path.name != "lock":
                assert st.st_gid == READERS, path
                found.add(("d" if path.is_dir() else "f") + oct(stat.S_IMODE(st.st_mode)))
    return found


def play(rig):
    desk, camera, clips = site.set_up(rig)
    site.incident(desk, camera, clips)
    clip = clips[0]
    assert modes(desk) == {"d0o2750", "f0o640"}, modes(desk)
    known_by_its_name(desk, clip)
    let_in(desk)
    reader = Account(desk, READER, READERS, KEYS)
    stranger = Account(desk, STRANGER, KEYS)
    desk.act("willi", "hold", "request", clip, "--incident", site.CASE)
    status, _, err = stranger.call("sigrid", "hold", "approve", clip)
    assert status == 1 and "Permission denied" in err, err
    _, err = reader.act("sigrid", "hold", "approve", clip)
    assert "the next retention run sees to" in err, err
    assert desk.state(clip) == "held"
    assert site.wrapped_for_recovery(desk, clip) == [], "the reader wrote into the vault"
    night(desk)
    assert len(site.wrapped_for_recovery(desk, clip)) == 2, "the retention job did not do what was left"
    status, _, err = reader.call("rita", "clip", "open", clip)
    request = re.search(r"request +([0-9a-f]+)", err)[1]
    reader.act("sigrid", "clip", "open", request, "--approve")
    status, out, err = stranger.call("rita", "clip", "open", clip)
    assert status == 1 and not out and "Permission denied" in err, err
    out, _ = reader.act("rita", "clip", "open", clip)
    assert out[4:8] == b"ftyp", "the reviewer does not see the recording"
    reader.act("rita", "hold", "release", clip)
    _, err = reader.act("sigrid", "hold", "release", clip, "--approve")
    assert "the next retention run sees to" in err, err
    assert desk.state(clip) == "released" and len(site.wrapped_for_recovery(desk, clip)) == 2
    night(desk)
    assert site.wrapped_for_recovery(desk, clip) == [], "what the recovery key opens is there after the release"
    night(desk)
    assert modes(desk) == {"d0o2750", "f0o640"}, modes(desk)
    desk.run("vault", "scrub", "--full-speed")
    (desk.site.directory / "vault").chmod(0o2770)
    status, out, err = desk.call("vault", "scrub", "--full-speed")
    assert status == 1 and b"exposed      . (vault)" in out, out


if __name__ == "__main__":
    if os.geteuid() != 0:
        print("skipped: it takes root to have other users")
        sys.exit(77)
    site.main(play, "asservat-accounts.", Rig)
