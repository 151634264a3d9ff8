#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Asservat authors
"""forging.py KEEPER SOCKET TYPE[=STATUS]...: between a client and the keeper; each reply of such a type has this status, in
hexadecimal digits, or without one another last byte, which is one of its signature. Until it is stopped. integration/retention
tries with it that none of them ends a file (K-187)."""
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


def forged(body, kinds):
    kind = body[1] & 0x7f
    if not body[1] & 0x80 or kind not in kinds:
        return body
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
