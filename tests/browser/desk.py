#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Asservat authors
"""desk.py BUILD [--hold | --docs] [STEP…]: people at their desks, in a browser, on the site of incident.py: a real database, vault and
keeper, and asservatd under the origin that their authenticators know. desk.mjs plays them. With --hold nobody does: the site stays until
its input ends, for whoever looks around.
"""
import base64
import json
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests/integration"))
import proofs  # noqa: E402
import statements  # noqa: E402

PEOPLE = ("anna", "sigrid", "willi", "rita", "doris", "stefan")
SKIPPED = 77
PASSWORD = "vom Amt gewählt, 1. Mal"


def skip(why):
    print(f"skipped: {why}")
    sys.exit(SKIPPED)


def free_port():
    """What is asked for by its number must be known before it listens: the origin stands in the keeper's configuration, too."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


def key(who):
    """For Chromium's virtual authenticator."""
    der = subprocess.run(["openssl", "pkcs8", "-topk8", "-nocrypt", "-in", who.key, "-outform", "DER"], check=True, stdout=subprocess.PIPE).stdout
    return {"id": base64.b64encode(who.id).decode(), "key": base64.b64encode(der).decode()}


def play(rig):
    port = free_port()
    statements.HOST, statements.ORIGIN = "localhost", f"http://localhost:{port}"
    desk, _, clips = statements.site.set_up(rig, statements.record)
    people = {name: key(statements.Authenticator(desk, name)) for name in PEOPLE}
    secret = desk.keys / "password"
    secret.write_text(PASSWORD + "\n")
    secret.chmod(0o600)
    desk.person("petra", "1010", "staff_council")
    desk.enrol("petra", "anna", "sigrid")
    desk.run("user", "password", "petra", "petra", "--passphrase-file", secret)
    ledger = proofs.Ledger(desk)
    ledger.begin()
    ledger.sequence()
    ledger.publish()
    web = statements.Server(desk, listen=f"127.0.0.1:{port}", console=TOP / "server/console", dock__status=desk.site.status,
                            ledger=ledger.work / "published" / proofs.ORIGIN.partition("/")[0])
    site = {"origin": statements.ORIGIN, "people": people, "clips": clips, "password": PASSWORD, "case": statements.site.CASE, "trust": str(ledger.trust)}
    try:
        if "--hold" in sys.argv:
            print(json.dumps(site, indent=1), flush=True)
            sys.stdin.read()
            return
        done = subprocess.run(["node", Path(__file__).with_suffix(".mjs"), *sys.argv[1:]], env=os.environ | {"ASV_TEST_SITE": json.dumps(site)})
        assert done.returncode == 0, f"desk.mjs: {done.returncode}\n{web.daemon.tail()}"
    finally:
        web.stop()


if __name__ == "__main__":
    if shutil.which("node") is None or not Path("/usr/bin/chromium").exists() or not (TOP / "tests/node_modules/playwright-core").exists():
        skip("there is no browser, or what drives it (deploy/dependencies browser)")
    statements.site.main(play, "asservat-desk.")
