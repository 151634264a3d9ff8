#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Asservat authors
"""retired.py BUILD: a camera is taken out of use, by one administrator, when its recordings are in custody; on the site of incident.py.
People go on deciding about them (LAW T3, T4), and each has its signed end (LAW T6).
"""
import re
import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from decided import night  # noqa: E402
from incident import CASE, incident, main, set_up  # noqa: E402
from late import agree_to_show, dock, pass_time, record, see  # noqa: E402


def give_list(desk, who):
    """The newest revocation list, as a whole."""
    given = desk.site.agency / who / "revocations.new"
    shutil.copy(desk.site.agency / "revocations", given)
    given.rename(given.with_suffix(""))


def retired(desk, camera):
    """Its keeper is told as INSTALLATION.md says. Before anything is asked, the command says what is not held."""
    words = ("camera", "retire", camera.name, "--reason", "Display kaputt", "--dir", desk.site.agency)
    wrong = desk.site.directory / "wrong"
    wrong.write_text("wrong horse battery\n")
    status, out, err = desk.call(*words, "--passphrase-file", wrong)
    assert status == 1 and "passphrase" in err, err
    assert re.search("in custody +0 held, 5 that nobody holds, due until 20.*\n.*they can be held", out.decode()), out
    desk.run(*words, "--passphrase-file", desk.site.directory / "passphrase")
    give_list(desk, "keeper")


def people_decide_as_before(desk, clips):
    """LAW T3, T4; K-155: held by two, shown, erased early by two; and the others of that day have keys of their own."""
    desk.act("willi", "hold", "request", clips[0], "--incident", CASE)
    desk.act("sigrid", "hold", "approve", clips[0])
    assert desk.state(clips[0]) == "held"
    agree_to_show(desk, clips[0])
    see(desk, clips[0])
    desk.act("willi", "clip", "erase-early", clips[4])
    desk.act("sigrid", "clip", "erase-early", clips[4], "--approve")
    counts, _ = night(desk, 0)
    assert (counts["rewrapped"], counts["failed"], counts["open"], counts["held"]) == (3, 0, 1, 1), counts
    desk.act("willi", "hold", "request", clips[1], "--incident", CASE)
    desk.act("sigrid", "hold", "approve", clips[1])
    assert desk.state(clips[1]) == "held"


def their_end_is_signed(desk, rig, clips):
    """LAW T1, T6: the due ones are erased with the keeper's statement, as any; what is held lives on."""
    pass_time(rig, 16)
    counts, _ = night(desk, 0)
    assert (counts["erased"], counts["held"], counts["late"], counts["failed"]) == (4, 2, 0, 0), counts  # with the one in quarantine
    for clip in (clips[2], clips[3], clips[4]):
        assert desk.state(clip) == "erased" and desk.events(clip)[-1] == "erased", desk.events(clip)
    assert desk.sql("SELECT count(*) FROM asv.tombstone_overview WHERE statement IS NOT NULL") == [["4"]]
    agree_to_show(desk, clips[0])
    see(desk, clips[0])


def what_it_brings_later_is_not_trusted(rig, desk, camera):
    """DESIGN 7: docking is what revocation decides about."""
    clip = record(rig, camera)
    give_list(desk, "dock")
    slot = dock(rig, camera, "attention")
    assert "certificate is revoked" in slot["reason"], slot
    assert desk.state(clip) == "quarantined", desk.state(clip)


def play(rig):
    desk, camera, clips = set_up(rig)
    incident(desk, camera, clips)
    for scenario, what in ((retired, (desk, camera)), (people_decide_as_before, (desk, clips)),
                           (what_it_brings_later_is_not_trusted, (rig, desk, camera)), (their_end_is_signed, (desk, rig, clips))):
        print(f"{scenario.__name__} ...", flush=True)
        scenario(*what)


if __name__ == "__main__":
    main(play, "asservat-retired.")
