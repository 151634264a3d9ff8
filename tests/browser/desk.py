#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Asservat authors
"""desk.py BUILD [--hold | --docs] [STEP…]: people at their desks, in a browser, on the site of incident.py: a real database, vault and
keeper, and asservatd under the origin that their authenticators know. desk.mjs plays them. With --hold nobody does: the site stays until
its input ends, for whoever looks around; each line of it starts asservatd anew, with the console as it is then.
"""
import base64
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests/integration"))
import proofs  # noqa: E402
import statements  # noqa: E402
from day import bring_lost  # noqa: E402
from asvsite import free_port  # noqa: E402, found by statements

PEOPLE = ("anna", "sigrid", "willi", "rita", "doris", "stefan")
SKIPPED = 77
PASSWORD = "vom Amt gewählt, 1. Mal"
WATCHED = dict(seconds=90, size="640x360", rate="800k")  # long enough to jump in
MARKED = [word for at in ("4000:display-on", "7000:announced", "20000:marker", "60000:marker") for word in ("--at", at)]
NOISE = dict(seconds=2, size="160x90", rate="200k")  # which is no video


def skip(why):
    print(f"skipped: {why}")
    sys.exit(SKIPPED)


def key(who):
    """For Chromium's virtual authenticator."""
    der = subprocess.run(["openssl", "pkcs8", "-topk8", "-nocrypt", "-in", who.key, "-outform", "DER"], check=True, stdout=subprocess.PIPE).stdout
    return {"id": base64.b64encode(who.id).decode(), "key": base64.b64encode(der).decode()}


def count_months(desk):
    """Four months of two units, of which one is too small to be told of in the third (A-122)."""
    desk.sql("""INSERT INTO asv.evaluation_month (month, minimum, log, size)
        SELECT date '2026-03-01' + make_interval(months => n), 5, k.log, k.size FROM generate_series(0, 3) AS n,
               (SELECT log, size FROM asv.ledger_checkpoint ORDER BY size DESC LIMIT 1) AS k;
        INSERT INTO asv.evaluation_count (month, unit, figure, count, people)
        SELECT m.month, u.unit, f.name, f.most * u.part / 100 * (40 + extract(month FROM m.month)::int % 4 * 20) / 100,
               CASE WHEN f.people <> 'public' THEN u.part / CASE WHEN u.unit = '32-5' AND m.month = '2026-05-01' THEN 9 ELSE 3 END END
        FROM asv.evaluation_month m CROSS JOIN (VALUES ('32-3', 70), ('32-5', 30), (NULL, 100)) AS u (unit, part)
        CROSS JOIN (SELECT g.*, (ARRAY[391, 34, 12, 9, 11, 4, 8, 2, 7, 5, 6, 3])[g.position] AS most FROM asv.evaluation_figure g) AS f
        WHERE f.people <> 'public' OR u.unit IS NULL;""")


def record(rig):
    """Besides: one with something on its time line, one whose pictures are none, and one of a day that no clock tells."""
    bring_lost(rig, 1)
    path = rig.site.video.make(**NOISE)
    data = bytearray(path.read_bytes())
    at = data.find(b"mdat")
    while at >= 0:
        end = at - 4 + int.from_bytes(data[at - 4:at], "big")
        data[at + 4:end] = b"\xa5" * (end - at - 4)
        at = data.find(b"mdat", end)
    path.write_bytes(data)
    return statements.record(rig, (WATCHED, *MARKED), (NOISE,))


def listen(desk):
    """Where the browser's tests have somebody use the command line: a line of JSON, [person, [word, …]], is answered with [status, what it said]; without
    a person it is a statement of the database, as a job says it."""
    where = desk.site.directory / "desk.sock"
    server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    server.bind(str(where))
    server.listen()

    def serve():
        while True:
            link, _ = server.accept()
            with link, link.makefile("rw") as lines:
                for line in lines:
                    who, words = json.loads(line)
                    if who is None:
                        lines.write(json.dumps([0, desk.sql(*words)]) + "\n")
                    else:
                        status, out, err = desk.call(*words, *desk.by(who))
                        lines.write(json.dumps([status, out.decode() + err]) + "\n")
                    lines.flush()

    threading.Thread(target=serve, daemon=True).start()
    return str(where)


def play(rig):
    port = free_port()
    statements.HOST, statements.ORIGIN = "localhost", f"http://localhost:{port}"
    desk, _, _ = statements.site.set_up(rig, record)
    clips = [clip for clip, in desk.sql("SELECT clip FROM asv.clip WHERE day IS NOT NULL ORDER BY number")]
    lost = desk.sql("SELECT clip FROM asv.clip WHERE day IS NULL")[0][0]
    desk.run("camera", "issued", lost, "--user", "willi")  # recorded without an assignment, nor was the camera of a unit:
    desk.sql("SET session_replication_role = replica; UPDATE asv.clip SET unit = '32-3' WHERE day IS NULL")
    people = {name: key(statements.Authenticator(desk, name)) for name in PEOPLE} | {"erika": key(statements.an_exporter(desk))}
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
    count_months(desk)
    web = statements.Server(desk, listen=f"127.0.0.1:{port}", console=TOP / "server/console", dock__status=desk.site.status,
                            ledger=ledger.work / "published" / proofs.ORIGIN.partition("/")[0])
    recipient = subprocess.run(["age-keygen", "-y", desk.keys / "recovery"], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
    site = {"origin": statements.ORIGIN, "recipient": recipient, "people": people, "clips": clips, "lost": lost, "password": PASSWORD, "case": statements.site.CASE, "desk": listen(desk),
            "directory": str(desk.site.directory), "trust": str(ledger.trust)}
    try:
        if "--hold" in sys.argv:
            print(json.dumps(site, indent=1), flush=True)
            for _ in sys.stdin:
                web.stop()
                web.log.unlink()
                web.start()
            return
        done = subprocess.run(["node", Path(__file__).with_suffix(".mjs"), *sys.argv[1:]], env=os.environ | {"ASV_TEST_SITE": json.dumps(site)})
        assert done.returncode == 0, f"desk.mjs: {done.returncode}\n{web.daemon.tail()}"
    finally:
        web.stop()


if __name__ == "__main__":
    if shutil.which("node") is None or not Path("/usr/bin/chromium").exists() or not (TOP / "tests/node_modules/playwright-core").exists():
        skip("there is no browser, or what drives it (deploy/dependencies browser)")
    statements.site.main(play, "asservat-desk.")
