#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Asservat authors
#
# key_files.py BUILD SEARCH: after a whole shift, no key of the keeper is in any file of the site but its own: not in the
# database's tables, indexes and WAL, not in a dump of it, not in vault, mirror, logs and cameras. LAW T5, K-001. What is
# searched is what every backup is made of.
import subprocess
import sys
import tempfile
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "deploy/lib"))
from asvsite import Postgres, run  # noqa: E402

BUILD, SEARCH = sys.argv[1:3]


def search(site, *but):
    keeper = site / "keeper"
    done = subprocess.run([SEARCH, keeper / "store", keeper / "slot-1", keeper / "slot-2", site, *but],
                          stdout=subprocess.PIPE, text=True)
    print(done.stdout, end="")
    assert done.returncode in (0, 1), done.returncode
    return done.returncode == 1, done.stdout


def dump(site):
    postgres = Postgres(site / "postgres")
    postgres.start()
    try:
        for form in ("plain", "directory"):
            run("pg_dump", "--format", form, "--compress", "0", "--file", site / f"dump.{form}", "-h",
                site / "postgres/run", "-U", "postgres", "asservat")
    finally:
        postgres.stop()
    assert "COPY asv.recording" in (site / "dump.plain").read_text(), "the dump has no recordings"


def main():
    with tempfile.TemporaryDirectory(prefix="asv-keys.") as above:
        Path(above).chmod(0o755)
        site = Path(above) / "site"
        subprocess.run([sys.executable, TOP / "deploy/lib/shift.py", "--build", BUILD, "--cameras", "5", "--no-wait", "--json",
                        "--dir", site], stdout=subprocess.DEVNULL, check=True)
        dump(site)
        found, said = search(site, site / "keeper")
        assert not found, said
        found, said = search(site)  # and it would be found: the slots hold the master as it is
        assert found and "found: master" in said, said
        (site / "log" / "careless").write_text((site / "keeper" / "slot-1").read_bytes()[:8192].hex())
        found, said = search(site, site / "keeper")
        assert found, "a key in digits was not found"


main()
