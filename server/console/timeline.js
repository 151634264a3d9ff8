/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The time line of a recording that is shown: what its camera says of it, what has been read of it, and where it is. Whoever does not see it
 * has the slider, the list of markers and the facts below. */
import { h, s, show } from "./dom.js";
import { add, t } from "./i18n.js";
import texts from "./texts-opening.js";

add(texts);

const WIDTH = 1000; // of the drawing, however wide it is shown
const HEIGHT = 40;

/** "1:02:03", or with parts "1:02:03,480". */
export function position(seconds, parts = false) {
  const ms = Math.max(0, Math.round(seconds * 1000));
  const [hours, minutes, left] = [Math.floor(ms / 3_600_000), Math.floor(ms / 60_000) % 60, Math.floor(ms / 1000) % 60];
  const two = (n) => String(n).padStart(2, "0");
  return `${hours > 0 ? `${hours}:${two(minutes)}` : minutes}:${two(left)}${parts ? t("opening.point") + String(ms % 1000).padStart(3, "0") : ""}`;
}

const LEGEND = ["preroll", "marker", "event", "checkpoint", "read", "damaged"];

export class TimeLine {
  /** seek(seconds from the beginning) */
  constructor(told, seek) {
    this.told = told;
    this.slider = h("input", { type: "range", min: 0, step: "any", value: 0, class: "seek", "aria-label": t("opening.position"),
      oninput: () => seek(Number(this.slider.value)) });
    this.parts = Object.fromEntries(LEGEND.map((name) => [name, s("path", { class: "line-part", "data-part": name })]));
    this.legend = Object.fromEntries(LEGEND.map((name) => [name,
      h("li", { hidden: true, "data-part": name }, t(`part.${name}`))]));
    this.element = h("div", { class: "time-line" },
      h("div", { class: "time-line-box" },
        s("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", "aria-hidden": "true", class: "line" },
          s("rect", { x: 0, y: 14, width: WIDTH, height: 12, class: "line-ground" }),
          ["read", "preroll", "damaged", "checkpoint", "event", "marker"].map((name) => this.parts[name])),
        this.slider),
      h("ul", { class: "legend", "aria-label": t("opening.legend") }, LEGEND.map((name) => this.legend[name])));
    this.drawn = "";
  }

  put(name, path) {
    this.parts[name].setAttribute("d", path);
    show(this.legend[name], path !== "");
  }

  /** What does not change but with the recording's length. */
  fixed(origin, length) {
    const at = (ms) => ((ms / 1000 - origin) / length * WIDTH).toFixed(2);
    const lines = (all, from, to) => all.map(({ ms }) => `M${at(ms)} ${from}V${to}`).join("");
    const { markers, checkpoints, start_ms: start, preroll_ms: preroll } = this.told;
    this.put("marker", lines(markers.filter(({ kind }) => kind === "marker"), 2, 32));
    this.put("event", lines(markers.filter(({ kind }) => kind !== "marker"), 8, 32));
    this.put("checkpoint", lines(checkpoints, 33, 38));
    this.put("preroll", preroll > 0 ? this.bar([[0, (start + preroll) / 1000 - origin]], length) : "");
  }

  /** Of [from, to] in seconds. */
  bar(all, length) {
    const at = (seconds) => (Math.min(1, Math.max(0, seconds / length)) * WIDTH).toFixed(2);
    return all.map(([from, to]) => `M${at(from)} 14H${at(to)}V26H${at(from)}z`).join("");
  }

  /** at, length: seconds from the beginning, which is at origin in the media; read, damaged: [from, to] in the same seconds. */
  draw({ origin, length, at, read, damaged }) {
    if (this.drawn !== `${origin} ${length}`) {
      this.drawn = `${origin} ${length}`;
      this.slider.max = length;
      this.fixed(origin, length);
    }
    this.put("read", this.bar(read, length));
    this.put("damaged", this.bar(damaged, length));
    this.slider.value = at;
    this.slider.setAttribute("aria-valuetext", t("opening.at", { at: position(at), length: position(length) }));
  }
}

/** The markers as a list: each is a way to it. origin: where the recording begins, in seconds of the media. */
export function markerList(markers, origin, seek) {
  return h("ul", { class: "marks" }, markers.map(({ ms, kind }) => {
    const at = Math.max(0, ms / 1000 - origin);
    return h("li", {}, h("button", { class: "button quiet", type: "button", onclick: () => seek(at) },
      h("span", { class: "figure" }, position(at)), h("span", {}, t(`mark.${kind}`))));
  }));
}
