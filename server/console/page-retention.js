/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What the next nights erase; and, for who watches over it: what the last ones did, what became of each recording day, and
 * which days' keys are gone (RETENTION.md). */
import { badge, moment, pageHead, progressBar, section, table } from "./components.js";
import { h } from "./dom.js";
import { add, day, number, t } from "./i18n.js";
import { list } from "./list.js";
import { shown } from "./news.js";
import { OVERSIGHT } from "./roles.js";
import { may } from "./session.js";
import texts from "./texts-retention.js";

add(texts);

const NIGHTS = 16;

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

function balances() {
  return section(t("balance"), h("p", {}, t("balance.do")), list({
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

export async function draw(main) {
  const next = await shown(`/api/v1/retention/nights?nights=${NIGHTS}`);
  main.replaceChildren(pageHead(t("retention")), nights(next.nights), ...(may(OVERSIGHT) ? [runs(), balances(), keys()] : []));
}
