# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Asservat authors
"""A site on which things fail: the demo's, with slots to spare, and a disk under the dock that fails on demand."""
import json
import mmap
import os
import shutil
import struct

from asvsite import Site, bus_command

PORTS = [f"1-1.{i}" for i in range(1, 7)]
BOARD_BYTES = 1024
BOARD_TEXT_BYTES = 1016
# Real H.264 and AAC: (seconds, size, rate); from one chunk to about twenty.
VIDEOS = [(1, "160x120", "100k"), (2, "160x120", "300k"), (3, "160x120", "800k"), (4, "320x240", "2400k")]


class Board:
    """What tests/sim/fault_disk.h calls a board: arms the disk of a running program."""

    def __init__(self, path):
        self.path = path
        path.write_bytes(bytes(BOARD_BYTES))
        with open(path, "r+b") as file:
            self.map = mmap.mmap(file.fileno(), BOARD_BYTES)
        self.sequence = 0

    def arm(self, text):
        self.map[8:8 + BOARD_TEXT_BYTES] = text.encode().ljust(BOARD_TEXT_BYTES, b"\0")
        self.map[4:8] = bytes(4)
        self.sequence += 1
        struct.pack_into("=I", self.map, 0, self.sequence)

    def disarm(self):
        self.arm("")

    def strikes(self):
        return struct.unpack_from("=I", self.map, 4)[0]


class Stage(Site):
    def __init__(self, directory, build, video):
        super().__init__(directory, build, "Stadt Stoerfall")
        self.video = video
        self.board = None  # under the dock
        self.flash_board = None  # under the cameras
        self.keeper_board = None
        self.alarms = 0  # that were looked at
        self.fault_disk = self.build / "lib/libasv_fault_disk.so"

    def set_up(self):
        self.make()
        self.board = Board(self.directory / "board")
        self.flash_board = Board(self.directory / "flash-board")
        self.keeper_board = Board(self.directory / "keeper-board")
        self.write_dock_conf(PORTS, **{
            "camera.retry": "100ms", "camera.handshake": "5s", "camera.reply": "6s", "camera.chunk": "6s",
            "camera.erase": "20s", "services.probe": "200ms"})
        self.start_keeper()
        self.start_bus(env={"LD_PRELOAD": str(self.fault_disk), "ASV_FAULT_DISK": str(self.flash_board.path)})
        self.start_dock()

    def start_keeper(self, env=None):
        super().start_keeper({"LD_PRELOAD": str(self.fault_disk), "ASV_FAULT_DISK": str(self.keeper_board.path),
                              **(env or {})})

    def start_dock(self, env=None):
        super().start_dock({"LD_PRELOAD": f"libumockdev-preload.so.0:{self.fault_disk}",
                            "ASV_FAULT_DISK": str(self.board.path), **(env or {})})

    def roots(self):
        return [self.directory / "vault", self.directory / "mirror"]

    def say(self, line):
        """One command to the bus."""
        return bus_command(self.control, line, 90)

    def bus_ports(self):
        return {port["port"]: port for port in json.loads(self.say("stats"))["ports"] if port["port"] in PORTS}

    def add_camera(self, name, port):
        camera = self.enrol(name)
        camera.port = port
        self.show(camera)
        return camera

    def show(self, camera):
        """To the bus; not plugged in."""
        self.say(f"camera {camera.name} camera {camera.port} dir={camera.directory}")

    def remove_camera(self, camera):
        """Out of use, with whatever it holds."""
        self.say(f"remove {camera.name}")
        del self.cameras[camera.name]

    def plug(self, camera):
        self.say(f"plug {camera.port}")

    def unplug(self, camera):
        """And waits until its firmware has ended: then the store is free."""
        self.say(f"unplug {camera.port}")
        self.say(f"wait {camera.port} off 60000")

    def move(self, camera, port):
        self.say(f"move {camera.name} {port}")
        camera.port = port

    def records_with_fault(self, camera, video, text, marker):
        """Records until the power fails at the call that text names (or to the end); what the program said."""
        env = dict(os.environ, LD_PRELOAD=str(self.fault_disk), ASV_FAULT_DISK=text)
        return camera.tool("record", "--input", video, "--rate", "full", *marker, env=env, check=False)

    def crash_postgres(self):
        self.postgres.crash()

    def discard(self):
        shutil.rmtree(self.directory, ignore_errors=True)
