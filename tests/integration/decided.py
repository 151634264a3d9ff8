#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Asservat authors
"""decided.py BUILD: what the retention job does with what people decided, on the site of incident.py. It delivers what the keeper did
not hear, lets requests lapse, keeps what is held (LAW T3), removes what two people erased early (LAW T4), and says where database
and keeper disagree.
"""
import contextlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from incident import CASE, at, incident, main, set_up  # noqa: E402
from desk import later  # noqa: E402, found by rig


def night(desk, want, *words):
    """One run, with this exit status: its figures and notes."""
    status, out, err = desk.call("retention", "run", "--json", *words)
    assert status == want, f"the run ended with {status}, not {want}: {out.decode()} {err}"
    report = json.loads(out)
    return report["counts"], report["notes"]


@contextlib.contextmanager
def forging(desk, *kinds):
    """Somebody answers in the keeper's place, and cannot sign for it (forging.py)."""
    path = desk.site.directory / "forged.sock"
    path.unlink(missing_ok=True)
    forger = subprocess.Popen([Path(__file__).resolve().parent / "forging.py", desk.site.directory / "keeper.sock", path, *kinds])
    try:
        while not path.exists():
            assert forger.poll() is None, "nobody forges"
        yield path
    finally:
        forger.kill()
        forger.wait()


def by_superuser(desk, text):
    desk.sql("SET session_replication_role = replica; " + text)


def of(clip):
    return f"(SELECT recording FROM asv.clip WHERE clip = '{clip}')"


def parts(desk, clip):
    """The files of a clip in the vault."""
    found = [path for path in (desk.site.directory / "vault").rglob(clip + "*") if path.is_dir()]
    assert len(found) == 1, found
    return {path.name for path in found[0].iterdir()}


def not_heard_by_the_keeper(desk, clips):
    """A request and its approval that were signed while the keeper was away reach it with the next run."""
    desk.site.keeper.stop()
    for who, words in (("willi", ("request", clips[0], "--incident", CASE)),):
        status, _, err = desk.call("hold", *words, *desk.by(who))
        assert status == 1 and "not with the keeper yet" in err, err
    assert desk.state(clips[0]) == "sealed"
    counts, notes = night(desk, 3)
    assert counts["delivered"] == 0 and any(note["what"] == "keeper" for note in notes["undone"]), (counts, notes)
    assert not any(note["why"].startswith(note["what"] + ":") for note in notes["undone"]), notes
    desk.site.start_keeper()
    counts, _ = night(desk, 0)
    assert (counts["delivered"], counts["pending"], counts["held"]) == (1, 1, 0), counts
    assert desk.state(clips[0]) == "pending"
    desk.site.keeper.stop()
    status, _, err = desk.call("hold", "approve", clips[0], *desk.by("sigrid"))
    assert status == 1 and "not with the keeper yet" in err, err
    desk.site.start_keeper()
    counts, _ = night(desk, 0)
    assert (counts["delivered"], counts["pending"], counts["held"]) == (1, 0, 1), counts
    assert desk.state(clips[0]) == "held"
    assert desk.events(clips[0])[-2:] == ["hold_requested", "hold_approved"], desk.events(clips[0])
    counts, _ = night(desk, 0)
    assert counts["delivered"] == 0, counts


def a_showing_is_withdrawn(desk, clips):
    """K-083, K-170: what was to be shown and is withdrawn while the keeper is away opens nothing later, for it hears of that with the night."""
    status, _, err = desk.shown("rita", clips[0])
    request = re.search(r"request +([0-9a-f]+)", err)[1]
    desk.site.keeper.stop()
    status, _, err = desk.call("clip", "open", request, "--withdraw", *desk.by("rita"))
    assert status == 1 and "not with the keeper yet" in err, err
    desk.site.start_keeper()
    counts, _ = night(desk, 0)
    assert counts["delivered"] == 1, counts
    assert desk.sql("SELECT a.taken FROM asv.statement_answer a JOIN asv.statement s ON s.digest = a.statement "
                    f"WHERE s.action = 4 AND s.step = 4 AND encode(s.proposal, 'hex') LIKE '{request}%'") == [["t"]]
    desk.refused("there is no request", "sigrid", "clip", "open", request, "--approve")


def held_beyond_its_day(desk, clips):
    """Its period is over: it stays, and nobody is called for it."""
    by_superuser(desk, "UPDATE asv.clip SET due_at = now() - interval '1 day', day = current_date - 1, "
                       f"key_date = current_date - 1, earliest_at = now() - interval '2 days' WHERE clip = '{clips[0]}'; "
                       "DELETE FROM asv.balance")  # which has it on another day
    counts, _ = night(desk, 0)
    assert counts["held"] == 1 and counts["late"] == 0, counts
    assert desk.state(clips[0]) == "held" and "payload" in parts(desk, clips[0])


def of_another_day_than_its_key(desk, clips):
    """By the dock's time it is of another day: it gets a key of its own, once."""
    by_superuser(desk, f"UPDATE asv.clip SET key_date = day + 1 WHERE clip = '{clips[1]}'")
    counts, _ = night(desk, 0)
    assert counts["rewrapped"] == 1, counts
    counts, _ = night(desk, 0)
    assert counts["rewrapped"] == 0, counts


def erased_early(desk, clips):
    """LAW T4: two people; the files go at once, the record is complete when the key of that day is, which is not today. The second
    agrees while a run works, which has asked the keeper what it keeps, and not yet read what is erased early (K-194)."""
    clip = clips[2]
    desk.act("willi", "clip", "erase-early", clip)
    counts, _ = night(desk, 0)
    assert desk.state(clip) == "sealed" and "payload" in parts(desk, clip), "one person erased it"
    with at(desk, "access_log", ("retention", "run", "--json"), "ACCESS EXCLUSIVE") as (command, _):
        desk.act("sigrid", "clip", "erase-early", clip, "--approve")
        assert desk.state(clip) == "erasing"
    report = json.loads(command.communicate()[0])
    counts, notes = report["counts"], report["notes"]
    assert command.returncode == 0 and counts["disagreements"] == 0 and desk.state(clip) == "erasing", report
    assert "keeper" not in {alarm["kind"] for alarm in desk.json("alarm", "list")}
    assert desk.sql(f"SELECT rule FROM asv.erasure_intent WHERE recording = {of(clip)}") == [["early"]]
    assert counts["open"] == 1 and counts["erased"] == 0, counts
    assert any("erased early" in note["why"] for note in notes["open"]), notes
    assert not {"payload", "seal", "stanzas", "receipt"} & parts(desk, clip), parts(desk, clip)
    assert {"commit", "link", "chain"} <= parts(desk, clip), parts(desk, clip)
    # The camera's other recordings of that day have keys of their own now, so that the day's can go.
    assert counts["rewrapped"] == 2, counts
    counts, _ = night(desk, 0)
    assert counts["rewrapped"] == 0 and counts["open"] == 1, counts
    status, out, _ = desk.call("retention", "balance", "--json")
    row = json.loads(out)[-1]
    assert status == 0 and (row["erasing"], row["difference"]) == (1, 0), row


def lapsed(desk, clips):
    """A request that nobody decided: here its time is over, in the keeper it is not yet. That is said."""
    clip = clips[3]
    desk.act("willi", "hold", "request", clip, "--incident", CASE)
    by_superuser(desk, "UPDATE asv.request SET requested_at = requested_at - interval '9 days', expires_at = now() - interval '1 h' "
                       f"WHERE recording = {of(clip)}")
    counts, notes = night(desk, 4)
    assert (counts["lapsed"], counts["pending"], counts["disagreements"]) == (1, 0, 1), counts
    assert desk.state(clip) == "sealed" and desk.events(clip)[-1] == "hold_lapsed"
    assert "pending" in notes["disagreements"][0]["why"], notes
    assert desk.sql("SELECT count(*) FROM asv.alarm_overview WHERE kind = 'keeper'") == [["1"]]


def a_block_reaches_the_keeper_with_the_next_night(desk, clips):
    """LAW R4: what one person makes impossible counts with the keeper, too, although it was away all day."""
    site = desk.site
    site.keeper.stop()
    status, _, err = desk.call("clip", "block", clips[4], "--ground", "private-life", *desk.by("willi"))
    assert status == 1 and "not with the keeper yet" in err, err
    assert desk.events(clips[4])[-1] == "blocked", "it does not count here before the keeper knows"
    site.postgres.stop()
    os.environ.update(later(site, 1))
    site.postgres.start()
    site.start_keeper()
    counts, notes = night(desk, 4)
    assert counts["delivered"] == 1 and not notes["undone"], (counts, notes)
    assert desk.events(clips[4])[-1] == "blocked", desk.events(clips[4])


def a_keeper_that_was_revoked_is_not_believed(desk, clips):
    """T-033, LG-095, K-208: neither when it says that it took what people signed, to whom it may say that."""
    desk.site.keeper.stop()
    desk.call("clip", "block", clips[4], "--ground", "professional-secret", *desk.by("sigrid"))
    desk.run("revocations", "issue", "--revoke", "Keeper 1", "--dir", desk.site.agency, "--passphrase-file", desk.site.directory / "passphrase")
    desk.site.start_keeper()
    before = desk.sql("SELECT count(*) FROM asv.statement_answer")
    counts, notes = night(desk, 4)
    assert counts["delivered"] == 0 and desk.sql("SELECT count(*) FROM asv.statement_answer") == before, counts
    assert any("not believed" in note["why"] and "revoked" in note["why"] for note in notes["undone"]), notes
    status, _, err = desk.call("clip", "block", clips[4], "--ground", "pre-roll", *desk.by("sigrid"))
    assert status == 1 and "not believed" in err and "revoked" in err, err
    assert desk.sql("SELECT count(*) FROM asv.statement_answer") == before


def an_incident_is_forgotten(desk, clips):
    """LAW L10: after its term nothing is left of what happened, where and to whom; an incident with recordings goes on."""
    case = "32-3/2021/0001"
    desk.run("incident", "new", case, "--offence", "Beleidigung", "--danger", "keine", "--cause", "prosecution", "--from",
             "2021-01-05 14:05", "--place", "Hafenstraße 3", "--injured", "Petra P.", *desk.by("sigrid"))
    counts, _ = night(desk, 4)
    assert counts["incidents"] == 0, counts
    by_superuser(desk, "UPDATE asv.incident_version SET since = since - interval '3 years'")
    status, out, _ = desk.call("retention", "run", "--dry-run", "--json")
    assert json.loads(out)["counts"]["incidents"] == 1, out
    assert desk.json("incident", "show", case)["injured"] == ["Petra P."]
    counts, _ = night(desk, 4)
    assert counts["incidents"] == 1, counts
    shown = desk.json("incident", "show", case)
    assert shown["forgotten"] and not shown["injured"] and not shown["place"] and not shown["offence"], shown
    assert "forgotten" in desk.run("incident", "show", case) and "(forgotten)" in desk.run("incident", "list")
    assert desk.sql("SELECT count(*) FROM asv.incident_version WHERE place = 'Hafenstraße 3'") == [["0"]]
    assert desk.sql("SELECT count(*) FROM asv.statement s JOIN asv.incident_forgotten f ON f.incident = s.incident") == [["1"]]
    for words in (("incident", "change", case, "--place", "hier"), ("incident", "add-clip", case, clips[0]),
                  ("hold", "request", clips[1], "--incident", case)):
        status, _, err = desk.call(*words, *desk.by("sigrid"))
        assert status == 1 and "this incident was forgotten" in err, err
    assert desk.json("incident", "show", CASE)["place"] == "Wanheimer Straße 12"


def play(rig):
    desk, camera, clips = set_up(rig)
    incident(desk, camera, clips)
    for scenario in (not_heard_by_the_keeper, a_showing_is_withdrawn, held_beyond_its_day, of_another_day_than_its_key, erased_early, lapsed,
                     an_incident_is_forgotten, a_block_reaches_the_keeper_with_the_next_night,
                     a_keeper_that_was_revoked_is_not_believed):
        print(f"{scenario.__name__} ...", flush=True)
        scenario(desk, clips)


if __name__ == "__main__":
    main(play, "asservat-decided.")
