/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * One policy, member by member, and the file as two people signed it. */
import { get } from "./api.js";
import { facts, pageHead, section } from "./components.js";
import { h } from "./dom.js";
import { add, t } from "./i18n.js";
import texts from "./texts-policies.js";

add(texts);

/** What a policy's file has is data (policy.schema.json): its own names, one beside the other. */
function value(what) {
  if (Array.isArray(what)) {
    return what.every((one) => typeof one !== "object") ? what.join(", ") : h("ul", {}, what.map((one) => h("li", {}, value(one))));
  }
  return typeof what === "object" && what !== null ? facts(Object.entries(what).map(([name, one]) => [name, value(one)])) : String(what);
}

export async function draw(main, { params }) {
  const path = `/api/v1/policies/${params.version}`;
  const policy = await get(path);
  main.replaceChildren(
    pageHead(policy.title ?? policy.name ?? t("policy.n", { n: params.version }), h("a", { class: "button quiet", href: path, download: `policy-${params.version}.json` }, t("policy.file")),
      h("a", { class: "button quiet", href: "#/policies" }, t("policies.all"))),
    section(t("policy.n", { n: params.version }), facts(Object.entries(policy).map(([name, what]) => [name, value(what)]))));
}
