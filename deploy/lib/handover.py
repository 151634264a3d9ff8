# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Asservat authors
"""The end: what is held goes to the Staatsanwaltschaft. Two people decide, the job packs, the court's side checks it with our verifier and
with what Debian has, and confirms the receipt; one byte that somebody changed is named.
"""
import os
import shutil
import subprocess
from datetime import datetime, timezone

from asvsite import HOST, SiteError, run

LOG = f"{HOST}/ledger"
COURT = "Staatsanwaltschaft Duisburg"


class Handover:
    def __init__(self, decisions, case, ahead_s):
        """ahead_s: by how much the site's clock is ahead of this program's."""
        self.shift, self.site, self.desk = decisions.shift, decisions.site, decisions.desk
        self.say, self.check = self.shift.say, self.shift.check
        self.clip, self.case, self.ahead_s = decisions.kept["clip"], case, ahead_s
        self.court = self.site.directory / "court"  # what the other side has
        self.job, self.id = None, None

    def play(self):
        self.begin_the_ledger()
        self.say(f"Erika, who hands over, and Sigrid register {COURT}: its age key, and the certificate of its receipts")
        self.register()
        self.decide()
        self.pack()
        carrier = self.receive()
        self.verify()
        self.damage(carrier)
        self.confirm()

    # ---- our side ----

    def begin_the_ledger(self):
        desk = self.desk
        out = desk.run("ledger", "begin", LOG, *desk.by("Anna", "Beginn des Protokolls"))
        desk.run("ledger", "approve", desk.proposal(out), *desk.by("Sigrid", "Beginn des Protokolls"))
        self.job = self.site.write_handover_conf("Stadt Musterstadt", "Rathausplatz 1; 47051 Musterstadt")

    def register(self):
        desk, court = self.desk, self.court
        court.mkdir(mode=0o700)
        key = run("age-keygen", "-o", court / "age.key").stderr.split()[-1]
        run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", court / "receipts.key", "-out",
            court / "receipts.pem", "-subj", f"/CN={COURT}", "-days", "30")
        digest = run("openssl", "x509", "-in", court / "receipts.pem", "-noout", "-fingerprint", "-sha256").stdout.partition("=")[2]
        out = desk.run("recipient", "add", COURT, key, "--code", "R1200S", "--address", "Koloniestraße 72", "--address", "47057 Duisburg", "--certificate",
                       digest.strip().replace(":", "").lower(), *desk.by("Erika", "Schreiben der Staatsanwaltschaft"))
        desk.run("recipient", "approve", desk.proposal(out), *desk.by("Sigrid", "Am Telefon verglichen"))

    def decide(self):
        desk = self.desk
        self.id = desk.json("handover", "create", self.case, self.clip, "--to", COURT, "--output", "both", *desk.by("Erika", "Strafanzeige"))["handover"]
        self.say("Erika proposes that the recording be handed over, to be played, and as its sealed original")
        status, _, err = desk.call("handover", "approve", self.id, *desk.by("Erika", "Strafanzeige"))
        self.check(status != 0, "one person could hand over alone")
        self.say("She alone cannot: " + err.strip().splitlines()[-1])
        desk.run("handover", "approve", self.id, *desk.by("Sigrid", "Geprüft"))
        self.say("Sigrid approves; the job packs")

    def pack(self):
        desk = self.desk
        desk.run("ledger", "run", "--once")
        desk.run("handover", "run")
        desk.run("handover", "write", self.id, "--iso", self.court / "dvd.iso", "--print", self.site.directory / "label.pdf")
        self.say("It is written to the image of a DVD, and compared with what is read from there; a label is printed")
        status, _, err = desk.call("hold", "release", self.clip, *desk.by("Sigrid", "Erledigt"))
        self.check(status != 0, "the original could be released before somebody confirmed the receipt")
        self.say("The original stays until then: " + err.strip().splitlines()[-1])

    # ---- the other side ----

    def receive(self):
        """The DVD in the drive; the agency's id came by another way."""
        dvd = self.court / "dvd"
        dvd.mkdir()
        run("bsdtar", "-x", "-f", self.court / "dvd.iso", "-C", dvd)
        dvd.chmod(0o700)  # a DVD's directory is read-only, and so would be what it is copied to
        shutil.copytree(self.job / self.id / "filing", self.court / "filing")  # through EGVP
        carrier, = dvd.glob("*.zip")
        return carrier

    def show(self, line, wanted=0):
        """Shows a command of the court's, runs it in its directory, and shows what it said at last."""
        self.say("  $ " + line)
        done = subprocess.run(["bash", "-o", "pipefail", "-c", line], cwd=self.court, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, errors="replace",
                              env=dict(os.environ, PATH=f"{self.site.bin('asservat-verify').parent}:{os.environ['PATH']}"))
        last = next((said for said in reversed(done.stdout.splitlines()) if said.strip()), None)
        self.check(done.returncode == wanted, f"{line}: {done.returncode}: {done.stdout}")
        if last is not None:
            self.say("    " + last.strip()[:200])
        return done.stdout

    def verifier(self, path):
        return f"asservat-verify {path} --trust {self.site.agency_id()} --lang de"

    def verify(self):
        self.say(f"{COURT} checks it:")
        self.show("cd dvd && sha256sum -c SHA256SUMS")
        self.show(f"{self.verifier('dvd/Beweismittel_*.zip')} --identity age.key")
        self.show("unzip -t dvd/Beweismittel_*.zip")
        self.show("unzip -q dvd/Beweismittel_*.zip -d bag && cd bag && sha256sum -c manifest-sha256.txt --quiet && echo every file is the one that was signed")
        self.show("cd bag && openssl cms -verify -cades -binary -no_check_time -inform DER -in META-INF/signature.p7s -content META-INF/ASiCManifest.xml "
                  "-CAfile data/trust/package.pem -purpose any -out /dev/null")
        self.show("age -d -i age.key bag/data/recordings/001/sealed.age | cmp - bag/data/recordings/001/playable.mp4 && "
                  "echo the sealed original opens, and is the playable file byte for byte")
        self.show("ffprobe -v error -show_entries stream=codec_name,duration -of compact bag/data/recordings/001/playable.mp4")
        self.show(self.verifier("filing"))
        self.show("xmllint --noout filing/xjustiz_nachricht.xml && echo the message of the filing is XML")

    def damage(self, carrier):
        self.say("Somebody changes one byte of the recording:")
        changed = self.court / "changed.zip"
        data = bytearray(carrier.read_bytes())
        at = data.index(b"moof", data.index(b"playable.mp4")) + 1000
        data[at] ^= 1
        changed.write_bytes(data)
        said = self.show(self.verifier("changed.zip"), 1)
        self.check("recordings/001/playable.mp4" in said, f"the verifier does not say where: {said}")
        for line in said.splitlines():
            if "playable.mp4" in line:
                self.say("    " + line.strip())
                break

    def confirm(self):
        """As the checking instructions say it, for who has no text editor here."""
        now = datetime.fromtimestamp(datetime.now().timestamp() + self.ahead_s, timezone.utc)
        self.say("It fills in the receipt that lies beside the carrier, and signs it:")
        self.show("grep $(sed -n 3p dvd/Empfang.txt) dvd/SHA256SUMS")
        self.show(f"sed -e '4s/.*/{now:%Y-%m-%dT%H:%M:%SZ}/' -e '5s/.*/JHS Müller/' dvd/Empfang.txt > Empfang.txt && cat Empfang.txt")
        self.show("openssl cms -sign -binary -nosmimecap -md sha256 -signer receipts.pem -inkey receipts.key -in Empfang.txt -outform DER -out Empfang.p7s")
        desk, receipt = self.desk, self.court / "Empfang"
        desk.run("handover", "receipt", self.id, "--text", f"{receipt}.txt", "--signature", f"{receipt}.p7s", *desk.by("Erika", "Empfang"))
        state = next(row["state"] for row in desk.json("handover", "list") if row["handover"] == self.id)
        if state != "received":
            raise SiteError(f"the receipt is not confirmed: {state}")
        self.say("Erika writes it down: the hand-over is complete")
