/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Plays a recording that is shown (docs/PLAYBACK.md 4): the picture, its buttons and keys, what is known of it, and how that ends. */
import { bytes, now, part, peek } from "./api.js";
import { banner, dialog, facts, moment, pageHead, section, table } from "./components.js";
import { h, icon, say, show } from "./dom.js";
import { integrityBadge } from "./fates.js";
import { Feed, lastBefore } from "./feed.js";
import { add, size, t } from "./i18n.js";
import { Still } from "./still.js";
import texts from "./texts-opening.js";
import { markerList, position, TimeLine } from "./timeline.js";

add(texts);

const SPEEDS = [0.25, 0.5, 0.75, 1, 1.5, 2, 4];
const SKIP_S = 10;
const ARROW_S = 5;
const PROBE_S = 0.008; // no camera takes more than 120 pictures a second
const SETTLED_MS = 300; // a picture that is seen already is not always told of again
const ASKED_MS = 5000; // M-033
const TOUCHED_MS = 30_000; // whoever watches what is read already keeps it open
const SOON_MS = 120_000;
const CHANGES = ["play", "pause", "seeked", "timeupdate", "durationchange", "progress", "waiting", "playing", "ratechange", "volumechange", "loadeddata",
  "ended"];
const left = { opening: null, at: 0 }; // where it was when the page was drawn anew, in another language

function iconButton(name, label, key, onclick) {
  return h("button", { class: "button quiet sign", type: "button", title: key === "" ? label : `${label} (${key})`, "aria-label": label, onclick }, icon(name));
}

function keysDialog() {
  const rows = [[t("opening.key.space"), "opening.key.toggle"], ["k", "opening.key.toggle"], [", .", "opening.key.frame"], ["j l", "opening.key.skip"],
    ["← →", "opening.key.arrow"], ["< >", "opening.key.speed"], ["m M", "opening.key.mark"], [t("opening.key.home"), "opening.key.end"], ["s", "opening.still"],
    ["f", "opening.full"], ["?", "opening.keys"]];
  dialog(t("opening.keys"), h("p", {}, t("opening.keys.do")), table(t("opening.keys"), [
    { title: t("opening.keys.key"), cell: ([key]) => h("kbd", {}, key) },
    { title: t("opening.keys.what"), cell: ([, what]) => t(what) },
  ], rows));
}

/** told: Opening (docs/openapi.yaml). over(why): called when it is shown no more. */
export class Player {
  constructor(main, path, told, over) {
    this.main = main;
    this.path = path;
    this.told = told;
    this.over = over;
    this.frame = null; // media time of the picture that is seen, where the browser says it
    this.shortest = Infinity; // from one picture to the next, as far as it was seen
    this.stepping = Promise.resolve();
    this.wanted = 0; // counts what was asked for, but steps
    this.damaged = [];
    this.isOver = false;
    this.warned = "";
    this.asked = this.touched = performance.now();
    this.video = this.picture();
    this.feed = new Feed(this.video, this.path, told, {
      read: () => { this.asked = this.touched = performance.now(); },
      trouble: (what) => this.tell(what),
    });
    this.build();
    this.watch();
    this.timer = setInterval(() => this.watch(), 1000);
    this.follow();
  }

  // ---- what is there to see ----

  /** M-035: nothing offers to save it. */
  picture() {
    const video = h("video", { class: "picture", playsinline: true, disablepictureinpicture: true, disableremoteplayback: true,
      controlslist: "nodownload noremoteplayback", preload: "none", "aria-label": t("opening.video"), onclick: () => this.toggle(),
      oncontextmenu: (event) => event.preventDefault() });
    for (const name of CHANGES) {
      video.addEventListener(name, () => this.draw());
    }
    return video;
  }

  build() {
    const { told } = this;
    this.line = new TimeLine(told, (at) => this.seek(at));
    this.trouble = h("div", { class: "banners", role: "status" });
    this.soon = h("div", { class: "banners", role: "status" });
    this.idle = h("span", { class: "figure" });
    this.waiting = h("p", { class: "waiting", hidden: true }, t("opening.waiting"));
    this.region = h("section", { class: "player", tabindex: -1, "aria-label": t("opening.player"), onkeydown: (event) => this.key(event) },
      h("div", { class: "screen" }, this.video, this.waiting), this.line.element, this.controls());
    this.main.replaceChildren(
      pageHead(t("opening"), h("button", { class: "button quiet", type: "button", onclick: keysDialog }, t("opening.keys")),
        h("button", { class: "button", type: "button", onclick: () => this.end() }, t("opening.end"))),
      ...this.warnings(), this.soon, this.trouble, h("div", { class: "watched" }, this.region, this.marks()), this.about());
  }

  controls() {
    this.clock = h("p", { class: "clock-line figure" });
    this.speed = h("span", { class: "figure speed", role: "status", "aria-label": t("opening.speed") });
    this.play = iconButton("play", t("opening.play"), "k", () => this.toggle());
    this.play.classList.remove("quiet");
    this.sound = iconButton("sound", t("opening.mute"), "", () => { this.video.muted = !this.video.muted; });
    this.note = h("p", { class: "unseen", role: "status" });
    const group = (...all) => h("div", { class: "group" }, all);
    return h("div", { class: "controls" },
      group(this.play, this.clock),
      group(iconButton("markBack", t("opening.mark.back"), "M", () => this.mark(-1)),
        iconButton("back", t("opening.back", { n: SKIP_S }), "j", () => this.skip(-SKIP_S)),
        iconButton("frameBack", t("opening.frame.back"), ",", () => this.step(-1)),
        iconButton("frameForward", t("opening.frame.forward"), ".", () => this.step(1)),
        iconButton("forward", t("opening.forward", { n: SKIP_S }), "l", () => this.skip(SKIP_S)),
        iconButton("markForward", t("opening.mark.forward"), "m", () => this.mark(1))),
      group(iconButton("slower", t("opening.slower"), "<", () => this.faster(-1)), this.speed,
        iconButton("faster", t("opening.faster"), ">", () => this.faster(1))),
      group(this.sound, iconButton("still", t("opening.still"), "s", () => this.still()),
        iconButton("full", t("opening.full"), "f", () => this.full())), this.note);
  }

  /** M-036 */
  warnings() {
    const { told } = this;
    const until = position(told.duration_ms / 1000);
    return [
      told.truncated ? banner({ colour: "yellow", title: t("opening.truncated"), text: t("opening.truncated.do", { at: until }) }) : null,
      told.tail_bytes > 0 ? banner({ colour: "yellow", title: t("opening.tail", { size: size(told.tail_bytes) }), text: t("opening.tail.do") }) : null,
      told.verdict === "GAP" ? banner({ colour: "red", title: t("opening.gap"), text: t("opening.gap.do") }) : null,
    ].filter(Boolean);
  }

  marks() {
    const { told } = this;
    this.marked = h("div", {});
    this.markedFor = null; // the beginning from which the list counts
    return section(t("opening.marks"),
      told.markers.length === 0 ? h("p", { class: "original" }, t("opening.marks.none")) : this.marked,
      told.markers_more ? h("p", {}, t("opening.marks.more")) : null);
  }

  about() {
    const { told } = this;
    this.length = h("span", { class: "figure" });
    const last = told.checkpoints.at(-1);
    return section(t("opening.facts"), facts([
      [t("opening.clip"), h("a", { href: `#/clips/${told.clip}` }, told.clip)],
      [t("opening.verdict"), integrityBadge(told.verdict)],
      [t("opening.length"), this.length],
      [t("opening.size"), size(told.verified_bytes)],
      [t("opening.format"), [`${told.container} (${told.codecs})`, told.remuxed ? h("p", { class: "original" }, t("opening.remuxed")) : null].filter(Boolean)],
      [t("opening.preroll"), told.preroll_ms > 0 ? position(told.preroll_ms / 1000, true) : null],
      [t("opening.signed"), last ? position((last.ms - told.start_ms) / 1000) : null],
      [t("opening.until"), moment(told.expires_at)],
      [t("opening.idle"), this.idle],
    ]));
  }

  /** Where it is, in seconds from the beginning. */
  at() {
    return Math.max(0, this.video.currentTime - this.feed.origin);
  }

  span() {
    const { duration } = this.video;
    return Math.max(0.001, Number.isFinite(duration) ? duration - this.feed.origin : this.told.duration_ms / 1000);
  }

  draw() {
    if (this.isOver) {
      return;
    }
    const { video, feed } = this;
    const read = Array.from({ length: video.buffered.length }, (_, i) => [video.buffered.start(i) - feed.origin, video.buffered.end(i) - feed.origin]);
    const at = this.at();
    this.line.draw({ origin: feed.origin, length: this.span(), at, read, damaged: this.damaged.map(([from, to]) => [from - feed.origin, to - feed.origin]) });
    const seen = video.paused && this.frame !== null && !video.seeking ? this.frame - feed.origin : at;
    if (this.markedFor !== feed.origin) {
      this.markedFor = feed.origin;
      this.marked.replaceChildren(markerList(this.told.markers, feed.origin, (to) => this.seek(to)));
    }
    say(this.clock, `${position(seen, video.paused)} / ${position(this.span())}`);
    say(this.length, position(this.span(), true));
    say(this.speed, `${String(video.playbackRate).replace(".", t("opening.point"))}×`);
    this.change(this.play, video.paused ? "play" : "pause", t(video.paused ? "opening.play" : "opening.pause"), " (k)");
    this.change(this.sound, video.muted ? "mute" : "sound", t(video.muted ? "opening.sound" : "opening.mute"));
    const there = video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA && (!video.seeking || feed.has(video.currentTime));
    show(this.waiting, !there && this.trouble.childElementCount === 0);
    left.at = video.currentTime;
  }

  change(button, name, label, key = "") {
    if (button.getAttribute("aria-label") !== label) {
      button.setAttribute("aria-label", label);
      button.title = label + key;
      button.replaceChildren(icon(name));
    }
  }

  /** Keeps which picture is seen, wherever the browser tells. */
  follow() {
    if (this.isOver || !("requestVideoFrameCallback" in this.video)) {
      return;
    }
    this.video.requestVideoFrameCallback((_, { mediaTime }) => {
      const passed = this.frame === null ? 0 : mediaTime - this.frame;
      if (passed > PROBE_S / 2 && passed < this.shortest) {
        this.shortest = passed;
      }
      this.frame = mediaTime;
      this.draw();
      this.follow();
    });
  }

  // ---- what is done ----

  open() {
    const at = left.opening === this.path ? left.at : 0;
    left.opening = this.path;
    this.draw();
    return this.feed.open(Math.max(at, this.feed.origin));
  }

  toggle() {
    this.wanted += 1;
    if (!this.video.paused) {
      this.video.pause();
      return;
    }
    if (this.video.ended) {
      this.seek(0);
    }
    this.video.play().catch(() => {}); // what keeps it from playing is told by the feed
  }

  /** at: seconds from the beginning. */
  seek(at) {
    this.wanted += 1;
    this.feed.seek(this.feed.origin + Math.min(Math.max(0, at), this.span()));
    this.draw();
  }

  skip(seconds) {
    this.seek(this.at() + seconds);
  }

  faster(steps) {
    const at = SPEEDS.indexOf(this.video.playbackRate);
    this.video.playbackRate = SPEEDS[Math.min(SPEEDS.length - 1, Math.max(0, at + steps))];
  }

  mark(direction) {
    const at = this.at();
    const all = this.told.markers.map((one) => ({ ...one, at: Math.max(0, one.ms / 1000 - this.feed.origin) }));
    const found = direction > 0 ? all.find((one) => one.at > at + 0.05) : all.findLast((one) => one.at < at - (this.video.paused ? 0.05 : 1));
    say(this.note, found ? `${t(`mark.${found.kind}`)}, ${position(found.at)}` : t("opening.mark.none"));
    if (found) {
      this.seek(found.at);
    }
  }

  /** One after the other, until something else is wanted. */
  step(direction) {
    const { wanted } = this;
    this.video.pause();
    this.stepping = this.stepping.then(() => this.stepOnce(direction, wanted));
  }

  /** What is seen is about the last picture not after the current time: the next one, or the one before, is looked for, from where it can be at the
   * earliest. */
  async stepOnce(direction, wanted) {
    const from = this.frame;
    if (from === null) { // a browser that does not tell: as most cameras do it
      await this.settled(this.video.currentTime + direction / 25, wanted);
      return;
    }
    const known = Number.isFinite(this.shortest);
    const first = direction > 0 ? this.shortest + PROBE_S / 4 : this.shortest / 2;
    for (let on = known ? first : PROBE_S; this.frame === from && on < 1 && this.isWithin(from + direction * on); on += PROBE_S) {
      await this.settled(from + direction * on, wanted);
    }
  }

  isWithin(at) {
    return at >= this.feed.origin && at < this.feed.origin + this.span();
  }

  /** Shows the picture there, and waits until it is seen, or was there before. Nothing, when something else is wanted. */
  settled(to, wanted) {
    const { video, feed } = this;
    return new Promise((done) => {
      const end = () => { clearInterval(timer); done(); };
      const timer = setInterval(() => (this.wanted !== wanted || (!video.seeking && feed.has(video.currentTime))) && end(), SETTLED_MS);
      if (this.wanted !== wanted || !this.isWithin(to)) {
        end();
        return;
      }
      if ("requestVideoFrameCallback" in video) {
        video.requestVideoFrameCallback(end);
      }
      feed.seek(to);
    });
  }

  still() {
    this.video.pause();
    const seen = this.frame ?? this.video.currentTime;
    if (this.video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) {
      say(this.note, t("opening.still.none"));
      return;
    }
    new Still(this.video, this.told.clip, seen, position(seen - this.feed.origin, true)).show();
  }

  full() {
    if (document.fullscreenElement) {
      document.exitFullscreen();
    } else {
      this.region.requestFullscreen().catch(() => {});
    }
  }

  /** M-034: only while something in the player has the focus. */
  key(event) {
    if (event.ctrlKey || event.altKey || event.metaKey || (event.key === " " && event.target.closest("button"))) {
      return;
    }
    const deeds = {
      " ": () => this.toggle(), k: () => this.toggle(), ",": () => this.step(-1), ".": () => this.step(1), j: () => this.skip(-SKIP_S), l: () => this.skip(SKIP_S),
      ArrowLeft: () => this.skip(-ARROW_S), ArrowRight: () => this.skip(ARROW_S), "<": () => this.faster(-1), ">": () => this.faster(1),
      m: () => this.mark(1), M: () => this.mark(-1), Home: () => this.seek(0), End: () => this.seek(this.span()),
      s: () => this.still(), f: () => this.full(), "?": keysDialog,
    };
    if (Object.hasOwn(deeds, event.key)) {
      event.preventDefault();
      deeds[event.key]();
    }
  }

  // ---- what goes wrong, and how it ends ----

  /** Of the feed: {problem, damaged}, or null when nothing is in the way any more. */
  tell(what) {
    if (this.isOver) {
      return;
    }
    if (what === null) {
      this.trouble.replaceChildren();
    } else if (what.problem.status === 404) {
      this.gone();
    } else {
      this.trouble.replaceChildren(this.obstacle(what));
      this.draw();
    }
  }

  obstacle({ problem: found, damaged }) {
    const next = damaged ? this.told.frames.find(({ offset }) => offset >= damaged[1]) : null;
    if (damaged) {
      const from = this.told.frames[lastBefore(this.told.frames, damaged[0], "offset")].ms / 1000;
      this.damaged = [...this.damaged.filter(([other]) => other !== from), [from, next ? next.ms / 1000 : this.feed.origin + this.span()]];
    }
    return h("div", { class: "obstacle" }, banner({ colour: "red", title: `${found.title()}:`, text: found.detail() }),
      next ? h("button", { class: "button quiet", type: "button", onclick: () => this.feed.seek(next.ms / 1000) }, t("opening.damaged.skip")) : null,
      damaged || found.said.status === 0 ? null : h("button", { class: "button quiet", type: "button", onclick: () => this.feed.again() }, t("retry")));
  }

  gone() {
    const idle = performance.now() - this.touched >= this.told.idle_s * 1000;
    this.close(false);
    peek("/api/v1/session").catch(() => {}); // who has signed out meanwhile is told so
    this.over(idle ? "idle" : now() >= Date.parse(this.told.expires_at) ? "expired" : "gone");
  }

  end() {
    this.close(true);
    this.over("own");
  }

  /** M-033: each second. Whoever watches keeps it open; otherwise it is only asked whether it still is. */
  async watch() {
    const at = performance.now();
    const idle = this.touched + this.told.idle_s * 1000 - at;
    const rest = Date.parse(this.told.expires_at) - now();
    say(this.idle, t("opening.idle.minutes", { n: Math.max(0, Math.ceil(Math.min(idle, rest) / 60_000)) }));
    this.warn(rest < SOON_MS ? "expiring" : idle < SOON_MS ? "idle" : "");
    const touch = !this.video.paused && at - this.touched > TOUCHED_MS;
    if (touch || at - this.asked > ASKED_MS) {
      await this.ask(touch);
    }
  }

  /** touch: something is read, so that it stays open. */
  async ask(touch) {
    this.asked = performance.now();
    try {
      if (touch) {
        this.touched = this.asked;
        await bytes(`${this.path}/media?from=0&bytes=1`);
      } else {
        await peek(this.path);
      }
    } catch (error) {
      if (error.status === 404 && !this.isOver) {
        this.gone();
      }
    }
  }

  warn(why) {
    if (why !== this.warned) {
      this.warned = why;
      const text = why === "expiring" ? t("opening.expiring.do") : t("opening.idle.soon.do", { n: Math.floor(this.told.idle_s / 60) });
      const stay = h("button", { class: "button quiet", type: "button", onclick: () => this.ask(true).then(() => this.watch()) }, t("opening.idle.stay"));
      this.soon.replaceChildren(...(why === "" ? []
        : [h("div", { class: "obstacle" }, banner({ colour: "yellow", title: t("opening.soon"), text }), why === "idle" ? stay : null)]));
    }
  }

  /** Nothing of it is kept here; end: nor there. */
  close(end) {
    if (!this.isOver) {
      this.isOver = true;
      this.wanted += 1;
      clearInterval(this.timer);
      this.feed.close();
      if (document.fullscreenElement) {
        document.exitFullscreen();
      }
      if (end) {
        part(this.path);
      }
    }
  }
}
