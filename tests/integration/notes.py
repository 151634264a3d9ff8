# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Asservat authors
"""Logs and witnesses as their specifications have them, with none of our code: trees and proofs as RFC 6962 is written,
signatures by openssl. And the program that is a witness.
"""
import base64
import functools
import hashlib
import os
import re
import socket
import subprocess
import urllib.error
import urllib.request
from pathlib import Path

from asvsite import Daemon, run

DER = bytes.fromhex("302a300506032b6570032100")  # in front of an Ed25519 public key


def die_at(build):
    """What is preloaded to die at every step; None: of a sanitizer's build nothing can be preloaded."""
    path = Path(build).resolve() / "tests/integration/libasv-die-at.so"
    return path if path.exists() else None


def needs_preload(step):
    """One that says so where it is left out."""
    @functools.wraps(step)
    def run(test):
        if test.preload is None:
            print(f"left out {step.__name__}: nothing can be preloaded", flush=True)
        else:
            step(test)
    return run


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def b64(data):
    return base64.b64encode(data).decode()


def split(count):
    half = 1
    while half * 2 < count:
        half *= 2
    return half


def root_of(leaves):
    """RFC 6962, section 2.1."""
    if len(leaves) <= 1:
        return leaves[0] if leaves else sha256()
    half = split(len(leaves))
    return sha256(b"\x01", root_of(leaves[:half]), root_of(leaves[half:]))


def consistency(old, leaves, whole=True):
    """RFC 6962, section 2.1.2."""
    if old == len(leaves):
        return [] if whole else [root_of(leaves)]
    half = split(len(leaves))
    if old <= half:
        return consistency(old, leaves[:half], whole) + [root_of(leaves[half:])]
    return consistency(old - half, leaves[half:], False) + [root_of(leaves[:half])]


class Key:
    """An Ed25519 key of openssl's."""

    def __init__(self, directory, name, kind=1):
        self.name, self.kind, self.file = name, kind, directory / f"{sha256(name.encode()).hex()[:8]}.pem"
        run("openssl", "genpkey", "-algorithm", "ed25519", "-out", self.file)
        self.public = run("openssl", "pkey", "-in", self.file, "-pubout", "-outform", "DER", text=False).stdout[-32:]

    @property
    def id(self):
        return key_id(self.name, self.kind, self.public)

    @property
    def vkey(self):
        return f"{self.name}+{self.id.hex()}+{b64(bytes([self.kind]) + self.public)}"

    def sign(self, text):
        data = self.file.with_suffix(".text")
        data.write_bytes(text)
        return run("openssl", "pkeyutl", "-sign", "-inkey", self.file, "-rawin", "-in", data, text=False).stdout

    def note(self, text):
        return f"{text}\n— {self.name} {b64(self.id + self.sign(text.encode()))}\n"


def key_id(name, kind, public):
    return sha256(name.encode(), b"\n", bytes([kind]), public)[:4]


def verifies(public, text, signature, work):
    (work / "verify.der").write_bytes(DER + public)
    (work / "verify.text").write_bytes(text)
    (work / "verify.signature").write_bytes(signature)
    done = run("openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", work / "verify.der", "-rawin", "-in",
               work / "verify.text", "-sigfile", work / "verify.signature", check=False)
    return done.returncode == 0


def cosigned_by(note, vkey, work):
    """The time of the cosignature (tlog-cosignature, Ed25519) by this key on the note, or None."""
    name, _, data = vkey.split("+", 2)
    public = base64.b64decode(data)[1:]
    text, lines = note.split("\n\n", 1)
    for line in lines.splitlines():
        by, signature = re.fullmatch("— (.+) (.+)", line).groups()
        raw = base64.b64decode(signature)
        if by == name and raw[:4] == key_id(name, 4, public):
            time = int.from_bytes(raw[4:12], "big")
            assert verifies(public, f"cosignature/v1\ntime {time}\n{text}\n".encode(), raw[12:], work), "does not verify"
            return time
    return None


class Log:
    """A log of entries; a fork is another one with the same key."""

    def __init__(self, key, entries):
        self.key = key
        self.leaves = [sha256(b"\x00", entry.encode()) for entry in entries]

    def checkpoint(self, size):
        return self.key.note(f"{self.key.name}\n{size}\n{b64(root_of(self.leaves[:size]))}\n")

    def ask(self, old, size):
        """An add-checkpoint request."""
        proof = consistency(old, self.leaves[:size]) if old else []
        return "".join([f"old {old}\n", *(b64(h) + "\n" for h in proof), "\n", self.checkpoint(size)])


class Witness:
    """asservat ledger witness, on a port of its own."""

    def __init__(self, directory, program, name):
        self.directory, self.program, self.name = directory, program, name
        self.state = directory / "state"
        self.daemon, self.port, self.starts = None, 0, 0
        directory.mkdir()
        self.conf = directory / "asservat.conf"
        self.conf.write_text("")
        self.configure()
        self.vkey = self.call("witness-key", name)[1].strip()

    def configure(self, *logs, listen="127.0.0.1:0"):
        lines = [f"state = {self.state}", f"listen = {listen}"] + [f"log.{i} = {log}" for i, log in enumerate(logs)]
        (self.directory / "witness.conf").write_text("\n".join(lines) + "\n")

    def call(self, *words):
        """(status, standard output, standard error) of a command that ends."""
        done = subprocess.run([self.program, "ledger", *words, "--config", self.conf], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=120)
        return done.returncode, done.stdout, done.stderr

    def start(self, env=None):
        self.starts += 1
        log = self.directory / f"witness-{self.starts}.log"
        self.daemon = Daemon(self.name, [self.program, "ledger", "witness", "--config", self.conf], log, dict(os.environ) | (env or {}))
        self.daemon.wait_for(lambda: "started" in log.read_text(), 60, "start")
        self.port = int(re.search(r"listen=\"?127\.0\.0\.1:(\d+)", log.read_text())[1])
        return self

    def stop(self, *how):
        return self.daemon.stop(*how) if self.daemon else None

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def get(self, path, body=None):
        """(code, content type, text); code None: it went away."""
        data = body.encode() if isinstance(body, str) else body
        try:
            with urllib.request.urlopen(urllib.request.Request(self.url + path, data), timeout=60) as answer:
                return answer.status, answer.headers["Content-Type"], answer.read().decode()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.headers["Content-Type"], refused.read().decode()
        except (OSError, urllib.error.URLError):
            return None, None, None

    def add(self, body):
        return self.get("/add-checkpoint", body)

    def connect(self):
        return socket.create_connection(("127.0.0.1", self.port), timeout=60)

    def state_of(self, origin):
        return self.state / sha256(origin.encode()).hex()
