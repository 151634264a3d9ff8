/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * When one's own recordings were shown, and how often recordings were, without anybody's name (LAW L3, L6, L8); and, for the
 * data-protection officer, what recorded people asked (LAW L7). */
import { badge, moment, pageHead, section } from "./components.js";
import { attempt, cameras, fromLocal, select } from "./deeds.js";
import { h, plain } from "./dom.js";
import { clipLink, told } from "./fates.js";
import { add, number, t } from "./i18n.js";
import { list } from "./list.js";
import { COUNCIL, OFFICER } from "./roles.js";
import { may } from "./session.js";
import { decide } from "./sign.js";
import texts from "./texts-looks.js";

add(texts);

function months() {
  return section(t("looks.months"), h("p", {}, t("looks.months.do")), list({
    caption: t("looks.months"), path: "/api/v1/access-counts", rows: "months", empty: t("looks.none"), emptyDo: t("looks.none.do"),
    columns: [
      { title: t("looks.month"), cell: ({ month }) => month.slice(0, 7) },
      { title: t("looks.count"), number: true, cell: ({ accesses, suppressed }) => (suppressed ? badge("grey", "lock", t("looks.few")) : number(accesses ?? 0)) },
    ],
  }));
}

async function ask(again) {
  const all = await attempt(t("asked.new"), cameras);
  if (all === null) {
    return;
  }
  const record = (name) => (deed, control) => {
    if (control.value !== "") {
      deed.record = { ...deed.record, [name]: control.type === "datetime-local" ? fromLocal(control.value) : plain(control.value) };
    }
  };
  const field = (name, label, control, hint) => ({ name, label, hint, control, put: record(name) });
  const said = await decide(t("asked.new"), { action: "subject-request", step: "alone" }, [
    field("from", t("asked.from"), h("input", { type: "datetime-local", required: true })),
    field("until", t("asked.until"), h("input", { type: "datetime-local", required: true })),
    field("area", t("asked.area"), h("input", { maxlength: 128 }), t("asked.area.do")),
    field("camera", t("asked.camera"), select([["", t("asked.any")], ...all.map((one) => [one.camera, one.name])]), t("asked.camera.do")),
  ]);
  if (said !== null) {
    again(said.answer);
  }
}

function answer({ recordings, complete }) {
  return section(t("asked.answer"), h("p", {}, t(complete ? "asked.all" : "asked.more", { n: number(recordings.length) })),
    h("ul", {}, recordings.map(({ start, end, area, fate, due, erased }) => h("li", {},
      h("strong", {}, told(fate)), " ", moment(start), " – ", end === null ? t("asked.open") : moment(end), ` ${area} `,
      due === null ? null : [t("asked.due"), " ", moment(due)], erased === null ? null : [t("asked.erased"), " ", moment(erased)]))));
}

function requests(again) {
  const given = h("div", { role: "status" });
  return section(t("asked"), h("p", {}, t("asked.do")),
    h("p", { class: "actions" }, h("button", { class: "button", type: "button", onclick: () => ask((said) => (said ? given.replaceChildren(answer(said)) : again())) }, t("asked.new"))),
    given,
    list({
      caption: t("asked"), path: "/api/v1/subject-requests", rows: "subject_requests", empty: t("asked.none"), emptyDo: t("asked.none.do"),
      columns: [
        { title: t("asked.at"), cell: ({ at }) => moment(at) },
        { title: t("asked.about"), cell: ({ from_at: from, until_at: until, area, camera_name: camera }) => [moment(from), " – ", moment(until), " ", [area, camera].filter(Boolean).join(", ")] },
        { title: t("asked.reason"), cell: ({ reason }) => reason },
        { title: t("asked.found"), number: true, cell: ({ found }) => number(found) },
        { title: t("asked.forget"), cell: ({ forget_at: at }) => moment(at) },
      ],
    }));
}

/** A-221, LAW L8 */
function own() {
  return section(t("looks.own"), h("p", {}, t("looks.own.do")), list({
    caption: t("looks.own"), path: "/api/v1/accesses", rows: "accesses", empty: t("looks.own.none"), emptyDo: t("looks.own.none.do"),
    columns: [
      { title: t("looks.own.at"), cell: ({ at }) => moment(at) },
      { title: t("looks.own.clip"), cell: clipLink },
    ],
  }));
}

export function draw(main, { again }) {
  main.replaceChildren(pageHead(t("looks")), ...[may(["wearer"]) ? own() : null, may(COUNCIL) ? months() : null, may([OFFICER]) ? requests(again) : null].filter(Boolean));
}
