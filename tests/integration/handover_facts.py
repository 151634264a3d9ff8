# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Asservat authors
"""Facts of a hand-over for tests: an incident in Duisburg, with as many recordings and events as are wanted.

`handover_facts.py CLIPS EVENTS` prints them."""
import hashlib
import json
import sys
from datetime import datetime, timedelta, timezone

START = datetime(2026, 11, 23, 14, 5, 20, tzinfo=timezone.utc)
KINDS = ["announced", "transferring", "committed", "receipt", "erased_on_camera", "hold_requested", "hold_approved", "opened",
         "handover_requested", "handover_approved"]


def digest(*what):
    return hashlib.sha256(repr(what).encode()).hexdigest()


def uuid(*what):
    d = digest("uuid", *what)
    return f"{d[:8]}-{d[8:12]}-7{d[13:16]}-8{d[17:20]}-{d[20:32]}"


def time(seconds):
    return (START + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def file(what, i, name, size):
    ident = uuid(what, i)
    name = f"{name}_{ident}.{'mp4' if what == 'playable' else 'age' if what == 'sealed' else 'seal'}"
    return {"id": ident, "name": name, "bytes": size, "sha256": digest(what, i), "signature": f"{name}.p7s"}


def event(i, j):
    kind = KINDS[j % len(KINDS)]
    actor = "person" if kind.startswith(("hold", "opened", "handover")) else "camera" if kind == "erased_on_camera" else "dock"
    said = {"event": uuid("event", i, j), "kind": kind, "at": time(3600 + 60 * j), "recorded_at": time(3601 + 60 * j), "actor_kind": actor,
            "actor": digest("actor", actor), "actor_name": {"person": "Sigrid Schäfer", "dock": "Dock Wache Süd", "camera": f"Kamera {i + 1:02}"}[actor],
            "signed": j % 7 != 6, "object_digest": digest("object", i, j), "log": 1, "leaf": 10000 + 100 * i + j}
    if kind == "opened":
        said["detail"] = "Auswertung für die Anzeige"
    if actor == "dock":
        said["place"] = "Wache Süd, Platz 3"
    if j == 29:
        del said["log"], said["leaf"]
    return said


def clip(i, events):
    begin, length = 240 * i, 185000
    return {
        "clip": uuid("clip", i), "camera": digest("camera", i % 20), "camera_name": f"Kamera {i % 20 + 1:02}", "model": "ASV-1",
        "device_serial": f"SN-2026-{i % 20 + 1:05}", "firmware": "1.4.2", "number": 1000 + i, "unit": "Außendienst Süd", "area": "Hochfeld",
        "started_at": time(begin), "ended_at": time(begin + 185), "earliest_at": time(begin + 1), "latest_at": time(begin + 187), "duration_ms": length,
        "clock_state": "holdover", "clock_offset_ms": 1250, "clock_uncertainty_ms": 40, "docked_at": time(3600), "dock_name": "Dock Wache Süd",
        "committed_at": time(3700), "erased_on_camera_at": time(3710), "integrity": "VALID", "provenance": "TRUSTED", "marked": True,
        "payload_bytes": 92345678, "tail_bytes": 0, "chunks": 1409, "header": digest("header", i), "root": digest("root", i),
        "seal_digest": digest("seal", i), "playable": file("playable", i, "Aufzeichnung", 92340000), "sealed": file("sealed", i, "Original", 92346000),
        "seal": file("seal", i, "Siegel", 81234),
        "checks": [
            {"check": "Signatur der Kamera", "result": "passed", "text": "Kopf, 185 Kontrollpunkte und Ende sind von der Kamera signiert"},
            {"check": "Stücke", "result": "passed", "text": "1.409 von 1.409 Stücken sind die signierten"},
            {"check": "Zertifikatskette", "result": "passed", "text": "führt zum Stamm der Behörde"},
            {"check": "Zeitstempel eines Dritten", "result": "not_checked", "text": "kein Dienst eingerichtet"}],
        "markers": [{"kind": "display_on", "at": time(begin + 2), "media_ms": 2000}, {"kind": "marker", "at": time(begin + 65), "media_ms": 65250}],
        "probe": {"program": "ffprobe 5.1.6", "format": "mov,mp4,m4a,3gp,3g2,mj2", "duration_ms": length, "streams": [
            {"kind": "video", "codec": "h264", "width": 1920, "height": 1080, "rate": "25/1"},
            {"kind": "audio", "codec": "aac", "channels": 1, "rate": "48000"}]},
        "custody": [event(i, j) for j in range(events)]}


def documents():
    names = {"cover_letter": "Anschreiben", "index": "Inhaltsverzeichnis", "exhibits": "Asservatenliste", "custody": "Gewahrsamsbericht",
             "checking": "Prüfanleitung", "facts": "Tatsachen"}
    names = {key: f"{name}_{uuid(key)}.{'json' if key == 'facts' else 'pdf'}" for key, name in names.items()}
    return [{"document": key, "id": uuid(key), "name": name, "signature": f"{name}.p7s"} for key, name in names.items()]


def facts(clips=3, events=10):
    return {
        "format": 1, "handover": uuid("handover"), "message": uuid("message"), "made_at": "2026-11-29T11:30:00.000Z", "time_zone": "Europe/Berlin",
        "version": "Asservat 0.1.0", "output": "filing", "protection": "none",
        "agency": {"agency": digest("agency"), "name": "Stadt Duisburg", "office": "Bürger- und Ordnungsamt",
                   "address": ["Königstraße 63–65", "47051 Duisburg"],
                   "contact": {"name": "Elke Exner", "phone": "0203 283-0", "mail": "ordnungsamt@stadt-duisburg.example"}},
        "authority": {"code": "R1200S", "name": "Staatsanwaltschaft Duisburg", "address": ["Koloniestraße 72", "47057 Duisburg"]},
        "incident": {"incident": uuid("incident"), "case_number": "32-3/2026/0117", "cause": "prosecution",
                     "offence": "Tätlicher Angriff auf Vollstreckungsbeamte, Körperverletzung", "danger": "Schlag gegen den Kopf", "from_at": time(30),
                     "until_at": time(150), "place": "Wanheimer Straße 12, 47053 Duisburg", "accused": "Unbekannt", "injured": ["Willi Weiß", "Jörg Öztürk"],
                     "prosecutor": "570 Js 123/26", "version": 2, "statement": digest("incident"), "written_at": time(100000), "changed_at": time(415000)},
        "requested": {"name": "Elke Exner", "at": time(400000), "reason": "Anforderung der Staatsanwaltschaft vom 27.11.2026", "statement": digest("requested")},
        "approved": {"name": "Sigrid Schäfer", "at": time(410000), "reason": "Einverstanden", "statement": digest("approved")},
        "recipients": [{"name": "Staatsanwaltschaft Duisburg", "key": "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"}],
        "documents": documents(),
        "files": [{"title": "Auszug aus dem Protokoll", "id": uuid("proof"), "name": f"Protokollauszug_{uuid('proof')}.proof", "bytes": 2345, "sha256": digest("proof")},
                  {"title": "Sperrliste", "id": uuid("revocations"), "name": f"Sperrliste_{uuid('revocations')}.crl", "bytes": 412, "sha256": digest("revocations")}],
        "clips": [clip(i, events) for i in range(clips)],
        "series": [{"camera": clip(0, 1)["camera"], "camera_name": "Kamera 01", "epoch": uuid("epoch"), "from_at": time(0), "until_at": time(90000), "gapless": True,
                    "time": "behind", "numbers": [
                        {"number": 11 + i, "fate": fate, "linked": True, "twice": False, "started_at": time(-400 + 400 * i), "ended_at": time(-300 + 400 * i),
                         **({"clip": i} if fate == "handed_over" else {})} for i, fate in enumerate(["erased", "handed_over", "held"])]},
                   {"camera": digest("camera", "2"), "camera_name": "Kamera 02", "epoch": uuid("epoch 2"), "from_at": time(0), "until_at": time(90000), "gapless": False,
                    "time": "number", "numbers": [{"number": 3, "fate": "blocked", "linked": True, "twice": True, "started_at": time(0), "ended_at": time(3)},
                                                  {"number": 4, "fate": "unknown", "linked": False, "twice": False}]}],
        "logs": [{"log": 1, "origin": "duisburg.example/asservat/1", "size": 184233, "root": digest("log"), "signed_at": time(420000),
                  "cosignatures": [{"witness": "zeuge.example/a", "cosigned_at": time(420003)}, {"witness": "zeuge.example/b", "cosigned_at": time(420004)}]}],
        "certificates": [{"role": role, "name": name, "serial": digest("serial", name)[:32], "digest": digest("certificate", name), "not_after": time(10**8)}
                         for role, name in [("root", "Stadt Duisburg"), ("issuer", "Ausstellende Stelle 1"), ("camera", "Kamera 01"), ("package", "Übergaben"), ("packages", "Packages"),
                                            ("ledger", "Ledger")]],
        "revocations": {"number": 7, "at": time(0), "serials": [digest("revoked")[:32]]}}


if __name__ == "__main__":
    json.dump(facts(int(sys.argv[1]), int(sys.argv[2])), sys.stdout, ensure_ascii=False)
