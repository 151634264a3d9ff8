/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The screen at the dock: nobody logs in, and nobody is named. The slots stand as they are mounted: in the order of the
 * dock's configuration, board.html?row=N with N of them in a row. Without that, so that all of them fit. */
import { banner, choices, dialog } from "./components.js";
import { h, icon, place, say, show } from "./dom.js";
import { begin, onLanguage, t, time } from "./i18n.js";
import { begin as beginIssue, invitation, see } from "./issue.js";
import { follow } from "./live.js";
import { banners, figure, hint, iconOf, isStale, notes, progress, summary, word } from "./slots.js";

const CLOCK_MS = 1000;
const TILE_RATIO = 1.5; // width to height, of a tile that reads well
const TILE_LEAST_PX = { width: 168, height: 166 }; // and its gap: with a note, and what to do
const TILE_LARGE_PX = { width: 260, height: 210 }; // has room for larger letters
const TILE_ROOMY_PX = { width: 400, height: 340 }; // and for what to do
const URGENT = new Set(["yellow", "red"]);

const page = {
  state: { link: "connecting", away: false, dock: null, at: null },
  tiles: new Map(),
  row: Number(new URLSearchParams(location.search).get("row")) || 0,
};

/* ---- a slot ---- */

function explainSlot(slot) {
  dialog(`${t("slot.n", slot)}: ${word(slot)}`,
    ...notes(slot).flatMap(({ title, what }) => [h("h3", {}, title), h("p", {}, what)]));
}

function makeTile() {
  const tile = {
    number: h("span", { class: "tile-number" }),
    badge: h("span", { class: "badge" }),
    word: h("span", {}),
    figure: h("span", { class: "tile-figure" }),
    bar: h("progress", { max: 100 }),
    hint: h("span", { class: "tile-hint" }),
    what: h("span", { class: "tile-what" }),
    more: h("button", { class: "tile-more", type: "button", onclick: () => explainSlot(tile.slot) }),
  };
  tile.element = h("li", { class: "tile" },
    h("div", { class: "tile-head" }, tile.number, tile.badge),
    h("div", { class: "tile-body" }, h("p", {}, tile.figure), tile.bar, tile.hint, tile.what, tile.more));
  return tile;
}

function drawIcon(tile, name) {
  if (tile.badge.firstElementChild?.dataset.icon !== name) {
    tile.badge.replaceChildren(icon(name), tile.word);
  }
}

function drawTile(tile, slot, stale) {
  const done = progress(slot);
  tile.slot = slot;
  tile.element.dataset.colour = stale ? "grey" : slot.colour;
  tile.element.dataset.state = slot.state;
  tile.element.dataset.stale = String(stale);
  tile.element.dataset.offered = String(slot.offered && !stale);
  say(tile.number, String(slot.slot));
  tile.number.setAttribute("aria-label", t("slot.n", slot));
  tile.number.setAttribute("role", "img");
  drawIcon(tile, iconOf(slot));
  say(tile.word, stale ? t("slot.last", { word: word(slot) }) : word(slot));
  say(tile.figure, figure(slot));
  show(tile.figure.parentElement, done !== null);
  show(tile.bar, done !== null);
  tile.bar.value = done ?? 0;
  tile.bar.setAttribute("aria-label", t("slot.progress"));
  say(tile.hint, hint(slot, stale));
  say(tile.what, notes(slot)[0]?.what ?? "");
  say(tile.more, t("dock.what"));
  tile.more.setAttribute("aria-label", `${t("dock.what")} ${t("slot.n", slot)}`);
  show(tile.more, notes(slot).length > 0);
}

/* ---- the page ---- */

/** As many in a row as make the tiles' shape the best, of those with which nothing has to be scrolled for. */
function fit() {
  const count = page.tiles.size;
  const { width, top } = page.slots.getBoundingClientRect();
  const height = Math.max(innerHeight - top - scrollY, 1); // not what the tiles take now, which may be more
  const most = Math.max(1, Math.floor(width / TILE_LEAST_PX.width));
  let best = 1;
  let least = Infinity;
  for (let columns = 1; columns <= Math.min(most, count); columns++) {
    const high = height / Math.ceil(count / columns);
    const off = Math.abs(Math.log(width / columns / high / TILE_RATIO)) + (high < TILE_LEAST_PX.height ? 10 - columns : 0);
    [best, least] = off < least ? [columns, off] : [best, least];
  }
  const columns = page.row > 0 ? Math.min(page.row, most) : best;
  const high = height / Math.ceil(count / columns);
  page.slots.style.setProperty("--columns", String(columns));
  const has = (room) => width / columns >= room.width && high >= room.height;
  page.slots.dataset.room = has(TILE_ROOMY_PX) ? "roomy" : has(TILE_LARGE_PX) ? "large" : "";
}

function drawSlots(slots, stale) {
  const numbers = new Set(slots.map((slot) => slot.slot));
  const before = page.tiles.size;
  [...page.tiles.keys()].filter((number) => !numbers.has(number)).forEach((number) => page.tiles.delete(number));
  for (const slot of slots) {
    if (!page.tiles.has(slot.slot)) {
      page.tiles.set(slot.slot, makeTile());
    }
    drawTile(page.tiles.get(slot.slot), slot, stale);
  }
  place(page.slots, slots.map((slot) => page.tiles.get(slot.slot).element));
  if (before !== page.tiles.size) {
    fit();
  }
}

/** For who does not see the screen: what has come up since the last time, and only that. */
function announce(slots) {
  const urgent = slots.filter((slot) => URGENT.has(slot.colour)).map((slot) => ({ slot, key: `${slot.slot} ${slot.why}` }));
  const fresh = urgent.filter(({ key }) => !page.urgent?.has(key));
  if (fresh.length > 0 && page.urgent) {
    say(page.news, fresh.map(({ slot }) => t("dock.said", { slot: slot.slot, word: word(slot), what: hint(slot, false) })).join(" "));
  }
  page.urgent = new Set(urgent.map(({ key }) => key));
}

function drawBanners() {
  const all = banners(page.state);
  const text = JSON.stringify(all);
  if (page.banners.dataset.text !== text) { // what is told once is not told again
    page.banners.dataset.text = text;
    page.banners.replaceChildren(...all.map(banner));
  }
}

function drawClock() {
  const { link, away } = page.state;
  say(page.clock, link === "live" && !away ? t("dock.live", { time: time(Date.now()) }) : time(Date.now()));
  page.clock.dataset.live = String(link === "live" && !away);
}

function draw() {
  const { dock } = page.state;
  const slots = dock?.slots ?? [];
  const stale = isStale(page.state);
  drawBanners();
  drawClock();
  say(page.notice, dock === null ? t(stale ? "dock.unknown" : "dock.connecting") : slots.length === 0 ? t("dock.none.do") : "");
  show(page.notice, slots.length === 0);
  page.summary.replaceChildren(...(stale ? [] : summary(slots)).map(({ colour, text }) => h("li", { "data-colour": colour }, text)));
  drawSlots(slots, stale);
  announce(slots);
  if (!stale) {
    see(slots);
  }
}

function frame() {
  page.clock = h("p", { class: "clock" });
  page.summary = h("ul", { class: "summary", "aria-label": t("dock.summary") });
  page.banners = h("div", { class: "banners", role: "status" });
  page.news = h("p", { class: "unseen", role: "status" });
  page.notice = h("p", { class: "notice" });
  page.slots = h("ul", { class: "slots" });
  page.tiles = new Map();
  document.title = `${t("dock")} – ${t("product")}`;
  [...document.body.children].filter((one) => one.localName !== "dialog").forEach((one) => one.remove()); // what is open stays
  document.body.prepend(
    h("header", { class: "board-head" }, h("h1", {}, t("dock")), page.summary, invitation(), page.clock, choices()),
    page.banners, page.news, h("main", {}, page.notice, page.slots));
}

await begin();
beginIssue();
onLanguage(() => {
  frame();
  draw();
});
if (location.hash === "#setup") {
  (await import("./issue-setup.js")).draw();
}
addEventListener("resize", fit);
setInterval(drawClock, CLOCK_MS);
follow("dock", (state) => {
  page.state = state;
  draw();
});
