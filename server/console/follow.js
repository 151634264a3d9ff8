/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Follows the dock, or what is new: one EventSource, which is opened again when it ends, and less and less often while that fails. Runs
 * in a shared worker, or in a page where there is none.
 *
 * What it tells is {link, away, dock or news, at}: whether the server is there ("live", "lost"; "refused": it is, and may not be asked this;
 * "ended": the session is over, and nothing more will come); whether what it follows does not answer; what that said last, and when that
 * was known to hold. */

const EVENTS = { dock: "/api/v1/dock/events", news: "/api/v1/events" };
const SILENT_MS = 35_000; // the server says something every 15 s,
const OPENING_MS = 5_000; // and at once how the dock is
const FIRST_MS = 500;
const LAST_MS = 15_000;

export class Follower {
  constructor(name, tell) {
    this.name = name;
    this.tell = tell;
    this.state = { link: "connecting", away: false, [name]: null, at: null };
    this.pause = FIRST_MS;
    this.source = null;
    this.timer = null;
  }

  start() {
    if (this.source === null && this.timer === null) {
      this.pause = FIRST_MS;
      this.open();
    }
  }

  /** Nobody looks. What was known is told again at the next start, as something old. */
  stop() {
    this.close();
    clearTimeout(this.timer);
    this.timer = null;
    this.state = { ...this.state, link: "connecting" };
  }

  open() {
    this.timer = null;
    this.source = new EventSource(EVENTS[this.name]);
    this.source.addEventListener(this.name, (event) => this.heard({ away: false, [this.name]: JSON.parse(event.data) }));
    this.source.addEventListener("away", () => this.heard({ away: true }));
    this.source.addEventListener("alive", () => this.heard({}));
    this.source.addEventListener("ended", () => this.end());
    this.source.onerror = () => this.lost(this.source.readyState === EventSource.CLOSED ? "refused" : "lost");
    this.watch(OPENING_MS);
  }

  /** Time passes without a word: the connection is there for the system only. */
  watch(ms) {
    clearTimeout(this.silence);
    this.silence = setTimeout(() => this.lost(), ms);
  }

  heard(change) {
    this.pause = FIRST_MS;
    this.watch(SILENT_MS);
    this.state = { ...this.state, ...change, link: "live" };
    if (!this.state.away && this.state[this.name] !== null) {
      this.state.at = Date.now();
    }
    this.tell(this.state);
  }

  end() {
    this.close();
    this.state = { ...this.state, link: "ended" };
    this.tell(this.state);
  }

  lost(link = "lost") {
    this.close();
    this.state = { ...this.state, link };
    this.tell(this.state);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.open(), this.pause * (0.75 + Math.random() / 2)); // not all screens at once
    this.pause = Math.min(this.pause * 2, LAST_MS);
  }

  close() {
    clearTimeout(this.silence);
    this.source?.close();
    this.source = null;
  }
}
