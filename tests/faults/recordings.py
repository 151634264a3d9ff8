# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Asservat authors
"""Every recording that was ever made, with a copy of its files taken right after: what all else is compared with."""
import json
import shutil

PARTS = ("seal", "payload", "stanzas")


class Violation(Exception):
    """A promise that was broken."""


def read(path):
    try:
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None


class Recording:
    """One recording and its copy. A damaged one had a bit turned over on the camera's flash after it was signed."""

    def __init__(self, stage, camera, listed):
        self.stage = stage
        self.camera = camera
        self.number = listed["number"]
        self.uuid = listed["clip"]
        self.header = listed["header"]
        self.damaged = False
        self.copy = stage.directory / "kept" / camera.name / str(self.number)
        self.copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(self.on_flash, self.copy)
        self.bytes = {part: read(self.copy / part) or b"" for part in PARTS}

    def __str__(self):
        return f"{self.camera.name} number {self.number} (clip {self.directory_name})"

    @property
    def on_flash(self):
        return self.camera.directory / "clips" / str(self.number)

    @property
    def directory_name(self):
        u = self.uuid
        return f"{u[:8]}-{u[8:12]}-{u[12:16]}-{u[16:20]}-{u[20:]}"

    def verify(self):
        """What asservat-verify says of the copy, apart from dock and vault: VALID or TRUNCATED and TRUSTED, or the copy
        is of no use."""
        shutil.copy(self.camera.directory / "trust/chain", self.copy / "chain")
        done = self.stage.verify(self.copy, "--json", check=False)
        if done.returncode != 0:
            raise Violation(f"{self}: asservat-verify does not accept what the camera has just recorded: exit "
                            f"{done.returncode}\n{done.stdout}{done.stderr}")
        return json.loads(done.stdout)

    def damage(self, part, at, bit):
        """Turns a bit over on the flash, and in the copy: this is now what the camera has to keep."""
        data = bytearray(self.bytes[part])
        data[at % len(data)] ^= 1 << bit
        self.bytes[part] = bytes(data)
        for directory in (self.on_flash, self.copy):
            (directory / part).write_bytes(data)
        self.damaged = True

    def is_whole_on_camera(self):
        return all((read(self.on_flash / part) or b"") == self.bytes[part] for part in PARTS)

    def places(self, root):
        """Its directories in one root of the vault, staging apart."""
        return [path for area in ("sealed/*/*/*", "quarantine")
                for path in root.glob(f"{area}/{self.directory_name}*")]

    def is_whole_at(self, place):
        payload = (read(place / "payload") or b"") + (read(place / "tail") or b"")  # an empty part needs no file
        if payload != self.bytes["payload"]:
            return False
        return all((read(place / part) or b"") == self.bytes[part] for part in ("seal", "stanzas"))

    def is_committed_at(self, place):
        return self.is_whole_at(place) and read(place / "commit") is not None and read(place / "receipt") is not None

    def is_in_custody(self):
        """Whole in at least one root, with commit record and receipt."""
        return any(self.is_committed_at(place) for root in self.stage.roots() for place in self.places(root))


def never_neither(recordings, when, database_is_up):
    """The promise, at this very instant. The camera is looked at first: a recording moves from it to the vault, never
    back, so that what is neither there nor, later, in the vault was nowhere at some time in between."""
    for recording in recordings:
        if recording.is_whole_on_camera():
            continue
        if not recording.is_in_custody():
            raise Violation(f"{when}: {recording} is neither whole on the camera nor committed in the vault")
        if database_is_up and not rows_of(recording):
            raise Violation(f"{when}: {recording} is gone from the camera, and the database does not know it")


def rows_of(recording):
    """Its clips in custody, by the database: [state, header]."""
    return recording.stage.postgres.query(
        "SELECT state, encode(header, 'hex') FROM asv.clip_overview "
        f"WHERE camera_name = '{recording.camera.name}' AND number = {recording.number}")
