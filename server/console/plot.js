/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Bars over months, drawn without a library. Series are told apart by their filling and their order, not by colour, and each bar has its
 * figure. */
import { h, s } from "./dom.js";
import { number } from "./i18n.js";

const HIGH = 160; // of the bars
const ABOVE = 24; // the highest one's figure
const BELOW = 28; // the months
const LEFT = 44; // the scale
const BAR = 30;
const APART = 26; // between two months
const GROUP_LEAST = 84; // a month's name beside the next one's
const LINES_MOST = 4;
const FILLINGS = ["solid", "striped", "hollow", "dotted"];
let patterns = 0;

/** The least of 1, 2, 5, 10 … in which so many lines reach n. */
function step(n) {
  for (let ten = 1; ; ten *= 10) {
    const found = [1, 2, 5].map((one) => one * ten).find((one) => one * LINES_MOST >= n);
    if (found !== undefined) {
      return found;
    }
  }
}

/** What fills bars: one's own in each drawing, as a page has several. */
function fillings() {
  patterns += 1;
  const id = (name) => `plot-${patterns}-${name}`;
  const pattern = (name, ...drawn) => s("pattern", { id: id(name), width: 6, height: 6, patternUnits: "userSpaceOnUse", class: "plot-pattern" },
    s("rect", { width: 6, height: 6, class: "plot-ground" }), ...drawn);
  return {
    defs: s("defs", {}, pattern("striped", s("path", { d: "M0 6 6 0M-1 1 1-1M5 7 7 5" })), pattern("dotted", s("circle", { cx: 3, cy: 3, r: 1.4 }))),
    of: (filling) => (filling === "striped" || filling === "dotted" ? `url(#${id(filling)})` : null),
  };
}

function bar(x, value, most, filling, fill) {
  const high = value === null ? 0 : (value / most) * HIGH;
  const y = ABOVE + HIGH - high;
  return [value === null ? null : s("rect", { class: "plot-bar", "data-filling": filling, fill, x: x + 1, y, width: BAR - 2, height: high }),
    s("text", { class: "plot-figure", x: x + BAR / 2, y: y - 5 }, value === null ? "–" : number(value))];
}

function scale(most, wide) {
  const one = step(most);
  const lines = Array.from({ length: LINES_MOST + 1 }, (_, i) => i * one).filter((n) => n < most + one);
  const top = lines.at(-1);
  return { top, drawn: lines.map((n) => {
    const y = ABOVE + HIGH - (n / top) * HIGH;
    return [s("path", { class: "plot-line", d: `M${LEFT} ${y}H${wide}` }), s("text", { class: "plot-scale", x: LEFT - 6, y: y + 4 }, number(n))];
  }) };
}

/** series: [{name, values}], a value for each of the columns, null for what is not told; label: of the whole, for who does not see it. */
export function bars(label, columns, series) {
  const group = Math.max(series.length * BAR + APART, GROUP_LEAST);
  const wide = LEFT + columns.length * group;
  const { top, drawn } = scale(Math.max(1, ...series.flatMap(({ values }) => values.map((value) => value ?? 0))), wide);
  const { defs, of } = fillings();
  const months = columns.map((column, i) => {
    const x = LEFT + i * group + (group - series.length * BAR) / 2;
    return [series.map(({ values }, k) => bar(x + k * BAR, values[i], top, FILLINGS[k], of(FILLINGS[k]))),
      s("text", { class: "plot-month", x: x + (series.length * BAR) / 2, y: ABOVE + HIGH + 20 }, column)];
  });
  const sample = (k) => s("svg", { class: "plot-sample", viewBox: "0 0 18 18", width: 18, height: 18, "aria-hidden": "true" },
    s("rect", { class: "plot-bar", "data-filling": FILLINGS[k], fill: of(FILLINGS[k]), x: 1, y: 1, width: 16, height: 16 }));
  return h("figure", { class: "plot" },
    h("div", { class: "plot-room", tabindex: 0, role: "region", "aria-label": label },
      s("svg", { role: "img", "aria-label": label, viewBox: `0 0 ${wide} ${ABOVE + HIGH + BELOW}`, width: wide, height: ABOVE + HIGH + BELOW },
        defs, drawn, months)),
    series.length > 1 ? h("figcaption", {}, series.map(({ name }, k) => h("span", {}, sample(k), name))) : null);
}
