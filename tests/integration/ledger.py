#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Asservat authors
"""ledger.py BUILD: what happened becomes a tree that outsiders can check. The tree is computed here once more, from the
published files alone and without our code; openssl verifies the head. Then: sequencers that are killed and that compete,
a database that somebody changed, and one that comes from an earlier time.
"""
import base64
import os
import random
import re
import signal
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
from notes import root_of, sha256, verifies  # noqa: E402

os.environ["ASV_KDF_MEMORY_KIB"] = "64"
ORIGIN = "asservat.example/ledger"
WHY = "Wir wollen uns prüfen lassen"
REASON = "Übergriff auf eine Kollegin"
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
        self.sequencers = []

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
        directory = directory or self.site.directory / "published"
        code, _, err = self.desk.call("ledger", "publish", directory)
        assert code == status and says in err, f"ledger publish: {code}: {err}"
        return Log(directory) if status == 0 else None

    def anew(self):
        self.published += 1
        return self.site.directory / f"published-{self.published}"

    def begin(self, origin):
        anna, sigrid = NAMES
        out = self.desk.run("ledger", "begin", origin, *self.desk.by(anna, WHY))
        self.desk.run("ledger", "approve", re.search(r"proposal +([0-9a-f]+)", out)[1], *self.desk.by(sigrid, WHY))

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

    def nothing_personal_is_published(self):
        """Every value of the run that leads to a person, a camera or an office, in any encoding that we use."""
        values = [row[0] for row in self.sql(
            "SELECT encode(badge, 'hex') FROM asv.person UNION SELECT replace(id::text, '-', '') FROM asv.person "
            "UNION SELECT encode(digest, 'hex') FROM asv.credential UNION SELECT encode(digest, 'hex') FROM asv.certificate "
            "UNION SELECT encode(key, 'hex') FROM asv.ledger_entry WHERE key IS NOT NULL")]
        assert len(values) > 10
        forbidden = [bytes.fromhex(value) for value in values] + [value.encode() for value in values]
        for text in (*NAMES, WHY, REASON, "32-3", "K-01", "Amtsleiterin", "Sommer", os.environ.get("USER", "root")):
            forbidden.append(text.encode())
        everything = b"".join(path.read_bytes() for path in (self.site.directory / "published").rglob("*") if path.is_file())
        for value in forbidden:
            assert value not in everything, f"published: {value}"

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
        began = int(self.sql("SELECT count(*) FROM asv.software_start WHERE software ~ '^asservat ledger [0-9]'")[0][0])
        assert began > 2 and log.size == before + total + began, f"{log.size} after {before}, {total} and {began}"
        labels = [entry.count(b"writer") + entry.count(b"asservat ledger ") for entry in log.entries[before:]]
        assert labels == [1] * (total + began)
        troubles = self.sql("SELECT detail FROM asv.alarm WHERE kind = 'ledger'")
        assert not troubles, f"another sequencer is no trouble: {troubles}"
        assert len({bytes(entry) for entry in log.entries}) == log.size, "an entry stands there twice"

    def what_somebody_changed_is_found(self):
        """A signature (LG-041), an entry (LG-057), and a tile (LG-053); each is put back."""
        trust = self.site.directory / "ledger.trust"
        trust.write_text(f"log {self.desk.run('ledger', 'key', ORIGIN).strip()}\nquorum none\n")
        conf = self.site.conf.read_text()
        self.site.conf.write_text(f"{conf}ledger.trust = {trust}\n")
        assert self.publish(self.anew()).directory.stat().st_mode & 0o777 == 0o755, "a web server's user cannot read it"
        forge = ("UPDATE asv.ledger_checkpoint SET note = translate(note, '{0}', '{1}') WHERE (log, size) = "
                 "(SELECT log, max(size) FROM asv.ledger_checkpoint GROUP BY log)")
        self.changed(forge.format("ab", "ba"))
        self.publish(self.anew(), 1, "ledger.trust: ")
        self.changed(forge.format("ab", "ba"))
        self.publish(self.anew())
        self.site.conf.write_text(conf)
        self.sql("SELECT asv.software_started('last')")
        self.sequence()
        self.changed("UPDATE asv.ledger_entry SET entry = set_byte(entry, 30, get_byte(entry, 30) # 1) WHERE index = 700")
        self.publish(self.anew(), 1, "somebody changed the database")
        self.changed("UPDATE asv.ledger_entry SET entry = set_byte(entry, 30, get_byte(entry, 30) # 1) WHERE index = 700")
        self.changed("UPDATE asv.ledger_tile SET hashes = set_byte(hashes, 5, get_byte(hashes, 5) # 1) "
                     "WHERE level = 1 AND index = 0")
        self.sql("SELECT asv.software_started('after')")
        self.sequence(1, "do not make its head")
        self.publish(self.anew(), 1, "the tiles do not make the signed head")
        self.changed("UPDATE asv.ledger_tile SET hashes = set_byte(hashes, 5, get_byte(hashes, 5) # 1) "
                     "WHERE level = 1 AND index = 0")
        self.sequence()
        self.publish(self.anew()).check(self.public)

    def a_database_from_an_earlier_time_begins_another_log(self):
        """LG-054, LG-055; LG-056: in another directory."""
        site = self.site
        self.sql("SELECT asv.software_started('kept')")
        self.sequence()
        kept = self.publish()
        dump = site.directory / "dump"
        subprocess.run(["pg_dump", "-Fc", "-h", site.postgres.directory / "run", "-U", "postgres", "-f", dump, "asservat"],
                       check=True)
        self.sql("SELECT asv.software_started('lost')")
        self.sequence()
        lost = self.publish()
        assert lost.size == kept.size + 1
        self.sql("SELECT asv.software_started('lost too, and in no signed head')")
        subprocess.run(["pg_restore", "--clean", "-h", site.postgres.directory / "run", "-U", "postgres", "-d", "asservat", dump],
                       check=True)
        self.sql("SELECT asv.software_started('after the restore')")
        self.sequence(1, "comes from an earlier time")
        self.begin(ORIGIN + "/2")
        self.sequence()
        self.publish(status=1, says="publish asservat.example/ledger/2 in another directory")
        new = self.publish(self.anew())
        new.check(self.public)
        first = new.entries[0]
        assert int.from_bytes(first[2:4], "big") == 1
        assert lost.size.to_bytes(8, "big") + lost.root + ORIGIN.encode() in first, "it does not name the last signed head"
        assert any(b"after the restore" in entry for entry in new.entries)
        # Once more, and the database has lost that a second log ever was: its last head is named all the same.
        subprocess.run(["pg_restore", "--clean", "-h", site.postgres.directory / "run", "-U", "postgres", "-d", "asservat", dump],
                       check=True)
        self.begin(ORIGIN + "/3")
        self.sequence()
        last = self.publish(self.anew())
        last.check(self.public)
        assert new.size.to_bytes(8, "big") + new.root + (ORIGIN + "/2").encode() in last.entries[0], "it names another head"

    def until(self, question, what):
        deadline = time.monotonic() + 120
        while self.sql(f"SELECT ({question})::text") != [["true"]]:
            assert time.monotonic() < deadline, what
            time.sleep(0.05)

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
        self.begin(ORIGIN + "/4")
        self.sequence()
        old, new = self.sql("SELECT l.size, (SELECT max(c.size) FROM asv.ledger_checkpoint c WHERE c.log = l.number) "
                            f"FROM asv.ledger_log l WHERE number >= {last} ORDER BY number")
        assert old[0] == old[1] and new[0] == new[1], f"a log has more than was signed of it: {old} {new}"
        log = self.publish(self.anew())
        log.check(self.public)
        labels = [re.search(rb"limbo (\d+)", entry) for entry in log.entries]
        assert [int(label[1]) for label in labels if label] == list(range(1, 301)), "lost, twice, or in another order"

    def what_is_forgotten_meanwhile_stays_forgotten(self):
        """LAW L3: a value that goes while the sequencer is at its event is not put back by the entry."""
        entry = "01900000-0000-7000-8000-00000000f0f0"
        self.sql(f"SELECT asv.ledger_put('subject_request', '{entry}', NULL, '', asv.ledger_text(130, 'Willi Wach'))")
        session = subprocess.Popen(["psql", "-XAtq", "-h", self.site.postgres.directory / "run", "-U", "postgres", "asservat"],
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        session.stdin.write(f"BEGIN; SELECT asv.ledger_close(ARRAY['{entry}'::uuid]); SELECT 'closed';\n")
        session.stdin.flush()
        while session.stdout.readline() != "closed\n":
            assert session.poll() is None, "psql ended"
        with ThreadPoolExecutor(1) as pool:
            sequenced = pool.submit(self.sequence)
            self.until("EXISTS (SELECT FROM pg_stat_activity WHERE usename = 'asv_ledger' AND wait_event_type = 'Lock')",
                       "the sequencer waits for whoever forgets")
            session.communicate("COMMIT;\n", timeout=60)
            sequenced.result(timeout=120)
        assert self.sql(f"SELECT key IS NULL AND closed IS NULL FROM asv.ledger_entry WHERE id = '{entry}'") == [["t"]]

    def run(self):
        self.set_up()
        try:
            for step in (self.nothing_before_two_people_began_it, self.it_can_be_checked_without_us,
                         self.it_grows_over_the_edges_of_tiles, self.nothing_personal_is_published,
                         self.sequencers_compete_and_die, self.what_somebody_changed_is_found,
                         self.a_database_from_an_earlier_time_begins_another_log,
                         self.what_no_head_has_comes_into_the_next_log, self.what_is_forgotten_meanwhile_stays_forgotten):
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
