/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Recordings as metadata: what is kept now, marked ones first; or what was recorded on some days. */
import { field, pageHead } from "./components.js";
import { cameras, hold, mayHold, select } from "./deeds.js";
import { h } from "./dom.js";
import { CLIP_STATES, clipLink, daysLeft, length, mark, stateBadge, VERDICTS, verdicts } from "./fates.js";
import { add, t } from "./i18n.js";
import { listing } from "./list.js";
import texts from "./texts-inbox.js";

add(texts);

const chosen = {}; // as long as this page is used: whoever comes back from a recording finds the list as it was

function options(prefix, names) {
  return [["", t("inbox.all")], ...names.map((name) => [name, t(`${prefix}.${name}`)])];
}

function controls() {
  return {
    state: select(options("standing", CLIP_STATES), { value: chosen.state ?? "" }),
    unit: h("input", { maxlength: 64, value: chosen.unit ?? "" }),
    area: h("input", { maxlength: 64, value: chosen.area ?? "" }),
    from: h("input", { type: "date", value: chosen.from ?? "" }),
    until: h("input", { type: "date", value: chosen.until ?? "" }),
    camera: select([["", t("inbox.all")], ...(chosen.camera ? [[chosen.camera, "…"]] : [])], { value: chosen.camera }),
    integrity: select(options("integrity", VERDICTS.integrity), { value: chosen.integrity ?? "" }),
    provenance: select(options("provenance", VERDICTS.provenance), { value: chosen.provenance ?? "" }),
  };
}

/** LAW L6: a camera is asked about for one day. */
function settle(made, summary) {
  made.until.disabled = made.from.value === "";
  made.camera.disabled = made.from.value === "" || made.until.value !== "";
  for (const [name, control] of Object.entries(made)) {
    chosen[name] = control.disabled ? "" : control.value;
  }
  const set = Object.values(chosen).filter(Boolean).length;
  summary.textContent = set === 0 ? t("inbox.filter") : t("inbox.filtered", { n: set });
}

async function nameCameras({ camera }) {
  camera.replaceChildren(...select([["", t("inbox.all")], ...(await cameras()).map((one) => [one.camera, one.name])], { value: chosen.camera }).children);
}

function filters(reload) {
  const made = controls();
  const summary = h("summary", {});
  const hints = { from: t("inbox.from.do"), camera: t("inbox.camera.do") };
  const change = () => { settle(made, summary); reload({ ...chosen }); };
  const clear = () => { Object.values(made).forEach((control) => { control.value = ""; }); change(); };
  settle(made, summary);
  nameCameras(made).catch(() => {}); // then none can be chosen
  return h("details", { class: "filters", open: Object.values(chosen).some(Boolean) }, summary,
    h("form", { class: "filter-row", onchange: change, onsubmit: (event) => { event.preventDefault(); change(); } },
      Object.entries(made).map(([name, control]) => field(t(`inbox.${name}`), control, hints[name] ?? "").element),
      h("p", { class: "actions" }, h("button", { class: "button quiet", type: "button", onclick: clear }, t("inbox.reset")))));
}

export function draw(main) {
  const again = () => shown.reload();
  const shown = listing({
    caption: t("inbox"), path: "/api/v1/clips", query: { ...chosen }, rows: "clips", empty: t("inbox.none"), emptyDo: t("inbox.none.do"),
    columns: [
      { title: t("inbox.when"), cell: (clip) => [clipLink(clip), h("p", { class: "hint" }, length(clip))] },
      { title: t("inbox.fate"), cell: (clip) => h("span", { class: "badges" }, mark(clip), stateBadge(clip.state)) },
      { title: t("clip.left"), cell: daysLeft },
      { title: t("inbox.where"), cell: ({ unit, area, camera_name: camera }) => [unit, area, camera].filter(Boolean).join(", ") },
      { title: t("inbox.verdict"), cell: verdicts },
      { title: t("inbox.do"), cell: (clip) => (mayHold(clip) ? h("button", { class: "button quiet", type: "button", onclick: () => hold(clip, again) }, t("do.hold")) : "") },
    ],
  });
  main.replaceChildren(pageHead(t("inbox")), h("p", {}, t("inbox.do.all")), filters((wanted) => shown.reload(wanted)), shown.element);
}
