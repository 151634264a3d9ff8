/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * How far the ledger is, who has seen it, and what anybody can check it by (LEDGER.md). */
import { badge, facts, moment, pageHead, section, state, table } from "./components.js";
import { h } from "./dom.js";
import { add, number, t } from "./i18n.js";
import { shown } from "./news.js";
import texts from "./texts-ledger.js";

add(texts);

/** Where this server has what is published of it (API.md, "The ledger"). */
function published(origin, name) {
  return `/${[...origin.split("/").slice(1), name].join("/")}`;
}

function standing(log) {
  if (log.behind_since !== undefined) {
    return badge("red", "warn", t("ledger.behind"));
  }
  return log.witnesses.length === 0 ? badge("yellow", "warn", t("ledger.unwitnessed")) : badge("green", "check", t("ledger.witnessed"));
}

function witnesses(log) {
  return log.witnesses.length === 0 ? h("p", {}, t("ledger.witnesses.none")) : table(t("ledger.witnesses"), [
    { title: t("ledger.witness"), cell: ({ witness }) => witness },
    { title: t("ledger.size"), number: true, cell: ({ size }) => number(size) },
    { title: t("ledger.cosigned"), cell: ({ cosigned_at: at }) => moment(at) },
  ], log.witnesses);
}

function show(log) {
  return section(log.origin, h("p", {}, standing(log)),
    facts([
      [t("ledger.size"), number(log.size)],
      [t("ledger.signed"), log.signed_size === undefined ? t("ledger.never") : [number(log.signed_size), ", ", moment(log.signed_at)]],
      [t("ledger.seen"), log.witnessed_size === undefined ? t("ledger.never") : [number(log.witnessed_size), ", ", moment(log.witnessed_at)]],
      [t("ledger.behind.since"), moment(log.behind_since)],
      [t("ledger.waiting"), log.waiting === undefined ? "" : number(log.waiting)],
      [t("ledger.published"), moment(log.published_at) || t("ledger.never")],
      [t("ledger.checked"), moment(log.checked_at) || t("ledger.never")],
      [t("ledger.root"), h("span", { class: "digest" }, log.root)],
    ]),
    h("h3", {}, t("ledger.witnesses")), witnesses(log),
    log.published_at === undefined ? null : h("p", { class: "actions" },
      h("a", { class: "button quiet", href: published(log.origin, "checkpoint"), download: "checkpoint" }, t("ledger.checkpoint"))));
}

export async function draw(main) {
  const { logs } = await shown("/api/v1/ledger");
  main.replaceChildren(pageHead(t("ledger")), h("p", {}, t("ledger.do")),
    ...(logs.length === 0 ? [state("empty", t("ledger.none"), t("ledger.none.do"))] : logs.map(show)));
}
