/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * A policy that waits for the second person, who sees what the first one saw. */
import { get } from "./api.js";
import { download, pageHead, section } from "./components.js";
import { h } from "./dom.js";
import { add, t } from "./i18n.js";
import { changed, effect, laws, members } from "./policy.js";
import { may } from "./session.js";
import { decide, words } from "./sign.js";
import texts from "./texts-policies.js";

add(texts);

const APPROVERS = ["supervisor", "deputy"];

function answers({ proposal, own }) {
  const say = (step, quiet) => h("button", { class: quiet ? "button quiet" : "button", type: "button", onclick: async () => {
    if (await decide(t(`policy.${step}`), { action: "policy", step, request: proposal }) !== null) {
      location.hash = "#/policies";
    }
  } }, t(`policy.${step}`));
  return own ? [say("withdraw", true)] : may(APPROVERS) ? [say("approve", false), say("refuse", true)] : [];
}

export async function draw(main, { params }) {
  const one = await get(`/api/v1/policies/proposals/${params.proposal}`);
  const policy = JSON.parse(one.file);
  const file = download(`${policy.name}-${policy.version}.json`, [one.file], "application/json");
  main.replaceChildren(
    pageHead(policy.title, answers(one), h("a", { class: "button quiet", href: "#/policies" }, t("policies.all"))),
    section(t("policy.proposed"), words(one.lines), h("p", { class: "actions" }, file)),
    await changed(one.policy, policy), effect(one.policy),
    section(t("policy.n", { n: policy.version }), members(policy)), laws(policy.laws));
  return () => URL.revokeObjectURL(file.href);
}
