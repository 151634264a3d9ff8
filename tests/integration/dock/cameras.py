#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Asservat authors
"""Cameras that should not be believed, beside others that are taken in as if nothing were the matter."""
import shutil
import signal

from rig import LONG, SHORT, main


def a_foreign_camera_stores_zero_bytes(rig):
    stranger, other = rig.camera(enrolled=False), rig.camera()
    rig.record(other, 1, SHORT)
    before = rig.alarms("foreign_camera")
    rig.plug(stranger, other)
    slots = rig.rest(stranger, state="refused")
    assert slots[stranger.port]["reason"].startswith(("the camera does not trust this dock", "not a camera of this agency"))
    rig.taken_in(other)
    assert not rig.vault("staging") and not rig.vault("quarantine")
    rig.eventually(lambda: rig.alarms("foreign_camera") == before + 1, "an alarm")
    rig.unplug(stranger)


def liars_stall_flood_and_babble_beside_others(rig):
    """Whatever speaks at a port, its slot says so, and the others are ready."""
    good = rig.cameras(2)
    for camera in good:
        rig.record(camera, 1, LONG)
        rig.record(camera, 1, SHORT)
    script = rig.site.directory / "babble"
    script.write_text("recv\nrandom 300000 5\nrepeat 0\nzeros 262232\nend\n")
    ports = [rig.liar("flood=1"), rig.liar("seed=1"), rig.liar("seed=2"), rig.liar(f"script={script}")]
    for port in ports:
        rig.bus(f"plug {port}")
    rig.plug(*good)
    rig.taken_in(*good)
    slots = rig.until(lambda slots: all(slots[port]["state"] == "fault" and "take it out" in slots[port]["reason"]
                                        for port in ports), "the liars' slots are given up")
    assert all(slots[port]["counts"]["bytes"] == 0 for port in ports)
    assert not rig.vault("staging")
    for port in ports:
        rig.bus(f"unplug {port}")


def enrolled_cameras_that_lie_in_mid_transfer(rig):
    """They know the protocol, and change a frame in three: what comes of it is whole, or it stays on them."""
    bad = rig.cameras(3)
    good = rig.camera()
    for camera in (*bad, good):
        rig.record(camera, 2, SHORT)
    rig.record(good, 1, LONG)
    for seed, camera in enumerate(bad):
        rig.fault(camera, f"mutate seed={seed} odds=3 count=0")
    rig.plug(*bad, good)
    rig.taken_in(good)
    rig.until(lambda slots: all(slots[c.port]["state"] in ("fault", "refused", "ready", "attention") and
                                (slots[c.port]["state"] != "fault" or "take it out" in slots[c.port]["reason"])
                                for c in bad), "the liars' slots are at rest")
    for camera in bad:
        rig.fault(camera, "clear")
    rig.unplug(*bad)
    rig.plug(*bad)
    rig.until(lambda slots: all(slots[c.port]["state"] in ("ready", "attention") for c in bad), "when they tell the truth")


def cameras_that_stop_answering(rig):
    hung, mute, stalled, good = rig.cameras(4)
    for camera in (hung, mute, stalled, good):
        rig.record(camera, 1, LONG)
    rig.restart_dock(**{"camera.reply": "3s", "camera.chunk": "3s", "camera.retries": "1"})
    rig.fault(hung, "hang after=1000000")
    rig.fault(mute, "mute after=1000000")
    rig.fault(stalled, "stall count=0 after=1000000")
    rig.plug(hung, mute, stalled, good)
    rig.taken_in(good)
    slots = rig.until(lambda slots: all(slots[c.port]["state"] == "fault" and "take it out" in slots[c.port]["reason"]
                                        for c in (hung, mute, stalled)), "their slots say so")
    assert "does not answer" in slots[mute.port]["reason"], slots[mute.port]["reason"]
    assert "stalls" in slots[stalled.port]["reason"], slots[stalled.port]["reason"]
    for camera in (hung, mute, stalled):
        rig.fault(camera, "clear")
        assert len(camera.list()) == 1
    rig.unplug(hung, mute, stalled)
    rig.restart_dock()
    rig.plug(hung, mute, stalled)
    rig.taken_in(hung, mute, stalled)


def a_stalled_endpoint_is_cleared(rig):
    camera = rig.camera()
    rig.record(camera, 1, LONG)
    rig.fault(camera, "stall after=1000000")
    rig.fault(camera, "stall ep=out after=2000000")
    rig.plug(camera)
    rig.taken_in(camera)


def clones_in_two_slots(rig):
    """The same store twice: each recording is stored once, and people are told."""
    first, second = rig.cameras(2)
    rig.record(first, 2, LONG)
    shutil.rmtree(second.directory)
    shutil.copytree(first.directory, second.directory, symlinks=True)
    before = rig.alarms("clone")
    rig.rate("4M", first, second)
    rig.plug(first, second)
    slots = rig.until(lambda slots: all(slots[c.port]["state"] == "attention" for c in (first, second)), "both at rest")
    for camera in (first, second):
        assert "another camera may be using this one's certificate" in slots[camera.port]["reason"]
    states = rig.states(first)
    assert states == ["sealed", "sealed"], states
    assert rig.alarms("clone") > before
    rig.unplug(first, second)
    rig.bus(f"remove {second.name}")
    del rig.site.cameras[second.name]


def a_copy_made_before_the_docking_is_offered_later(rig):
    """What is in custody is not stored again; the copy gets its receipt, for the vault has the bytes."""
    camera = rig.camera()
    rig.record(camera, 2, SHORT)
    kept = rig.site.directory / "kept"
    shutil.copytree(camera.directory, kept, symlinks=True)
    rig.plug(camera)
    rig.taken_in(camera)
    rig.unplug(camera)
    shutil.rmtree(camera.directory)
    kept.rename(camera.directory)
    sealed = rig.vault("sealed")
    rig.plug(camera)
    rig.until(lambda slots: slots[camera.port]["state"] in ("ready", "attention"), "the copy is at rest")
    assert rig.vault("sealed") == sealed and not rig.vault("staging")
    assert rig.states(camera) == ["sealed", "sealed"]
    rig.unplug(camera)


def retire(rig, camera):
    """Revokes the camera and gives the dock the new list, as a whole."""
    rig.site.cli("camera", "retire", camera.name, "--reason", "lost", "--passphrase-file", rig.site.directory / "passphrase",
                 "--dir", rig.site.agency)
    given = rig.site.agency / "dock/revocations.new"
    shutil.copy(rig.site.agency / "revocations", given)
    given.rename(given.with_suffix(""))


def a_revoked_camera_goes_to_quarantine(rig):
    camera, other = rig.cameras(2)
    rig.record(camera, 2, SHORT)
    rig.record(other, 1, SHORT)
    retire(rig, camera)
    known = len(rig.log("revocations number"))
    rig.site.dock.process.send_signal(signal.SIGHUP)
    rig.eventually(lambda: len(rig.log("revocations number")) > known or rig.log("revocations-refused"), "a new list")
    assert not rig.log("revocations-refused"), "the daemon cannot read the new list"
    bulletins = rig.query("SELECT count(*) FROM asv.bulletin")
    rig.plug(camera)
    slots = rig.rest(camera, state="attention")
    assert "certificate is revoked" in slots[camera.port]["reason"], slots[camera.port]["reason"]
    assert "2 in quarantine" in slots[camera.port]["reason"]
    assert rig.states(camera) == ["quarantined"] * 2 and len(camera.list()) == 2
    assert rig.query("SELECT count(*) FROM asv.bulletin") == bulletins, "a revoked camera got new keys"
    rig.unplug(camera)
    rig.plug(other)
    rig.taken_in(other)


def quarantine_ends_at_its_quota(rig):
    camera, other = rig.cameras(2)
    rig.record(camera, 1, SHORT)
    rig.record(camera, 2, LONG)
    rig.record(other, 1, LONG)
    retire(rig, camera)
    before = len(rig.vault("quarantine"))
    used = sum(path.stat().st_size for path in (rig.site.directory / "vault/quarantine").rglob("*") if path.is_file())
    rig.restart_dock(quarantine=used + 6_000_000)
    rig.plug(camera)
    slots = rig.until(lambda slots: slots[camera.port]["state"] == "waiting", "the slot waits for room")
    assert "quarantine is full" in slots[camera.port]["reason"], slots[camera.port]["reason"]
    rig.plug(other)
    rig.taken_in(other)
    assert len(rig.vault("quarantine")) == before + 2
    assert len(camera.list()) == 3
    rig.unplug(camera)
    rig.restart_dock()


if __name__ == "__main__":
    main(a_foreign_camera_stores_zero_bytes, liars_stall_flood_and_babble_beside_others,
         enrolled_cameras_that_lie_in_mid_transfer, cameras_that_stop_answering, a_stalled_endpoint_is_cleared,
         clones_in_two_slots, a_copy_made_before_the_docking_is_offered_later, a_revoked_camera_goes_to_quarantine,
         quarantine_ends_at_its_quota, **{"camera.handshake": "6s", "camera.retries": "2"})
