#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Asservat authors
"""concluded.py BUILD: commands that end between their steps, on the site of incident.py, and that nobody says again. The database
refuses one function to the command: the statement is stored then, or the keeper has taken it, and nothing has followed. The nightly
run alone must write down what has to, before it lets anything lapse.
"""
import contextlib
import json
import re
import shutil
import sys
from datetime import datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from decided import by_superuser, forging, night, of, parts  # noqa: E402
from incident import BERLIN, CASE, forged, incident, main, set_up, wrapped_for_recovery  # noqa: E402


@contextlib.contextmanager
def without(desk, function):
    """The step that this function of the database is, does not happen."""
    desk.sql(f"REVOKE EXECUTE ON FUNCTION asv.{function} FROM asv_staff")
    try:
        yield
    finally:
        desk.sql(f"GRANT EXECUTE ON FUNCTION asv.{function} TO asv_staff")


def cut_off(desk, function, who, *words):
    """A command that dies before this step. What it wrote to standard error."""
    with without(desk, function):
        status, out, err = desk.call(*words, *desk.by(who))
    assert status != 0 and function in err, f"{words}: not stopped at {function}: {out.decode()} {err}"
    return err


def finished(desk, want=0, **figures):
    """The nightly run alone; and the next one has nothing left of it."""
    counts, _ = night(desk, want)
    assert {name: counts[name] for name in figures} == figures, counts
    counts, _ = night(desk, want)
    assert counts["concluded"] == 0 and counts["delivered"] == 0, counts


def a_hold(desk, camera, clips):
    clip = clips[0]
    cut_off(desk, "request_put", "willi", "hold", "request", clip, "--incident", CASE)
    assert desk.state(clip) == "sealed"
    finished(desk, concluded=1, pending=1)
    assert desk.state(clip) == "pending" and desk.events(clip)[-1] == "hold_requested"
    lapses = f"SELECT expires_at - requested_at < interval '4 days' FROM asv.request WHERE recording = {of(clip)}"
    assert desk.sql(lapses) == [["t"]], "it lapses when the statement's time is over, not when the keeper says"
    cut_off(desk, "request_end", "sigrid", "hold", "approve", clip)
    assert desk.state(clip) == "pending"
    by_superuser(desk, "UPDATE asv.request SET requested_at = requested_at - interval '9 days', expires_at = now() - interval '1 h' "
                       f"WHERE recording = {of(clip)}")
    finished(desk, concluded=1, held=1, lapsed=0)
    assert desk.state(clip) == "held"
    assert desk.events(clip)[-2:] == ["hold_requested", "hold_approved"], desk.events(clip)
    assert len(wrapped_for_recovery(desk, clip)) == 2


def the_keepers_word_itself(desk, camera, clips):
    """The keeper took it, and the database does not even know that."""
    clip = clips[1]
    with forging(desk, "6") as path:  # LG-095
        status, _, err = desk.call("hold", "request", clip, "--incident", CASE, "--keeper", path, *desk.by("willi"))
    assert status == 1 and "not believed: ruling: signature" in err, err
    assert desk.sql("SELECT count(*) FROM asv.statement_answer a JOIN asv.statement s ON s.digest = a.statement JOIN asv.clip c ON c.header = "
                    f"s.subject WHERE c.clip = '{clip}'") == [["0"]], "what nobody signed is written down"
    cut_off(desk, "statement_answered", "willi", "hold", "request", clip, "--incident", CASE)
    finished(desk, delivered=1, concluded=0, pending=1)
    cut_off(desk, "statement_answered", "sigrid", "hold", "approve", clip)
    finished(desk, delivered=1, concluded=0, held=2)
    assert desk.state(clip) == "held" and len(wrapped_for_recovery(desk, clip)) == 2


def showing_it(desk, camera, clips):
    """OPEN, which no keeper is asked about before it is shown. What it gave out, and the access log does not say, is said (LAW L1, L2)."""
    clip = clips[0]
    cut_off(desk, "request_put", "rita", "clip", "open", clip)
    finished(desk, concluded=1)
    request = desk.sql("SELECT encode(proposal, 'hex') FROM asv.request WHERE action = 4")[0][0]
    cut_off(desk, "request_end", "sigrid", "clip", "open", request, "--approve")
    finished(desk, concluded=1)
    cut_off(desk, "access_put", "rita", "clip", "open", clip)  # or a program that says nothing
    counts, _ = night(desk, 0)
    by_superuser(desk, "UPDATE asv.statement_answer a SET at = at - interval '2 h' FROM asv.statement s WHERE s.digest = a.statement AND s.action = 11")
    counts, notes = night(desk, 4)
    shown = desk.sql("SELECT encode(digest, 'hex') FROM asv.statement WHERE action = 11")[0][0]
    assert counts["disagreements"] == 1 and shown[:12] in notes["disagreements"][0]["why"], notes
    assert [a["kind"] for a in desk.json("alarm", "list") if shown[:12] in a["detail"]] == ["unlogged"]
    night(desk, 0)
    status, out, err = desk.shown("rita", clip)
    assert status == 0 and out, err
    night(desk, 0)


def a_release(desk, camera, clips):
    clip = clips[1]
    cut_off(desk, "request_put", "rita", "hold", "release", clip)
    finished(desk, concluded=1, held=2)
    cut_off(desk, "request_end", "sigrid", "hold", "release", clip, "--approve")
    assert desk.state(clip) == "held"
    by_superuser(desk, "UPDATE asv.request SET requested_at = requested_at - interval '9 days', expires_at = now() - interval '1 h' "
                       f"WHERE recording = {of(clip)} AND action = 2")
    finished(desk, concluded=1, held=1, lapsed=0)
    assert desk.state(clip) == "released" and desk.events(clip)[-1] == "release_approved", desk.events(clip)
    assert wrapped_for_recovery(desk, clip) == []


def an_early_erasure(desk, camera, clips):
    """What custody says is what the keeper did: not that nobody decided."""
    clip = clips[2]
    cut_off(desk, "request_put", "willi", "clip", "erase-early", clip)
    finished(desk, concluded=1)
    cut_off(desk, "request_end", "sigrid", "clip", "erase-early", clip, "--approve")
    assert desk.state(clip) == "sealed" and "payload" in parts(desk, clip)
    by_superuser(desk, "UPDATE asv.request SET requested_at = requested_at - interval '9 days', expires_at = now() - interval '1 h' "
                       f"WHERE recording = {of(clip)}")
    finished(desk, concluded=1, lapsed=0)
    assert desk.state(clip) == "erasing" and "payload" not in parts(desk, clip)
    assert "erasure_lapsed" not in desk.events(clip), desk.events(clip)


def what_ends_a_request(desk, camera, clips):
    """A withdrawal and a refusal that the keeper took."""
    clip = clips[3]
    for who, word in (("willi", "withdraw"), ("sigrid", "refuse")):
        desk.act("willi", "hold", "request", clip, "--incident", CASE)
        cut_off(desk, "request_end", who, "hold", word, clip)
        assert desk.state(clip) == "pending"
        finished(desk, concluded=1, pending=0)
        assert desk.state(clip) == "sealed" and desk.events(clip)[-1] in ("hold_withdrawn", "hold_refused")


def a_block(desk, camera, clips):
    """In the order in which it came about: set, lifted."""
    clip = clips[3]
    block = ("clip", "block", clip, "--ground", "private-life")
    cut_off(desk, "block_put", "willi", *block)
    finished(desk, delivered=1, concluded=0)
    assert desk.events(clip)[-1] == "blocked"
    cut_off(desk, "block_put", "doris", "clip", "unblock", clip, "--ground", "private-life")
    finished(desk, concluded=1)
    assert desk.events(clip)[-2:] == ["blocked", "block_lifted"], desk.events(clip)


def one_that_is_none_stops_nothing(desk, camera, clips):
    """What nobody signed is named once, by its own, and all the rest goes on: one whose time is over, and one that was never delivered."""
    clip = clips[3]
    expired = forged(desk, "willi", clip, 7, 5, ground=6)
    over(desk, clip, 7, 5)
    living = forged(desk, "willi", clip, 7, 5, ground=6)
    cut_off(desk, "request_put", "willi", "hold", "request", clip, "--incident", CASE)
    counts, notes = night(desk, 4)
    assert (counts["concluded"], counts["pending"]) == (1, 1), counts
    named = [note["why"] for note in notes["undone"]]
    assert len(named) == 2 and all("is nothing that anybody signed" in why for why in named), named
    assert {why[:12] for why in named} == {expired[:12], living[:12]}, named
    told = [alarm["detail"] for alarm in desk.json("alarm", "list") if alarm["kind"] == "forged"]
    assert len(told) == 2 and all("from the account of willi" in detail for detail in told), told
    finished(desk, concluded=0, pending=1)
    desk.act("willi", "hold", "withdraw", clip)


def before_docking(desk, camera, clips):
    """A range of time, and its end. What was recorded in it is held with the same run."""
    now = datetime.now(BERLIN)
    words = ("hold", "ahead", "--camera", camera.name, "--from", (now + timedelta(minutes=10)).strftime("%Y-%m-%d %H:%M"), "--until",
             (now + timedelta(minutes=20)).strftime("%Y-%m-%d %H:%M"), "--incident", CASE)
    for more, counts in ((), "1"), (("--release",), "0"):
        cut_off(desk, "request_put", "sigrid", *words, *more)
        finished(desk, concluded=1)
        request = desk.sql("SELECT encode(proposal, 'hex') FROM asv.request WHERE action IN (6, 9) AND outcome IS NULL")[0][0]
        cut_off(desk, "request_end", "stefan", "hold", "approve", request)
        finished(desk, concluded=1)
        assert desk.sql("SELECT count(*) FROM asv.request r WHERE asv.ahead_counts(r)") == [[counts]]


def over(desk, clip, action, step):
    """The time of the newest such statement is over."""
    by_superuser(desk, "UPDATE asv.statement SET issued_at = issued_at - interval '9 days', expires_at = now() - interval '1 s' WHERE "
                       f"digest = (SELECT s.digest FROM asv.statement s JOIN asv.clip c ON c.header = s.subject WHERE c.clip = '{clip}' "
                       f"AND s.action = {action} AND s.step = {step} ORDER BY s.stored_at DESC LIMIT 1)")


def said(desk, clip, action, step):
    """How the newest such statement came to be taken: (concluded, has a ruling)."""
    return desk.sql("SELECT a.concluded, a.ruling IS NOT NULL FROM asv.statement_answer a JOIN asv.statement s ON s.digest = a.statement "
                    f"JOIN asv.clip c ON c.header = s.subject WHERE c.clip = '{clip}' AND s.action = {action} AND s.step = {step} AND a.taken "
                    "ORDER BY s.stored_at DESC LIMIT 1")


def a_word_that_was_lost_for_days(desk, camera, clips):
    """LG-095, K-163: the keeper took it, the database does not know, and its time is over. The keeper says so once more, and signs it; and
    where it does not, what it keeps says that it took it, which stays said so."""
    clip = clips[3]
    desk.act("willi", "hold", "request", clip, "--incident", CASE)
    cut_off(desk, "statement_answered", "sigrid", "hold", "approve", clip)
    over(desk, clip, 1, 2)
    finished(desk, delivered=0, concluded=1)
    assert desk.state(clip) == "held" and said(desk, clip, 1, 2) == [["f", "t"]]
    desk.act("rita", "hold", "release", clip)
    cut_off(desk, "statement_answered", "sigrid", "hold", "release", clip, "--approve")
    over(desk, clip, 2, 2)
    finished(desk, delivered=0, concluded=1)
    assert desk.state(clip) == "released" and said(desk, clip, 2, 2) == [["f", "t"]]
    desk.act("willi", "clip", "block", clip, "--ground", "private-life")
    cut_off(desk, "statement_answered", "doris", "clip", "unblock", clip, "--ground", "private-life")
    over(desk, clip, 8, 5)
    finished(desk, delivered=0, concluded=1)
    assert desk.events(clip)[-1] == "block_lifted" and said(desk, clip, 8, 5) == [["f", "t"]]
    # One that nobody signed: the keeper keeps no block, as if it had taken it, and nothing follows from that.
    same = "action, step, matter, subject_kind, subject, subject_name, incident, ground, credential, person, issued_at, expires_at, proposal"
    by_superuser(desk, f"INSERT INTO asv.statement (digest, object, nonce, {same}) SELECT sha256(substring(o FROM 3 FOR get_byte(o, 0) * 256 + "
                       f"get_byte(o, 1))), o, n, {same} FROM (SELECT *, overlay(object PLACING n FROM position(nonce IN object)) AS o FROM (SELECT *, "
                       "substring(sha256(nonce) FOR 16) AS n FROM asv.statement WHERE action = 8 ORDER BY stored_at DESC LIMIT 1) AS s) AS t")
    counts, notes = night(desk, 4)
    assert counts["concluded"] == 0 and "is nothing that anybody signed" in notes["undone"][0]["why"], (counts, notes)
    assert desk.sql("SELECT count(*) FROM asv.statement_answer WHERE concluded") == [["0"]]
    finished(desk, delivered=0, concluded=0)


def a_word_that_never_came(desk, camera, clips):
    """The keeper was away until the time was over: people hear of it, once."""
    clip = clips[3]
    desk.act("willi", "hold", "request", clip, "--incident", CASE)
    desk.site.keeper.stop()
    status, _, err = desk.call("hold", "approve", clip, *desk.by("sigrid"))
    assert status == 1 and "not with the keeper yet" in err, err
    desk.site.start_keeper()
    over(desk, clip, 1, 2)
    counts, notes = night(desk, 4)
    assert (counts["delivered"], counts["concluded"], counts["pending"]) == (0, 0, 1), counts
    assert [note["what"] for note in notes["undone"]] == [clip] and "has to be signed again" in notes["undone"][0]["why"], notes
    assert desk.sql("SELECT count(*) FROM asv.alarm_overview WHERE kind = 'unheard'") == [["1"]]
    finished(desk, concluded=0, pending=1)
    desk.act("sigrid", "hold", "approve", clip)
    assert desk.state(clip) == "held"


def held_for_something_else(desk, camera, clips):
    """LG-095: that a recording is held does not say that the keeper took every approval to hold it."""
    clip = clips[3]
    taken = "SELECT count(*) FROM asv.statement_answer a JOIN asv.statement s ON s.digest = a.statement " \
            f"WHERE s.subject = (SELECT header FROM asv.clip WHERE clip = '{clip}') AND s.action = 1 AND s.step = 2 AND a.taken"
    desk.act("rita", "hold", "release", clip)
    desk.act("sigrid", "hold", "release", clip, "--approve")
    before = int(desk.sql(taken)[0][0])
    desk.act("willi", "hold", "request", clip, "--incident", CASE)
    desk.site.keeper.stop()
    status, _, err = desk.call("hold", "approve", clip, *desk.by("sigrid"))
    assert status == 1 and "not with the keeper yet" in err, err
    desk.site.start_keeper()
    over(desk, clip, 1, 2)
    desk.act("willi", "hold", "withdraw", clip)
    gone = "(SELECT digest FROM asv.statement WHERE action = 1 AND step = 4 ORDER BY stored_at DESC LIMIT 1)"
    by_superuser(desk, f"DELETE FROM asv.statement_answer WHERE statement = {gone}; DELETE FROM asv.statement WHERE digest = {gone}")
    desk.act("willi", "hold", "request", clip, "--incident", CASE)
    desk.act("sigrid", "hold", "approve", clip)
    unheard = int(desk.sql("SELECT count(*) FROM asv.alarm_overview WHERE kind = 'unheard'")[0][0])
    counts, notes = night(desk, 4)
    assert counts["concluded"] == 0 and any("has to be signed again" in note["why"] for note in notes["undone"]), (counts, notes)
    assert desk.sql("SELECT count(*) FROM asv.alarm_overview WHERE kind = 'unheard'") == [[str(unheard + 1)]]
    assert desk.sql(taken) == [[str(before + 1)]]


def a_block_without_the_keeper(desk, camera, clips):
    """LAW R4: it counts here from its signature on, and what lifts it before the keeper heard of it leaves nothing there."""
    clip = clips[3]
    block = ("--ground", "private-life")
    desk.site.keeper.stop()
    status, _, err = desk.call("clip", "block", clip, *block, *desk.by("willi"))
    assert status == 1 and "not with the keeper yet" in err, err
    assert desk.events(clip)[-1] == "blocked"
    status, out, err = desk.shown("rita", clip)
    assert status == 1 and not out and "private life" in err, err
    status, _, err = desk.call("clip", "unblock", clip, *block, *desk.by("doris"))
    assert status == 1 and "not with the keeper yet" in err, err
    assert desk.events(clip)[-1] == "blocked", "nothing is lifted before the keeper knows"
    desk.site.start_keeper()
    desk.act("doris", "clip", "unblock", clip, *block)
    assert desk.events(clip)[-2:] == ["blocked", "block_lifted"], desk.events(clip)
    finished(desk, delivered=0, concluded=0)
    desk.refused("no such block", "doris", "clip", "unblock", clip, *block)


def of_people(desk, camera, clips):
    """ENROL: nothing follows in the database but from the keeper's word, which is asked for again."""
    desk.person("nadja", "1010", "wearer")
    proposal = re.search(r"proposal +([0-9a-f]+)", desk.act("anna", "user", "enrol", "nadja"))[1]
    cut_off(desk, "statement_answered", "sigrid", "user", "approve", proposal)
    finished(desk, delivered=1)
    assert desk.sql("SELECT enrolled_at IS NOT NULL FROM asv.credential_state WHERE name = 'nadja'") == [["t"]]


def a_release_that_a_disk_misses(desk, camera, clips):
    """What is wrapped for the recovery key opens a clip past all keys of the keeper's: it goes with the hold, from a disk that was
    away as soon as it is back."""
    clip = clips[0]
    desk.act("rita", "hold", "release", clip)
    desk.site.keeper.stop()
    status, _, err = desk.call("hold", "release", clip, "--approve", *desk.by("sigrid"))
    assert status == 1 and "not with the keeper yet" in err, err
    desk.site.start_keeper()
    mirror = desk.site.directory / "mirror"
    mirror.rename(desk.site.directory / "away")
    counts, _ = night(desk, 3)
    assert (counts["delivered"], counts["leftovers"]) == (1, 1), counts
    assert desk.state(clip) == "released"
    (desk.site.directory / "away").rename(mirror)
    assert len(wrapped_for_recovery(desk, clip)) == 1, "the disk that was away has it still"
    status, out, _ = desk.call("retention", "run", "--dry-run", "--json")
    assert status == 0 and json.loads(out)["counts"]["leftovers"] == 1, out
    assert len(wrapped_for_recovery(desk, clip)) == 1
    finished(desk, leftovers=1, failed=0)
    assert wrapped_for_recovery(desk, clip) == []
    assert len(wrapped_for_recovery(desk, clips[3])) == 2, "what is held keeps it"


def what_the_database_refuses(desk, camera, clips):
    """The keeper took it, and the database says that it cannot be: people hear it, each night. And a request that the database
    refused is none, however often the run comes by."""
    clip = clips[3]
    desk.act("rita", "hold", "release", clip)
    desk.act("sigrid", "hold", "release", clip, "--approve")
    desk.act("willi", "hold", "request", clip, "--incident", CASE)
    cut_off(desk, "request_end", "sigrid", "hold", "approve", clip)
    by_superuser(desk, f"UPDATE asv.request SET outcome = 'withdrawn', answer = proposal, "
                       f"ended_at = now() WHERE recording = {of(clip)} AND outcome IS NULL")
    for _ in range(2):
        counts, notes = night(desk, 4)
        assert counts["concluded"] == 0 and counts["disagreements"] >= 1, counts
        assert any("does not follow" in note["why"] and note["what"] == clip for note in notes["disagreements"]), notes
    assert desk.sql("SELECT count(*) FROM asv.alarm_overview WHERE kind = 'keeper' AND detail LIKE '%does not follow%'") == [["1"]]
    by_superuser(desk, "UPDATE asv.request SET outcome = NULL, answer = NULL, ended_at = NULL WHERE answer = proposal")
    finished(desk, concluded=1)
    assert desk.state(clip) == "held"
    cut_off(desk, "request_put", "rita", "hold", "release", clip)
    by_superuser(desk, f"UPDATE asv.recording_state SET state = 'released' WHERE recording = {of(clip)}")
    counts, notes = night(desk, 4)
    assert any("nothing has followed" in note["why"] for note in notes["undone"]), notes
    by_superuser(desk, f"UPDATE asv.recording_state SET state = 'held' WHERE recording = {of(clip)}")
    finished(desk, concluded=0)
    assert desk.sql(f"SELECT count(*) FROM asv.request WHERE recording = {of(clip)} AND action = 2 AND outcome IS NULL") == [["0"]]


def due_and_not_gone(desk, camera, clips):
    """A hold before docking that the database has and the keeper has not: what it keeps here is due, and its key is gone. The run does
    not erase it, and does not say that all is well."""
    clip = clips[4]
    by_superuser(desk, "UPDATE asv.clip SET due_at = now() - interval '2 days', day = current_date - 17, key_date = current_date - 17, "
                       f"earliest_at = now() - interval '17 days' WHERE clip = '{clip}'; DELETE FROM asv.balance")  # which has it on another day
    began = desk.sql(f"SELECT started_at FROM asv.clip WHERE clip = '{clip}'")[0][0]
    by_superuser(desk, "UPDATE asv.request SET outcome = 'refused' WHERE action = 9 AND outcome = 'approved'")
    by_superuser(desk, f"UPDATE asv.clip SET started_at = r.from_at FROM asv.request r WHERE asv.ahead_counts(r) AND clip = '{clip}'")
    counts, notes = night(desk, 4)
    assert counts["late"] == 1 and counts["due"] == 0, counts
    assert any(note["what"] == clip and "hold before docking" in note["why"] for note in notes["late"]), notes
    assert any("due for more than a day" in note["why"] for note in notes["late"]), notes
    assert desk.state(clip) == "sealed"
    status, out, _ = desk.call("retention", "balance", "--json")
    assert status == 4 and sorted(row["overdue"] for row in json.loads(out)) == [0, 1], out
    by_superuser(desk, "UPDATE asv.request SET outcome = 'approved' WHERE action = 9 AND outcome = 'refused'")
    by_superuser(desk, f"UPDATE asv.clip SET started_at = '{began}' WHERE clip = '{clip}'")
    counts, notes = night(desk, 4)
    assert (counts["due"], counts["erased"], counts["late"]) == (1, 1, 0), counts
    # Of that day it is not: where it lies the keeper still opens it, so it stays (K-191).
    assert any(note["what"] == clip and "it can still be opened" in note["why"] for note in notes["disagreements"]), notes
    for path in list(desk.site.directory.glob(f"*/sealed/*/*/*/{clip}")):
        assert (path / "payload").exists(), path
        shutil.rmtree(path)
    status, out, _ = desk.call("retention", "balance", "--json")
    assert status == 0 and {row["overdue"] for row in json.loads(out)} == {0}, out


def play(rig):
    desk, camera, clips = set_up(rig)
    incident(desk, camera, clips)
    for scenario in (a_hold, the_keepers_word_itself, showing_it, a_release, before_docking, due_and_not_gone, an_early_erasure,
                     what_ends_a_request, a_block, one_that_is_none_stops_nothing, a_word_that_was_lost_for_days, a_word_that_never_came,
                     held_for_something_else, a_block_without_the_keeper, of_people, what_the_database_refuses, a_release_that_a_disk_misses):
        print(f"{scenario.__name__} ...", flush=True)
        scenario(desk, camera, clips)


if __name__ == "__main__":
    main(play, "asservat-concluded.")
