/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * play.mjs BUILD [--docs] [STEP…] (stage.mjs): what is shown to whoever is there, served by asservatd, with a dock that says what it
 * is told to. */
import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";

import { Dock, evening, pulling, slot, status, TOP, until, Web } from "./site.mjs";
import { build, fits, isAccessible, picture, says, Stage } from "./stage.mjs";

const stage = new Stage();

function tile(page, number) {
  return page.locator(".tile").nth(number - 1);
}

/* ---- what is tried ---- */

async function theBoardSaysHowItIs() {
  const page = await stage.page("board.html");
  await says(tile(page, 2), "überträgt");
  await says(tile(page, 2), "65 %");
  await says(tile(page, 2), "noch 2 min");
  await says(tile(page, 3), "noch 1 h 7 min");
  await says(tile(page, 6), "noch unter 1 min");
  await says(tile(page, 1), "bereit");
  await says(tile(page, 4), "Aufzeichnung in Quarantäne");
  await says(tile(page, 11), "Fremde Kamera");
  await says(page.locator(".summary"), "6 bereit");
  assert.equal(await page.locator(".tile").count(), 20);
  assert.equal(await page.getAttribute("html", "lang"), "de");
  assert.match(await page.locator(".clock").textContent(), /aktuell, \d\d:\d\d (MEZ|MESZ)/);
  assert.ok((await page.content()).match(/BWC-|SN-|1-2\./) === null, "nobody is named");
  assert.deepEqual(await fits(page), { across: true, down: true });
  await picture(page, "board-de", true);
  await isAccessible(page, "the board");
  for (const [height, width] of await page.locator("button:visible, select").evaluateAll((all) => all.map((one) => [one.offsetHeight, one.offsetWidth]))) {
    assert.ok(height >= 44 && width >= 44, `${width} x ${height} is too small to touch`);
  }
}

async function anotherLanguageAndAppearance() {
  const page = await stage.page("board.html");
  await says(tile(page, 1), "bereit");
  await page.getByLabel("Sprache").selectOption("en");
  await says(tile(page, 2), "transferring");
  await says(tile(page, 2), "2 min left");
  await says(tile(page, 15), "Put the camera in again");
  assert.equal(await page.getAttribute("html", "lang"), "en");
  await page.getByLabel("Appearance").selectOption("dark");
  await isAccessible(page, "the dark board");
  await page.reload();
  await says(tile(page, 2), "transferring");
  assert.equal(await page.getAttribute("html", "data-appearance"), "dark");
  await picture(page, "board-en-dark");
  const system = await stage.page("board.html", { colorScheme: "dark" });
  await says(tile(system, 1), "bereit");
  const colours = (from) => from.evaluate(() => ["ground", "surface", "text", "muted", "line", "edge", "accent", "on-accent", "shadow",
    ...["grey", "blue", "green", "yellow", "red"].flatMap((name) => [name, `${name}-ground`])]
    .map((name) => `${name} ${getComputedStyle(document.documentElement).getPropertyValue(`--${name}`)}`));
  assert.deepEqual(await colours(system), await colours(page), "a dark system has the colours that can be chosen");
}

async function byKeyboardAlone() {
  const page = await stage.page("board.html");
  await says(tile(page, 1), "bereit");
  const seen = [];
  const focused = () => page.evaluate(() => document.activeElement.getAttribute("aria-label") ?? document.activeElement.labels?.[0]?.textContent ?? "");
  for (let i = 0; i < 5; i++) {
    await page.keyboard.press("Tab");
    seen.push(await focused());
  }
  assert.deepEqual(seen, ["Sprache", "Darstellung", "Was ist zu tun? Platz 4", "Was ist zu tun? Platz 11", "Was ist zu tun? Platz 15"]);
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog");
  await says(dialog, "Platz 15: Problem");
  await says(dialog, "Kamera entnehmen und wieder einstecken.");
  await picture(page, "board-dialog");
  await isAccessible(page, "the dialog");
  await page.keyboard.press("Escape");
  await until(async () => (await dialog.count()) === 0, "the dialog's end");
  assert.equal(await focused(), "Was ist zu tun? Platz 15");
}

async function nothingJumps() {
  const page = await stage.page("board.html");
  await says(tile(page, 2), "65 %");
  const places = () => page.locator(".tile").evaluateAll((all) => all.map((one) => JSON.stringify(one.getBoundingClientRect())));
  const before = await places();
  await tile(page, 15).getByRole("button").focus();
  await page.evaluate(() => { globalThis.kept = [...document.querySelectorAll(".tile")]; });
  const later = evening();
  later.slots[1] = pulling(2, 85, 1);
  later.slots[0] = slot(1, "fault", { why: ["other"], reason: "<img src=x onerror=alert(1)> what nobody foresaw" });
  later.slots[11] = slot(12, "ready");
  stage.dock.tell(later);
  await says(tile(page, 2), "85 %");
  await says(tile(page, 1), "Bitte melden");
  await says(page.locator(".unseen[role=status]"), "Meldung des Docks, Platz 1: Problem. Bitte melden");
  assert.deepEqual(await places(), before);
  assert.ok(await page.evaluate(() => globalThis.kept.every((one, i) => one === document.querySelectorAll(".tile")[i])));
  assert.equal(await page.evaluate(() => document.activeElement.getAttribute("aria-label")), "Was ist zu tun? Platz 15");
  await tile(page, 1).getByRole("button").tap();
  await says(page.getByRole("dialog"), "Kamera stecken lassen und der Administration melden.");
  assert.equal(await page.locator("img").count(), 0);
  stage.dock.tell(evening());
}

/** A-087. */
async function whatIsOldIsCalledOld() {
  const silent = await stage.context(); // whose server takes the question and says nothing
  await silent.addInitScript(() => { delete globalThis.SharedWorker; });
  await silent.route("**/dock/events", () => {});
  const unanswered = await silent.newPage();
  await unanswered.goto(`${stage.web.origin}/console/board.html`);
  await says(unanswered.locator(".notice"), "Verbindung zum Dock wird aufgebaut");
  const page = await stage.page("board.html");
  await says(tile(page, 1), "bereit");
  await stage.dock.close();
  await says(page.locator(".banner"), "Das Dock antwortet nicht");
  await says(page.locator(".banner"), "Die Anzeige zeigt den Stand von");
  await says(tile(page, 1), "zuletzt: bereit");
  assert.equal(await page.locator(".tile:not([data-colour=grey])").count(), 0);
  assert.equal(await page.locator(".summary li").count(), 0);
  await picture(page, "board-away");
  await isAccessible(page, "the board of a dock that is away");
  const fresh = await stage.page("board.html");
  await says(fresh.locator(".notice"), "Es ist nicht bekannt, was die Plätze tun.");
  await isAccessible(fresh, "a board that knows nothing");
  await stage.dock.open(evening());
  await says(tile(page, 1), "bereit");
  await says(tile(fresh, 1), "bereit");
  assert.equal(await page.locator(".banner").count(), 0);
  await says(unanswered.locator(".banner"), "Keine Verbindung zum Server");
}

async function theServerComesBack() {
  const page = await stage.page("board.html");
  page.context().excused = /ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_EMPTY_RESPONSE/;
  await says(tile(page, 1), "bereit");
  await stage.web.stop();
  await says(page.locator(".banner"), "Keine Verbindung zum Server");
  await says(tile(page, 1), "zuletzt: bereit");
  await page.getByLabel("Darstellung").selectOption("dark"); // it can still be used
  await stage.web.start();
  await until(async () => (await page.locator(".banner").count()) === 0, "the connection", 40_000);
  await says(tile(page, 1), "bereit");
}

async function servicesAreAway() {
  const page = await stage.page("board.html");
  await says(tile(page, 1), "bereit");
  const bad = evening();
  stage.dock.tell({ ...bad, keeper: { up: false, why: "secret", since_ms: 1 }, database: { up: false, why: "secret", since_ms: 1 },
    space: { free: 1, low: true }, slots: bad.slots.map((one) => ({ ...one })) });
  await says(page.locator(".banners"), "Schlüsselverwalter antwortet nicht");
  await says(page.locator(".banners"), "Datenbank antwortet nicht");
  await says(page.locator(".banners"), "Speicher ist fast voll");
  await picture(page, "board-services");
  await isAccessible(page, "a board with three banners");
  stage.dock.tell(status([]));
  await says(page.locator(".notice"), "noch keine Plätze");
  stage.dock.tell(evening());
  await says(tile(page, 1), "bereit");
}

/** One stream for a browser, none for pages that nobody sees. */
async function oneStream() {
  const streams = (count) => until(async () => {
    stage.dock.tell({ ...evening(), stored: Math.floor(Math.random() * 1e9), stopping: !stage.dock.status.stopping }); // who has left is noticed then
    return (await stage.web.metric("asservat_http_streams")) === count;
  }, `${count} streams`);
  const see = (page, state) => page.evaluate((now) => {
    Object.defineProperty(document, "visibilityState", { value: now, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
  }, state);
  await streams(0);
  const first = await stage.page("board.html");
  const second = await first.context().newPage();
  await second.goto(`${stage.web.origin}/console/`);
  await says(tile(first, 1), "bereit");
  await says(second.locator("table"), "überträgt");
  await streams(1);
  await see(first, "hidden");
  await streams(1);
  await see(second, "hidden");
  await streams(0);
  await see(first, "visible");
  await streams(1);
  await second.close();
  await first.close();
  await streams(0);
  const context = await stage.context();
  await context.addInitScript(() => { delete globalThis.SharedWorker; });
  for (let i = 0; i < 2; i++) {
    const page = await context.newPage();
    await page.goto(`${stage.web.origin}/console/board.html`);
    await says(tile(page, 1), "bereit");
  }
  await streams(2);
  stage.dock.tell(evening());
}

async function itIsLightAndQuick() {
  const times = [];
  let bytes = 0;
  for (let i = 0; i < 3; i++) {
    const context = await stage.context();
    const page = await context.newPage();
    const session = await context.newCDPSession(page);
    await session.send("Network.enable");
    bytes = 0;
    session.on("Network.loadingFinished", ({ encodedDataLength }) => { bytes += encodedDataLength; });
    await page.addInitScript(() => {
      new MutationObserver(() => {
        if (globalThis.usable === undefined && document.querySelector(".tile")) {
          globalThis.usable = performance.now();
        }
      }).observe(document, { childList: true, subtree: true });
    });
    await page.goto(`${stage.web.origin}/console/board.html`);
    await says(tile(page, 20), "frei");
    times.push(Math.round(await page.evaluate(() => globalThis.usable)));
  }
  const files = fs.readdirSync(path.join(TOP, "server/console"));
  console.log(`   first load ${(bytes / 1024).toFixed(1)} KiB, usable after ${times.join(", ")} ms; ${files.length} files in all`);
  assert.ok(bytes > 10_000 && bytes <= 200 * 1024, `${bytes} bytes`);
  assert.ok(Math.min(...times) <= 1000, `${times} ms`);
}

async function everySizeFits() {
  const page = await stage.page("board.html");
  await says(tile(page, 1), "bereit");
  for (const count of [1, 4, 10, 24]) {
    const slots = Array.from({ length: count }, (_, i) => (i % 7 === 3 ? slot(i + 1, "attention", {
      why: ["failed", "expired"], reason: "recordings on it: 3 that could not be brought into custody, 1 whose period is over, to be erased at the keeper's order" }) : slot(i + 1, "ready")));
    stage.dock.tell(status(slots));
    await until(async () => (await page.locator(".tile").count()) === count, `${count} tiles`);
    await picture(page, `board-${count}`);
    assert.deepEqual(await fits(page), { across: true, down: true }, `${count} slots`);
    const cut = await page.locator(".tile").evaluateAll((all) => all.filter((one) => one.scrollHeight > one.clientHeight + 1 || one.scrollWidth > one.clientWidth + 1).length);
    assert.equal(cut, 0, `${count} slots: text is cut off`);
  }
  await page.goto(`${stage.web.origin}/console/board.html?row=8`);
  await says(tile(page, 1), "bereit");
  const inRow = await page.locator(".tile").evaluateAll((all) => all.filter((one) => one.offsetTop === all[0].offsetTop).length);
  assert.equal(inRow, 7, "as many of eight as have room");
  stage.dock.tell(evening());
  for (const name of ["board.html", ""]) {
    const small = await stage.page(name, { viewport: { width: 320, height: 640 } });
    await says(small.locator("body"), "bereit");
    assert.equal((await fits(small)).across, true, `320 px: ${name}`);
    await picture(small, `small-${name === "" ? "console" : "board"}`);
  }
}

/** A morning: every camera is ready. */
function morning(change = {}) {
  return status(Array.from({ length: 20 }, (_, i) => change[i + 1] ?? slot(i + 1, "ready")));
}

/** The screen at the dock, which may issue cameras; what the server says to badges is told by the test, and what it was asked is kept. */
async function issuing(more) {
  stage.dock.tell(morning());
  const context = await stage.context(more);
  context.excused = /Failed to load resource: the server responded with a status of (4|5)\d\d/;
  await context.addInitScript(() => location.protocol.startsWith("http") && localStorage.setItem("asservat.issue", "asv_token"));
  const page = await context.newPage();
  page.asked = [];
  await page.route("**/api/v1/assignments", async (route) => {
    page.asked.push({ ...route.request().postDataJSON(), who: route.request().headers().authorization });
    const [code, body] = await page.answer();
    await route.fulfill({ status: code, contentType: code < 300 ? "application/json" : "application/problem+json", body: JSON.stringify(body) });
  });
  await page.goto(`${stage.origin}/console/board.html`);
  await says(tile(page, 7), "bereit");
  page.present = async (badge, code, body) => {
    page.answer = () => [code, body];
    await page.keyboard.type(badge);
    await page.keyboard.press("Enter");
  };
  page.issue = page.locator(".issue");
  return page;
}

/** D-004: the dock lights a camera, the screen says which. A-141: and nothing of whose it is. */
async function aBadgeGetsACamera() {
  const page = await issuing();
  await says(page.locator(".issue-ready"), "Ausweis vorhalten");
  await page.locator("select").first().focus(); // wherever the focus is
  let answer;
  page.answer = () => new Promise((resolve) => { answer = resolve; });
  await page.keyboard.type("0815 4711");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Enter"); // as some readers end
  await says(page.issue, "Einen Moment bitte");
  await page.keyboard.type("0815 4712");
  await page.keyboard.press("Enter");
  await says(page.issue, "Bitte nacheinander");
  await picture(page, "issue-waits");
  stage.dock.tell(morning({ 7: slot(7, "ready", { offered: true }) }));
  answer([201, { slot: 7, charged: 93 }]);
  await says(page.issue, "Nehmen Sie die Kamera ausPlatz 7zu 93 % geladen");
  await says(tile(page, 7), "ausgegeben");
  assert.deepEqual(page.asked, [{ badge: "0815 4711", who: "Bearer asv_token" }]);
  assert.ok(!(await page.content()).includes("4711") && !JSON.stringify(await page.evaluate(() => ({ ...localStorage, ...sessionStorage }))).includes("4711"), "the badge stands nowhere");
  await picture(page, "issue-take", true);
  await isAccessible(page, "a camera is issued");
  await page.present("0815 4711", 500, {}); // readers read twice
  await says(page.issue, "Platz 7");
  assert.equal(page.asked.length, 1);
  // Another one than was said.
  stage.dock.tell(morning({ 7: slot(7, "ready", { offered: true }), 5: slot(5, "fault") }));
  stage.dock.tell(morning({ 7: slot(7, "ready", { offered: true }), 5: slot(5, "empty") }));
  await says(page.issue, "Falsche KameraBitte in Platz 5 zurückstecken. Ihre Kamera leuchtet inPlatz 7");
  await picture(page, "issue-other");
  stage.dock.tell(morning({ 7: slot(7, "ready", { offered: true }), 5: slot(5, "handshake") }));
  await says(page.issue, "Nehmen Sie die Kamera aus");
  stage.dock.tell(morning({ 7: slot(7, "empty") }));
  await until(async () => (await page.issue.count()) === 0, "it was taken, and the screen goes back");
  await page.present("4713", 201, { slot: 3, charged: 12 });
  await says(page.issue, "nur zu 12 % geladen");
  await page.keyboard.press("Escape");
  await until(async () => (await page.issue.count()) === 0, "the end of what is shown");
  await page.present("4714", 201, { slot: 4 });
  await says(page.issue, "Platz 4");
  await page.issue.getByRole("button", { name: "Schließen" }).tap();
  await until(async () => (await page.issue.count()) === 0, "the end of what is shown");
}

async function whatHindersIssuing() {
  const page = await issuing();
  const problem = (name, code) => ({ type: `urn:asservat:problem:${name}`, status: code, title: "x", title_de: "x", detail: "x", detail_de: "x" });
  const texts = { "badge-unknown": [404, "Ausweis nicht bekannt"], "badge-barred": [409, "Keine Kamera für diesen Ausweis"], "has-camera": [409, "Schon ausgegeben"],
    "none-ready": [409, "Keine Kamera bereit"], "camera-failed": [409, "zu früh entnommen"], "database-away": [503, "Die Datenbank antwortet nicht"],
    "no-database": [503, "Die Datenbank antwortet nicht"], busy: [503, "in einigen Sekunden"], "dock-away": [503, "Das Dock antwortet nicht"],
    "issue-unclear": [503, "nur eine Kamera nehmen, die leuchtet"], "too-often": [429, "Zu viele Versuche"], "not-set-up": [503, "nicht eingerichtet"],
    "not-signed-in": [401, "Dieser Bildschirm darf nicht ausgeben"], forbidden: [403, "Dieser Bildschirm darf nicht ausgeben"], other: [500, "Ausgabe nicht möglich"] };
  for (const [name, [code, text]] of Object.entries(texts)) {
    await page.present("1", code, problem(name, code));
    await says(page.issue, text);
  }
  await isAccessible(page, "no camera is issued");
  await picture(page, "issue-trouble");
  await page.getByRole("button", { name: "Schließen" }).click();
  await page.getByLabel("Sprache").selectOption("en");
  await page.present("1", 409, problem("none-ready", 409));
  await says(page.issue, "No camera is ready");
  const small = await issuing({ viewport: { width: 320, height: 640 }, colorScheme: "dark" });
  await small.present("1", 201, { slot: 17, charged: 100 });
  await says(small.issue, "Platz 17");
  assert.equal((await fits(small)).across, true);
  await isAccessible(small, "dark and small");
  await picture(small, "issue-small-dark");
  // It goes back by itself; and a screen without the right has nothing of all this.
  const left = await issuing();
  await left.clock.install();
  await left.present("1", 409, problem("none-ready", 409));
  await says(left.issue, "Keine Kamera bereit");
  await left.clock.fastForward(13_000);
  await until(async () => (await left.issue.count()) === 0, "the end of what is shown");
  const plain = await stage.page("board.html");
  await says(tile(plain, 1), "bereit");
  await plain.keyboard.type("4711");
  await plain.keyboard.press("Enter");
  assert.equal(await plain.locator(".issue, .issue-ready").count(), 0);
  stage.dock.tell(evening());
}

async function theConsoleShowsTheDock() {
  const page = await stage.page("../");
  assert.equal(page.url(), `${stage.web.origin}/console/`);
  await says(page.locator("tbody tr").nth(1), "65 %");
  await says(page.locator("tbody tr").nth(14), "Kamera neu einstecken.");
  await picture(page, "console-dock", true);
  await isAccessible(page, "the dock's table");
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.textContent), "Zum Inhalt");
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement.id), "main");
  await page.goto(`${stage.web.origin}/console/#/nowhere`);
  await says(page.locator(".state"), "Diese Seite gibt es nicht");
  await isAccessible(page, "a page that is not there");
  await page.getByLabel("Sprache").selectOption("en");
  await says(page.locator(".state"), "There is no such page");
  await page.getByRole("link", { name: "Dock", exact: true }).click();
  await says(page.locator("tbody tr").nth(1), "transferring");
  await page.getByRole("link", { name: "Open the screen at the dock" }).click();
  await says(tile(page, 2), "transferring");
}

const STEPS = [theBoardSaysHowItIs, anotherLanguageAndAppearance, byKeyboardAlone, nothingJumps, whatIsOldIsCalledOld, theServerComesBack,
  servicesAreAway, oneStream, itIsLightAndQuick, everySizeFits, aBadgeGetsACamera, whatHindersIssuing, theConsoleShowsTheDock];

const directory = fs.mkdtempSync(path.join(os.tmpdir(), "asv-browser."));
stage.dock = new Dock(path.join(directory, "dock.sock"));
stage.web = new Web(build, directory, stage.dock);
let good = false;
try {
  await stage.dock.open(evening());
  await stage.web.start();
  await stage.open(stage.web.origin);
  good = await stage.play(STEPS, () => stage.web.said());
} finally {
  await stage.close();
  await stage.web.stop();
  await stage.dock.close().catch(() => {});
  fs.rmSync(directory, { recursive: true });
}
process.exit(good ? 0 : 1);
