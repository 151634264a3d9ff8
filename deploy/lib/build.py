# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Asservat authors
"""Installs and builds what the demo needs. Two demos at once build one after the other."""
import fcntl
import re
import subprocess
import sys

from asvsite import SiteError, TOP

PRESET = "dev"
BUILD = TOP / "build" / PRESET


def follow(command, log):
    """Runs a program whose output goes to the log; what it says of its progress stays on the terminal's last line."""
    with subprocess.Popen(command, cwd=TOP, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, errors="replace") as process:
        try:
            for line in process.stdout:
                log.write(line)
                if sys.stderr.isatty() and (step := re.match(r"\[(\d+/\d+)\]", line)):
                    print(f"\rdeploy/demo: building {step[1]} ", end="", file=sys.stderr, flush=True)
        except BaseException:
            process.terminate()
            raise
    return process.returncode


def build():
    if subprocess.run([TOP / "deploy/dependencies", "demo"], stdin=subprocess.DEVNULL, stdout=sys.stderr).returncode:
        raise SiteError("deploy/dependencies demo failed")
    BUILD.parent.mkdir(exist_ok=True)
    path = BUILD.parent / "demo.log"
    with open(BUILD.parent / "demo.lock", "w", encoding="utf-8") as lock:
        print("deploy/demo: building", end="" if sys.stderr.isatty() else "\n", file=sys.stderr, flush=True)
        fcntl.flock(lock, fcntl.LOCK_EX)
        with open(path, "w", encoding="utf-8") as log:
            failed = follow(["cmake", "--preset", PRESET], log) or \
                follow(["cmake", "--build", "--preset", PRESET, "--target", "demo"], log)
        if sys.stderr.isatty():
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
    if failed:
        raise SiteError("the build failed; the end of " + str(path) + ":\n" +
                        "\n".join(path.read_text(encoding="utf-8").splitlines()[-30:]))
