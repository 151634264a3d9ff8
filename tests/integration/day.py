#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Asservat authors
"""day.py BUILD: LAW T1 of recordings whose day no clock tells, on the site of incident.py: a camera that has lost its clock brings
six. They are stored and shown to nobody, every night says so, two people decide on a day, and what nobody decides dies with its
reserve key.
"""
import os
import re
import sys
from datetime import datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from incident import BERLIN, CASE, incident, kill_at, main, record, set_up  # noqa: E402
from decided import night, parts  # noqa: E402
from desk import later  # noqa: E402, found by rig
from rig import SHORT  # noqa: E402
from times import issued, started_anew  # noqa: E402, found beside rig

LOST = 6


def bring_lost(rig, count):
    """A camera that was never docked, without its clock: all that is known of what it holds is that it was made before now."""
    lost = issued(rig)
    for path in lost.directory.rglob("clock*"):
        path.unlink()
    rig.record(lost, count, SHORT)
    started_anew(rig, lost, "lost")
    rig.plug(lost)
    rig.rest(lost)
    assert rig.states(lost) == ["sealed"] * count and not lost.list()
    rig.unplug(lost)
    rig.lost = lost


def record_lost(rig):
    bring_lost(rig, LOST)
    return record(rig)


def day_of(days):
    return (datetime.now(BERLIN).date() + timedelta(days=days)).strftime("%Y-%m-%d")


def row_of(desk, clip):
    return next(row for row in desk.json("clip", "list") if row["clip"] == clip)


def told(desk):
    """Of which recordings people are told that they have to decide."""
    return sorted(row[0] for row in desk.sql("SELECT subject FROM asv.alert_matters(now()) WHERE kind = 'dayless'"))


def stored_and_blocked(desk, clips):
    """From the first night on the report and the alerts have them; they can be kept, and are shown to nobody."""
    clip = clips[0]
    assert all(row_of(desk, each)["due"] is None and row_of(desk, each)["day"] is None for each in clips)
    counts, notes = night(desk, 0)
    assert counts["dayless"] == LOST and sorted(note["what"] for note in notes["dayless"]) == sorted(clips), notes
    assert all("two people say on which day" in note["why"] for note in notes["dayless"]), notes
    assert told(desk) == sorted(clips)
    desk.act("sigrid", "hold", "request", clip, "--incident", CASE)
    desk.refused("nobody has written down who wore the camera", "stefan", "hold", "approve", clip)
    for each in clips:  # recorded without an assignment
        desk.run("camera", "issued", each, "--user", "willi")
    desk.act("stefan", "hold", "approve", clip)
    assert desk.state(clip) == "held"
    desk.refused("nobody knows on which day it was recorded", "rita", "clip", "open", clip)
    assert desk.sql("SELECT count(*) FROM asv.access_log") == [["0"]]


def a_byte_of_a_disk_ends_nothing(desk, clips):
    """LAW T1, T5, K-186: neither is what lies on a disk, damaged or made up, the end of a key."""
    clip = clips[2]
    roots = [next((desk.site.directory / root).rglob(clip + "*")) for root in ("vault", "mirror")]
    whole = {path: path.read_bytes() for root in roots for path in root.iterdir()}
    for part, at in (("chain", 100), ("chain", -1), ("seal", 0), ("seal", 200)):
        data = bytearray(whole[roots[0] / part])
        data[at] ^= 1
        (roots[0] / part).write_bytes(data)
        counts, notes = night(desk, 4)
        assert (desk.state(clip), counts["due"], counts["failed"]) == ("sealed", 0, 1), (part, at, counts, notes)
        assert "asservat vault scrub" in notes["failed"][0]["why"], notes
        desk.call("vault", "scrub")
        assert (roots[0] / part).read_bytes() == whole[roots[0] / part], f"the scrub did not repair {part}"
    for made_up in b"", b"\0" * 300:
        (roots[0] / "order").write_bytes(made_up)
        counts, notes = night(desk, 0)
        assert (desk.state(clip), counts["due"]) == ("sealed", 0), (counts, notes)
        (roots[0] / "order").unlink()
    assert all(path.read_bytes() == data for path, data in whole.items())


def decided_by_two(desk, clips):
    """One says the day, another one signs it; then its period runs, and it can be shown."""
    clip = clips[0]
    known = next(row["clip"] for row in desk.json("clip", "list") if row["clip"] not in clips)
    desk.refused("the recording's day is known", "sigrid", "clip", "day", known, "--date", day_of(0))
    desk.refused("it was not recorded on that day", "sigrid", "clip", "day", clip, "--date", day_of(1))
    desk.refused("none of the person's roles", "anna", "clip", "day", clip, "--date", day_of(-1))
    status, _, err = desk.call("clip", "day", clip, *desk.by("sigrid"))
    assert status == 2 and "--date" in err, err
    desk.act("sigrid", "clip", "day", clip, "--date", day_of(-2))
    desk.act("sigrid", "clip", "day", clip, "--withdraw")
    desk.refused("no such request is open", "stefan", "clip", "day", clip, "--approve")
    desk.act("sigrid", "clip", "day", clip, "--date", day_of(-1))
    assert "sigrid" not in desk.run("proposal", "list"), "a list names who asked about a recording (LAW L6)"
    desk.refused("two different people", "sigrid", "clip", "day", clip, "--approve")
    desk.refused(f"the request says {day_of(-1)}", "stefan", "clip", "day", clip, "--approve", "--date", day_of(-2))
    desk.refused("a request is open", "stefan", "clip", "day", clip, "--date", day_of(-2))
    counts, notes = night(desk, 0)
    assert any("a second person answers" in note["why"] for note in notes["dayless"]), notes
    status, out, err = desk.call("clip", "day", clip, "--approve", *desk.by("stefan"))
    assert status == 0 and err.count(f"\nmade on      {day_of(-1)}\n") == 2, f"not what is signed: {err}"
    assert f"period ends at {day_of(14)} 00:00:00" in out.decode(), out
    row = row_of(desk, clip)
    assert row["day"] == day_of(-1) and row["state"] == "held", row
    assert desk.events(clip)[-4:] == ["day_requested", "day_withdrawn", "day_requested", "day_approved"], desk.events(clip)
    desk.refused("was decided", "sigrid", "clip", "day", clip, "--date", day_of(-1))
    status, out, err = desk.shown("rita", clip)
    request = re.search(r"request +([0-9a-f]+)", err)
    assert status == 1 and not out and request, err
    desk.act("sigrid", "clip", "open", request[1], "--approve")
    status, out, err = desk.shown("rita", clip)
    assert status == 0 and out, err


def of_a_day_that_is_long_past(desk, clips):
    """What two people say is older than its period is gone, although its reserve key lives."""
    clip = clips[1]
    desk.act("sigrid", "clip", "day", clip, "--date", day_of(-30))
    out = desk.act("stefan", "clip", "day", clip, "--approve")
    assert "period is over" in out, out
    desk.refused("a request is open", "sigrid", "hold", "request", clip, "--incident", CASE)
    counts, _ = night(desk, 0)
    assert (counts["due"], counts["open"], counts["dayless"]) == (1, 1, LOST - 2), counts
    assert desk.state(clip) == "erasing" and not {"payload", "seal", "stanzas"} & parts(desk, clip), parts(desk, clip)
    rows = [row for row in desk.json("retention", "balance") if row["day"] == day_of(-30)]
    assert [(row["ingested"], row["erasing"], row["difference"]) for row in rows] == [(1, 1, 0)], rows


def not_heard_by_the_keeper(desk, clips):
    """Signed while the keeper was away: the next night brings it there."""
    clip = clips[2]
    desk.act("sigrid", "clip", "day", clip, "--date", day_of(0))
    desk.site.keeper.stop()
    status, _, err = desk.call("clip", "day", clip, "--approve", *desk.by("stefan"))
    assert status == 1 and "not with the keeper yet" in err, err
    assert row_of(desk, clip)["due"] is None
    desk.site.start_keeper()
    counts, _ = night(desk, 0)
    assert counts["delivered"] == 1 and counts["dayless"] == LOST - 3, counts
    assert row_of(desk, clip)["day"] == day_of(0) and row_of(desk, clip)["due"] is not None


def killed_between_the_steps(desk, clips):
    """kill -9 where each step is written down: the same command again finishes it, and nobody signs twice."""
    clip = clips[3]
    desk.act("sigrid", "clip", "day", clip, "--date", day_of(0))
    for step in ("statement", "statement_answer", "clip_day"):
        kill_at(desk, step, ["clip", "day", clip, "--approve", *desk.by("stefan")])
        assert row_of(desk, clip)["due"] is None, f"killed before {step}, and yet decided"
    out = desk.act("stefan", "clip", "day", clip, "--approve")
    assert f"period ends at {day_of(15)} 00:00:00" in out, out
    assert desk.events(clip).count("day_approved") == 1
    assert desk.sql("SELECT count(*) FROM asv.statement s JOIN asv.clip c ON c.header = s.subject "
                    f"WHERE c.clip = '{clip}'") == [["2"]]


def killed_and_forgotten(desk, clips):
    """The keeper took it, the database was not told, and nobody said it again: a later night asks until when it lives."""
    clip = clips[5]
    desk.act("sigrid", "clip", "day", clip, "--date", day_of(-1))
    kill_at(desk, "clip_day", ["clip", "day", clip, "--approve", *desk.by("stefan")])
    assert row_of(desk, clip)["due"] is None


def days_later(desk, days):
    desk.site.keeper.stop()
    desk.site.postgres.stop()
    os.environ.update(later(desk.site, days))
    desk.site.postgres.start()
    desk.site.start_keeper()


def nobody_decides(desk, clips):
    """Three days are enough; what nobody decides on dies with its reserve key, as what was decided dies with its day."""
    held, past, decided, undecided, forgotten = clips[0], clips[1], clips[2], clips[4], clips[5]
    days_later(desk, 5)  # no statement lives any more that the keeper could be shown again
    counts, notes = night(desk, 4)
    assert row_of(desk, forgotten)["day"] == day_of(-1) and row_of(desk, forgotten)["due"] == row_of(desk, held)["due"]
    assert counts["late"] == 0 and not notes["disagreements"], (counts, notes)
    assert counts["dayless"] == 1 and "which is past" in notes["dayless"][0]["why"], notes
    days_later(desk, 16)
    counts, notes = night(desk, 0)
    assert [desk.state(clip) for clip in (held, past, decided, undecided)] == ["held", "erased", "erased", "erased"], (counts, notes)
    assert counts["dayless"] == 0 and told(desk) == []
    assert desk.sql("SELECT i.rule FROM asv.erasure_intent i JOIN asv.clip c USING (recording) "
                    f"WHERE c.clip IN ('{decided}', '{undecided}') ORDER BY 1") == [["no_day"], ["period"]]
    assert all(row["difference"] == 0 for row in desk.json("retention", "balance"))


def play(rig):
    desk, camera, clips = set_up(rig, record_lost)
    incident(desk, camera, clips)
    lost = [row["clip"] for row in sorted(desk.json("clip", "list"), key=lambda row: row["number"])
            if row["camera"] == rig.lost.name]
    assert len(lost) == LOST, lost
    # The camera was of no unit yet; so that somebody is in charge of what it brought.
    desk.sql("SET session_replication_role = replica; UPDATE asv.clip SET unit = '32-3' WHERE day IS NULL")
    for scenario in (stored_and_blocked, a_byte_of_a_disk_ends_nothing, decided_by_two, of_a_day_that_is_long_past, not_heard_by_the_keeper,
                     killed_between_the_steps, killed_and_forgotten, nobody_decides):
        print(f"{scenario.__name__} ...", flush=True)
        scenario(desk, lost)


if __name__ == "__main__":
    main(play, "asservat-day.")
