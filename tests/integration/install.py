#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Asservat authors
#
# install.py BUILD: what is installed fits together: the programs that the units start, their users, their pages, the paths
# that the pages and the configuration name; and systemd understands every line of the units.
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]


def settings(unit):
    """The unit's lines, the last of a key counts."""
    return dict(line.split("=", 1) for line in unit.read_text().splitlines() if "=" in line and line[0] != "#")


def check_lines(root, unit):
    if shutil.which("systemd-analyze") is None:
        return
    said = subprocess.run(["systemd-analyze", "verify", "--man=no", f"--root={root}", unit.name], capture_output=True,
                          text=True, check=False).stderr
    assert "ignoring" not in said and "bad unit file" not in said, said


def check_service(root, unit, users):
    lines = settings(unit)
    program = root / lines["ExecStart"].split()[0].lstrip("/")
    assert os.access(program, os.X_OK), f"{unit.name}: {program} is not installed"
    shown = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    assert program.name in shown, f"{program.name} --version: {shown}"
    page = lines["Documentation"].removeprefix("file://").lstrip("/")
    assert (root / page).is_file(), f"{unit.name}: {page} is not installed"
    for key in ("User", "Group", "SupplementaryGroups"):
        for name in lines.get(key, "root").split():
            assert name in users | {"root"}, f"{unit.name}: {key}={lines[key]} is not made"


def check_users(units, root):
    """No unit shares its user: one that is taken over is not another. Who talks to strangers does not reach the keeper."""
    users = [settings(unit).get("User") for unit in units if unit.suffix == ".service"]
    own = [user for user in users if user != "root"]
    assert None not in own and len(own) == len(set(own)), f"two units have one user: {own}"
    members = [line.split()[1:3] for line in (root / "usr/lib/sysusers.d/asservat.conf").read_text().splitlines() if line[:2] == "m "]
    for user in ("asv-cosign", "asv-publish", "asv-witness"):
        assert user in own and all(member != user for member, _ in members), f"{user}: {own}, {members}"
        unit = next(unit for unit in units if settings(unit).get("User") == user)
        assert "SupplementaryGroups" not in settings(unit) and settings(unit)["Group"] == user, unit.name
    # LG-102: who reads what a hostile owner of the database sends can do nothing but read what is sealed, and ask the keeper.
    check = settings(next(unit for unit in units if unit.name == "asservat-ledger-verify.service"))
    assert check["User"] == check["Group"] == "asv-verify" and check["CapabilityBoundingSet"] == "", check
    assert set(check["SupplementaryGroups"].split()) == {"asv-keys", "asv-vault"} and "ReadWritePaths" not in check, check
    page = (root / "usr/share/doc/asservat/INSTALLATION.md").read_text()  # LG-107
    assert "asservat  asv-verify asv_check" in page and "peer.asv-verify = check" in page, "it is let in as somebody else"
    # K-219: keys leave to this account, which nobody else is.
    build = settings(next(unit for unit in units if unit.name == "asservat-handover.service"))
    assert build["User"] == build["Group"] == "asv-export" and build["CapabilityBoundingSet"] == "", build
    assert build["ReadWritePaths"] == "/var/lib/asservat/handover", build
    named = re.search(r"^\| `handover.documents` \| `([^`]+)`", (root / "usr/share/doc/asservat/ADMINISTRATION.md").read_text(), re.M)
    assert named and os.access(root / named[1].lstrip("/"), os.X_OK), named
    assert "asservat  asv-export asv_export" in page and "peer.asv-export = export" in page, "it is let in as somebody else"
    for path in re.findall("%d/([^ ]+)", check["ExecStart"]):
        assert f"LoadCredential={path}:/var/lib/asservat/agency/" in (root / "usr/lib/systemd/system/asservat-ledger-verify.service").read_text()


def check_web(units, root):
    """A-015: who serves strangers sees what the dock says of its slots, reads the vault, says to the keeper what people signed, and no more."""
    lines = (root / "usr/lib/sysusers.d/asservat.conf").read_text().splitlines()
    groups = [line.split()[2] for line in lines if line.split()[:2] == ["m", "asv-web"]]
    assert groups == ["asv-board", "asv-desk", "asv-keys", "asv-vault", "asv-play"], groups
    unit = settings(next(unit for unit in units if unit.name == "asservatd.service"))
    assert unit["User"] == unit["Group"] == "asv-web" and "SupplementaryGroups" not in unit, unit
    assert {"-/var/lib/asservat/keeper", "-/var/lib/asservat/agency"} <= set(unit["InaccessiblePaths"].split()), unit
    assert unit["CapabilityBoundingSet"] == "" and unit["ProtectSystem"] == "strict", unit
    assert (root / "usr/share/doc/asservat/nginx/asservat.conf").is_file()
    console = root / "usr/share/asservat/console"
    assert {file.name for file in console.iterdir()} == {file.name for file in (TOP / "server/console").iterdir()}
    named = re.search(r"^\| `console` \| `([^`]+)`", (root / "usr/share/doc/asservat/API.md").read_text(), re.M)
    assert named and root / named[1].lstrip("/") == console, named


def check_media(units, root):
    """M-004, M-019: who reads media with libavformat has a socket, which the web server and the job of hand-overs alone reach, and nothing else."""
    socket = settings(next(unit for unit in units if unit.name == "asservat-media.socket"))
    assert socket["Accept"] == "yes" and socket["SocketGroup"] == "asv-play" and socket["SocketMode"] == "0660" and "SocketUser" not in socket, socket
    named = re.search(r"^\| `media` \| `([^`]+)`", (root / "usr/share/doc/asservat/API.md").read_text(), re.M)
    assert named and named[1] == socket["ListenStream"], named
    unit = settings(next(unit for unit in units if unit.name == "asservat-media@.service"))
    assert unit["User"] == unit["Group"] == "asv-media" and "SupplementaryGroups" not in unit, unit
    lines = (root / "usr/lib/sysusers.d/asservat.conf").read_text().splitlines()
    assert not [line for line in lines if line.split()[:2] == ["m", "asv-media"]]
    assert sorted(line.split()[1] for line in lines if line.split()[2:] == ["asv-play"] and line[0] == "m") == ["asv-export", "asv-web"]
    assert unit["StandardInput"] == "socket" and unit["PrivateNetwork"] == "yes" and unit["CapabilityBoundingSet"] == "", unit
    assert unit["MemorySwapMax"] == "0" and "MemoryMax" in unit and "RuntimeMaxSec" in unit and "ReadWritePaths" not in unit, unit


def check_libraries(root):
    """HD-018: who makes documents, and who reads media, has the libraries for it; whatever else runs, with keys in its memory or often, has none."""
    for program in (root / "usr/bin").iterdir():
        needs = subprocess.run(["ldd", program], capture_output=True, text=True, check=False).stdout
        has = bool(re.search(r"^\s*lib(cairo|pango|fontconfig|qpdf|xml2|avformat|avcodec)", needs, re.M))
        assert has == (program.name in ("asservat-documents", "asservat-media")), f"{program.name}: {needs}"


def check_links(page):
    for link in re.findall(r"\]\(([^)#:\s]+)\)", page.read_text()):
        assert (page.parent / link).exists(), f"{page}: {link}"


def main():
    with tempfile.TemporaryDirectory(prefix="asv-install.") as name:
        root = Path(name)
        subprocess.run(["cmake", "--install", sys.argv[1], "--prefix", "/usr"], check=True, stdout=subprocess.DEVNULL,
                       env=dict(os.environ, DESTDIR=name))
        lib = root / "usr/lib"
        users = {line.split()[1] for line in (lib / "sysusers.d/asservat.conf").read_text().splitlines()
                 if line[:2] in ("u ", "g ")}
        units = sorted((lib / "systemd/system").iterdir())
        assert [unit.name for unit in units] == ["asservat-alert.service", "asservat-alert.timer",
                                                 "asservat-backup.service", "asservat-backup.timer",
                                                 "asservat-cosign.service",
                                                 "asservat-dockd.service", "asservat-handover.service", "asservat-handover.timer", "asservat-keeper.service",
                                                 "asservat-ledger-verify.service", "asservat-ledger-verify.timer",
                                                 "asservat-ledger.service", "asservat-media.socket",
                                                 "asservat-media@.service", "asservat-publish.service",
                                                 "asservat-publish.timer",
                                                 "asservat-retention.service", "asservat-retention.timer",
                                                 "asservat-scrub.service", "asservat-scrub.timer",
                                                 "asservat-witness.service", "asservatd.service"], units
        for unit in units:
            check_lines(root, unit)
            if unit.suffix == ".service":
                check_service(root, unit, users)
        check_users(units, root)
        check_web(units, root)
        check_media(units, root)
        check_libraries(root)
        assert 'GROUP="asv-dock"' in (lib / "udev/rules.d/70-asservat.rules").read_text()
        assert (lib / "modprobe.d/asservat.conf").is_file()
        made = [line.split()[1:5] for line in (lib / "tmpfiles.d/asservat.conf").read_text().splitlines() if line[:2] == "d "]
        for path, _, user, group in made:
            assert user in users | {"root"} and group in users | {"root"}, f"tmpfiles.d: {path} of {user}:{group}"
        assert ["/var/lib/asservat/vault", "2750", "asv-dock", "asv-vault"] in made, made
        assert (root / "usr/share/asservat/policies/nrw-ordnungsamt.json").is_file()
        keeper = settings(lib / "systemd/system/asservat-keeper.service")
        for page in ("KEEPER.md", "DOCK.md", "ADMINISTRATION.md"):
            named = re.findall(r"^\|[^|]*`(?:keeper\.)?(?:socket|keeper)`[^|]*\| `(/run/[^`]+)`",
                               (root / "usr/share/doc/asservat" / page).read_text(), re.M)
            assert named and all(Path(path).parent == Path("/run", keeper["RuntimeDirectory"]) for path in named), \
                f"{page}: {named}"
        for page in (TOP / "docs").glob("*.md"):
            check_links(page)
        check_links(TOP / "README.md")
    print("ok")


if __name__ == "__main__":
    main()
