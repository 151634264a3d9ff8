#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Asservat authors
"""alert.py BUILD: who is told what, when, and through which server: one that takes the mail, refuses, hangs, hangs up, or is
another than it should be. Runs under tests/sql/with-postgres.
"""
import base64
import email
import email.policy
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
BUILD = Path(sys.argv[1]).resolve()
LOGIN = ("asservat", "ein Passwort mit Leerzeichen")


class Server(threading.Thread):
    """Takes one mail after the other on 127.0.0.1; what it does with them is in `manner`."""

    def __init__(self, chain, key, starttls):
        super().__init__(daemon=True)
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(chain, key)
        self.starttls = starttls
        self.manner = "take"
        self.mails, self.logins, self.said = [], [], []
        self.waiting = threading.Event()  # it has the mail and says nothing about it
        self.go_on = threading.Event()
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.start()

    def run(self):
        while True:
            try:
                peer = self.socket.accept()[0]
            except OSError:
                return
            peer.settimeout(60)
            try:
                self.serve(peer)
            except (OSError, ConnectionError):
                pass
            finally:
                peer.close()

    def serve(self, peer):
        secure = not self.starttls
        if secure:
            peer = self.context.wrap_socket(peer, server_side=True)
        lines = peer.makefile("rb")

        def say(text):
            peer.sendall(text.encode() + b"\r\n")

        if self.manner == "hang":
            self.go_on.wait(60)
            return
        say("220 test")
        while True:
            line = lines.readline()
            if not line:
                return
            word = line.decode().strip()
            self.said.append((word, secure))
            verb = word.upper().split(" ")[0]
            if verb == "EHLO":
                say("250-test")
                if not secure and self.manner != "no TLS":
                    say("250-STARTTLS")
                if secure:
                    say("250-AUTH PLAIN")
                say("250 8BITMIME")
            elif verb == "STARTTLS":
                say("220 go")
                peer = self.context.wrap_socket(peer, server_side=True)
                lines, secure = peer.makefile("rb"), True
            elif verb == "AUTH":
                proof = base64.b64decode(word.split()[-1]).decode().split("\0")[1:] if len(word.split()) > 2 else None
                if proof is None:
                    say("334 ")
                    proof = base64.b64decode(lines.readline()).decode().split("\0")[1:]
                self.logins.append(tuple(proof))
                say("235 ok" if tuple(proof) == LOGIN else "535 no")
            elif verb == "RCPT" and self.manner == "refuse":
                say("550 not here")
            elif verb == "DATA":
                say("354 go")
                body = b""
                while (line := lines.readline()) not in (b".\r\n", b""):
                    body += line[1:] if line.startswith(b"..") else line
                if self.manner == "hang up":
                    return
                if self.manner == "later":
                    say("451 full")
                    continue
                self.mails.append(email.message_from_bytes(body, policy=email.policy.default))
                if self.manner == "wait":
                    self.waiting.set()
                    self.go_on.wait(60)
                say("250 taken")
            elif verb == "QUIT":
                say("221 bye")
                return
            else:
                say("250 ok")


class Keeper(threading.Thread):
    """A keeper that answers STATUS with the golden reply: destruction stands still, a slot may hold what was destroyed."""

    def __init__(self, path):
        super().__init__(daemon=True)
        text = (TOP / "tests/vectors/golden/keeper-reply-status.hex").read_text()
        self.reply = bytes.fromhex("".join(line for line in text.splitlines() if line[0] != "#"))
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.bind(str(path))
        self.socket.listen()
        self.start()

    def run(self):
        while True:
            try:
                peer = self.socket.accept()[0]
                request = peer.recv(100)
                peer.sendall(self.reply[:6] + request[6:10] + self.reply[10:])
                peer.recv(1)
                peer.close()
            except OSError:
                return

    def stop(self):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()


class Site:
    def __init__(self, top):
        self.top = top
        self.pki = top / "pki"
        self.pki.mkdir()
        for name in ("right", "wrong"):
            self.openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                         "-subj", f"/CN={name} CA", "-keyout", f"{name}-ca.key", "-out", f"{name}-ca.pem")
        self.certificate("right", "right", "IP:127.0.0.1")
        self.certificate("stranger", "wrong", "IP:127.0.0.1")
        self.certificate("elsewhere", "right", "DNS:mail.example.org")
        (top / "login").write_text("\n".join(LOGIN) + "\n")
        (top / "login").chmod(0o600)
        self.backups = top / "backups"
        self.backups.mkdir()
        (top / "asservat.conf").write_text(f"""database = user=asv_admin
database.owner = user=postgres
keeper = {top}/keeper.sock
backup = {self.backups}
handover.chains = {top}/chains
handover.package = {top}/chains/package.pem
""")
        self.chains = top / "chains"
        self.chains.mkdir()
        self.run("db", "migrate", "--database", "user=postgres")

    def openssl(self, *words):
        subprocess.run(["openssl", *words], cwd=self.pki, check=True, capture_output=True)

    def certificate(self, name, ca, subject):
        self.openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", f"/CN={name}",
                     "-keyout", f"{name}.key", "-out", f"{name}.csr")
        (self.pki / f"{name}.ext").write_text(f"subjectAltName={subject}\n")
        self.openssl("x509", "-req", "-in", f"{name}.csr", "-CA", f"{ca}-ca.pem", "-CAkey", f"{ca}-ca.key", "-days", "2",
                     "-extfile", f"{name}.ext", "-out", f"{name}.pem")

    def server(self, name="right", starttls=False):
        server = Server(self.pki / f"{name}.pem", self.pki / f"{name}.key", starttls)
        self.configure(smtp_url=f"{'smtp' if starttls else 'smtps'}://127.0.0.1:{server.port}")
        return server

    def configure(self, **changes):
        settings = {"mail_to": "leitung@example.org, technik@example.org", "mail_from": "asservat@example.org",
                    "smtp_ca": self.pki / "right-ca.pem", "smtp_login": self.top / "login", "smtp_timeout": "20s", **changes}
        (self.top / "alert.conf").write_text("".join(f"{key} = {value}\n" for key, value in settings.items() if value is not None))

    def words(self, *words):
        extra = ["--state", self.top / "state"] if words[0] == "alert" else []
        return [BUILD / "bin/asservat", *map(str, words), *map(str, extra), "--config", self.top / "asservat.conf"]

    def run(self, *words, status=0):
        done = subprocess.run(self.words(*words), text=True, capture_output=True, stdin=subprocess.DEVNULL, check=False)
        assert done.returncode == status, f"{words}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done

    def alert(self, *words, status=0):
        return self.run("alert", "run", *words, status=status)


def step(text):
    print(f"== {text}", flush=True)


def sql(text):
    return subprocess.run(["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-c", text], check=True, text=True, capture_output=True).stdout.strip()


def fresh_backup(site):
    """A set as the alerts look at it: by its name, and by its manifest's being there."""
    for path in site.backups.iterdir():
        (path / "MANIFEST").unlink()
        path.rmdir()
    made = site.backups / subprocess.run(["date", "-u", "+set-%Y%m%dT%H%M%SZ"], check=True, text=True, capture_output=True).stdout.strip()
    made.mkdir()
    (made / "MANIFEST").touch()


def raise_alarm(kind, detail="Frau Müller, Hauptstraße 7"):
    """Whose text is for the console: no mail may have it."""
    return sql(f"INSERT INTO asv.alarm (kind, detail) VALUES ('{kind}', '{detail}') RETURNING id")


def told_yesterday():
    sql("UPDATE asv.alert SET told_at = told_at - interval '24 hours'")


def mail_of(server, count):
    assert len(server.mails) == count, [mail["Subject"] for mail in server.mails]
    mail = server.mails[-1]
    assert mail["Subject"].startswith("[Asservat] ALERT: ") and mail["Subject"].isascii(), mail["Subject"]
    assert mail["From"] == "asservat@example.org" and mail["To"] == "leitung@example.org, technik@example.org", mail["To"]
    assert mail["Date"].datetime is not None and re.fullmatch(r"<[0-9a-f]{32}@example\.org>", mail["Message-ID"]), mail["Message-ID"]
    assert mail["Auto-Submitted"] == "auto-generated" and mail.get_content_type() == "text/plain"
    text = mail.get_content()
    for word in ("Müller", "Hauptstraße", "Kamera 07"):
        assert word not in text + str(mail), text
    assert "Bitte kümmern Sie sich darum." in text and "�" not in text, text
    return text


def each_matter_is_told_once_and_then_daily(site):
    step("once, and then daily while it lasts")
    keeper = Keeper(site.top / "keeper.sock")
    fresh_backup(site)
    server = site.server()
    alarm = raise_alarm("damaged_clip")
    done = site.alert()
    text = mail_of(server, 1)
    assert alarm in text and "damaged_clip" in text and "$ asservat alarm list" in text, text
    assert "bis zwei Personen die Uhr bestätigen" in text and "Schlüsseldateien fehlen" in text and "/b" in text, text
    assert "gibt es nur eine Kopie" in text and "/a" not in text and "Sicherung" not in text, text
    assert [word for word, _ in server.said if word.startswith("RCPT")] == ["RCPT TO:<leitung@example.org>", "RCPT TO:<technik@example.org>"]
    assert server.logins == [LOGIN], server.logins
    assert f"alert kind=alarm subject={alarm} what=damaged_clip" in done.stderr, done.stderr
    assert "told         5 of them, by mail" in done.stdout, done.stdout

    assert "told         0 of them" in site.alert().stdout
    second = raise_alarm("storage")
    site.alert()
    text = mail_of(server, 2)
    assert second in text and alarm not in text and "schon gemeldet: 5" in text, text
    assert server.mails[-1]["Subject"] == "[Asservat] ALERT: 1 matter, alarm"
    told_yesterday()
    site.alert()
    text = mail_of(server, 3)
    assert alarm in text and second in text and "2 Alarme, die niemand quittiert hat" in text, text
    assert server.mails[-1]["Subject"] == "[Asservat] ALERT: 6 matters"
    site.run("alarm", "acknowledge", alarm, "--note", "erledigt")
    told_yesterday()
    site.alert()
    assert alarm not in mail_of(server, 4)

    step("what is over and comes again is new")
    keeper.stop()
    (site.top / "keeper.sock").unlink()
    site.alert()
    text = mail_of(server, 5)
    assert "antwortet nicht" in text and "/b" not in text, text
    # What nobody could ask is not over.
    assert sql("SELECT count(*) FROM asv.alert WHERE kind = 'keeper_slot'") == "1"
    keeper = Keeper(site.top / "keeper.sock")
    site.alert()
    mail_of(server, 5)
    keeper.stop()
    (site.top / "keeper.sock").unlink()
    site.alert()
    assert "antwortet nicht" in mail_of(server, 6)

    step("many at once are counted")
    sql("INSERT INTO asv.alarm (kind, detail) SELECT 'clock', 'x' FROM generate_series(1, 70)")
    site.alert()
    text = mail_of(server, 7)
    assert "70 Alarme" in text and "und 20 weitere" in text and max(map(len, text.splitlines())) < 200, text
    sql("INSERT INTO asv.alarm_acknowledgement (alarm, by, note) SELECT id, 'test', 'x' FROM asv.alarm "
        "WHERE id NOT IN (SELECT alarm FROM asv.alarm_acknowledgement)")
    site.alert()
    assert sql("SELECT string_agg(kind, ' ') FROM asv.alert WHERE kind NOT LIKE 'keeper%'") == ""


def the_ledger_is_watched(site):
    step("what waits too long for its entry in the ledger is told")
    fresh_backup(site)
    server = site.server()
    sql("SET session_replication_role = replica; DELETE FROM asv.ledger_pending")  # the alarms of before
    sql("SELECT count(asv.ledger_put(ROW('software_started', gen_random_uuid(), NULL, '', '')::asv.ledger_tale)) FROM generate_series(1, 2)")
    site.alert()
    assert all("Ledger" not in mail.get_content() for mail in server.mails), "what has only just begun to wait"
    sql("SET session_replication_role = replica; UPDATE asv.ledger_pending SET recorded_at = recorded_at - interval '61 minutes'")
    site.alert()
    text = server.mails[-1].get_content()
    assert "wartet seit mehr als einer Stunde" in text and "Anzahl 2" in text and "$ asservat ledger head" in text, text
    sql("SET session_replication_role = replica; DELETE FROM asv.ledger_pending")
    site.alert()
    assert sql("SELECT count(*) FROM asv.alert WHERE kind = 'ledger'") == "0"


def backups_are_watched(site):
    step("backups")
    server = site.server()
    fresh_backup(site)
    site.alert()
    assert server.mails == []
    newest = next(site.backups.iterdir())
    old = newest.rename(site.backups / "set-20260101T000000Z")
    site.alert()
    text = mail_of(server, 1)
    assert "keine aktuelle Sicherung" in text and "set-20260101T000000Z" in text and "zuletzt 01.01.2026 01:00" in text, text
    fresh_backup(site)
    site.alert()
    (next(site.backups.iterdir()) / "MANIFEST").rename(site.backups / "gone")  # interrupted: it counts for nothing
    site.alert()
    assert "zuletzt unbekannt" in mail_of(server, 2) and not old.exists()
    (site.backups / "gone").rename(next(path for path in site.backups.iterdir() if path.is_dir()) / "MANIFEST")
    site.alert()
    hidden = site.backups.rename(site.top / "unmounted")
    site.alert()
    assert "keine aktuelle Sicherung" in mail_of(server, 3)
    hidden.rename(site.backups)
    site.alert()


def chain(role, days):
    """A golden one, the leaf of which ends in so many days: the alert asks nobody whose it is."""
    text = (TOP / f"tests/vectors/golden/trust-chain-{role}.hex").read_text()
    data = bytes.fromhex("".join(line for line in text.splitlines() if line[:1] != "#"))
    ends = (2082758400000).to_bytes(8, "big")
    assert data.count(ends) == 2, role  # the leaf is the first
    return data.replace(ends, int((time.time() + 86400 * days) * 1000).to_bytes(8, "big"), 1)


def certificates_are_watched(site):
    step("HO-138: certificates")
    server = site.server()
    (site.chains / "package.chain").write_bytes(chain("package", 61))
    (site.chains / "ledger.chain").write_bytes(chain("ledger", 61))
    site.alert()
    assert server.mails == [], server.mails[-1].get_content()
    (site.chains / "ledger.chain").write_bytes(chain("ledger", 59))
    site.alert()
    text = mail_of(server, 1)
    assert "Ein Zertifikat läuft ab" in text and "ledger.chain  gültig bis " in text and "package.chain" not in text, text
    (site.chains / "package.chain").write_bytes(b"garbage")
    site.alert()
    assert "package.chain  gültig bis unbekannt" in mail_of(server, 2)
    site.openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "59",
                 "-subj", "/CN=Pakete", "-keyout", "package.key", "-out", site.chains / "package.pem")
    site.alert()
    assert "package.pem  gültig bis " in mail_of(server, 3)
    for name in ("package.chain", "ledger.chain", "package.pem"):
        (site.chains / name).unlink()
    site.alert()
    assert "0 of them" in site.alert().stdout and len(server.mails) == 3


def a_mail_is_not_lost(site):
    step("a server that does not take it")
    server = site.server()
    raise_alarm("storage")
    for manner, said in (("refuse", "mail: "), ("later", "mail: "), ("hang up", "mail: ")):
        server.manner = manner
        done = site.alert(status=1)
        assert said in done.stderr and "alert kind=alarm" in done.stderr, done.stderr
        assert server.mails == [] and sql("SELECT count(*) FROM asv.alert WHERE kind = 'alarm' AND told_at IS NULL") == "1"
    for manner in ("hang", "wait"):  # from the beginning, and when it has the mail
        server = site.server()
        server.manner = manner
        site.configure(smtp_url=f"smtps://127.0.0.1:{server.port}", smtp_timeout="1s")
        done = site.alert(status=1)
        assert re.search("(?i)timed? ?out", done.stderr), done.stderr
        assert sql("SELECT count(*) FROM asv.alert WHERE kind = 'alarm' AND told_at IS NULL") == "1"
        server.go_on.set()
    server = site.server()
    site.alert()
    mail_of(server, 1)

    step("nobody is there")
    raise_alarm("clock")
    server.socket.shutdown(socket.SHUT_RDWR)
    server.socket.close()
    site.alert(status=1)
    server = site.server()
    site.alert()
    mail_of(server, 1)

    step("kill -9 between the mail and the note of it: it comes twice")
    raise_alarm("internal")
    server.manner = "wait"
    with subprocess.Popen(site.words("alert", "run"), stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as process:
        assert server.waiting.wait(60)
        process.send_signal(signal.SIGKILL)
    server.manner = "take"
    server.go_on.set()
    site.alert()
    first, second = server.mails[-2].get_content(), mail_of(server, 3)
    assert set(re.findall(r"[0-9a-f-]{36}", first)) == set(re.findall(r"[0-9a-f-]{36}", second)) != set()
    site.alert()
    mail_of(server, 3)

    step("two runs at once")
    raise_alarm("erasure")
    runs = [subprocess.Popen(site.words("alert", "run"), stderr=subprocess.PIPE, stdout=subprocess.DEVNULL) for _ in range(4)]
    for process in runs:
        said = process.communicate()[1]
        assert process.returncode == 0, said
    assert 4 <= len(server.mails) <= 7
    count = len(server.mails)
    site.alert()
    mail_of(server, count)


def only_the_right_server_gets_it(site):
    step("another server, and one without TLS")
    raise_alarm("clone")
    for name, starttls, manner in (("stranger", False, "take"), ("elsewhere", False, "take"), ("stranger", True, "take"),
                                   ("right", True, "no TLS")):
        server = site.server(name, starttls)
        server.manner = manner
        done = site.alert(status=1)
        assert server.mails == [] and server.logins == [], (name, server.said)
        assert not [word for word, _ in server.said if word.startswith(("MAIL", "AUTH", "DATA"))], server.said
        assert "mail: " in done.stderr, done.stderr
    server = site.server("right", True)
    site.alert()
    mail_of(server, 1)
    assert all(secure for word, secure in server.said if word.startswith(("MAIL", "RCPT", "AUTH", "DATA"))), server.said

    step("the login")
    raise_alarm("clone", "zweiter")
    server = site.server()
    (site.top / "login").chmod(0o644)
    assert "chmod 600" in site.alert(status=1).stderr
    (site.top / "login").chmod(0o600)
    (site.top / "login").write_text("asservat\nfalsch\n")
    site.alert(status=1)
    assert server.mails == [] and server.logins == [("asservat", "falsch")]
    (site.top / "login").write_text("asservat\n".strip())
    assert "the second one the password" in site.alert(status=2).stderr
    (site.top / "login").write_text("\n".join(LOGIN) + "\n")
    site.alert()
    mail_of(server, 1)


def the_database_is_away(site):
    step("the database is away")
    server = site.server()
    away = ("--database", "host=/nowhere user=asv_admin")
    site.alert(*away, status=1)
    text = mail_of(server, 1)
    assert "Die Datenbank ist nicht erreichbar." in text and "Schlüsselverwalter" in text, text
    site.alert(*away, status=1)
    mail_of(server, 1)
    stamp = next((site.top / "state").iterdir())
    os.utime(stamp, (stamp.stat().st_mtime - 86400,) * 2)
    site.alert(*away, status=1)
    mail_of(server, 2)
    site.alert()
    site.alert(*away, status=1)
    mail_of(server, 3)
    server.manner = "refuse"
    site.alert()
    site.alert(*away, status=1)
    server.manner = "take"
    site.alert(*away, status=1)
    mail_of(server, 4)
    site.alert()


def nobody_is_told(site):
    step("a dry run, and no mail in the configuration")
    server = site.server()
    alarm = raise_alarm("balance")
    before = sql("TABLE asv.alert")
    out = site.alert("--dry-run").stdout
    assert out.startswith("[Asservat] ALERT: ") and alarm in out and "Müller" not in out, out
    assert server.mails == [] and sql("TABLE asv.alert") == before
    (site.top / "alert.conf").unlink()
    done = site.alert()
    assert "in the journal alone" in done.stdout and f"subject={alarm}" in done.stderr, (done.stdout, done.stderr)
    assert "told         0 of them" in site.alert().stdout

    step("settings that are wrong")
    for change, said in (({"mail_to": "leitung"}, "is no mail address"), ({"mail_to": "a@b c@d"}, "put a comma"),
                         ({"mail_to": "a@b>, <c@d"}, "is no mail address"), ({"smtp_url": "http://x"}, "give smtp://HOST or smtps://HOST"),
                         ({"smtp_url": None}, "give smtp://HOST"), ({"mail_from": None}, "is no mail address"),
                         ({"late_dock": "5 min"}, "late_dock"), ({"mail": "x"}, "alert.conf:"),
                         ({"mail_to": ", ".join(f"a{n}@b.de" for n in range(9))}, "at most 8")):
        site.configure(**{"smtp_url": "smtps://127.0.0.1:9", **change})
        done = site.alert(status=2)
        assert said in done.stderr, (change, done.stderr)


def main():
    with tempfile.TemporaryDirectory(prefix="asv-alert.") as name:
        site = Site(Path(name))
        for test in (each_matter_is_told_once_and_then_daily, the_ledger_is_watched, backups_are_watched, certificates_are_watched, a_mail_is_not_lost, only_the_right_server_gets_it,
                     the_database_is_away, nobody_is_told):
            test(site)
    print("alert: all was told")


main()
