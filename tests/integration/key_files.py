#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Asservat authors
"""key_files.py BUILD SEARCH [DIE-AT]: LAW T5, K-001, on the site of incident.py, whose keeper has a replica. One recording is held, a lost camera's
are held ahead, a recovery key is registered; the day before their time is over everything is copied as thieves and backups would: the
keeper's directories and slots, the vault's ciphertext, a dump, a set of asservat backup. Every key is learned. Then the keys are destroyed,
killed at every step and with the database away, and files and records follow, killed as well; two people let go what was held.
Afterwards none of the keys that were destroyed is in any file of the site (tables, indexes and WAL of the database, dump, backup, vault, mirror,
logs, cameras), none comes out of the keeper's directories with the slots, old and new in any mixture, none is in the keeper's memory,
and no saved ciphertext decrypts. What still opens is named: what was copied whole, and what the recovery key has. The same search finds each of these
keys before, where it is, and afterwards where it is planted.
"""
import os
import re
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from incident import BERLIN, CASE, incident, issue, main, set_up, wrapped_for_recovery  # noqa: E402
from decided import night  # noqa: E402
from late import pass_time, record  # noqa: E402
from asvsite import Site, SiteError, run  # noqa: E402
from desk import later  # noqa: E402, found by rig

SEARCH = sys.argv[2]
DIE_AT = sys.argv[3] if len(sys.argv) > 3 else None
PERIOD = 16  # days after which everything of today is over
KINDS = ("master", "KEK of day-", "key of day-", "clip ", "ahead ", "file ")


class Keys:
    """Every key of the site as it is when this is made."""

    def __init__(self, rig):
        self.directory = rig.site.directory
        self.list = self.directory / "learned" / "keys"
        self.list.parent.mkdir()
        assert self.do("learn", self.list, *self.thief(), "--", *sorted((self.directory / "vault").glob("sealed/*/*/*/*"))).returncode == 0
        self.names = {line.split(" ", 1)[1] for line in self.list.read_text().splitlines()}
        assert all(any(name.startswith(kind) for name in self.names) for kind in KINDS), self.names

    @staticmethod
    def do(*words):
        return subprocess.run([SEARCH, *map(str, words)], stdout=subprocess.PIPE, text=True, check=False)

    def found(self, how, *words):
        done = self.do(how, self.list, *words)
        assert done.returncode in (0, 1), (how, words, done)
        return set(re.findall("^found: (.*)", done.stdout, re.M))

    def thief(self, stores="keeper", slots="keeper"):
        """Who has these directories of the keeper and these slots: copies below the site, or what is there."""
        return [self.directory / stores / name for name in ("store", "replica")] + \
               [self.directory / slots / name for name in ("slot-1", "slot-2")]

    def taken(self, *thief):
        """The keys that come out of it."""
        return self.found("thief", *thief)

    def lying(self, *paths):
        """Those that lie in a file below these."""
        return self.found("search", *paths)

    def in_memory(self, pid):
        return self.found("memory", pid)

    def opens(self, clip, *thief):
        """Whether anything that comes out of it decrypts this ciphertext."""
        done = self.do("open", clip, *thief)
        assert done.returncode in (0, 1), (clip, done)
        return done.returncode == 1

    @staticmethod
    def dead(names):
        """Of keys, those whose time is over; the others are days' that are not, and reserve keys under which nothing was recorded."""
        last = (datetime.now(BERLIN) + timedelta(days=PERIOD - 15)).strftime("%Y%m%d")
        day = {name: re.search("(?:day-|ahead )([0-9]{8})", name) for name in names}
        return {name for name in names if (day[name][1] <= last if day[name] else "reserve" not in name)}


# ---- before

def set_apart(rig):
    """What is held, what is held before it docks, and what nobody wants."""
    lost, assignment = issue(rig)
    desk, camera, clips = set_up(rig)
    incident(desk, camera, clips)
    desk.act("willi", "hold", "request", clips[0], "--incident", CASE)
    desk.act("sigrid", "hold", "approve", clips[0])
    assert len(wrapped_for_recovery(desk, clips[0])) == 2
    record(rig, lost)
    now = datetime.now(BERLIN)
    words = ("hold", "ahead", "--camera", lost.name, "--from", (now - timedelta(minutes=30)).strftime("%Y-%m-%d %H:%M"), "--until",
             (now + timedelta(minutes=5)).strftime("%Y-%m-%d %H:%M"), "--incident", CASE)
    desk.run("camera", "issued", assignment, "--user", "willi")
    desk.act("stefan", "hold", "approve", re.search("request +([0-9a-f]+)", desk.act("sigrid", *words))[1])
    return desk, clips, words


def dumped(site):
    for form in ("plain", "directory"):
        run("pg_dump", "--format", form, "--compress", "0", "--file", site.directory / f"dump.{form}", "-h",
            site.postgres.directory / "run", "-U", "postgres", "asservat")
    assert "COPY asv.recording" in (site.directory / "dump.plain").read_text(), "the dump has no recordings"


def backed_up(desk, name):
    """A set, and its dump as the SQL that it holds: what is compressed cannot be searched."""
    out = desk.site.directory / name
    out.mkdir(mode=0o700)
    desk.run("backup", "--out", out)
    whole, = [path for path in out.glob("set-*") if (path / "MANIFEST").exists()]
    run("pg_restore", "-f", out / "as.sql", whole / "database.dump")
    return whole


def the_day_before(rig, desk, keys, clips):
    """Everything is copied. Each key comes out of where it is: each directory with the slots, and their copies; the rest lies nowhere."""
    site = rig.site
    dumped(site)
    whole = backed_up(desk, "backups")
    rig.site.keeper.stop()
    shutil.copytree(site.directory / "keeper", site.directory / "before")
    rig.site.start_keeper()
    shutil.copytree(site.directory / "vault/sealed", site.directory / "saved")
    everything = {name for name in keys.names if not name.startswith("file ")}  # of files what the keeper does not keep
    for where in ("keeper", "before"):
        store, replica, *slots = keys.thief(where, where)
        for directory in (store, replica):
            assert everything <= keys.taken(directory, *slots), (directory, everything - keys.taken(directory, *slots))
            assert all(keys.opens(clip, directory, *slots) for clip in saved(site))
    assert len(saved(site)) == len(clips), saved(site)
    found = keys.in_memory(site.keeper.process.pid)
    assert all(any(name.startswith(kind) for name in found) for kind in ("master", "KEK of day-", "clip ", "ahead ")), found
    nowhere_else(rig, keys)
    assert "master" in keys.lying(site.directory / "keeper"), "who has it is not found to have it"
    return whole


def saved(site):
    return sorted((site.directory / "saved").glob("*/*/*/*"))


@contextmanager
def at_rest(site):
    """The database has written everything into its files, and stands still."""
    site.postgres.stop()
    yield
    site.postgres.start()


def nowhere_else(rig, keys):
    """No key, living or destroyed, in any file but the keeper's own, and the copies of these."""
    with at_rest(rig.site):
        paths = [path for path in rig.site.directory.iterdir() if path.name not in ("keeper", "before", "learned") and not path.is_socket()]
        assert not keys.lying(*paths), {path: keys.lying(path) for path in paths}


# ---- killed, and gone on

def payloads(site):
    return sorted(path.relative_to(site.directory) for root in ("vault", "mirror") for path in (site.directory / root).rglob("payload"))


def facts(desk):
    """What must be the same however often a run was cut off; but for the keeper's statements, which have a time."""
    rows = desk.sql("""SELECT c.clip, s.state, d.rule, d.root, d.destruction IS NOT NULL, (SELECT string_agg(e.kind, ' ' ORDER BY e.kind)
                       FROM asv.clip_event e WHERE e.recording = c.recording) FROM asv.recording_state s JOIN asv.clip c USING (recording)
                       LEFT JOIN asv.erasure_completion d USING (recording) ORDER BY 1""")
    files = [path.relative_to(desk.site.directory) for root in ("vault", "mirror") for path in (desk.site.directory / root).rglob("*")]
    return rows, sorted(map(str, files))


class AtRest:
    """Everything as it was the day before, to begin from there again."""

    def __init__(self, rig):
        self.site = rig.site
        self.kept = rig.site.directory / "at-rest"
        rig.site.keeper.stop()
        self.kept.mkdir()
        for name in ("keeper", "vault", "mirror"):
            shutil.copytree(rig.site.directory / name, self.kept / name)
        self.superuser("CREATE DATABASE saved TEMPLATE asservat")

    def superuser(self, *commands):
        for command in commands:
            self.site.postgres.query(command, database="postgres")

    def put_back(self):
        if self.site.keeper.alive():
            self.site.keeper.stop()
        for name in ("keeper", "vault", "mirror"):
            shutil.rmtree(self.site.directory / name)
            shutil.copytree(self.kept / name, self.site.directory / name)
        self.superuser("DROP DATABASE asservat WITH (FORCE)", "CREATE DATABASE asservat TEMPLATE saved")

    def end(self):
        self.superuser("DROP DATABASE saved")
        shutil.rmtree(self.kept)


def dies_at(number):
    return {"LD_PRELOAD": f"{os.environ['LD_PRELOAD']}:{DIE_AT}", "ASV_TEST_DIE_AT": str(number)}


def destroyed(rig, keys):
    """Waits until the keeper has destroyed what is due: its first look at the clock. False: it died before."""
    deadline = time.monotonic() + 60
    while rig.site.keeper.alive():
        if not keys.dead({name for name in keys.taken(*keys.thief()) if name.startswith("KEK")}):
            return True  # and the key of a day that is held ahead stands there as a copy of its own
        assert time.monotonic() < deadline, "what is due is not destroyed"
    return False


def keeper_killed(rig, keys, number):
    """A keeper that dies at this call of those by which it destroys; True: it did."""
    try:
        rig.site.start_keeper(dies_at(number))
    except SiteError:
        return True
    died = not destroyed(rig, keys)
    if not died:
        rig.site.keeper.process.kill()
        rig.site.keeper.process.wait()
    return died


def run_killed(desk, number):
    """A run that dies at this call of those by which it removes and records; True: it did."""
    status, _, err = desk.call("retention", "run", env=os.environ | dies_at(number))
    assert status in (0, -9), (status, err)
    return status != 0


def without_the_database(rig, desk, keys, rest, held):
    """The keeper destroys by itself; the run says what waits, and removes nothing; and then everything follows."""
    rest.put_back()
    before = payloads(rig.site)
    rig.site.postgres.stop()
    rig.site.start_keeper()
    assert destroyed(rig, keys)
    assert not any(keys.opens(clip, *keys.thief()) for clip in saved(rig.site) if clip.name != held)
    status, _, err = desk.call("retention", "run")
    assert status == 3 and payloads(rig.site) == before, err
    rig.site.postgres.start()
    counts, notes = night(desk, 0)
    assert (counts["erased"], counts["held"], counts["late"], counts["open"]) == (4, 1, 0, 0), (counts, notes)
    return facts(desk)


def killed_in_between(rig, desk, keys, rest, want):
    """kill -9 while the keeper destroys real keys, and while their files go and their ends are recorded. No file goes before its key."""
    keepers, runs, at = 0, 0, 1
    while True:
        rest.put_back()
        before = payloads(rig.site)
        if keeper_killed(rig, keys, at):
            keepers += 1
            status, _, err = desk.call("retention", "run")
            assert status == 3, err
            assert payloads(rig.site) == before, f"files went while the keeper was killed at its call {at}"
        rig.site.start_keeper()
        assert destroyed(rig, keys), rig.site.keeper.tail()
        killed = run_killed(desk, at)
        runs += killed
        commits = list((rig.site.directory / "vault").rglob("commit"))
        assert len(commits) == len(saved(rig.site)), f"killed at call {at}, a clip has neither files nor a tombstone: {commits}"
        counts, notes = night(desk, 0)
        assert facts(desk) == want, f"killed at call {at}, the next run does not end as one that was not: {facts(desk)} {want} {counts} {notes}"
        if not killed:
            break
        at += max(1, at * 2 // 3)
    print(f"   killed: {keepers} keepers, {runs} runs", flush=True)
    assert keepers >= 3 and runs >= 6, (keepers, runs)


# ---- afterwards

def let_go(rig, desk, clips, words):
    desk.act("rita", "hold", "release", clips[0])
    desk.act("sigrid", "hold", "release", clips[0], "--approve")
    desk.act("stefan", "hold", "approve", re.search("request +([0-9a-f]+)", desk.act("sigrid", *words, "--release"))[1])
    counts, notes = night(desk, 0)
    assert (counts["erased"], counts["held"]) == (1, 0), (counts, notes)
    assert not payloads(rig.site), "something is left in the vault"


def none_comes_out(rig, keys):
    """Of the directories and slots of now, and of the day before, whichever of the two are put together but both of then."""
    thieves = {"current": keys.thief(), "old index, current slots": keys.thief("before", "keeper"),
               "current index, old slots": keys.thief("keeper", "before"),
               "all directories, current slots": [*keys.thief("before", "keeper"), *keys.thief()]}
    for what, thief in thieves.items():
        found = keys.dead(keys.taken(*thief)) - ({"master"} if "old slots" in what else set())
        assert not found, (what, found)
        assert not any(keys.opens(clip, *thief) for clip in saved(rig.site)), what
    assert keys.taken(*keys.thief()), "the current index does not open with the current slots"
    assert not keys.dead(keys.in_memory(rig.site.keeper.process.pid))


def what_opens_by_design(rig, keys):
    """THREATS.md, "who copied slots and store together, at one instant": slots in files, which are not effaceable. Nothing takes that back."""
    assert all(keys.opens(clip, *keys.thief("before", "before")) for clip in saved(rig.site))


def by_recovery_key(desk, directory):
    """What stands beside a recording, with the offline key: its plaintext, or None."""
    copy, sealed, plain = (desk.site.directory / name for name in ("by-recovery", "by-recovery.age", "by-recovery.mp4"))
    shutil.rmtree(copy, ignore_errors=True)
    sealed.unlink(missing_ok=True)
    plain.unlink(missing_ok=True)
    shutil.copytree(directory, copy)
    if (copy / "recovery").exists():
        (copy / "stanzas").unlink()
        (copy / "recovery").rename(copy / "stanzas")
    done = subprocess.run([desk.site.bin("asservat-verify"), copy, "--trust", desk.site.agency / "root.cert", "--identity", desk.keys / "recovery",
                           "--age", sealed, "--output", plain], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
    return plain.read_bytes() if done.returncode == 0 and plain.exists() else None


def the_backup_is_restored(rig, desk, keys, clips, whole):
    """Of the day before: what nobody held opens by nothing, and goes again; what was held then opens for the recovery key, and for nothing else
    (OPERATIONS.md, "What a backup is")."""
    site = rig.site
    gone = site.directory / "gone"
    gone.mkdir()
    for name in ("vault", "mirror"):
        (site.directory / name).rename(gone / name)
        (site.directory / name).mkdir(mode=0o750)
    rest = "DROP DATABASE asservat WITH (FORCE)", "CREATE DATABASE asservat TEMPLATE template0 ENCODING 'UTF8'"
    for command in rest:
        site.postgres.query(command, database="postgres")
    desk.run("restore", "--from", whole, "--full-speed")
    back = {path.name: path for path in (site.directory / "vault").glob("sealed/*/*/*/*")}
    assert sorted(back) == sorted(clips)
    for clip, path in back.items():
        assert not keys.opens(path, *keys.thief()) and not keys.opens(path, *keys.thief("before", "keeper"))
        assert (by_recovery_key(desk, path) is not None) == (clip == clips[0]), f"{clip}: not what OPERATIONS.md says of the recovery key"
    assert b"ftyp" in by_recovery_key(desk, back[clips[0]])[:64]
    desk.refused("its time is over", "sigrid", "hold", "request", clips[1], "--incident", CASE)
    status, out, err = desk.shown("rita", clips[0])  # held, says the database that came back
    assert status == 1 and not out and "a second person has to agree" in err, err
    desk.act("sigrid", "clip", "open", re.search("request +([0-9a-f]+)", err)[1], "--approve")
    status, out, err = desk.shown("rita", clips[0])
    assert status == 1 and not out and "not held" in err, err
    counts, notes = night(desk, 4)  # what was let go since, the keeper holds no more: a recording, and a camera before it docks (K-213)
    assert (counts["erased"], counts["disagreements"]) == (len(clips) - 1, 2), counts
    assert any("held ahead here, and the keeper does not hold it" in note["why"] for note in notes["disagreements"]), notes


def found_where_it_is_planted(rig, desk, keys):
    """Each of the keys would have been found in the database's files and its WAL, in a dump, in a backup, and in a log."""
    site = rig.site
    desk.sql("CREATE TABLE public.stray (key bytea)")
    values = ", ".join(f"('\\x{line.split()[0]}')" for line in keys.list.read_text().splitlines())
    for _ in range(2):  # the header of a page of the WAL may stand in the middle of one of them, and not of both
        desk.sql(f"INSERT INTO public.stray VALUES {values}")
    desk.sql("GRANT SELECT ON public.stray TO asv_backup; GRANT USAGE ON SCHEMA public TO asv_backup")
    shutil.rmtree(site.directory / "dump.directory")
    (site.directory / "dump.plain").unlink()
    dumped(site)
    backed_up(desk, "planted")
    (site.directory / "log/careless").write_text(keys.list.read_text())
    with at_rest(site):
        for path in ("postgres/data/base", "postgres/data/pg_wal", "dump.plain", "dump.directory", "planted/as.sql", "log"):
            found = keys.lying(site.directory / path)
            assert found == keys.names, (path, keys.names - found)


def play(rig):
    desk, clips, words = set_apart(rig)
    pass_time(rig, PERIOD - 2)
    keys = Keys(rig)
    whole = the_day_before(rig, desk, keys, clips)
    rest = AtRest(rig)
    with at_rest(rig.site):
        os.environ.update(later(rig.site, PERIOD))
    want = without_the_database(rig, desk, keys, rest, clips[0])
    if DIE_AT:
        killed_in_between(rig, desk, keys, rest, want)
    rest.end()
    let_go(rig, desk, clips, words)
    none_comes_out(rig, keys)
    nowhere_else(rig, keys)
    what_opens_by_design(rig, keys)
    the_backup_is_restored(rig, desk, keys, clips, whole)
    nowhere_else(rig, keys)
    found_where_it_is_planted(rig, desk, keys)


Site.replica = True
main(play, "asservat-keys.")
