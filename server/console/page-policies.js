/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * By which rules it is kept and erased: what two people decided on, and from when (POLICIES.md). */
import { badge, moment, pageHead, section } from "./components.js";
import { h } from "./dom.js";
import { add, day, number, t } from "./i18n.js";
import { list } from "./list.js";
import { shown } from "./news.js";
import { PEOPLE } from "./roles.js";
import { may } from "./session.js";
import texts from "./texts-policies.js";

add(texts);

function standing({ in_force: now, from_day: from }) {
  if (now) {
    return badge("green", "check", t("policy.now"));
  }
  return Date.parse(from) > Date.now() ? badge("blue", "wait", t("policy.later")) : badge("grey", "none", t("policy.over"));
}

const PROPOSALS = "/api/v1/policies/proposals";

/** For those who may answer one, or have to know of it; nothing as long as there is none. */
async function waiting() {
  if (!may(PEOPLE) || (await shown(`${PROPOSALS}?limit=1`)).proposals.length === 0) {
    return null;
  }
  return section(t("policies.wait"), list({
    caption: t("policies.wait"), path: PROPOSALS, rows: "proposals", empty: t("policies.wait.none"), emptyDo: "",
    columns: [
      { title: t("policy.version"), cell: ({ proposal, version, name }) => h("a", { href: `#/policies/proposals/${proposal}` }, `${number(version)}: ${name}`) },
      { title: t("policy.from"), cell: ({ from_day: from }) => day(from) },
      { title: t("policy.days"), number: true, cell: ({ days }) => number(days) },
      { title: t("policy.by"), cell: ({ proposed_by: by }) => by },
      { title: t("policy.expires"), cell: ({ expires_at: at }) => moment(at) },
    ],
  }));
}

export async function draw(main) {
  const proposals = await waiting();
  const propose = may(["administrator"]) ? h("a", { class: "button", href: "#/policies/new" }, t("policy.new")) : null;
  main.replaceChildren(pageHead(t("policies"), propose), h("p", {}, t("policies.do")), ...(proposals === null ? [] : [proposals]), list({
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
