/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The dock as a table, for a desk. */
import { badge, banner, loading, progressBar, state as notice, table } from "./components.js";
import { h } from "./dom.js";
import { t } from "./i18n.js";
import { follow } from "./live.js";
import { banners, figure, iconOf, isStale, notes, progress, summary, word } from "./slots.js";

function columns(stale) {
  return [
    { title: t("slot"), number: true, cell: (slot) => String(slot.slot) },
    { title: t("slot.state"), cell: (slot) => badge(stale ? "grey" : slot.colour, iconOf(slot), stale ? t("slot.last", { word: word(slot) }) : word(slot)) },
    { title: t("slot.progress"), cell: (slot) => (progress(slot) === null ? "" : progressBar(t("slot.progress"), progress(slot), figure(slot))) },
    { title: t("slot.note"), cell: (slot) => notes(slot).map(({ title, what }) => h("p", { class: "note" }, h("strong", {}, `${title}.`), ` ${what}`)) },
  ];
}

function body({ dock, link, away }) {
  if (dock === null) {
    return link === "connecting" ? loading() : null;
  }
  if (dock.slots.length === 0) {
    return notice("empty", t("dock.none"), t("dock.none.do"));
  }
  return table(t("dock"), columns(isStale({ link, away })), dock.slots);
}

export function draw(main) {
  const head = h("div", { class: "page-head" }, h("h1", {}, t("dock")), h("a", { class: "button", href: "board.html" }, t("dock.board")));
  const told = h("div", { class: "banners", role: "status" });
  const counts = h("ul", { class: "summary", "aria-label": t("dock.summary") });
  const content = h("div", {});
  let said = "";
  main.replaceChildren(head, told, counts, content);
  return follow("dock", (state) => {
    const all = banners(state);
    const stale = isStale(state);
    const before = content.firstElementChild;
    const focused = content.contains(document.activeElement);
    const scrolled = before?.scrollLeft ?? 0;
    if (said !== JSON.stringify(all)) {
      said = JSON.stringify(all);
      told.replaceChildren(...all.map(banner));
    }
    counts.replaceChildren(...(stale ? [] : summary(state.dock?.slots ?? [])).map(({ colour, text }) => h("li", { "data-colour": colour }, text)));
    content.replaceChildren(...[body(state)].filter(Boolean));
    if (focused) {
      content.firstElementChild?.focus({ preventScroll: true });
    }
    if (scrolled > 0 && content.firstElementChild) {
      content.firstElementChild.scrollLeft = scrolled;
    }
  });
}
