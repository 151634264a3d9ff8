/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * One of the people with an account: which keys count, which wait for the word of two people, and which duties (LAW L4). */
import { now } from "./api.js";
import { badge, facts, moment, pageHead, section, state, table } from "./components.js";
import { h } from "./dom.js";
import { add, t } from "./i18n.js";
import { shown } from "./news.js";
import { ENROLLERS } from "./roles.js";
import { may } from "./session.js";
import { decide } from "./sign.js";
import texts from "./texts-people.js";

add(texts);

function standing({ enrolled_at: enrolled, revoked_at: revoked, valid_until: end, proposal }) {
  if (revoked !== undefined) {
    return badge("red", "stop", t("credential.revoked"));
  }
  if (enrolled === undefined) {
    return badge("yellow", "wait", t(proposal === undefined ? "credential.offered" : "credential.proposed"));
  }
  return Date.parse(end) < now() ? badge("grey", "none", t("credential.expired")) : badge("green", "check", t("credential.good"));
}

/** What can be decided on it now; whether this person may, the server says. */
function actions({ credential, enrolled_at: enrolled, revoked_at: revoked, proposal }, again) {
  const button = (key, deed) => h("button", { class: "button quiet", type: "button", onclick: async () => {
    if (await decide(t(key), deed) !== null) {
      again();
    }
  } }, t(key));
  if (!may(ENROLLERS) || revoked !== undefined) {
    return "";
  }
  if (enrolled !== undefined) {
    return button("credential.revoke", { action: "revoke", step: "alone", about: credential });
  }
  return proposal === undefined ? button("credential.enrol", { action: "enrol", step: "propose", about: credential })
    : [button("credential.approve", { action: "enrol", step: "approve", request: proposal }),
      button("credential.refuse", { action: "enrol", step: "refuse", request: proposal })];
}

function credentials(person, again) {
  return section(t("credentials"), table(t("credentials"), [
    { title: t("credential.digest"), cell: ({ credential }) => h("span", { class: "digest", title: credential }, `${credential.slice(0, 16)} …`) },
    { title: t("person.standing"), cell: standing },
    { title: t("roles"), cell: ({ roles }) => roles.map((role) => t(`role.${role}`)).join(", ") },
    { title: t("credential.units"), cell: ({ units }) => units.join(", ") },
    { title: t("credential.until"), cell: ({ valid_until: at }) => moment(at) },
    { title: t("credential.decide"), cell: (one) => h("div", { class: "actions" }, actions(one, again)) },
  ], person.credentials));
}

function duties(person) {
  return section(t("duties"), person.duties.length === 0 ? h("p", {}, t("duties.none")) : table(t("duties"), [
    { title: t("duty"), cell: ({ kind }) => t(`duty.${kind}`) },
    { title: t("duty.of"), cell: ({ unit, appraised }) => unit ?? appraised ?? "" },
    { title: t("person.since"), cell: ({ from_at: at }) => moment(at) },
    { title: t("duty.until"), cell: ({ until_at: at }) => moment(at) },
  ], person.duties));
}

export async function draw(main, { params, again }) {
  const person = await shown(`/api/v1/users/${params.person}`);
  main.replaceChildren(pageHead(person.name ?? t("person.unnamed"), h("a", { class: "button quiet", href: "#/people" }, t("people.all"))),
    section(t("person"), facts([[t("roles"), person.roles.map((role) => t(`role.${role}`)).join(", ")], [t("person.since"), moment(person.since)],
      [t("person.disabled"), moment(person.disabled_at)]])),
    person.credentials.length === 0 ? state("empty", t("credentials.none"), t("credentials.none.do")) : credentials(person, again),
    duties(person));
}
