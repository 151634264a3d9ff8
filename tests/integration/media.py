#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Asservat authors
"""What a browser is given of recordings of every kind, with asservat-media at hand, as ffmpeg writes and reads them; and of those
made to do harm.

media.py BUILD PLAY: PLAY is asv-play-file. Frames are compared decoded, by ffmpeg itself.
"""
import random
import subprocess
import sys
import tempfile
from pathlib import Path

BUILD, PLAY = Path(sys.argv[1]), sys.argv[2]
PROGRAM = BUILD / "bin/asservat-media"
SOURCE = ["-f", "lavfi", "-i", "testsrc2=size=320x240:rate=25:duration=6", "-f", "lavfi", "-i",
          "sine=frequency=440:sample_rate=48000:duration=6", "-map", "0:v", "-map", "1:a"]
H264 = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "25", "-keyint_min", "25", "-sc_threshold", "0",
        "-c:a", "aac"]
SECOND = 1000000


def ffmpeg(*arguments):
    subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-y", *map(str, arguments)], check=True)


def play(path, from_ms=None, out=None, container="video/quicktime", damaged=None):
    """Status and what it said; output into a file, or returned as text. damaged: a chunk of the recording."""
    command = [PLAY, PROGRAM, path, container] + [str(more) for more in (from_ms, damaged) if more is not None]
    with open(out or "/dev/null", "wb") as file:
        done = subprocess.run(command, stdout=file if out else subprocess.PIPE, stderr=subprocess.PIPE, timeout=120)
    said = done.stderr.decode()
    assert "signal" not in said, said
    return done.returncode, said, "" if out else done.stdout.decode(errors="replace")


def frames(path, kind="v"):
    """Times in microseconds and digests of the decoded frames."""
    done = subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-copyts", "-i", path, "-map", f"0:{kind}", "-enc_time_base",
                           "1:1000000", "-fps_mode", "passthrough", "-f", "framemd5", "-"] if kind == "v" else
                          ["ffmpeg", "-v", "error", "-nostdin", "-copyts", "-i", path, "-map", f"0:{kind}", "-f", "framemd5", "-"],
                          check=True, capture_output=True, text=True)
    rows = [line.split(",") for line in done.stdout.splitlines() if not line.startswith("#")]
    return [(int(row[2]), row[5].strip()) for row in rows]


def digests(path, kind="v"):
    return [digest for _, digest in frames(path, kind)]


def told(facts, name):
    return next(line.partition(" ")[2] for line in facts.splitlines() if line.startswith(name + " "))


def parts(facts):
    return [tuple(map(int, line.split()[1:])) for line in facts.splitlines() if line.startswith("frame ")]


def packets(path, kind):
    """Times of what is in it, in the order of showing."""
    done = subprocess.run(["ffprobe", "-v", "error", "-select_streams", kind, "-show_entries", "packet=pts_time", "-of", "csv=p=0", path],
                          check=True, capture_output=True, text=True)
    return sorted(float(line.split(",")[0]) for line in done.stdout.split())


B_FRAMES = ["-bf", "3", "-preset", "veryfast"]
KINDS = {"plain.mp4": [], "fragmented.mp4": ["-movflags", "frag_keyframe+empty_moov"], "a.mkv": [], "b.mov": B_FRAMES, "b.mkv": B_FRAMES}


def every_kind_is_played(work):
    """M-007, M-012: every picture comes out, and no other, whatever the container; and from a key frame on with its own time."""
    for name, options in KINDS.items():
        path, out = work / name, work / "out.mp4"
        ffmpeg(*SOURCE, *H264, *options, path)
        status, said, facts = play(path)
        assert status == 0 and told(facts, "remuxed") == "1", said
        assert told(facts, "mime").startswith('video/mp4; codecs="avc1.') and told(facts, "mime").endswith(',mp4a.40.2"'), facts
        assert 5900 < int(told(facts, "duration_ms")) < 6200, facts
        status, said, _ = play(path, 0, out)
        assert status == 0, said
        assert out.stat().st_size == int(told(facts, "bytes")), facts
        data = out.read_bytes()
        assert data[int(told(facts, "init")) - 8:].find(b"mvex") < 0 <= data[:int(told(facts, "init"))].find(b"mvex"), "not fragmented"
        for ms, at in parts(facts):
            assert data[at + 4:at + 8] == b"moof", (name, ms, at)
        whole = frames(path)
        assert digests(out) == [digest for _, digest in whole] and len(whole) == 150, name
        for kind in "va":  # nothing of a recording is moved, left out or doubled where two fragments meet
            was, now = packets(path, kind), packets(out, kind)
            assert len(was) == len(now) and max(abs(x - y) for x, y in zip(was, now)) < 0.002, (name, kind)
        status, said, _ = play(path, 3400, out)
        assert status == 0, said
        part = frames(out)
        assert [digest for _, digest in part] == [digest for _, digest in whole[75:]], name
        assert abs(part[0][0] - whole[75][0]) < SECOND / 25, (name, part[0], whole[75])


def what_a_camera_wrote_is_given_as_it_is(work):
    """M-011"""
    path, out = work / "fragmented.mp4", work / "out.mp4"
    status, said, facts = play(path, container="video/mp4")
    assert status == 0 and told(facts, "remuxed") == "0", (said, facts)
    status, said, _ = play(path, 0, out, container="video/mp4")
    assert status == 0 and out.read_bytes() == path.read_bytes(), said
    status, said, facts = play(work / "plain.mp4", container="video/mp4")
    assert status == 0 and told(facts, "remuxed") == "1", "MP4 in one piece is none that a camera wrote"


def only_what_is_played_is_read(work):
    """M-001, M-012: of MP4 in one piece what lies in between may be gone."""
    path, out = work / "plain.mp4", work / "out.mp4"
    middle = path.stat().st_size // 65536 // 2
    status, said, _ = play(path, 5000, out, damaged=middle)
    assert status == 0 and digests(out) == digests(path)[125:], said
    status, said, _ = play(path, 0, out, damaged=middle)
    assert status == 1 and said.startswith("DIGEST: "), said


def what_is_no_recording_is_refused(work):
    """M-006: nothing that leads elsewhere is followed, and no demuxer that would is there."""
    secret = work / "secret.ts"
    ffmpeg(*SOURCE, *H264, secret)
    cases = {
        "noise": random.Random(1).randbytes(300000),
        "empty-box": b"\0\0\0\x08ftyp",
        "concat": f"ffconcat version 1.0\nfile {secret}\n".encode(),
        "playlist": f"#EXTM3U\n#EXT-X-TARGETDURATION:6\n#EXTINF:6,\nfile://{secret}\n#EXT-X-ENDLIST\n".encode(),
        "sdp": b"v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 96\n",
        "stream": secret.read_bytes(),  # needs a decoder to say what it is
        "text": b"<html>" * 1000,
    }
    for name, data in cases.items():
        path = work / f"bad-{name}"
        path.write_bytes(data)
        for from_ms in (None, 0):
            status, said, _ = play(path, from_ms)
            assert status == 1 and said.startswith("UNSUPPORTED: "), (name, said)
    # A sound track that lies in another file, by a reference that QuickTime allows.
    movie = work / "reference.mov"
    ffmpeg(*SOURCE, *H264, movie)
    data = movie.read_bytes()
    assert data.count(b"url ") >= 2
    at = data.index(b"url ")
    movie.write_bytes(data[:at + 4] + b"\0\0\0\0" + data[at + 8:])  # no longer "in this file"
    status, said, _ = play(movie, 0, work / "out.mp4")
    assert status in (0, 1), said


def a_codec_that_browsers_do_not_play_is_said(work):
    path = work / "raw.mkv"
    ffmpeg(*SOURCE[:4], "-c:v", "ffv1", "-t", "1", path)
    for from_ms in (None, 0):
        status, said, _ = play(path, from_ms)
        assert status == 1 and said.startswith("UNSUPPORTED: ") and "ffv1" in said, said


def a_recording_that_was_cut_is_played_as_far_as_it_goes(work):
    """M-003"""
    for name in ("fragmented.mp4", "a.mkv"):
        data = (work / name).read_bytes()
        path, out = work / f"cut-{name}", work / "out.mp4"
        path.write_bytes(data[:len(data) * 2 // 3])
        status, said, _ = play(path, 0, out)
        assert status == 0, (name, said)
        whole, part = digests(work / name), digests(out)
        assert 40 < len(part) < 150, (name, len(part))
        assert part[:len(part) - 30] == whole[:len(part) - 30], name


def damage_is_survived(work):
    """M-004: whatever the bytes are, there is an answer, and nothing that the sandbox had to end."""
    rng = random.Random(7)
    for name in ("plain.mp4", "fragmented.mp4", "a.mkv"):
        data = (work / name).read_bytes()
        for round_ in range(6):
            broken = bytearray(data)
            for _ in range(1 << round_):
                at = rng.randrange(len(broken) if round_ % 2 else min(len(broken), 4000))
                broken[at] = rng.randrange(256)
            path = work / "broken"
            path.write_bytes(broken)
            status, said, _ = play(path, rng.choice((0, 0, 2500)))
            assert status in (0, 1) and (status == 0 or said.count(":") >= 1), (name, said)


def main():
    with tempfile.TemporaryDirectory() as directory:
        work = Path(directory)
        for test in (every_kind_is_played, what_a_camera_wrote_is_given_as_it_is, only_what_is_played_is_read,
                     what_is_no_recording_is_refused, a_codec_that_browsers_do_not_play_is_said,
                     a_recording_that_was_cut_is_played_as_far_as_it_goes, damage_is_survived):
            test(work)
            print(f"ok {test.__name__}", flush=True)


main()
