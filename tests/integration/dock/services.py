#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Asservat authors
"""Keeper and database go away and come back: nothing is lost, nothing is promised too early, nobody has to do anything."""
import os

from rig import LONG, SHORT, main


def waits_for(service):
    return lambda slot: slot["state"] == "waiting" and slot["reason"].startswith(f"the {service} is away")


def keeper_away_at_docking_and_back(rig):
    camera = rig.camera()
    rig.record(camera, 2, SHORT)
    rig.site.keeper.stop()
    rig.plug(camera)
    rig.until(lambda slots: waits_for("keeper")(slots[camera.port]), "the slot says that the keeper is away")
    assert "sealed" not in rig.states(camera), "in custody without the keeper's word"
    assert len(camera.list()) == 2, "erased without a receipt"
    assert len(rig.vault("staging")) + len(rig.vault("sealed")) == 2
    assert not any((path / "commit").exists() for path in rig.vault("sealed")), "a commit record before the keeper's word"
    rig.site.start_keeper()
    rig.taken_in(camera)
    assert not rig.vault("staging")


def database_away_and_back(rig):
    camera = rig.camera()
    rig.record(camera, 2, SHORT)
    rig.site.postgres.stop()
    rig.plug(camera)
    rig.until(lambda slots: waits_for("database")(slots[camera.port]), "the slot says that the database is away")
    assert len(rig.vault("staging")) == 2 and len(camera.list()) == 2
    rig.site.postgres.start()
    rig.taken_in(camera)


def camera_taken_out_while_the_database_is_away(rig):
    """More recordings than the slot keeps open: those that were put down are committed without the camera too."""
    camera = rig.camera()
    rig.record(camera, 7, SHORT)
    rig.site.postgres.stop()
    rig.plug(camera)
    rig.until(lambda slots: waits_for("database")(slots[camera.port]) and slots[camera.port]["counts"]["pulled"] >= 7,
              "all seven staged")
    assert len(rig.vault("staging")) == 7
    rig.unplug(camera)
    rig.site.postgres.start()
    rig.eventually(lambda: rig.states(camera) == ["sealed"] * 7, "all seven in custody without the camera")
    assert len(camera.list()) == 7, "erased without a receipt"
    before = rig.traffic(camera)
    rig.plug(camera)
    rig.taken_in(camera)
    payload = sum(clip["payload_bytes"] for clip in rig.clips(camera))
    assert rig.traffic(camera) - before < payload / 4, "what is in custody was pulled again"


def database_crashes_in_mid_transfer(rig):
    cameras = rig.cameras(2)
    for camera in cameras:
        rig.record(camera, 1, SHORT)
        rig.record(camera, 1, LONG)
        rig.rate("1M", camera)
    rig.plug(*cameras)
    rig.in_mid_transfer(*cameras)
    rig.site.postgres.crash()
    rig.rate("0", *cameras)
    rig.until(lambda slots: not rig.status["database"]["up"], "the daemon says that the database is away")
    rig.site.postgres.start()
    rig.taken_in(*cameras)


def database_that_does_not_sync_is_refused(rig):
    camera = rig.camera()
    rig.record(camera, 1, SHORT)
    rig.site.postgres.stop()
    os.environ["ASV_PG_OPTIONS"] = "-c fsync=off"
    try:
        rig.site.postgres.start()
    finally:
        del os.environ["ASV_PG_OPTIONS"]
    rig.plug(camera)
    slots = rig.until(lambda slots: waits_for("database")(slots[camera.port]) and "fsync" in slots[camera.port]["reason"],
                      "the slot says why the database is refused")
    assert slots[camera.port]["counts"]["stored"] == 0
    assert not rig.clips(camera) and len(camera.list()) == 1
    rig.site.postgres.stop()
    rig.site.postgres.start()
    rig.taken_in(camera)


if __name__ == "__main__":
    main(keeper_away_at_docking_and_back, database_away_and_back, camera_taken_out_while_the_database_is_away,
         database_crashes_in_mid_transfer, database_that_does_not_sync_is_refused)
