#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Asservat authors
"""late.py BUILD: what takes days, on the site of incident.py and by a clock of the test's own. Two people erase a recording early,
and the key of its day goes when that day is over (LAW T4, T5). A camera is lost with what it recorded: two people hold that before it
docks, its day passes, it comes back (LAW T1, T3). What was agreed to be shown is not shown when its time is over (LAW L2).
"""
import json
import os
import re
import shutil
import signal
import struct
import subprocess
import sys
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from decided import by_superuser, forging, night, of, parts  # noqa: E402
from incident import BERLIN, CASE, incident, issue, main, set_up, wrapped_for_recovery  # noqa: E402
from rig import SHORT, held  # noqa: E402
from desk import later  # noqa: E402
from asvsite import PASSPHRASE, run  # noqa: E402

CLOCK = "lib/libasv_fake_clock.so"
HOUR, MINUTE = 1 / 24, 1 / 1440  # of a day


def pass_time(rig, days):
    """So many days later than it is outside: keeper and database were off meanwhile."""
    rig.site.keeper.stop()
    rig.site.postgres.stop()
    os.environ.update(later(rig.site, days))  # for every program from here on
    rig.site.postgres.start()
    rig.site.start_keeper()


def database_ahead(rig, days):
    """The database alone has a clock that is so many days ahead of what it is outside."""
    ahead = rig.site.directory / "days-later-database"
    ahead.write_bytes(struct.pack("=q", days * 86_400_000))
    ahead.chmod(0o755)
    outside = os.environ["ASV_TEST_CLOCK"]
    rig.site.postgres.stop()
    os.environ["ASV_TEST_CLOCK"] = str(ahead)
    rig.site.postgres.start()
    os.environ["ASV_TEST_CLOCK"] = outside


def dock(rig, camera, state="ready"):
    """The camera is brought to the dock, whose time it is, and taken out again; what the dock said of its slot."""
    rig.site.bus.stop()
    rig.site.start_bus()
    rig.bus(f"camera {camera.name} camera {camera.port} dir={camera.directory}")
    rig.start_dock(preload=CLOCK)
    rig.plug(camera)
    slot = rig.rest(camera, state=state)[camera.port]
    rig.unplug(camera)
    rig.stop_dock()
    return slot


def see(desk, clip):
    """What Rita is shown is the video."""
    status, out, err = desk.shown("rita", clip)
    assert status == 0, err
    probe = subprocess.run(["ffprobe", "-v", "error", "-show_entries", "stream=codec_type", "-of", "csv=p=0", "-"], input=out,
                           stdout=subprocess.PIPE, check=True)
    assert sorted(probe.stdout.decode().split()) == ["audio", "video"], probe


def agree_to_show(desk, clip):
    """Rita asks, Sigrid agrees."""
    status, out, err = desk.shown("rita", clip)
    assert status == 1 and not out and "a second person has to agree" in err, err
    desk.act("sigrid", "clip", "open", re.search(r"request +([0-9a-f]+)", err)[1], "--approve")


def aheads(desk, want, status=0):
    """What a run says of holds before docking: that many stand, and why; how many keys it ended."""
    counts, notes = night(desk, status)
    assert counts["aheads"] == len(notes["aheads"]) == want == desk.json("keys", "status")["aheads"], (counts, notes)
    return counts, " ".join(f"{note['what']}: {note['why']}" for note in notes["aheads"])


def opens_for_recovery(rig, desk, clip):
    """With what lies beside it, the recording opens for stock age."""
    there = wrapped_for_recovery(desk, clip)
    assert len(there) == 2, "the vault and its mirror have what the recovery key opens"
    copy, sealed, plain = (desk.site.directory / name for name in ("by-recovery", "by-recovery.age", "by-recovery.mp4"))
    shutil.copytree(there[0].parent, copy)
    shutil.copy(there[0], copy / "stanzas")
    key = desk.keys / "recovery"
    subprocess.run([desk.site.bin("asservat-verify"), copy, "--trust", desk.site.agency / "root.cert", "--identity", key, "--age",
                    sealed, "--output", plain], check=True, stdout=subprocess.DEVNULL)
    by_age = subprocess.run(["age", "-d", "-i", key, sealed], check=True, stdout=subprocess.PIPE).stdout
    assert by_age == plain.read_bytes() and b"ftyp" in by_age[:64], "not the recording"


def record(rig, camera):
    clip, = rig.record(camera, 1, SHORT)
    return clip


def lose(rig, desk, camera, assignment):
    """A camera that is not brought back. It has a recording of the incident's time, and one that is older."""
    now = datetime.now(BERLIN)
    before = record(rig, camera)
    outside = dict(os.environ)
    os.environ.update(later(rig.site, 30 * MINUTE))
    during = record(rig, camera)
    os.environ.clear()
    os.environ.update(outside)
    words = ("hold", "ahead", "--camera", camera.name, "--from", (now + timedelta(minutes=15)).strftime("%Y-%m-%d %H:%M"),
             "--until", (now + timedelta(minutes=90)).strftime("%Y-%m-%d %H:%M"), "--incident", CASE)
    request = re.search(r"request +([0-9a-f]+)", desk.act("sigrid", *words))[1]
    desk.refused("nobody has written down who wore the camera", "stefan", "hold", "approve", request)
    desk.run("camera", "issued", assignment, "--user", "willi")
    desk.act("stefan", "hold", "approve", request)
    return before, during, words


def decided(desk):
    """What stands: how each request ended, days that people decided on, holds before docking that count; and alarms."""
    return desk.sql("SELECT (SELECT string_agg(coalesce(outcome, '-'), ' ' ORDER BY proposal) FROM asv.request), (SELECT count(*) FROM asv.clip_day), "
                    "(SELECT count(*) FROM asv.request r WHERE r.action = 6 AND asv.ahead_counts(r)), "
                    "(SELECT count(*) FROM asv.alarm WHERE kind = 'forged')")[0]


def without_the_root(desk):
    """K-197: what cannot be verified because the agency's own files are not there is not taken for forged."""
    before = decided(desk)
    roots = (desk.site.agency / "root.cert", desk.site.directory / "root.cert")
    kept = [root.read_bytes() for root in roots]
    for root, data in zip(roots, kept):
        root.write_bytes(data[:len(data) // 2])
    _, notes = night(desk, 4)
    assert any(note["what"] == "what stands as decided" and "not read" in note["why"] for note in notes["undone"]), notes
    for root, data in zip(roots, kept):
        root.write_bytes(data)
    assert decided(desk) == before and before[2] == "1", before


def break_ruling(desk):
    """What stands as the keeper's ruling on the hold before docking is none."""
    by_superuser(desk, "UPDATE asv.statement_answer a SET ruling = set_byte(a.ruling, octet_length(a.ruling) - 1, "
                       "(get_byte(a.ruling, octet_length(a.ruling) - 1) + 1) % 256) FROM asv.request r "
                       "WHERE r.action = 6 AND a.statement = r.answer AND a.taken")


def the_keeper_is_asked(desk):
    """K-197: whether it took what nothing shows that it keeps of recordings. It did: its ruling is there again."""
    before = decided(desk)
    break_ruling(desk)
    _, notes = night(desk, 4)
    assert any("the keeper took it: nothing is undone" in note["why"] for note in notes["undone"]), notes
    assert decided(desk) == [*before[:3], str(int(before[3]) + 1)], before
    night(desk, 0)


def only_the_keeper_has(desk):
    """K-205: a hold before docking that the database alone has as finished keeps a day's key, and every night says so."""
    by_superuser(desk, "INSERT INTO asv.ahead_finish SELECT proposal FROM asv.request WHERE action = 6 AND outcome = 'approved'")
    counts, notes = night(desk, 4)
    assert counts["disagreements"] == 1 and "the keeper has 1, and the database knows of 0" in notes["disagreements"][0]["why"], notes
    by_superuser(desk, "DELETE FROM asv.ahead_finish")
    night(desk, 0)


def the_keeper_waits_no_more(desk, clip):
    """K-215: it has ended that request, as when its day was said to be past; here it is open still. The night ends it, and nobody is called."""
    desk.act("willi", "hold", "withdraw", clip)
    by_superuser(desk, "DELETE FROM asv.statement_answer a USING asv.request r WHERE a.statement = r.answer AND r.outcome = 'withdrawn'; "
                       "DELETE FROM asv.statement s USING asv.request r WHERE s.digest = r.answer AND r.outcome = 'withdrawn'; "
                       "UPDATE asv.request SET outcome = NULL, answer = NULL, ended_at = NULL WHERE outcome = 'withdrawn'")
    say_state(desk, clip, "pending")
    counts, _ = night(desk, 0)
    assert (counts["lapsed"], counts["pending"], counts["disagreements"]) == (1, 0, 0), counts
    assert desk.state(clip) == "sealed" and desk.events(clip)[-1] == "hold_lapsed", desk.events(clip)


def who_was_not_asked_about(desk):
    """K-213: a keeper that does not answer for one hold before docking, or cannot now, ends no other part of the night; nor is its hold one too many
    (K-205)."""
    for answer in ("8=closed", "8=0104"):
        with forging(desk, answer) as path:
            counts, notes = night(desk, 3, "--keeper", path)
        assert [note["what"] for note in notes["undone"]] == ["K-01"] and "was not asked" in notes["undone"][0]["why"], (answer, notes)
        assert (counts["aheads"], counts["disagreements"]) == (1, 0), counts


def the_keeper_was_put_back(rig, desk, clip):
    """K-215: an index from before a request that it took, with the slots of then. Nothing keeps the recording, and people hear of it, each
    night, as long as the request is open: that the keeper has no row of it does not end it."""
    keeper, before, now = (desk.site.directory / name for name in ("keeper", "keeper-before", "keeper-now"))
    rig.site.keeper.stop()
    shutil.copytree(keeper, before)
    rig.site.start_keeper()
    desk.act("willi", "hold", "request", clip, "--incident", CASE)
    rig.site.keeper.stop()
    keeper.rename(now)
    shutil.copytree(before, keeper)
    rig.site.start_keeper()
    for _ in range(2):
        counts, notes = night(desk, 4)
        assert (counts["lapsed"], counts["pending"], counts["disagreements"]) == (0, 1, 1), counts
        assert "keeps no key for that" in notes["disagreements"][0]["why"], notes
    rig.site.keeper.stop()
    shutil.rmtree(keeper)
    now.rename(keeper)
    rig.site.start_keeper()
    counts, _ = night(desk, 0)
    assert counts["pending"] == 1, counts


def put_aside(desk, clip, name):
    """What cannot be read in any directory of the vault, and puts it back: a disk's error, or a full keeper, is the same to a run."""
    paths = list(desk.site.directory.glob(f"*/sealed/*/*/*/{clip}/{name}"))
    assert len(paths) == 2, paths
    for path in paths:
        path.rename(path.with_suffix(".aside"))
    return lambda: [path.with_suffix(".aside").rename(path) for path in paths]


def say_state(desk, clip, state):
    by_superuser(desk, f"UPDATE asv.recording_state SET state = '{state}' WHERE recording = {of(clip)}")


REFUSED = 256  # ASV_DB_HELD_AHEADS


@contextmanager
def a_page_that_is_refused(desk, clip):
    """As many recordings as a page has, in front of that one, which no keeper holds: their files are lost."""
    for table, fields in (("recording_state", "'state', 'sealed'"), ("clip", "'event', -n, 'started_at', NULL, 'due_at', now() + interval '9 days'")):
        by_superuser(desk, f"INSERT INTO asv.{table} SELECT f.* FROM asv.{table} t, generate_series(1, {REFUSED}) AS n, jsonb_populate_record(t, jsonb_build_object("
                           f"'recording', lpad(to_hex(n), 32, '0'), 'header', '\\x' || lpad(to_hex(n), 64, '0'), "
                           f"'clip', overlay(t.clip::text PLACING lpad(to_hex(n), 12, '0') FROM 25), {fields})) AS f WHERE t.recording = {of(clip)}")
    yield
    for table in ("recording_state", "clip"):
        by_superuser(desk, f"DELETE FROM asv.{table} WHERE recording <= lpad(to_hex({REFUSED}), 32, '0')::uuid")
    by_superuser(desk, f"DELETE FROM asv.balance WHERE ingested >= {REFUSED}")


def say_early(desk, clip):
    """As if two people had erased it early, and a run had taken that for true."""
    say_state(desk, clip, "erasing")
    by_superuser(desk, "INSERT INTO asv.erasure_intent (recording, rule, event) SELECT recording, 'early', event "
                       f"FROM asv.recording_state WHERE recording = {of(clip)}")


def stays_although_erased(desk, clip, notes):
    """K-191: what the database alone has as erased, a run said, and left it."""
    assert any(note["what"] == clip and "nobody signed" in note["why"] for note in notes["disagreements"]), notes
    assert [a["kind"] for a in desk.json("alarm", "list") if f"{clip}: the database has it as erased, its files" in a["detail"]] == ["keeper"]
    for name in ("commit", "payload", "seal", "stanzas"):
        assert len(list(desk.site.directory.glob(f"*/sealed/*/*/*/{clip}/{name}"))) == 2, f"{name} is gone"


def erase_early(desk, clips):
    """LAW T4: today its file goes, and its camera's key of the day stays, for the other recordings of it. One of these cannot be given
    a key of its own for now; another one the database does not show, of a third it says that it is erased early as well, and of a fourth
    that it is erased, which are lies. These two get their keys (K-156), and their files stay (K-191)."""
    clip = clips[4]
    back = put_aside(desk, clips[1], "stanzas")
    say_state(desk, clips[3], "transferring")
    say_early(desk, clips[2])
    state = desk.state(clips[0])
    say_state(desk, clips[0], "erased")
    desk.act("willi", "clip", "erase-early", clip)
    desk.act("sigrid", "clip", "erase-early", clip, "--approve")
    counts, notes = night(desk, 4)
    assert (counts["open"], counts["erased"], counts["finished"], counts["rewrapped"], counts["failed"]) == (2, 0, 0, 2, 1), counts
    assert [note["what"] for note in notes["failed"]] == [clips[1]], notes
    orders = {path: path.read_bytes() for path in desk.site.directory.glob(f"*/sealed/*/*/*/{clip}/order")}
    assert len(orders) == 2
    for path, data in orders.items():
        path.write_bytes(data[:-1])
    counts, emptied = night(desk, 4)  # K-216: whoever emptied its directory leaves no statement
    assert (counts["open"], counts["failed"]) == (2, 2) and clip in [note["what"] for note in emptied["failed"]], counts
    leave_statement(desk, clip)
    counts, _ = night(desk, 4)  # but a run did, whose keeper is not believed any more
    assert (counts["open"], counts["failed"]) == (2, 1), counts
    for path, data in orders.items():
        path.write_bytes(data)
    assert [note["what"] for note in notes["late"]] == [clips[2]], notes
    stays_although_erased(desk, clips[0], notes)
    by_superuser(desk, f"DELETE FROM asv.erasure_intent WHERE recording = {of(clips[2])}")
    say_state(desk, clips[2], "sealed")
    say_state(desk, clips[0], state)
    return back


def the_keeper_says_why(desk, camera, erased):
    """K-253, K-259: what it says of what the camera signed, or of the camera, is what the report says, and is no failure; what the camera
    cannot help is one."""
    by_superuser(desk, "CREATE TABLE public.words AS SELECT session, inventory FROM asv.docking_end; UPDATE asv.docking_end SET inventory = NULL "
                       "WHERE ended_at > now() - interval '12 hours'; CREATE TABLE public.told AS SELECT digest, issued_at FROM asv.bulletin; "
                       "UPDATE asv.bulletin SET issued_at = now()")
    counts, notes = night(desk, 4)
    assert (counts["finished"], counts["open"], counts["failed"]) == (0, 1, 0), counts
    assert any(note["what"] == camera.name and "from before the end of that time" in note["why"] for note in notes["open"]), notes
    by_superuser(desk, "UPDATE asv.docking_end e SET inventory = w.inventory FROM public.words w WHERE w.session = e.session; UPDATE asv.bulletin b SET "
                       "issued_at = t.issued_at FROM public.told t WHERE t.digest = b.digest; DROP TABLE public.words, public.told")
    for word, failed in (("0304", 0), ("0208", 1)):
        with forging(desk, f"8={word}") as path:
            counts, notes = night(desk, 4, "--keeper", path)
        assert (counts["finished"], counts["open"], counts["failed"]) == (0, 1, failed), counts
        assert [note["what"] for note in notes["failed"]] == [erased] * failed, notes
        assert any(note["what"] == camera.name for note in notes["open"]) == (failed == 0), notes


def the_day_is_finished(rig, desk, camera, clips, back):
    """LAW T5: the next day, when the camera was there and had nothing left, that key goes; the other recordings live on, by keys of
    their own, and can be kept. It does not go before (LAW T1, T4; DESIGN 1): a KEEP that failed costs no recording its key (K-156)."""
    erased, other, unseen = clips[4], clips[1], clips[3]
    pass_time(rig, 1)
    counts, lost = aheads(desk, 1, 4)
    assert (counts["finished"], counts["open"]) == (0, 1), counts  # it may be out with more recordings of that day
    assert re.search("K-[0-9]+: held ahead since .*not been docked since", lost), lost
    dock(rig, camera)
    by_superuser(desk, "CREATE TABLE public.words AS SELECT session, inventory FROM asv.docking_end; UPDATE asv.docking_end SET inventory = NULL")
    counts, notes = night(desk, 4)  # K-253: nor after a docking that its camera signed nothing of; that is no failure
    assert (counts["finished"], counts["erased"], counts["open"], counts["failed"]) == (0, 0, 1, 1), counts
    assert any(clips[4] in note["what"] and "with that day's period at the latest" in note["why"] for note in notes["open"]), notes
    assert any(note["what"] == camera.name and "out and in again" in note["why"] for note in notes["open"]), notes
    by_superuser(desk, "UPDATE asv.docking_end e SET inventory = w.inventory FROM public.words w WHERE w.session = e.session; DROP TABLE public.words")
    by_superuser(desk, "UPDATE asv.docking SET last_number = last_number + 1")
    counts, notes = night(desk, 4)  # K-255, K-257: it recorded once more, and nobody has that, nor what was only announced
    assert (counts["finished"], counts["erased"], counts["open"], counts["failed"]) == (0, 0, 1, 1), counts
    assert any(note["what"] == erased and "are of no recording here (2)" in note["why"] for note in notes["open"]), notes
    by_superuser(desk, "UPDATE asv.docking SET last_number = last_number - 1")
    say_state(desk, unseen, "expired_on_arrival")  # a lie that nobody sees through
    for _ in range(2):  # it goes on saying so
        counts, notes = night(desk, 4)
        assert (counts["finished"], counts["erased"], counts["open"], counts["failed"]) == (0, 0, 1, 2), counts
        assert any(note["what"] == erased and f"clip {other} has no key of its own" in note["why"] for note in notes["failed"]), notes
    back()
    the_keeper_says_why(desk, camera, erased)
    os.environ["ASV_RETENTION_STOP"] = "16"
    status, _, _ = desk.call("retention", "run")
    del os.environ["ASV_RETENTION_STOP"]
    by_superuser(desk, "UPDATE asv.docking SET last_number = last_number + 1")  # whatever is missing since, and whatever cannot be read
    back = put_aside(desk, other, "stanzas")
    assert (status, desk.state(erased)) == (-signal.SIGKILL, "erasing")
    counts, notes = night(desk, 4)  # K-252: killed when that key was gone
    assert (counts["finished"], counts["erased"], counts["open"], counts["failed"], counts["lost"]) == (0, 1, 0, 0, 0), (counts, notes)
    by_superuser(desk, "UPDATE asv.docking SET last_number = last_number - 1")
    back()
    assert desk.state(erased) == "erased" and desk.events(erased)[-1] == "erased", desk.events(erased)
    assert desk.sql(f"SELECT e.rule FROM asv.erasure_completion e JOIN asv.clip USING (recording) WHERE clip = '{erased}'") == \
        [["early"]]
    desk.act("willi", "hold", "request", other, "--incident", CASE)
    desk.act("sigrid", "hold", "approve", other)
    agree_to_show(desk, other)
    see(desk, other)
    say_state(desk, unseen, "sealed")
    for _ in range(2):  # what a lie of the database cost is said every night (DESIGN 1)
        counts, notes = night(desk, 4)
        assert (counts["finished"], counts["held"], counts["failed"], counts["lost"]) == (0, 1, 0, 1), counts
        assert [note["what"] for note in notes["lost"]] == [unseen] and "nothing opens it" in notes["lost"][0]["why"], notes
    assert [alarm["kind"] for alarm in desk.json("alarm", "list") if unseen in alarm["detail"]] == ["keeper"]


def what_is_held_is_not_erased(rig, desk, clip):
    """LAW T3; K-191: by no word of the database. Half of what the keeper says of what it keeps is nothing."""
    with forging(desk, "9=twice") as path:
        _, notes = night(desk, 3, "--keeper", path)
    assert any("its rows are not in order" in note["why"] for note in notes["undone"]), notes
    for asked, what in ((13, "what people were shown"), (14, "what was handed over")):  # K-254: nor does it keep a run for ever
        with forging(desk, f"{asked}=endless") as path:
            _, notes = night(desk, 4, "--keeper", path)
        assert any(note["what"] == what and "its rows are not in order" in note["why"] for note in notes["undone"]), notes
    say_state(desk, clip, "erased")
    counts, notes = night(desk, 4)
    assert (counts["disagreements"], counts["leftovers"]) == (2, 0), counts  # and the keeper keeps it as held
    stays_although_erased(desk, clip, notes)
    assert len(wrapped_for_recovery(desk, clip)) == 2
    say_state(desk, clip, "held")


def a_block_of_one_side_alone(rig, desk, clip):
    """LAW R4; K-209: that the keeper has a block which nobody has said here, or none although it took one, is said."""
    block = ("--ground", "private-life")
    for words, kind, why in (((), "blocked", "nobody has said so here"), (("block",), "unblocked", "it would give it out")):
        for word in words:
            desk.act("rita", "clip", word, clip, *block)
        with forging(desk, f"9={kind}", f"12={kind}") as path:
            _, notes = night(desk, 4, "--keeper", path)
        assert [note["what"] for note in notes["disagreements"]] == [clip] and why in notes["disagreements"][0]["why"], notes
        _, notes = night(desk, 4)
        assert not notes["disagreements"], notes
    desk.act("doris", "clip", "unblock", clip, *block)


def what_was_agreed_to_is_over(rig, desk, clip):
    """LAW L2: the keeper knows by itself that both statements have expired, whatever the database says. What it gave out and the
    database was never told of, it tells the night (K-190, LAW L1)."""
    see(desk, clip)
    shown = desk.sql("SELECT encode(digest, 'hex') FROM asv.statement WHERE action = 11 ORDER BY stored_at DESC LIMIT 1")[0][0]
    by_superuser(desk, f"DELETE FROM asv.access_log WHERE encode(shown, 'hex') = '{shown}'; "
                       f"DELETE FROM asv.statement_answer WHERE encode(statement, 'hex') = '{shown}'; "
                       f"DELETE FROM asv.statement WHERE encode(digest, 'hex') = '{shown}'")  # as by a program of the own
    pass_time(rig, 1 + 25 * HOUR)
    night(desk, 4)
    assert [a["kind"] for a in desk.json("alarm", "list") if shown[:12] in a["detail"]] == ["unlogged"]

    def put_off(interval):
        desk.sql("SET session_replication_role = replica; "
                 f"UPDATE asv.request SET expires_at = expires_at + interval '{interval}' WHERE action = 4; "
                 f"UPDATE asv.statement SET expires_at = expires_at + interval '{interval}' WHERE action = 4")

    put_off("2 days")  # as if both were good until tomorrow
    before = desk.sql("SELECT count(*) FROM asv.access_log")
    status, out, err = desk.shown("rita", clip)
    assert status == 1 and not out and "has expired" in err, err
    assert desk.sql("SELECT count(*) FROM asv.access_log") == before
    put_off("-2 days")
    agree_to_show(desk, clip)
    see(desk, clip)


def empty_out(desk, clip):
    """As a run left it that removed its files: its own records."""
    for path in desk.site.directory.glob(f"*/sealed/*/*/*/{clip}"):
        for part in path.iterdir():
            if part.name not in ("commit", "link", "chain"):
                part.unlink()


def leave_statement(desk, clip):
    """Beside them, by a keeper whose certificate has run out since."""
    about = desk.sql(f"SELECT encode(camera, 'hex'), replace(epoch::text, '-', ''), number, encode(header, 'hex') FROM asv.clip WHERE clip = '{clip}'")[0]
    for path in desk.site.directory.glob(f"*/sealed/*/*/*/{clip}"):
        run(desk.site.build / "tests/integration/asv-old-keeper", desk.site.agency, PASSPHRASE, *about, path / "order")


def open_until_its_day_is_over(desk, clip):
    """K-216: of a recording that a run emptied, and whose keeper is not believed any more; under its day's key, or, as from here on, a reserve key.
    (Of its day another camera's hold has a copy.)"""
    for reserve in (False, True):
        if reserve:
            by_superuser(desk, f"UPDATE asv.clip SET key_kind = 2, key_date = NULL WHERE clip = '{clip}'")
        _, notes = night(desk, 0)
        assert desk.state(clip) == "erasing" and any("believed no more" in note["why"] for note in notes["open"]), notes


HELD_AHEAD = "(SELECT camera FROM asv.request r WHERE asv.ahead_counts(r))"


MADE_UP = "decode(repeat('00', 32), 'hex')"  # the session that is shown to the keeper first


# A database that tells of the same docking for ever.
GOES_BACK = """ALTER FUNCTION asv.inventory_next RENAME TO inventory_true;
    CREATE FUNCTION asv.inventory_next(p_camera bytea, p_since timestamptz, p_run uuid, p_number bigint, p_after bytea)
        RETURNS TABLE (number bigint, session asv.digest, chain bytea, inventory bytea, bulletin bytea) LANGUAGE sql SECURITY DEFINER AS
        'SELECT * FROM asv.inventory_true(p_camera, p_since, p_run, NULL, NULL)';
    GRANT EXECUTE ON FUNCTION asv.inventory_next TO asv_admin"""


def a_dock_says_that_it_is_in(desk):
    """K-143, K-245: who has a dock's key, and its database, writes down a docking, what a camera would have signed, and when its bulletin was
    issued; or shows what that camera signed before it was lost. The keeper lets nothing go. What was made up stays."""
    bulletin = desk.sql(f"SELECT encode(digest, 'hex') FROM asv.bulletin WHERE camera = {HELD_AHEAD} ORDER BY number DESC LIMIT 1")[0][0]
    camera = desk.sql(f"SELECT encode({HELD_AHEAD}, 'hex')")[0][0]
    word = "000100010120" + camera + "00" * 32 + "e0" * 16 + "0000000000000009" + "00000000" + "0120" + bulletin + "00" * 34 + "010040" + "51" * 64
    by_superuser(desk, f"CREATE TABLE public.kept AS SELECT session, began_at FROM asv.docking; "
                       f"UPDATE asv.bulletin SET issued_at = now() + interval '1 hour' WHERE camera = {HELD_AHEAD}")
    by_superuser(desk, f"INSERT INTO asv.docking (session, dock, slot, port, camera, began_at) SELECT {MADE_UP}, dock, slot, port, {HELD_AHEAD}, now() "
                       "FROM asv.docking LIMIT 1; INSERT INTO asv.docking_end (session, ended_at, reason, stored, quarantined, expired, remaining, bytes, "
                       f"inventory) VALUES ({MADE_UP}, now(), 1, 0, 0, 0, 0, 0, decode('{word}', 'hex')); CREATE TABLE public.ends AS SELECT session, reason, "
                       f"remaining FROM asv.docking_end; UPDATE asv.docking_end SET reason = 2 WHERE session <> {MADE_UP}")
    counts, notes = night(desk, 4)
    assert counts["finished"] == 0 and any("inventory: signature" in note["why"] for note in notes["undone"]), notes
    assert counts["disagreements"] == 1 and "did not sign what the docking 000000000000 has of it" in notes["disagreements"][0]["why"], notes
    assert [alarm["kind"] for alarm in desk.json("alarm", "list") if "did not sign" in alarm["detail"]] == ["forged"]
    by_superuser(desk, "UPDATE asv.docking_end SET reason = 1, remaining = 0")
    counts, why = aheads(desk, 1, 4)  # K-260: the made up one first, and then the other
    assert (counts["finished"], counts["disagreements"]) == (0, 1) and "from before the end of that time" in why, why
    by_superuser(desk, GOES_BACK)  # K-264: nor does it keep a run for ever
    _, notes = night(desk, 4)
    assert any("tells of dockings out of order" in note["why"] for note in notes["undone"]), notes
    by_superuser(desk, "DROP FUNCTION asv.inventory_next; ALTER FUNCTION asv.inventory_true RENAME TO inventory_next")
    by_superuser(desk, "UPDATE asv.docking d SET began_at = k.began_at FROM public.kept k WHERE k.session = d.session; UPDATE asv.docking_end e SET "
                       "reason = k.reason, remaining = k.remaining FROM public.ends k WHERE k.session = e.session; DROP TABLE public.kept, public.ends")
    say_it_left(desk, True)


def say_it_left(desk, something):
    """Of the docking that was made up, which otherwise narrows when it recorded."""
    by_superuser(desk, f"UPDATE asv.docking_end SET reason = {2 if something else 1} WHERE session = {MADE_UP}")


def it_comes_back(rig, desk, camera, before, during, forgotten, emptied):
    """LAW T1: what nobody held is refused, and erased on the camera by the keeper's word; LAW T3: what was is stored and held, and
    is shown to the reviewer. The camera's key of that day, which was copied for it, is gone with the run that holds it (LAW T1). That the
    database has it as released or erased early meanwhile, which the keeper has not, ends nothing (K-188, K-189). Of another one, which
    is not due by its own day, the keeper has forgotten that two people erased it, and signs that nothing opens it."""
    pass_time(rig, 16)
    by_superuser(desk, f"UPDATE asv.clip SET due_at = now() + interval '9 days' WHERE clip = '{forgotten}'")
    say_state(desk, forgotten, "erasing")
    _, notes = night(desk, 4, "--dir", "/nowhere")  # K-203: without the agency nobody can say whether it is
    assert any(note["what"] == forgotten and "nobody can say now" in note["why"] for note in notes["undone"]), notes
    assert desk.state(forgotten) == "erasing" and "erasure_lapsed" not in desk.events(forgotten), desk.events(forgotten)
    assert desk.state(emptied) == "erasing", desk.events(emptied)
    empty_out(desk, emptied)
    _, notes = night(desk, 4)
    assert emptied in [note["what"] for note in notes["failed"]], notes  # K-216: by whom, nobody knows
    leave_statement(desk, emptied)
    open_until_its_day_is_over(desk, emptied)
    assert held(camera) == {before, during}
    a_dock_says_that_it_is_in(desk)
    dock(rig, camera)
    assert camera.list() == [], camera.list()
    clips = {clip["clip"]: clip for clip in rig.clips(camera)}
    assert {name: clip["state"] for name, clip in clips.items()} == {before: "expired_on_arrival", during: "sealed"}, clips
    assert clips[during]["erased_on_camera"] and during in {path.name for path in rig.vault("sealed")}
    say_state(desk, during, "erased")
    assert desk.sql("SELECT c.clip FROM asv.request r, asv.ahead_clip_page(r.proposal, NULL, 10) c WHERE r.action = 6") == [[during]]
    say_state(desk, during, "released")
    before_it = decided(desk)
    break_ruling(desk)  # and the keeper does not remember any more
    counts, notes = night(desk, 4)
    assert desk.state(emptied) == "erasing" and emptied not in [note["what"] for note in notes["failed"]], notes  # K-216
    assert any("believed no more" in note["why"] for note in notes["open"]), notes
    assert any(f"the keeper does not hold clip {during} yet" in note["why"] for note in notes["undone"]), notes
    assert any("or that the keeper took: " in note["why"] for note in notes["undone"]) and decided(desk)[:3] == before_it[:3], notes
    assert (counts["finished"], desk.json("keys", "status")["aheads"]) == (0, 1) and "payload" in parts(desk, during), counts
    assert (desk.state(forgotten), counts["disagreements"]) == ("erased", 0), counts
    by_superuser(desk, f"DELETE FROM asv.erasure_intent WHERE recording = {of(during)}")
    say_state(desk, during, "erasing")
    with forging(desk, "9=over") as path, a_page_that_is_refused(desk, during):  # K-204: that it ran out is not that the hold has nothing of it
        counts, notes = night(desk, 4, "--keeper", path)
    assert any(f"the keeper does not hold clip {during} yet" in note["why"] for note in notes["undone"]) and counts["finished"] == 0, notes
    assert counts["failed"] == REFUSED, counts
    assert counts["rewrapped"] >= 1 and desk.state(during) == "held", counts  # twice when its clock spans a midnight
    assert desk.events(during)[-2:] == ["erasure_lapsed", "held_ahead"], desk.events(during)
    alarms = [alarm["kind"] for alarm in desk.json("alarm", "list") if f"{during}: the database has it as erased early" in alarm["detail"]]
    assert counts["disagreements"] >= 1 and alarms == ["keeper"], (counts, alarms)
    by_superuser(desk, "UPDATE asv.docking_end SET inventory = overlay(inventory PLACING (SELECT digest::bytea FROM asv.bulletin WHERE camera = "
                       f"{HELD_AHEAD} ORDER BY number DESC LIMIT 1) FROM 101) WHERE session = {MADE_UP}")
    say_it_left(desk, False)
    by_superuser(desk, f"UPDATE asv.docking SET last_number = last_number + 1 WHERE camera = {HELD_AHEAD}")
    counts, why = aheads(desk, 1)  # K-256: one more of that time, which nobody has
    assert counts["finished"] == 0 and "are of no recording here (1)" in why, (counts, why)
    by_superuser(desk, f"UPDATE asv.docking SET last_number = last_number - 1 WHERE camera = {HELD_AHEAD}")
    counts, _ = aheads(desk, 0, 4)  # K-260: what was made up hides nothing of what the camera signed since
    assert counts["disagreements"] == 1, counts
    by_superuser(desk, f"DELETE FROM asv.docking WHERE session = {MADE_UP}; DELETE FROM asv.docking_end WHERE session = {MADE_UP}")
    assert (desk.state(emptied), desk.events(emptied)[-1]) == ("erased", "erased_unsigned"), desk.events(emptied)  # no copy of its day's key is left
    opens_for_recovery(rig, desk, during)
    desk.refused("its time is over", "sigrid", "hold", "request", before, "--incident", CASE)
    agree_to_show(desk, during)
    see(desk, during)
    assert counts["finished"] == 1, counts  # with it the key of the whole day that was copied for it


def only_the_database_has(desk, words):
    """K-213: a hold before docking that the keeper has let go, and a database that was put back has as waiting for its camera. Every night says
    so, until two people end it, which the keeper takes (K-212)."""
    by_superuser(desk, "DELETE FROM asv.ahead_finish; UPDATE asv.docking SET began_at = began_at - interval '100 days'")
    for _ in range(2):
        counts, notes = night(desk, 4)
        assert counts["disagreements"] == 1 and "the keeper does not hold it" in notes["disagreements"][0]["why"], notes
    assert any("the keeper does not hold it" in alarm["detail"] for alarm in desk.json("alarm", "list") if alarm["kind"] == "keeper")
    request = re.search(r"request +([0-9a-f]+)", desk.act("sigrid", *words, "--release"))[1]
    desk.act("stefan", "hold", "approve", request)
    by_superuser(desk, "UPDATE asv.docking SET began_at = began_at + interval '100 days'")
    counts, _ = aheads(desk, 0)
    assert counts["disagreements"] == 0, counts


def it_stays_alone(rig, desk, camera, during, other, words):
    """When the hold before docking has ended, the two that are held live by keys of their own."""
    desk.refused("nothing is held ahead", "sigrid", *words, "--release")
    counts, _ = aheads(desk, 0)
    assert (counts["held"], counts["rewrapped"], counts["late"]) == (2, 0, 0), counts
    assert {path.name for path in rig.vault("sealed")} == {during, other}
    see(desk, during)
    desk.act("rita", "hold", "release", during)
    desk.act("sigrid", "hold", "release", during, "--approve")
    counts, _ = night(desk, 0)
    assert (counts["held"], counts["erased"]) == (1, 1) and desk.state(during) == "erased", counts
    assert rig.site.json("retention", "balance")[-1]["difference"] == 0
    only_the_database_has(desk, words)


def a_clock_goes_wrong(rig, desk, clip):
    """LAW L1, L3, L10; K-157: years ahead, the keeper destroys nothing, and the database forgets nothing and lets nothing lapse. What was
    left in staging stays, too (K-202)."""
    leftover = desk.site.directory / "vault" / "staging" / "leftover"
    leftover.mkdir()
    (leftover / "payload").touch()
    what = "SELECT (SELECT count(*) FROM asv.access_log), (SELECT count(*) FROM asv.statement), (SELECT count(*) FROM asv.request " \
           "WHERE outcome IS NULL), (SELECT count(*) FROM asv.incident_version WHERE place <> '')"
    desk.act("rita", "hold", "release", clip)
    before = desk.sql(what)
    assert all(int(count) > 0 for count in before[0]), before
    rig.site.keeper.stop()
    counts, notes = night(desk, 3)
    assert any(note["what"] == "what lapses" and "the keeper does not say" in note["why"] for note in notes["undone"]), notes
    rig.site.start_keeper()
    database_ahead(rig, 1200)
    counts, notes = night(desk, 4)
    assert any(note["what"] == "what lapses" and "two hours apart" in note["why"] for note in notes["undone"]), notes
    pass_time(rig, 1200)
    for words in ((), ("--dry-run",)):
        status, out, _ = desk.call("retention", "run", "--json", *words)
        report = json.loads(out)
        counts, notes = report["counts"], report["notes"]
        assert status == 4 and (counts["lapsed"], counts["forgotten"], counts["incidents"]) == (0, 0, 0), counts
        assert any("destruction stands still" in note["why"] for note in notes["late"]), notes
        assert any(note["what"] == "what lapses" and "destruction stands still" in note["why"] for note in notes["undone"]), notes
    assert desk.sql(what) == before, "forgotten by a clock that is in doubt"
    assert (leftover / "payload").exists(), "removed by a clock that is in doubt"


def play(rig):
    lost, assignment = issue(rig)
    desk, camera, clips = set_up(rig)
    incident(desk, camera, clips)
    before, during, words = lose(rig, desk, lost, assignment)
    without_the_root(desk)
    the_keeper_is_asked(desk)
    only_the_keeper_has(desk)
    who_was_not_asked_about(desk)
    the_keeper_was_put_back(rig, desk, clips[4])
    the_keeper_waits_no_more(desk, clips[4])
    back = erase_early(desk, clips)
    for scenario, what in ((the_day_is_finished, (rig, desk, camera, clips, back)),
                           (what_is_held_is_not_erased, (rig, desk, clips[1])),
                           (a_block_of_one_side_alone, (rig, desk, clips[1])),
                           (what_was_agreed_to_is_over, (rig, desk, clips[1])),
                           (it_comes_back, (rig, desk, lost, before, during, clips[3], clips[2])),
                           (it_stays_alone, (rig, desk, lost, during, clips[1], words)),
                           (a_clock_goes_wrong, (rig, desk, clips[1]))):
        print(f"{scenario.__name__} ...", flush=True)
        scenario(*what)


if __name__ == "__main__":
    main(play, "asservat-late.")
