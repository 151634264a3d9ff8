#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Asservat authors
"""key_memory.py BUILD SEARCH STOP: the memory of what is no keeper, on the site of incident.py (LAW T5, K-001; DESIGN 1). The program that
shows a recording has that one file key, as long as it shows it, and leaves nothing; the dock, the database and the nightly run never
have any. After the erasure none has, and the keeper's own memory has none of what was destroyed. STOP is preloaded: a program stops at
its end. What key_search.c does with a keeper, it does not do with these.
"""
import fcntl
import os
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from incident import CASE, incident, main, set_up  # noqa: E402
from late import agree_to_show, pass_time, record  # noqa: E402
from rig import SECONDS  # noqa: E402, found by rig

SEARCH, STOP = sys.argv[2:4]


class Search:
    """For the keys that there are now, whatever becomes of them: the keeper's, and the file keys of what is in custody."""

    def __init__(self, desk):
        keeper = desk.site.directory / "keeper"
        self.keys = desk.site.directory / f"keys-{time.monotonic_ns()}"
        clips = sorted((desk.site.directory / "vault").glob("sealed/*/*/*/*"))
        subprocess.run([SEARCH, "learn", self.keys, *(keeper / name for name in ("store", "slot-1", "slot-2")), "--", *clips], check=True)
        self.names = {line.split(" ", 1)[1] for line in self.keys.read_text().splitlines()}

    def __call__(self, pid):
        """The names of the keys in the memory of this process."""
        done = subprocess.run([SEARCH, "memory", self.keys, str(pid)], stdout=subprocess.PIPE, text=True, check=False)
        if not Path(f"/proc/{pid}").exists():
            return set()  # one of the database's that has ended, and has no memory any more
        assert done.returncode in (0, 1), f"the memory of {pid} was not searched, which proves nothing"
        return set(re.findall("^found: (.*)", done.stdout, re.M))

    def in_keeper(self, rig):
        """What the keeper has all the time: the index, with the keys of clips in it. Found there, it could be found elsewhere."""
        found = self(rig.site.keeper.process.pid)
        always = {name for name in self.names if name.startswith(("master", "KEK", "clip "))}
        assert always <= found, always - found


def stopped(pid):
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"


def until(done, what):
    deadline = time.monotonic() + SECONDS
    while not done():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)


class Program:
    """The command line, which stops at its end."""

    def __init__(self, desk, *words, **keywords):
        preload = ":".join(filter(None, (os.environ.get("LD_PRELOAD"), STOP)))
        self.process = subprocess.Popen([desk.site.bin("asservat"), *words, "--config", desk.site.conf], stdin=subprocess.DEVNULL,
                                        env=os.environ | {"LD_PRELOAD": preload}, start_new_session=True, **keywords)
        self.pid = self.process.pid

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()

    def at_its_end(self):
        until(lambda: stopped(self.pid), "it does not come to its end")

    def go_on(self):
        os.kill(self.pid, signal.SIGCONT)
        return self.process.wait(SECONDS)


def servers(desk, rig):
    """What runs beside the keeper: the dock, and the database with all its processes."""
    database = int((rig.site.postgres.directory / "data/postmaster.pid").read_text().split()[0])
    return [rig.site.dock.process.pid, database,
            *map(int, Path(f"/proc/{database}/task/{database}/children").read_text().split())]


def none_has(search, processes):
    found = {pid: keys for pid in processes if (keys := search(pid))}
    assert not found, found


def hold(desk, clip):
    desk.act("willi", "hold", "request", clip, "--incident", CASE)
    desk.act("sigrid", "hold", "approve", clip)


def docked(rig, desk, camera):
    """A dock has taken it in, and goes on; then it is held, so that its file key is known."""
    clip = record(rig, camera)
    rig.site.bus.stop()
    rig.site.start_bus()
    rig.bus(f"camera {camera.name} camera {camera.port} dir={camera.directory}")
    rig.start_dock()
    rig.plug(camera)
    rig.rest(camera)
    desk.run("camera", "issued", clip, "--user", "willi")
    hold(desk, clip)
    search = Search(desk)
    assert any(name.startswith("clip ") for name in search.names), search.names
    search.in_keeper(rig)
    none_has(search, servers(desk, rig))
    found_in_a_server(desk, search)
    return clip


def found_in_a_server(desk, search):
    """A process of the database that had keys would be found to have them."""
    with subprocess.Popen(["psql", "-XAtq", "-h", desk.site.postgres.directory / "run", "-U", "postgres", "-d", "asservat"],
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1) as stray:
        stray.stdin.write(f"SET asv.stray = '{search.keys.read_text()}';\nSELECT pg_backend_pid();\n")
        stray.stdin.flush()
        assert search(int(stray.stdout.readline())) == search.names, "a server that has keys is not found to have them"
        stray.stdin.close()


def shown(desk, clip):
    """As long as nobody takes what is shown, the program has the file key, and no other; then it has none."""
    agree_to_show(desk, clip)
    search = Search(desk)
    out, into = os.pipe()
    size = fcntl.fcntl(into, fcntl.F_SETPIPE_SZ, 4096)
    program = Program(desk, "clip", "open", clip, *desk.by("rita", "Auswertung für die Anzeige"), stdout=into, stderr=subprocess.DEVNULL)
    os.close(into)
    with program, open(out, "rb") as pipe:
        poll = lambda: int.from_bytes(fcntl.ioctl(pipe, 0x541B, bytes(4)), sys.byteorder)  # noqa: E731: FIONREAD
        until(lambda: poll() == size, "nothing is shown")
        found = search(program.pid)
        assert f"file {clip}" in found and {name.split()[0] for name in found} == {"clip", "file"} and len(found) == 2, \
            f"not the one key (as the keeper's, as the clip's), and no other: {found}"
        taken = threading.Thread(target=pipe.read)
        taken.start()
        program.at_its_end()
        assert not search(program.pid), "a key is left when all was shown"
        assert program.go_on() == 0
        taken.join()


def erased(rig, desk, clips):
    """LAW T5: two people release what was held, its time is over, and no memory has a key of it."""
    search = Search(desk)
    search.in_keeper(rig)
    for clip in clips:
        desk.act("rita", "hold", "release", clip)
        desk.act("sigrid", "hold", "release", clip, "--approve")
    pass_time(rig, 16)
    with Program(desk, "retention", "run", stdout=subprocess.DEVNULL) as program:
        program.at_its_end()
        none_has(search, [program.pid, *servers(desk, rig)])
        assert program.go_on() == 0
    assert all(desk.state(clip) == "erased" for clip in clips)
    today = desk.sql("SELECT to_char(now() - interval '15 days', 'YYYYMMDD')")[0][0]
    left = {name for name in search(rig.site.keeper.process.pid) if not re.search("(reserve|day-[0-9]+)", name)
            or re.search("day-([0-9]+)", name) and re.search("day-([0-9]+)", name)[1] <= today}
    assert not left, left


def play(rig):
    desk, camera, clips = set_up(rig)
    incident(desk, camera, clips)
    hold(desk, clips[0])
    other = docked(rig, desk, camera)
    shown(desk, clips[0])
    erased(rig, desk, [clips[0], other])


main(play, "asservat-memory.")
