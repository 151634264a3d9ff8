/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * One policy in words (policy.schema.json), and the file as two people signed it. */
import { facts, pageHead, section, table } from "./components.js";
import { h } from "./dom.js";
import { add, t } from "./i18n.js";
import { shown } from "./news.js";
import texts from "./texts-policies.js";

add(texts);

const APART = new Set(["$schema", "format", "name", "version", "title", "laws"]);

/** What this page does not know yet stands as it is. */
function name(member) {
  return `member.${member}` in texts.de ? t(`member.${member}`) : member;
}

function value(what) {
  if (Array.isArray(what)) {
    return what.map((one) => (`value.${one}` in texts.de ? t(`value.${one}`) : t(`role.${one}`))).join(", ");
  }
  if (typeof what === "object" && what !== null) {
    return members(what);
  }
  return `value.${what}` in texts.de ? t(`value.${what}`) : String(what);
}

function members(what) {
  return facts(Object.entries(what).filter(([member]) => !APART.has(member)).map(([member, one]) => [name(member), value(one)]));
}

function laws(all) {
  return section(t("policy.laws"), table(t("policy.laws"), [
    { title: t("policy.rule"), cell: ({ rule }) => rule },
    { title: t("policy.citation"), cell: ({ citation }) => h("span", { lang: "de" }, citation) },
  ], all));
}

export async function draw(main, { params }) {
  const path = `/api/v1/policies/${params.version}`;
  const policy = await shown(path);
  main.replaceChildren(
    pageHead(policy.title ?? policy.name, h("a", { class: "button quiet", href: path, download: `policy-${params.version}.json` }, t("policy.file")),
      h("a", { class: "button quiet", href: "#/policies" }, t("policies.all"))),
    section(t("policy.n", { n: params.version }), members(policy)), policy.laws ? laws(policy.laws) : "");
}
