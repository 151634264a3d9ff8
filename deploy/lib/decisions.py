# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Asservat authors
"""What comes after a shift: two people give the office a policy with a short period; one incident is held by two people and
shown to a third; when the period is over everything else is gone, and the balance says so.
"""
import json
import os
import re
import subprocess
import tempfile

from asvsite import SiteError
from desk import POLICY, Desk, later

CASE = "32-3/2026/0042"
PEOPLE = {"Anna": ("administrator",), "Sigrid": ("supervisor",), "Willi": ("wearer",), "Rita": ("reviewer",),
          "Doris": ("data_protection_officer",), "Petra": ("staff_council",), "Stefan": ("deputy",), "Erika": ("exporter",)}
PERIOD_DAYS = 1  # that a recording lives after its own day
DAYS = PERIOD_DAYS + 1  # its own day is not counted


def badge_of(name):
    """The number on this person's badge."""
    return str(1001 + list(PEOPLE).index(name))


class Decisions:
    def __init__(self, shift, unit):
        self.shift = shift
        self.site = shift.site
        self.unit = unit
        self.say = shift.say
        self.check = shift.check
        self.desk = None
        self.kept = None  # the one clip
        self.balance = []

    def play(self):
        self.open_the_office()
        self.hold()
        self.show("Rita is shown the recording, and nobody else")
        self.nobody_else()
        self.days_later()
        self.forget()

    def open_the_office(self):
        site = self.site
        self.say("The dock rests; the keeper now listens to people at their desks")
        site.dock.stop()
        site.keeper.stop()
        site.peer = "admin"
        site.write_conf()
        site.start_keeper()
        self.desk = desk = Desk(site)
        for name, roles in PEOPLE.items():
            desk.person(name, badge_of(name), *roles, unit=self.unit)
        self.say("Anna, who administers, and Sigrid, who supervises, are founded by the agency root; they enrol the others")
        desk.found("Anna", "Sigrid")
        for name in ("Willi", "Rita", "Doris", "Petra", "Stefan", "Erika"):
            desk.enrol(name, "Anna", "Sigrid")
        desk.run("duty", "set", "Sigrid", "--in-charge", self.unit)
        self.decide_policy()

    def decide_policy(self):
        """The default one, but for its period: it is what the keeper was set up with, so these recordings have it already."""
        policy = json.loads(POLICY.read_text(encoding="utf-8"))
        policy |= {"name": "kurze-frist", "title": "Zur Vorführung: ein Tag"}
        policy["retention"]["days"] = PERIOD_DAYS
        file = self.site.directory / "policy.json"
        file.write_text(json.dumps(policy, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        self.desk.decide_policy(file, "Anna", "Sigrid")
        self.say(f"Both sign the office's policy: what nobody asks for is gone {PERIOD_DAYS} day after its own")

    def hold(self):
        desk = self.desk
        clips = desk.json("clip", "list")
        self.kept = next(clip for clip in clips if clip["marked"] and clip["state"] == "sealed")
        clip = self.kept["clip"]
        shown = desk.json("clip", "show", clip)
        assignment = re.search(r'"assignment": "([0-9a-f-]{36})"', json.dumps(shown))[1]
        desk.run("camera", "issued", assignment, "--user", "Willi")
        desk.run("incident", "new", CASE, "--offence", "Körperverletzung", "--danger", "Schlag gegen den Kopf", "--cause",
                 "prosecution", "--from", self.kept["start"][:16].replace("T", " "), "--place", "Kreuzstraße 1", "--injured",
                 "Willi W.", *desk.by("Sigrid", "Meldung des Außendienstes"))
        self.say(f"Sigrid writes down what happened, as {CASE}, and signs it with her key file")
        self.say(f"Willi, who wore {self.kept['camera']}, asks that its marked recording be kept for {CASE}")
        desk.run("hold", "request", clip, "--incident", CASE, *desk.by("Willi", "Angriff auf den Außendienst"))
        status, _, err = desk.call("hold", "approve", clip, *desk.by("Willi", "Angriff auf den Außendienst"))
        self.check(status != 0, "one person could do what takes two")
        self.say("He alone cannot: " + err.strip().splitlines()[-1])
        desk.run("hold", "approve", clip, *desk.by("Sigrid", "Anzeige wird erstattet"))
        self.check(desk.state(clip) == "held", "the recording is not held after two people said so")
        self.say("Sigrid approves: it is held")

    def show(self, what):
        """Through a pipe, into ffprobe: it is the video that was recorded."""
        desk, clip = self.desk, self.kept["clip"]
        self.say(what)
        _, _, err = desk.call("clip", "open", clip, *desk.by("Rita", "Auswertung für die Anzeige"))
        request = re.search(r"^request +([0-9a-f]+)", err, re.MULTILINE)
        if not request:
            raise SiteError(f"clip open: {err}")
        desk.run("clip", "open", request[1], "--approve", *desk.by("Sigrid", "Auswertung für die Anzeige"))
        with tempfile.TemporaryFile() as media:
            shower = subprocess.Popen([self.site.bin("asservat"), "clip", "open", clip, "--config", self.site.conf,
                                       *desk.by("Rita", "Auswertung für die Anzeige")], stdin=subprocess.DEVNULL,
                                      stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            media.write(shower.stdout.read())
            errors = shower.stderr.read().decode(errors="replace")
            self.check(shower.wait() == 0, f"the recording was not shown: {errors}")
            media.seek(0)
            probe = subprocess.run(["ffprobe", "-v", "error", "-show_entries", "format=duration:stream=codec_name", "-of",
                                    "json", "-i", "pipe:0"], stdin=media, capture_output=True, text=True)
        found = json.loads(probe.stdout or "{}")
        codecs = {stream["codec_name"] for stream in found.get("streams", [])}
        self.check(codecs == {"h264", "aac"}, f"what was shown is not the video: {found} {probe.stderr}")

    def nobody_else(self):
        """Whatever nobody asked for opens for nobody."""
        desk = self.desk
        other = next(clip for clip in desk.json("clip", "list") if clip["state"] == "sealed")
        status, out, err = desk.call("clip", "open", other["clip"], *desk.by("Sigrid", "Neugier"))
        self.check(status != 0 and not out, f"a recording that nobody held was shown: {err}")
        self.say("Sigrid alone is shown nothing: " + err.strip().splitlines()[-1])

    def days_later(self):
        """The same programs and files, with another time: keeper and database were off meanwhile."""
        site = self.site
        self.say(f"--- {DAYS} days pass ---")
        site.keeper.stop()
        site.postgres.stop()
        os.environ.update(later(site, DAYS))  # for every program from here on
        site.postgres.start()
        site.start_keeper()

    def forget(self):
        desk, clip = self.desk, self.kept["clip"]
        before = desk.json("clip", "list")
        status, out, err = desk.call("retention", "run")
        print(out.decode(errors="replace") if not self.shift.chosen.json else "", end="", flush=True)
        self.check(status in (0, 4), f"asservat retention run: {status}: {err}")
        after = {row["clip"]: row["state"] for row in desk.json("clip", "list")}
        left = [name for name, state in after.items() if state not in ("erased", "held")]
        self.check(after.get(clip) == "held", "the recording that was held did not survive")
        self.check(not left, f"{len(left)} recordings that nobody held are not erased: {left[:3]}")
        stored = self.site.stored("sealed") + self.site.stored("quarantine")
        self.check([path.name for path in stored] == [clip], f"the vault still has {[path.name for path in stored]}")
        self.say(f"{len(before) - 1} recordings are gone, the one that is held lives on")
        status, out, err = desk.call("retention", "balance")
        if not self.shift.chosen.json:
            print(out.decode(errors="replace"), end="", flush=True)
        self.check(status == 0, f"the balance is not even: {err}{out.decode(errors='replace')}")
        self.balance = desk.json("retention", "balance")
        gone = next(row for row in before if row["clip"] != clip)
        status, _, err = desk.call("hold", "request", gone["clip"], "--incident", CASE, *desk.by("Sigrid", "Zu spät"))
        self.check(status != 0, "a recording that is gone could be held")
        self.say("Nothing brings one of them back: " + err.strip().splitlines()[-1])
        self.show("What is held is shown as before")
