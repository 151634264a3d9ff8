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
import struct
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import incident as site  # noqa: E402

KEYS = "users"  # of the keeper's socket: a group that every Debian has
READERS = 64990  # of the vault; and users that nobody has
READER, STRANGER, OUTSIDER = 64991, 64992, 64993
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
    """Whoever is in the socket's group, to the keeper."""
    desk.site.keeper.stop()
    conf = desk.site.directory / "keeper.conf"
    conf.write_text(conf.read_text() + f"socket_group = {KEYS}\ngroup.{KEYS} = people\n")
    desk.site.start_keeper()


# ---- the keeper's socket, spoken to by hand (KEEPER.md 6)

STATUS, MAKE_DAYS, BULLETIN, OPENS, ORDER, DECIDE, KEEP, FINISH, CLIPS, SIGN, DAY_END, CLIP, SHOWN = range(1, 14)
TAKEN, NOT_PERMITTED, NOT_NOW = 0, 0x204, 0x208  # ASV_OK, ASV_E_DENIED, ASV_E_STATE (firmware-proto/base/status.h)
NO_CLIP = 0xffff
SAY = """
import socket, struct, sys
frame = bytes.fromhex(sys.argv[2])
with socket.socket(socket.AF_UNIX) as s:
    s.settimeout(60)
    s.connect(sys.argv[1])
    try:
        s.sendall(struct.pack(">I", len(frame)) + frame)
    except BrokenPipeError:  # it was sent away before it asked
        pass
    got = b""
    while len(got) < 4 or len(got) < 4 + struct.unpack(">I", got[:4])[0]:
        part = s.recv(65536)
        if not part:
            break
        got += part
print(got[4:].hex())
"""


def ask(account, kind, fields=b""):
    """What the keeper says to this account: its status, and what follows."""
    frame = struct.pack(">BBI", 1, kind, 1) + fields
    done = subprocess.run(["/usr/bin/python3", "-c", SAY, account.desk.site.directory / "keeper.sock", frame.hex()],
                          stdout=subprocess.PIPE, check=True, cwd="/", user=account.user, group=account.user,
                          extra_groups=account.groups, text=True)
    body = bytes.fromhex(done.stdout)
    assert body[0] == 1 and struct.unpack(">I", body[2:6])[0] == 1 and body[1] == kind | 0x80, body
    return struct.unpack(">H", body[6:8])[0], body[8:]


def ask_nobody(account):
    """What the keeper says to one whom it does not know: a reply to no request."""
    done = subprocess.run(["/usr/bin/python3", "-c", SAY, account.desk.site.directory / "keeper.sock", "010100000001"],
                          stdout=subprocess.PIPE, check=True, cwd="/", user=account.user, group=account.user,
                          extra_groups=account.groups, text=True)
    body = bytes.fromhex(done.stdout)
    assert struct.unpack(">I", body[2:6])[0] == 0, body
    return struct.unpack(">H", body[6:8])[0]


def view(data):
    return struct.pack(">H", len(data)) + data


def decision(proposal, answer, records, opening=b"", agreed=b""):
    """DECIDE, without a recording."""
    return view(proposal) + view(answer) + bytes([len(records)]) + b"".join(map(view, records)) + view(b"") \
        + struct.pack(">HB", NO_CLIP, 0) + view(opening) + view(agreed) + view(b"") * 3 + bytes(1)


def at_the_keepers_socket(account):
    """LAW T4: nobody at a desk ends others' recordings, has a head signed that no entries make, or sees what is kept."""
    assert ask(account, STATUS)[0] == TAKEN
    assert ask(account, CLIP, bytes(32)) == (TAKEN, bytes(3)), "of what is not kept there is no row"
    for kind in (MAKE_DAYS, BULLETIN, OPENS, ORDER, KEEP, FINISH, CLIPS, DAY_END, SHOWN):
        assert ask(account, kind)[0] == NOT_PERMITTED, kind
    origin = b"stadt.example/ledger"
    head = bytes([1, len(origin)]) + origin + struct.pack(">QQ", 0, 1) + bytes(32) + bytes(1)
    for what in (head, bytes([4, len(origin)]) + origin, bytes([3]) + view(b"") * 2 + bytes(1) + view(b"") + bytes(32)):
        assert ask(account, SIGN, what)[0] == NOT_PERMITTED, what
    assert ask(account, SIGN, bytes([2, 0]))[0] not in (TAKEN, NOT_PERMITTED), "there is no ledger, but one may ask"


def signed_for(desk, clip):
    """What stands in the database of the last showing: OPEN, approval, SHOW and the credential records of both people."""
    rows = desk.sql(f"""SELECT encode(p.object, 'hex'), encode(a.object, 'hex'), encode(s.object, 'hex'), encode(pc.record, 'hex'),
                               encode(ac.record, 'hex')
        FROM asv.access_log l JOIN asv.clip c USING (recording) JOIN asv.statement s ON s.digest = l.shown
        JOIN asv.statement p ON p.digest = s.opening JOIN asv.statement a ON a.proposal = p.digest AND a.step = 2
        JOIN asv.credential pc ON pc.digest = p.credential JOIN asv.credential ac ON ac.digest = a.credential
        WHERE c.clip = '{clip}' ORDER BY l.at DESC LIMIT 1""")
    return [bytes.fromhex(value) for value in rows[0]]


def what_two_signed_opens_nothing(desk, account, clip):
    """LAW L1, L5: whoever presents an approved OPEN, genuine and alive, has no key by it; nor by a SHOW that was made use of."""
    opening, agreed, show, *records = signed_for(desk, clip)
    for fields in (decision(opening, agreed, records), decision(show, b"", records), decision(show, agreed, records),
                   decision(show, b"", records, opening, agreed)):
        status, rest = ask(account, DECIDE, fields)
        assert status == NOT_NOW, (hex(status), rest)
    shown = desk.sql("SELECT count(*) FROM asv.access_log")
    out, _ = account.act("rita", "clip", "open", clip)  # who signs for it is shown it
    assert out[4:8] == b"ftyp"
    assert desk.sql("SELECT count(*) FROM asv.access_log") == [[str(int(shown[0][0]) + 1)]]
    words = ["clip", "open", clip, "--key", account.home / "sigrid", "--passphrase-file", account.home / "phrase", "--reason", "x",
             "--yes", *desk.account("sigrid")]
    status, out, err = account.start(*words)
    assert status == 1 and not out, err


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
    out, err = reader.act("rita", "clip", "open", clip)
    assert out[4:8] == b"ftyp", "the reviewer does not see the recording"
    assert "have a recording shown to me now, this once" in err and "\nreason       Anzeige erstattet\n" in err, err
    what_two_signed_opens_nothing(desk, reader, clip)
    at_the_keepers_socket(reader)
    nobody = Account(desk, OUTSIDER, READERS)
    os.chmod(desk.site.directory / "keeper.sock", 0o666)  # whatever becomes of the socket's mode
    assert ask_nobody(nobody) == NOT_PERMITTED
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
