/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What is handed over, to whom, and how far it is: what waits for somebody first. */
import { moment, pageHead } from "./components.js";
import { h } from "./dom.js";
import { until } from "./fates.js";
import { handoverBadge } from "./handover.js";
import { add, number, t } from "./i18n.js";
import { list } from "./list.js";
import texts from "./texts-handover.js";

add(texts);

const NEXT = ["proposed", "approved", "failed", "built", "written"];

/** What is to be done, and by when. */
function waits({ state, expires_at: at, progress }) {
  const words = [NEXT.includes(state) ? t(`handover.next.${state}`) : "", at ? until(at) : "", progress === undefined ? "" : t("handover.percent", { n: number(progress) })].filter(Boolean);
  return words.flatMap((text, i) => (i === 0 ? [text] : [h("br"), text]));
}

export function draw(main) {
  main.replaceChildren(pageHead(t("handovers"), h("a", { class: "button quiet", href: "#/handovers/recipients" }, t("recipients"))), h("p", {}, t("handovers.do")), list({
    caption: t("handovers"), path: "/api/v1/handovers", rows: "handovers", empty: t("handovers.none"), emptyDo: t("handovers.none.do"),
    columns: [
      { title: t("handover.addressee"), cell: ({ handover, addressee }) => h("a", { href: `#/handovers/${handover}` }, addressee) },
      { title: t("plan.case"), names: true, cell: ({ incident, case_number: called }) => h("a", { href: `#/incidents/${incident}` }, called) },
      { title: t("handover.state"), cell: ({ state }) => handoverBadge(state) },
      { title: t("handover.next"), cell: waits },
      { title: t("handover.clips"), number: true, cell: ({ clips }) => number(clips) },
      { title: t("handover.since"), cell: ({ since }) => moment(since) },
    ],
  }));
}
