/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * A policy in words (policy.schema.json), what another one changes of it, and what that would do to recordings (PolicyChange in
 * docs/openapi.yaml). */
import { get } from "./api.js";
import { facts, section, table } from "./components.js";
import { h } from "./dom.js";
import { add, day, number, t } from "./i18n.js";
import texts from "./texts-policy.js";

add(texts);

const APART = new Set(["$schema", "format", "name", "version", "title", "laws"]);

/** What this page does not know yet stands as it is. */
function name(member) {
  return `member.${member}` in texts.de ? t(`member.${member}`) : member;
}

function isObject(what) {
  return typeof what === "object" && what !== null && !Array.isArray(what);
}

function value(what) {
  if (Array.isArray(what)) {
    return what.map((one) => (`value.${one}` in texts.de ? t(`value.${one}`) : t(`role.${one}`))).join(", ");
  }
  return isObject(what) ? members(what) : `value.${what}` in texts.de ? t(`value.${what}`) : String(what);
}

export function members(what) {
  return facts(Object.entries(what).filter(([member]) => !APART.has(member)).map(([member, one]) => [name(member), value(one)]));
}

export function laws(all) {
  return section(t("policy.laws"), table(t("policy.laws"), [
    { title: t("policy.rule"), cell: ({ rule }) => rule },
    { title: t("policy.citation"), cell: ({ citation }) => h("span", { lang: "de" }, citation) },
  ], all));
}

/* ---- what changes ---- */

/** Each setting by the words that lead to it. */
function settings(policy, above = []) {
  return Object.entries(policy).filter(([member]) => member !== "$schema" && member !== "format" && member !== "laws")
    .flatMap(([member, one]) => (isObject(one) ? settings(one, [...above, name(member)]) : [[[...above, name(member)].join(": "), value(one)]]));
}

/** What each rule rests on, and how well that was checked. */
function citations(policy) {
  const all = new Map();
  for (const { rule, citation, checked } of policy.laws) {
    const key = `${t("policy.laws")}: ${rule}`;
    all.set(key, [all.get(key), `${citation} (${checked})`].filter(Boolean).join("; "));
  }
  return [...all];
}

function words(policy) {
  return new Map([...settings(policy), ...citations(policy)]);
}

function changes(before, after) {
  const [old, next] = [words(before), words(after)];
  return [...new Set([...old.keys(), ...next.keys()])].filter((key) => old.get(key) !== next.get(key))
    .map((key) => ({ key, old: old.get(key) ?? t("policy.absent"), next: next.get(key) ?? t("policy.absent") }));
}

/** change: PolicyChange; after: the policy itself. Beside the one in force today. */
export async function changed(change, after) {
  if (change.today === null) {
    return section(t("policy.changes"), h("p", {}, t("policy.first")));
  }
  const rows = changes(await get(`/api/v1/policies/${change.today.version}`), after);
  return section(t("policy.changes"), rows.length === 0 ? h("p", {}, t("policy.same")) : table(t("policy.changes"), [
    { title: t("policy.setting"), cell: ({ key }) => key },
    { title: t("policy.before", { n: change.today.version }), cell: ({ old }) => old },
    { title: t("policy.after"), cell: ({ next }) => next },
  ], rows));
}

/* ---- what it would do ---- */

function counts({ recordings, unchanged, earlier, at_once: now, later, decide }) {
  if (recordings === 0) {
    return [h("p", {}, t("policy.nothing"))];
  }
  return [h("p", {}, t("policy.backwards", { n: number(recordings) })),
    facts([["policy.unchanged", unchanged], ["policy.earlier", earlier], ["policy.at.once", now], ["policy.longer", later], ["policy.decide", decide]]
      .map(([key, count]) => [t(key), h("strong", { class: "figure" }, number(count))])),
    h("p", {}, t("policy.never"))];
}

/** LAW T8: what whoever signs is shown first. */
export function effect(change) {
  return h("section", { class: "section" }, h("h2", {}, t("policy.effect")),
    h("p", {}, t("policy.begins", { day: day(change.from_day), days: number(change.days) })),
    change.until === null ? null : h("p", { class: "note" }, t("policy.until", { day: day(change.until.from_day), version: change.until.version })),
    change.effect === null ? h("p", {}, t("policy.first.do")) : counts(change.effect));
}
