# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Asservat authors
"""The real daemon on the simulated bus, with a real database, keeper and cameras; and what a scenario asks of them.

A file of scenarios gives main() its functions. They share one site in a temporary directory, one after the other, each
with cameras of its own at ports of its own. At the end every recording must be whole on its camera or in the vault.
"""
import json
import os
import select
import shutil
import signal
import socket
import sys
import tempfile
import time
import traceback
import uuid
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "deploy/lib"))
from asvsite import Site, SiteError, bus_command  # noqa: E402

__all__ = ["Rig", "SiteError", "held", "main"]

PORTS = [f"1-{hub}.{port}" for hub in (1, 2, 3) for port in range(1, 11)]
SECONDS = int(os.environ.get("ASV_TEST_SECONDS", "240"))  # how long anything may take on a machine that does much else
LONG = dict(seconds=3, size="1280x720", rate="12M")  # some 60 chunks of 64 KiB
SHORT = dict(seconds=1, size="320x180", rate="800k")  # two


def held(camera):
    """UUIDs of what the camera itself says it holds."""
    return {str(uuid.UUID(clip["clip"])) for clip in camera.list()}


class Rig:
    def __init__(self, directory, build, **conf):
        self.site = Site(directory, build)
        self.made = 0
        self.excused = set()  # recordings in the vault that asservat-verify is right not to call valid
        self.conf = {"services.probe": "200ms", "camera.retry": "100ms", "camera.reply": "20s", "camera.chunk": "20s",
                     **conf}
        self.site.make()
        self.site.start_keeper()
        self.site.start_bus()
        self.start_dock()

    # ---- programs ----

    def start_dock(self, preload=None, env=None, **conf):
        """The daemon, with `conf` beside what the file of scenarios chose; preload: a library of tests/sim before all."""
        self.site.write_dock_conf(PORTS, **{**self.conf, **conf})
        env = dict(env or {})
        if preload:
            env["LD_PRELOAD"] = f"libumockdev-preload.so.0:{self.site.build / preload}"
        self.site.start_dock(env)

    def stop_dock(self, how=signal.SIGTERM):
        status = self.site.dock.stop(how)
        if how == signal.SIGTERM and status != 0:
            raise SiteError(f"asservat-dockd ended with {status}\n{self.site.dock.tail()}")

    def restart_dock(self, how=signal.SIGTERM, **conf):
        self.stop_dock(how)
        self.start_dock(**conf)

    def bus(self, line):
        return bus_command(self.site.control, line, SECONDS)

    def fault(self, camera, text):
        self.bus(f"fault {camera.port} {text}")

    def rate(self, limit, *cameras):
        """Bytes a second that each camera's port carries; 0: no limit."""
        for camera in cameras:
            self.bus(f"rate {camera.port} {limit}")

    def traffic(self, camera):
        """Bytes that the camera's port has sent to the dock."""
        return json.loads(self.bus(f"stats {camera.port}"))["in_bytes"]

    # ---- cameras ----

    def cameras(self, count, ready=True, enrolled=True):
        """New cameras at ports of their own; ready: docked once, for their keys, and taken out again."""
        made = []
        for _ in range(count):
            camera = self.site.enrol(f"K-{self.made + 1:02}", enrolled=enrolled)
            camera.port = PORTS[self.made % len(PORTS)]
            camera.recorded = set()
            self.made += 1
            self.bus(f"camera {camera.name} camera {camera.port} dir={camera.directory}")
            made.append(camera)
        if ready and enrolled:
            self.plug(*made)
            self.rest(*made)
            self.unplug(*made)
        return made

    def camera(self, **keywords):
        return self.cameras(1, **keywords)[0]

    def liar(self, arguments):
        """A port at which something speaks that is no camera."""
        port = PORTS[self.made % len(PORTS)]
        self.made += 1
        self.bus(f"camera L-{self.made} liar {port} {arguments}")
        return port

    def record(self, camera, count, video, *more):
        """Records on the camera, which is not in the dock; video: what is made, or a file."""
        video = self.site.video.make(**video) if isinstance(video, dict) else video
        before = held(camera)
        for _ in range(count):
            camera.tool("record", "--input", video, "--rate", "full", *more)
        new = held(camera) - before
        camera.recorded |= new
        return new

    def plug(self, *cameras):
        for camera in cameras:
            self.bus(f"plug {camera.port}")

    def unplug(self, *cameras):
        for camera in cameras:
            self.bus(f"unplug {camera.port}")
        self.until(lambda slots: all(slots[c.port]["state"] == "empty" for c in cameras), "slots empty")

    # ---- waiting ----

    def until(self, done, what, seconds=SECONDS):
        """Follows the dock's status until done(slots by port) is true, and gives that status."""
        deadline = time.monotonic() + seconds
        slots = {}
        while time.monotonic() < deadline:
            if not self.site.dock.alive():
                raise SiteError(f"asservat-dockd ended before: {what}\n{self.site.dock.tail()}")
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link:
                link.settimeout(max(0.1, min(5, deadline - time.monotonic())))
                try:
                    link.connect(str(self.site.status))
                    for line in link.makefile("rb"):
                        self.status = json.loads(line)
                        slots = {slot["port"]: slot for slot in self.status["slots"]}
                        if done(slots):
                            return slots
                        if time.monotonic() > deadline:
                            break
                except OSError:
                    continue  # nothing has changed for a while, or the daemon ended
        busy = [slot for slot in slots.values() if slot["state"] != "empty"]
        raise SiteError(f"not within {seconds} s: {what}\n{json.dumps(busy, indent=1)}\n{self.site.dock.tail()}")

    def rest(self, *cameras, state="ready", seconds=SECONDS):
        return self.until(lambda slots: all(slots[c.port]["state"] == state for c in cameras),
                          f"{', '.join(c.name for c in cameras)} {state}", seconds)

    def in_mid_transfer(self, *cameras, after=0):
        return self.until(lambda slots: all(slots[c.port]["state"] == "pulling" and slots[c.port]["done"] > after
                                            for c in cameras), "in mid-transfer")

    def taken_in(self, *cameras):
        """Waits until all that they recorded is in custody and they may be taken out; gives the status."""
        slots = self.rest(*cameras)
        for camera in cameras:
            self.check_stored(camera)
        return slots

    def eventually(self, so, what, seconds=SECONDS):
        """For what no status tells: the database, the disk, a counter of the bus."""
        deadline = time.monotonic() + seconds
        while not so():
            if time.monotonic() > deadline:
                raise SiteError(f"not within {seconds} s: {what}\n{self.site.dock.tail()}")
            select.select([], [], [], 0.05)

    # ---- what came of it ----

    def clips(self, camera):
        """What the database has of this camera's recordings."""
        return self.site.json("clip", "list", "--camera", camera.name)

    def states(self, camera):
        return sorted(clip["state"] for clip in self.clips(camera))

    def query(self, sql):
        return self.site.postgres.query(sql)

    def alarms(self, kind):
        return int(self.query(f"SELECT count(*) FROM asv.alarm WHERE kind = '{kind}'")[0][0])

    def vault(self, area):
        return self.site.stored(area)

    def log(self, event, **fields):
        """The dock's log lines of this event."""
        return self.site.dock_log(event, **fields)

    def check_stored(self, camera):
        """All that it recorded is in custody, once, and erased on it."""
        clips = self.clips(camera)
        want = len(camera.recorded)
        sealed = [clip for clip in clips if clip["state"] == "sealed"]
        assert len(sealed) == want, f"{camera.name}: {len(sealed)} of {want} in custody: {clips}"
        assert len({clip["clip"] for clip in clips}) == len(clips), f"{camera.name}: stored twice"
        assert sum(bool(clip["erased_on_camera"]) for clip in sealed) == want, f"{camera.name}: not erased: {clips}"
        assert camera.list() == [], f"{camera.name} still holds {camera.list()}"

    def check_whole(self):
        """Every recording is on its camera or in custody, and what is in custody as stored verifies."""
        known = {clip["clip"]: clip for clip in self.site.json("clip", "list")}
        vault = {path.name for path in self.vault("sealed")}
        for camera in self.site.cameras.values():
            here = held(camera)
            for clip in getattr(camera, "recorded", ()):
                safe = clip in here or (clip in vault and known[clip]["state"] == "sealed")
                assert safe, f"{camera.name}: recording {clip} is lost: {known.get(clip)}"
        for path in self.vault("sealed"):
            if path.name not in self.excused:
                self.site.verify(path)


def main(*scenarios, **conf):
    """Plays the scenarios; the exit status says whether all were as they should be."""
    build = Path(sys.argv[1])
    chosen = sys.argv[2:]
    directory = Path(tempfile.mkdtemp(prefix="asservat-dock."))
    rig = None
    started = time.monotonic()
    try:
        rig = Rig(directory, build, **conf)
        for scenario in scenarios:
            if chosen and scenario.__name__ not in chosen:
                continue
            began = time.monotonic()
            print(f"{scenario.__name__} ...", end=" ", flush=True)
            scenario(rig)
            print(f"{time.monotonic() - began:.1f} s", flush=True)
        rig.check_whole()
        rig.stop_dock()
        rig.site.stop()
    except (AssertionError, SiteError, OSError, KeyError, IndexError):
        traceback.print_exc()
        if rig:
            print(rig.site.dock.tail() if rig.site.dock else "", file=sys.stderr)
            for daemon in (rig.site.dock, rig.site.bus, rig.site.keeper):
                if daemon and daemon.alive():
                    daemon.process.kill()
                    daemon.process.wait()
            if rig.site.postgres.running:
                rig.site.postgres.crash()
        print(f"everything, logs included, is in {directory}", file=sys.stderr)
        sys.exit(1)
    print(f"{time.monotonic() - started:.1f} s in all")
    shutil.rmtree(directory)
