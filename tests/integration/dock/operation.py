#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Asservat authors
"""What people and other programs meet of the daemon: learning slots, the status, its sandbox, its end."""
import grp
import json
import os
import pwd
import re
import signal
import socket
import subprocess
import sys

from rig import LONG, SHORT, main


def slots_are_learned_on_the_bus(rig):
    """--learn asks for one slot after the other and writes the ports at which cameras arrive."""
    cameras = rig.cameras(3)
    rig.stop_dock()
    out = rig.site.directory / "slots.conf"
    env = dict(os.environ, UMOCKDEV_DIR=str(rig.site.directory / "bus"), LD_PRELOAD="libumockdev-preload.so.0")
    rig.plug(cameras[2])  # one that is in already does not count
    learner = subprocess.Popen([rig.site.bin("asservat-dockd"), "--learn", "--slots", "3", "--out", out, "--config",
                                rig.site.directory / "dock.conf"], stdout=subprocess.PIPE, text=True, env=env)
    order = [cameras[1], cameras[0], cameras[2]]
    for i, camera in enumerate(order, 1):
        line = learner.stdout.readline()
        assert line == f"put a camera into slot {i}\n", line
        rig.bus(f"unplug {camera.port}")
        rig.plug(camera)
        line = learner.stdout.readline()
        assert line == f"slot {i} is port {camera.port}\n", line
    assert learner.wait(60) == 0
    learned = [line for line in out.read_text().splitlines() if not line.startswith("#")]
    if os.umask(os.umask(0)) == 0o022:  # what everybody has: root runs it, and the daemon reads it as another user
        assert out.stat().st_mode & 0o777 == 0o644, oct(out.stat().st_mode)
    assert learned == [f"slot.{i} = {camera.port}" for i, camera in enumerate(order, 1)], learned
    for camera in cameras:
        rig.bus(f"unplug {camera.port}")
    rig.start_dock()


def status_clients_that_do_not_read(rig):
    """They cost nobody anything: the daemon goes on, and who reads is told."""
    camera = rig.camera()
    rig.record(camera, 1, LONG)
    rig.rate("2M", camera)
    deaf = []
    for _ in range(5):
        link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
        link.connect(str(rig.site.status))
        deaf.append(link)
    rig.plug(camera)
    rig.taken_in(camera)
    for link in deaf:
        link.close()
    rig.rate("0", camera)
    rig.unplug(camera)


def first_line(path, request=None):
    """What a socket says (to a request); nothing while too many knock at it."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link:
        link.settimeout(30)
        try:
            link.connect(str(path))
        except BlockingIOError:
            return None
        if request:
            link.sendall(json.dumps(request).encode() + b"\n")
        return json.loads(link.makefile().readline())


def connections_that_are_used_up(rig):
    """Whoever only holds a place gives it up when somebody else knocks."""
    held = []
    for path in (rig.site.status, rig.site.desk):
        for _ in range(40):
            link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            link.settimeout(5)
            try:
                link.connect(str(path))
            except BlockingIOError:
                continue
            held.append(link)
    rig.eventually(lambda: first_line(rig.site.status), "a status")
    rig.eventually(lambda: first_line(rig.site.desk, {"do": "again", "slot": 999}) == {"ok": False, "why": "there is no such slot"},
                   "an answer")
    for link in held:
        link.close()


def the_status_on_a_terminal(rig):
    """A bar, a rate and the time left, while a recording is pulled; --watch shows each change."""
    camera = rig.camera()
    rig.record(camera, 1, LONG)
    rig.rate("500k", camera)
    watch = subprocess.Popen([rig.site.bin("asservat"), "dock", "status", "--watch", "--config", rig.site.conf],
                             stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    rig.plug(camera)
    shown = ""
    rig.until(lambda slots: slots[camera.port]["rate"] > 0 and slots[camera.port].get("left_s") is not None, "a rate")
    now = rig.site.cli("dock", "status").stdout
    line = next(line for line in now.splitlines() if camera.name in line)
    assert re.search(r"\[#*\.*\]\s+\d+ %", line) and re.search(r"\d+\.\d [KM]iB/s\s+\d+:\d\d", line), line
    rig.rate("0", camera)
    rig.rest(camera)
    for line in watch.stdout:
        shown += line
        if camera.name in line and "ready" in line:
            break
    watch.terminate()
    watch.wait()
    assert re.search(r"\[#+\.*\]\s+\d+ %", shown), shown
    rig.unplug(camera)


def the_sandbox_denies(rig):
    """Seen from outside: no new privileges, a filter for calls, no core dumps, and nobody may look into it."""
    status = dict(line.split(":\t", 1) for line in
                  open(f"/proc/{rig.site.dock.process.pid}/status").read().splitlines() if ":\t" in line)
    assert status["NoNewPrivs"] == "1" and status["Seccomp"] == "2", status
    limits = open(f"/proc/{rig.site.dock.process.pid}/limits").read()
    assert re.search(r"Max core file size\s+0\s+0", limits), limits
    soft, hard = re.search(r"Max open files\s+(\d+)\s+(\d+)", limits).groups()
    assert int(soft) >= min(4096, int(hard)), f"{soft} open files are not enough for all slots"
    if rig.log("paths-not-restricted"):
        return  # a kernel without Landlock, which the daemon says
    place = rig.site.directory / "list"
    place.mkdir()
    starts = len(rig.log("started"))
    rig.restart_dock(revocations=place / "revocations")
    rig.eventually(lambda: len(rig.log("started")) > starts, "the sandbox is closed: its sockets answer before")
    place.rmdir()
    place.symlink_to(rig.site.agency)  # a list that is whole and signed, but outside what it may read
    rig.site.dock.process.send_signal(signal.SIGHUP)
    rig.eventually(lambda: rig.log("revocations-refused", status="DENIED"), "it may not read what it does not need")
    rig.restart_dock()


def an_issued_camera_comes_back(rig):
    camera = rig.camera()
    rig.plug(camera)
    slot = rig.rest(camera)[camera.port]["slot"]
    answer = rig.site.dock_order(do="assign", slot=slot, unit="32-3", area="Innenstadt")
    rig.rest(camera)
    rig.eventually(lambda: rig.query("SELECT count(*) FROM asv.assignment WHERE unit = '32-3' AND area = 'Innenstadt'") ==
                   [["1"]], "the assignment is in the register")
    rig.unplug(camera)
    rig.record(camera, 1, SHORT)
    rig.plug(camera)
    rig.taken_in(camera)
    clip = rig.clips(camera)[0]
    assert (clip["unit"], clip["area"]) == ("32-3", "Innenstadt"), clip
    assert rig.query(f"SELECT assignment FROM asv.clip WHERE clip = '{clip['clip']}'") == [[answer["assignment"]]]
    rig.unplug(camera)


def what_systemd_is_told(rig):
    """Ready, how it is, that it lives, and that it stops (sd_notify)."""
    rig.stop_dock()
    path = rig.site.directory / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(path))
        systemd.settimeout(60)

        def told(what):
            while not any(line.startswith(what) for line in systemd.recv(4096).decode().splitlines()):
                pass

        rig.start_dock(env={"NOTIFY_SOCKET": str(path), "WATCHDOG_USEC": "1000000"})
        told("READY=1")
        told("WATCHDOG=1")
        told("STATUS=0 cameras, 0 ready")
        told("WATCHDOG=1")
        rig.stop_dock()
        told("STOPPING=1")
    rig.start_dock()


def a_group_may_see_the_status(rig):
    """A-015: the status, and not the control socket beside it."""
    groups = [group for group in os.getgroups() if group != os.getegid()]
    if os.getuid() == 0:
        groups.append(grp.getgrnam("nogroup").gr_gid)
    for group in groups[-1:]:
        rig.restart_dock(**{"status.group": grp.getgrgid(group).gr_name})
        status, control = rig.site.status.stat(), rig.site.status.with_name("dock-control.sock").stat()
        assert (status.st_gid, status.st_mode & 0o777) == (group, 0o660) and control.st_gid == os.getegid(), (status, control)
    rig.stop_dock()
    rig.site.write_dock_conf(["1-1"], **{**rig.conf, "status.group": "nobody-has-this"})
    done = subprocess.run([rig.site.bin("asservat-dockd"), "--config", rig.site.directory / "dock.conf"], capture_output=True, text=True,
                          check=False, env=dict(os.environ, UMOCKDEV_DIR=str(rig.site.directory / "bus"), LD_PRELOAD="libumockdev-preload.so.0",
                                                ASV_SANDBOX_PATHS=f"{rig.site.directory}/bus:/dev/pts"))
    assert done.returncode != 0 and 'there is no group \\"nobody-has-this\\"' in done.stderr, done
    rig.start_dock()


# As another account, which is there by its group alone: what each order is answered.
STRANGER = """
import os, socket, sys
os.chdir(os.path.dirname(sys.argv[1]))
os.setgroups([]), os.setgid(int(sys.argv[2])), os.setuid(int(sys.argv[3]))
link = socket.socket(socket.AF_UNIX)
link.connect(os.path.basename(sys.argv[1]))
with link.makefile("rw") as lines:
    for order in sys.argv[4:]:
        lines.write(order + chr(10))
        lines.flush()
        print(lines.readline(), end="")
"""


def a_group_issues_and_nothing_else(rig):
    """D-008."""
    if os.getuid() != 0:
        print("skipped: nobody else's account can be taken")
        return
    group = grp.getgrnam("nogroup").gr_gid
    rig.restart_dock(**{"control.group": "nogroup"})
    orders = [json.dumps(order) for order in ({"do": "assign", "slot": 1, "unit": "a", "area": "b"}, {"do": "again", "slot": 1}, {"do": "issue", "badge": "1"},
                                              {"do": "issue"}, {"do": "again", "slot": 1, "badge": "1"})]
    rig.site.desk.parent.chmod(0o755)
    told = lambda group, user: [json.loads(line) for line in subprocess.run(  # noqa: E731
        [sys.executable, "-c", STRANGER, rig.site.desk, str(group), str(user), *orders], capture_output=True, text=True, check=True).stdout.splitlines()]
    theirs, ours = told(group, pwd.getpwnam("nobody").pw_uid), told(os.getegid(), os.geteuid())
    other = "this account issues cameras for badges, and gives no other order"
    assert [answer["why"] for answer in theirs] == [other, other, "not-set-up", other, other], theirs
    assert other not in [answer["why"] for answer in ours] and ours[2]["why"] == "not-set-up", ours


# The dock's call that takes a recording into custody waits for a lock, and not for so long that the dock gives it up soon.
WAITS_FOR_CUSTODY = """SELECT count(*) FROM pg_stat_activity WHERE usename = 'asv_dock' AND wait_event_type = 'Lock'
                       AND clock_timestamp() - query_start < interval '5 seconds'"""


def the_end_while_the_database_hangs(rig):
    """SIGTERM is answered though a recording waits for a call that does not return; the next start ends what was begun."""
    camera = rig.camera()
    rig.record(camera, 2, SHORT)
    hold = subprocess.Popen(["psql", "-XAtq", rig.site.postgres.conninfo("postgres")], stdin=subprocess.PIPE,
                            stdout=subprocess.PIPE, text=True)
    try:
        hold.stdin.write("BEGIN; LOCK TABLE asv.clip IN SHARE MODE; SELECT 'held';\n")
        hold.stdin.flush()
        assert hold.stdout.readline() == "held\n"
        rig.plug(camera)
        rig.eventually(lambda: rig.query(WAITS_FOR_CUSTODY) == [["1"]], "a recording waits for the database")
        assert rig.site.dock.stop(seconds=60) == 0, rig.site.dock.tail()
        assert rig.log("stopped-unfinished"), rig.site.dock.tail()
        assert len(camera.list()) == 2 and "sealed" not in rig.states(camera), "promised before it was in custody"
    finally:
        hold.communicate()  # its end undoes the lock
    rig.start_dock()
    rig.taken_in(camera)
    rig.unplug(camera)


if __name__ == "__main__":
    main(what_systemd_is_told, a_group_may_see_the_status, a_group_issues_and_nothing_else, slots_are_learned_on_the_bus, status_clients_that_do_not_read, connections_that_are_used_up,
         the_status_on_a_terminal, the_sandbox_denies, an_issued_camera_comes_back, the_end_while_the_database_hangs)
