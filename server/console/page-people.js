/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Who has an account. Nothing of what these people recorded (LAW L6). */
import { badge, moment, pageHead } from "./components.js";
import { h } from "./dom.js";
import { add, t } from "./i18n.js";
import { list } from "./list.js";
import texts from "./texts-people.js";

add(texts);

function standing({ disabled_at: at, roles }) {
  if (at !== undefined) {
    return badge("red", "stop", t("person.disabled"));
  }
  return roles.length === 0 ? badge("yellow", "wait", t("person.none")) : badge("green", "check", t("person.good"));
}

export function draw(main) {
  main.replaceChildren(pageHead(t("people")), list({
    caption: t("people"), path: "/api/v1/users", rows: "users", empty: t("people.none"), emptyDo: t("people.none.do"),
    columns: [
      { title: t("person.name"), cell: ({ person, name }) => h("a", { href: `#/people/${person}` }, name ?? t("person.unnamed")) },
      { title: t("person.standing"), cell: standing },
      { title: t("roles"), cell: ({ roles }) => roles.map((role) => t(`role.${role}`)).join(", ") },
      { title: t("person.since"), cell: ({ since }) => moment(since) },
    ],
  }));
}
