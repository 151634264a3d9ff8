#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Asservat authors
"""Plays one shift: cameras are issued, record, are dropped into the dock all at once, and everything that can go wrong on
such an evening does. The office's policy is a short one, for the eye: recordings live for one day after their own. Two people
keep one of them for an incident, two days pass, and all the others are gone. Each recording is accounted for, or this program
says which is not.
"""
import argparse
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import textwrap
import time
import traceback
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from asvsite import Site, SiteError, bus_command, free_port
from build import BUILD, build
from console import Console
from decisions import CASE, DAYS, PEOPLE, PERIOD_DAYS, Decisions, badge_of
from desk import CLOCK
from handover import Handover
from screen import Screen

STEADY = {"ready", "attention", "refused"}
PORTS_PER_HUB = 10
SPARE_PORT = "1-3.9"
UNIT, AREA = "32-3 Aussendienst", "Innenstadt"
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
ROOM_BYTES = 500 << 20  # for 24 cameras: on them, in the vault and in its mirror, and the database
CAMERAS_AT_ONCE = 4  # recording; each waits for its flash most of the time
TIME_CHARS = 10  # "[ 12.3 s] "


def arguments():
    parser = argparse.ArgumentParser(prog="deploy/demo", description=__doc__)
    parser.add_argument("--cameras", type=int, default=20, metavar="N", help="cameras in the shift, 5 to 24 (20); a stranger's is docked besides")
    parser.add_argument("--dir", type=Path, metavar="DIR",
                        help="where everything lies: a directory that is new or empty; kept (default: a new one in /tmp, "
                        "removed when --no-wait ends well)")
    parser.add_argument("--port", type=int, metavar="P",
                        help="where the console listens, on this machine's own address (default: any free port; "
                        "with --no-wait: nowhere)")
    parser.add_argument("--no-wait", action="store_true",
                        help="stop everything at the end; exit 0 only if every step proved itself")
    parser.add_argument("--json", action="store_true", help="the result as JSON on standard output, nothing else")
    parser.add_argument("--build", type=Path, help=argparse.SUPPRESS)  # what is built already, for the tests
    chosen = parser.parse_args()
    if not 5 <= chosen.cameras <= 24:
        parser.error(f"--cameras {chosen.cameras}: give 5 to 24; five of them have a part to play")
    if chosen.port is not None and not 1 <= chosen.port <= 65535:
        parser.error(f"--port {chosen.port}: give 1 to 65535")
    return chosen


class Interrupted(BaseException):
    def __init__(self, number):
        super().__init__()
        self.number = number


class Shift:
    def __init__(self, chosen):
        self.chosen = chosen
        self.started = time.monotonic()
        self.site = None
        self.screen = None
        self.expected = {}  # camera -> what is to come of its recordings
        self.problems = []
        self.rows = []
        self.verified = {"valid": 0, "not valid": 0}
        self.decisions = None
        self.played = False
        self.told = False
        self.console = None

    def prepare(self):
        """The directory, and the programs if they are not there. What is wrong with the first shows before the second."""
        chosen = self.chosen
        try:
            directory = chosen.dir or Path(tempfile.mkdtemp(prefix="asservat-demo."))
            directory.mkdir(parents=True, exist_ok=True)
            if any(directory.iterdir()):
                raise SiteError(f"{directory}: give a directory that is new or empty")
            free = shutil.disk_usage(directory).free
        except OSError as error:
            raise SiteError(f"{error.filename or chosen.dir}: {error.strerror}") from None
        port = chosen.port or (None if chosen.no_wait else free_port())
        self.site = Site(directory, chosen.build or BUILD, days=PERIOD_DAYS, port=port)
        self.screen = Screen([self.site.bin("asservat"), "dock", "status", "--watch", "--config", self.site.conf],
                             chosen.json)
        self.site.fits()
        if free < ROOM_BYTES:
            raise SiteError(f"{directory}: less than {ROOM_BYTES >> 20} MiB are free; --dir names another place")
        if chosen.build is None:
            build()
        self.started = time.monotonic()

    def play(self):
        self.prepare()
        self.say(f"Agency, database, keeper and vault in {self.site.directory}")
        self.site.make()
        self.issue()
        self.record()
        self.account(self.dock_all())
        self.verify()
        self.decisions = Decisions(self, UNIT)
        self.decisions.play()
        Handover(self.decisions, CASE, DAYS * 86400).play()
        if not self.chosen.no_wait:
            self.next_day()
            self.open_console()
        self.played = True

    def is_kept(self):
        """Whether the directory stays behind."""
        return self.site is not None and (self.chosen.dir is not None or not self.chosen.no_wait or bool(self.problems))

    def say(self, text):
        self.screen.say(f"[{time.monotonic() - self.started:5.1f} s] {text}", TIME_CHARS)

    def check(self, right, text):
        if not right:
            self.problems.append(text)
            self.say("NOT AS IT SHOULD BE: " + text)

    # ---- the dock ----

    def until(self, done, seconds, what):
        """Waits for the dock's status to say so."""
        deadline = time.monotonic() + seconds
        while True:
            slots = self.site.dock_slots()
            if done(slots):
                return slots
            if not self.site.dock.alive():
                raise SiteError(f"asservat-dockd ended\n{self.site.dock.tail()}")
            if time.monotonic() > deadline:
                raise SiteError(f"{what}: not within {seconds} s\n{self.site.cli('dock', 'status').stdout}")
            self.screen.draw()
            time.sleep(0.2)  # how often the screen is drawn

    def open_board(self):
        """The dock's screen, for who watches or will look around later."""
        if self.site.port is not None:
            self.site.start_web()
            self.say(f"The dock's screen: {self.site.origin}/console/board.html")

    # ---- the day ----

    def issue(self):
        self.say(f"{self.chosen.cameras} cameras are enrolled; another agency has one, too")
        for i in range(1, self.chosen.cameras + 1):
            self.site.enrol(f"K-{i:02}", UNIT)
        self.site.enrol("STRANGER", enrolled=False)
        for i, camera in enumerate(self.site.cameras.values()):
            camera.port = f"1-{i // PORTS_PER_HUB + 1}.{i % PORTS_PER_HUB + 1}"
        self.site.write_dock_conf([camera.port for camera in self.site.cameras.values()] + [SPARE_PORT], **{"issue.area": AREA})
        shutil.copy(self.site.agency / "badge.secret", self.site.agency / "dock")
        self.site.start_keeper()
        self.site.start_bus(*(f"camera {c.name} camera {c.port} dir={c.directory} battery={98 - 2 * i}" for i, c in enumerate(self.site.cameras.values())))
        self.site.start_dock()
        self.open_board()
        self.say("Morning: each camera is in the dock once, for its keys and its assignment")
        ours = [c for c in self.site.cameras.values() if c.enrolled]
        for camera in ours:
            bus_command(self.site.control, f"plug {camera.port}")
        slots = self.until(lambda slots: all(slots[c.port]["state"] == "ready" for c in ours), 120,
                           "cameras ready in the morning")
        for camera in ours:
            self.site.dock_order(do="assign", slot=slots[camera.port]["slot"], area=AREA)
        self.until(lambda slots: all(slots[c.port]["state"] == "ready" for c in ours), 120, "cameras issued")
        for camera in ours:
            bus_command(self.site.control, f"unplug {camera.port}")
        self.until(lambda slots: all(slot["state"] == "empty" for slot in slots.values()), 30, "slots empty")
        self.screen.clear()

    def record(self):
        self.say("The shift: real H.264 and AAC from ffmpeg, recorded by the reference firmware")
        lengths = (4, 7, 11, 16, 24)
        videos = {seconds: self.site.video.make(seconds) for seconds in lengths}

        def use(i, camera):
            clips = 1 + i % 3
            for k in range(clips):
                marker = ["--marker", "1500"] if i % 4 == 0 and k == 0 else []
                camera.tool("record", "--input", videos[lengths[(i + k) % len(lengths)]], "--rate", "full", *marker)
            return camera.name, clips

        ours = [camera for camera in self.site.cameras.values() if camera.enrolled]
        with ThreadPoolExecutor(CAMERAS_AT_ONCE) as pool:
            for name, clips in pool.map(use, range(len(ours)), ours):
                self.expected[name] = {"sealed": clips, "truncated": 0, "quarantined": 0}
                self.screen.progress(f"{sum(made['sealed'] for made in self.expected.values())} recordings")
        self.screen.clear()
        cut, flipped = ours[3], ours[4]
        self.power_cut(cut)
        self.expected[cut.name]["truncated"] += 1
        self.flip(flipped)
        self.expected[flipped.name]["sealed"] -= 1
        self.expected[flipped.name]["quarantined"] += 1

    def power_cut(self, camera):
        """kill -9 in the middle of a recording at real-time speed, once two checkpoints are on the flash."""
        self.say(f"{camera.name}: the battery fails in the middle of a recording")
        video = self.site.video.make(16)
        seals = camera.directory / "clips"
        before = set(seals.glob("*/seal"))
        recorder = subprocess.Popen([self.site.bin("asservat-camera"), "record", camera.directory, "--input", video,
                                     "--rate", "realtime"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 30
        try:
            while not any(path.stat().st_size > 2500 for path in set(seals.glob("*/seal")) - before):
                if time.monotonic() > deadline or recorder.poll() is not None:
                    raise SiteError(f"{camera.name}: no checkpoint to cut after")
                time.sleep(0.05)
        finally:
            recorder.kill()
            recorder.wait()

    def flip(self, camera):
        """One bit on the flash turns over after it was signed."""
        self.say(f"{camera.name}: one bit of a recording turns over on the flash")
        payload = sorted((camera.directory / "clips").glob("*/payload"))[0]
        with open(payload, "r+b") as file:
            file.seek(100_000)
            byte = file.read(1)[0]
            file.seek(100_000)
            file.write(bytes([byte ^ 0x10]))

    def dock_all(self):
        site = self.site
        bus_command(site.control, "rate ports 1M")  # slow enough to be watched, and to be interrupted
        ours = [c for c in site.cameras.values() if c.enrolled]
        mover = ours[1]
        self.say("Shift end: all cameras at once, the stranger among them")
        first = mover.list()[0]
        # Nothing more comes from then on: pulled out in mid-transfer however slow the machine is.
        bus_command(site.control, f"fault {mover.port} hang after={first['payload_bytes'] * 3 // 4}")
        for camera in site.cameras.values():
            bus_command(site.control, f"plug {camera.port}")
        self.until(lambda slots: slots[mover.port]["state"] == "pulling" and
                   slots[mover.port]["done"] > first["payload_bytes"] // 4, 60, f"{mover.name} in mid-transfer")
        self.say(f"{mover.name} is pulled out in mid-transfer and put into another slot")
        bus_command(site.control, f"move {mover.name} {SPARE_PORT}")
        mover.port = SPARE_PORT
        self.until(lambda slots: self.resumed(slots[mover.port]["slot"], first), 60,
                   f"{mover.name} does not go on in its new slot where it was pulled out")
        self.say(f"{mover.name} goes on there at the chunk")
        self.say("The dock daemon is killed with -9 and started again")
        site.dock.stop(signal.SIGKILL)
        site.start_dock()
        slots = self.until(lambda slots: all(slots[c.port]["state"] in STEADY for c in site.cameras.values()), 300,
                           "every slot at rest")
        self.screen.clear()
        return slots

    def resumed(self, slot, clip):
        """Whether the dock goes on with a recording of which it already has chunks."""
        lines = self.site.dock_log("resumed", slot=slot, clip=uuid.UUID(clip["clip"]))
        return any(re.search(r" have=[1-9]", line) for line in lines)

    # ---- for whoever looks around ----

    def next_day(self):
        """Some cameras again, so that there is something to decide: as metadata, until somebody asks that it be kept."""
        site = self.site
        self.say("The next shift: three cameras, for whoever looks around")
        bus_command(site.control, "rate ports 0")
        site.start_dock()
        slots = self.until(lambda slots: all(slots[c.port]["state"] in STEADY for c in site.cameras.values()), 120, "cameras at rest again")
        ours = [camera for camera in site.cameras.values() if slots[camera.port]["state"] == "ready"][-3:]
        for camera in ours:
            site.dock_order(do="assign", slot=slots[camera.port]["slot"], area=AREA)
        self.until(lambda slots: all(slots[c.port]["state"] == "ready" for c in ours), 120, "cameras issued again")
        for camera in ours:
            bus_command(site.control, f"unplug {camera.port}")
        videos = [site.video.make(11), site.video.foreign(11)]  # the second of each, asservat-media has to make playable
        for i, camera in enumerate(ours):
            for k, video in enumerate(videos):
                camera.tool("record", "--input", video, "--rate", "full", *(["--marker", "1500"] if k == i == 0 else []))
        for camera in ours:
            bus_command(site.control, f"plug {camera.port}")
        self.until(lambda slots: all(slots[c.port]["state"] in STEADY and slots[c.port]["counts"]["stored"] == 2 for c in ours), 120, "the next shift's recordings")
        self.screen.clear()

    def open_console(self):
        """Accounts that can be used at once."""
        site, tool = self.site, self.site.directory / "asservat"
        env = " ".join(f"{key}='{os.environ[key]}'" for key in CLOCK if key in os.environ)
        tool.write_text(f'#!/bin/sh\n{env} exec {site.bin("asservat")} "$@" --config {site.conf}\n', encoding="utf-8")
        tool.chmod(0o755)
        site.web.stop()
        site.start_web()  # by the clock of days later, as everything else
        self.console = Console(site, self.decisions.desk, DAYS * 86400)
        self.console.publish()
        self.console.tools(tool)
        for name, roles in PEOPLE.items():
            self.console.account(name, roles)

    # ---- the account ----

    def account(self, slots):
        self.say("What became of everything")
        clips = self.site.json("clip", "list")
        for name, camera in self.site.cameras.items():
            mine = [clip for clip in clips if clip["camera"] == name]
            left = camera.list()
            row = {
                "camera": name, "slot": slots[camera.port]["slot"], "state": slots[camera.port]["state"],
                "reason": slots[camera.port].get("reason", ""),
                "sealed": sum(c["state"] == "sealed" for c in mine),
                "truncated": sum(c["integrity"].upper() == "TRUNCATED" for c in mine),
                "quarantined": sum(c["state"] == "quarantined" for c in mine),
                "bytes": sum(c["payload_bytes"] for c in mine),
                "erased": sum(bool(c.get("erased_on_camera")) for c in mine), "left": len(left),
            }
            self.rows.append(row)
            if camera.enrolled:
                want = self.expected[name]
                whole = want["sealed"] + want["truncated"]
                self.check(row["sealed"] == whole and row["truncated"] == want["truncated"] and
                           row["quarantined"] == want["quarantined"],
                           f"{name}: wanted {want}, found {row}")
                self.check(row["erased"] == whole, f"{name}: {row['erased']} of {whole} stored recordings erased on it")
                self.check(all((c["unit"], c["area"]) == (UNIT, AREA) for c in mine),
                           f"{name}: unit and area of its recordings are not those it was issued with")
                self.check(row["left"] == want["quarantined"], f"{name}: {row['left']} recordings left on it")
            else:
                self.check(row["state"] == "refused" and not mine, f"{name}: a stranger was not refused")

    def verify(self):
        """asservat-verify on every clip in the vault: exit 0 for those that are whole, 1 for the one that is not."""
        for area, wanted in (("sealed", 0), ("quarantine", 1)):
            for clip in self.site.stored(area):
                done = self.site.verify(clip, check=False)
                self.check(done.returncode == wanted, f"asservat-verify {clip}: exit {done.returncode}\n{done.stdout}{done.stderr}")
                self.verified["valid" if done.returncode == 0 else "not valid"] += 1
        for verdict, column in (("valid", "sealed"), ("not valid", "quarantined")):
            there = sum(row[column] for row in self.rows)
            self.check(self.verified[verdict] == there,
                       f"asservat-verify: {self.verified[verdict]} {verdict}, but {there} recordings are {column}")


def report(shift):
    print(f"\n{'camera':10} {'slot':>4} {'at the end':12} {'sealed':>6} {'cut':>4} {'quar.':>5} {'MB':>7} {'erased':>6} {'left':>4}")
    for row in shift.rows:
        print(f"{row['camera']:10} {row['slot']:>4} {row['state']:12} {row['sealed']:>6} {row['truncated']:>4} "
              f"{row['quarantined']:>5} {row['bytes'] / 1e6:>7.1f} {row['erased']:>6} {row['left']:>4}")
        if row["reason"]:
            print(textwrap.indent(textwrap.fill(row["reason"], 62), " " * 16))
    print(f"\nasservat-verify: {shift.verified['valid']} valid, {shift.verified['not valid']} not valid (the flipped bit)")
    print("Every step proved itself." if not shift.problems else f"{len(shift.problems)} steps did not.", flush=True)


def wait(shift, out):
    """Until somebody ends it."""
    site = shift.site
    print(f"""
Still running. The console: {site.origin}/console/   (the dock's screen: board.html)
Sign in with name, password, and the code that {site.directory}/code prints for the key of its line:
{shift.console.told()}
Offer a security key in "Mein Konto"; {site.directory}/enrol DIGEST has two people enrol it, and then you can sign.
At board.html#setup, signed in as anna, you let the dock's screen issue cameras; then type {badge_of("Willi")} there, which is Willi's badge, and Enter.
Or, in another terminal:
  {site.directory}/asservat clip list
  {site.directory}/asservat clip custody CLIP
  {site.directory}/asservat hold list --all
  {site.directory}/asservat retention balance
Ctrl-C stops it.""", file=out, flush=True)
    signal.pause()


def tell(shift):
    """What came of it, once."""
    if shift.told:
        return
    shift.told = True
    if shift.chosen.json:
        print(json.dumps({"ok": not shift.problems, "problems": shift.problems, "cameras": shift.rows,
                          "verified": shift.verified, "balance": shift.decisions.balance if shift.decisions else [],
                          "directory": str(shift.site.directory) if shift.is_kept() else None,
                          "seconds": round(time.monotonic() - shift.started, 1)}), flush=True)
    elif shift.played:
        report(shift)


def attempt(shift):
    """Plays the shift; what goes wrong is a problem among others."""
    try:
        shift.play()
        if not shift.chosen.no_wait:
            tell(shift)
            wait(shift, sys.stderr if shift.chosen.json else sys.stdout)
    except Interrupted as interrupted:
        if not shift.told:
            shift.problems.append(f"interrupted by {signal.Signals(interrupted.number).name}")
    except SiteError as error:
        shift.problems.append(str(error))
    except Exception:  # whatever it is, the programs are to be stopped and the result is to be told
        shift.problems.append(traceback.format_exc())


def finish(shift):
    """Stops everything, and says where the files are or removes them."""
    site = shift.site
    if site is None:
        return
    shift.screen.clear()
    try:
        site.stop()
    except SiteError as error:
        shift.problems.append(str(error))
    tell(shift)
    if not shift.is_kept() or not any(site.directory.iterdir()):
        shutil.rmtree(site.directory)
    else:
        print(f"deploy/demo: stopped; everything, logs included, is in {site.directory}", file=sys.stderr)


def interrupt(number, _):
    """The first signal ends the shift; the ones after it do not disturb the stopping."""
    for ending in ENDING:
        signal.signal(ending, lambda *_: None)
    print("\ndeploy/demo: stopping", file=sys.stderr, flush=True)
    raise Interrupted(number)


def main():
    chosen = arguments()
    for ending in ENDING:
        signal.signal(ending, interrupt)
    sys.stdout.reconfigure(errors="replace")
    shift = Shift(chosen)
    attempt(shift)
    finish(shift)
    tell(shift)
    for problem in shift.problems:
        print(f"deploy/demo: {problem}", file=sys.stderr)
    sys.exit(1 if shift.problems else 0)


if __name__ == "__main__":
    main()
