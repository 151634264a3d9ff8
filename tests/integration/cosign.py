#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Asservat authors
"""cosign.py BUILD: the ledger and its witnesses. Some are away, some lie, one forgets; and in the end the whole site, with its
keeper, is put back to an earlier time and signs another tree. LG-063 to LG-068.
"""
import contextlib
import http.server
import json
import os
import re
import shutil
import signal
import socket
import ssl
import struct
import subprocess
import sys
import threading
import time
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "deploy/lib"))
import ledger  # noqa: E402
from asvsite import Daemon, run  # noqa: E402
from ledger import ORIGIN  # noqa: E402
from notes import Witness, cosigned_by  # noqa: E402


class Liar(http.server.BaseHTTPRequestHandler):
    """Says what it is told to: the server's `says` makes (code, headers, body) of a request."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked += 1
        code, headers, answer = self.server.says(body)
        self.send_response(code)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        with contextlib.suppress(ConnectionError):
            self.wfile.write(answer)

    def log_message(self, *_):
        pass


class Test(ledger.Test):
    def set_up(self):
        super().set_up()
        site = self.site
        self.plain_conf = site.conf.read_text()
        self.trust = site.directory / "ledger.trust"
        self.witnesses = [Witness(site.directory / f"w{i}", site.bin("asservat"), f"w{i}.example/witness") for i in range(3)]
        self.begin(ORIGIN)
        self.sequence()
        self.vkeys = []
        self.begin_to_witness()

    def begin_to_witness(self):
        """The log that goes on, from now on; witnesses hear of it when they start."""
        self.vkeys.append(self.desk.run("ledger", "key", self.origin).strip())
        for witness in self.witnesses:
            witness.configure(*self.vkeys)
            assert witness.call("witness-begin", self.origin)[0] == 0

    def configure(self, urls=None, quorum="two", more=""):
        """The trust file: 2 of three, each where it listens now."""
        lines = [f"log {vkey}" for vkey in self.vkeys]
        for i, witness in enumerate(self.witnesses):
            url = (urls or {}).get(i, witness.url)
            lines.append(f"witness w{i} {witness.vkey} {url}".rstrip())
        lines += ["group two 2 w0 w1 w2", f"quorum {quorum}"]
        self.trust.write_text("\n".join(lines) + "\n")
        self.site.conf.write_text(self.plain_conf + f"ledger.trust = {self.trust}\nledger.witness.every = 1s\n{more}")

    def event(self, label="test"):
        self.sql(f"SELECT asv.software_started('{label}')")
        self.sequence()

    def cosign(self, status=0, says=""):
        code, _, err = self.desk.call("ledger", "cosign", "--once")
        assert code == status and says in err, f"ledger cosign: {code}: {err}"
        return err

    def signed(self):
        return int(self.sql("SELECT max(size) FROM asv.ledger_checkpoint WHERE log = (SELECT max(number) FROM asv.ledger_log)")[0][0])

    def by_whom(self, note):
        return [i for i, w in enumerate(self.witnesses) if cosigned_by(note.decode(), w.vkey, self.site.directory) is not None]

    def published_by(self, who, size=None):
        log = self.publish(self.site.directory / "published")
        log.note = (self.site.directory / "published" / self.origin / "checkpoint").read_bytes()
        assert self.by_whom(log.note) == who, self.by_whom(log.note)
        assert size is None or log.size == size, (log.size, size)
        return log

    def alarms(self):
        return [(alarm["kind"], alarm["detail"]) for alarm in json.loads(self.desk.run("alarm", "list", "--json"))]

    # ---- what is tried ----

    def without_a_trust_file_nobody_is_asked(self):
        code, _, err = self.desk.call("ledger", "cosign", "--once")
        assert code == 2 and "names no trust file" in err, err
        assert "nobody need cosign" in self.desk.run("ledger", "witnesses")
        self.published_by([])
        self.trust.write_text("quorum none\n")
        self.site.conf.write_text(self.plain_conf + f"ledger.trust = {self.trust}\n")
        self.cosign(2, "ledger.trust:2: no log is trusted")
        other = self.desk.run("ledger", "key", "other.example").strip()
        self.trust.write_text(f"log {other}\nquorum none\n")
        self.cosign(2, "does not know this ledger")

    def without_witnesses_the_ledger_goes_on(self):
        """LG-063, LG-066: all are away."""
        for witness in self.witnesses:
            witness.start()
            witness.stop()
        self.configure()
        before = self.signed()
        self.event()
        assert self.signed() == before + 1
        err = self.cosign(1, "too few witnesses; not cosigned by w0, w1, w2")
        assert err.count("witness-does-not-cosign") == 3 and "Connection refused" in err or "Failed to connect" in err, err
        self.publish(self.site.directory / "unwitnessed", 1, "no head has met the quorum")
        assert "never met; behind by" in self.desk.run("ledger", "witnesses")
        self.configure(quorum="none")
        assert self.publish(self.site.directory / "published").size == before + 1
        self.configure()

    def who_is_no_longer_asked_takes_no_place(self):
        """LG-109: as many as a note has room for have cosigned a head, and are in the trust file no more."""
        stale = ("INSERT INTO asv.ledger_cosignature (log, witness, size, cosigned_at, line) SELECT log, 'stale' || n || '.example+0000000a', size, "
                 "signed_at, '\u2014 stale' || n || E'.example AAAAAAAA\\n' FROM asv.ledger_checkpoint, generate_series({}, {}) AS n "
                 "WHERE (log, size) = (SELECT log, size FROM asv.ledger_checkpoint ORDER BY log DESC, size DESC LIMIT 1)")
        self.event()
        self.sql(stale.format(1, 40))
        self.cosign()
        assert b"stale" not in self.published_by([0, 1, 2], self.signed()).note
        self.event()
        self.sql(stale.format(1, 256))
        err = self.cosign(1, "too few witnesses; not cosigned by w0, w1, w2")
        assert err.count("witness-does-not-cosign") == 3 and "256 witnesses have cosigned this head already" in err, err
        self.event()
        self.cosign()
        self.published_by([0, 1, 2], self.signed())

    def two_of_three_are_enough(self):
        """LG-066; the checkpoint by openssl, and with all three by Go's own packages."""
        for witness in self.witnesses[:2]:
            witness.start()
        self.configure()
        self.cosign()
        self.published_by([0, 1], self.signed()).check(self.public)
        self.check_offline(True)
        self.configure(quorum="w2")
        self.check_offline(False)
        self.publish(self.site.directory / "published", 1, "too few witnesses; not cosigned by w2")
        self.configure()
        self.witnesses[1].stop()
        self.event()
        self.cosign(1, "too few witnesses; not cosigned by w1, w2")
        code, _, err = self.desk.call("ledger", "publish", self.site.directory / "published")
        assert code == 0 and "witnesses are behind: 1 entries, since" in err, err
        self.published_by([0, 1], self.signed() - 1)
        seen = self.desk.run("ledger", "witnesses")
        assert re.search(r"^w0 +\d+ entries, .* 0 h \d+ min ago$", seen, re.M), seen
        assert re.search(r"^w1 +\d+ entries, .*; 1 behind$", seen, re.M) and re.search(r"^w2 +nothing yet$", seen, re.M), seen
        assert "behind by 1, since" in seen, seen
        self.witnesses[2].start()
        self.configure()
        self.cosign()
        self.published_by([0, 2], self.signed())
        self.witnesses[1].start()
        self.configure()
        self.cosign()
        log = self.published_by([0, 1, 2], self.signed())
        forged = log.note.replace(f"\n{log.size}\n".encode(), f"\n{log.size + 5}\n".encode(), 1)
        (self.site.directory / "published" / self.origin / "checkpoint").write_bytes(forged)
        self.publish(self.site.directory / "published", says="the checkpoint that was published was not this log's")
        assert self.published_by([0, 1, 2], self.signed()).note == log.note, "LG-091"
        assert "behind" not in self.desk.run("ledger", "witnesses")
        self.check_with_go(log.note)
        assert self.alarms() == []

    def check_offline(self, believed):
        """By whoever has the trust file and nothing of ours: the directory as it was published."""
        code = run(self.site.bin("asservat-verify"), self.site.directory / "published" / ORIGIN, "--ledger", self.trust, check=False).returncode
        assert code == (0 if believed else 1), code

    def check_with_go(self, note):
        if shutil.which("go") is None:
            return
        work = self.site.directory / "go"
        work.mkdir()
        (work / "policy").write_text(self.trust.read_text())
        (work / "checkpoint").write_bytes(note)
        program = TOP / "tests/integration/ledger_go/main.go"
        environment = dict(os.environ, GO111MODULE="off", GOPROXY="off", GOPATH="/usr/share/gocode", GOFLAGS="",
                           GOCACHE=str(work / "cache"), HOME=str(work))
        out = run("go", "run", program, "note", work, env=environment).stdout
        assert int(out) == self.signed(), out

    def a_proof_rests_on_witnesses_too(self):
        """LG-066: what is given out is believed by whoever asks for the quorum."""
        self.event()
        entry = self.sql("SELECT id FROM asv.ledger_entry ORDER BY log DESC, index DESC LIMIT 1")[0][0]
        out = self.site.directory / "proof"
        code, _, err = self.desk.call("ledger", "proof", entry, "--out", out)
        assert code == 1 and "1 entries are in no witnessed head yet" in err, (code, err)
        self.cosign()
        self.desk.run("ledger", "proof", entry, "--out", out)
        run(self.site.bin("asservat-verify"), out, "--ledger", self.trust)

    def what_is_not_known_of_a_witness_is_asked(self):
        """409: its cosignature was given and not stored, as after a crash of ours."""
        self.event()
        self.cosign()
        self.event()
        self.cosign()
        self.changed("DELETE FROM asv.ledger_cosignature WHERE witness LIKE 'w0%' AND size > 3")
        self.event()
        self.cosign()
        self.published_by([0, 1, 2], self.signed())
        self.changed("DELETE FROM asv.ledger_cosignature")  # all of it: the same heads are cosigned once more
        self.changed("DELETE FROM asv.ledger_witnessed")
        self.cosign()
        self.published_by([0, 1, 2], self.signed())
        assert self.alarms() == []

    def who_lies_does_not_count(self):
        """LG-064, LG-068: one of the three is nobody's witness. Neither do its answers harm, nor where it leads."""
        site, good = self.site, self.witnesses[1]
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Liar)
        server.asked = 0
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}"

        def passed_on(to, change):
            def says(body):
                code, _, text = to.add(body)
                return code, {}, change(text.encode())
            return says

        def corrupted(text):
            head, last = text.rsplit(b" ", 1)
            return head + b" " + last[:-9] + (b"A" if last[-9:-8] != b"A" else b"B") + last[-8:]

        lies = [
            lambda body: (200, {}, b""),
            lambda body: (200, {}, b"\n"),
            lambda body: (200, {}, b"\xff" * 500),
            lambda body: (200, {}, b"x" * 1_000_000),
            lambda body: (409, {}, b"no size\n"),
            lambda body: (409, {}, body.split(b"\n")[0][4:] + b"\n"),
            lambda body: (302, {"Location": good.url + "/add-checkpoint"}, b""),
            lambda body: (307, {"Location": good.url + "/add-checkpoint"}, b""),
            lambda body: (500, {}, b"out of order\n"),
            lambda body: (404, {}, b"who are you?\n"),
            passed_on(good, lambda text: text),  # another's cosignature
            passed_on(self.witnesses[0], corrupted),
            passed_on(self.witnesses[0], lambda text: b"\n" + text),
            passed_on(self.witnesses[0], lambda text: text * 30),  # would leave no room for others
        ]
        for lie in lies:
            self.event()
            server.says, before = lie, server.asked
            self.configure({0: url, 2: ""})
            self.cosign(1, "too few witnesses; not cosigned by w0, w2")
            assert server.asked > before
        for bad in ("http://witness.example:1", "ftp://127.0.0.1", f"http://127.0.0.1:{good.port}@witness.example/",
                    "file:///etc/passwd", "http://127.0.0.1.witness.example/"):
            self.configure({0: bad, 2: ""})
            self.cosign(1, "is not https://, nor http:// on this machine")
        assert self.alarms() == []
        self.configure({0: url})
        server.says = lambda body: (422, {}, b"another tree\n")
        self.cosign()
        self.dismiss("has seen another tree of")
        server.shutdown()
        self.configure()
        self.event()
        self.cosign()
        self.published_by([0, 1, 2])
        assert site.keeper.alive()

    def over_tls_it_must_be_who_it_says(self):
        """LG-068: the way to a real witness, through a server with TLS in front of it."""
        key, cert = self.site.directory / "tls.key", self.site.directory / "tls.crt"
        run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key, "-out", cert,
            "-subj", "/CN=witness", "-addext", "subjectAltName=DNS:localhost", "-days", "2")
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Liar)
        server.asked = 0
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(cert, key)
        server.socket = context.wrap_socket(server.socket, server_side=True)

        def says(body):
            code, _, text = self.witnesses[0].add(body)
            return code, {}, text.encode()
        server.says = says
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.event()
        urls = {0: f"https://localhost:{server.server_port}", 2: ""}
        self.configure(urls)
        assert "SSL certificate problem" in self.cosign(1, "not cosigned by w0, w2"), "nobody has signed its certificate"
        self.configure(urls | {0: f"https://127.0.0.1:{server.server_port}"}, more=f"ledger.witness.ca = {cert}\n")
        self.cosign(1, "not cosigned by w0, w2")
        assert server.asked == 0
        self.configure(urls, more=f"ledger.witness.ca = {cert}\n")
        self.cosign()
        assert server.asked == 1
        server.shutdown()
        self.configure()
        self.cosign()
        self.published_by([0, 1, 2])

    def dismiss(self, says):
        """There is exactly this alarm; it is acknowledged."""
        found = self.alarms()
        assert len(found) == 1 and found[0][0] == "witness" and says in found[0][1], found
        alarm = json.loads(self.desk.run("alarm", "list", "--json"))[0]["alarm"]
        self.desk.run("alarm", "acknowledge", alarm, "--note", "angesehen")

    def a_witness_whose_clock_is_off_does_not_count(self):
        """LG-064, LG-123."""
        off = self.site.directory / "clock"
        self.event()
        for hours in (72, -1):
            off.write_bytes(struct.pack("=q", hours * 3_600_000))
            self.witnesses[0].stop()
            self.witnesses[0].start({"LD_PRELOAD": str(self.site.build / "lib/libasv_fake_clock.so"), "ASV_TEST_CLOCK": str(off)})
            self.configure({2: ""})
            self.cosign(1, "not cosigned by w0, w2")
        self.witnesses[0].stop()
        self.witnesses[0].start()
        self.configure()
        self.cosign()

    def nobody_waits_for_a_witness(self):
        """LG-063: one takes the request and never answers; the sequencer signs on, and the others make the quorum. The
        asking process is killed in the middle, again and again."""
        site = self.site
        deaf = socket.create_server(("127.0.0.1", 0))
        self.configure({0: f"http://127.0.0.1:{deaf.getsockname()[1]}"})
        programs = []

        def start(*words):
            programs.append(Daemon("asservat", [site.bin("asservat"), *words, "--config", site.conf],
                                   site.directory / f"log/{words[1]}-{len(programs)}.log", dict(os.environ)))
            return programs[-1]

        def await_(what, condition):
            deadline = time.monotonic() + 120
            while self.sql(f"SELECT {condition}") != [["t"]]:
                assert time.monotonic() < deadline, f"{what}\n{programs[-1].tail()}"
                time.sleep(0.05)

        sequencer = start("ledger", "run")
        for number in range(3):
            cosigner = start("ledger", "cosign")
            before = self.signed()
            self.sql(f"SELECT asv.software_started('while {number}')")
            await_("signed", f"(SELECT max(size) > {before} FROM asv.ledger_checkpoint)")
            await_("quorum", f"(SELECT max(size) > {before} FROM asv.ledger_witnessed)")
            cosigner.stop(signal.SIGKILL)
        sequencer.stop()
        deaf.close()
        self.configure()
        cosigner = start("ledger", "cosign")
        await_("all three", "(SELECT count(*) = 3 FROM asv.ledger_cosignature WHERE size = (SELECT max(size) FROM asv.ledger_checkpoint))")
        self.trust.write_text("nonsense\n")  # is looked at anew, and a mistake in it ends nothing
        cosigner.wait_for(lambda: "ledger.trust:1: " in cosigner.tail(), 60, "complaint")
        before = self.signed()
        self.event()
        self.configure()
        await_("goes on", f"(SELECT max(size) > {before} FROM asv.ledger_witnessed)")
        assert cosigner.stop() == 0
        self.published_by([0, 1, 2])
        assert self.alarms() == []

    def a_witness_that_forgot_is_an_alarm(self):
        """LG-065: its state is put back; its word is worth nothing, whatever it cosigns."""
        witness = self.witnesses[0]
        older = witness.state_of(ORIGIN).read_bytes()
        self.event()
        self.cosign()
        witness.stop()
        newer = witness.state_of(ORIGIN).read_bytes()
        witness.state_of(ORIGIN).write_bytes(older)
        witness.start()
        self.configure()
        self.event()
        self.cosign()
        self.published_by([1, 2])
        self.dismiss("its state was put back")
        witness.stop()
        witness.state_of(ORIGIN).write_bytes(newer)
        witness.start()
        self.configure()
        self.cosign()
        self.published_by([0, 1, 2])

    def too_long_without_a_quorum_is_an_alert(self):
        """LG-067: in German, once the term is over; and over when it is met again."""
        def alerts():
            return self.desk.run("alert", "run", "--dry-run")

        word = "zu lange zu wenige Zeugen"
        for witness in self.witnesses[:2]:
            witness.stop()
        self.event()
        self.cosign(1)
        assert word not in alerts()
        self.changed("UPDATE asv.ledger_checkpoint SET signed_at = signed_at - interval '23 hours 50 minutes'")
        assert word not in alerts()
        self.changed("UPDATE asv.ledger_checkpoint SET signed_at = signed_at - interval '20 minutes'")
        said = alerts()
        assert word in said and "asservat ledger witnesses" in said, said
        conf = self.site.conf.read_text()
        self.site.conf.write_text(conf + "ledger.witness.late = 48h\n")
        assert word not in alerts()
        self.site.conf.write_text(self.plain_conf)
        assert word not in alerts(), "nobody need cosign"
        for witness in self.witnesses[:2]:
            witness.start()
        self.configure()
        self.cosign()
        assert word not in alerts()

    def an_ended_log_is_witnessed_to_its_end(self):
        """LG-066: its last head waits for a witness when another log begins; so does publication, without going back or standing."""
        ended, root = self.origin, self.site.directory / "published"
        before = self.published_by([0, 1, 2])
        self.event()
        size = self.signed()
        assert size > before.size
        self.begin(ended + "/2")
        self.sequence()
        code, _, err = self.desk.call("ledger", "publish", root)
        assert code == 1 and f"{self.origin}: no head has met the quorum" in err, err
        assert ledger.Log(root / ended).note == before.note
        for witness in self.witnesses:
            witness.stop()
        self.begin_to_witness()
        for witness in self.witnesses:
            witness.start()
        self.cosign(2, f"does not know this ledger; add a line: log KEY, as asservat ledger key {self.origin} prints it")
        self.configure()
        self.witnesses[2].stop()
        self.cosign()
        self.published_by([0, 1])
        log = ledger.Log(root / ended)
        log.check(self.public)
        assert log.size == size and self.by_whom((root / ended / "checkpoint").read_bytes()) == [0, 1], "what it ended with is not published"
        self.witnesses[2].start()
        self.configure()
        self.cosign()
        self.published_by([0, 1, 2])
        assert self.by_whom((root / ended / "checkpoint").read_bytes()) == [0, 1, 2]
        # The database lost what a witness of the ended one remembers: that is why it ended, and nobody is called again.
        lost = self.sql(f"SELECT max(size) FROM asv.ledger_checkpoint WHERE log = 1 AND size < {size}")[0][0]
        self.changed(f"DELETE FROM asv.ledger_checkpoint WHERE log = 1 AND size > {lost}; "
                     f"DELETE FROM asv.ledger_cosignature WHERE log = 1 AND size >= {lost}; "
                     f"DELETE FROM asv.ledger_witnessed WHERE log = 1 AND size > {lost}")
        self.cosign()
        self.published_by([0, 1, 2])
        assert ledger.Log(root / ended).size == size, "it went back"
        assert self.alarms() == []
        # LG-129: it remembers more than the log ended with.
        self.changed(f"UPDATE asv.ledger_entry SET entry = overlay(entry PLACING int8send({size} - 1) FROM position(int8send({size}) || "
                     f"(SELECT root FROM asv.ledger_log WHERE number = 1) IN entry)) WHERE (log, index) = (2, 0)")
        self.cosign()
        found = [detail for _, detail in self.alarms()]
        assert len(found) == 3 and all(f"cosigned a head of {ended} with {size} entries, and no more than" in detail for detail in found), found
        self.changed(f"UPDATE asv.ledger_entry SET entry = overlay(entry PLACING int8send({size}) FROM position(int8send({size} - 1) || "
                     f"(SELECT root FROM asv.ledger_log WHERE number = 1) IN entry)) WHERE (log, index) = (2, 0)")
        self.seen()
        self.sequence()
        self.cosign()

    def a_site_that_was_put_back_is_found_out(self):
        """LG-065: a copy of everything, keeper and slots included, as of a virtual machine. It signs another tree, and no
        program of ours can know; the witnesses do: at once, as long as the new tree is smaller, and when it has outgrown the old."""
        site = self.site
        keeper, kept, dump = site.directory / "keeper", site.directory / "keeper-before", site.directory / "dump"
        connection = ["-h", site.postgres.directory / "run", "-U", "postgres"]
        site.keeper.stop()
        shutil.copytree(keeper, kept)
        subprocess.run(["pg_dump", "-Fc", *connection, "-f", dump, "asservat"], check=True)
        site.start_keeper()
        base = self.signed()
        for number in range(3):
            self.event(f"true {number}")
        self.cosign()
        true = self.published_by([0, 1, 2], base + 3)
        site.keeper.stop()
        shutil.rmtree(keeper)
        shutil.copytree(kept, keeper)
        subprocess.run(["pg_restore", "--clean", *connection, "-d", "asservat", dump], check=True)
        site.start_keeper()
        self.event("false")
        assert self.signed() == base + 1
        self.cosign(1, "too few witnesses; not cosigned by w0, w1, w2")
        found = self.alarms()
        assert len(found) == 3 and all(kind == "witness" and f"with {base + 3} entries" in detail for kind, detail in found), found
        for number in range(4):
            self.event(f"false {number}")
        assert self.signed() == base + 5 + 3, "these, and the alarms"
        self.cosign(1, "too few witnesses; not cosigned by w0, w1, w2")
        found = [detail for _, detail in self.alarms()]
        assert len(found) == 6 and sum("has seen another tree of" in detail for detail in found) == 3, found
        code, _, err = self.desk.call("ledger", "publish", site.directory / "published")
        assert code == 0 and "witnesses are behind" in err, err
        assert (site.directory / "published" / self.origin / "checkpoint").read_bytes() == true.note, "what is published is the true one"
        said = self.desk.run("alert", "run", "--dry-run")
        assert "Alarme, die niemand quittiert hat" in said and "witness" in said, said
        self.sequence()  # and nobody stands

    def run(self):
        self.set_up()
        self.seen()  # alarms of its making: one person comes in by several accounts
        self.sequence()
        try:
            for step in (self.without_a_trust_file_nobody_is_asked, self.without_witnesses_the_ledger_goes_on,
                         self.two_of_three_are_enough, self.a_proof_rests_on_witnesses_too, self.who_is_no_longer_asked_takes_no_place,
                         self.what_is_not_known_of_a_witness_is_asked,
                         self.who_lies_does_not_count, self.over_tls_it_must_be_who_it_says,
                         self.a_witness_whose_clock_is_off_does_not_count,
                         self.nobody_waits_for_a_witness, self.a_witness_that_forgot_is_an_alarm,
                         self.too_long_without_a_quorum_is_an_alert,
                         self.an_ended_log_is_witnessed_to_its_end, self.a_site_that_was_put_back_is_found_out):
                step()
                print(f"ok {step.__name__}", flush=True)
        finally:
            self.site.keeper.stop()
            self.site.postgres.stop()
            for witness in self.witnesses:
                witness.stop()


if __name__ == "__main__":
    ledger.main(Test, "asv-cosign.")
