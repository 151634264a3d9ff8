#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Asservat authors
"""forging.py KEEPER SOCKET TYPE[=STATUS]...: between a client and the keeper; each reply of such a type has this status, in
hexadecimal digits, or without one another last byte, which is one of its signature. 1=stopped: STATUS says that destruction stands
still. 8=closed: instead of a reply the connection is closed. 9=over, 9=twice, 9=blocked, 9=unblocked: CLIPS has what is held as over, in front twice, blocked, or not.
14=earlier: HANDED has all of it as taken two hours before; 14=lost: it has nothing of the first hand-over that it would name. 13=endless, 14=endless: each
page is full, and always the same. Until it is stopped. integration/retention tries with it that none of them ends a file (K-187)."""
import socket
import sys
import threading


def read(peer, count):
    data = b""
    while len(data) < count:
        part = peer.recv(count - len(data))
        if not part:
            raise EOFError
        data += part
    return data


ROW = 82  # of CLIPS; the state is behind the header
HELD, OVER = 3, 5


def stopped(body):
    at = 9 + body[8] + 16 + 8  # behind detail, run and start
    at += 1 + body[at] + 8 + 8 + 8  # software, wall instant, generation, epoch
    return body[:at] + b"\1" + body[at + 1:]


def rows_of(body):
    at = 9 + body[8]
    count = int.from_bytes(body[at:at + 2], "big")
    return body[:at], [body[at + 2 + i * ROW:at + 2 + (i + 1) * ROW] for i in range(count)]


def over(body):
    front, rows = rows_of(body)
    rows = [row[:32] + bytes([OVER if row[32] == HELD else row[32]]) + row[33:] for row in rows]
    return front + len(rows).to_bytes(2, "big") + b"".join(rows)


def twice(body):
    front, rows = rows_of(body)
    rows = [row for row in rows if row[32] == HELD][:1] * 2 + rows
    return front + len(rows).to_bytes(2, "big") + b"".join(rows)


def with_blocks(body, blocks):
    front, rows = rows_of(body)
    rows = [row[:33] + bytes([blocks]) + row[34:] for row in rows]
    return front + len(rows).to_bytes(2, "big") + b"".join(rows)


def blocked(body):
    return with_blocks(body, 1 << 6)


def unblocked(body):
    return with_blocks(body, 0)


HANDED = 73  # of HANDED; the instant is behind proposal and header


def earlier(body):
    at = 9 + body[8] + 2
    for row in range(at, len(body), HANDED):
        when = int.from_bytes(body[row + 64:row + 72], "big") - 2 * 3600 * 1000
        body = body[:row + 64] + when.to_bytes(8, "big") + body[row + 72:]
    return body


def lost(body):
    at = 9 + body[8]
    rows = [body[row:row + HANDED] for row in range(at + 2, len(body), HANDED)]
    rows = [row for row in rows if row[:32] != rows[0][:32]]
    return body[:at] + len(rows).to_bytes(2, "big") + b"".join(rows)


def endless(body):
    """K-254; of what is yet to come, which a run does not look at."""
    behind = {13: b"\x7f" * 8, 14: bytes(32) + b"\x7f" * 8 + b"\0"}[body[1] & 0x7f]
    rows = b"".join((i + 1).to_bytes(32, "big") + behind for i in range(256))
    return body[:9 + body[8]] + (256).to_bytes(2, "big") + rows


def forged(body, kinds):
    kind = body[1] & 0x7f
    if not body[1] & 0x80 or kind not in kinds:
        return body
    if kinds[kind] == "closed":
        raise EOFError
    if kinds[kind] in ("stopped", "over", "twice", "blocked", "unblocked", "earlier", "lost", "endless"):
        return globals()[kinds[kind]](body) if body[6:8] == bytes(2) else body
    if kinds[kind]:
        return body[:6] + bytes.fromhex(kinds[kind]) + b"\0"
    return body[:-1] + bytes([body[-1] ^ (body[6:8] == bytes(2))])


def serve(client, keeper, kinds):
    try:
        while True:
            for source, target in (client, keeper), (keeper, client):
                length = read(source, 4)
                body = forged(read(source, int.from_bytes(length, "big")), kinds)
                target.sendall(len(body).to_bytes(4, "big") + body)
    except (EOFError, OSError):
        client.close()
        keeper.close()


def main():
    kinds = {int(kind): status for kind, _, status in (word.partition("=") for word in sys.argv[3:])}
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(sys.argv[2])
    listener.listen()
    while True:
        client, _ = listener.accept()
        keeper = socket.socket(socket.AF_UNIX)
        keeper.connect(sys.argv[1])
        threading.Thread(target=serve, args=(client, keeper, kinds), daemon=True).start()


main()
