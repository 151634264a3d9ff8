#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Asservat authors
"""witness.py BUILD: asservat ledger witness against logs that are made here without our code, honest ones and
forked ones; against people who only want its memory, its time or its disk; and killed at every step. LG-060, LG-061, LG-062.
"""
import re
import signal
import socket
import sys
import tempfile
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "deploy/lib"))
from notes import Key, Log, Witness, cosigned_by, die_at, needs_preload, sha256  # noqa: E402

ORIGIN = "stadt.example/ledger"
NAME = "datenschutz.example/witness"
REQUEST_MAX = 131072 + 4096


class Test:
    def __init__(self, directory, build):
        self.work = directory
        self.program = Path(build) / "bin/asservat"
        self.preload = die_at(build)
        self.key = Key(directory, ORIGIN)
        self.log = Log(self.key, [f"entry {i}" for i in range(600)])
        self.fork = Log(self.key, [f"entry {i}" if i < 80 else f"another {i}" for i in range(600)])
        self.witnesses = []

    def new(self, *logs, begun=True):
        witness = Witness(self.work / f"witness-{len(self.witnesses) + 1}", self.program, NAME)
        self.witnesses.append(witness)
        witness.configure(*(log.vkey for log in logs or [self.key]))
        for log in (logs or [self.key]) if begun else []:
            assert witness.call("witness-begin", log.name)[0] == 0
        return witness

    def good(self, witness, log, old, size):
        code, kind, lines = witness.add(log.ask(old, size))
        assert code == 200 and kind.startswith("text/plain"), (code, lines)
        note = log.checkpoint(size) + lines
        at = cosigned_by(note, witness.vkey, self.work)
        assert at is not None and abs(at - time.time()) < 3600, at
        return lines

    def size_of(self, witness, log):
        code, kind, text = witness.add(log.ask(1, 600))
        assert code == 409 and kind == "text/x.tlog.size", (code, kind, text)
        return int(text)

    # ---- what is tried ----

    def a_key_is_made_once(self):
        witness = self.new(begun=False)
        assert re.fullmatch(re.escape(NAME) + r"\+[0-9a-f]{8}\+[A-Za-z0-9+/]{44}", witness.vkey), witness.vkey
        key = witness.state / "witness.key"
        assert key.stat().st_mode & 0o777 == 0o600
        assert witness.call("witness-key") == (0, witness.vkey + "\n", "")
        code, _, err = witness.call("witness-key", "other.example/witness")
        assert code == 1 and "there is a key already" in err, err
        for name in ("", "with blank", "with+plus", "x" * 65):
            assert Witness.call(self.new(begun=False), "witness-key", name)[0] != 0
        witness.state = self.work / "nowhere"
        witness.configure(self.key.vkey)
        for words in (("witness-key",), ("witness",)):
            code, _, err = witness.call(*words)
            assert code == 1 and "asservat ledger witness-key NAME makes one" in err, (words, err)
            assert not witness.state.exists(), f"{words}: made what it only looked at"

    def it_does_not_start_without_what_it_remembers(self):
        """LG-060: never begun, lost, cut, changed, another log's, another witness's."""
        def refuses(says):
            code, _, err = witness.call("witness")
            assert code == 1 and says in err, (code, err)
            assert "this key must cosign nothing any more" in err, err

        witness = self.new(begun=False)
        refuses("nothing is remembered of stadt.example/ledger")
        assert witness.call("witness-begin", "other.example")[0] == 2
        assert witness.call("witness-begin", ORIGIN)[0] == 0
        code, _, err = witness.call("witness-begin", ORIGIN)
        assert code == 1 and "was begun already" in err, err
        witness.start()
        self.good(witness, self.log, 0, 100)
        witness.stop()
        state = witness.state_of(ORIGIN)
        whole = state.read_bytes()
        for damaged in (b"", whole[:-1], whole[:200], whole.replace(b"100", b"101"), b"begun other.example\n", b"\0" * len(whole),
                        b"begun " + ORIGIN.encode(), whole + b"x"):
            state.write_bytes(damaged)
            refuses("the state of stadt.example/ledger is damaged")
        state.unlink()
        refuses("nothing is remembered")
        state.write_bytes(whole)
        stranger = self.new()
        stranger.start()
        self.good(stranger, self.log, 0, 100)
        stranger.stop()
        state.write_bytes(stranger.state_of(ORIGIN).read_bytes())
        refuses("is damaged")
        state.write_bytes(whole)
        witness.start()
        self.good(witness, self.log, 100, 101)
        code, _, err = witness.call("witness")
        assert code == 1 and "another witness works there" in err, err
        witness.stop()

    def it_answers_as_tlog_witness_says(self):
        witness = self.new().start()
        add = witness.add
        stranger = Log(Key(self.work, "fremd.example/ledger"), ["a", "b"])
        code, kind, text = add(stranger.ask(0, 2))
        assert code == 404, (code, text)
        self.good(witness, self.log, 0, 100)
        assert add(self.log.ask(0, 100))[0] == 409
        assert self.size_of(witness, self.log) == 100
        self.good(witness, self.log, 100, 100)  # once more, later
        self.good(witness, self.log, 100, 500)
        (self.work / "elsewhere").mkdir()
        code, _, text = add(Log(Key(self.work / "elsewhere", ORIGIN), ["entry 0"]).ask(0, 1))
        assert code == 403 and "not signed by its log" in text, (code, text)
        request = self.log.ask(500, 501)
        head, signature = request.rsplit(" ", 1)
        swapped = signature.swapcase()
        assert add(f"{head} {swapped}")[0] in (400, 403)
        for bad in ("", "old", "old 1\n", "old x\n\n", request[4:], "old 500\n" + request, request.replace("old 500", "old 502"),
                    request.replace("old 500", "old 0500"), b"\xff" * 100, b"\0" * 5000):
            code, _, text = add(bad)
            assert code == 400 and text.count("\n") == 1, (bad, code, text)
        lines = request.split("\n")
        lines[1] = lines[2]
        assert add("\n".join(lines))[0] == 422, "a proof that is wrong"
        assert self.size_of(witness, self.log) == 500, "what is refused changes nothing"
        for path, body, want in (("/", None, 404), ("/add-checkpoint", None, 405), ("/add-checkpoint/", b"x", 404),
                                 ("//add-checkpoint", b"x", 404)):
            assert witness.get(path, body)[0] == want, path
        origin_hash = sha256(ORIGIN.encode()).hex()
        code, _, note = witness.get(f"/{origin_hash}/checkpoint")
        assert code == 200 and note.startswith(self.log.checkpoint(500)) and cosigned_by(note, witness.vkey, self.work)
        assert witness.get("/" + "0" * 64 + "/checkpoint")[0] == 404
        assert self.new().start().get(f"/{origin_hash}/checkpoint")[0] == 404, "nothing was cosigned yet"
        assert witness.stop() == 0

    def a_forked_log_is_refused(self):
        """And said until people looked; what anybody can send, a published checkpoint with a proof that is none, is not."""
        path = self.work / "notify"
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
            systemd.bind(str(path))
            systemd.setblocking(False)
            witness = self.new().start({"NOTIFY_SOCKET": str(path)})

            def told():
                """What the witness has said to systemd until it answered."""
                lines = []
                while True:
                    try:
                        lines += systemd.recv(4096).decode().splitlines()
                    except BlockingIOError:
                        said.update(lines)
                        return [line for line in lines if "A LOG SIGNED" in line]

            said = set()
            self.good(witness, self.log, 0, 100)
            assert told() == [] and {"READY=1", "STATUS=witnessing", "WATCHDOG=1"} <= said, said
            lines = self.log.ask(100, 500).split("\n")
            lines[1] = lines[2]
            assert witness.add("\n".join(lines))[0] == 422 and told() == [], "a proof that is none"
            for size, says in ((101, 0), (600, 0), (100, 1)):
                code, _, text = witness.add(self.fork.ask(100, size))
                assert code == 422, (size, code, text)
                lines = told()
                assert len(lines) == says, (size, lines)
        def kept(kind):
            return [path.read_text() for path in sorted(witness.state.glob(f"*.{kind}.*"))]

        assert kept("refused") == [self.fork.checkpoint(100)], "the other tree of the same size is kept, as proof"
        first = [self.log.checkpoint(500), self.fork.checkpoint(101), self.fork.checkpoint(600)]
        assert kept("unproven") == first, "and those to which nothing led"
        # LG-113: what anybody sends later takes no place of theirs, and is not written any more.
        lines = self.log.ask(100, 300).split("\n")
        lines[1] = lines[2]
        for _ in range(2):
            assert witness.add("\n".join(lines))[0] == 422
            assert witness.add(self.fork.ask(100, 601))[0] == 422
            assert witness.add(self.fork.ask(100, 100))[0] == 422
        assert kept("unproven") == [*first, self.log.checkpoint(300)] and kept("refused") == [self.fork.checkpoint(100)]
        assert witness.add(self.fork.ask(90, 600))[0] == 409
        self.good(witness, self.log, 100, 600)
        witness.stop()

    def of_two_at_once_one_goes_on(self):
        """Many ask for each size from the same old one: of a size one is cosigned, the others hear of the new one."""
        witness = self.new().start()
        at = 0
        with ThreadPoolExecutor(8) as pool:
            for size in range(40, 601, 40):
                asks = [self.log.ask(at, size + i) for i in range(-7, 1)]
                answers = list(pool.map(witness.add, asks))
                codes = sorted(code for code, _, _ in answers)
                assert codes == [200] + [409] * 7, codes
                at = self.size_of(witness, self.log)
                assert {int(text) for code, _, text in answers if code == 409} == {at}
        witness.stop()

    def logs_do_not_disturb_each_other(self):
        keys = [Key(self.work, f"log-{i}.example") for i in range(3)]
        witness = self.new(*keys).start()
        logs = [Log(key, [f"{key.name} {i}" for i in range(50)]) for key in keys]
        for size in (1, 20, 50):
            for old, log in zip({1: [0] * 3, 20: [1] * 3, 50: [20] * 3}[size], logs):
                self.good(witness, log, old, size)
        witness.stop()

    def what_was_put_back_while_it_works_is_not_believed(self):
        witness = self.new().start()
        self.good(witness, self.log, 0, 100)
        older = witness.state_of(ORIGIN).read_bytes()
        self.good(witness, self.log, 100, 200)
        witness.state_of(ORIGIN).write_bytes(older)
        code, _, text = witness.add(self.fork.ask(100, 300))
        assert code == 500 and "cannot remember" in text, (code, text)
        witness.state_of(ORIGIN).unlink()
        assert witness.add(self.log.ask(200, 300))[0] == 500
        witness.stop()

    def nobody_takes_its_memory_or_its_time(self):
        """LG-062."""
        witness = self.new().start()
        self.good(witness, self.log, 0, 10)
        assert witness.add(b"x" * (REQUEST_MAX + 1))[0] == 413
        with witness.connect() as link:  # says how much comes, and is told at once
            link.sendall(b"POST /add-checkpoint HTTP/1.1\r\nHost: w\r\nContent-Length: 99999999999\r\n\r\n")
            assert b" 413 " in link.recv(4096)
        with witness.connect() as link:  # does not say it
            link.sendall(b"POST /add-checkpoint HTTP/1.1\r\nHost: w\r\nTransfer-Encoding: chunked\r\n\r\n")
            assert b" 400 " in link.recv(4096)
        with witness.connect() as link:
            with_header = b"GET / HTTP/1.1\r\nHost: w\r\nX: " + b"x" * 100000 + b"\r\n\r\n"
            try:
                link.sendall(with_header)
                assert b"200" not in link.recv(4096)[:20]
            except ConnectionError:
                pass
        slow = [witness.connect() for _ in range(64)]  # all that it lets in
        for link in slow:
            link.sendall(b"POST /add-checkpoint HTTP/1.1\r\nHost: w\r\nContent-Length: 1000\r\n\r\n")
        cut, deadline = 0, time.monotonic() + 120
        while cut < len(slow):  # a byte now and then does not keep them in
            assert time.monotonic() < deadline, f"{cut} of {len(slow)} were cut off"
            for link in [link for link in slow if link.fileno() >= 0]:
                try:
                    link.sendall(b"x")
                    link.settimeout(0.01)
                    gone = link.recv(1) == b""
                except TimeoutError:
                    gone = False
                except OSError:
                    gone = True
                if gone:
                    link.close()
                    cut += 1
        self.good(witness, self.log, 10, 20)
        memory = witness.daemon.peak_memory_kib()
        assert memory < 64 * 1024, memory
        witness.stop()

    def idle_ones_give_way(self):
        """LG-062: as many as there are places, and more, who keep their connections and send a byte now and then."""
        witness = self.new().start()
        self.good(witness, self.log, 0, 10)
        held, began = [], time.monotonic()
        for i in range(65 + 8):
            held.append(witness.connect())
            held[-1].sendall(b"GET / HTTP/1.1\r\nHost: w\r\n" + (b"\r\n" if i % 2 else b"X: "))
            if i % 2:
                assert b" 404 " in held[-1].recv(4096)
        for size in (20, 30):
            self.good(witness, self.log, size - 10, size)
            for link in held:
                try:
                    link.sendall(b"\r\n")
                except OSError:
                    pass
        assert time.monotonic() - began < 20, "somebody's time was over first: this shows nothing"
        witness.stop()
        for link in held:
            link.close()

    @needs_preload
    def a_full_disk_cosigns_nothing(self):
        """LG-061: the file that remembers cannot be written; nothing is cosigned, and what was is still remembered."""
        witness = self.new().start()
        self.good(witness, self.log, 0, 100)
        witness.stop()
        before = witness.state_of(ORIGIN).read_bytes()
        witness.start(env={"LD_PRELOAD": self.preload, "ASV_TEST_DISK_FULL": "1"})
        code, _, text = witness.add(self.log.ask(100, 200))
        assert code == 500 and "—" not in text, (code, text)
        assert witness.state_of(ORIGIN).read_bytes() == before
        assert self.size_of(witness, self.log) == 100
        witness.stop()
        witness.start()
        self.good(witness, self.log, 100, 200)
        witness.stop()

    @needs_preload
    def killed_at_any_step_it_remembers_what_it_cosigned(self):
        """LG-061: before each call that makes something durable or tells somebody, until one asking needs no more of them."""
        answered, step, between = False, 0, 0
        while not answered:
            step += 1
            witness = self.new().start()
            self.good(witness, self.log, 0, 100)
            witness.stop()
            witness.start(env={"LD_PRELOAD": self.preload, "ASV_TEST_DIE_AT": str(step)})
            code, _, _ = witness.add(self.log.ask(100, 200))
            answered = code == 200
            if not answered:
                assert code is None and witness.stop() == -signal.SIGKILL, (step, code)
            else:
                witness.stop(signal.SIGKILL)
            witness.start()
            size = self.size_of(witness, self.log)
            assert size in ((200,) if answered else (100, 200)), (step, size)
            between += size == 200 and not answered
            self.good(witness, self.log, size, 200)  # what a log does with a 409
            assert witness.add(self.fork.ask(200, 300))[0] == 422
            witness.stop()
        assert step > 4, f"only {step} steps"
        assert between > 0, "it never died between remembering and answering"

    def run(self):
        for step in (self.a_key_is_made_once, self.it_does_not_start_without_what_it_remembers,
                     self.it_answers_as_tlog_witness_says, self.a_forked_log_is_refused, self.of_two_at_once_one_goes_on,
                     self.logs_do_not_disturb_each_other, self.what_was_put_back_while_it_works_is_not_believed,
                     self.nobody_takes_its_memory_or_its_time, self.idle_ones_give_way, self.a_full_disk_cosigns_nothing,
                     self.killed_at_any_step_it_remembers_what_it_cosigned):
            step()
            print(f"ok {step.__name__}", flush=True)


def main():
    with tempfile.TemporaryDirectory(prefix="asv-witness.") as name:
        test = Test(Path(name), sys.argv[1])
        try:
            test.run()
        except Exception:
            traceback.print_exc()
            for log in sorted(Path(name).glob("*/*.log")):
                print(f"--- {log.parent.name}/{log.name}\n{log.read_text(errors='replace')[-1500:]}", file=sys.stderr)
            sys.exit(1)
        finally:
            for witness in test.witnesses:
                witness.stop(signal.SIGKILL)


if __name__ == "__main__":
    main()
