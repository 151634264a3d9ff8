/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * By which rules it is kept and erased: what two people decided on, and from when (POLICIES.md). */
import { badge, moment, pageHead } from "./components.js";
import { h } from "./dom.js";
import { add, day, number, t } from "./i18n.js";
import { list } from "./list.js";
import texts from "./texts-policies.js";

add(texts);

function standing({ in_force: now, from_day: from }) {
  if (now) {
    return badge("green", "check", t("policy.now"));
  }
  return Date.parse(from) > Date.now() ? badge("blue", "wait", t("policy.later")) : badge("grey", "none", t("policy.over"));
}

export function draw(main) {
  main.replaceChildren(pageHead(t("policies")), h("p", {}, t("policies.do")), list({
    caption: t("policies"), path: "/api/v1/policies", rows: "policies", empty: t("policies.none"), emptyDo: t("policies.none.do"),
    columns: [
      { title: t("policy.version"), cell: ({ version, name }) => h("a", { href: `#/policies/${version}` }, `${number(version)}: ${name}`) },
      { title: t("policy.standing"), cell: standing },
      { title: t("policy.from"), cell: ({ from_day: from }) => day(from) },
      { title: t("policy.days"), number: true, cell: ({ days }) => number(days) },
      { title: t("policy.decided"), cell: ({ decided_at: at }) => moment(at) },
    ],
  }));
}
