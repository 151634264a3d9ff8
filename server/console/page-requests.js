/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What waits for this person's answer, what lapses next first. Who asked is said where it is answered (LAW L6). */
import { moment, pageHead } from "./components.js";
import { answers, subject } from "./deeds.js";
import { h } from "./dom.js";
import { matter, until } from "./fates.js";
import { add, t } from "./i18n.js";
import { listing } from "./list.js";
import texts from "./texts-requests.js";

add(texts);

export function draw(main) {
  const again = () => shown.reload();
  const shown = listing({
    caption: t("requests"), path: "/api/v1/requests", rows: "requests", empty: t("requests.none"), emptyDo: t("requests.none.do"),
    columns: [
      { title: t("requests.what"), cell: matter },
      { title: t("requests.left"), cell: (one) => [h("strong", { class: "figure" }, until(one.expires_at)), h("br"), moment(one.expires_at)] },
      { title: t("requests.about"), names: true, cell: (one) => subject(one) ?? "" },
      { title: t("record.number"), cell: (one) => one.case_number ?? "" },
      { title: t("requests.since"), cell: (one) => moment(one.requested_at) },
      { title: t("requests.do"), cell: (one) => h("span", { class: "actions" }, answers(one, again, true)) },
    ],
  });
  main.replaceChildren(pageHead(t("requests")), h("p", {}, t("requests.do.all")), shown.element);
}
