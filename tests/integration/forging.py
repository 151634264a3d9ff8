#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Asservat authors
"""forging.py KEEPER SOCKET TYPE: between a client and the keeper; the last byte of each reply of this type, which is one of its
signature, is another one. Until it is stopped."""
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


def serve(client, keeper, kind):
    try:
        while True:
            for source, target in (client, keeper), (keeper, client):
                length = read(source, 4)
                body = bytearray(read(source, int.from_bytes(length, "big")))
                if body[1] == kind | 0x80 and body[6:8] == bytes(2):
                    body[-1] ^= 1
                target.sendall(length + body)
    except (EOFError, OSError):
        client.close()
        keeper.close()


def main():
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(sys.argv[2])
    listener.listen()
    while True:
        client, _ = listener.accept()
        keeper = socket.socket(socket.AF_UNIX)
        keeper.connect(sys.argv[1])
        threading.Thread(target=serve, args=(client, keeper, int(sys.argv[3])), daemon=True).start()


main()
