# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Asservat authors
"""A whole site in one directory: agency, private PostgreSQL, keeper, dock, vault, cameras, simulated bus.

Used by the demo, the integration tests, the fault runs and the benchmarks. Every process is a child of this one and is
ended by its id; every socket lies in the directory. Nothing waits by sleeping: each step ends with an answer from a
program, or with a deadline.
"""
import contextlib
import hashlib
import json
import os
import re
import select
import signal
import socket
import subprocess
import threading
import time
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
BUS_PATH_MAX = 63  # ASV_UMOCK_DIR_BYTES in tests/bus/umock.h: sockets lie deep inside
RETENTION_DAYS = 14  # after the day of recording; a policy of people may say otherwise later
DOCK_MEMORY_MIB = 64  # resident, with 20 slots, whatever the recordings' size
PASSPHRASE = "demo passphrase, not a secret"
HOST = "demo.example"  # whose ledger it is
DESK = "desk"  # the database's role of the account in which commands run that are not signed, nobody's before there are people
os.environ["ASV_KDF_MEMORY_KIB"] = "64"  # for every program from here on: nothing to make guessing hard for


class SiteError(Exception):
    pass


@contextlib.contextmanager
def uninterrupted():
    """A signal that would end this program waits until the block is over: what is started in it is known to stop()."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    held = []
    ending = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, lambda *got: held.append(got)) for number in ending}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    if held:
        signal.raise_signal(held[0][0])


def run(*command, env=None, check=True, text=True, stdin=None, apart=False):
    """Runs a program to its end; its output is in the error when it fails. Apart, it does not hear the terminal's Ctrl-C."""
    done = subprocess.run([str(part) for part in command], env=env, stdin=stdin or subprocess.DEVNULL,
                          capture_output=True, text=text, process_group=0 if apart else None)
    if check and done.returncode != 0:
        output = done.stderr if text else done.stderr.decode(errors="replace")
        raise SiteError(f"{' '.join(str(part) for part in command)}: exit {done.returncode}\n{output[-4000:]}")
    return done


class Daemon:
    """A program that runs in the background, with its log in a file, in a process group of its own: Ctrl-C does not end it
    before what depends on it. (Not in a session of its own: tests/bus/README.md, pitfalls.)"""

    def __init__(self, name, command, log, env=None):
        self.name = name
        self.log = log
        with open(log, "ab") as out:
            self.process = subprocess.Popen([str(part) for part in command], stdin=subprocess.DEVNULL, stdout=out,
                                            stderr=out, env=env, process_group=0)

    def alive(self):
        return self.process.poll() is None

    def tail(self):
        return "\n".join(Path(self.log).read_text(errors="replace").splitlines()[-15:])

    def wait_for(self, answers, seconds, what):
        """Waits until answers() is true; the program's end or the deadline is an error with its last log lines."""
        deadline = time.monotonic() + seconds
        while not answers():
            if not self.alive():
                raise SiteError(f"{self.name} ended with {self.process.returncode} before {what}\n{self.tail()}")
            if time.monotonic() > deadline:
                raise SiteError(f"{self.name}: no {what} within {seconds} s\n{self.tail()}")
            select.select([], [], [], 0.02)

    def peak_memory_kib(self):
        """The most that it ever had resident."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"^VmHWM:\s*(\d+) kB$", status, re.MULTILINE)[1])

    def stop(self, how=signal.SIGTERM, seconds=10):
        if self.alive():
            self.process.send_signal(how)
            try:
                self.process.wait(seconds)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
                raise SiteError(f"{self.name} did not end within {seconds} s of {how.name}\n{self.tail()}") from None
        return self.process.returncode


def answers(path):
    """Whether somebody listens on a Unix stream socket."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(str(path))
            return True
        except OSError:
            return False


def free_port():
    """A site must know it before anything listens there: the keeper asks for signatures under this origin only."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


def listens(port):
    """Whether somebody does, at this port of this machine."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def bus_command(control, line, seconds=30):
    """One command to the simulated bus; what it answers behind "ok"."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link:
        link.settimeout(seconds)
        link.connect(str(control))
        link.sendall(line.encode() + b"\n")
        answer = b""
        while not answer.endswith(b"\n"):
            part = link.recv(65536)
            if not part:
                break
            answer += part
    text = answer.decode().strip()
    if not text.startswith("ok"):
        raise SiteError(f"asservat-bus: {line}: {text}")
    return text[2:].strip()


class Video:
    """Real video, made once per length: H.264 and AAC in fragmented MP4, as a camera's encoder would give it."""

    def __init__(self, directory):
        self.directory = directory

    def make(self, seconds, size="640x360", rate="800k"):
        path = self.directory / f"{seconds}s-{size}-{rate}.mp4"
        if not path.exists():
            self.directory.mkdir(parents=True, exist_ok=True)
            new = path.with_suffix(".new")
            run("ffmpeg", "-nostdin", "-v", "error", "-y",
                "-f", "lavfi", "-i", f"testsrc2=size={size}:rate=25", "-f", "lavfi", "-i", "sine=frequency=440",
                "-t", seconds, "-c:v", "libx264", "-preset", "ultrafast", "-b:v", rate, "-minrate", rate,
                "-maxrate", rate, "-bufsize", rate, "-g", "25", "-pix_fmt", "yuv420p", "-c:a", "aac", "-b:a", "64k",
                "-movflags", "frag_keyframe+empty_moov+default_base_moof", "-f", "mp4", new)
            new.rename(path)
        return path

    def foreign(self, seconds, **how):
        """One that a camera takes, and that does not look like what it writes itself: so many boxes stand before its first fragment. Browsers
        are given it by asservat-media (PLAYBACK.md 3)."""
        made = self.make(seconds, **how)
        path, data = made.with_name(f"foreign-{made.name}"), made.read_bytes()
        at = data.index(b"moof") - 4
        path.write_bytes(data[:at] + 20 * b"\0\0\0\x08free" + data[at:])
        return path


class Media:
    """As asservat-media.socket and its service, as far as somebody may who is not root: a program for each connection, which has that alone, and
    two minutes."""

    def __init__(self, path, program):
        self.program = program
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(path))
        os.chmod(path, 0o600)
        self.listener.listen()
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        with contextlib.suppress(OSError):
            while True:
                link, _ = self.listener.accept()
                threading.Thread(target=self.take, args=(link,), daemon=True).start()

    def take(self, link):
        with link:
            self.answer(link)

    def answer(self, link):
        child = subprocess.Popen([self.program], stdin=link, cwd="/", env={name: value for name, value in os.environ.items() if name != "LD_PRELOAD"})
        link.close()
        try:
            child.wait(120)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()

    def close(self):
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


class Postgres:
    """The private cluster of deploy/lib/postgres with one empty database."""

    def __init__(self, directory):
        self.directory = directory
        self.running = False

    def conninfo(self, user):
        return f"host={self.directory}/run user={user} dbname=asservat"

    def do(self, what):
        with uninterrupted():
            run(TOP / "deploy/lib/postgres", what, self.directory, apart=True)
            self.running = what == "start"

    def start(self):
        self.do("start")
        there = self.query("SELECT 1 FROM pg_database WHERE datname = 'asservat'", database="postgres")
        if not there:
            self.query("CREATE DATABASE asservat TEMPLATE template0 ENCODING 'UTF8'", database="postgres")

    def stop(self):
        self.do("stop")

    def crash(self):
        self.do("crash")

    def query(self, sql, database="asservat", user="postgres"):
        """Rows as lists of texts."""
        done = run("psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-F", "\x1f", "-h", self.directory / "run", "-U", user,
                   "-d", database, "-c", sql)
        return [line.split("\x1f") for line in done.stdout.splitlines()]


class Camera:
    """A camera: a store in a directory, shown on the bus at a port."""

    def __init__(self, site, name, enrolled=True):
        self.site = site
        self.name = name
        self.enrolled = enrolled
        self.directory = site.directory / "cameras" / name
        self.port = None

    def tool(self, command, *arguments, **keywords):
        return run(self.site.bin("asservat-camera"), command, self.directory, *arguments, **keywords)

    def list(self):
        """What the camera itself says it holds."""
        return json.loads(self.tool("list", "--json").stdout)


class Site:
    """Everything. Directories are made with make(); programs start and stop in any order."""

    replica = False  # whether the keeper's store has one

    def __init__(self, directory, build, name="Stadt Musterstadt", days=RETENTION_DAYS, port=None):
        """port: where the web server listens; None: nowhere"""
        self.directory = Path(directory).resolve()
        self.build = Path(build).resolve()
        self.name = name
        self.days = days
        self.port = port
        self.origin = f"http://localhost:{port}"
        self.peer = "dock"  # what the keeper takes this user for: the dock, or with "admin" people at their desks, too
        self.postgres = Postgres(self.directory / "postgres")
        self.video = Video(self.directory / "media")
        self.cameras = {}
        self.keeper = None
        self.dock = None
        self.bus = None
        self.web = None
        self.media = None
        self.conf = self.directory / "asservat.conf"

    # ---- paths ----

    def bin(self, name):
        return self.build / "bin" / name

    @property
    def agency(self):
        return self.directory / "agency"

    @property
    def status(self):
        return self.directory / "run" / "dock-status.sock"

    @property
    def desk(self):
        return self.directory / "run" / "dock-control.sock"

    @property
    def published(self):
        return self.directory / "published"

    @property
    def control(self):
        return self.directory / "bus" / "control"

    # ---- making ----

    def fits(self):
        """Whether the programs can live in the directory at all."""
        if not re.fullmatch(r"[A-Za-z0-9/._+@-]+", str(self.directory)):
            raise SiteError(f"{self.directory}: give a path of letters, digits and /._+@- only; it stands in configuration")
        if len(f"{self.directory}/bus") > BUS_PATH_MAX:
            raise SiteError(f"{self.directory}: too long a path for Unix sockets in it; give one of at most "
                            f"{BUS_PATH_MAX - len('/bus')} characters")
        if os.geteuid() == 0:
            for parent in self.directory.parents:
                if not parent.stat().st_mode & 0o001:
                    raise SiteError(f"{self.directory}: PostgreSQL, which does not run as root, cannot pass {parent}; "
                                    "give another directory")

    def make(self):
        """Agency, database, configuration of every program."""
        self.fits()
        self.directory.mkdir(parents=True, exist_ok=True)
        self.directory.chmod(0o755)  # PostgreSQL runs as another user when this is root
        for name in ("log", "cameras", "keeper", "bus", "run"):
            (self.directory / name).mkdir(exist_ok=True)
        passphrase = self.directory / "passphrase"
        passphrase.write_text(PASSPHRASE + "\n")
        passphrase.chmod(0o600)
        self.write_conf()
        run(self.bin("asservat"), "init", "--config", self.conf, "--dir", self.agency, "--name", self.name,
            "--dock", "Dock 1", "--root-passphrase-file", passphrase, "--ca-passphrase-file", passphrase)
        (self.directory / "root.cert").write_bytes((self.agency / "root.cert").read_bytes())  # as INSTALLATION.md has it, for everybody
        self.postgres.start()
        self.cli("db", "migrate")
        self.postgres.query(f"CREATE ROLE {DESK} LOGIN IN ROLE asv_staff")
        self.cli("db", "register")
        run(self.bin("asservat-keeper"), "--config", self.directory / "keeper.conf", "--init")

    def write_conf(self):
        d = self.directory
        user = run("id", "-un").stdout.strip()
        self.conf.write_text(f"""\
agency = {self.agency}
root = {d}/root.cert
database = {self.postgres.conninfo('asv_admin')}
database.staff = {self.postgres.conninfo(DESK)}
database.dock = {self.postgres.conninfo('asv_dock')}
database.owner = {self.postgres.conninfo('postgres')}
database.backup = {self.postgres.conninfo('asv_backup')}
database.ledger = {self.postgres.conninfo('asv_ledger')}
database.cosign = {self.postgres.conninfo('asv_cosign')}
database.check = {self.postgres.conninfo('asv_check')}
database.publish = {self.postgres.conninfo('asv_publish')}
vault = {d}/vault
vault.mirror = {d}/mirror
vault.cached = yes
keeper = {d}/keeper.sock
dock.status = {d}/run/dock-status.sock
""")
        (d / "keeper.conf").write_text(f"""\
store = {d}/keeper/store
identity = {self.agency}/keeper
socket = {d}/keeper.sock
slot.1 = file:{d}/keeper/slot-1
slot.2 = file:{d}/keeper/slot-2
retention_days = {self.days}
peer.{user} = {self.peer}
""" + (f"replica = {d}/keeper/replica\n" if self.replica else "") + (f"origin = {self.origin}\n" if self.port else ""))

    def agency_id(self):
        """What the agency publishes: SHA-256 of its root's key (VERIFY.md, key_of)."""
        cert, at = (self.agency / "root.cert").read_bytes(), 55
        for _ in range(3):
            at += 1 + cert[at]
        return hashlib.sha256(cert[at + 2:at + 34]).hexdigest()

    def write_handover_conf(self, agency="Stadt Duisburg", address="Königstraße 63; 47051 Duisburg"):
        """Where hand-overs are made, and what their letters say; returns the directory."""
        directory = self.directory / "handover"
        with self.conf.open("a", encoding="utf-8") as conf:
            conf.write(f"""\
database.export = {self.postgres.conninfo('asv_export')}
handover = {directory}
handover.package = {self.agency}/keeper/package.crt
handover.chains = {self.agency}/keeper
handover.xjustiz = {TOP}/deploy/xjustiz/3.6.2.json
handover.documents = {self.bin('asservat-documents')}
handover.media = {self.directory}/run/media.sock
handover.agency = {agency}
handover.office = Bürger- und Ordnungsamt
handover.address = {address}
""")
        return directory

    def write_dock_conf(self, ports, **more):
        """dock.conf with these ports as slots 1, 2, …; `more` adds to what stands here, or replaces it (None: left out)"""
        values = {
            "identity": f"{self.agency}/dock", "vault": f"{self.directory}/vault",
            "vault.mirror": f"{self.directory}/mirror", "production": "no", "readback": "cached",
            "keeper.socket": f"{self.directory}/keeper.sock", "database": self.postgres.conninfo("asv_dock"),
            "status.socket": self.status, "free_floor": "64M", "free_warn": "64M", "quarantine": "1G",
            "retention_days": self.days,
        } | {f"slot.{i}": port for i, port in enumerate(ports, 1)} | more
        (self.directory / "dock.conf").write_text(
            "".join(f"{key} = {value}\n" for key, value in values.items() if value is not None))

    def cli(self, *arguments, **keywords):
        return run(self.bin("asservat"), *arguments, "--config", self.conf, **keywords)

    def json(self, *arguments):
        return json.loads(self.cli(*arguments, "--json").stdout)

    def enrol(self, name, unit="32-3", enrolled=True):
        """Makes a camera; a stranger (enrolled=False) gets a certificate from an agency of its own."""
        camera = Camera(self, name, enrolled)
        agency = self.agency if enrolled else self.directory / "elsewhere"
        if not agency.exists():
            run(self.bin("asservat"), "init", "--dir", agency, "--name", "Elsewhere", "--root-passphrase-file",
                self.directory / "passphrase", "--ca-passphrase-file", self.directory / "passphrase")
        request = self.directory / "cameras" / f"{name}.request"
        chain = self.directory / "cameras" / f"{name}.chain"
        run(self.bin("asservat-camera"), "init", camera.directory, "--model", "Asservat C1", "--serial", name,
            "--request", request)
        where = [] if enrolled else ["--no-database"]
        self.cli("camera", "enrol", "--request", request, "--out", chain, "--unit", unit, "--name", name, "--yes",
                 "--passphrase-file", self.directory / "passphrase", "--dir", agency, *where)
        camera.tool("install", chain, agency / "root.cert")
        self.cameras[name] = camera
        return camera

    def give_keys(self, camera):
        """Its first bulletin, otherwise than by docking; the keeper must know this user as an administrator."""
        chain, bulletin = (self.directory / "cameras" / f"{camera.name}.{what}" for what in ("chain", "bulletin"))
        self.cli("camera", "bulletin", "--chain", chain, "--out", bulletin, "--keeper", self.directory / "keeper.sock")
        camera.tool("install", chain, self.agency / "root.cert", bulletin)

    # ---- running ----

    def start_keeper(self, env=None):
        with uninterrupted():
            self.keeper = Daemon("asservat-keeper",
                                 [self.bin("asservat-keeper"), "--config", self.directory / "keeper.conf"],
                                 self.directory / "log/keeper.log", dict(os.environ) | (env or {}))
        self.keeper.wait_for(lambda: answers(self.directory / "keeper.sock"), 30, "socket")

    def start_bus(self, *commands, env=None):
        arguments = []
        for command in commands:
            arguments += ["-c", command]
        with uninterrupted():
            self.bus = Daemon("asservat-bus", [self.bin("asservat-bus"), "--dir", self.directory / "bus", *arguments],
                              self.directory / "log/bus.log", dict(os.environ) | (env or {}))
        self.bus.wait_for(lambda: answers(self.control), 30, "control socket")

    def start_dock(self, env=None):
        """The unmodified daemon; only its view of /sys and /dev/bus/usb is the simulated bus's."""
        environment = dict(os.environ, UMOCKDEV_DIR=str(self.directory / "bus"),
                           LD_PRELOAD=":".join(["libumockdev-preload.so.0", *filter(None, [os.environ.get("LD_PRELOAD")])]),
                           ASV_SANDBOX_PATHS=f"{self.directory}/bus:/dev/pts") | (env or {})
        with uninterrupted():
            self.dock = Daemon("asservat-dockd", [self.bin("asservat-dockd"), "--config", self.directory / "dock.conf"],
                               self.directory / "log/dockd.log", environment)
        self.dock.wait_for(lambda: answers(self.status), 30, "status socket")

    def start_web(self):
        """The web server with the console of this tree, on this machine's own address."""
        conf, d = self.directory / "web.conf", self.directory
        media = d / "run/media.sock"
        self.published.mkdir(exist_ok=True)
        self.media = self.media or Media(media, self.bin("asservat-media"))
        conf.write_text(f"""\
listen = 127.0.0.1:{self.port}
origin = {self.origin}
console = {TOP}/server/console
dock.status = {self.status}
dock.control = {self.desk}
database = {self.postgres.conninfo('asv_web')}
keeper = {d}/keeper.sock
root = {d}/root.cert
vault = {d}/vault
vault.mirror = {d}/mirror
vault.cached = yes
ledger = {self.published}/{HOST}
media = {media}
""")
        with uninterrupted():
            self.web = Daemon("asservatd", [self.bin("asservatd"), "--config", conf], d / "log/asservatd.log")
        self.web.wait_for(lambda: listens(self.port), 30, "port")

    def check_dock_memory(self):
        """What docs/DOCK.md promises for 20 slots; in MiB, what it was."""
        peak = self.dock.peak_memory_kib() / 1024
        if peak > DOCK_MEMORY_MIB:
            raise SiteError(f"asservat-dockd had {peak:.1f} MiB of memory resident; {DOCK_MEMORY_MIB} is its limit for 20 slots")
        return peak

    def dock_status(self):
        """The dock's newest status."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link:
            link.settimeout(10)
            link.connect(str(self.status))
            return json.loads(link.makefile("rb").readline())

    def dock_slots(self):
        """Of the newest status, by port."""
        return {slot["port"]: slot for slot in self.dock_status()["slots"]}

    def dock_order(self, **order):
        """An order of the desk to the dock (docs/DOCK.md, the control socket); what it answers."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link:
            link.settimeout(10)
            link.connect(str(self.desk))
            link.sendall(json.dumps(order).encode() + b"\n")
            answer = json.loads(link.makefile("rb").readline())
        if not answer["ok"]:
            raise SiteError(f"asservat-dockd: {order}: {answer['why']}")
        return answer

    def dock_log(self, event, **fields):
        """The dock's log lines of this event, with these fields among theirs."""
        wanted = [f" {event}"] + [f" {key}={value} " for key, value in fields.items()]
        lines = (self.directory / "log/dockd.log").read_text(errors="replace").splitlines()
        return [line for line in lines if all(word in line + " " for word in wanted)]

    # ---- the vault ----

    def stored(self, area):
        """Clip directories of an area of the vault."""
        pattern = {"sealed": "sealed/*/*/*/*", "quarantine": "quarantine/*", "staging": "staging/*"}[area]
        return sorted((self.directory / "vault").glob(pattern))

    def verify(self, clip, *arguments, **keywords):
        """asservat-verify on a clip directory."""
        return run(self.bin("asservat-verify"), clip, "--trust", self.agency / "root.cert", *arguments, **keywords)

    # ---- ending ----

    def stop(self):
        """Ends what was started, in the order in which it depends on each other; one that does not end keeps none of the
        others from it."""
        problems = []
        with uninterrupted():
            for stop in [daemon.stop for daemon in (self.web, self.dock, self.bus, self.keeper) if daemon is not None] + \
                    ([self.postgres.stop] if self.postgres.running else []):
                try:
                    stop()
                except SiteError as error:
                    problems.append(str(error))
            if self.media is not None:
                self.media.close()
        if problems:
            raise SiteError("\n".join(problems))
