#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Asservat authors
"""ledger.py BUILD: what happened becomes a tree that outsiders can check. The tree is computed here once more, from the
published files alone and without our code; openssl verifies the head. Then: sequencers that are killed and that compete,
a database that somebody changed, and one that comes from an earlier time.
"""
import base64
import contextlib
import fcntl
import json
import os
import random
import re
import shutil
import signal
import string
import subprocess
import sys
import tempfile
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "deploy/lib"))
from asvsite import Daemon, Site  # noqa: E402
from desk import Desk  # noqa: E402
from notes import die_at, needs_preload, root_of, sha256, verifies  # noqa: E402

os.environ["ASV_KDF_MEMORY_KIB"] = "64"
ORIGIN = "asservat.example/ledger"
WHY = "Wir wollen uns prüfen lassen"
NAMES = {"Anna Amtsleiterin": ("administrator",), "Sigrid Sommer": ("supervisor",)}


def tile_name(index):
    """C2SP tlog-tiles."""
    parts = [f"{index % 1000:03}"]
    while index >= 1000:
        index //= 1000
        parts.insert(0, f"x{index % 1000:03}")
    return "/".join(parts)


class Log:
    """A published log, read as an outsider would."""

    def __init__(self, directory):
        self.directory = directory
        self.note = (directory / "checkpoint").read_bytes()
        text, self.signature = self.note.split(b"\n\n")
        self.text = text + b"\n"
        self.origin, size, root = text.decode().split("\n")
        self.size, self.root = int(size), base64.b64decode(root)
        self.entries = self.read_entries()
        self.leaves = [sha256(b"\x00", entry) for entry in self.entries]

    def read_tile(self, kind, index, width):
        path = self.directory / "tile" / kind / (tile_name(index) + ("" if width == 256 else f".p/{width}"))
        return path.read_bytes()

    def read_entries(self):
        entries = []
        for index in range((self.size + 255) // 256):
            width = min(256, self.size - index * 256)
            bundle, at = self.read_tile("entries", index, width), 0
            for _ in range(width):
                length = int.from_bytes(bundle[at:at + 2], "big")
                entries.append(bundle[at + 2:at + 2 + length])
                at += 2 + length
            assert at == len(bundle), "something stands behind the last entry"
        return entries

    def check(self, key):
        """Root, tiles of every level, signature."""
        assert root_of(self.leaves) == self.root, "the root is not that of the entries"
        level, hashes = 0, self.leaves
        while hashes:
            for index in range((len(hashes) + 255) // 256):
                part = hashes[index * 256:index * 256 + 256]
                assert self.read_tile(str(level), index, len(part)) == b"".join(part), f"tile {level}/{index}"
            hashes = [root_of(hashes[i:i + 256]) for i in range(0, len(hashes) - 255, 256)]
            level += 1
        name, signature = re.fullmatch("— (.+) (.+)", self.signature.decode().splitlines()[0]).groups()
        assert name == self.origin
        raw = base64.b64decode(signature)
        assert raw[:4] == sha256(name.encode(), b"\n\x01", key)[:4], "the key's id"
        with tempfile.TemporaryDirectory() as work:
            assert verifies(key, self.text, raw[4:], Path(work)), "the signature does not verify"

    def kinds(self):
        return [int.from_bytes(entry[2:4], "big") for entry in self.entries]


class Test:
    def __init__(self, directory, build):
        self.site = Site(directory, build)
        self.site.peer = "admin"
        self.published = 0
        self.origin = ORIGIN  # of the log that goes on
        self.sequencers = []
        self.preload = die_at(build)
        self.damaged = []

    def sql(self, text):
        return self.site.postgres.query(text)

    def changed(self, text):
        """As the database's superuser, who turns off what is in the way."""
        return self.sql(f"SET session_replication_role = replica; {text}")

    def sequence(self, status=0, says=""):
        code, _, err = self.desk.call("ledger", "run", "--once")
        assert code == status and says in err, f"ledger run: {code}: {err}"

    def sequencer(self, name):
        """One that goes on until it is stopped, at the end of the test at the latest."""
        one = Daemon("sequencer", [self.site.bin("asservat"), "ledger", "run", "--config", self.site.conf],
                     self.site.directory / f"log/{name}.log", dict(os.environ))
        self.sequencers.append(one)
        return one

    def publish(self, directory=None, status=0, says=""):
        """All logs; the one that goes on, as an outsider reads it."""
        directory = directory or self.site.directory / "published"
        code, _, err = self.desk.call("ledger", "publish", directory)
        assert code == status and says in err, f"ledger publish: {code}: {err}"
        return Log(directory / self.origin) if status == 0 else None

    def anew(self):
        self.published += 1
        return self.site.directory / f"published-{self.published}"

    def begin(self, origin):
        anna, sigrid = NAMES
        for words in (("begin", origin, *self.desk.by(anna, WHY)), ("approve", None, *self.desk.by(sigrid, WHY))):
            code, out, err = self.desk.call("ledger", *(word or proposal for word in words))
            assert code == 0 and f"https://{origin}/, in the directory {origin} below" in err, err
            proposal = re.search(rb"proposal +([0-9a-f]+)", out)[1].decode() if words[1] else None
        self.origin = origin

    def set_up(self):
        site = self.site
        site.make()
        site.start_keeper()
        self.desk = Desk(site)
        for number, (name, roles) in enumerate(NAMES.items(), 1001):
            self.desk.person(name, str(number), *roles, unit="32-3")
        self.desk.found(*NAMES)
        site.enrol("K-01")
        key = base64.b64decode((site.agency / "keeper/ledger.pub").read_text())
        assert key[0] == 1, "not Ed25519"
        self.public = key[1:]

    # ---- what is tried ----

    def nothing_before_two_people_began_it(self):
        self.site.keeper.stop()
        shutil.copytree(self.site.directory / "keeper", self.site.directory / "keeper-new")
        self.site.start_keeper()
        self.sequence(1, "no ledger yet: two people begin one")
        self.publish(self.anew(), 1, "the ledger has not begun")
        self.begin(ORIGIN)

    def it_can_be_checked_without_us(self):
        """LG-052."""
        waiting = int(self.sql("SELECT waiting FROM asv.ledger_waiting()")[0][0])
        assert waiting > 10
        self.sequence()
        log = self.publish()
        assert log.origin == ORIGIN and log.size == waiting + 1, log.size
        assert log.kinds()[0] == 1, "the first entry says that the log began"
        log.check(self.public)
        self.sequence()
        assert self.publish().size == log.size, "nothing happened, and it grew"

    def it_grows_over_the_edges_of_tiles(self):
        """Heads of many sizes, each published and checked; then a directory that is published at once."""
        for count in (1, 1, 200, 300, 256, 1030):
            self.sql(f"SELECT count(asv.software_started('test ' || n)) FROM generate_series(1, {count}) n")
            self.sequence()
            self.publish().check(self.public)
        log = self.publish(self.anew())
        log.check(self.public)
        assert log.size > 1700

    def sequencers_compete_and_die(self):
        """Writers on four connections; two sequencers; one after the other is killed. No gap, no double, nothing lost."""
        total, batches = 4000, 40
        before = int(self.sql("SELECT max(size) FROM asv.ledger_log")[0][0])

        def write(number):
            for batch in range(batches):
                self.sql(f"SELECT count(asv.software_started('writer {number} {batch} ' || n)) "
                         f"FROM generate_series(1, {total // batches // 4}) n")

        running = [self.sequencer(f"sequencer-{number}") for number in range(2)]
        rng = random.Random(6962)
        with ThreadPoolExecutor(4) as pool:
            writers = [pool.submit(write, number) for number in range(4)]
            number = 2
            while not all(writer.done() for writer in writers):
                victim = rng.randrange(2)
                running[victim].stop(signal.SIGKILL)
                running[victim] = self.sequencer(f"sequencer-{number}")
                number += 1
                time.sleep(rng.random() / 5)  # not to wait for anything: when the next one dies
            for writer in writers:
                writer.result()
        deadline = time.monotonic() + 120
        while self.sql("SELECT (SELECT waiting FROM asv.ledger_waiting()) = 0 AND "
                       "(SELECT max(size) FROM asv.ledger_log) = (SELECT max(size) FROM asv.ledger_checkpoint)") != [["t"]]:
            assert time.monotonic() < deadline, self.sql("SELECT * FROM asv.ledger_waiting()")
            time.sleep(0.1)
        for one in running:
            one.stop()
        log = self.publish()
        log.check(self.public)
        began = int(self.sql("SELECT count(*) FROM asv.software_start WHERE software ~ '^asservat(-keeper| ledger) [0-9]'")[0][0])
        assert began > 2 and log.size == before + total + began, f"{log.size} after {before}, {total} and {began}"
        labels = [len(re.findall(b"writer|asservat(?:-keeper| ledger) ", entry)) for entry in log.entries[before:]]
        assert labels == [1] * (total + began)
        troubles = self.sql("SELECT detail FROM asv.alarm WHERE kind = 'ledger'")
        assert not troubles, f"another sequencer is no trouble: {troubles}"
        assert len({bytes(entry) for entry in log.entries}) == log.size, "an entry stands there twice"

    @needs_preload
    def a_sequencer_dies_at_every_step(self):
        """LG-052, LG-054: each time a batch is appended as a whole or not at all, and what was signed and not stored is stored when it
        begins again, though nothing else happened."""
        newest = "(SELECT max(number) FROM asv.ledger_log)"
        where = (f"SELECT (SELECT size FROM asv.ledger_log WHERE number = {newest}), "
                 f"(SELECT max(size) FROM asv.ledger_checkpoint WHERE log = {newest}), (SELECT waiting FROM asv.ledger_waiting())")
        died, seen, code = 0, {"before": 0, "appended": 0, "signed": 0, "stored": 0}, -9

        def kept():
            return int(self.desk.run("ledger", "head").splitlines()[1])

        self.sequence()
        while code == -9:
            died += 1
            before = kept()
            self.sql("SELECT count(asv.software_started('dies ' || n)) FROM generate_series(1, 3) n")
            code = self.desk.call("ledger", "run", "--once", env=dict(os.environ, LD_PRELOAD=self.preload, ASV_TEST_DIE_AT=str(died)))[0]
            self.until("NOT EXISTS (SELECT FROM pg_stat_activity WHERE usename = 'asv_ledger')", "the server is at what it was sent")
            (size, stored, waiting), signed = (int(one) for one in self.sql(where)[0]), kept()
            assert (size, waiting) in ((before, 3), (before + 3, 0)), f"half a batch: {died}, {size} after {before}, {waiting}"
            assert stored <= signed <= size and stored in (before, size) and signed in (before, size), (died, stored, signed, size)
            if code == -9 and size > before and signed == size and stored == before:
                self.signed_at = died
            if code == -9:
                seen["before" if size == before else "appended" if signed == before else "signed" if stored == before else "stored"] += 1
            self.sequence()
            size, stored, waiting = (int(one) for one in self.sql(where)[0])
            assert size == stored == kept() == before + 3 and waiting == 0, (died, size, stored, kept(), before)
        assert code == 0 and all(seen[what] > 0 for what in ("before", "appended", "signed")), (code, died, seen)
        self.publish().check(self.public)

    def what_somebody_changed_is_found(self):
        """A signature (LG-041), an entry (LG-057), and a tile (LG-053); each is put back."""
        trust = self.site.directory / "ledger.trust"
        trust.write_text(f"log {self.desk.run('ledger', 'key', ORIGIN).strip()}\nquorum none\n")
        conf = self.site.conf.read_text()
        self.site.conf.write_text(f"{conf}ledger.trust = {trust}\n")
        self.publish(self.anew())
        forge = ("UPDATE asv.ledger_checkpoint SET note = overlay(note PLACING translate(substr(note, {0}, 20), '{1}', '{2}') FROM {0} "
                 "FOR 20) WHERE (log, size) = (SELECT log, max(size) FROM asv.ledger_checkpoint GROUP BY log)")
        upper, lower = string.ascii_uppercase, string.ascii_lowercase
        for forged, says in ((forge.format("(length(note) - 40)", upper + lower, lower + upper), "ledger.trust: "),
                             (forge.format(1, "ab", "ba"), "its head is another log's: somebody changed the database")):
            self.changed(forged)
            self.publish(self.anew(), 1, says)
            self.changed(forged)
        self.publish(self.anew())
        self.site.conf.write_text(conf)
        self.sql("SELECT asv.software_started('last')")
        self.sequence()
        self.changed("UPDATE asv.ledger_entry SET entry = set_byte(entry, 30, get_byte(entry, 30) # 1) WHERE index = 700")
        self.publish(self.anew(), 1, "somebody changed the database")
        self.changed("UPDATE asv.ledger_entry SET entry = set_byte(entry, 30, get_byte(entry, 30) # 1) WHERE index = 700")
        entry, at = (self.sql("SELECT encode(entry, 'hex') FROM asv.ledger_entry WHERE index = 700")[0][0], 700 % 256 * 32)
        forged = bytes.fromhex(entry[:60]) + bytes([int(entry[60:62], 16) ^ 1]) + bytes.fromhex(entry[62:])
        put = ("UPDATE asv.ledger_entry SET entry = '\\x{}' WHERE index = 700; UPDATE asv.ledger_tile SET hashes = "
               f"overlay(hashes PLACING '\\x{{}}' FROM {at + 1} FOR 32) WHERE level = 0 AND index = 2")
        self.changed(put.format(forged.hex(), sha256(b"\x00", forged).hex()))  # entry and tile agree, and the root is as it was
        self.publish(self.anew(), 1, "tile 2 of level 0 is not what the tree has: somebody changed the database")
        self.changed(put.format(entry, sha256(b"\x00", bytes.fromhex(entry)).hex()))
        self.publish(self.anew())
        self.changed("UPDATE asv.ledger_tile SET hashes = set_byte(hashes, 5, get_byte(hashes, 5) # 1) "
                     "WHERE level = 1 AND index = 0")
        self.sql("SELECT asv.software_started('after')")
        self.sequence(1, "do not make its head")
        self.publish(self.anew(), 1, "the tiles do not make the signed head")
        self.changed("UPDATE asv.ledger_tile SET hashes = set_byte(hashes, 5, get_byte(hashes, 5) # 1) "
                     "WHERE level = 1 AND index = 0")
        self.sequence()
        self.publish(self.anew()).check(self.public)

    def verified(self, lost):
        """LG-115, LG-116, LG-117: what is lost or of an earlier keeper is listed, and nothing is wrong; then somebody changes one entry."""
        def look(status):
            code, out, err = self.desk.call("ledger", "verify", "--no-vault", "--json")
            assert code == status, f"ledger verify: {code}: {out.decode()} {err}"
            report = json.loads(out)
            return [[f"{note['what']}: {note['why']}" for note in report[which]] for which in ("notes", "lost")]

        self.sequence()
        notes, there = look(0)
        assert not notes and sorted(there) == sorted(lost), (notes, there, lost)
        change = "UPDATE asv.ledger_entry SET entry = set_byte(entry, 35, get_byte(entry, 35) # 1) WHERE (log, index) = (1, 100)"
        self.changed(change)
        notes, there = look(1)
        self.changed(change)
        assert any(note.startswith("entry 100: not the one that the head has there") for note in notes) and sorted(there) == sorted(lost), (notes, there)
        self.seen()

    def seen(self):
        for (alarm,) in self.sql("SELECT id FROM asv.alarm a WHERE NOT EXISTS (SELECT FROM asv.alarm_acknowledgement k WHERE k.alarm = a.id)"):
            self.sql(f"SELECT asv.alarm_acknowledge('{alarm}', 'Anna', 'gesehen')")

    def dump(self, name):
        dump = self.site.directory / name
        connection = ["-h", self.site.postgres.directory / "run", "-U", "postgres"]
        subprocess.run(["pg_dump", "-Fc", *connection, "-f", dump, "asservat"], check=True)
        return lambda: subprocess.run(["pg_restore", "--clean", *connection, "-d", "asservat", dump], check=True)

    def a_database_from_an_earlier_time_begins_another_log(self):
        """LG-054, LG-055; LG-056, LG-058: publication goes on by itself, beside what is published of those that ended."""
        self.sequence()
        count = (100 - self.publish().size) % 256 or 256  # of the last tile, of which a part is lost
        self.sql(f"SELECT count(asv.software_started('kept')) FROM generate_series(1, {count})")
        self.sequence()
        kept = self.publish()
        restore, of_kept = self.dump("dump"), {path for path in kept.directory.rglob("*") if path.is_file()}
        self.sql("SELECT asv.software_started('lost')")
        self.sequence()
        lost = self.publish()
        assert lost.size == kept.size + 1
        of_lost = [path for path in kept.directory.rglob("*") if path.is_file() and path not in of_kept]
        assert len(of_lost) == 2, of_lost
        self.sql("SELECT asv.software_started('lost too, and in no signed head')")
        restore()
        self.sql("SELECT asv.software_started('after the restore')")
        self.sequence(1, "comes from an earlier time")
        self.publish(status=1, says=f"{lost.size} entries is published already, and the last one here has {kept.size}")
        for damage in (lambda checkpoint: checkpoint.write_bytes(b""), Path.unlink):  # LG-120: then nothing there says how much there was
            root = shutil.copytree(self.site.directory / "published", self.anew())
            damage(root / ORIGIN / "checkpoint")
            self.publish(root)
            self.look_a_day_later(root, of_lost)
        self.begin(ORIGIN + "/2")
        self.sequence()
        new = self.publish()
        new.check(self.public)
        assert Log(lost.directory).note == lost.note, "what is published went back"
        Log(lost.directory).check(self.public)
        first = new.entries[0]
        assert int.from_bytes(first[2:4], "big") == 1
        assert lost.size.to_bytes(8, "big") + lost.root + ORIGIN.encode() in first, "it does not name the last signed head"
        assert any(b"after the restore" in entry for entry in new.entries)
        # Once more, and the database has lost that a second log ever was: its last head is named all the same, and it stays published.
        restore()
        self.begin(ORIGIN + "/3")
        self.sequence()
        last = self.publish()
        last.check(self.public)
        assert new.size.to_bytes(8, "big") + new.root + (ORIGIN + "/2").encode() in last.entries[0], "it names another head"
        assert self.sql("SELECT max(number) FROM asv.ledger_log") == [["2"]], "the third one has the number that the second one had"
        for log in (lost, new):
            assert Log(log.directory).note == log.note
            Log(log.directory).check(self.public)
        assert len(list((self.site.directory / "published").rglob("checkpoint"))) == 3
        # LG-091: of the log of which more is published than the database has, too, is looked at what it has.
        tile = lost.directory / "tile/0/000"
        good = tile.read_bytes()
        tile.write_bytes(bytes(len(good)))
        os.utime(lost.directory / "tile", (0, time.time() - 25 * 3600))
        self.publish(says=f"{ORIGIN}: 1 published files were damaged or gone, and are written anew")
        assert tile.read_bytes() == good and Log(lost.directory).note == lost.note
        Log(lost.directory).check(self.public)
        self.look_a_day_later(self.site.directory / "published", of_lost)
        self.lost = [f"{ORIGIN}/2: lost: the whole log, of {new.size} entries"]
        self.verified([f"{ORIGIN}: lost: 1 entries after the restore", *self.lost])

    def look_a_day_later(self, root, of_lost):
        """What the database has lost stays; what somebody put there, of which it has the beginning, goes."""
        planted = [root / ORIGIN / "tile" / kind / tile_name(int(of_lost[0].parent.stem)) for kind in ("0", "entries")]
        for path in planted:
            path.write_bytes(bytes(8192))
        os.utime(root / ORIGIN / "tile", (0, time.time() - 25 * 3600))
        self.publish(root, says=f"{ORIGIN}: 2 files there began otherwise than the ledger, and are removed")
        assert not any(path.exists() for path in planted), "what somebody put there is served"
        for path in of_lost:
            there = root / path.relative_to(self.site.directory / "published")
            assert there.exists() and there.read_bytes() == path.read_bytes(), f"{there}: it was there alone"

    def each_log_has_its_place(self):
        """LG-058: an ended one is published up to its last signed head, and not read again; what is wrong with one holds up no other."""
        self.sql("SELECT asv.software_started('the last one there')")
        self.sequence()
        ended = self.origin
        size = int(self.sql("SELECT max(size) FROM asv.ledger_checkpoint WHERE log = 2")[0][0])
        self.begin(ORIGIN + "-4")
        self.sequence()
        root = self.site.directory / "published"
        assert Log(root / ended).size < size
        self.publish().check(self.public)
        Log(root / ended).check(self.public)
        assert Log(root / ended).size == size, "its last signed head was never published"
        out = self.desk.run("ledger", "publish", root)
        assert f"{ended}: {size} entries, 0 of them new, 0 files, 0 removed; ended" in out, out
        spoil = "UPDATE asv.ledger_tile SET hashes = set_byte(hashes, 5, get_byte(hashes, 5) # 1) WHERE log = 2 AND level = 0 AND index = 0"
        self.changed(spoil)
        self.publish()
        new = self.anew()
        self.publish(new, 1, f"{ended}: the tiles do not make the signed head")
        Log(new / self.origin).check(self.public)
        assert not (new / ended / "checkpoint").exists()
        self.changed(spoil)
        self.publish(new).check(self.public)
        # Directories that are something else.
        here = root / self.origin / "checkpoint"
        note = here.read_bytes()
        here.write_bytes((root / ended / "checkpoint").read_bytes())
        self.publish(status=1, says=f"{self.origin}: checkpoint there is of {ended}: that is another log's directory")
        here.write_bytes((root / ORIGIN / "2/checkpoint").read_bytes().replace(f"{ORIGIN}/2\n".encode(), f"{self.origin}\n".encode(), 1))
        self.sql("SELECT count(asv.software_started('more')) FROM generate_series(1, 3000)")
        self.sequence()
        self.publish(status=1, says="another log had this name already, or somebody changed the database")
        here.write_bytes(note)
        self.publish().check(self.public)
        self.publish(root / self.origin, 2, "is one log's own directory; give the one in which all of them are to be")
        for bad in ("asservat.example/../x", "/etc", "asservat.example/ledger/tile/0", "asservat.example//2"):
            code, _, err = self.desk.call("ledger", "begin", bad, *self.desk.by("Anna Amtsleiterin", WHY))
            assert code == 2 and "is no origin" in err, (bad, err)
        here.chmod(0o644)

    @needs_preload
    def publishers_die(self):
        """LG-056: killed before every step and on a full disk there is the old checkpoint or the new one, and all that it needs."""
        root = self.anew()
        self.publish(root)
        self.sql("SELECT count(asv.software_started('die ' || n)) FROM generate_series(1, 300) n")
        self.sequence()
        before, preload = Log(root / self.origin), self.preload
        code, _, err = self.desk.call("ledger", "publish", root, env=dict(os.environ, LD_PRELOAD=preload, ASV_TEST_DISK_FULL="1"))
        assert code == 1 and "No space left on device" in err, (code, err)
        assert Log(root / self.origin).note == before.note
        code, died = -9, 0
        while code == -9:
            died += 1
            copy = shutil.copytree(root, self.anew())
            env = dict(os.environ, LD_PRELOAD=preload, ASV_TEST_DIE_AT=str(died))
            code = self.desk.call("ledger", "publish", copy, env=env)[0]
            log = Log(copy / self.origin)
            log.check(self.public)
            assert log.size in (before.size, before.size + 300)
            self.publish(copy).check(self.public)
            shutil.rmtree(copy)
        assert code == 0 and died > 20, (code, died)

    def of_two_publishers_one_waits(self):
        """LG-056: the later one, and publishes what was signed meanwhile."""
        root = self.anew()
        self.publish(root)
        before, mask = Log(root / self.origin), os.umask(0o077)
        root.chmod(0o755)
        lock = os.open(root, os.O_RDONLY)
        fcntl.flock(lock, fcntl.LOCK_EX)
        running = Daemon("publisher", [self.site.bin("asservat"), "ledger", "publish", root, "--config", self.site.conf],
                         self.site.directory / "log/publisher.log", dict(os.environ))
        running.wait_for(lambda: re.search(rf"-> FLOCK .* {running.process.pid} ", Path("/proc/locks").read_text()), 60, "wait")
        self.sql("SELECT asv.software_started('meanwhile')")
        self.sequence()
        os.close(lock)
        assert running.process.wait(120) == 0, running.tail()
        os.umask(mask)
        log = Log(root / self.origin)
        log.check(self.public)
        assert log.size == before.size + 1
        for path in (root, *root.rglob("*")):
            assert path.stat().st_mode & 0o777 == (0o755 if path.is_dir() else 0o644), f"{path}: a web server's user cannot read it"

    def partial_tiles_go_a_day_after_the_full_one(self):
        """LG-059: no sooner, and none that has no full one; then they are looked for once a day."""
        root = self.anew()
        self.publish(root)
        for count in (1, 255, 300):
            self.sql(f"SELECT count(asv.software_started('test ' || n)) FROM generate_series(1, {count}) n")
            self.sequence()
            self.publish(root)
        here = root / self.origin

        def partial():
            return {path for path in here.rglob("*.p/*")}

        def of_full():
            return {path for path in partial() if path.parent.with_suffix("").exists()}

        def older(path, hours):
            os.utime(path, (path.stat().st_atime, path.stat().st_mtime - hours * 3600))

        def publish():
            log = self.publish(root)
            log.check(self.public)
            return log

        before, going = partial(), of_full()
        assert len(going) >= 4 and before - going, before
        publish()
        assert partial() == before, "its full one has just come"
        tiles = [path.parent.with_suffix("") for path in going]
        for path in set(tiles):
            older(path, 23)
        older(here / "tile", 25)
        publish()
        assert partial() == before, "before a day was over"
        for path in set(tiles):
            older(path, 2)
        publish()
        assert partial() == before, "a second time on one day"
        for path in before - going:  # age alone is no reason: no full one is there
            older(path, 1000)
        # Nor is whatever lies where the full one will be: the published head has no such tile.
        planted = [path.parent.with_suffix("") for path in before - going if path.parent.parent == here / "tile/0"]
        assert len(planted) == 1, planted
        planted[0].write_bytes(bytes(8192))
        older(planted[0], 1000)
        older(here / "tile", 25)
        (here / "tile/0/strange").write_text("not ours")
        wide, above = (here / "tile/0" / f"{int(planted[0].name):03d}.p/255"), here / "tile/6/000"  # LG-108
        wide.write_bytes(bytes(255 * 32))
        above.parent.mkdir()
        above.write_bytes(bytes(8192))
        older(here / "tile", 25)
        self.publish(root, says=f"{self.origin}: 2 files there began otherwise than the ledger, and are removed").check(self.public)
        assert not planted[0].exists() and not wide.exists(), "what somebody put there is served"
        assert above.exists(), "no reader asks for it"  # LG-120
        above.unlink()
        above.parent.rmdir()
        assert partial() == before - going and not any(path.parent.exists() for path in going)
        assert (here / "tile/0/strange").read_text() == "not ours"
        (here / "tile/0/strange").unlink()

    def damage_there_is_mended_within_a_day(self):
        """LG-091: from the database, whoever did it, and whatever it was; and nothing goes where a link leads."""
        root = self.anew()
        self.publish(root)
        here = root / self.origin

        def files():
            return {path: path.read_bytes() for path in here.rglob("*") if path.is_file()}

        def a_day_later(status=0, says="", hours=25):
            os.utime(here / "tile", (0, (here / "tile").lstat().st_mtime - hours * 3600), follow_symlinks=False)
            return self.publish(root, status, says)

        good = files()
        hashes, entries, partial = here / "tile/0/000", here / "tile/entries/001", next(here.glob("tile/0/*.p/*"))
        hashes.write_bytes(bytes(len(good[hashes])))
        entries.unlink()
        partial.write_bytes(good[partial] + b"!")
        assert self.desk.call("ledger", "publish", root)[0] == 0 and files() != good, "a second look on one day"
        a_day_later(says=f"{self.origin}: 3 published files were damaged or gone, and are written anew").check(self.public)
        assert files() == good
        assert "written anew" not in self.desk.call("ledger", "publish", root)[2]
        entries.unlink()  # whoever says that it was looked at years from now has not looked
        a_day_later(says="1 published files were damaged", hours=-10 * 365 * 24).check(self.public)
        assert files() == good and (here / "tile").stat().st_mtime < time.time() + 3600
        for damage in (b"", good[here / "checkpoint"][:-40], good[here / "checkpoint"] * 4000):
            (here / "checkpoint").write_bytes(damage)
            self.publish(root, says="the checkpoint that was published was not this log's").check(self.public)
            assert files() == good, damage[:80]
        away = root.with_suffix(".away")
        (here / "tile").rename(away)
        (here / "tile").symlink_to(away)
        a_day_later(1, "tile is a link")
        (here / "tile").unlink()
        self.publish(root).check(self.public)
        assert files() == good, "all of it was gone"

    def a_publication_that_fails_calls_people(self):
        """LG-092."""
        def alerts():
            return self.desk.call("alert", "run", "--dry-run", "--state", self.site.directory / "alert")[1].decode()

        root = self.site.directory / "published"
        self.publish(root)
        assert "nicht veröffentlicht" not in alerts()
        self.sql("SET session_replication_role = replica; UPDATE asv.ledger_publication SET at = at - interval '25 hours'")
        here = root / self.origin
        (here / "tile").rename(here / "away")
        (here / "tile").symlink_to(here / "away")
        self.sql("SELECT asv.software_started('one more')")
        self.sequence()
        self.publish(root, 1, "tile is a link")
        assert "nicht veröffentlicht" in alerts(), alerts()
        (here / "tile").unlink()
        (here / "away").rename(here / "tile")
        self.publish(root).check(self.public)
        assert "nicht veröffentlicht" not in alerts()

    def until(self, question, what):
        deadline = time.monotonic() + 120
        while self.sql(f"SELECT ({question})::text") != [["true"]]:
            assert time.monotonic() < deadline, what
            time.sleep(0.05)

    def who_is_overtaken_each_time_ends(self):
        """LG-051: by a sequencer that is always quicker; asked to do it once, it does not go on for ever."""
        self.sql("SELECT asv.software_started('overtaken')")
        with self.instead_of_append("RETURN 'conflict'"):
            self.sequence(1, "another sequencer goes on at the same time")
        self.sequence()

    @contextlib.contextmanager
    def instead_of_append(self, body):
        """The function that appends does this, and is ledger_append_then of the same arguments itself."""
        types = ("p_log smallint, p_size bigint, p_old_root bytea, p_root bytea, p_positions bigint[], p_entries bytea[], p_levels bigint[], "
                 "p_indexes bigint[], p_hashes bytea[]")
        self.sql(f"ALTER FUNCTION asv.ledger_append RENAME TO ledger_append_then; CREATE FUNCTION asv.ledger_append({types}) "
                 f"RETURNS text LANGUAGE plpgsql SECURITY DEFINER AS $f$ BEGIN {body}; END $f$; GRANT EXECUTE ON FUNCTION asv.ledger_append TO asv_ledger")
        try:
            yield
        finally:
            self.sql(f"DROP FUNCTION asv.ledger_append({types}); ALTER FUNCTION asv.ledger_append_then RENAME TO ledger_append")

    def begun_again_before_a_head_was_signed(self):
        """LG-124: of one ledger the sequencer could append nothing, of the next one it died before a head was signed, a third one it never saw."""
        last = self.publish()
        self.begin(ORIGIN + "/9")
        with self.instead_of_append("RAISE EXCEPTION 'not now'"):
            self.sequence(1, "not now")
        self.begin(ORIGIN + "/10")
        lock, which = self.session("SELECT pg_advisory_lock(6962)"), "usename = 'asv_ledger' AND wait_event = 'advisory'"
        with self.instead_of_append("PERFORM asv.ledger_append_then($1, $2, $3, $4, $5, $6, $7, $8, $9); PERFORM pg_advisory_xact_lock(6962); RETURN 'done'"):
            run = self.sequencer("dies-unsigned")
            self.until(f"EXISTS (SELECT FROM pg_stat_activity WHERE {which})", "it has appended")
            run.stop(signal.SIGKILL)
            lock.communicate(timeout=60)
            self.until("NOT EXISTS (SELECT FROM pg_stat_activity WHERE usename = 'asv_ledger')", "that is committed")
        size = self.sql("SELECT size FROM asv.ledger_log ORDER BY number DESC LIMIT 1")
        assert int(size[0][0]) > 1 and self.desk.run("ledger", "head").splitlines()[1] == "0", size
        self.begin(ORIGIN + "/11")
        self.begin(ORIGIN + "/12")
        self.sequence()
        new = self.publish()
        new.check(self.public)
        assert new.kinds().count(1) == 1 and last.size.to_bytes(8, "big") + last.root + last.origin.encode() in new.entries[0], "it names another head"
        ids = [entry[4:20] for entry in new.entries]
        assert len(set(ids)) == len(ids) and self.sql("SELECT size FROM asv.ledger_log ORDER BY number DESC OFFSET 1 LIMIT 2") == [["0"]] * 2
        self.verified([f"{ORIGIN}: lost: 1 entries after the restore", *self.lost])

    def session(self, text):
        """One of the superuser's, after it has done this; it ends with communicate()."""
        session = subprocess.Popen(["psql", "-XAtq", "-h", self.site.postgres.directory / "run", "-U", "postgres", "asservat"],
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        session.stdin.write(f"{text}; SELECT 'done';\n")
        session.stdin.flush()
        while session.stdout.readline() != "done\n":
            assert session.poll() is None, "psql ended"
        return session

    def what_no_head_has_comes_into_the_next_log(self):
        """LG-055: entries that were appended while the keeper was away; then people begin another log."""
        site, last = self.site, self.sql("SELECT max(number) FROM asv.ledger_log")[0][0]
        starts = "(SELECT count(*) FROM asv.software_start WHERE software ~ '^asservat ledger [0-9]')"
        before = self.sql("SELECT " + starts)[0][0]
        run = self.sequencer("limbo")
        self.until(f"SELECT {starts} > {before} AND (SELECT waiting = 0 FROM asv.ledger_waiting()) AND "
                   "size = (SELECT max(size) FROM asv.ledger_checkpoint c WHERE c.log = l.number) FROM asv.ledger_log l "
                   f"WHERE number = {last}", "that it began is signed: it knows the tree")
        site.keeper.stop()
        self.sql("SELECT count(asv.software_started('limbo ' || n)) FROM generate_series(1, 300) n")
        self.until("SELECT waiting < 300 FROM asv.ledger_waiting()", "a batch is appended, and then the keeper is missed")
        run.stop()
        site.start_keeper()
        self.begin(ORIGIN + "/5")
        self.sequence()
        old, new = self.sql("SELECT l.size, (SELECT max(c.size) FROM asv.ledger_checkpoint c WHERE c.log = l.number) "
                            f"FROM asv.ledger_log l WHERE number >= {last} ORDER BY number")
        assert old[0] == old[1] and new[0] == new[1], f"a log has more than was signed of it: {old} {new}"
        log = self.publish()
        log.check(self.public)
        labels = [re.search(rb"limbo (\d+)", entry) for entry in log.entries]
        assert [int(label[1]) for label in labels if label] == list(range(1, 301)), "lost, twice, or in another order"

    def die_before_it_is_stored(self):
        """What the keeper signs: the log's number, the signed size, and how to ask for its size and that of its last stored head."""
        number = self.sql("SELECT max(number) FROM asv.ledger_log")[0][0]
        sizes = ("SELECT size, (SELECT max(size) FROM asv.ledger_checkpoint WHERE log = number) FROM asv.ledger_log "
                 f"WHERE number = {number}")
        for at in range(max(1, self.signed_at - 12), self.signed_at + 20):  # in a small log sooner
            self.sequence()
            self.sql("SELECT count(asv.software_started('in between ' || n)) FROM generate_series(1, 3) n")
            self.desk.call("ledger", "run", "--once", env=dict(os.environ, LD_PRELOAD=self.preload, ASV_TEST_DIE_AT=str(at)))
            self.until("NOT EXISTS (SELECT FROM pg_stat_activity WHERE usename = 'asv_ledger')", "the server is at what it was sent")
            (size, stored), signed = (int(one) for one in self.sql(sizes)[0]), int(self.desk.run("ledger", "head").splitlines()[1])
            if size == signed > stored:
                break
        assert size == signed > stored, (at, size, signed, stored)
        return number, signed, sizes

    @needs_preload
    def what_a_head_was_signed_of_stays_in_its_log(self):
        """LG-106: the keeper signed it, the sequencer died before it was stored, and people begin another log before one runs again."""
        ended = self.origin
        number, signed, sizes = self.die_before_it_is_stored()
        self.begin(ORIGIN + "-5")
        self.sequence()
        assert self.sql(sizes) == [[str(signed)] * 2], "what was signed is not in the log that it was signed of"
        new = self.publish()
        new.check(self.public)
        old = Log(self.site.directory / "published" / ended)
        old.check(self.public)
        assert old.size == signed and signed.to_bytes(8, "big") + old.root + ended.encode() in new.entries[0]
        assert not any(b"in between" in entry for entry in new.entries), "they stand in two logs"
        # Whoever comes too late with a head is told so: what it has came into the next log.
        head = f"{number}::smallint, {signed + 1}, sha256('x'), 'late'"
        assert self.sql(f"SELECT asv.ledger_signed({head})") == [["conflict"]]
        assert self.sql(f"SELECT asv.ledger_signed({head.replace(str(signed + 1), str(signed))})") == [["already"]]

    @needs_preload
    def damaged_tiles_hold_up_no_beginning(self):
        """LG-119: as before, and a tile of the log that ends is gone, or too short."""
        for which, damage in enumerate(("DELETE FROM asv.ledger_tile",
                                        "UPDATE asv.ledger_tile SET hashes = substring(hashes FOR octet_length(hashes) - 32)")):
            ended = self.origin
            number, signed, sizes = self.die_before_it_is_stored()
            head = base64.b64decode(self.desk.run("ledger", "head").splitlines()[2])
            where = f"WHERE log = {number} AND level = 0 AND index = {(signed - 1) // 256}"
            hashes = self.sql(f"SELECT encode(hashes, 'hex') FROM asv.ledger_tile {where}")[0][0]
            self.changed(f"{damage} {where}")
            self.begin(f"{ORIGIN}-5-{which}")
            self.sequence()
            self.changed(f"DELETE FROM asv.ledger_tile {where}; INSERT INTO asv.ledger_tile (log, level, index, hashes) VALUES "
                         f"({number}, 0, {(signed - 1) // 256}, '\\x{hashes}')")
            new = self.publish()
            new.check(self.public)
            assert signed.to_bytes(8, "big") + head + ended.encode() in new.entries[0], "it names another head, or none"
            size, stored = (int(one) for one in self.sql(sizes)[0])
            assert size == stored < signed and sum(b"in between" in entry for entry in new.entries) == 3
            self.damaged.append(f"{ended}: lost: {signed - stored} entries after the restore")

    def what_is_forgotten_meanwhile_stays_forgotten(self):
        """LAW L3: a value that goes while the sequencer is at its event is not put back by the entry."""
        entry = "01900000-0000-7000-8000-00000000f0f0"
        self.sql(f"SELECT asv.ledger_put(ROW('subject_request', '{entry}', NULL, '', asv.ledger_text(130, 'Willi Wach'))::asv.ledger_tale)")
        session = self.session(f"BEGIN; SELECT asv.ledger_close(ARRAY['{entry}'::uuid])")
        with ThreadPoolExecutor(1) as pool:
            sequenced = pool.submit(self.sequence)
            self.until("EXISTS (SELECT FROM pg_stat_activity WHERE usename = 'asv_ledger' AND wait_event_type = 'Lock')",
                       "the sequencer waits for whoever forgets")
            session.communicate("COMMIT;\n", timeout=60)
            sequenced.result(timeout=120)
        assert self.sql(f"SELECT key IS NULL AND closed IS NULL FROM asv.ledger_entry WHERE id = '{entry}'") == [["t"]]

    def a_keeper_from_an_earlier_time_signs_nothing(self):
        """LG-054: store and slots of the keeper alone are put back. It would sign another tree of the size of one that it has
        signed; the sequencer sees it, calls people, and nobody is told anything new until two of them begin another log."""
        site = self.site
        keeper, kept = site.directory / "keeper", site.directory / "keeper-before"

        def put_back():
            site.keeper.stop()
            shutil.rmtree(keeper)
            shutil.copytree(kept, keeper)
            site.start_keeper()

        def alarms():
            return [row[0] for row in self.sql("SELECT detail FROM asv.alarm WHERE kind = 'ledger' ORDER BY id")]

        site.keeper.stop()
        shutil.copytree(keeper, kept)
        site.start_keeper()
        run = self.sequencer("put-back")
        self.sql("SELECT asv.software_started('signed, and forgotten')")
        signed = "(SELECT waiting = 0 FROM asv.ledger_waiting()) AND (SELECT max(k.size) FROM asv.ledger_checkpoint k WHERE k.log = l.number)"
        newest = "FROM asv.ledger_log l WHERE number = (SELECT max(number) FROM asv.ledger_log)"
        self.until(f"SELECT {signed} = size {newest}", "it is signed")
        true, before = self.publish(), len(alarms())
        while true.size != int(self.sql(f"SELECT size {newest}")[0][0]):  # programs tell that they began
            self.until(f"SELECT {signed} = size {newest}", "it is signed")
            true = self.publish()
        put_back()  # while the sequencer runs
        self.sql("SELECT asv.software_started('not signed')")
        self.until(f"SELECT count(*) > {before} FROM asv.alarm WHERE kind = 'ledger'", "people are called")
        assert f"signed a head of {true.size} entries and remembers only" in alarms()[-1], alarms()
        assert run.alive()
        run.stop()
        self.sequence(1, "its store comes from an earlier time; two people decide")
        assert self.publish().note == true.note and self.desk.run("ledger", "head").encode() != true.note
        self.begin(ORIGIN + "/6")
        self.sequence()
        new = self.publish()
        new.check(self.public)
        assert true.size.to_bytes(8, "big") + true.root + true.origin.encode() in new.entries[0], "what the keeper forgot is not named"
        assert any(b"not signed" in entry for entry in new.entries)
        # To before the log that goes on: the keeper signs for one that has ended.
        put_back()
        self.sql("SELECT asv.software_started('not signed either')")
        self.sequence(1, f"the keeper signs for {true.origin}, which has ended here: its store comes from an earlier time")
        assert self.publish().note == new.note
        self.begin(ORIGIN + "/7")
        self.sequence()
        last = self.publish()
        last.check(self.public)
        assert new.size.to_bytes(8, "big") + new.root + new.origin.encode() in last.entries[0], "it names another head"
        assert any(b"not signed either" in entry for entry in last.entries)
        for log in (true, new):
            assert Log(log.directory).note == log.note
        self.verified([f"{ORIGIN}: lost: 1 entries after the restore", *self.lost, *self.damaged, f"{new.origin}: of an earlier keeper, which knew {new.size} entries"])

    def a_keeper_with_another_store_calls_people(self):
        """LG-054: it knows of no ledger, though one was signed; and people are called when the database can be told again."""
        site, keeper = self.site, self.site.directory / "keeper"
        last = self.publish()
        self.seen()
        site.keeper.stop()
        shutil.rmtree(keeper)
        shutil.copytree(site.directory / "keeper-new", keeper)
        site.start_keeper()
        before = int(self.sql("SELECT count(*) FROM asv.alarm WHERE kind = 'ledger'")[0][0])
        self.sql("REVOKE EXECUTE ON FUNCTION asv.alarm_raise FROM asv_ledger")
        run = self.sequencer("another-store")
        log = site.directory / "log/another-store.log"
        run.wait_for(lambda: "ledger-stands" in log.read_text(), 60, "see it")
        assert self.sql("SELECT count(*) FROM asv.alarm WHERE kind = 'ledger'") == [[str(before)]]
        self.sql("GRANT EXECUTE ON FUNCTION asv.alarm_raise TO asv_ledger")
        self.until(f"SELECT count(*) = {before + 1} FROM asv.alarm WHERE kind = 'ledger'", "people are called")
        assert run.alive() and log.read_text().count("ledger-stands") == 1, "said each time"
        run.stop()
        assert "the keeper knows of no ledger, and a head of" in self.sql("SELECT detail FROM asv.alarm WHERE kind = 'ledger' ORDER BY id DESC")[0][0]
        self.sequence(1, f"a head of {last.size} entries was signed of {last.origin}: its store comes from an earlier time")
        assert self.publish().note == last.note
        self.begin(ORIGIN + "/8")
        self.sequence()
        new = self.publish()
        new.check(self.public)
        assert last.size.to_bytes(8, "big") + last.root + last.origin.encode() in new.entries[0], "it names another head"
        known = self.sql("SELECT origin, (SELECT max(size) FROM asv.ledger_checkpoint WHERE log = number) FROM asv.ledger_log "
                         "WHERE number < (SELECT max(number) FROM asv.ledger_log) AND size > 0")
        self.verified([*self.lost, *self.damaged, *(f"{origin}: of an earlier keeper, which knew {size} entries" for origin, size in known)])

    def run(self):
        self.set_up()
        try:
            for step in (self.nothing_before_two_people_began_it, self.it_can_be_checked_without_us,
                         self.it_grows_over_the_edges_of_tiles, self.publishers_die, self.of_two_publishers_one_waits,
                         self.partial_tiles_go_a_day_after_the_full_one, self.damage_there_is_mended_within_a_day,
                         self.a_publication_that_fails_calls_people,
                         self.sequencers_compete_and_die, self.a_sequencer_dies_at_every_step, self.who_is_overtaken_each_time_ends,
                         self.what_somebody_changed_is_found,
                         self.a_database_from_an_earlier_time_begins_another_log, self.each_log_has_its_place,
                         self.what_no_head_has_comes_into_the_next_log, self.begun_again_before_a_head_was_signed, self.what_a_head_was_signed_of_stays_in_its_log,
                         self.damaged_tiles_hold_up_no_beginning,
                         self.a_keeper_from_an_earlier_time_signs_nothing, self.a_keeper_with_another_store_calls_people,
                         self.what_is_forgotten_meanwhile_stays_forgotten):
                step()
                print(f"ok {step.__name__}", flush=True)
        finally:
            for one in self.sequencers:
                if one.alive():
                    one.stop(signal.SIGKILL)
            self.site.keeper.stop()
            self.site.postgres.stop()


def main(test, prefix):
    """Runs a test on a site of its own; what its programs said is shown when it fails."""
    with tempfile.TemporaryDirectory(prefix=prefix) as name:
        Path(name).chmod(0o755)  # PostgreSQL runs as another user when this is root
        try:
            test(Path(name) / "site", sys.argv[1]).run()
        except Exception:
            traceback.print_exc()
            for log in sorted((Path(name) / "site").glob("*/*.log")):
                text = log.read_text(errors="replace")
                if text:
                    print(f"--- {log.name}\n{text[-2000:]}", file=sys.stderr)
            sys.exit(1)


if __name__ == "__main__":
    main(Test, "asv-ledger.")
