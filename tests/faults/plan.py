# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Asservat authors
"""What is drawn from a seed: the cameras of a round, what they record, how fast the bus is, and what fails when. Nothing
else is drawn, so a seed gives the same plan on every machine."""
import random

import fault
from stage import VIDEOS

SEATS = 4
# How often each kind is drawn.
WEIGHTS = {
    "dock-kill-call": 5, "dock-kill": 4, "dock-stop": 1, "unplug": 4, "power-cut": 4, "flip": 4, "wire": 2,
    "enospc": 2, "eio-write": 2, "eio-sync": 3, "eio-name": 1, "database-restart": 4, "database-cut": 2,
    "keeper-restart": 4, "record-cut": 3, "flash-flip": 1, "flash-eio": 2,
}
DISKS = ("enospc", "eio-write", "eio-sync", "eio-name")


def wire(rng):
    """A fault of the bus (tests/bus/README.md) that mangles what goes over the cable."""
    return rng.choice([
        "drop", "double", "babble", "error", "stall", "hang", f"garbage seed={rng.randrange(1 << 30)}",
        f"short bytes={rng.randint(1, 2000)}", f"long bytes={rng.randint(1, 2000)} seed={rng.randrange(1 << 30)}",
        f"length bytes={rng.randint(1, 70000)}", f"mutate seed={rng.randrange(1 << 30)} odds=3 count=3"])


class Plan:
    def __init__(self, seed):
        self.seed = seed
        rng = random.Random(seed)
        self.cameras = rng.randint(2, SEATS)
        self.clips = [[(rng.randrange(len(VIDEOS)), rng.random() < 0.25) for _ in range(rng.choice([0, 1, 1, 2, 2, 3]))]
                      for _ in range(self.cameras)]
        if not any(self.clips):
            self.clips[0] = [(1, False)]
        self.rate = rng.choice(["0", "600k", "1500k", "4M"])
        self.order = rng.sample(range(self.cameras), self.cameras)
        self.fresh = rng.randrange(self.cameras) if rng.random() < 0.15 else None  # a camera the keeper does not know yet
        self.newcomer = rng.random() < 0.25  # one more camera, which has never been in the dock
        self.patient = rng.random() < 0.15  # nobody helps the dock along at the end
        self.restart = rng.random() < 0.25  # the dock is stopped and started before anybody scrubs the vault
        self.faults = []
        if self.newcomer and rng.random() < 0.7:
            self.faults.append(rng.choice([fault.KeeperDisk, fault.KeeperKill])(rng))
        for _ in range(rng.choice([2, 3, 4, 4, 5, 6])):
            self.add(rng)

    def add(self, rng):
        """Draws one more fault. There is one board for each disk, and a port tells its faults apart by their kind."""
        name = rng.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
        seat = rng.randrange(self.cameras)
        others = [f for f in self.faults if not isinstance(f, (fault.FlashFlip, fault.RecordCut))]
        board = any((isinstance(f, fault.Disk) and not isinstance(f, (fault.Flash, fault.KeeperDisk))) or getattr(f, "at_call", False) for f in self.faults)
        if (name in DISKS or name == "dock-kill-call") and board:
            name = "dock-kill"
        if name in ("unplug", "power-cut"):
            new = fault.Pulled(rng, seat, "cut" if name == "power-cut" else "unplug")
        elif name == "flip":
            new = fault.Wire(rng, seat, f"flip offset={rng.randrange(1 << 20)} bit={rng.randrange(8)}")
        elif name == "wire":
            new = fault.Wire(rng, seat, wire(rng))
        elif name in DISKS:
            new = fault.Disk(rng, name, rng.choice([["vault"], ["mirror"], ["vault", "mirror"]]))
        elif name.startswith("dock-kill"):
            new = fault.DockKill(rng, others, name == "dock-kill-call")
        elif name in ("dock-stop", "database-restart", "database-cut", "keeper-restart"):
            new = {"dock-stop": fault.DockStop, "database-restart": fault.DatabaseRestart,
                   "database-cut": fault.DatabaseCut, "keeper-restart": fault.KeeperRestart}[name](rng, others)
        elif name == "flash-eio":
            new = fault.Flash(rng, seat)
        else:
            new = {"record-cut": fault.RecordCut, "flash-flip": fault.FlashFlip}[name](rng, seat)
        same = [f for f in self.faults if isinstance(f, fault.OnCamera) and isinstance(new, fault.OnCamera)
                and f.seat == new.seat and f.verb == new.verb]
        if not same and not (name == "flash-eio" and any(isinstance(f, fault.Flash) for f in self.faults)):
            self.faults.append(new)

    def describe(self):
        clips = ", ".join(str(len(c)) for c in self.clips)
        newcomer = " and a new one" if self.newcomer else ""
        return f"{self.cameras} cameras with {clips} clips{newcomer}, {self.rate} B/s; " + "; ".join(
            f.describe() for f in self.faults)
