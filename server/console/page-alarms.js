/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What needs a person. An alarm stays until somebody has acknowledged it (OPERATIONS.md). */
import { moment, pageHead } from "./components.js";
import { h } from "./dom.js";
import { add, t } from "./i18n.js";
import { list } from "./list.js";
import texts from "./texts-alarms.js";

add(texts);

/** One whose kind this page does not know yet is shown all the same. */
function kind(name) {
  return `alarm.${name}` in texts.de ? t(`alarm.${name}`) : name;
}

export function draw(main) {
  main.replaceChildren(pageHead(t("alarms")), h("p", {}, t("alarms.do")), list({
    caption: t("alarms"), path: "/api/v1/alarms", rows: "alarms", empty: t("alarms.none"), emptyDo: t("alarms.none.do"),
    columns: [
      { title: t("alarms.what"), cell: (one) => kind(one.kind) },
      { title: t("alarms.since"), cell: ({ raised_at: at }) => moment(at) },
      { title: t("alarms.where"), cell: (one) => [one.dock_name, one.slot && t("slot.n", one), one.camera_name].filter(Boolean).join(", ") },
      { title: t("alarms.detail"), cell: ({ detail }) => h("span", { lang: "en" }, detail) },
    ],
  }));
}
