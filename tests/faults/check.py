# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Asservat authors
"""The account after a round, from the copies, the vault's directories and the database's tables; the dock's word counts
for nothing here."""
import re

from recordings import Violation, read

REPORTS = re.compile(r"AddressSanitizer|LeakSanitizer|UndefinedBehaviorSanitizer|runtime error:|Assertion .* failed")


def staged(stage):
    return [str(path) for root in stage.roots() for path in root.glob("staging/*")]


def expect(condition, text):
    if not condition:
        raise Violation(text)


def rows(stage):
    """(camera, number) to [state, header, clip, reason], of every clip in custody."""
    found = {}
    for camera, number, *rest in stage.postgres.query(
            "SELECT camera_name, number, state, encode(header, 'hex'), clip, reason FROM asv.clip_overview"):
        expect((camera, number) not in found, f"{camera} number {number} is in custody twice")
        found[camera, number] = rest
    return found


def events(stage):
    """(camera, number) to {kind: count}."""
    found = {}
    for camera, number, kind, count in stage.postgres.query(
            "SELECT t.name, r.number, e.kind, count(*) FROM asv.clip_event e JOIN asv.recording r ON r.id = e.recording "
            "JOIN asv.certificate t ON t.digest = r.camera GROUP BY 1, 2, 3"):
        found.setdefault((camera, number), {})[kind] = int(count)
    return found


def clip_directories(root):
    return {str(path.relative_to(root)) for area in ("sealed/*/*/*", "quarantine") for path in root.glob(f"{area}/*")}


def check_sealed(recording, row, happened):
    stage = recording.stage
    expect(row is not None, f"{recording} is not in the database")
    expect(row[0] == "sealed", f"{recording} is {row[0]}: {row[3]}")
    expect(row[1] == recording.header, f"{recording}: the database has another header")
    expect(happened.get("announced", 0) >= 1 and happened.get("committed") == 1 and happened.get("receipt", 0) >= 1
           and happened.get("erased_on_camera") == 1, f"{recording}: its custody is not complete: {happened}")
    for root in stage.roots():
        places = recording.places(root)
        expect(len(places) == 1, f"{recording} lies at {[str(p) for p in places]} in {root}")
        expect(recording.is_committed_at(places[0]), f"{recording}: {places[0]} is not what the camera recorded")
        expect(read(places[0] / "erasure") is not None, f"{recording}: no proof of erasure in {places[0]}")
        done = stage.verify(places[0], check=False)
        expect(done.returncode == 0,
               f"asservat-verify {places[0]}: exit {done.returncode}\n{done.stdout}{done.stderr}")


def check_damaged(recording, row, happened):
    """The camera keeps it; the dock has it in quarantine, or could not take it at all."""
    expect(recording.is_whole_on_camera(), f"{recording}, damaged on the flash, is no longer on the camera")
    expect(row is None or (row[0] == "quarantined" and row[1] == recording.header),
           f"{recording}, damaged on the flash, is {row}")
    expect("receipt" not in happened or row, f"{recording}: a receipt, but no clip: {happened}")
    for root in recording.stage.roots():
        places = recording.places(root)
        expect(len(places) == (1 if row else 0), f"{recording} lies at {[str(p) for p in places]} in {root}")
        expect(all(place.parent.name == "quarantine" for place in places), f"{recording} lies at {places}")


def check_vault(stage, known):
    """No row without a directory, no directory without a row, none in one root alone."""
    by_name = {(f"{clip}" if state == "sealed" else f"{clip}-{header[:16]}") for state, header, clip, _ in known.values()}
    for root in stage.roots():
        there = clip_directories(root)
        names = [path.rsplit("/", 1)[1] for path in there]
        expect(len(names) == len(set(names)), f"a clip lies twice in {root}: {sorted(there)}")
        expect(set(names) == by_name, f"{root} and the database differ: only there {sorted(set(names) - by_name)}, "
                                      f"only here {sorted(by_name - set(names))}")
        stray = [str(path) for path in root.rglob(".*.tmp")]
        expect(not stray, f"temporary files are left: {stray}")
    expect(not staged(stage), f"staging is not empty: {staged(stage)}")


def check_alarms(round_):
    """Alarms tell people to do something: none without its cause."""
    flash = {"flash-eio-write", "flash-eio-sync", "flash-eio-name"}
    causes = {"storage": {"enospc", "eio-write", "eio-sync", "eio-name", "dock-kill"},
              "hostile_camera": {"wire", "flash-flip"} | flash, "quarantined": {"flash-flip"}, "erasure": flash,
              "device_log": flash}
    kinds = {one.kind.split("-")[0] if one.kind.startswith("wire") else one.kind for one in round_.plan.faults}
    stage = round_.stage
    for kind, detail in stage.postgres.query(
            f"SELECT kind, detail FROM asv.alarm_overview ORDER BY raised_at, id OFFSET {stage.alarms}"):
        stage.alarms += 1
        expect(causes.get(kind, set()) & kinds, f"an alarm without a cause: {kind}: {detail}")


def check_logs(stage):
    for log in sorted((stage.directory / "log").glob("*.log")):
        found = REPORTS.search(log.read_text(errors="replace"))
        expect(not found, f"{log}: {found and found.group(0)}")


def account(stage, recordings):
    known = rows(stage)
    happened = events(stage)
    for recording in recordings:
        at = recording.camera.name, str(recording.number)
        (check_damaged if recording.damaged else check_sealed)(recording, known.get(at), happened.get(at, {}))
    check_vault(stage, known)
    check_logs(stage)


def round_over(round_):
    stage = round_.stage
    if any(one.kind.startswith(("eio", "enospc")) for one in round_.plan.faults):
        stage.cli("vault", "scrub", "--rate", "1G")  # a root that failed was left out
    account(stage, round_.recordings)
    check_alarms(round_)
