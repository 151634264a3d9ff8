/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * asservatd with the console of this tree, and a dock that says what a test tells it to (docs/DOCK.md, "Status"). */
import { spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import net from "node:net";
import path from "node:path";

export const TOP = path.resolve(import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname), "../..");
const SECONDS = 1000;

export async function until(what, why, ms = 20 * SECONDS) {
  const deadline = Date.now() + ms;
  for (;;) {
    const got = await what();
    if (got) {
      return got;
    }
    if (Date.now() > deadline) {
      throw new Error(`not in time: ${why}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

export class Dock {
  constructor(file) {
    this.file = file;
    this.links = new Set();
  }

  async open(status) {
    this.status = status;
    this.server = net.createServer((link) => {
      this.links.add(link);
      link.on("close", () => this.links.delete(link));
      link.on("error", () => {});
      link.write(`${JSON.stringify(this.status)}\n`);
    });
    this.server.listen(this.file);
    await once(this.server, "listening");
  }

  tell(status) {
    this.status = status;
    this.links.forEach((link) => link.write(`${JSON.stringify(status)}\n`));
  }

  async close() {
    const closed = once(this.server, "close");
    this.server.close();
    this.links.forEach((link) => link.destroy());
    await closed;
  }
}

export class Web {
  constructor(build, directory, dock) {
    this.program = path.join(build, "bin/asservatd");
    this.conf = path.join(directory, "web.conf");
    this.log = path.join(directory, "web.log");
    this.settings = {
      listen: "127.0.0.1:0", console: path.join(TOP, "server/console"), "dock.status": dock.file, "connections.each": 0,
      database: `host=${directory}/nowhere user=asv_web`,
    };
  }

  said() {
    return fs.existsSync(this.log) ? fs.readFileSync(this.log, "utf8") : "";
  }

  async start() {
    fs.writeFileSync(this.conf, Object.entries(this.settings).map(([key, value]) => `${key} = ${value}\n`).join(""));
    fs.writeFileSync(this.log, "");
    this.process = spawn(this.program, ["--config", this.conf], { stdio: ["ignore", "ignore", fs.openSync(this.log, "a")] });
    this.gone = once(this.process, "exit");
    const [, port] = await until(() => / started listen="?127\.0\.0\.1:(\d+)/.exec(this.said()), `start of asservatd\n${this.said()}`);
    this.settings.listen = `127.0.0.1:${port}`; // the same one again
    this.origin = `http://127.0.0.1:${port}`;
  }

  async stop() {
    if (this.process?.exitCode === null) {
      this.process.kill("SIGTERM");
    }
    await this.gone;
  }

  async metric(name) {
    const text = await (await fetch(`${this.origin}/metrics`)).text();
    return Number(new RegExp(`^${name} (\\d+)$`, "m").exec(text)[1]);
  }
}

/* ---- what the dock may say ---- */

const COUNTS = { listed: 1, pulled: 0, committing: 0, stored: 0, quarantined: 0, expired: 0, erased: 0, left: 0, bytes: 0 };
const COLOURS = {
  empty: "grey", connecting: "blue", handshake: "blue", identifying: "blue", listing: "blue", pulling: "blue", sealing: "blue", erasing: "blue",
  waiting: "yellow", finishing: "blue", ready: "green", attention: "yellow", refused: "red", fault: "red", parked: "grey",
};

export function slot(number, state, more = {}) {
  return {
    slot: number, port: `1-2.${number}`, state, colour: COLOURS[state], since_ms: 1_790_000_000_000, why: [], reason: "", offered: false, done: 0, total: 0, rate: 0,
    counts: COUNTS, ...(state === "empty" ? {} : { camera: `BWC-${number}`, serial: `SN-${number}` }), ...more,
  };
}

export function pulling(number, percent, minutes) {
  return slot(number, "pulling", { done: 10_000_000, total: 1_000_000_000, rate: 40_000_000, left_s: 25, step: "payload", number: 3, percent, minutes });
}

export function status(slots, more = {}) {
  return {
    version: "0.1.0", stopping: false, keeper: { up: true, why: "", since_ms: 1 }, database: { up: true, why: "", since_ms: 1 }, stored: 0,
    quarantined: 0, bytes: 0, space: { free: 500_000_000_000, low: false }, slots, ...more,
  };
}

/** An evening: something of everything, in 20 slots. */
export function evening() {
  const slots = Array.from({ length: 20 }, (_, i) => slot(i + 1, "ready"));
  const put = (one) => { slots[one.slot - 1] = one; };
  [pulling(2, 65, 2), pulling(3, 10, 67), pulling(6, 95, 1), pulling(9, 40, 1), slot(5, "sealing"), slot(8, "erasing"), slot(12, "empty"),
    slot(13, "identifying"), slot(18, "empty"), slot(20, "empty"), slot(16, "finishing"),
    slot(4, "attention", { why: ["quarantined"], reason: "recordings on it: 1 in quarantine, to be looked at" }),
    slot(11, "refused", { why: ["foreign"], reason: "not a camera of this agency: its chain leads to another root" }),
    slot(15, "fault", { why: ["silent", "again"], reason: "the camera does not answer: a reply; take it out and put it in again" })].forEach(put);
  return status(slots);
}
