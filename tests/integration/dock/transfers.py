#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Asservat authors
"""Cables, slots and processes break in mid-transfer: what was pulled is not pulled again, and nothing is lost."""
import json
import random
import re
import signal
import time

from rig import LONG, SHORT, SiteError, main

CHUNK = 65_552


def a_wrong_chunk_is_asked_for_again(rig):
    camera = rig.camera()
    rig.record(camera, 1, LONG)
    rig.fault(camera, "flip kind=4 after=600000")
    rig.plug(camera)
    rig.taken_in(camera)
    assert rig.log("wrong-chunks"), "no chunk came wrong"
    assert [clip["integrity"] for clip in rig.clips(camera)] == ["VALID"]


def chunks_that_stay_wrong_go_to_quarantine(rig):
    camera, other = rig.cameras(2)
    rig.record(camera, 1, LONG)
    rig.record(other, 1, LONG)
    rig.fault(camera, "flip kind=4 count=0")
    rig.plug(camera, other)
    rig.taken_in(other)
    slots = rig.rest(camera, state="attention")
    assert "1 in quarantine" in slots[camera.port]["reason"], slots[camera.port]
    assert rig.states(camera) == ["quarantined"] and len(camera.list()) == 1
    rig.fault(camera, "clear")
    rig.unplug(camera)


def pulled_out_it_goes_on_at_the_chunk_in_another_slot(rig):
    camera, other = rig.cameras(2)
    rig.record(camera, 1, LONG)
    size = camera.list()[0]["payload_bytes"]
    before = rig.traffic(camera)
    rig.fault(camera, f"unplug after={size * 3 // 4}")
    rig.plug(camera)
    rig.bus(f"wait {camera.port} unplugged 120000")
    rig.until(lambda slots: slots[camera.port]["state"] == "empty", "pulled out")
    first = rig.traffic(camera) - before
    before = rig.traffic(other)
    rig.bus(f"remove {other.name}")
    rig.bus(f"move {camera.name} {other.port}")
    camera.port = other.port
    rig.taken_in(camera)
    second = rig.traffic(camera) - before
    assert first > size / 2, f"only {first} of {size} bytes came before"
    have = int(re.search(r" have=(\d+) ", rig.log("resumed")[-1])[1])  # all but what was under way, however slow the dock is
    assert have > 0 and second < size - (have - 1) * CHUNK, f"{second} of {size} bytes were sent again, {have} chunks were there"
    rig.eventually(lambda: rig.query("SELECT count(*) FROM asv.docking_end WHERE reason = 4") != [["0"]],
                   "the docking ended because the camera was taken out")
    del rig.site.cameras[other.name]


def pulled_out_as_a_transfer_is_posted(rig):
    """The kernel refuses the next transfer, as for a device that is gone by then, while workers have its frames."""
    camera = rig.camera()
    rig.record(camera, 1, LONG)
    rig.rate("8M", camera)
    rig.plug(camera)
    for i, errno in enumerate(("ENODEV", "EIO", "ENODEV", "ENODEV", "EIO")):
        slots = rig.until(lambda slots: slots[camera.port]["state"] == "ready" or slots[camera.port]["done"] > i * 400_000,
                          "in mid-transfer")
        if slots[camera.port]["state"] == "ready":
            break
        rig.fault(camera, f"ioctl call=submit errno={errno}")
        rig.eventually(lambda: json.loads(rig.bus(f"stats {camera.port}"))["armed"] == 0, "the transfer was refused")
        rig.until(lambda slots: slots[camera.port]["state"] != "fault", "another try")
    rig.rate("0", camera)
    rig.taken_in(camera)


def cables_that_do_not_hold(rig):
    cameras = rig.cameras(3)
    seed = random.Random(7)
    for camera in cameras:
        rig.record(camera, 2, LONG)
        rig.rate("4M", camera)
    rig.plug(*cameras)
    busy = list(cameras)
    for _ in range(20):
        camera = seed.choice(busy)
        try:
            rig.bus(f"wait {camera.port} in +{seed.randrange(1, 1_000_000)} 2000")
        except SiteError:  # it has nothing more to give
            busy.remove(camera)
            if not busy:
                break
            continue
        rig.bus(f"unplug {camera.port}" + seed.choice((" error", "")))
        rig.plug(camera)
    rig.rate("0", *cameras)
    rig.plug(*cameras)
    rig.taken_in(*cameras)


def killed_at_random_points(rig):
    cameras = rig.cameras(3)
    seed = random.Random(11)
    for camera in cameras:
        rig.record(camera, 2, SHORT)
        rig.record(camera, 1, LONG)
        rig.rate("3M", camera)
    rig.plug(*cameras)
    for _ in range(6):
        try:
            rig.bus(f"wait {seed.choice(cameras).port} in +{seed.randrange(1, 1_000_000)} 2000")
        except SiteError:
            pass  # it has nothing more to give: what is killed is a commit, or nothing
        rig.restart_dock(signal.SIGKILL)
    rig.rate("0", *cameras)
    rig.taken_in(*cameras)
    rig.eventually(lambda: not rig.vault("staging"), "staging is empty")


def stopped_under_load_it_parks_within_five_seconds(rig):
    cameras = rig.cameras(4)
    for camera in cameras:
        rig.record(camera, 1, LONG)
        rig.rate("1M", camera)
    rig.plug(*cameras)
    rig.in_mid_transfer(*cameras, after=500_000)
    began = time.monotonic()
    rig.stop_dock(signal.SIGTERM)
    assert time.monotonic() - began < 5, "did not park within 5 s"
    assert rig.log("stopped"), "did not end in order"
    assert all(len(camera.list()) == 1 for camera in cameras)
    rig.rate("0", *cameras)
    rig.start_dock()
    slots = rig.taken_in(*cameras)
    for camera in cameras:
        size = rig.clips(camera)[0]["payload_bytes"]
        assert slots[camera.port]["counts"]["bytes"] < size - 300_000, "it began from nothing"


if __name__ == "__main__":
    main(a_wrong_chunk_is_asked_for_again, chunks_that_stay_wrong_go_to_quarantine,
         pulled_out_it_goes_on_at_the_chunk_in_another_slot, pulled_out_as_a_transfer_is_posted, cables_that_do_not_hold,
         killed_at_random_points, stopped_under_load_it_parks_within_five_seconds)
