/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Cameras and docks of the register. Nothing here grows with what a camera recorded (LAW L6). */
import { now } from "./api.js";
import { badge, moment, pageHead, section } from "./components.js";
import { h } from "./dom.js";
import { add, t } from "./i18n.js";
import { list } from "./list.js";
import texts from "./texts-machines.js";

add(texts);

function standing({ revoked, retired_at: retired, not_after: end }) {
  if (revoked) {
    return badge("red", "stop", t("machine.revoked"));
  }
  if (retired !== undefined) {
    return badge("grey", "none", t("machine.retired"));
  }
  return Date.parse(end) < now() ? badge("red", "warn", t("machine.expired")) : badge("green", "check", t("machine.good"));
}

function cameras() {
  return section(t("cameras"), list({
    caption: t("cameras"), path: "/api/v1/cameras", rows: "cameras", empty: t("cameras.none"), emptyDo: t("cameras.none.do"),
    columns: [
      { title: t("machine.name"), cell: ({ name }) => name },
      { title: t("machine.standing"), cell: standing },
      { title: t("machine.unit"), cell: ({ unit }) => unit ?? "" },
      { title: t("machine.model"), cell: ({ model }) => model },
      { title: t("machine.serial"), cell: ({ device_serial: serial }) => h("span", { class: "digest" }, serial) },
      { title: t("machine.docked"), cell: ({ last_docked_at: at }) => moment(at) },
      { title: t("machine.until"), cell: ({ not_after: at }) => moment(at) },
    ],
  }));
}

function docks() {
  return section(t("docks"), list({
    caption: t("docks"), path: "/api/v1/docks", rows: "docks", empty: t("docks.none"), emptyDo: t("docks.none.do"),
    columns: [
      { title: t("machine.name"), cell: ({ name }) => name },
      { title: t("machine.standing"), cell: standing },
      { title: t("docks.site"), cell: ({ site }) => site ?? "" },
      { title: t("machine.model"), cell: ({ model }) => model },
      { title: t("machine.serial"), cell: ({ device_serial: serial }) => h("span", { class: "digest" }, serial) },
      { title: t("docks.slots"), number: true, cell: ({ slots }) => String(slots.length) },
      { title: t("machine.until"), cell: ({ not_after: at }) => moment(at) },
    ],
  }));
}

export function draw(main) {
  main.replaceChildren(pageHead(t("machines")), cameras(), docks());
}
