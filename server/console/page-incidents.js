/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What recordings are kept for, the newest first. */
import { field, moment, pageHead } from "./components.js";
import { newIncident, select } from "./deeds.js";
import { h } from "./dom.js";
import { INCIDENT_STATES, incidentBadge } from "./fates.js";
import { add, number, t } from "./i18n.js";
import { listing } from "./list.js";
import texts from "./texts-incidents.js";

add(texts);

const chosen = {}; // as long as this page is used

function filters(reload) {
  const made = {
    case_number: h("input", { type: "search", maxlength: 128, value: chosen.case_number ?? "" }),
    state: select([["", t("incidents.all")], ...INCIDENT_STATES.map((name) => [name, t(`matter.${name}`)])], { value: chosen.state ?? "" }),
    from: h("input", { type: "date", value: chosen.from ?? "" }),
    until: h("input", { type: "date", value: chosen.until ?? "", disabled: !chosen.from }),
  };
  const change = () => {
    made.until.disabled = made.from.value === "";
    for (const [name, control] of Object.entries(made)) {
      chosen[name] = control.disabled ? "" : control.value;
    }
    reload({ ...chosen });
  };
  const submit = (event) => { event.preventDefault(); change(); };
  return h("form", { class: "filter-row", onchange: change, onsubmit: submit },
    Object.entries(made).map(([name, control]) => field(t(`incidents.${name}`), control).element));
}

async function begin() {
  const made = await newIncident();
  if (made !== null) {
    location.hash = `#/incidents/${made.incident}`;
  }
}

export function draw(main) {
  const shown = listing({
    caption: t("incidents"), path: "/api/v1/incidents", query: { ...chosen }, rows: "incidents", empty: t("incidents.none"), emptyDo: t("incidents.none.do"),
    columns: [
      { title: t("record.number"), cell: (one) => h("a", { href: `#/incidents/${one.incident}` }, one.case_number) },
      { title: t("incidents.state"), cell: ({ state }) => incidentBadge(state) },
      { title: t("record.offence"), cell: ({ offence }) => offence ?? "" },
      { title: t("record.place"), cell: ({ place }) => place ?? "" },
      { title: t("record.from"), cell: (one) => moment(one.from_at) },
      { title: t("record.prosecutor"), cell: ({ prosecutor }) => prosecutor ?? "" },
      { title: t("incidents.clips"), number: true, cell: ({ clips }) => number(clips) },
    ],
  });
  main.replaceChildren(pageHead(t("incidents"), h("button", { class: "button", type: "button", onclick: begin }, t("do.incident"))),
    filters((wanted) => shown.reload(wanted)), shown.element);
}
