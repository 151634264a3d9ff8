/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The evaluation: months, each figure drawn and as a table beside it, to be printed. */
import { asProblem, get } from "./api.js";
import { facts, field, pageHead, problem, section, state, table } from "./components.js";
import { h } from "./dom.js";
import { add, month, number, t } from "./i18n.js";
import { bars } from "./plot.js";
import texts from "./texts-evaluation.js";

add(texts);

const PATH = "/api/v1/evaluation";
const PLOTS = [["use", ["days_of_use"]], ["steps", ["displayed", "announced", "recorded"]], ["clips", ["ingested", "held", "erased", "handed_over"]],
  ["assaults", ["assaults"]], ["late", ["late_docks"]], ["openings", ["openings"]], ["subjects", ["subject_requests"]]];

function query({ from, until, unit }, more = {}) {
  return `${PATH}?${new URLSearchParams({ from, until, ...(unit === null ? {} : { unit }), ...more })}`;
}

/** What is told of all units, or of the one that was asked for. */
function counts(one, unit) {
  return unit === null ? one.total : one.units[0]?.counts ?? {};
}

/** Of what is not there: that is not told. */
function told(value) {
  return value === undefined ? h("span", {}, h("span", { "aria-hidden": "true" }, "–"), h("span", { class: "unseen" }, t("evaluation.untold"))) : number(value);
}

function columns(figures, of) {
  return figures.map((name) => ({ title: t(`counted.${name}`), number: true, cell: (row) => told(of(row)[name]) }));
}

function range({ from, until }) {
  return from === until ? month(from) : `${month(from)} – ${month(until)}`;
}

function plot([name, figures], answer, chosen) {
  const title = t(`plot.${name}`);
  const { months } = answer;
  const drawn = bars(t("plot.label", { title, range: range(chosen) }), months.map((one) => month(one.month)),
    figures.map((figure) => ({ name: t(`counted.${figure}`), values: months.map((one) => counts(one, chosen.unit)[figure] ?? null) })));
  return section(title, h("div", { class: "beside" }, drawn,
    table(title, [{ title: t("evaluation.month"), cell: (one) => month(one.month) }, ...columns(figures, (one) => counts(one, chosen.unit))], months)));
}

function every(answer) {
  const rows = answer.months.flatMap((one) => [...(one.total ? [{ month: one.month, unit: t("evaluation.all"), counts: one.total }] : []),
    ...one.units.map(({ unit, counts: own }) => ({ month: one.month, unit: unit || t("evaluation.none"), counts: own }))]);
  return section(t("evaluation.every"), table(t("evaluation.every"), [{ title: t("evaluation.month"), cell: (row) => month(row.month) },
    { title: t("evaluation.unit"), cell: (row) => row.unit }, ...columns(answer.figures, (row) => row.counts)], rows));
}

function known(answer, chosen) {
  const { log, size, root } = answer.head;
  const least = Math.max(...answer.months.map(({ minimum }) => minimum));
  return section(range(chosen), h("p", {}, t("evaluation.small", { n: least })),
    facts([[t("evaluation.unit"), chosen.unit === null ? t("evaluation.all") : chosen.unit || t("evaluation.none")],
      [t("evaluation.head"), t("evaluation.size", { log, n: number(size) })], [t("evaluation.root"), h("span", { class: "digest" }, root)]]));
}

function select(label, options, value, change) {
  const control = h("select", { onchange: () => change(control.value) }, options.map(([name, text]) => h("option", { value: name, selected: name === value }, text)));
  return field(label, control).element;
}

/** The months and units that there are, whatever is chosen of them. */
function choice(all, chosen, change) {
  const months = all.months.map((one) => [one.month, month(one.month)]);
  const units = [...new Set(all.months.flatMap((one) => one.units.map(({ unit }) => unit)))].filter((unit) => unit !== "").sort();
  const to = (more) => {
    const next = { ...chosen, ...more };
    change(next.until < next.from ? { ...next, [more.from ? "until" : "from"]: more.from ?? more.until } : next);
  };
  return h("div", { class: "section picks", role: "group", "aria-label": t("evaluation.choice") },
    select(t("evaluation.from"), months, chosen.from, (from) => to({ from })),
    select(t("evaluation.until"), months, chosen.until, (until) => to({ until })),
    select(t("evaluation.unit"), [["", t("evaluation.all")], ...units.map((unit) => [unit, unit])], chosen.unit ?? "", (unit) => to({ unit: unit || null })));
}

export async function draw(main) {
  const all = await get(PATH);
  let turn = 0; // what was chosen before is not shown when it comes later
  const fill = async (chosen) => {
    const mine = ++turn;
    const shown = await get(query(chosen)).catch((error) => asProblem(error));
    if (mine !== turn) {
      return;
    }
    const answer = shown.months ? shown : null;
    const at = [...main.querySelectorAll("select")].indexOf(document.activeElement);
    main.replaceChildren(
      pageHead(t("evaluation"), h("a", { class: "button quiet", href: query(chosen, { format: "csv" }), download: `${t("evaluation")}-${chosen.from}-${chosen.until}.csv` }, t("evaluation.csv")),
        h("a", { class: "button quiet", href: query(chosen), download: `${t("evaluation")}-${chosen.from}-${chosen.until}.json` }, t("evaluation.json")),
        h("button", { class: "button", type: "button", onclick: () => print() }, t("evaluation.print"))),
      choice(all, chosen, fill),
      ...(answer ? [known(answer, chosen), ...PLOTS.filter(([, figures]) => figures.every((name) => answer.figures.includes(name))).map((one) => plot(one, answer, chosen)), every(answer)]
        : [problem(shown, () => fill(chosen))]));
    main.querySelectorAll("select")[at]?.focus(); // it is another one now
  };
  if (all.months.length === 0) {
    main.append(pageHead(t("evaluation")), state("empty", t("evaluation.empty"), t("evaluation.empty.do")));
  } else {
    await fill({ from: all.from, until: all.until, unit: null });
  }
}
