/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * One policy in words, and the file as two people signed it. */
import { pageHead, section } from "./components.js";
import { h } from "./dom.js";
import { add, t } from "./i18n.js";
import { shown } from "./news.js";
import { laws, members } from "./policy.js";
import texts from "./texts-policies.js";

add(texts);

export async function draw(main, { params }) {
  const path = `/api/v1/policies/${params.version}`;
  const policy = await shown(path);
  main.replaceChildren(
    pageHead(policy.title ?? policy.name, h("a", { class: "button quiet", href: path, download: `policy-${params.version}.json` }, t("policy.file")),
      h("a", { class: "button quiet", href: "#/policies" }, t("policies.all"))),
    section(t("policy.n", { n: params.version }), members(policy)), policy.laws ? laws(policy.laws) : "");
}
