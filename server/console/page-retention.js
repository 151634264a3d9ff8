/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What the next nights erase, and which cameras are out; and, for who watches over it: what the last nights did, what became of each
 * recording day, and which days' keys are gone (RETENTION.md). */
import { now } from "./api.js";
import { badge, moment, pageHead, progressBar, section, state, table } from "./components.js";
import { h } from "./dom.js";
import { add, day, month, number, t, weekdays } from "./i18n.js";
import { list } from "./list.js";
import { shown } from "./news.js";
import { OVERSIGHT, PEOPLE } from "./roles.js";
import { may } from "./session.js";
import texts from "./texts-retention.js";

add(texts);

const NIGHTS = 16;
const MONTHS = 3;
const SOON_MS = 3 * 86_400_000;

function nights(all) {
  const most = Math.max(1, ...all.map(({ recordings }) => recordings));
  return section(t("retention.nights"), h("p", {}, t("retention.nights.do")),
    table(t("retention.nights"), [
      { title: t("retention.night"), cell: ({ night }) => day(night) },
      { title: t("retention.recordings"), cell: ({ recordings }) => progressBar(t("retention.recordings"), (recordings / most) * 100, number(recordings)) },
      { title: t("retention.marked"), number: true, cell: ({ marked }) => number(marked) },
    ], all));
}

function outcome({ ended_at: end, exit, failed, disagreements, uneven }) {
  if (end === undefined) {
    return badge("yellow", "wait", t("retention.unended"));
  }
  return exit === 0 && failed === 0 && disagreements === 0 && uneven === 0
    ? badge("green", "check", t("retention.good")) : badge("red", "warn", t("retention.bad"));
}

const FIGURES = ["erased", "held", "pending", "late", "failed", "open", "disagreements", "orphans", "uneven"];

function runs() {
  return section(t("retention.runs"), list({
    caption: t("retention.runs"), path: "/api/v1/retention/runs", rows: "runs", empty: t("retention.runs.none"), emptyDo: t("retention.runs.none.do"),
    columns: [
      { title: t("retention.began"), cell: ({ began_at: at }) => moment(at) },
      { title: t("retention.outcome"), cell: outcome },
      ...FIGURES.map((name) => ({ title: t(`figure.${name}`), number: true, cell: (run) => (run[name] === undefined ? "" : number(run[name])) })),
    ],
  }));
}

const PLACES = ["ingested", "expired", "running", "pending", "held", "quarantined", "erasing", "erased"];

function balances(newest) {
  return section(t("balance"), h("p", {}, t("balance.do")), calendar(newest), list({
    caption: t("balance"), path: "/api/v1/balances", rows: "balances", empty: t("balance.none"), emptyDo: t("balance.none.do"),
    columns: [
      { title: t("balance.day"), cell: (one) => day(one.day) },
      { title: t("balance.even"), cell: ({ even }) => (even ? badge("green", "check", t("balance.is")) : badge("red", "warn", t("balance.not"))) },
      ...PLACES.map((name) => ({ title: t(`figure.${name}`), number: true, cell: (one) => number(one[name]) })),
      { title: t("balance.found"), cell: ({ found_at: at }) => moment(at) },
    ],
  }));
}

function keys() {
  return section(t("destroyed"), h("p", {}, t("destroyed.do")), list({
    caption: t("destroyed"), path: "/api/v1/keys", rows: "days", empty: t("destroyed.none"), emptyDo: t("destroyed.none.do"),
    columns: [
      { title: t("balance.day"), cell: (one) => day(one.day) },
      { title: t("destroyed.due"), cell: ({ due_at: at }) => moment(at) },
      { title: t("destroyed.at"), cell: ({ destroyed_at: at }) => moment(at) },
      { title: t("destroyed.places"), cell: ({ confirmed, open }) => (open === 0
        ? badge("green", "check", t("destroyed.all", { n: number(confirmed) })) : badge("yellow", "wait", t("destroyed.open", { n: number(open) }))) },
    ],
  }));
}

/** what is due first stands first. */
function out({ cameras }) {
  const due = ({ due_at: at }) => (at === undefined ? Infinity : Date.parse(at));
  const standing = (one) => (due(one) <= now() ? badge("red", "warn", t("out.over"))
    : due(one) - now() < SOON_MS ? badge("yellow", "wait", t("out.soon")) : badge("grey", "none", t("out.time")));
  return section(t("out"), h("p", {}, t("out.do")), cameras.length === 0 ? state("empty", t("out.none"), t("out.none.do")) : table(t("out"), [
    { title: t("out.camera"), cell: ({ name }) => name },
    { title: t("out.why"), cell: ({ issued }) => t(issued ? "out.issued" : "out.left") },
    { title: t("out.docked"), cell: ({ docked_at: at }) => moment(at) },
    { title: t("out.due"), cell: ({ due_at: at }) => moment(at) },
    { title: t("out.standing"), cell: standing },
  ], [...cameras].sort((a, b) => due(a) - due(b))));
}

/** The weeks of a month as rows of days: numbers, 0 outside of it. */
function weeks(year, month) {
  const before = (new Date(Date.UTC(year, month - 1, 1)).getUTCDay() + 6) % 7; // Monday first
  const days = new Date(Date.UTC(year, month, 0)).getUTCDate();
  const cells = Array.from({ length: Math.ceil((before + days) / 7) * 7 }, (_, i) => (i >= before && i < before + days ? i - before + 1 : 0));
  return Array.from({ length: cells.length / 7 }, (_, i) => cells.slice(i * 7, i * 7 + 7));
}

function calendarOf(name, known) {
  const [year, of] = name.split("-").map(Number);
  const title = month(name);
  const cell = (n) => {
    const one = known.get(`${name}-${String(n).padStart(2, "0")}`);
    return h("td", {}, n === 0 ? "" : one === undefined ? h("span", { class: "even" }, `${n}`)
      : h("span", { class: "even", "data-colour": one.even ? "green" : "red", title: t("calendar.of", { n: number(one.ingested) }) }, one.even ? `${n}` : `${n}!`,
        h("span", { class: "unseen" }, ` ${t(one.even ? "balance.is" : "balance.not")}`)));
  };
  return h("table", { class: "calendar" }, h("caption", {}, title),
    h("thead", {}, h("tr", {}, weekdays().map((one) => h("th", { scope: "col" }, one)))),
    h("tbody", {}, weeks(year, of).map((week) => h("tr", {}, week.map(cell)))));
}

/** The newest months of which there are balances. */
function calendar(all) {
  const known = new Map(all.filter(({ day: of }) => of).map((one) => [one.day, one]));
  const months = [...new Set([...known.keys()].map((one) => one.slice(0, 7)))].sort().slice(-MONTHS);
  return months.length === 0 ? null : h("div", { class: "calendars" }, months.map((name) => calendarOf(name, known)));
}

export async function draw(main) {
  const [next, away, even] = await Promise.all([shown(`/api/v1/retention/nights?nights=${NIGHTS}`), may(PEOPLE) ? shown("/api/v1/cameras/out?limit=100") : null,
    may(OVERSIGHT) ? shown("/api/v1/balances?limit=100") : null]);
  main.replaceChildren(...[pageHead(t("retention")), nights(next.nights), away && out(away), ...(even ? [runs(), balances(even.balances), keys()] : [])].filter(Boolean));
}
