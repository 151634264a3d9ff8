#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Asservat authors
#
# demo_ends.py BUILD: the demo that is ended early or cannot begin leaves no process, says where its files are, exits with
# an error, and its JSON is JSON.
import json
import os
import pty
import re
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

SHIFT = Path(__file__).resolve().parents[2] / "deploy/lib/shift.py"


def command(*arguments, cameras=6, wait=False):
    return [sys.executable, str(SHIFT), "--build", sys.argv[1], "--cameras", str(cameras),
            *(() if wait else ("--no-wait",)), *arguments]


def left_running(directory):
    """Command lines that name the directory."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue  # it has ended
        if str(directory) in line and int(path.parent.name) != os.getpid():
            found.append(line)
    return found


def on_a_terminal(directory, line, end, **how):
    """Runs the demo on a terminal until it says line, ends it with end(pid, terminal), once more when it says that it
    stops, and returns status and output."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ["TERM"] = "xterm"
        os.execv(sys.executable, command("--dir", str(directory), **how))
    output, awaited = "", [line, "stopping"]
    while True:
        try:
            part = os.read(terminal, 65536)
        except OSError:
            break  # nobody writes there any more
        output += part.decode(errors="replace")
        if awaited and awaited[0] in output:
            del awaited[0]
            end(pid, terminal)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), output


def ends(directory, line, end, name):
    status, output = on_a_terminal(directory, line, end)
    assert status == 1, f"{name}: status {status}\n{output}"
    assert f"interrupted by {name}" in output and f"is in {directory}" in output.replace("\r\n", ""), output
    assert not left_running(directory), left_running(directory)


def control_c(_, terminal):
    os.write(terminal, b"\x03")


def terminate(pid, _):
    os.kill(pid, signal.SIGTERM)


def terminate_while_making(database):
    """SIGTERM while the database's cluster is being made."""
    def end(pid, _):
        while not database.exists():
            time.sleep(0.01)
        os.kill(pid, signal.SIGTERM)
    return end


def look(directory):
    """The page of the dock's screen, and what it shows."""
    port = re.search(r"listen=\"?127\.0\.0\.1:(\d+)", (directory / "log/asservatd.log").read_text())[1]
    for path in ("/console/board.html", "/api/v1/dock"):
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=60) as answer:
            yield answer.read()


def asks_media(directory):
    """A look at a recording without a byte: the program has started, has given up everything, and says what it thinks of that."""
    with socket.socket(socket.AF_UNIX) as link:
        link.connect(str(directory / "run/media.sock"))
        link.sendall(struct.pack(">BIBQqq", 1, 25, 1, 0, 0, 0))
        return link.recv(1)


def stays(directory):
    """Without --no-wait it stays: what it says one may try works, until Control-C."""
    tried, board = [], []

    def try_it(_, terminal):
        if not tried:
            for words in (("clip", "list"), ("hold", "list", "--all"), ("retention", "balance"), ("keys", "status")):
                tried.append(subprocess.run([directory / "asservat", *words], capture_output=True, text=True))
            board.extend(look(directory))
            board.append(asks_media(directory))
        control_c(_, terminal)

    status, output = on_a_terminal(directory, "Still running", try_it, cameras=5, wait=True)
    assert status == 0, f"{status}\n{output}"
    assert len(tried) == 4 and not any(done.returncode for done in tried), tried
    assert "released" not in tried[0].stdout and "held" in tried[0].stdout, tried[0]
    assert board[0].startswith(b"<!doctype html>") and len(json.loads(board[1])["slots"]) == 7, board
    assert board[2] == b"\6", board[2]
    assert not left_running(directory), left_running(directory)


def refuses(top, what, *arguments):
    done = subprocess.run(command("--json", *arguments), cwd=top, capture_output=True, text=True)
    told = json.loads(done.stdout)
    assert done.returncode == 1 and told["ok"] is False, done
    assert any(what in problem for problem in told["problems"]) and what in done.stderr, done


def main():
    with tempfile.TemporaryDirectory(prefix="asv-demo.") as name:
        top = Path(name)
        top.chmod(0o755)  # PostgreSQL runs as another user when this is root
        (top / "full").mkdir()
        (top / "full/file").touch()
        refuses(top, "full: give a directory that is new or empty", "--dir", "full")
        refuses(top, "Not a directory", "--dir", "full/file/below")
        refuses(top, "letters, digits", "--dir", "two words")
        refuses(top, "too long a path", "--dir", "x" * 100)
        ends(top / "database", "Agency, database", terminate_while_making(top / "database/postgres/data"), "SIGTERM")
        ends(top / "daemons", "Morning", control_c, "SIGINT")
        ends(top / "terminated", "Morning", terminate, "SIGTERM")
        stays(top / "stays")
    print("ok")


if __name__ == "__main__":
    main()
