#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Asservat authors
"""handover_run.py BUILD: what two people decided to hand over is made by the job, with a real vault, database, ledger and keeper: killed
at every step that is durable, with a full disk, cancelled, time-stamped; opened with the recipient's key by stock tools; and written to media.
"""
import base64
import ctypes
import fcntl
import http.server
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import uuid
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from handover import COURT, age_key, as_if, certificate, created, held, registered, row_of, shown, signed_time  # noqa: E402
from incident import at, incident, main, set_up  # noqa: E402
from notes import die_at  # noqa: E402
from proofs import Ledger  # noqa: E402
from asvsite import Media  # noqa: E402


class Job:
    def __init__(self, desk):
        self.desk, self.site = desk, desk.site
        self.directory = self.site.write_handover_conf()
        self.preload = die_at(sys.argv[1])

    def run(self, status=0, **env):
        code, out, err = self.desk.call("handover", "run", env=dict(os.environ, **env) if env else None)
        assert code == status, f"handover run: {code}: {out.decode()} {err}"
        return out.decode() + err

    def again(self, handover):
        """HO-019: without waiting."""
        assert "begins again" in self.desk.run("handover", "again", handover, *self.desk.account("erika"))

    def sh(self, handover, line):
        done = subprocess.run(["bash", "-ec", line], cwd=self.directory / handover, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        assert done.returncode == 0, f"{line}: {done.stdout}"
        return done.stdout


def approved(desk, *words, to=COURT):
    handover, _ = created(desk, "erika", *words, "--to", to)
    desk.act("sigrid", "handover", "approve", handover)
    return handover


def it_waits_for_the_ledger(desk, job, ledger, handover):
    """HO-046: what goes out has its place there, or nothing goes out."""
    assert "the ledger has no place yet" in job.run(1)
    ends(desk, handover, "building", "no place yet")
    ledger.sequence()
    job.run()  # not at once
    ends(desk, handover, "building", "no place yet")
    job.again(handover)


def ends(desk, handover, state, why, cause=None):
    """HO-055, HO-140: why, of which kind that is, and whether it begins again by itself."""
    one = shown(desk, handover)
    assert one["cause"] == (cause or one["cause"]) != "", one
    assert one["state"] == row_of(desk, handover)["state"] == state and why in one["error"] and (one["again"] is None) == (state == "failed"), one
    assert ("when somebody says so" in desk.run("handover", "show", handover)) == (state == "failed")


def nothing_goes_out_that_the_root_does_not_certify(job):
    """HO-125, PK-061, LG-148"""
    keeper, kept = job.site.agency / "keeper", {}
    for name in "package.chain", "ledger.chain":
        kept[name] = (keeper / name).read_bytes()
    for name, other in ("package.chain", "ledger.chain"), ("ledger.chain", "package.chain"):
        (keeper / name).unlink()
        said = job.run(1)
        assert f"{name}: is not there" in said and "keys certify" in said, said
        (keeper / name).write_bytes(kept[other])
        said = job.run(1)
        assert f"{name}: " in said and "another role" in said and "keys certify" in said, said
        (keeper / name).write_bytes(kept[name])


def heads_by_another_key_go_nowhere(desk, job, ledger, clip):
    """LG-148: the ledger's key is never replaced. Were it, what the old one signed would be refused, and nothing of it made."""
    keeper, handover = job.site.agency / "keeper", approved(desk, f"{clip}=sealed")
    ledger.sequence()
    kept = {name: (keeper / name).read_bytes() for name in ("ledger.pub", "ledger.chain")}
    other = subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-outform", "DER"], check=True, stdout=subprocess.PIPE).stdout
    public = subprocess.run(["openssl", "pkey", "-inform", "DER", "-pubout", "-outform", "DER"], input=other, check=True, stdout=subprocess.PIPE).stdout[-32:]
    (keeper / "ledger.pub").write_bytes(base64.b64encode(b"\1" + public) + b"\n")
    desk.run("keys", "certify", "--passphrase-file", job.site.directory / "passphrase")
    assert (keeper / "ledger.chain").read_bytes() != kept["ledger.chain"]
    said = job.run(1)
    assert "none that the ledger's key signed" in said and "never replaced" in said, said
    ends(desk, handover, "failed", "none that the ledger's key signed", "trust")
    assert not (job.directory / handover / "carrier.zip").exists()
    ledger.verify(1, "head of [0-9]+: ")
    for name, data in kept.items():
        (keeper / name).write_bytes(data)
    ledger.verify()
    job.again(handover)
    job.run()
    assert row_of(desk, handover)["state"] == "built"
    desk.act("erika", "handover", "cancel", handover)


def whoever_is_killed_goes_on(desk, job, handover, clip):
    """HO-040, HO-041, HO-045"""
    if job.preload is None:
        job.run()
        return
    assert "No space" in job.run(1, LD_PRELOAD=job.preload, ASV_TEST_DISK_FULL="1")
    ends(desk, handover, "building", "No space", "full")
    job.again(handover)
    died, at = 0, 1
    while True:
        code, out, err = desk.call("handover", "run", env=dict(os.environ, LD_PRELOAD=job.preload, ASV_TEST_DIE_AT=str(at)))
        if code == 0:
            break
        assert code == -signal.SIGKILL, f"{code}: {out.decode()} {err}"
        died += 1
        at += 1 + at // 4
    assert died >= 8, died
    assert row_of(desk, handover)["state"] == "built"
    assert "handover_built" in desk.events(clip)
    besides = [name for name in os.listdir(job.directory / handover / "filing") if not name[:3].isdigit()]
    assert len(besides) == 2 * (15 + 2) + 1, f"what asv_handover_can_file counts, one camera's links and the revocations: {sorted(besides)}"  # HO-018
    assert sorted(os.listdir(job.directory / handover)) == ["carrier.zip", "filing"], "nothing else stays"
    assert (job.directory / handover).stat().st_mode & 0o777 == 0o700
    job.run()  # there is nothing to do


def stock_tools_open_it(desk, job, handover, key):
    """HO-032, HO-033, HO-046, HO-048"""
    job.sh(handover, "unzip -q carrier.zip -d bag; cd bag; sha256sum --quiet -c manifest-sha256.txt; "
                     f"openssl cms -verify -cades -binary -inform DER -in META-INF/signature.p7s -content META-INF/ASiCManifest.xml "
                     f"-CAfile {job.site.agency}/keeper/package.crt -purpose any -out /dev/null")
    bag = job.directory / handover / "bag/data"
    facts = json.loads((bag / "facts.json").read_text())
    assert facts["agency"]["address"] == ["Königstraße 63", "47051 Duisburg"] and facts["authority"]["code"] == "R1200S"
    assert facts["requested"]["name"] == "erika" and facts["approved"]["name"] == "sigrid"
    assert facts["incident"]["version"] == 4 and "changed_at" not in facts["incident"], facts["incident"]
    for i, clip in enumerate(facts["clips"], 1):
        place = bag / f"recordings/{i:03}"
        opened = subprocess.run(["age", "-d", "-i", key, place / "sealed.age"], stdout=subprocess.PIPE, check=True).stdout
        assert ("playable" in clip) == (place / "playable.mp4").exists() == (place / "file.key").exists()
        if "playable" in clip:
            assert opened == (place / "playable.mp4").read_bytes()
            is_probed(clip, place / "playable.mp4")
        else:
            assert "probe" not in clip and "not_checked" in {c["result"] for c in clip["checks"] if c["check"] == "Technische Angaben"}
        assert clip["integrity"] == "VALID" and {c["result"] for c in clip["checks"]} <= {"passed", "not_checked"}, clip["checks"]
        entries = {f.name[:-len(".entry")] for f in (bag / "ledger").glob("*.entry")}
        for event in clip["custody"]:
            assert f"{event['log']}-{event['leaf']:012}-{event['kind']}" in entries, event
        assert {"committed", "handover_approved"} <= {event["kind"] for event in clip["custody"]}
    done = subprocess.run([job.site.bin("asservat-verify"), bag / "ledger", "--ledger", job.site.directory / "ledger/trust", "--trust", bag / "trust/root.cert"],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert done.returncode == 0, done.stdout
    output, = [e for e in shown(desk, handover)["history"] if e["kind"] == "output" and e["what"] == "carrier"]
    verifies(job, handover)
    assert output["digest"] == job.sh(handover, "sha256sum carrier.zip").split()[0]


def is_probed(clip, file):
    """HO-052, as ffprobe says it."""
    said = json.loads(subprocess.run(["ffprobe", "-v", "error", "-of", "json", "-show_streams", file], check=True, stdout=subprocess.PIPE).stdout)["streams"]
    probe = clip["probe"]
    assert probe["program"] == "asservat-media" and probe["format"] == "mov" and len(said) == len(probe["streams"]), probe
    for ours, theirs in zip(probe["streams"], said):
        assert (ours["kind"], ours["codec"]) == (theirs["codec_type"], theirs["codec_name"]), (ours, theirs)
        assert ours["kind"] != "video" or (ours["width"], ours["height"]) == (theirs["width"], theirs["height"]), (ours, theirs)
        assert ours["kind"] != "audio" or (ours["rate"], ours["channels"]) == (theirs["sample_rate"], theirs["channels"]), (ours, theirs)


def of_the_others_goes_a_number(desk, job, handover, clips):
    """HO-050, HO-009: what the camera recorded besides is numbered and timed, and nothing else of it is there."""
    bag = job.directory / handover / "bag/data"
    facts = json.loads((bag / "facts.json").read_text())
    series, = facts["series"]
    fates = {n["number"]: n["fate"] for n in series["numbers"]}
    here = {c["number"] for c in facts["clips"]}
    assert {n for n, fate in fates.items() if fate == "handed_over"} == here and "kept" in fates.values(), fates
    assert series["gapless"] and list(fates) == list(range(min(fates), max(fates) + 1)) and (bag / "links/001").exists(), series
    whole = b"".join(f.read_bytes() for f in sorted(bag.rglob("*")) if f.is_file())
    others = desk.sql(f"""SELECT c.clip::text, c.recording::text, encode(c.header, 'hex'), encode(c.root, 'hex'), encode(c.seal_digest, 'hex'), encode(c.link_digest, 'hex')
        FROM asv.clip c WHERE c.clip::text NOT IN ({", ".join(f"'{c['clip']}'" for c in facts["clips"])})""")
    assert len(others) >= 1
    for value in (value for row in others for value in row):
        assert value.encode() not in whole and bytes.fromhex(value.replace("-", "")) not in whole, value
    text = job.sh(handover, "pdftotext -layout bag/data/Gewahrsamsbericht_*.pdf -")
    assert "gibt es keine" in text and "versiegelt verwahrt, nicht gesichert" in text


def checked(job, handover, *names, status=0):
    """As the court checks it: the agency's id is enough (HO-123), and the ledger's trust file may be there, too (HO-124)."""
    known = "--trust", job.site.agency_id(), "--identity", job.desk.keys / "court 1", "--json"
    for more in (), ("--ledger", job.site.directory / "ledger/trust"):
        done = subprocess.run([job.site.bin("asservat-verify"), *(job.directory / handover / name for name in names), *known, *more],
                              stdout=subprocess.PIPE, text=True)
        assert done.returncode == status, done.stdout
    return json.loads(done.stdout)


def verifies(job, handover):
    assert checked(job, handover, "carrier.zip")["verdict"] == "VALID"
    if (job.directory / handover / "filing").exists():  # PK-062: with the same extract of the ledger
        assert checked(job, handover, "filing")["ledger"]["heads"]


def unwritten(desk, handover):
    """As if the job had been killed before it wrote down what it had made."""
    desk.sql(f"""SET session_replication_role = replica; DELETE FROM asv.handover_output WHERE handover = '{handover}';
        UPDATE asv.handover_build SET stage = 'packing', done = 0 WHERE handover = '{handover}'""")


def what_is_not_good_does_not_count(desk, job, ledger, handover):
    """HO-048, HO-057: of what is not written down yet."""
    unwritten(desk, handover)
    carrier = job.directory / handover / "carrier.zip"
    data = bytearray(carrier.read_bytes())
    data[data.index(b"moof", data.index(b"playable.mp4")) + 1000] ^= 1
    carrier.write_bytes(data)
    fault = checked(job, handover, "carrier.zip", status=1)["fault"]
    said = job.run(1)
    assert f"carrier.zip: is not good, and was removed: {fault['file']}: {fault['meaning']} ({fault['kind']}: " in said and "recordings/001/" in fault["file"], (said, fault)
    ends(desk, handover, "failed", f"{fault['file']}: ")
    assert not carrier.exists()
    ledger.sequence()
    job.again(handover)
    job.run()
    unwritten(desk, handover)
    bad = next((job.directory / handover / "filing").glob("Stammzertifikat_*.cert"))
    bad.write_bytes(bad.read_bytes()[:-1])
    fault = checked(job, handover, "filing", status=1)["fault"]
    said = job.run(1)
    assert f"filing: is not good, and was removed: {fault['file']}: {fault['meaning']} ({fault['kind']}: {fault['detail']})" in said and bad.name in fault["file"], (said, fault)
    ends(desk, handover, "failed", "filing: is not good")
    assert shown(desk, handover)["done"] == 2, "HO-160"
    assert [e["what"] for e in shown(desk, handover)["history"] if e["kind"] == "output"] == ["carrier"]
    job.run()
    ends(desk, handover, "failed", "filing: is not good")
    ledger.sequence()
    job.again(handover)
    job.run()
    assert row_of(desk, handover)["state"] == "built"
    for who, why in (("erika", "the job did not end with it, and there is nothing to begin again: it is built"), ("rita", "by whoever may propose a hand-over")):
        status, _, err = desk.call("handover", "again", handover, *desk.account(who))
        assert status == 1 and why in err and "database" not in err, (who, err)  # HO-141


def a_filing_that_cannot_be_keeps_no_carrier(desk, job, ledger, clip):
    """HO-056, HO-055, HO-019: whose code nobody knows cannot be filed to."""
    registered(desk, "Amtsgericht Duisburg", age_key(desk, "court 2"))
    handover = approved(desk, f"{clip}=sealed", "--output", "both", to="Amtsgericht Duisburg")
    ledger.sequence()
    assert "code" in job.run(1)
    ends(desk, handover, "failed", "code")
    assert [e["what"] for e in shown(desk, handover)["history"] if e["kind"] == "output"] == ["carrier"]
    assert "written" in written(job, handover, "DVD 3")[0]
    job.run()  # it is not begun again
    two_cancel(desk, handover)


def what_is_mended_goes_on(desk, job, ledger, clip):
    """HO-055, HO-140, HO-142: a source that changed, then a program that is not there; with both mended it is made."""
    handover = approved(desk, clip)
    ledger.sequence()
    payload = next(path for path in (job.site.directory / "vault").rglob("payload") if clip in str(path))
    kept, mode = payload.read_bytes(), payload.stat().st_mode & 0o777
    payload.chmod(0o600)
    payload.write_bytes(kept[:70000] + bytes([kept[70000] ^ 1]) + kept[70001:])
    job.run(1)
    ends(desk, handover, "failed", "", "differs")
    assert "vault scrub" in desk.run("handover", "show", handover)
    assert not (job.directory / handover / "carrier.zip").exists()
    job.run()  # it is given up, and keeps nothing else waiting
    payload.write_bytes(kept)
    payload.chmod(mode)
    job.again(handover)
    conf = job.site.conf.read_text()
    job.site.conf.write_text("".join(f"{line}\n" for line in conf.splitlines() if "handover.documents" not in line) + "handover.documents = /no/such/program\n")
    job.run(2)
    ends(desk, handover, "building", "/no/such/program is not installed", "setup")
    job.site.conf.write_text(conf)
    job.again(handover)
    job.run()
    assert row_of(desk, handover)["state"] == "built"
    desk.act("erika", "handover", "cancel", handover)


def what_cannot_be_made_is_given_up(desk, job, ledger, clip):
    """HO-055, HO-140: an excerpt of nothing, whose recording's time nobody knew, and a letter that no font has."""
    with as_if(desk, clip, earliest_at="NULL"):
        handover = approved(desk, f"{clip}=900-901")
    ledger.sequence()
    job.run(1)
    ends(desk, handover, "failed", "it shows nothing from 900000 to 901000 ms", "plan")
    assert not (job.directory / handover / "carrier.zip").exists()
    desk.act("erika", "handover", "cancel", handover)
    handover = approved(desk, f"{clip}=sealed")
    ledger.sequence()
    change = "SET session_replication_role = replica; UPDATE asv.incident_version SET accused = {}"
    kept, = desk.sql(f"SELECT v.accused FROM asv.incident_version v JOIN asv.handover h ON h.incident = v.incident WHERE h.id = '{handover}' ORDER BY v.number DESC LIMIT 1")[0]
    desk.sql(change.format("'אברהם'"))
    job.run(1)
    ends(desk, handover, "failed", "", "plan")
    assert f"{handover}: over, and removed" not in job.run() and (job.directory / handover).exists()
    desk.sql(change.format("NULL" if kept is None else f"'{kept}'"))
    job.again(handover)
    job.run()
    assert row_of(desk, handover)["state"] == "built"
    desk.act("erika", "handover", "cancel", handover)


def written(job, handover, name, *words, status=0):
    """What the program says, and the image of a DVD."""
    image, label = (job.site.directory / f"{name}.{kind}" for kind in ("iso", "pdf"))
    code, out, err = job.desk.call("handover", "write", handover, "--iso", str(image), "--name", name, "--print", str(label), *words)
    assert code == status, f"handover write: {code}: {out.decode()} {err}"
    return out.decode() + err, image, label


def it_goes_onto_a_medium(desk, job, handover):
    """HO-074, HO-077, HO-079, HO-080"""
    code, _, err = desk.call("handover", "write", handover, "--to", str(job.directory))
    assert code == 2 and "nothing is mounted there" in err, err
    said, image, label = written(job, handover, "DVD Größe ß")
    assert "passphrase" not in said, said
    digest = job.sh(handover, "sha256sum carrier.zip").split()[0]
    assert job.sh(handover, f"bsdtar -xOf '{image}' Beweismittel_{handover}.zip | sha256sum").split()[0] == digest
    assert f"{digest}  Beweismittel_{handover}.zip" in job.sh(handover, f"bsdtar -xOf '{image}' SHA256SUMS")
    text = job.sh(handover, f"pdftotext -layout '{label}' -")
    assert "1 von 1" in text and digest[:8] in text and "DVD Größe ß" in text and "erika" not in text and "sigrid" not in text, text
    assert [e["what"] for e in shown(desk, handover)["history"] if e["kind"] == "medium"] == ["DVD Größe ß"]
    image.unlink()
    kept = label.read_bytes()
    assert "was written already" in written(job, handover, "DVD Größe ß", status=1)[0] and not image.exists()
    assert not Path(f"{image}.unfertig").exists() and label.read_bytes() == kept and not Path(f"{label}.partial").exists()


def mounted(directory):
    """A small ext4 on a loop device, in a mount namespace of this program's own; None, with the reason: nobody may mount it here."""
    device, place = directory / "stick", directory / "mnt"
    place.mkdir()
    libc = ctypes.CDLL(None, use_errno=True)
    if os.getuid() != 0 or libc.unshare(0x20000) != 0 or libc.mount(b"none", b"/", None, 0x44000, None) != 0:  # CLONE_NEWNS; MS_REC, MS_PRIVATE
        print("left out what goes onto a stick: only root mounts one", flush=True)
        return None
    with device.open("wb") as f:
        f.truncate(96 << 20)
    for line in (("mkfs.ext4", "-q", "-F", "-m", "0", device), ("mount", "-o", "loop", device, place)):
        done = subprocess.run(line, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode != 0:
            print(f"left out what goes onto a stick: {done.stdout.strip()}", flush=True)
            return None
    return place


def it_goes_onto_a_stick(desk, job, handover):
    """HO-155 to HO-157, HO-080: killed at every step that is durable it is finished and in custody, or says that it is not."""
    place = mounted(job.site.directory)
    if place is None:
        return
    label = job.site.directory / "stick.pdf"

    def write(*words, status=0, **env):
        code, out, err = desk.call("handover", "write", handover, "--to", str(place), *words, env=dict(os.environ, **env))
        assert code == status, f"handover write: {code}: {out.decode()} {err}"
        return out.decode() + err

    def media():
        return [e["what"] for e in shown(desk, handover)["history"] if e["kind"] == "medium"]

    def empty():
        for name in set(os.listdir(place)) - {"lost+found"}:
            (place / name).unlink()

    before = media()
    job.sh(handover, f"fallocate -l $(($(stat -f -c '%a * %S' '{place}') - 65536)) '{place}/other'")  # whatever is found first is not the room
    for words, status, why in ((("--name", "DVD Größe ß"), 1, 'medium "DVD Größe ß" was written already'),
                               (("--print", "/nowhere/label.pdf"), 1, "label.pdf.partial: No such file"), (("--print", str(place)), 2, "is there and is no file")):
        assert why in write(*words, status=status), words
        assert sorted(os.listdir(place)) == ["lost+found", "other"], "nothing was written"
    conf = job.site.conf.read_text()
    job.site.conf.write_text(conf.replace(str(job.site.bin("asservat-documents")), "/nowhere/asservat-documents"))
    assert "asservat-documents is not installed" in write("--print", str(label), status=2)
    job.site.conf.write_text(conf)
    assert not label.exists()
    said = write(status=1)
    assert " bytes are needed, " in said and sorted(os.listdir(place)) == ["lost+found", "other"], said
    empty()
    died, at, wrote, between = 0, 1, [], 0
    while job.preload is not None:
        code, out, err = desk.call("handover", "write", handover, "--to", str(place), "--name", f"Stick {at}",
                                   env=dict(os.environ, LD_PRELOAD=job.preload, ASV_TEST_DIE_AT=str(at)))
        marked, known = (place / "UNFERTIG.txt").exists(), media() != before + wrote
        if code == 0:
            assert not marked and known, "it is finished, and custody has it"
            break
        assert code == -signal.SIGKILL, f"{code}: {out.decode()} {err}"
        assert marked or not (place / "SHA256SUMS").exists() or known, f"step {at}: it looks finished, and is not in custody"
        whole = (place / "SHA256SUMS").exists()
        if marked and known:
            between += 1
            assert "custody knows this medium" in write("--name", "Other", status=2)
        if marked or not known:
            write(*(("--name", f"Stick {at}") if at % 2 else ()))
        assert not (place / "UNFERTIG.txt").exists()
        job.sh(handover, f"cd '{place}'; sha256sum --quiet -c SHA256SUMS; grep -q {handover} Empfang.txt")
        assert len(media()) == len(before + wrote) + 1, f"step {at}: {media()}"
        wrote, died, at = wrote + [media()[-1]], died + 1, at + (1 if whole else 3)
        assert "a carrier already" in write(status=1)
        empty()
    assert job.preload is None or (died >= 8 and between > 0), (died, between)
    empty()
    said = write("--name", "Stick", "--print", str(label))
    assert "read back    the same\n" in said and label.stat().st_size > 1000, said
    job.sh(handover, f"umount '{place}'")


def in_custody(desk, handover):
    return [e["what"] for e in shown(desk, handover)["history"] if e["kind"] == "medium"]


def two_of_one_name_are_two(desk, job, handover):
    """HO-175: the first is begun and not finished, the second has its name; going on with the first is not taken for that."""
    if job.preload is None:
        return
    first, second = (job.site.directory / f"{name}.iso" for name in ("first", "second"))
    mark, before = Path(f"{first}.unfertig"), in_custody(desk, handover)
    at = 1
    while not Path(f"{first}.partial").exists() or Path(f"{first}.files").exists():
        job.sh(handover, f"rm -rf '{first}'.*")  # each run has the same steps
        code, _, err = desk.call("handover", "write", handover, "--iso", str(first), "--name", "USB 1",
                                 env=dict(os.environ, LD_PRELOAD=job.preload, ASV_TEST_DIE_AT=str(at)))
        assert code == -signal.SIGKILL, f"{at}: {code}: {err}"
        at += 1
    assert mark.exists() and in_custody(desk, handover) == before
    assert desk.call("handover", "write", handover, "--iso", str(second), "--name", "USB 1")[0] == 0
    for words in ("--name", "USB 1"), ():
        code, _, err = desk.call("handover", "write", handover, "--iso", str(first), *words)
        assert code == 1 and 'medium "USB 1" was written already' in err and mark.exists() and not first.exists(), err
    assert in_custody(desk, handover) == before + ["USB 1"]
    assert desk.call("handover", "write", handover, "--iso", str(first), "--name", "USB 2")[0] == 0
    assert in_custody(desk, handover) == before + ["USB 1", "USB 2"] and first.exists() and not mark.exists()


def opened(job, handover, image, word):
    job.sh(handover, f"bsdtar -xOf '{image}' Beweismittel_{handover}.aes.zip > a.zip; 7z x -bd -y -p{word} a.zip >/dev/null; "
                     f"cmp Beweismittel_{handover}.zip carrier.zip; rm a.zip Beweismittel_{handover}.zip")


def on_terminal(desk, *words, **how):
    """As desk.call, with a terminal for its output."""
    ours, theirs = os.openpty()
    code, _, err = desk.call(*words, out=theirs, **how)
    os.close(theirs)
    said = b""
    try:
        while part := os.read(ours, 65536):
            said += part
    except OSError:  # nobody has it any more
        pass
    os.close(ours)
    return code, said.decode().replace("\r\n", "\n"), err


def whoever_can_give_it_away_can_open_it(desk, job, handover, letter):
    """HO-177, HO-176: killed at every step that is durable, with the passphrase in a file and on a terminal; what fails behind that keeps its mark."""
    at, between = 1, 0

    def write(name, image, **env):
        words = "handover", "write", handover, "--iso", str(image), "--name", name
        if letter is not None:
            code, _, err = desk.call(*words, "--passphrase", str(letter), env=dict(os.environ, **env))
            return code, letter.read_text().strip() if letter.exists() else "", err
        code, out, err = on_terminal(desk, *words, env=dict(os.environ, **env))
        return code, "".join(re.findall(r"^passphrase   (\S+)\n", out, re.MULTILINE)), err

    while job.preload is not None:
        name = f"ZIP {at}, {'terminal' if letter is None else 'file'}"
        image, before = job.site.directory / "zip.iso", in_custody(desk, handover)
        mark = Path(f"{image}.unfertig")
        code, word, err = write(name, image, LD_PRELOAD=job.preload, ASV_TEST_DIE_AT=str(at))
        assert code in (0, -signal.SIGKILL), err
        known, ended = in_custody(desk, handover) != before, code == 0
        if mark.exists() and known:
            between += 1
            if letter is not None:
                letter.unlink(missing_ok=True)
            code, word, err = write(name, image, LD_PRELOAD=job.preload, ASV_TEST_DISK_FULL="1")
            assert code != 0 and mark.exists() and word == "" and in_custody(desk, handover) == before + [name], err
        if mark.exists() or not known:
            assert not image.exists() or mark.exists()
            if letter is not None:
                letter.unlink(missing_ok=True)
            code, word, err = write(name, image)
            assert code == 0, err
        assert image.exists() and not mark.exists() and in_custody(desk, handover) == before + [name]
        job.sh(handover, f"bsdtar -xOf '{image}' Beweismittel_{handover}.aes.zip > a.zip; 7z x -bd -y -p{word} a.zip >/dev/null; "
                         f"cmp Beweismittel_{handover}.zip carrier.zip; rm a.zip Beweismittel_{handover}.zip")
        image.unlink()
        if letter is not None:
            letter.unlink()
        if ended:
            break
        at += 1 if known else 3
    assert job.preload is None or between > 0


def it_is_closed_as_two_people_decided(desk, job, handover):
    """HO-007: a row that says something else closes nothing otherwise."""
    other = "set_byte(p.bytes, 72 + get_byte(p.bytes, 70), 0)"
    kept, = desk.sql(f"SELECT encode(plan, 'hex') FROM asv.handover WHERE id = '{handover}'")[0]
    desk.sql(f"""SET session_replication_role = replica; INSERT INTO asv.handover_plan (digest, bytes)
        SELECT sha256({other}), {other} FROM asv.handover_plan p WHERE encode(digest, 'hex') = '{kept}';
        UPDATE asv.handover SET plan = (SELECT sha256({other}) FROM asv.handover_plan p WHERE encode(digest, 'hex') = '{kept}') WHERE id = '{handover}'""")
    said, image, _ = written(job, handover, "DVD 2", status=1)
    assert "another plan than the one that was packed" in said and not image.exists(), said
    desk.sql(f"SET session_replication_role = replica; UPDATE asv.handover SET plan = '\\x{kept}' WHERE id = '{handover}'")


def it_goes_in_a_zip(job, handover):
    """HO-070, HO-071, HO-088: the passphrase goes through no pipe."""
    letter = job.site.directory / "letter"
    said, image, _ = written(job, handover, "DVD 2", status=2)
    assert "this is no terminal" in said and not image.exists(), said
    if job.preload is not None:
        at = 1
        while not letter.exists():
            code = job.desk.call("handover", "write", handover, "--iso", str(image), "--name", "DVD 2", "--passphrase", str(letter),
                                 env=dict(os.environ, LD_PRELOAD=job.preload, ASV_TEST_DIE_AT=str(at)))[0]
            assert code == -signal.SIGKILL, code
            at += 1
    else:
        letter.touch(0o600)
    kept = letter.read_bytes()
    said = written(job, handover, "DVD 2", "--passphrase", str(letter), status=1)[0]
    assert f"{letter} is there already" in said and "remove this one" in said and not image.exists() and letter.read_bytes() == kept, said
    letter.unlink()
    said, image, _ = written(job, handover, "DVD 2", "--passphrase", str(letter))
    word = letter.read_text().strip()
    assert len(word) == 34 and word not in said and letter.stat().st_mode & 0o777 == 0o600, said
    job.sh(handover, f"bsdtar -xOf '{image}' Beweismittel_{handover}.aes.zip > a.zip; 7z x -bd -y -p{word} a.zip >/dev/null; "
                     f"cmp Beweismittel_{handover}.zip carrier.zip; rm a.zip Beweismittel_{handover}.zip")


def a_large_one_goes_in_parts(desk, job, ledger, clips, rsa):
    """HO-078, HO-084 to HO-087, HO-050, HO-113, HO-114: killed between them, on two media, and received with one signature, by RSA (HO-023)."""
    handover = approved(desk, *clips[:2])
    ledger.sequence()
    conf = job.site.conf.read_text()
    job.site.conf.write_text(conf + "handover.medium = 22M\n")
    place = job.directory / handover
    at = 1
    while job.preload and not (place / "carrier-1-of-2.zip").exists():
        code, out, err = desk.call("handover", "run", env=dict(os.environ, LD_PRELOAD=job.preload, ASV_TEST_DIE_AT=str(at)))
        assert code == -signal.SIGKILL, f"{code}: {out.decode()} {err}"
        at += 1 + at // 4
    job.site.conf.write_text(conf)  # what the first run had counts
    assert "is not built yet" in written(job, handover, "DVD 4", status=1)[0]
    job.run()
    parts_are_of_one_making(desk, job, ledger, handover)
    assert sorted(os.listdir(place)) == ["carrier-1-of-2.zip", "carrier-2-of-2.zip", "medium"], os.listdir(place)
    for one, other in ((1, 2), (2, 1)):
        alone = checked(job, handover, f"carrier-{one}-of-2.zip", status=1)
        assert alone["verdict"] == "INCOMPLETE" and "parts" in alone["not_checked"] and len(alone["recordings"]) == 1, alone
        both = checked(job, handover, f"carrier-{one}-of-2.zip", f"carrier-{other}-of-2.zip")
        assert both["verdict"] == "VALID" and len(both["parts"]) == 2, both
        kinds = [e["kind"] for e in shown(desk, handover)["history"] if e["what"] == f"carrier, {one} of 2"]
        assert kinds == ["part"], kinds
        facts = json.loads(job.sh(handover, f"unzip -p carrier-{one}-of-2.zip data/facts.json"))
        (series,), (clip,) = facts["series"], facts["clips"]
        fates = {n["fate"]: n["number"] for n in series["numbers"]}
        assert facts["part"] == {"number": one, "of": 2} and fates["handed_over"] == clip["number"] != fates["other_part"], facts
    assert "say which, --part 1" in written(job, handover, "DVD 4", status=2)[0]
    assert "--part: it has 2" in written(job, handover, "DVD 4", "--part", "3", status=2)[0]
    lists = set()
    for part in (1, 2):
        said, image, label = written(job, handover, f"DVD 4/{part}".replace("/", "-"), "--part", str(part))
        name = f"Beweismittel_{handover}_{part}-von-2.zip"
        job.sh(handover, f"mkdir medium-{part}; bsdtar -xf '{image}' -C medium-{part}; cd medium-{part}; sha256sum --quiet -c SHA256SUMS; cmp {name} ../carrier-{part}-of-2.zip")
        assert f"{part} von 2" in job.sh(handover, f"pdftotext -layout '{label}' -")
        lists.add(job.sh(handover, f"cat medium-{part}/Teile.txt; cat medium-{part}/Empfang.txt"))
    assert len(lists) == 1, lists
    job.sh(handover, "mkdir all; mv medium-*/*.zip all; cp medium-1/*.txt all; cd all; sha256sum --quiet -c Teile.txt; "
                     "test $(sed -n 3p Empfang.txt) = $(sha256sum Teile.txt | cut -d' ' -f1)")
    key, cert = rsa
    sign = f"openssl cms -sign -binary -nosmimecap -md sha256 -signer '{cert}' -inkey '{key}' -in Empfang.txt -outform DER -out Empfang.p7s"
    words = ("handover", "receipt", handover, "--text", place / "all/Empfang.txt", "--signature", place / "all/Empfang.p7s")
    job.sh(handover, f"cd all; {sign}")
    desk.refused("its fourth line is not the time", "erika", *words)  # as it is it says nothing
    job.sh(handover, f"cd all; sed -i -e '4s/.*/{signed_time()}/' -e '5s/.*/JHS Müller/' Empfang.txt; {sign}")
    assert "receipt is confirmed" in desk.act("erika", *words)
    assert shown(desk, handover)["receipt_proven"] is True
    assert f"{handover}: over, and removed" in job.run()


def parts_are_of_one_making(desk, job, ledger, handover):
    """HO-170, HO-171: whatever became of one of them, nobody is told of parts that a court would not take."""
    place, kept = job.directory / handover, job.site.directory / "first-making"
    first, second = place / "carrier-1-of-2.zip", place / "carrier-2-of-2.zip"

    def damaged():
        shutil.copy(first, kept)
        second.write_bytes(second.read_bytes()[:-1])

    def of_another_making():
        kept.replace(first)

    def swapped():
        first.rename(kept)
        second.rename(first)
        kept.rename(second)

    for change, why in ((damaged, "carrier-2-of-2.zip: is not good"), (of_another_making, "carrier-2-of-2.zip: does not go with the others"),
                        (swapped, "a recording is in another part")):
        unwritten(desk, handover)
        change()
        said = job.run(1)
        assert why in said and not first.exists() and not second.exists(), said
        ends(desk, handover, "failed", why)
        ledger.sequence()
        job.again(handover)
        job.run()
        assert row_of(desk, handover)["state"] == "built" and checked(job, handover, first.name, second.name)["verdict"] == "VALID"


def two_do_not_run_at_once(job):
    """HO-044"""
    fd = os.open(job.directory, os.O_RDONLY)
    fcntl.flock(fd, fcntl.LOCK_EX)
    assert "another run is at work" in job.run(1)
    os.close(fd)


class Authority:
    """A time-stamping authority of openssl's, over HTTP on this machine."""

    def __init__(self, directory):
        self.directory = directory
        directory.mkdir()
        (directory / "conf").write_text(f"""[tsa]\ndefault_tsa = one\n[one]\nserial = {directory}/serial\nsigner_cert = {directory}/cert\nsigner_key = {directory}/key
signer_digest = sha256\ndefault_policy = 1.2.3.4\ndigests = sha256\ness_cert_id_alg = sha256\n[v3]\nextendedKeyUsage = critical,timeStamping\n""")
        (directory / "serial").write_text("01\n")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", directory / "key", "-out",
                        directory / "cert", "-subj", "/CN=tsa", "-addext", "extendedKeyUsage=critical,timeStamping"], check=True, stderr=subprocess.PIPE)
        authority = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                assert self.headers["Content-Type"] == "application/timestamp-query"
                (authority.directory / "query").write_bytes(self.rfile.read(int(self.headers["Content-Length"])))
                reply = subprocess.run(["openssl", "ts", "-reply", "-config", authority.directory / "conf", "-queryfile", authority.directory / "query"],
                                       check=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE).stdout
                self.send_response(200)
                self.send_header("Content-Length", str(len(reply)))
                self.end_headers()
                self.wfile.write(reply)

            def log_message(self, *_):
                pass

        self.server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/"


def signatures_are_stamped(desk, job, ledger, clips):
    """HO-047; of one recording an excerpt without its original (HO-082), for which the keeper wraps no key."""
    handover = approved(desk, f"{clips[1]}=sealed", f"{clips[0]}=0-0.5,only", "--protect", "zip")
    ledger.sequence()
    authority = Authority(job.site.directory / "tsa")
    conf = job.site.conf.read_text()
    job.site.conf.write_text(conf + "handover.tsa = http://127.0.0.1:1/\n")
    assert "time-stamping authority" in job.run(1)
    ends(desk, handover, "building", "time-stamping authority")
    job.again(handover)
    job.site.conf.write_text(conf + f"handover.tsa = {authority.url}\n")
    job.run()
    job.site.conf.write_text(conf)
    job.sh(handover, "unzip -q carrier.zip -d bag; cd bag; for s in META-INF/signature.p7s data/*.p7s; do "
                     "openssl cms -cmsout -print -inform DER -in $s | grep -q id-smime-aa-timeStampToken; done; "
                     "test $(ls data/recordings/*/excerpt.proof | wc -l) = 1; test $(ls data/recordings/*/sealed.age | wc -l) = 1; "
                     "test ! -e data/recordings/001/file.key -a ! -e data/recordings/002/file.key")
    verifies(job, handover)
    for clip in json.loads((job.directory / handover / "bag/data/facts.json").read_text())["clips"]:
        assert "probe" not in clip and [c["result"] for c in clip["checks"] if c["check"] == "Technische Angaben"] == ["not_checked"], clip["checks"]
    return handover


def record(job):
    """The keeper's own record: of each clip that left, or of several at once, which and to whom."""
    text = "".join(f.read_text() for f in (job.site.directory / "keeper/store").glob("decisions-*"))
    return [line.split()[1].split("/")[1].split("+") for line in text.splitlines() if " HAND_OVER/" in line and line.count(" ") == 3]


def what_goes_sealed_is_asked_for_at_once(desk, job, ledger, clips, key):
    """K-266 to K-268, HO-040, HO-042: killed wherever, nothing is there that is not written down; of the two the one that may not go is named."""
    before = len(record(job))
    headers = sorted(row[0] for row in desk.sql(f"SELECT encode(header, 'hex') FROM asv.clip WHERE clip IN ('{clips[0]}', '{clips[1]}')"))
    handover = approved(desk, *(f"{clip}=sealed" for clip in clips[:2]))
    ledger.sequence()
    at = 1
    while job.preload and desk.call("handover", "run", env=dict(os.environ, LD_PRELOAD=job.preload, ASV_TEST_DIE_AT=str(at)))[0] != 0:
        at += 1 + at // 4
    job.run()
    assert [sorted(row) for row in record(job)[before:]] == [headers], "one line, also for who asks again"
    job.sh(handover, "unzip -q carrier.zip -d bag; cd bag/data/recordings; test ! -e 001/file.key -a ! -e 002/file.key; "
                     f"for n in 001 002; do age -d -i '{key}' -o open $n/sealed.age; rm open; done")
    verifies(job, handover)
    desk.act("erika", "handover", "cancel", handover)
    for blocked, other in (clips[0], clips[1]), (clips[1], clips[0]):
        handover = approved(desk, *(f"{clip}=sealed" for clip in clips[:2]))
        ledger.sequence()
        desk.act("rita", "clip", "block", blocked, "--ground", "private-life")
        assert f"recording {blocked}: keeper: the clip is blocked" in job.run(1)
        ends(desk, handover, "building", f"recording {blocked}: keeper: the clip is blocked")
        desk.act("doris", "clip", "unblock", blocked, "--ground", "private-life")
        desk.act("erika", "handover", "cancel", handover)


def what_is_cancelled_is_not_made(desk, job, ledger, clips):
    handover = approved(desk, clips[0])
    desk.act("erika", "handover", "cancel", handover)
    ledger.sequence()
    job.run()
    assert not (job.directory / handover).exists()


def what_is_cancelled_meanwhile_ends(desk, job, ledger, clips):
    """HO-008, HO-035: whichever call of the job hears of it first."""
    handover = approved(desk, clips[0], f"{clips[1]}=sealed")
    ledger.sequence()
    with at(desk, "erasure", ("handover", "run"), "ACCESS EXCLUSIVE") as (command, _):
        desk.act("erika", "handover", "cancel", handover)
    said = command.communicate()[0].decode()
    assert command.returncode == 0 and f"{handover} 32-3/2026/0117: it was cancelled" in said, said
    assert row_of(desk, handover)["state"] == "cancelled" and not (job.directory / handover).exists()


def two_cancel(desk, handover):
    """HO-020: something of it may have left the house."""
    assert "somebody else has to say the same" in desk.act("erika", "handover", "cancel", handover)
    assert row_of(desk, handover)["state"] != "cancelled"
    desk.refused("this person has said it", "erika", "handover", "cancel", handover)
    assert "Nothing comes of it" in desk.act("stefan", "handover", "cancel", handover)
    assert row_of(desk, handover)["state"] == "cancelled"


def codes_that_nobody_can_read_begin_none(desk, job, handover):
    """HD-023: file and line are named, and the hand-over is as it was."""
    conf, release = job.site.directory / "asservat.conf", job.site.directory / "xjustiz.json"
    before, as_it_was = conf.read_text(), (row_of(desk, handover), sorted(job.directory.glob("*/*")))
    before_it = re.search("(?m)^handover.xjustiz = (.*)$", before)[1]
    release.write_text(Path(before_it).read_text().replace('"types": "', '"types": " ', 1))
    conf.write_text(before.replace(before_it, str(release)))
    said = job.run(2)
    assert f"handover.xjustiz: {release}:9: lists.types: is no text of 1 to 20 letters" in said, said
    assert (row_of(desk, handover), sorted(job.directory.glob("*/*"))) == as_it_was
    conf.write_text(before)


def a_stuck_one_keeps_no_other(desk, job, ledger, handover, clip):
    """HO-145"""
    waits = approved(desk, f"{clip}=sealed")
    ledger.sequence()
    if job.preload is None:
        return
    (job.directory / handover / "stuck").write_text("x")
    said = job.run(1, LD_PRELOAD=job.preload, ASV_TEST_STUCK="stuck")
    assert f"{handover}: cannot be removed: stuck" in said and f"{waits} 32-3/2026/0117: built" in said, said


def what_is_over_is_removed(desk, job, ledger, handover, clip):
    """HO-049, LAW T5; what the database does not know stays."""
    unknown = job.directory / str(uuid.uuid4())
    unknown.mkdir()
    (job.directory / handover / "work").mkdir()
    two_cancel(desk, handover)
    a_stuck_one_keeps_no_other(desk, job, ledger, handover, clip)
    chain = job.site.agency / "keeper/package.chain"
    kept = chain.read_bytes()
    chain.unlink()  # HO-145: nothing is made now, and what is over goes all the same
    assert f"{handover}: over, and removed" in job.run(1)
    chain.write_bytes(kept)
    assert unknown.exists() and not (job.directory / handover).exists()


def play(rig):
    desk, camera, clips = set_up(rig)
    desk.person("erika", "1007", "exporter")
    desk.enrol("erika", "anna", "sigrid")
    incident(desk, camera, clips)
    held(desk, clips[0], clips[1])
    ledger = Ledger(desk)
    ledger.begin()
    *rsa, digest = certificate(desk, "court", "rsa:3072")
    registered(desk, COURT, age_key(desk, "court 1"), "--code", "R1200S", "--certificate", digest)
    job = Job(desk)
    media = Media(desk.site.directory / "run/media.sock", desk.site.bin("asservat-media"))
    handover = approved(desk, clips[0], f"{clips[1]}=sealed", "--output", "both")
    it_waits_for_the_ledger(desk, job, ledger, handover)
    nothing_goes_out_that_the_root_does_not_certify(job)
    codes_that_nobody_can_read_begin_none(desk, job, handover)
    whoever_is_killed_goes_on(desk, job, handover, clips[0])
    stock_tools_open_it(desk, job, handover, desk.keys / "court 1")
    what_is_not_good_does_not_count(desk, job, ledger, handover)
    verifies(job, handover)
    of_the_others_goes_a_number(desk, job, handover, clips)
    it_goes_onto_a_medium(desk, job, handover)
    two_of_one_name_are_two(desk, job, handover)
    it_goes_onto_a_stick(desk, job, handover)
    two_do_not_run_at_once(job)
    media.listener.close()
    Path(desk.site.directory / "run/media.sock").unlink()
    stamped = signatures_are_stamped(desk, job, ledger, clips)
    it_is_closed_as_two_people_decided(desk, job, stamped)
    it_goes_in_a_zip(job, stamped)
    for letter in desk.site.directory / "letters", None:
        whoever_can_give_it_away_can_open_it(desk, job, stamped, letter)
    a_filing_that_cannot_be_keeps_no_carrier(desk, job, ledger, clips[1])
    what_goes_sealed_is_asked_for_at_once(desk, job, ledger, clips, desk.keys / "court 1")
    what_is_mended_goes_on(desk, job, ledger, clips[0])
    heads_by_another_key_go_nowhere(desk, job, ledger, clips[0])
    what_cannot_be_made_is_given_up(desk, job, ledger, clips[0])
    what_is_cancelled_is_not_made(desk, job, ledger, clips)
    what_is_cancelled_meanwhile_ends(desk, job, ledger, clips)
    what_is_over_is_removed(desk, job, ledger, stamped, clips[0])
    a_large_one_goes_in_parts(desk, job, ledger, clips, rsa)


if __name__ == "__main__":
    main(play, "asservat-handover-run.")
