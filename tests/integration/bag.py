#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Asservat authors
"""bag.py DIR   whether DIR is a complete and valid bag after RFC 8493 (sections 2 and 3). It knows nothing of how
Asservat makes one. Says what is wrong and exits 1."""
import hashlib
import re
import sys
from pathlib import Path
from urllib.parse import unquote

HASHES = {"md5", "sha1", "sha224", "sha256", "sha384", "sha512"}


def manifest(bag, path):
    """The digests that it lists, by path."""
    listed = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        match = re.fullmatch(r"([0-9a-fA-F]+)[ \t]+\*?(\S.*)", line)
        if not match:
            yield f"{path.name}: {line!r} is no line"
            continue
        name = re.sub("%(0A|0D|25)", lambda m: unquote(m[0]), match[2], flags=re.I)
        if name in listed or name.startswith("/") or ".." in Path(name).parts:
            yield f"{path.name}: {name!r} is there twice, or outside"
        listed[name] = match[1].lower()
    algorithm = path.stem.split("-")[1]
    if algorithm not in HASHES:
        yield f"{path.name}: unknown algorithm"
    for name, digest in listed.items():
        file = bag / name
        if not file.is_file():
            yield f"{name}: is not there"
        elif hashlib.new(algorithm, file.read_bytes()).hexdigest() != digest:
            yield f"{name}: another digest than {path.name} has"
    tag = path.name.startswith("tagmanifest-")
    for name in listed:
        if name.startswith("data/") == tag or (tag and name.startswith("tagmanifest-")):
            yield f"{path.name}: may not list {name}"
    if not tag:
        payload = {str(file.relative_to(bag)) for file in (bag / "data").rglob("*") if not file.is_dir()}
        for name in payload ^ set(listed):
            yield f"{name}: in data/ or in {path.name}, but not in both"


def problems(bag):
    if (bag / "bagit.txt").read_bytes() != b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n":
        yield "bagit.txt is no declaration of BagIt 1.0"
    if not (bag / "data").is_dir():
        yield "there is no data/"
    manifests = list(bag.glob("manifest-*.txt"))
    if not manifests:
        yield "there is no payload manifest"
    for path in manifests + list(bag.glob("tagmanifest-*.txt")):
        yield from manifest(bag, path)
    info = (bag / "bag-info.txt").read_text(encoding="utf-8").splitlines()
    fields = [line.split(":", 1) for line in info if not line[:1].isspace()]
    if any(len(field) != 2 for field in fields):
        yield "bag-info.txt: a line without a label"
        return
    oxum = [value.strip() for label, value in fields if label.lower() == "payload-oxum"]
    files = [file for file in (bag / "data").rglob("*") if file.is_file()]
    if oxum != [f"{sum(file.stat().st_size for file in files)}.{len(files)}"]:
        yield f"bag-info.txt: Payload-Oxum {oxum}"


found = list(problems(Path(sys.argv[1])))
print("\n".join(found))
sys.exit(1 if found else 0)
