/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What a video element plays of an opening (docs/PLAYBACK.md 4): pieces of it, from the fragment with the key frame before the
 * wanted time on, into Media Source Extensions. M-031: what a jump has no use for is not read to its end, and what lies far behind or
 * ahead of what is shown is not kept. Times are seconds of the recording's own time line. */
import { asProblem, bytes, Problem } from "./api.js";
import { add, t } from "./i18n.js";
import texts from "./texts-opening.js";

add(texts);

const PIECE_BYTES = 1 << 20;
const FIRST_BYTES = 1 << 17; // of each run, so that a picture is there soon
const CHUNK_BYTES = 1 << 16; // each compared with what the camera signed (SEAL.md): what is damaged is damaged as a whole
const KEPT_S = 20; // ahead of what is shown, and behind it,
const KEPT_BYTES = 32 << 20; // and so much of each at most: browsers have room for 100 MiB
const RETRY_MOST_MS = 8000;

/** One of these events, or what ends waiting for them. */
function once(target, names, signal) {
  return new Promise((done) => {
    const heard = new AbortController();
    const end = () => { heard.abort(); done(); };
    names.forEach((name) => target.addEventListener(name, end, { signal: heard.signal }));
    if (signal?.aborted) {
      end();
    }
    signal?.addEventListener("abort", end, { signal: heard.signal });
  });
}

function pause(ms, signal) {
  return Promise.race([new Promise((done) => { setTimeout(done, ms); }), once(signal, ["abort"], signal)]);
}

/** Of those that rise by what `name` names, the index of the last that is not beyond this; 0, if all are. */
export function lastBefore(all, most, name = "ms") {
  let [low, high] = [0, all.length];
  while (low + 1 < high) {
    const middle = (low + high) >> 1;
    [low, high] = all[middle][name] <= most ? [middle, high] : [low, middle];
  }
  return low;
}

export function isPlayable(mime) {
  return "MediaSource" in globalThis && MediaSource.isTypeSupported(mime);
}

function unplayable() {
  return new Problem({ status: 0, title: t("opening.broken"), detail: t("opening.broken.do") });
}

export class Feed {
  /** told: Opening (docs/openapi.yaml). read(): called when a piece has come. trouble({problem, damaged}): something is in the way; damaged:
   * [from, to] in bytes if it is the recording itself. trouble(null): it goes on. */
  constructor(video, path, told, { read, trouble }) {
    this.video = video;
    this.path = path;
    this.told = told;
    this.tell = { read, trouble };
    this.source = new MediaSource();
    this.ended = new AbortController();
    this.buffer = null;
    this.fresh = true; // the buffer has not even got the beginning of the file, which says what is in it
    this.run = null; // the AbortController of what is being read
    this.work = Promise.resolve(); // what the buffer does, one thing after the other
    this.origin = told.start_ms / 1000;
    this.kept = Math.max(2, Math.min(KEPT_S, KEPT_BYTES / (told.bytes / Math.max(1, told.duration_ms / 1000))));
  }

  /** Shows the picture at this time, and is ready to play. */
  async open(at) {
    const opened = once(this.source, ["sourceopen"]);
    const url = URL.createObjectURL(this.source);
    this.video.src = url;
    await opened;
    URL.revokeObjectURL(url);
    this.buffer = this.source.addSourceBuffer(this.told.mime);
    this.source.duration = (this.told.start_ms + this.told.duration_ms) / 1000;
    once(this.video, ["error"], this.ended.signal).then(() => this.fail());
    this.begin(at);
    this.video.currentTime = at;
  }

  fail() {
    if (!this.ended.signal.aborted) {
      this.run.abort();
      this.tell.trouble({ problem: unplayable(), damaged: null });
    }
  }

  /** Nothing of it stays. */
  close() {
    this.ended.abort();
    this.run?.abort();
    this.buffer = null;
    this.video.pause();
    this.video.removeAttribute("src");
    this.video.load();
  }

  has(at) {
    const { buffered, duration } = this.video;
    for (let i = 0; i < buffered.length; i++) {
      if (at >= buffered.start(i) && (at < buffered.end(i) || (this.source.readyState === "ended" && at <= duration))) {
        return true;
      }
    }
    return false;
  }

  seek(at) {
    if (this.buffer === null) {
      return;
    }
    if (!this.has(at)) {
      this.begin(at);
    }
    this.video.currentTime = at;
  }

  /** After what stood in the way. */
  again() {
    this.begin(this.video.currentTime);
  }

  begin(at) {
    this.run?.abort();
    this.run = new AbortController();
    this.tell.trouble(null);
    const { signal } = this.run;
    this.work = this.work.then(() => this.feed(at, signal));
  }

  async feed(at, signal) {
    try {
      if (this.fresh && !signal.aborted) {
        await this.append(await this.read(0, this.told.init_bytes, signal), signal);
        this.fresh = false;
      }
      if (!signal.aborted) {
        await this.clear();
      }
      if (!signal.aborted) {
        await this.follow(lastBefore(this.told.frames, at * 1000), at, signal);
      }
    } catch (error) {
      if (!signal.aborted) {
        this.tell.trouble({ problem: asProblem(error), damaged: error.damaged ?? null });
      }
    }
  }

  /** From that key frame to the end, no faster than it is shown. */
  async follow(first, at, signal) {
    let from = this.told.frames[first].offset;
    for (let size = FIRST_BYTES; from < this.told.bytes && !signal.aborted; size = PIECE_BYTES) {
      const piece = await this.read(from, Math.min(size, this.told.bytes - from), signal);
      from += piece.length;
      await this.append(piece, signal);
      this.settle(first, at, signal);
      await this.trim();
      await this.room(signal);
    }
    if (!signal.aborted && this.source.readyState === "open") { // else what came last was no media, of which the video tells
      this.source.endOfStream();
    }
  }

  /** Where the first picture is said only by itself: what is before it is not waited for. */
  settle(first, at, signal) {
    const { buffered } = this.video;
    if (signal.aborted || buffered.length === 0) {
      return;
    }
    this.origin = first === 0 && at <= buffered.start(0) ? buffered.start(0) : this.origin;
    if (this.video.currentTime < buffered.start(0)) {
      this.video.currentTime = buffered.start(0);
    }
  }

  // ---- reading ----

  /** One piece; fewer bytes when what follows is damaged. */
  async read(from, size, signal) {
    for (let wait = 500; ; wait = Math.min(2 * wait, RETRY_MOST_MS)) {
      try {
        const piece = await bytes(`${this.path}/media?from=${from}&bytes=${size}`, signal);
        this.tell.read();
        this.tell.trouble(null);
        return piece;
      } catch (error) {
        if (signal.aborted) {
          throw error;
        }
        const left = CHUNK_BYTES - (from % CHUNK_BYTES);
        if (error.status === 409 && size > left) {
          size = left; // what is right in front of it is still shown
        } else if (error.status === 429 || error.status === 0) {
          this.tell.trouble(error.status === 0 ? { problem: error, damaged: null } : null);
          await pause(wait, signal);
        } else {
          error.damaged = error.status === 409 ? [from, from + size] : null;
          throw error;
        }
      }
    }
  }

  // ---- the buffer ----

  async append(piece, signal) {
    while (!signal.aborted && this.buffer !== null) {
      try {
        const done = once(this.buffer, ["updateend"]);
        this.buffer.appendBuffer(piece);
        piece.fill(0); // it has its own copy
        await done;
        break;
      } catch (error) {
        if (error.name !== "QuotaExceededError") {
          throw unplayable();
        }
        await this.trim(1);
        await once(this.video, ["timeupdate", "seeking"], signal);
      }
    }
    if (this.video.error !== null || this.source.readyState === "closed") {
      throw unplayable();
    }
  }

  async remove(from, to) {
    const done = once(this.buffer, ["updateend"]);
    this.buffer.remove(from, to);
    await done;
  }

  /** What was begun is forgotten: another fragment follows. */
  async clear() {
    await this.remove(0, Infinity);
    this.buffer?.abort();
  }

  /** To a key frame, as what depends on one goes with it. */
  async trim(kept = this.kept) {
    const { buffered, currentTime } = this.video;
    const until = this.told.frames[lastBefore(this.told.frames, (currentTime - kept) * 1000)].ms / 1000;
    if (this.buffer !== null && buffered.length > 0 && buffered.start(0) < until - 1 && until <= currentTime - kept) {
      await this.remove(0, until - 0.001);
    }
  }

  async room(signal) {
    for (;;) {
      const { buffered, currentTime } = this.video;
      const ahead = buffered.length > 0 ? buffered.end(buffered.length - 1) - currentTime : 0;
      if (signal.aborted || ahead < this.kept) {
        return;
      }
      await once(this.video, ["timeupdate", "seeking"], signal);
    }
  }
}
