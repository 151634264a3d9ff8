# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Asservat authors
"""A ledger that is nobody's, made without our code (docs/LEDGER.md 2, 6 and 8): entries, heads, cosignatures and proofs, right
ones and forged ones, as whoever has a log's key could make them; and an agency's devices and people, who sign what entries name
(firmware-proto/trust/TRUST.md, docs/STATEMENTS.md).
"""
import hmac
import os
import struct

from notes import Key, b64, root_of, sha256, split

BEGAN = 1795900000  # of everything here, in seconds since 1970


def path_to(index, leaves):
    """RFC 6962, section 2.1.1."""
    if len(leaves) < 2:
        return []
    half = split(len(leaves))
    if index < half:
        return path_to(index, leaves[:half]) + [root_of(leaves[half:])]
    return path_to(index - half, leaves[half:]) + [root_of(leaves[:half])]


def cosignature(key, text, time):
    signature = key.sign(f"cosignature/v1\ntime {time}\n{text}".encode())
    return f"\u2014 {key.name} {b64(key.id + struct.pack('>Q', time) + signature)}\n"


class Log:
    """Of entries as they are; a fork is another one with the same key."""

    def __init__(self, key, entries=()):
        self.key, self.entries = key, list(entries)

    def add(self, entry):
        self.entries.append(entry)
        return len(self.entries) - 1

    def leaves(self, size):
        return [sha256(b"\0" + entry) for entry in self.entries[:size]]

    def head(self, size=None, cosigners=()):
        """The note of a head; cosigners: pairs of a witness's key and a time."""
        size = len(self.entries) if size is None else size
        text = f"{self.key.name}\n{size}\n{b64(root_of(self.leaves(size)))}\n"
        return self.key.note(text) + "".join(cosignature(key, text, time) for key, time in cosigners)

    def proof(self, index, size=None, cosigners=()):
        size = len(self.entries) if size is None else size
        hashes = "".join(b64(node) + "\n" for node in path_to(index, self.leaves(size)))
        return f"c2sp.org/tlog-proof@v1\nindex {index}\n{hashes}\n{self.head(size, cosigners)}"

    def give(self, directory, name, index, opened=None, signed=None, signer=None, **how):
        """NAME.entry, NAME.tlog-proof and NAME.opened (tag, key, value), NAME.object and NAME.signer"""
        (directory / f"{name}.entry").write_bytes(self.entries[index])
        (directory / f"{name}.tlog-proof").write_text(self.proof(index, **how))
        if opened is not None:
            lines = "".join(f"field {tag} {b64(key)} {b64(value)}\n" for tag, key, value in opened)
            (directory / f"{name}.opened").write_text("asservat/v1/opened\n" + lines)
        for ending, data in (("object", signed), ("signer", signer)):
            if data is not None:
                (directory / f"{name}.{ending}").write_bytes(data)

    def publish(self, directory):
        """All of a log of fewer than 256 entries."""
        size = len(self.entries)
        assert 0 < size < 256
        for kind, data in (("0", b"".join(self.leaves(size))),
                           ("entries", b"".join(struct.pack(">H", len(entry)) + entry for entry in self.entries))):
            path = directory / f"tile/{kind}/000.p"
            path.mkdir(parents=True)
            (path / str(size)).write_bytes(data)
        (directory / "checkpoint").write_text(self.head())


def u64(number):
    return struct.pack(">Q", number)


def entry(kind, fields, recorded=BEGAN):
    head = struct.pack(">HH", 1, kind) + os.urandom(16) + struct.pack(">q", recorded * 1000)
    return head + b"".join(struct.pack(">BH", tag, len(value)) + value for tag, value in sorted(fields.items()))


def closed(kind, facts, values, recorded=BEGAN):
    """An entry over closed values, and what opens it."""
    opened = [(tag, os.urandom(32), value) for tag, value in sorted(values.items())]
    commitments = {tag: hmac.digest(key, value, "sha256") for tag, key, value in opened}
    return entry(kind, {**facts, **commitments}, recorded), opened


def begun(origin, before=b""):
    """The first entry of a log; before: size, root and origin of another one's last head."""
    return entry(1, {7: u64(2) + before[:8] if before else u64(1) + u64(0), 10: origin.encode()[:64], **({13: before} if before else {})})


def start(number):
    """An entry as good as any other."""
    return entry(2, {10: f"program {number}".encode()})


def signature(key, purpose, body):
    return b"\1\0\x40" + key.sign(f"asservat/v1/{purpose}".encode() + b"\0" + sha256(body))


def text(words):
    return bytes([len(words.encode())]) + words.encode()


def digest(value):
    return b"\1\x20" + value


FORMAT, NO_KEY, NO_EXTENSIONS = b"\0\1\0\1", b"\0\0", b"\0\0"
VALID = u64((BEGAN - 86400) * 1000) + u64((BEGAN + 86400) * 1000)


class Agency:
    CA, CAMERA, DOCK, KEEPER = 2, 3, 4, 5

    def __init__(self, directory):
        self.directory, self.root = directory, Key(directory, "root")
        self.id, self.authority = sha256(self.root.public), Key(directory, "ca")
        self.authority_cert = self.certificate(self.CA, self.authority, self.root)

    def certificate(self, role, key, issuer):
        exchange = NO_KEY if role in (self.CA, self.KEEPER) else digest(os.urandom(32))
        body = (FORMAT + bytes([role]) + os.urandom(16) + digest(sha256(issuer.public)) + text(key.name) + text("") + text("")
                + digest(key.public) + exchange + VALID + NO_EXTENSIONS)
        return body + signature(issuer, "certificate", body)

    def device(self, role, name):
        """Its key, its certificate's digest and its chain."""
        key = Key(self.directory, name)
        cert = self.certificate(role, key, self.authority)
        return key, sha256(cert), b"\2" + b"".join(struct.pack(">H", len(each)) + each for each in (cert, self.authority_cert))

    def person(self, name, roles=2, directory=None):
        """A key, the digest of a credential record, and the record; another directory for another key of the same name."""
        key = Key(directory or self.directory, name)
        record = (FORMAT + digest(self.id) + sha256(name.encode())[:16] + digest(sha256(b"badge", name.encode())) + text(name)
                  + struct.pack(">H", roles) + b"\0" + VALID + digest(key.public) + NO_EXTENSIONS)
        return key, sha256(record), record

    def states(self, key, credential, action, subject, step=5, *, at=BEGAN, ground=0, incident=None, proposal=bytes(32), person=None):
        """What somebody signs, and its body's digest."""
        reason = "aus Gründen".encode()
        person = sha256(key.name.encode())[:16] if person is None else person
        body = (FORMAT + digest(self.id) + struct.pack(">H", action) + subject + bytes([ground]) + (incident or bytes(16))
                + text("32-3/7" if incident else "") + NO_KEY + bytes([step]) + digest(credential) + person + os.urandom(16)
                + u64(at * 1000) + u64((at + 3600) * 1000) + digest(proposal) + struct.pack(">H", len(reason)) + reason + NO_EXTENSIONS)
        return struct.pack(">H", len(body)) + body + b"\1" + signature(key, "statement", body), sha256(body)

    def blocks(self, key, credential, step=5):
        """That a clip is blocked, because it was in a dwelling."""
        return self.states(key, credential, 7, b"\1" + digest(os.urandom(32)), step, ground=4)

    def holds(self, key, credential, header=None):
        """An approval that a clip is held."""
        return self.states(key, credential, 1, b"\1" + digest(header or os.urandom(32)), 2, ground=1, incident=os.urandom(16), proposal=os.urandom(32))

    def rules(self, keeper, chain, statement, *, taken=True, proposal=bytes(32), at=BEGAN):
        """What the keeper says of a statement, and its body's digest."""
        body = (FORMAT + digest(self.id) + bytes(16) + digest(statement) + digest(proposal) + (b"\1\0\0" if taken else b"\2\0\5") + u64(at * 1000)
                + struct.pack(">H", len(chain)) + chain + NO_EXTENSIONS)
        return body + signature(keeper, "ruling", body), sha256(body)

    def founds(self, person, at=BEGAN - 7200, root=None):
        """The line of the file enrolled that says that the root founded a person's credential."""
        statement, _ = self.states(root or self.root, self.id, 34, b"\3" + digest(person[1]), at=at, person=bytes(16))
        return f"found {b64(person[2])} {b64(statement)}\n"

    def enrols(self, person, proposer, approver, at=BEGAN - 3600):
        """The line that says that two people enrolled it."""
        subject = b"\3" + digest(person[1])
        proposal, named = self.states(*proposer[:2], 32, subject, 1, at=at)
        approval, _ = self.states(*approver[:2], 32, subject, 2, at=at, proposal=named)
        return f"enrol {b64(person[2])} {b64(proposal)} {b64(approval)}\n"
