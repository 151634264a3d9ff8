#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Asservat authors
"""backup.py BUILD SEARCH: everything is backed up, destroyed, restored, and then as it was; LAW T5: no key is in a backup, and what
was erased leaves it with the rotation; power cuts, full disks, and backups that somebody changed. Runs under
tests/sql/with-postgres.
"""
import base64
import contextlib
import difflib
import fcntl
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

BUILD = Path(sys.argv[1]).resolve()
SEARCH = Path(sys.argv[2]).resolve()
PRELOAD = BUILD / "lib/libasv_fault_disk.so"


class Site:
    """An agency with a camera, a vault with its mirror, a database with the same recordings, and a keeper with keys."""

    def __init__(self, top):
        self.top = top
        self.etc, self.vault, self.mirror = top / "etc", top / "vault", top / "mirror"
        self.agency, self.backups = top / "agency", top / "backups"
        self.etc.mkdir()
        self.backups.mkdir()
        for name in ("root", "ca"):
            (top / f"{name}.phrase").write_text(f"passphrase of the {name}")
            (top / f"{name}.phrase").chmod(0o600)
        (self.etc / "asservat.conf").write_text(f"""agency = {self.agency}
database = user=asv_admin
database.dock = user=asv_dock
database.owner = user=postgres
database.backup = user=asv_backup
vault = {self.vault}
vault.mirror = {self.mirror}
vault.cached = yes
backup = {self.backups}
keeper = {top}/keeper.sock
""")
        self.do("init", "--dir", self.agency, "--name", "Stadt Duisburg", "--root-passphrase-file", top / "root.phrase",
                "--ca-passphrase-file", top / "ca.phrase")
        self.do("db", "migrate")
        self.do("db", "register")
        self.tool("integration/asv-make-request", "camera", "BWC", "0042", "key-1", top / "request")
        self.do("camera", "enrol", "--unit", "32-3", "--area", "Hochfeld", "--request", top / "request", "--out", top / "chain",
                "--passphrase-file", top / "ca.phrase", "--yes")
        self.offline = shutil.copytree(self.agency, top / "offline")  # its keys are in no backup
        self.make_clips(25)

    def run(self, *words, fault=None):
        env = dict(os.environ, ASV_KDF_MEMORY_KIB="64")
        if fault:
            env.update(LD_PRELOAD=str(PRELOAD), ASV_FAULT_DISK=fault)
        return subprocess.run([BUILD / "bin/asservat", *map(str, words), "--config", self.etc / "asservat.conf"], text=True,
                              capture_output=True, stdin=subprocess.DEVNULL, env=env, start_new_session=True, check=False)

    def do(self, *words):
        done = self.run(*words)
        assert done.returncode == 0, f"asservat {' '.join(map(str, words))}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def refused(self, text, *words, status=1, fault=None):
        done = self.run(*words, fault=fault)
        assert done.returncode == status, (done.returncode, done.stdout, done.stderr)
        assert text in done.stderr, f"\"{text}\" is not in: {done.stderr}"
        return done

    def tool(self, name, *words):
        return subprocess.run([BUILD / "tests" / name, *map(str, words)], check=True, text=True, capture_output=True).stdout

    def make_vault(self, count):
        for root in (self.vault, self.mirror):
            shutil.rmtree(root, ignore_errors=True)
        self.tool("integration/asv-make-vault", self.offline, self.top / "chain", "key-1", count, self.vault, self.mirror)

    def make_clips(self, count):
        self.make_vault(count)
        self.tool("integration/asv-commit-vault", self.vault)

    def sets(self):
        return sorted(path for path in self.backups.iterdir() if path.name.startswith("set-"))

    def whole(self):
        return [path for path in self.sets() if (path / "MANIFEST").exists()]

    def empty_database(self):
        sql("DROP DATABASE asservat WITH (FORCE)", "postgres")
        sql("CREATE DATABASE asservat TEMPLATE template0 ENCODING 'UTF8'", "postgres")

    def destroy(self):
        """All but the backups; the vault's directories are made anew, as on a new machine."""
        self.empty_database()
        for path in (self.vault, self.mirror, self.agency):
            shutil.rmtree(path, ignore_errors=True)
        for path in (self.vault, self.mirror):
            path.mkdir(mode=0o700)


def step(text):
    print(f"== {text}", flush=True)


def sql(text, database="asservat"):
    return subprocess.run(["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", database, "-c", text], check=True, text=True,
                          capture_output=True).stdout.strip()


def rows():
    """Every row of every table, and the schema with all its rights."""
    tables = sql("SELECT relname FROM pg_class WHERE relnamespace = 'asv'::regnamespace AND relkind = 'r' ORDER BY 1").split()
    data = {name: sql(f"SELECT to_jsonb(t) FROM asv.{name} t ORDER BY to_jsonb(t)::text COLLATE \"C\"") for name in tables}
    data["sequence"] = sql("SELECT last_value, is_called FROM asv.clip_event_position_seq")
    schema = subprocess.run(["pg_dump", "--schema-only", "-d", "asservat"], check=True, text=True, capture_output=True).stdout
    # How many parentheses it writes is PostgreSQL's affair; a condition that was read from its own text has fewer.
    data["schema"] = re.sub(r"(?m)^\\(un)?restrict .*$|[()]", "", schema)
    assert sum(len(text) for text in data.values()) > 10000
    return data


def tree(path):
    """The files below, as (bytes, mode); what is empty or only locks does not count."""
    return {str(file.relative_to(path)): (file.read_bytes(), file.stat().st_mode) for file in sorted(path.rglob("*"))
            if file.is_file() and file.name != "lock"}


def same(before, after, what):
    for name in sorted(set(before) | set(after)):
        if before.get(name) != after.get(name):
            show = [str(side.get(name)).splitlines() for side in (before, after)]
            raise AssertionError("\n".join([f"{what}: {name} differs", *list(difflib.unified_diff(*show, lineterm=""))[:40]]))


def check_sums(path):
    done = subprocess.run(["sha256sum", "--strict", "--quiet", "-c", "MANIFEST"], cwd=path, text=True, capture_output=True, check=False)
    assert done.returncode == 0, f"{path}: {done.stdout} {done.stderr}"
    named = {line.split("  ", 1)[1] for line in (path / "MANIFEST").read_text().splitlines() if line[0] != "#"}
    there = {str(file.relative_to(path)) for file in path.rglob("*") if file.is_file()} - {"MANIFEST"}
    assert named == there, named ^ there


def flip(path, at=-1):
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.unlink()  # not in place: the sets share files
    path.write_bytes(data)


# ---- what must never be in a backup

def keeper_with_keys(site):
    """A keeper that made a camera's keys, with store and slots where a careless administrator would put them."""
    conf = site.etc / "keeper.conf"
    (site.etc / "slots").mkdir(mode=0o700)
    shutil.move(site.agency / "keeper", site.etc / "keeper")
    shutil.copytree(site.agency / "dock", site.etc / "dock")
    conf.write_text(f"""store = {site.etc}/store
slot.1 = file:{site.etc}/slots/one
slot.2 = file:{site.etc}/slots/two
identity = {site.etc}/keeper
revocations = {site.agency}/revocations
socket = {site.top}/keeper.sock
peer.{os.getuid()} = admin
""")
    with running_keeper(site, conf):
        site.do("camera", "bulletin", "--chain", site.top / "chain", "--out", site.top / "bulletin")


@contextlib.contextmanager
def running_keeper(site, conf):
    subprocess.run([BUILD / "bin/asservat-keeper", "--config", conf, "--init"], check=True)
    # The keeper lets nobody look into it, the leak sanitizer included.
    env = dict(os.environ, ASAN_OPTIONS="detect_leaks=0")
    with open(site.top / "keeper.log", "w", encoding="utf-8") as log:
        keeper = subprocess.Popen([BUILD / "bin/asservat-keeper", "--config", conf], stderr=log, env=env)
    try:
        while site.run("keys", "status").returncode != 0:
            assert keeper.poll() is None, (site.top / "keeper.log").read_text()
        yield
    finally:
        keeper.terminate()
        keeper.wait()


def secrets(site):
    """Of the keeper's store, through its slots; and of every key file: what stands behind the public halves."""
    keys = site.top / "learned"
    subprocess.run([SEARCH, "learn", keys, site.etc / "store", site.etc / "slots/one", site.etc / "slots/two"], check=True)
    found = [(name.split()[0], bytes.fromhex(digits)) for digits, name in (line.split(" ", 1) for line in keys.read_text().splitlines())]
    kinds = {name for name, _ in found}
    assert {"master", "KEK", "key"} <= kinds and len(found) > 100, (kinds, len(found))
    for path in [*site.agency.rglob("*.key"), *site.etc.rglob("*.key")]:
        found.append((str(path), path.read_bytes()[-64:-32]))
    assert len([name for name, _ in found if name.endswith(".key")]) >= 6
    found.append(("badges", (site.agency / "badge.secret").read_bytes()))
    return found


def texts(path):
    """What is in a directory of backups: each file, and the dumps as the SQL they hold."""
    for file in sorted(path.rglob("*")):
        if file.is_file():
            yield str(file), file.read_bytes()
        if file.name == "database.dump":
            yield f"{file} as SQL", subprocess.run(["pg_restore", "-f", "-", file], check=True, capture_output=True).stdout


def find(found, path):
    return [(name, where) for where, data in texts(path) for name, secret in found
            if secret in data or secret.hex().encode() in data.lower() or base64.b64encode(secret).rstrip(b"=")[:-1] in data]


def no_key_is_in_a_backup(site):
    step("T5: no key is in a backup")
    keeper_with_keys(site)
    (site.etc / "ledger.trust").write_text("log asservat.example/ledger+136316d4+AWd6dNlk5KhP+lAlqLVTe1xKN61tFG6FR4Osc0aEogfE\nquorum none\n")
    (site.etc / "careless.conf").write_bytes((site.etc / "dock/dock.key").read_bytes())
    found = secrets(site)
    assert {name for name, _ in find(found, site.etc)} >= {"master", str(site.etc / "dock/dock.key")}, "the search finds nothing"
    done = site.refused("1 files are not as they should be", "backup")
    assert "left out     etc/careless.conf holds a private key" in done.stdout, done.stdout
    # But for the two that sign for outsiders, which open nothing, each in its own place.
    signing = {str(site.etc / "keeper/ledger.key"), str(site.etc / "keeper/package.key")}
    kept = find([one for one in found if one[0] in signing], site.backups)
    assert sorted((Path(name).name, Path(where).parts[-3:]) for name, where in kept) == [
        (name, ("etc", "keeper", name)) for name in ("ledger.key", "package.key")], kept
    found = [one for one in found if one[0] not in signing]
    assert find(found, site.backups) == [], find(found, site.backups)
    # The search would have found one of them anywhere, in a dump, too.
    key = next(secret for name, secret in found if name == "key")
    sql("CREATE TABLE public.stray (key bytea)")
    sql(f"INSERT INTO public.stray VALUES ('\\x{key.hex()}'); GRANT SELECT ON public.stray TO asv_backup; "
        "GRANT USAGE ON SCHEMA public TO asv_backup")
    (site.etc / "careless.conf").unlink()
    site.do("backup")
    assert [name for name, _ in find(found, site.backups)] == ["key"], "the search does not look into a dump"
    sql("DROP TABLE public.stray; REVOKE USAGE ON SCHEMA public FROM asv_backup")
    shutil.rmtree(site.sets()[-1])
    names = {str(path.relative_to(site.sets()[0])) for path in site.sets()[0].rglob("*")}
    assert {"etc/asservat.conf", "etc/ledger.trust", "etc/keeper.conf", "etc/keeper/chain", "agency/ca.cert", "agency/revocations",
            "etc/keeper/package.crt", "etc/keeper/ledger.pub"} <= names
    signing = {"etc/keeper/ledger.key", "etc/keeper/package.key"}
    assert not [name for name in names - signing if re.search(r"\.key$|index|day-|slots/", name)], names
    for path in (site.etc / "store", site.etc / "slots", site.etc / "dock"):
        shutil.rmtree(path)
    for path in (site.etc / "keeper").iterdir():
        if str(path.relative_to(site.etc)) not in ("keeper/ledger.key", "keeper/package.key"):
            path.unlink()


# ---- there and back

def all_is_restored(site):
    step("everything is destroyed and restored")
    for path in site.sets():
        shutil.rmtree(path)
    site.do("vault", "scrub", "--full-speed")  # as after the restore; a version that is used tells of itself once (LG-081)
    site.do("backup")
    check_sums(site.sets()[0])
    before = rows(), tree(site.vault), tree(site.agency), tree(site.etc)
    assert before[1] == tree(site.mirror)
    site.destroy()
    for path in site.etc.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif path.name != "asservat.conf":
            path.unlink()
    out = site.do("restore", "--from", site.backups, "--full-speed")
    for name in ("ledger.key", "package.key"):
        assert (site.etc / "keeper" / name).stat().st_mode & 0o777 == 0o600, name
    for text in ("already      25 of both", "damaged      0 clips", "missing      0 clips", "of 23 the period is over"):
        assert text in out, out
    same(before[0], rows(), "database")
    same(before[1], tree(site.vault), "vault")
    same(before[1], tree(site.mirror), "mirror")
    same({name: value for name, value in before[2].items() if not name.endswith((".key", ".secret"))}, tree(site.agency), "agency")
    same(before[3], tree(site.etc), "configuration")
    assert not list(site.vault.glob(".rest*"))
    if os.getuid() == 0:
        site.destroy()
        shutil.chown(site.vault, "nobody")
        shutil.chown(site.mirror, "nobody")
        site.do("restore", "--from", site.sets()[0], "--full-speed")
        strangers = [path for root in (site.vault, site.mirror) for path in root.rglob("*") if path.owner() != "nobody"]
        assert strangers == [], strangers
        for root in (site.vault, site.mirror):
            subprocess.run(["chown", "-R", "root", root], check=True)


def what_was_docked_meanwhile_is_not_lost(site):
    """The dump is older than the vault's part of a set: the rows are made from that."""
    step("what was docked while the backup was made")
    site.make_vault(27)
    site.do("backup")
    site.destroy()
    out = site.do("restore", "--from", site.backups, "--full-speed")
    assert "restored     2 clips" in out and "already      25 of both" in out, out


def only_what_is_new_is_copied(site):
    step("a second backup copies what is new, and drops what was erased")
    first = site.whole()[-1]
    out = site.do("backup")
    assert "copied 0 files, 0 B; all else as in " + first.name in out, out
    second = site.whole()[-1]
    check_sums(second)
    payload = next(path for path in (first / "vault").rglob("payload"))
    assert payload.samefile(second / payload.relative_to(first)), "a payload was copied again"

    clips = sorted(path.parent for path in site.vault.glob("sealed/*/*/*/*/payload"))
    erased = clips[0].relative_to(site.vault)
    for root in (site.vault, site.mirror):
        shutil.rmtree(root / erased)
    changed = (clips[1] / "receipt").relative_to(site.vault)
    late = (clips[2] / "erasure").relative_to(site.vault)
    for root in (site.vault, site.mirror):
        flip(root / changed)
        (root / late).write_bytes(b"came later")
    out = site.do("backup")
    third = site.whole()[-1]
    check_sums(third)
    assert "copied 2 files" in out, out
    assert (third / "vault" / changed).read_bytes() == (site.vault / changed).read_bytes()
    assert (second / "vault" / changed).read_bytes() != (site.vault / changed).read_bytes(), "an older set was changed"
    assert (third / "vault" / late).read_bytes() == b"came later"
    assert not (third / "vault" / erased).exists() and (second / "vault" / erased).exists()

    step("rotation")
    out = site.do("backup", "--keep", "2")
    assert [path.name for path in site.sets()] == [third.name, site.sets()[-1].name], site.sets()
    assert not list(site.backups.rglob(erased.name)), "what was erased is still in a backup"
    for path in site.sets():
        check_sums(path)
    site.refused("is not a number from 1 to 1000", "backup", "--keep", "0", status=2)


# ---- disks that fail

def the_good_copy_is_taken(site):
    step("damaged and unreadable files")
    shutil.rmtree(site.backups)
    site.backups.mkdir()
    clips = sorted(path.parent.relative_to(site.vault) for path in site.vault.glob("sealed/*/*/*/*/payload"))
    good = (site.vault / clips[0] / "payload").read_bytes()
    flip(site.vault / clips[0] / "payload")
    (site.vault / clips[1] / "seal").unlink()
    (site.vault / clips[1] / "seal").mkdir()  # what cannot be read
    (site.vault / clips[2] / "commit").unlink()
    site.do("backup")
    copy = site.whole()[-1] / "vault"
    assert (copy / clips[0] / "payload").read_bytes() == good
    for clip, part in ((clips[1], "seal"), (clips[2], "commit")):
        assert (copy / clip / part).read_bytes() == (site.mirror / clip / part).read_bytes()

    shutil.rmtree(site.whole()[-1])
    (site.mirror / clips[1] / "seal").unlink()
    (site.mirror / clips[1] / "seal").mkdir()
    flip(site.mirror / clips[0] / "payload")
    done = site.refused("2 files are not as they should be", "backup", "--keep", "1")
    assert f"damaged      {clips[0]}/payload" in done.stdout and f"unreadable   {clips[1]}/seal" in done.stdout, done.stdout
    bad = site.whole()[-1]
    check_sums(bad)
    site.refused("2 files are not as they should be", "backup", "--keep", "1")
    assert bad.exists(), "a set was thrown away on a bad day"
    for root in (site.vault, site.mirror):
        (root / clips[0] / "payload").write_bytes(good)
        (root / clips[1] / "seal").rmdir()
        shutil.copy(copy.parent.parent / bad.name / "vault" / clips[2] / "seal", root / clips[1] / "seal")
    site.refused("1 files", "backup")  # the other clip's seal
    assert (site.whole()[-1] / "vault" / clips[0] / "payload").read_bytes() == good, "a damaged file was taken from the set before"

    step("one disk is away")
    away = site.mirror.rename(site.top / "away")
    done = site.run("backup")
    assert "the other directory is used alone" in done.stderr, done.stderr
    away.rename(site.mirror)
    site.refused("is its disk mounted?", "backup", "--out", site.top / "nowhere")
    assert not (site.top / "nowhere").exists()
    site.make_vault(27)  # as it was, for what follows


def strike_everywhere(site, first, kind, said, alone):
    struck, steps = 0, 1
    while True:
        if alone:
            first.rename(site.top / first.name)
        done = site.run("backup", fault=f"{kind}:{steps}:{site.backups}")
        if alone:
            (site.top / first.name).rename(first)
        left = [path for path in site.sets() if path != first]
        whole = [path for path in left if (path / "MANIFEST").exists()]
        if done.returncode == 0:
            shutil.rmtree(left[0])
            return struck
        struck += 1
        if said is None:
            assert done.returncode == -9, (done.returncode, done.stderr)
        else:
            assert done.returncode == 1 and said in done.stderr and "the sets before are as they were" in done.stderr, done.stderr
            assert left == [], (kind, steps, left)
        for path in left:
            if path in whole:
                check_sums(path)
            else:
                site.refused("there is no backup here" if not (path / "about").exists() else "interrupted", "restore", "--from", path)
            shutil.rmtree(path)
        steps += max(1, steps // 3)


def copied(out):
    return int(re.search(r"copied (\d+) files", out)[1])


def the_first_backup_goes_on(site):
    """With no set before, what an interrupted one copied need not be copied again."""
    step("an interrupted first backup goes on")
    shutil.rmtree(site.backups)
    site.backups.mkdir()
    all_of_it, steps = copied(site.do("backup")), 32
    shutil.rmtree(site.backups)
    site.backups.mkdir()
    lines = []
    while len(lines) < all_of_it // 2:  # until it comes far enough before it is killed
        done = site.run("backup", fault=f"kill:{steps}:{site.backups}")
        assert done.returncode == -9, "it was never killed with half of the files copied"
        begun = [path for path in site.sets() if (path / "MANIFEST.partial").exists()]
        furthest = max(begun, key=lambda path: (path / "MANIFEST.partial").stat().st_size)
        lines = (furthest / "MANIFEST.partial").read_text().splitlines()[:-1]
        steps += 16
    out = site.do("backup")
    assert f"interrupted  {furthest.name}: what it had was taken over" in out, out
    assert copied(out) <= all_of_it - len(lines) + 24, (copied(out), all_of_it, len(lines))  # the clip that it was at, and the agency's files
    assert len(site.sets()) == len(site.whole()) == 1, "what was interrupted is still there"
    check_sums(site.whole()[0])
    site.do("backup")  # another one, for what follows


def an_interrupted_backup_is_none(site):
    step("kill -9, full disks and failing disks")
    shutil.rmtree(site.backups)
    site.backups.mkdir()
    site.do("backup")
    first = site.whole()[-1].rename(site.backups / "set-20260101T000000Z")
    before = tree(first)
    ways = {"kill": None, "enospc": "No space left on device", "eio-write": "Input/output error",
            "eio-sync": "Input/output error", "eio-name": "Input/output error"}
    for kind, said in ways.items():
        for alone in (True, False) if kind == "kill" else (True,):  # with a set before there is little to write
            struck = strike_everywhere(site, first, kind, said, alone)
            print(f"   {kind}, {'the first set' if alone else 'with one before'}: {struck} places", flush=True)
            assert struck >= (10 if alone else 3), struck
    same(before, tree(first), "the set before")
    site.run("backup", fault=f"kill:40:{site.backups}")
    assert len(site.sets()) == 2 and len(site.whole()) == 1
    site.do("backup")
    assert len(site.sets()) == 2 and len(site.whole()) == 2, "what an interrupted backup left is still there"
    the_first_backup_goes_on(site)
    with open(site.backups / "lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        site.refused("another backup is being made here", "backup")


def the_database_is_away(site):
    step("the database is away")
    count = len(site.sets())
    done = site.refused("database:", "backup", "--database-backup", "host=/nowhere user=asv_backup")
    assert "the sets before are as they were" in done.stderr
    site.refused("permission denied", "backup", "--database-backup", "user=asv_dock")
    assert len(site.sets()) == count


# ---- what is not restored

def nothing_else_is_restored(site):
    step("what was changed, or goes where something is, is refused")
    source = site.whole()[-1]

    def changed(text, change):
        copy = site.top / "changed"
        shutil.copytree(source, copy)
        change(copy)
        site.refused(text, "restore", "--from", copy)
        shutil.rmtree(copy)
        assert sql("SELECT to_regnamespace('asv') IS NULL") == "t" and tree(site.vault) == {}

    site.refused("is not empty; a backup is restored into an empty", "restore", "--from", source)
    site.destroy()
    payload = next((source / "vault").rglob("payload")).relative_to(source)
    changed("1 files are not as they were backed up", lambda copy: flip(copy / payload))
    changed("1 files are not as they were backed up", lambda copy: (copy / payload).unlink())
    changed("files are there, MANIFEST names", lambda copy: (copy / "vault/stray").write_text("x"))
    changed("the backup was interrupted", lambda copy: (copy / "MANIFEST").unlink())
    lines = (source / "MANIFEST").read_text().splitlines(keepends=True)
    changed("is cut off", lambda copy: (copy / "MANIFEST").write_text("".join(lines[:-1])))
    changed("is cut off", lambda copy: (copy / "MANIFEST").write_text("".join(lines[:-5] + lines[-1:])))
    changed("is cut off", lambda copy: (copy / "MANIFEST").write_text("".join(lines).replace("  about", "  ../about")))
    changed("is newer", lambda copy: newer(copy))
    (site.vault / "stray").write_text("x")
    site.refused("is not empty; a backup is restored into an empty vault only", "restore", "--from", source)
    (site.vault / "stray").unlink()
    (site.mirror / "sealed").mkdir()
    (site.mirror / "sealed/stray").write_text("x")
    site.refused("is not empty; a backup is restored into an empty vault only", "restore", "--from", source)
    shutil.rmtree(site.mirror / "sealed")
    sql("CREATE TABLE public.somebodys (a int)")
    site.refused("database: is not empty", "restore", "--from", source)
    site.empty_database()
    site.refused("there is no backup here", "restore", "--from", site.etc)
    site.vault.rmdir()
    site.refused("is not there: make it", "restore", "--from", source)
    site.vault.mkdir(mode=0o700)


def newer(copy):
    about = (copy / "about").read_bytes()
    text = re.sub(rb"schema = \d+", b"schema = 4000", about)
    (copy / "about").unlink()
    (copy / "about").write_bytes(text)
    digest = subprocess.run(["sha256sum"], input=text, capture_output=True, check=True).stdout[:64].decode()
    lines = (copy / "MANIFEST").read_text().splitlines()
    (copy / "MANIFEST").unlink()
    (copy / "MANIFEST").write_text("\n".join(f"{digest}  about" if line.endswith("  about") else line for line in lines) + "\n")


def an_interrupted_restore_goes_on(site):
    step("an interrupted restore goes on")
    source = site.whole()[-1]
    struck, steps, lower = 0, 1, 0
    while True:
        done = site.run("restore", "--from", source, "--full-speed", fault=f"kill:{steps}:{site.vault}:{site.mirror}")
        if done.returncode == 0:
            break
        assert done.returncode == -9, done.stderr
        struck += 1
        if struck == 5:
            other = site.whole()[0]
            assert other != source
            site.refused("the restore of another backup was interrupted", "restore", "--from", other)
        steps, lower = 1 + steps * 2, steps
    assert struck >= 6, struck
    assert "already      27 of both" in done.stdout, done.stdout
    is_brought(site, source)
    killed_at_its_end(site, source, lower)


def is_brought(site, source):
    """Vault and mirror are the set's, and open to whom the vault lets in."""
    want = {name: data for name, (data, _) in tree(source / "vault").items()}
    for root in (site.vault, site.mirror):
        there = tree(root)
        same(want, {name: data for name, (data, _) in there.items()}, root.name)
        assert {mode & 0o777 for _, mode in there.values()} == {0o640}, "not what the vault's group may read"


def killed_at_its_end(site, source, lower):
    """The database is there already, and the marks go one after the other: each of the last steps is the last one."""
    step("an interrupted restore goes on when the database is there")

    def killed(steps):
        site.destroy()
        done = site.run("restore", "--from", source, "--full-speed", fault=f"kill:{steps}:{site.vault}:{site.mirror}")
        assert done.returncode in (0, -9), done.stderr
        return done.returncode != 0

    upper = lower
    while killed(upper):
        lower, upper = upper, upper * 2
    while upper - lower > 1:  # killed at lower, not at upper
        middle = (lower + upper) // 2
        lower, upper = (middle, upper) if killed(middle) else (lower, middle)
    went_on = 0
    for steps in range(lower, lower - 6, -1):
        assert killed(steps)
        there = sql("SELECT to_regnamespace('asv') IS NOT NULL") == "t"
        if there and not any((root / ".restoring").exists() for root in (site.vault, site.mirror)):
            site.refused("this backup came into it before", "restore", "--from", source)
        else:
            out = site.do("restore", "--from", source, "--full-speed")
            assert "already      27 of both" in out, out
            went_on += there
        is_brought(site, source)
    assert went_on >= 2, "no place at which only marks were left"


def what_was_erased_since_is_erased_again(site):
    """Tombstones that are newer than a backup are lost with the database. The keys are gone, and the next run finds that."""
    step("an old backup brings nothing back for longer than to the next run")
    conf = site.top / "keeper.conf"
    conf.write_text(f"""store = {site.top}/store
slot.1 = file:{site.top}/slot1
slot.2 = file:{site.top}/slot2
identity = {site.offline}/keeper
socket = {site.top}/keeper.sock
peer.{os.getuid()} = admin
""")
    states = "SELECT string_agg(state || ' ' || n, ', ' ORDER BY state) FROM (SELECT state, count(*) n FROM asv.recording_state GROUP BY 1) AS s"
    with running_keeper(site, conf):
        site.do("backup")
        old, running = site.whole()[-1], sql(states)
        assert running == "expired_on_arrival 2, quarantined 6, sealed 19", running
        site.do("retention", "run")
        erased = sql(states)
        assert erased == "erased 25, expired_on_arrival 2", erased
        site.do("backup", "--keep", "2")
        new = site.whole()[-1]
        assert list((old / "vault").rglob("payload")) and not list((new / "vault").rglob("payload"))
        for source, before, again in ((old, running, 25), (new, erased, 0)):
            site.destroy()
            out = site.do("restore", "--from", source, "--full-speed")
            assert f"of {again} the period is over" in out and sql(states) == before, (out, sql(states))
            out = site.do("retention", "run")
            assert f"{again} clips erased" in out and sql(states) == erased, out
            assert not list(site.vault.rglob("payload")) and not list(site.mirror.rglob("payload"))
            site.do("vault", "scrub", "--full-speed")


def main():
    with tempfile.TemporaryDirectory(prefix="asv-backup.") as name:
        site = Site(Path(name))
        for test in (no_key_is_in_a_backup, all_is_restored, what_was_docked_meanwhile_is_not_lost, only_what_is_new_is_copied,
                     the_good_copy_is_taken, an_interrupted_backup_is_none, the_database_is_away, nothing_else_is_restored,
                     an_interrupted_restore_goes_on, what_was_erased_since_is_erased_again):
            test(site)
    print("backup: all as before")


main()
