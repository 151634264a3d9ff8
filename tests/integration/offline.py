#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Asservat authors
"""offline.py COMMAND…: without any network (LAW L9): the command runs where there is no interface, not even the machine's own. It must
do what it does anyway, and nothing that it starts may so much as try to reach an address, or to have a name looked up: the kernel counts
the tries that find no way, of IPv4. Those of IPv6 find no address to come from, and nobody counts them.
"""
import os
import socket
import subprocess
import sys
from pathlib import Path

INSIDE = "ASV_TEST_OFFLINE"


def tries():
    """Packets that had nowhere to go."""
    names, values = [line.split() for line in Path("/proc/net/snmp").read_text().splitlines() if line.startswith("Ip:")]
    return int(values[names.index("OutNoRoutes")])


def they_are_counted():
    for address in ("192.0.2.1", "127.0.0.1"):  # RFC 5737; this machine
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
            before = tries()
            with socket.socket(socket.AF_INET, kind) as to:
                assert to.connect_ex((address, 53)) != 0, f"{address} can be reached"
            assert tries() > before, f"a try to reach {address} is not counted"


def main():
    if not os.environ.get(INSIDE):
        if subprocess.run(["unshare", "-n", "true"], stderr=subprocess.DEVNULL, check=False).returncode != 0:
            print("skipped: this machine lets nobody make a network namespace (unshare -n)")
            sys.exit(77)
        os.execvpe("unshare", ["unshare", "-n", sys.executable, *sys.argv], os.environ | {INSIDE: "1"})
    assert [name for _, name in socket.if_nameindex()] in ([], ["lo"]), "there is a network"
    they_are_counted()
    before = tries()
    done = subprocess.run(sys.argv[1:], check=False)
    if tries() != before:
        sys.exit(f"FAILED: something tried {tries() - before} times to reach an address")
    sys.exit(done.returncode)


main()
