#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Asservat authors
"""The daemons as in production over a real kernel USB stack: dock.py BUILD (on the host, starts the guest with "run").

The host makes a site, and cameras with recordings of real video, and hosts all cameras but one on the simulated bus. In
the guest, asservat-dockd learns three slots, takes in everything, has a camera pulled out in mid-transfer, and is killed.
The last camera is a gadget of the guest's own kernel, served by asservat-camera.
"""
import json
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[2] / "deploy/lib"))
from asvsite import Camera, Daemon, Site, SiteError, answers, run  # noqa: E402

CAMERAS = 20
PORTS = [f"1-{i // 8 + 1}.{i % 8 + 1}" for i in range(CAMERAS - 1)] + ["1-3.8.1"]  # as "run" lays them out
BEHIND_HUBS = PORTS[-1]
PULLED, HUNG = PORTS[9], PORTS[2]
IN_PAYLOAD = 400_000  # a byte in the second frame of the first recording's payload
GADGET = "K-gadget"
USBFS_MEMORY = "16"  # MiB: the kernel's default, less than the daemon would like for 20 slots
PATIENCE = 240  # seconds: a deadline, not a speed
# An emulated processor may be slow without being broken.
PATIENT = {"camera.handshake": "1min", "camera.reply": "1min", "camera.chunk": "1min", "camera.rate_floor": "0"}


def main(build):
    work = Path(tempfile.mkdtemp(prefix="asv-usb-kernel."))
    work.chmod(0o755)  # PostgreSQL runs as another user when this is root
    try:
        started = time.monotonic()
        site = Site(work / "site", build)
        expected = make(site)
        stores = work / "cameras"
        stores.mkdir()
        for name in expected:
            shutil.move(site.cameras[name].directory, stores / name)
        (site.directory / "expected").write_text(json.dumps(expected))
        say(started, f"{CAMERAS} cameras hold {sum(len(clips) for clips in expected.values())} recordings")
        status = subprocess.run(
            [HERE / "run", "--build", build, "--cameras", str(CAMERAS), "--kind", f"camera dir={stores}/K-%d",
             "--disk", site.directory, "--gadgets", "1", "--usbfs-memory", USBFS_MEMORY, "--timeout", str(3 * PATIENCE),
             "--", sys.executable, Path(__file__).resolve(), build, site.directory], check=False).returncode
        expect(status == 0, f"in the guest: exit {status}")
        for name in expected:
            left = json.loads(run(site.bin("asservat-camera"), "list", stores / name, "--json").stdout)
            expect(left == [], f"{name} still holds {left}")
        say(started, "no camera holds a recording any more")
        return 0
    finally:
        shutil.rmtree(work)


def say(started, text):
    print(f"[{time.monotonic() - started:5.1f} s] {text}", flush=True)


def expect(right, text):
    if not right:
        raise SiteError(text)


# ---- on the host ----

def make(site):
    """A site whose cameras have their keys and hold recordings; the payloads' lengths by camera."""
    expected = {}
    try:
        site.make()
        site.start_keeper()
        for i in range(1, CAMERAS + 1):
            camera = enrol(site, f"K-{i}")
            for seconds in (7, 4)[:1 + i % 2]:
                camera.tool("record", "--input", site.video.make(seconds), "--rate", "full")
            expected[camera.name] = [clip["payload_bytes"] for clip in camera.list()]
        enrol(site, GADGET)
        site.video.make(24)
    finally:
        site.stop()
    return expected


def enrol(site, name):
    """With its first keys and the time, so that it can record before it was ever docked."""
    camera = site.enrol(name)
    site.give_keys(camera)
    camera.tool("set-clock")
    return camera


# ---- in the guest ----

def service(user, group):
    """What systemd's units do for a daemon, in so far as two programs can."""
    return ["prlimit", f"--memlock={64 << 20}", "setpriv", f"--reuid={user}", f"--regid={group}", "--init-groups",
            "--no-new-privs", "--bounding-set=-all", "--inh-caps=-all"]


class Guest(Site):
    """The site in the guest: each daemon as its own user, and the kernel's own view of /sys and /dev/bus/usb."""

    def own(self):
        """The owners that the installation gives."""
        self.directory.chmod(0o1777)
        (self.directory / "keeper.sock").unlink()  # the host's
        self.agency.chmod(0o711)
        for path, user in (("postgres", "postgres:postgres"), ("agency/keeper", "asv-keeper:asv-keys"),
                           ("keeper", "asv-keeper:asv-keys"), ("agency/dock", "asv-dock:asv-dock"),
                           ("run", "asv-dock:asv-dock")):
            run("chown", "-R", user, self.directory / path)
        # Wherever the sources lie, these users can reach the programs here.
        shutil.copytree(self.build / "bin", self.directory / "bin")
        self.build = self.directory
        with open(self.directory / "keeper.conf", "a", encoding="ascii") as conf:
            conf.write("peer.asv-dock = dock\n")

    def start_keeper(self):
        self.keeper = Daemon("asservat-keeper", [*service("asv-keeper", "asv-keys"), self.bin("asservat-keeper"),
                                                 "--config", self.directory / "keeper.conf"],
                             self.directory / "log/keeper.log")
        self.keeper.wait_for(lambda: answers(self.directory / "keeper.sock"), PATIENCE, "socket")

    def dockd(self, *arguments):
        return [*service("asv-dock", "asv-dock"), self.bin("asservat-dockd"), "--config", self.directory / "dock.conf",
                *arguments]

    def start_dock(self, env=None):
        self.dock = Daemon("asservat-dockd", self.dockd(), self.directory / "log/dockd.log", env)
        self.dock.wait_for(lambda: answers(self.status), PATIENCE, "status socket")

    def ctl(self, *words):
        run(self.bin("asservat-bus"), "ctl", " ".join(str(word) for word in words))

    def until(self, done, what):
        """Waits for the dock's status to say so."""
        deadline = time.monotonic() + PATIENCE
        while True:
            slots = self.dock_slots()
            if done(slots):
                return
            if not self.dock.alive() or time.monotonic() > deadline:
                raise SiteError(f"{what}: not so\n{json.dumps(slots, indent=1)[:6000]}\n{self.dock.tail()}")
            select.select([], [], [], 0.2)

    @property
    def slots(self):
        return self.directory / "run/slots.conf"

    def log(self):
        return (self.directory / "log/dockd.log").read_text()


class Gadget:
    """asservat-camera serve, as firmware-proto/camera/README.md says, on a device controller of the kernel's own."""

    CONFIG = Path("/sys/kernel/config/usb_gadget/asservat")
    MOUNT = Path("/dev/ffs-asservat")
    UDC = "dummy_udc.0"

    def __init__(self, camera):
        self.camera = camera
        run("mount", "-t", "configfs", "none", "/sys/kernel/config")
        function = self.CONFIG / "functions/ffs.asservat"
        for path in (self.CONFIG / "configs/c.1", function, self.MOUNT):
            path.mkdir(parents=True)
        (self.CONFIG / "idVendor").write_text("0x1209")
        (self.CONFIG / "idProduct").write_text("0x4001")
        (self.CONFIG / "configs/c.1/ffs.asservat").symlink_to(function)
        run("mount", "-t", "functionfs", "asservat", self.MOUNT)
        self.serve()

    def serve(self):
        """Starts the camera's program, which binds the gadget."""
        site = self.camera.site
        self.program = Daemon("asservat-camera serve",
                              [site.bin("asservat-camera"), "serve", self.camera.directory, "--functionfs", self.MOUNT,
                               "--gadget", self.CONFIG, "--udc", self.UDC], site.directory / "log/gadget.log")
        self.program.wait_for(lambda: (self.CONFIG / "UDC").read_text().strip() == self.UDC, PATIENCE, "binding")

    def plug(self, speed):
        (self.CONFIG / "max_speed").write_text(speed)
        (self.CONFIG / "UDC").write_text(self.UDC)

    def unplug(self):
        (self.CONFIG / "UDC").write_text("\n")


def learn(site, gadget):
    """Three slots: a camera behind two hubs, and the gadget at the controller's two ports."""
    site.write_dock_conf([])
    learner = subprocess.Popen([str(part) for part in site.dockd("--learn", "--slots", "3", "--out", site.slots)],
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    learned = []
    try:
        for put_in, take_out in ((lambda: site.ctl("plug", BEHIND_HUBS), lambda: site.ctl("unplug", BEHIND_HUBS)),
                                 (lambda: gadget.plug("high-speed"), gadget.unplug),
                                 (lambda: gadget.plug("super-speed"), gadget.unplug)):
            asked = learner.stdout.readline()
            put_in()
            answer = learner.stdout.readline()
            expect(asked.startswith("put a camera") and " is port " in answer, f"--learn: {asked}{answer}")
            learned.append(answer.split()[-1])
            take_out()
        expect(learner.wait(PATIENCE) == 0, f"--learn: exit {learner.returncode}")
    finally:
        learner.kill()
    expect(learned[0] == BEHIND_HUBS and len(set(learned)) == 3, f"--learn: {learned}")
    return learned[1:]


def sandboxed(site):
    """Whether the kernel says that the daemon gave up what it should."""
    site.dock.wait_for(lambda: " started " in site.log(), PATIENCE, "line that it started")
    status = Path(f"/proc/{site.dock.process.pid}/status").read_text()
    fields = dict(line.split(":", 1) for line in status.splitlines())
    for field, value in (("NoNewPrivs", 1), ("Seccomp", 2), ("CapEff", 0), ("CapBnd", 0)):
        expect(int(fields[field], 16) == value, f"asservat-dockd: {field}:{fields[field]}")
    expect("0" not in fields["Uid"].split(), f"asservat-dockd runs as {fields['Uid']}")
    expect("paths-not-restricted" not in site.log(), "asservat-dockd: no Landlock")


def in_payload(slot):
    """Has given a frame of four chunks, and not yet the rest."""
    return slot.get("step") == "payload" and slot["done"] > 4 * 65552


def bus_cameras(site):
    """All at once; one hangs in mid-transfer, then the daemon is killed; one is pulled out in mid-transfer."""
    site.ctl("fault", PULLED, "unplug", f"after={IN_PAYLOAD}")
    site.ctl("fault", HUNG, "hang", f"after={IN_PAYLOAD}")
    site.ctl("plug", "all")
    site.until(lambda slots: in_payload(slots[HUNG]), f"{HUNG} in mid-transfer")
    site.dock.stop(signal.SIGKILL)
    site.ctl("fault", HUNG, "clear")
    site.start_dock()
    site.ctl("wait", PULLED, "unplugged", PATIENCE * 1000)
    site.until(lambda slots: slots[PULLED]["state"] == "empty", f"the slot at {PULLED} empty")
    site.ctl("plug", PULLED)
    site.until(lambda slots: all(slots[port]["state"] == "ready" for port in PORTS), "every camera ready")


def gadget_camera(site, gadget, slow, fast):
    """At full speed, which takes seconds by the kernel's own clock, its program is killed in mid-transfer and started
    again, then it is pulled out in mid-transfer and put into a port of another speed."""
    def interrupt(how):
        site.until(lambda slots: in_payload(slots[slow]), "the gadget in mid-transfer")
        how()
        site.until(lambda slots: slots[slow]["state"] == "empty", "the gadget's slot empty")
        expect(GADGET not in (clip["camera"] for clip in site.json("clip", "list")), "interrupted too late")

    gadget.plug("full-speed")
    interrupt(lambda: gadget.program.stop(signal.SIGKILL))
    gadget.serve()
    interrupt(gadget.unplug)
    gadget.plug("super-speed")
    site.until(lambda slots: slots[fast]["state"] == "ready", "the gadget ready")


def resumed(site):
    """The slots that went on with a recording of which they had something."""
    lines = re.findall(r" resumed slot=(\d+) .*have=(\d+)", site.log())
    return {int(slot) for slot, have in lines if int(have) > 0}


def account(site, expected):
    """Each recording is in custody once, verifies, and was erased by its camera."""
    clips = site.json("clip", "list")
    for camera, lengths in expected.items():
        mine = [clip for clip in clips if clip["camera"] == camera]
        expect(sorted(clip["payload_bytes"] for clip in mine) == sorted(lengths), f"{camera}: {lengths}, not {mine}")
        expect(all(clip["state"] == "sealed" and clip["erased_on_camera"] for clip in mine), f"{camera}: {mine}")
    stored = site.stored("sealed")
    expect(len(stored) == len(clips) == sum(map(len, expected.values())), f"{len(clips)} clips, {len(stored)} stored")
    for clip in stored:
        site.verify(clip)
    alarms = site.postgres.query("SELECT kind, detail FROM asv.alarm")
    expect(not alarms, f"alarms: {alarms}")


def shift(site):
    started = time.monotonic()
    expected = json.loads((site.directory / "expected").read_text())
    site.own()
    site.ctl("unplug", "all")
    site.postgres.start()
    site.start_keeper()
    camera = Camera(site, GADGET)
    camera.tool("record", "--input", site.video.make(24), "--rate", "full")
    expected[GADGET] = [clip["payload_bytes"] for clip in camera.list()]
    gadget = Gadget(camera)
    gadget.unplug()
    say(started, "database, keeper and gadget are there")
    slow, fast = learn(site, gadget)
    say(started, f"learned: {BEHIND_HUBS} behind two hubs, {slow} and {fast} for the gadget")
    site.write_dock_conf([], slots=site.slots, production="yes", readback="direct", **PATIENT,
                         **{f"slot.{i}": port for i, port in enumerate(PORTS[:-1], 4)})
    site.start_dock()
    sandboxed(site)
    began = time.monotonic()
    bus_cameras(site)
    say(started, "20 cameras ready: one hung, the daemon was killed, one was pulled out, all in mid-transfer")
    bytes_in = sum(map(sum, expected.values())) - sum(expected[GADGET])
    print(f"{bytes_in / 1e6:.1f} MB in {time.monotonic() - began:.1f} s", flush=True)
    gadget_camera(site, gadget, slow, fast)
    say(started, "the gadget is ready: killed and pulled out in mid-transfer at full speed, put into a SuperSpeed port")
    slots = site.dock_slots()
    wanted = {slots[port]["slot"] for port in (PULLED, HUNG, slow, fast)}
    expect(wanted <= resumed(site), f"{wanted - resumed(site)} did not resume but began anew")
    gadget.unplug()
    say(started, f"asservat-dockd had at most {site.check_dock_memory():.1f} MiB resident since it was killed")
    for daemon in (gadget.program, site.dock):
        expect(daemon.stop(seconds=PATIENCE) == 0, f"{daemon.name}: exit {daemon.process.returncode}")
    expect(camera.list() == [], "the gadget still holds recordings")
    account(site, expected)
    say(started, "every recording is in custody once, verifies, and was erased by its camera")
    site.stop()
    return 0


def guest(build, directory):
    site = Guest(directory, build)
    try:
        return shift(site)
    except SiteError:
        print((site.directory / "log/dockd.log").read_text())  # the guest's disk goes with it
        raise


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1]) if len(sys.argv) == 2 else guest(*sys.argv[1:]))
    except SiteError as error:
        print(f"FAILED: {error}", flush=True)
        sys.exit(1)
