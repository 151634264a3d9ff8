#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Asservat authors
"""Plays one shift: cameras are issued, record, are dropped into the dock all at once, and everything that can go wrong on
such an evening does. At the end each recording is accounted for, or this program says which is not.
"""
import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from asvsite import Site, SiteError, TOP, bus_command, run

STEADY = {"ready", "attention", "refused"}
PORTS_PER_HUB = 10


def arguments():
    parser = argparse.ArgumentParser(prog="deploy/demo", description=__doc__)
    parser.add_argument("--cameras", type=int, default=20, metavar="N", help="cameras in the shift, 6 to 24 (20)")
    parser.add_argument("--dir", metavar="DIR", help="where everything lies; kept (default: a new directory in /tmp)")
    parser.add_argument("--port", type=int, metavar="P", help="accepted for scripts; nothing listens on a port")
    parser.add_argument("--no-wait", action="store_true",
                        help="stop everything at the end; exit 0 only if every step proved itself")
    parser.add_argument("--json", action="store_true", help="the result as JSON on standard output, nothing else")
    parser.add_argument("--build", default=str(TOP / "build/release"), help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if not 6 <= chosen.cameras <= 24:
        parser.error(f"--cameras {chosen.cameras}: give 6 to 24; six of them have a part to play")
    return chosen


class Shift:
    def __init__(self, site, cameras, quiet):
        self.site = site
        self.count = cameras
        self.quiet = quiet
        self.started = time.monotonic()
        self.drawn = 0
        self.expected = {}  # camera -> what is to come of its recordings
        self.problems = []

    # ---- saying ----

    def say(self, text):
        if not self.quiet:
            self.drawn = 0
            print(f"[{time.monotonic() - self.started:5.1f} s] {text}", flush=True)

    def draw(self):
        """The dock's own status, redrawn in place on a terminal."""
        if self.quiet or not sys.stdout.isatty():
            return
        text = self.site.cli("dock", "status").stdout.rstrip("\n")
        if self.drawn:
            print(f"\x1b[{self.drawn}A\x1b[J", end="")
        print(text, flush=True)
        self.drawn = text.count("\n") + 1

    def check(self, right, text):
        if not right:
            self.problems.append(text)
            self.say("NOT AS IT SHOULD BE: " + text)

    # ---- the dock ----

    def slots(self):
        return {slot["port"]: slot for slot in self.site.dock_status()["slots"]}

    def until(self, done, seconds, what):
        """Waits for the dock's status to say so."""
        deadline = time.monotonic() + seconds
        while True:
            slots = self.slots()
            if done(slots):
                return slots
            if not self.site.dock.alive():
                raise SiteError(f"asservat-dockd ended\n{self.site.dock.tail()}")
            if time.monotonic() > deadline:
                raise SiteError(f"{what}: not within {seconds} s\n" + json.dumps(slots, indent=1)[:6000])
            self.draw()
            time.sleep(0.2)  # how often the screen is drawn

    # ---- the day ----

    def issue(self):
        self.say(f"{self.count} cameras are enrolled, and one that belongs to another agency")
        for i in range(1, self.count):
            self.site.enrol(f"K-{i:02}")
        self.site.enrol("STRANGER", enrolled=False)
        for i, camera in enumerate(self.site.cameras.values()):
            camera.port = f"1-{i // PORTS_PER_HUB + 1}.{i % PORTS_PER_HUB + 1}"
        self.site.write_dock_conf([camera.port for camera in self.site.cameras.values()] + ["1-3.9"])
        self.site.start_keeper()
        self.site.start_bus(*(f"camera {c.name} camera {c.port} dir={c.directory}" for c in self.site.cameras.values()))
        self.site.start_dock()
        self.say("Morning: each camera is in the dock once, for its keys and its assignment")
        ours = [c for c in self.site.cameras.values() if c.enrolled]
        for camera in ours:
            bus_command(self.site.control, f"plug {camera.port}")
        self.until(lambda slots: all(slots[c.port]["state"] == "ready" for c in ours), 120, "cameras ready in the morning")
        for camera in ours:
            bus_command(self.site.control, f"unplug {camera.port}")
        self.until(lambda slots: all(slot["state"] == "empty" for slot in slots.values()), 30, "slots empty")

    def record(self):
        lengths = (4, 7, 11, 16, 24)
        self.say("The shift: real H.264 and AAC from ffmpeg, recorded by the reference firmware")
        names = list(self.site.cameras)
        for i, (name, camera) in enumerate(self.site.cameras.items()):
            if not camera.enrolled:
                continue
            clips = 1 + i % 3
            for k in range(clips):
                video = self.site.video.make(lengths[(i + k) % len(lengths)])
                marker = ["--marker", "1500"] if i % 4 == 0 and k == 0 else []
                camera.tool("record", "--input", video, "--rate", "full", *marker)
            self.expected[name] = {"sealed": clips, "truncated": 0, "quarantined": 0}
        cut, flipped = names[3], names[4]
        self.power_cut(self.site.cameras[cut])
        self.expected[cut]["truncated"] += 1
        self.flip(self.site.cameras[flipped])
        self.expected[flipped]["sealed"] -= 1
        self.expected[flipped]["quarantined"] += 1

    def power_cut(self, camera):
        """kill -9 in the middle of a recording at real-time speed, once two checkpoints are on the flash."""
        self.say(f"{camera.name}: the battery fails in the middle of a recording")
        video = self.site.video.make(16)
        seals = camera.directory / "clips"
        before = set(seals.glob("*/seal"))
        recorder = subprocess.Popen([self.site.bin("asservat-camera"), "record", camera.directory, "--input", video,
                                     "--rate", "realtime"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 30
        while not any(path.stat().st_size > 2500 for path in set(seals.glob("*/seal")) - before):
            if time.monotonic() > deadline or recorder.poll() is not None:
                recorder.kill()
                raise SiteError(f"{camera.name}: no checkpoint to cut after")
            time.sleep(0.05)
        recorder.send_signal(signal.SIGKILL)
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
        bus_command(site.control, "rate ports 2M")  # slow enough to be watched, and to be interrupted
        ours = [c for c in site.cameras.values() if c.enrolled]
        mover = ours[1]
        self.say("Shift end: all cameras at once, the stranger among them")
        for camera in site.cameras.values():
            bus_command(site.control, f"plug {camera.port}")
        self.until(lambda slots: slots[mover.port]["state"] == "pulling" and slots[mover.port]["done"] > 0, 60,
                   f"{mover.name} in mid-transfer")
        self.say(f"{mover.name} is pulled out in mid-transfer and put into another slot")
        bus_command(site.control, f"move {mover.name} 1-3.9")
        mover.port = "1-3.9"
        self.until(lambda slots: any(s["state"] == "pulling" and s["done"] > 0 for s in slots.values()), 60, "a transfer")
        self.say("The dock daemon is killed with -9 and started again")
        site.dock.stop(signal.SIGKILL)
        site.start_dock()
        slots = self.until(lambda slots: all(slots[c.port]["state"] in STEADY for c in site.cameras.values()), 300,
                           "every slot at rest")
        self.draw()
        return slots

    # ---- the account ----

    def account(self, slots):
        self.say("What became of everything")
        clips = self.site.json("clip", "list")
        rows = []
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
            rows.append(row)
            if camera.enrolled:
                want = self.expected[name]
                whole = want["sealed"] + want["truncated"]
                self.check(row["sealed"] == whole and row["truncated"] == want["truncated"] and
                           row["quarantined"] == want["quarantined"],
                           f"{name}: wanted {want}, found {row}")
                self.check(row["erased"] == whole, f"{name}: {row['erased']} of {whole} stored recordings erased on it")
                self.check(row["left"] == want["quarantined"], f"{name}: {row['left']} recordings left on it")
            else:
                self.check(row["state"] == "refused" and not mine, f"{name}: a stranger was not refused")
        return rows

    def verify(self):
        """asservat-verify on every clip in the vault: exit 0 for those that are whole, 1 for the one that is not."""
        results = {"valid": 0, "not valid": 0}
        root = self.site.agency / "root.cert"
        for area, wanted in (("sealed/*/*/*/*", 0), ("quarantine/*", 1)):
            for clip in sorted((self.site.directory / "vault").glob(area)):
                done = run(self.site.bin("asservat-verify"), clip, "--trust", root, check=False)
                self.check(done.returncode == wanted, f"asservat-verify {clip}: exit {done.returncode}\n{done.stdout}{done.stderr}")
                results["valid" if done.returncode == 0 else "not valid"] += 1
        return results


def table(rows):
    print(f"\n{'camera':10} {'slot':>4} {'at the end':12} {'sealed':>6} {'cut':>4} {'quar.':>5} {'MB':>7} {'erased':>6} {'left':>4}")
    for row in rows:
        print(f"{row['camera']:10} {row['slot']:>4} {row['state']:12} {row['sealed']:>6} {row['truncated']:>4} "
              f"{row['quarantined']:>5} {row['bytes'] / 1e6:>7.1f} {row['erased']:>6} {row['left']:>4}"
              + (f"  {row['reason']}" if row["reason"] else ""))


def main():
    chosen = arguments()
    os.environ["ASV_KDF_MEMORY_KIB"] = "64"  # the passphrase is in the source: nothing to make guessing hard for
    directory = Path(chosen.dir or tempfile.mkdtemp(prefix="asservat-demo."))
    site = Site(directory, chosen.build)
    shift = Shift(site, chosen.cameras, chosen.json)
    try:
        site.make()
        shift.issue()
        shift.record()
        slots = shift.dock_all()
        rows = shift.account(slots)
        verified = shift.verify()
        shift.check(verified["valid"] > 0, "nothing was verified")
        if chosen.json:
            print(json.dumps({"ok": not shift.problems, "problems": shift.problems, "cameras": rows,
                              "verified": verified, "seconds": round(time.monotonic() - shift.started, 1)}))
        else:
            table(rows)
            print(f"\nasservat-verify: {verified['valid']} valid, {verified['not valid']} not valid (the flipped bit)")
            print("Every step proved itself." if not shift.problems else f"{len(shift.problems)} steps did not.")
        if not chosen.no_wait:
            print(f"\nStill running, in {directory}. Try, in another terminal:\n"
                  f"  {site.bin('asservat')} dock status --watch --config {site.conf}\n"
                  f"  {site.bin('asservat')} clip list --config {site.conf}\n"
                  f"Ctrl-C stops it.", flush=True)
            signal.pause()
    except KeyboardInterrupt:
        pass
    except SiteError as error:
        shift.problems.append(str(error))
        print(f"deploy/demo: {error}", file=sys.stderr)
    finally:
        try:
            site.stop()
        except SiteError as error:
            shift.problems.append(str(error))
            print(f"deploy/demo: {error}", file=sys.stderr)
        if chosen.dir is None and chosen.no_wait and not shift.problems:
            shutil.rmtree(directory)
        elif shift.problems:
            print(f"deploy/demo: everything, logs included, is in {directory}", file=sys.stderr)
    sys.exit(1 if shift.problems else 0)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    main()
