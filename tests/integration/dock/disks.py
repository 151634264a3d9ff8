#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Asservat authors
"""Disks fill up, fail and forget: the camera keeps its recording until the vault has it."""
import os

from rig import LONG, SHORT, main

FAULT_DISK = "lib/libasv_fault_disk.so"


def room(rig):
    """dock.conf's free_floor of so many bytes below what is free now."""
    disk = os.statvfs(rig.site.directory)
    return disk.f_bavail * disk.f_frsize


def with_fault(rig, fault, path="", **conf):
    rig.stop_dock()
    rig.start_dock(preload=FAULT_DISK, env={"ASV_FAULT_DISK": fault + (f":{rig.site.directory}/{path}" if path else "")},
                   **conf)


def without_fault(rig):
    rig.stop_dock()
    rig.start_dock()


def waits_for_room(rig, camera):
    slot = rig.rest(camera, state="waiting")[camera.port]
    assert slot["reason"].startswith("there is no room"), slot["reason"]
    return slot


def no_room_is_met_before_the_first_byte(rig):
    camera = rig.camera()
    rig.record(camera, 2, LONG)
    rig.restart_dock(free_floor=room(rig) + (1 << 40), free_warn=room(rig) + (1 << 40))
    rig.plug(camera)
    assert waits_for_room(rig, camera)["counts"]["bytes"] == 0, "something was pulled onto a full disk"
    assert rig.alarms("storage") > 0
    rig.restart_dock()
    rig.taken_in(camera)


def little_room_is_said_while_there_still_is_some(rig):
    camera = rig.camera()
    rig.record(camera, 1, SHORT)
    rig.until(lambda _: rig.status.get("space", {}).get("low") is False, "there is room")
    rig.restart_dock(free_warn=room(rig) + (1 << 40))
    rig.until(lambda _: rig.status.get("space", {}).get("low"), "the disk's space is called low")
    rig.eventually(lambda: rig.query("SELECT 1 FROM asv.alarm WHERE kind = 'storage' AND detail LIKE '%free_warn%'"),
                   "a person is called")
    assert "left: make room" in rig.site.cli("dock", "status", "--socket", rig.site.status).stdout
    rig.plug(camera)
    rig.rest(camera)
    rig.check_stored(camera)


def a_disk_that_fills_up_in_mid_transfer(rig):
    camera = rig.camera()
    rig.record(camera, 2, LONG)
    with_fault(rig, "enospc:40", "vault")
    rig.plug(camera)
    waits_for_room(rig, camera)
    assert len(camera.list()) == 2 - rig.states(camera).count("sealed") > 0
    without_fault(rig)
    rig.taken_in(camera)


def a_disk_that_does_not_sync(rig):
    """Whatever sync fails, on both disks: nothing that may not be there is promised."""
    camera = rig.camera()
    for after in range(1, 40, 3):
        rig.record(camera, 1, SHORT)
        with_fault(rig, f"eio-sync:{after}")
        rig.plug(camera)
        rig.taken_in(camera)
        rig.unplug(camera)
    without_fault(rig)
    rig.eventually(lambda: not any(any((rig.site.directory / root / "staging").iterdir()) for root in ("vault", "mirror")),
                   "what the disks that failed had staged is gone")
    rig.site.cli("vault", "scrub", "--full-speed")
    report = rig.site.json("vault", "scrub", "--full-speed")
    assert report["repaired"] == 0 and report["damaged"] == 0, report


def one_disk_of_two_fails(rig):
    """The recording is in custody with one replica; scrub makes the second one later."""
    camera = rig.camera()
    rig.record(camera, 1, LONG)
    with_fault(rig, "eio-write:20", "mirror")
    rig.plug(camera)
    rig.taken_in(camera)
    clip = rig.clips(camera)[0]["clip"]
    assert rig.query(f"SELECT replicas FROM asv.clip WHERE clip = '{clip}'") == [["1"]]
    without_fault(rig)
    out = rig.site.cli("vault", "scrub", "--full-speed").stdout
    assert "repaired" in out, out


def what_the_vault_has_lost_is_not_erased_on_the_camera(rig):
    """In custody, but the camera went before its receipt, and then the disks spoilt the bytes: no receipt."""
    camera = rig.camera()
    rig.record(camera, 1, LONG)
    rig.site.keeper.stop()
    rig.plug(camera)
    rig.until(lambda slots: slots[camera.port]["state"] == "waiting", "the receipt waits for the keeper")
    rig.unplug(camera)
    rig.site.start_keeper()
    rig.eventually(lambda: rig.states(camera) == ["sealed"], "in custody without the camera")
    clip = rig.clips(camera)[0]["clip"]
    rig.excused.add(clip)
    for root in ("vault", "mirror"):
        for payload in (rig.site.directory / root).glob(f"sealed/*/*/*/{clip}/payload"):
            with open(payload, "r+b") as file:
                file.seek(1_000_000)
                file.write(b"\0" * 64)
    rig.plug(camera)
    slots = rig.rest(camera, state="attention")
    assert "not erased by it" in slots[camera.port]["reason"], slots[camera.port]["reason"]
    assert len(camera.list()) == 1, "the last whole copy was erased"
    assert rig.alarms("damaged_clip") + rig.alarms("missing_clip") > 0
    rig.unplug(camera)


if __name__ == "__main__":
    main(little_room_is_said_while_there_still_is_some, no_room_is_met_before_the_first_byte,
         a_disk_that_fills_up_in_mid_transfer, a_disk_that_does_not_sync, one_disk_of_two_fails,
         what_the_vault_has_lost_is_not_erased_on_the_camera)
