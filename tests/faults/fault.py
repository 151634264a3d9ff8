# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Asservat authors
"""The kinds of faults. Each is armed before the cameras are plugged in, waits for its moment, strikes, and is made good
again by whoever is at the dock; those that never had their moment are not counted."""
import signal

from asvsite import SiteError

WAITING, STRUCK, OVER, MISSED = "waiting", "struck", "over", "missed"


class Fault:
    kind = None

    def __init__(self):
        self.state = WAITING
        self.times = 0  # that it struck, of those that strike more than once

    def struck(self):
        return max(self.times, 1 if self.state == OVER else 0)

    def arm(self, round_):
        """Before the cameras are plugged in."""

    def step(self, round_, view):
        """Called again and again; moves self.state."""

    def make_good(self, round_):
        """Ends what it does, whatever its state, when the round is over."""

    def describe(self):
        return self.kind


class Moment:
    """When a fault that is not tied to a byte or a call strikes: after a share of all bytes, in a slot's state, or
    together with another fault."""

    def __init__(self, rng, others):
        self.kind = rng.choices(["bytes", "state", "with"], [4, 4, 2 if others else 0])[0]
        self.share = rng.random()
        self.slot_state = rng.choice(["handshake", "identifying", "listing", "pulling", "pulling", "sealing", "erasing",
                                      "erasing", "waiting", "finishing"])
        self.other = rng.choice(others) if others else None

    def has_come(self, round_, view):
        if self.kind == "bytes":
            return view.bytes >= self.share * round_.bytes_offered
        if self.kind == "state":
            return any(slot["state"] == self.slot_state for slot in view.slots.values())
        return self.other.state in (STRUCK, OVER)

    def __str__(self):
        return {"bytes": f"at {self.share:.0%} of the bytes", "state": f"while a slot is {self.slot_state}",
                "with": f"with {self.other.describe() if self.other else ''}"}[self.kind]


class OnCamera(Fault):
    """Tied to a byte of what one camera sends."""

    def __init__(self, rng, seat, kind, command):
        super().__init__()
        self.seat = seat
        self.kind = kind
        self.verb, _, self.more = command.partition(" ")
        self.share = rng.random() * 1.03
        self.port = None
        self.before = 0

    def describe(self):
        return f"{self.kind} of camera {self.seat} at {self.share:.0%}"

    def arm(self, round_):
        self.port = round_.cameras[self.seat].port
        self.before = round_.stage.bus_ports()[self.port]["struck"].get(self.verb, 0)
        after = int(self.share * round_.bytes_of(self.seat))
        round_.stage.say(f"fault {self.port} {self.verb} after={after} {self.more}".strip())

    def has_struck(self, view):
        return view.ports[self.port]["struck"].get(self.verb, 0) > self.before


class Pulled(OnCamera):
    """The cable is pulled, or the camera loses its power, in the middle of a transfer; and put in again."""

    def __init__(self, rng, seat, verb):
        super().__init__(rng, seat, "power-cut" if verb == "cut" else "unplug", verb)
        self.elsewhere = rng.random() < 0.4
        self.patient = rng.random() < 0.5  # until the dock has seen it

    def describe(self):
        return super().describe() + (", put into another slot" if self.elsewhere else "")

    def step(self, round_, view):
        if self.state == WAITING and self.has_struck(view) and not view.ports[self.port]["plugged"]:
            self.state = STRUCK  # a slow bus carries the bytes before it first
        if self.state == STRUCK and (not self.patient or view.is_empty(self.port) or view.at_rest):
            camera = round_.cameras[self.seat]
            spare = round_.spare_port()
            if self.elsewhere and spare:
                round_.stage.move(camera, spare)
            else:
                round_.stage.plug(camera)
            self.state = OVER


class Wire(OnCamera):
    """Bits turn over, frames are lost, doubled or mangled between camera and dock."""

    def __init__(self, rng, seat, command):
        super().__init__(rng, seat, "wire-" + command.split()[0], command)
        self.lasts = self.verb in ("hang", "mute")

    def step(self, round_, view):
        if self.state == WAITING and self.has_struck(view):
            self.state = STRUCK
        if self.state == STRUCK and self.lasts and not (view.at_rest or view.is_faulted(self.port)):
            return
        if self.state == STRUCK:
            if self.lasts:
                round_.stage.say(f"fault {self.port} clear")
            self.state = OVER


class Disk(Fault):
    """The dock's disk is full, or fails; for a while."""

    def __init__(self, rng, kind, roots):
        super().__init__()
        self.kind = self.call = kind
        self.after = rng.choice([rng.randint(1, 12), rng.randint(1, 60), rng.randint(1, 250)])
        self.strikes = rng.randint(1, 6)
        self.roots = roots

    def describe(self):
        return f"{self.kind} at call {self.after} on {'+'.join(self.roots)}"

    def board(self, stage):
        return stage.board

    def paths(self, round_):
        return [round_.stage.directory / root for root in self.roots]

    def arm(self, round_):
        paths = ":".join(f"{path}/" for path in self.paths(round_))
        self.board(round_.stage).arm(f"{self.call}:{self.after}:{paths}")

    def step(self, round_, view):
        strikes = self.board(round_.stage).strikes()
        if self.state == WAITING and strikes > 0:
            self.state = STRUCK
        sticky = self.call in ("enospc", "eio-write")
        if self.state == STRUCK and (not sticky or strikes >= self.strikes or view.at_rest):
            self.make_good(round_)
            self.state = OVER

    def make_good(self, round_):
        self.board(round_.stage).disarm()


class Flash(Disk):
    """A camera's flash fails, while it hands over and erases."""

    def __init__(self, rng, seat):
        super().__init__(rng, rng.choice(["eio-write", "eio-sync", "eio-name"]), [])
        self.kind = "flash-" + self.call
        self.after = rng.choice([rng.randint(1, 12), rng.randint(1, 80)])
        self.seat = seat

    def describe(self):
        return f"{self.kind} at call {self.after} of camera {self.seat}"

    def board(self, stage):
        return stage.flash_board

    def paths(self, round_):
        return [round_.cameras[self.seat].directory]


class KeeperDisk(Disk):
    """The keeper's disk fails while it makes keys for a camera that is new."""

    def __init__(self, rng):
        super().__init__(rng, rng.choice(["enospc", "eio-write", "eio-sync", "eio-name"]), ["keeper"])
        self.kind = "keeper-" + self.call
        self.after = rng.randint(1, 100)

    def board(self, stage):
        return stage.keeper_board


class KeeperKill(Fault):
    """kill -9 of the keeper before a chosen call on its store, while it makes keys for a camera that is new."""

    kind = "keeper-kill"

    def __init__(self, rng):
        super().__init__()
        self.after = rng.randint(1, 300)

    def describe(self):
        return f"keeper-kill before call {self.after} on its store"

    def arm(self, round_):
        round_.stage.keeper_board.arm(f"kill:{self.after}:{round_.stage.directory}/keeper/")

    def step(self, round_, view):
        if not round_.stage.keeper.alive() and round_.stage.keeper_board.strikes() > 0:
            self.make_good(round_)
            round_.stage.start_keeper()
            self.state = OVER

    def make_good(self, round_):
        round_.stage.keeper_board.disarm()


class DockKill(Fault):
    """kill -9 of the dock daemon: before a chosen system call on the vault, perhaps again while it looks at what it finds
    there; or at a moment."""

    kind = "dock-kill"

    def __init__(self, rng, others, at_call):
        super().__init__()
        self.at_call = at_call
        self.after = rng.choice([rng.randint(1, 40), rng.randint(1, 150), rng.randint(1, 400)])
        self.again = rng.choice([rng.randint(1, 10), rng.randint(1, 80)]) if rng.random() < 0.4 else None
        self.calls = [self.after, self.again] if self.again else [self.after]
        self.moment = Moment(rng, others)
        self.flip = rng.random() if rng.random() < 0.3 else None  # a bit of staging turns over meanwhile

    def describe(self):
        again = f", and before call {self.again} after that" if self.again else ""
        return f"dock-kill {f'before call {self.after} on the vault{again}' if self.at_call else self.moment}" + (
            ", and a bit of staging turns over" if self.flip is not None else "")

    def arm(self, round_):
        if self.at_call:
            self.arm_next(round_)

    def arm_next(self, round_):
        if self.calls:
            paths = ":".join(f"{root}/" for root in round_.stage.roots())
            round_.stage.board.arm(f"kill:{self.calls.pop(0)}:{paths}")
        else:
            round_.stage.board.disarm()
            self.state = OVER

    def step(self, round_, view):
        stage = round_.stage
        if not self.at_call and self.moment.has_come(round_, view):
            stage.dock.stop(signal.SIGKILL)
            self.is_dead(round_)
            stage.start_dock()
            self.state = OVER
        while self.at_call and self.state == WAITING and not stage.dock.alive() and stage.board.strikes() > 0:
            self.is_dead(round_)
            self.arm_next(round_)
            try:
                stage.start_dock()
            except SiteError:  # the next kill came before it answered
                if stage.board.strikes() == 0:
                    raise

    def is_dead(self, round_):
        self.times += 1
        round_.never_neither("the dock was killed")
        if self.flip is not None:
            round_.flip_in_staging(self.flip)

    def make_good(self, round_):
        if self.at_call:
            round_.stage.board.disarm()


class DockStop(Fault):
    """An orderly stop in the middle of everything."""

    kind = "dock-stop"

    def __init__(self, rng, others):
        super().__init__()
        self.moment = Moment(rng, others)

    def describe(self):
        return f"dock-stop {self.moment}"

    def step(self, round_, view):
        stage = round_.stage
        if self.state == WAITING and stage.dock.alive() and self.moment.has_come(round_, view):
            if round_.stop_dock():
                round_.never_neither("the dock was stopped")
                stage.start_dock()
            self.state = OVER


class Away(Fault):
    """A service dies and comes back: at once, when the dock has noticed, or when nothing goes on without it."""

    def __init__(self, rng, others):
        super().__init__()
        self.moment = Moment(rng, others)
        self.back = rng.choice(["at once", "noticed", "at rest"])

    def describe(self):
        return f"{self.kind} {self.moment}, back {self.back}"

    def step(self, round_, view):
        if self.state == WAITING and self.moment.has_come(round_, view) and self.is_up(round_):
            self.strike(round_)
            self.state = STRUCK
            round_.never_neither(f"{self.kind}")
            if self.back != "at once":
                return
        if self.state == STRUCK and (self.back == "at once" or view.at_rest or
                                     (self.back == "noticed" and not view.services.get(self.service, True))):
            self.make_good(round_)
            self.state = OVER


class DatabaseRestart(Away):
    kind = "database-restart"
    service = "database"

    def is_up(self, round_):
        return round_.stage.postgres.running

    def strike(self, round_):
        round_.stage.crash_postgres()
        round_.stage.postgres.running = False

    def make_good(self, round_):
        if not round_.stage.postgres.running:
            round_.stage.postgres.do("start")


class DatabaseCut(Fault):
    """The server ends the dock's connections, whatever it is doing on them."""

    kind = "database-cut"

    def __init__(self, rng, others):
        super().__init__()
        self.moment = Moment(rng, others)

    def describe(self):
        return f"database-cut {self.moment}"

    def step(self, round_, view):
        if self.state == WAITING and round_.stage.postgres.running and self.moment.has_come(round_, view):
            round_.stage.postgres.query(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'asv_dock'")
            self.state = OVER


class KeeperRestart(Away):
    kind = "keeper-restart"
    service = "keeper"

    def is_up(self, round_):
        return round_.stage.keeper.alive()

    def strike(self, round_):
        round_.stage.keeper.stop(signal.SIGKILL)

    def make_good(self, round_):
        if not round_.stage.keeper.alive():
            round_.stage.start_keeper()


FINAL_CHUNK_BYTES = 24  # of a payload: each checkpoint signs them too, and the dock takes them from there


class FlashFlip(Fault):
    """A bit of a finished recording turns over on the camera's flash, where that damages it."""

    kind = "flash-flip"

    def __init__(self, rng, seat):
        super().__init__()
        self.seat = seat
        self.which, self.at, self.bit = rng.random(), rng.random(), rng.randrange(8)
        self.part = rng.choice(["payload", "payload", "payload", "seal"])

    def describe(self):
        return f"flash-flip of camera {self.seat} in a {self.part}"

    def arm(self, round_):
        mine = [r for r in round_.recordings if r.camera is round_.cameras[self.seat] and len(r.bytes[self.part]) > FINAL_CHUNK_BYTES]
        if not mine:
            self.state = MISSED
            return
        recording = mine[int(self.which * len(mine))]
        size = len(recording.bytes[self.part]) - (FINAL_CHUNK_BYTES if self.part == "payload" else 0)
        recording.damage(self.part, int(self.at * size), self.bit)
        self.state = OVER


class RecordCut(Fault):
    """The camera loses its power while it records: before a chosen write."""

    kind = "record-cut"

    def __init__(self, rng, seat):
        super().__init__()
        self.seat = seat
        self.after = rng.choice([rng.randint(1, 30), rng.randint(1, 90), rng.randint(20, 250)])
        self.video = rng.randrange(4)

    def describe(self):
        return f"record-cut of camera {self.seat} before call {self.after}"
