#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Asservat authors
"""Docked late, or with a clock that is wrong or lost: the day is that of the dock's time, or people decide (docs/DOCK.md)."""
import time

from rig import SHORT, main

DAY = 86400


def issued(rig):
    """A camera with keys that has never been docked: nothing bounds the age of what it holds but its own clock."""
    camera = rig.camera(ready=False)
    conf = rig.site.directory / "keeper.conf"
    text = conf.read_text()
    rig.site.keeper.stop()
    conf.write_text(text.replace("= dock\n", "= admin\n"))
    rig.site.start_keeper()
    rig.site.give_keys(camera)
    rig.site.keeper.stop()
    conf.write_text(text)
    rig.site.start_keeper()
    return camera


def times(rig, camera):
    """(day, days until due, earliest, latest) of the camera's recordings; None for what is not known."""
    rows = rig.query("SELECT c.day, extract(epoch FROM c.due_at - now()) / 86400, extract(epoch FROM c.earliest_at), "
                     "extract(epoch FROM c.latest_at) FROM asv.clip c JOIN asv.certificate k ON k.digest = c.camera "
                     f"WHERE k.name = '{camera.name}' ORDER BY c.number")
    return [(row[0], *(float(text) if text else None for text in row[1:])) for row in rows]


def with_clock(rig, camera, wall):
    """The bus starts the camera's program again, with a clock that is off by so much, or lost."""
    rig.bus(f"remove {camera.name}")
    rig.bus(f"camera {camera.name} camera {camera.port} dir={camera.directory} wall={wall}")


def started_anew(rig, camera, wall):
    """The camera has been without power since, and its clock is off by so much, or lost."""
    with_clock(rig, camera, wall)
    rig.stop_dock()
    rig.plug(camera)
    rig.bus(f"cut {camera.port}")
    rig.start_dock()


def docked_after_the_due_date_only_a_tombstone_is_made(rig):
    """T1: the period runs from the recording. Its reserve key still lives, so the keeper orders nothing yet."""
    camera = issued(rig)
    late = rig.record(camera, 1, SHORT, "--backdate", str(20 * DAY))
    camera.recorded -= late
    rig.record(camera, 1, SHORT)
    sealed = len(rig.vault("sealed"))
    rig.plug(camera)
    slots = rig.rest(camera, state="attention")
    assert "1 whose period is over" in slots[camera.port]["reason"], slots[camera.port]["reason"]
    assert slots[camera.port]["counts"]["expired"] == 1
    assert sorted(clip["state"] for clip in rig.clips(camera)) == ["expired_on_arrival", "sealed"]
    assert len(rig.vault("sealed")) == sealed + 1 and not rig.vault("staging")
    assert len(camera.list()) == 1
    rig.unplug(camera)


def docked_late_only_the_rest_of_the_period_is_left(rig):
    """Of a day before its certificate's: not to be trusted, but its period runs all the same."""
    camera = issued(rig)
    rig.record(camera, 1, SHORT, "--backdate", str(10 * DAY))
    rig.plug(camera)
    rig.rest(camera, state="attention")
    assert rig.states(camera) == ["quarantined"]
    (_, left, _, _), = times(rig, camera)
    assert 3 < left <= 5.1, f"{left} days are left of 14 after 10"


def a_clock_that_is_wrong_is_corrected(rig):
    """Same boot: the monotonic clock tells when it was, whatever the wall clock says at the docking."""
    for wall in (f"-{3 * DAY}", f"+{40 * DAY}"):
        camera = rig.camera()
        began = time.time()
        rig.record(camera, 1, SHORT)
        ended = time.time()
        with_clock(rig, camera, wall)
        rig.plug(camera)
        rig.taken_in(camera)
        (day, _, first, last), = times(rig, camera)
        assert began - 5 < first <= last < ended + 10, (began, first, last, ended)
        assert day != ""


def a_clock_that_went_wrong_since_makes_an_interval(rig):
    """Three days ahead at the docking, in another boot: it may have been when the recording was made, or not."""
    camera = issued(rig)
    rig.record(camera, 1, SHORT)
    started_anew(rig, camera, f"+{3 * DAY}")
    clocks, intervals = rig.alarms("clock"), rig.alarms("interval")
    rig.plug(camera)
    rig.taken_in(camera)
    (day, left, first, last), = times(rig, camera)
    assert day == "" and left is None and 2.9 * DAY < last - first < 3.1 * DAY, (day, left, first, last)
    rig.eventually(lambda: rig.alarms("interval") > intervals and rig.alarms("clock") > clocks, "people are told")


def an_earlier_docking_bounds_the_age(rig):
    """What is on a camera that was emptied this morning is of today, whatever it says."""
    camera = rig.camera()
    emptied = time.time()
    rig.record(camera, 1, SHORT, "--backdate", str(20 * DAY))
    rig.plug(camera)
    rig.taken_in(camera)
    (_, left, first, last), = times(rig, camera)
    rig.excused.add(rig.clips(camera)[0]["clip"])  # its header names a time before its certificate's
    assert left > 13 and emptied - 60 < first <= last < time.time() + 5


def a_clock_that_was_lost_is_left_to_people(rig):
    """Nothing is known of its age but that it was made before now: stored and blocked, and people decide."""
    camera = issued(rig)
    for path in camera.directory.rglob("clock*"):
        path.unlink()  # what the camera knew of the time is gone with its battery
    rig.record(camera, 1, SHORT)
    clocks, intervals = rig.alarms("clock"), rig.alarms("interval")
    started_anew(rig, camera, "lost")
    rig.plug(camera)
    rig.rest(camera)
    assert rig.states(camera) == ["sealed"] and not camera.list()
    (day, left, first, last), = times(rig, camera)
    assert day == "" and left is None and first is None and abs(last - time.time()) < 3600, (day, left, first, last)
    rig.eventually(lambda: rig.alarms("interval") > intervals and rig.alarms("clock") > clocks, "people are told")


if __name__ == "__main__":
    main(docked_after_the_due_date_only_a_tombstone_is_made, docked_late_only_the_rest_of_the_period_is_left,
         a_clock_that_is_wrong_is_corrected, a_clock_that_went_wrong_since_makes_an_interval, an_earlier_docking_bounds_the_age, a_clock_that_was_lost_is_left_to_people)
