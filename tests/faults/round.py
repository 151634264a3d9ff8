# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Asservat authors
"""One round: cameras record, are put into the dock, the planned faults strike; then everything is made good, and every
recording is accounted for."""
import signal
import time

import check
import fault
from asvsite import SiteError
from recordings import Recording, Violation, never_neither
from plan import SEATS
from stage import PORTS, VIDEOS

IDLE = {"ready", "attention"}
LOOK_S = 0.02           # between two looks at the site
FAULT_IS_FINAL_MS = 4500  # the retries of the stage's dock.conf are used up by then
STUCK_MS = 1500


class GivenUp(Exception):
    """Somebody wants this program to end."""


class View:
    """What the bus and the dock say at one moment."""

    def __init__(self, round_):
        stage = round_.stage
        self.ports = stage.bus_ports()
        self.bytes = sum(port["in_bytes"] for port in self.ports.values()) - round_.bytes_before
        self.slots = {}
        self.services = {}
        if stage.dock.alive():
            try:
                status = stage.dock_status()
            except (OSError, ValueError):
                status = {"slots": []}  # killed in this moment
            self.slots = {slot["port"]: slot for slot in status["slots"]}
            self.services = {name: status[name]["up"] for name in ("database", "keeper") if name in status}
        self.at_rest = bool(self.slots) and all(
            self.is_at_rest(camera.port) for camera in round_.cameras if self.ports[camera.port]["plugged"])

    def age_ms(self, port):
        return time.time() * 1000 - self.slots[port]["since_ms"]

    def is_at_rest(self, port):
        """Nothing more will happen here by itself soon."""
        state = self.slots[port]["state"]
        if state == "fault":
            return self.age_ms(port) > FAULT_IS_FINAL_MS
        if state == "waiting":
            return self.age_ms(port) > STUCK_MS
        return state in IDLE or state == "refused"

    def is_empty(self, port):
        return port in self.slots and self.slots[port]["state"] == "empty"

    def is_faulted(self, port):
        return port in self.slots and self.slots[port]["state"] in ("fault", "connecting")


class Round:
    def __init__(self, stage, plan, seconds, given_up):
        self.stage = stage
        self.plan = plan
        self.seconds = seconds  # the deadline of each wait
        self.given_up = given_up
        self.cameras = []
        self.recordings = []
        self.bytes_before = 0
        self.newcomer = None
        self.helped = 0

    # ---- what faults ask of the round ----

    def bytes_of(self, seat):
        return sum(len(r.bytes["payload"]) + len(r.bytes["seal"]) for r in self.recordings
                   if r.camera is self.cameras[seat]) + 4096

    @property
    def bytes_offered(self):
        return sum(self.bytes_of(seat) for seat in range(len(self.cameras)))

    def spare_port(self):
        taken = {camera.port for camera in self.stage.cameras.values()}
        return next((port for port in PORTS if port not in taken), None)

    def broken(self, text):
        raise Violation(text)

    def never_neither(self, when):
        never_neither(self.recordings, when, self.stage.postgres.running)

    def flip_in_staging(self, share):
        """A bit of what lies in staging turns over while no daemon runs."""
        files = sorted(path for root in self.stage.roots() for path in root.glob("staging/*/*") if path.stat().st_size)
        if files:
            path = files[int(share * len(files))]
            data = bytearray(path.read_bytes())
            data[int(share * 7919 * len(data)) % len(data)] ^= 1 << int(share * 8)
            path.write_bytes(data)

    # ---- recording ----

    def seat_cameras(self, pool):
        """pool: seat to camera, kept between rounds; one that is missing, or is to be fresh, is made."""
        if self.plan.fresh in pool:
            self.stage.remove_camera(pool.pop(self.plan.fresh))
        displaced = {seat: camera for seat, camera in pool.items() if camera.port != PORTS[seat]}
        for camera in displaced.values():
            self.stage.say(f"remove {camera.name}")
        for seat, camera in displaced.items():
            camera.port = PORTS[seat]
            self.stage.show(camera)
        for seat in range(self.plan.cameras):
            if seat not in pool:
                pool[seat] = self.stage.add_camera(f"K-{seat}-{self.plan.seed.replace('.', '-')}", PORTS[seat])
            self.cameras.append(pool[seat])
        self.newcomer = self.stage.add_camera(f"N-{self.plan.seed.replace('.', '-')}", PORTS[SEATS]) \
            if self.plan.newcomer else None
        self.issue([camera for camera in self.cameras if not (camera.directory / "trust/bulletin").exists()])

    def issue(self, cameras):
        """New cameras are in the dock once, for their keys."""
        for camera in cameras:
            self.stage.plug(camera)
        self.until(lambda view: all(view.slots[c.port]["state"] == "ready" for c in cameras), "new cameras ready")
        for camera in cameras:
            self.stage.unplug(camera)
        self.until(lambda view: all(view.is_empty(c.port) for c in cameras), "new cameras taken out")

    def record(self):
        for seat, clips in enumerate(self.plan.clips):
            for which, marked in clips:
                marker = ["--marker", "300"] if marked else []
                self.cameras[seat].tool("record", "--input", self.video(which), "--rate", "full", *marker)
        for one in self.plan.faults:
            if isinstance(one, fault.RecordCut):
                camera = self.cameras[one.seat]
                done = self.stage.records_with_fault(camera, self.video(one.video),
                                                     f"kill:{one.after}:{camera.directory}/", [])
                one.state = fault.OVER if done.returncode == -signal.SIGKILL else fault.MISSED
                if done.returncode not in (0, -signal.SIGKILL):
                    self.broken(f"asservat-camera record: exit {done.returncode}\n{done.stderr}")
        for camera in self.cameras:
            for listed in camera.list():
                self.recordings.append(Recording(self.stage, camera, listed))
        for recording in self.recordings:
            recording.verify()

    def video(self, which):
        seconds, size, rate = VIDEOS[which]
        return self.stage.video.make(seconds, size=size, rate=rate)

    # ---- playing ----

    def look(self):
        if self.given_up():
            raise GivenUp()
        view = View(self)
        if not self.stage.dock.alive() and not any(getattr(f, "at_call", False) and f.state == fault.WAITING
                                                   for f in self.plan.faults):
            self.broken(f"the dock ended by itself with {self.stage.dock.process.returncode}\n{self.stage.dock.tail()}")
        for name, daemon in (("keeper", self.stage.keeper), ("bus", self.stage.bus)):
            if not daemon.alive() and daemon.process.returncode != -signal.SIGKILL:
                self.broken(f"the {name} ended by itself with {daemon.process.returncode}\n{daemon.tail()}")
        return view

    def play(self):
        self.stage.say(f"rate ports {self.plan.rate}")
        self.bytes_before = sum(port["in_bytes"] for port in self.stage.bus_ports().values())
        for one in self.plan.faults:
            one.arm(self)
        if self.newcomer:
            self.cameras.append(self.newcomer)
            self.put_in(self.newcomer)
        for seat in self.plan.order:
            self.put_in(self.cameras[seat])
        deadline = time.monotonic() + self.seconds
        rests = 0
        while any(one.state in (fault.WAITING, fault.STRUCK) for one in self.plan.faults) and rests < 8:
            view = self.look()
            for one in self.plan.faults:
                if one.state in (fault.WAITING, fault.STRUCK):
                    one.step(self, view)
            struck = any(one.state == fault.STRUCK for one in self.plan.faults)
            rests = rests + 1 if view.at_rest and not struck else 0
            if time.monotonic() > deadline:
                self.broken(f"no rest within {self.seconds} s while faults strike\n{self.slots_text(view)}")
            time.sleep(LOOK_S)

    def put_in(self, camera):
        """A camera whose flash fails does not boot; it is put in again when that is over."""
        try:
            self.stage.plug(camera)
        except SiteError:
            if not any(isinstance(one, fault.Flash) for one in self.plan.faults):
                raise

    def slots_text(self, view):
        return "\n".join(f"  {slot['port']}: {'in' if view.ports[slot['port']]['plugged'] else 'out'}, {slot['state']}: "
                         f"{slot['reason']} {slot['counts']}" for slot in view.slots.values())

    def stop_dock(self):
        """False when a kill that was armed came first: whoever armed it goes on from there."""
        status = self.stage.dock.stop(seconds=60)
        if status == -signal.SIGKILL and self.stage.board.strikes() > 0:
            return False
        if status != 0:
            self.broken(f"the dock ended with {status} when it was asked to stop\n{self.stage.dock.tail()}")
        return True

    # ---- making good ----

    def lift(self):
        stage = self.stage
        for one in self.plan.faults:
            one.make_good(self)
            if one.state == fault.WAITING:
                one.state = fault.MISSED
            elif one.state == fault.STRUCK:
                one.state = fault.OVER
        stage.board.disarm()
        stage.flash_board.disarm()
        stage.keeper_board.disarm()
        for port in PORTS:
            stage.say(f"fault {port} clear")
        stage.say("rate ports 0")
        self.look()
        for camera in self.cameras:
            stage.plug(camera)

    def advice(self, view, camera):
        """What the slot's display asks staff to do, if it is to take the camera out and put it in again."""
        slot = view.slots[camera.port]
        if slot["state"] == "refused" or (slot["state"] == "fault" and view.age_ms(camera.port) > FAULT_IS_FINAL_MS):
            return True
        if slot["state"] in IDLE:
            return all(view.services.values()) and not self.is_done(view, camera)
        return not self.plan.patient and slot["state"] == "waiting" and view.age_ms(camera.port) > STUCK_MS

    def is_done(self, view, camera):
        damaged = any(r.damaged and r.camera is camera for r in self.recordings)
        left = [r for r in self.recordings if r.camera is camera and not r.damaged and r.on_flash.exists()]
        wanted = {"ready", "attention"} if damaged else {"ready"}
        unproven = list((camera.directory / "erased").iterdir())  # proofs that nobody has acknowledged
        has_keys = (camera.directory / "trust/bulletin").exists()
        return not left and not unproven and has_keys and view.slots[camera.port]["state"] in wanted

    def settle(self):
        """Waits until every slot is idle, its camera empty, and nothing is left in staging."""
        deadline = time.monotonic() + self.seconds
        helped = {}
        while True:
            view = self.look()
            if all(self.is_done(view, camera) for camera in self.cameras) and not check.staged(self.stage):
                return
            for camera in self.cameras:
                if not view.ports[camera.port]["plugged"]:
                    self.stage.plug(camera)  # it was on its way out when the faults were lifted
                elif self.advice(view, camera) and helped.get(camera.port, 0) < 4:
                    helped[camera.port] = helped.get(camera.port, 0) + 1
                    self.helped += 1
                    self.stage.unplug(camera)
                    self.until(lambda v, port=camera.port: v.is_empty(port), f"{camera.port} empty")
                    self.stage.plug(camera)
            if time.monotonic() > deadline:
                left = [str(r) for r in self.recordings if r.on_flash.exists() and not r.damaged]
                self.broken(f"not every slot reached idle within {self.seconds} s\n{self.slots_text(view)}\n"
                            f"left on cameras: {left}\nstaged: {check.staged(self.stage)}")
            time.sleep(LOOK_S)

    def until(self, done, what):
        deadline = time.monotonic() + self.seconds
        while not done(view := self.look()):
            if time.monotonic() > deadline:
                self.broken(f"{what}: not within {self.seconds} s\n{self.slots_text(view)}")
            time.sleep(LOOK_S)

    def run(self, pool):
        self.seat_cameras(pool)
        self.record()
        self.play()
        self.never_neither("the faults are over")
        self.lift()
        self.settle()
        if self.plan.restart:
            self.stop_dock()
            self.stage.start_dock()
            self.settle()
        check.round_over(self)
        for camera in self.cameras:
            self.stage.unplug(camera)
        self.until(lambda view: all(view.is_empty(camera.port) for camera in self.cameras), "slots empty")
        if self.newcomer:
            self.stage.remove_camera(self.newcomer)
        for seat, camera in list(pool.items()):
            if any(r.damaged and r.camera is camera for r in self.recordings):
                self.stage.remove_camera(pool.pop(seat))  # it keeps what the dock could not take

    def struck(self):
        return [one.kind for one in self.plan.faults for _ in range(one.struck())]
