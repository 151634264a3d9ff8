/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Steps of desk.mjs: a reviewer watches a recording (docs/PLAYBACK.md 4). */
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";

import { act, desk, site, stage } from "./people.mjs";
import { until } from "./site.mjs";
import { fits, isAccessible, picture, says } from "./stage.mjs";

const WATCHED = 5; // of desk.py's recordings: 90 s, a key frame each second, marked at 20 s and 60 s
const NOISE = 6; // and one whose pictures are none
const CASE = "32-3/2026/0200";

const held = new Set();

async function hold(clip) {
  if (held.has(clip)) {
    return;
  }
  if (held.size === 0) {
    await act("willi", "incident", "new", CASE, "--offence", "Körperverletzung", "--danger", "Schlag", "--cause", "prosecution", "--from",
      "2026-11-23 14:05", "--place", "Hafenstraße 3");
  }
  held.add(clip);
  await act("willi", "hold", "request", clip, "--incident", CASE);
  await act("sigrid", "hold", "approve", clip);
}

/** Signs in rita's page, with her authenticator, and as the dialog of sign.js does. */
function sign(page, deed) {
  return page.evaluate(async (wanted) => {
    const { send } = await import("/console/api.js");
    const { answer } = await import("/console/webauthn.js");
    const draft = await send("POST", "/api/v1/statements/prepare", { reason: "Auswertung für die Anzeige", ...wanted });
    const { id: _, ...assertion } = await answer(draft.challenge, draft.rp_id, draft.credentials);
    return send("POST", "/api/v1/statements", { body: draft.body, assertion });
  }, deed);
}

const agreed = new Set();

/** On rita's page it is shown to her, whatever that takes. */
async function show(page, clip) {
  await hold(clip);
  if (!agreed.has(clip)) {
    agreed.add(clip);
    const { statement } = await sign(page, { action: "open", step: "propose", clip });
    await act("sigrid", "clip", "open", statement, "--approve");
  }
  const { answer } = await sign(page, { action: "show", step: "alone", clip });
  page.opening = `/api/v1/openings/${answer.opening}`;
}

/** Answers that a step provokes; 429 may always be one, as what was broken off may still be at work (M-021). */
function excuse(page, ...codes) {
  page.context().excused = new RegExp(`status of (429${codes.map((code) => `|${code}`).join("")})`);
}

async function opened(clip) {
  const page = await desk("rita");
  excuse(page);
  page.read = [];
  page.on("request", (request) => {
    const piece = /\/media\?from=(\d+)&bytes=(\d+)$/.exec(request.url());
    if (piece) {
      page.read.push({ from: Number(piece[1]), bytes: Number(piece[2]) });
    }
  });
  await show(page, clip);
  return page;
}

/** As the server says it. */
const ended = (page) => page.evaluate(async (path) => (await fetch(path)).status === 404, page.opening);
const video = (page, what) => page.evaluate((expression) => Function("video", `return video.${expression}`)(document.querySelector("video")), what);
const player = (page) => page.locator(".player");
const clock = async (page) => (await page.locator(".clock-line").textContent()).split(" / ")[0];
const cleared = (page) => page.evaluate(() => document.querySelector("video") === null);

/** One person is shown four at a time. */
async function leave(page) {
  await page.evaluate(() => { location.hash = "#/account"; });
  await says(page.locator("h1"), "Mein Konto");
}

async function watch(page) {
  await page.evaluate((path) => { location.hash = path.replace("/api/v1", "#"); }, page.opening);
  await until(() => video(page, "readyState >= 2").catch(() => false), "the first picture");
  await until(() => page.evaluate(() => document.activeElement?.className === "player"), "the player has the focus");
}

/** What the clock says when the picture at so many seconds is seen: there is one at 0, and one at 0.023 s and each 0.04 s after it, as ffmpeg puts
 * sound and picture together. steps: so many pictures on. */
function picturedAt(seconds, steps = 0) {
  const ms = Math.max(0, Math.round(23.28 + 40 * (Math.floor((seconds * 1000 - 23.28) / 40) + steps)));
  return `${Math.floor(ms / 60_000)}:${String(Math.floor(ms / 1000) % 60).padStart(2, "0")},${String(ms % 1000).padStart(3, "0")}`;
}

async function at(page, text) {
  await until(async () => (await clock(page)) === text && (await video(page, "seeking")) === false, `the picture at ${text}, and not ${await clock(page)}`);
}

/* ---- what is tried ---- */

async function aRecordingIsWatched() {
  const page = await opened(site.clips[WATCHED]);
  await watch(page);
  await says(page.locator(".facts"), "unversehrt");
  await until(() => page.read.length > 3, "it is read ahead");
  await isAccessible(page, "a recording");
  const told = await page.evaluate(async (path) => (await fetch(path)).json(), page.opening);
  await page.keyboard.press("k");
  await until(() => video(page, "currentTime > 1"), "it is played");
  await page.keyboard.press(" ");
  assert.equal(await video(page, "paused"), true);
  const read = page.read.reduce((sum, piece) => sum + piece.bytes, 0);
  assert.ok(read < told.bytes / 2, `${read} of ${told.bytes} bytes are read to show a second`); // M-031
  await jumps(page, told);
  await byKeyboard(page, told);
  await aStill(page, told);
  await narrowAndInEnglish(page, told);
  await page.getByRole("button", { name: "End viewing" }).click();
  await says(page.locator(".state"), "The recording's key is gone");
  excuse(page, 404);
  assert.ok(await cleared(page), "M-032");
  await until(() => ended(page), "the end that was asked for");
}

/** Seconds of both markers, which the server knows from where they lie. */
function marksOf(told) {
  const marks = told.markers.filter(({ kind }) => kind === "marker").map(({ ms }) => ms / 1000);
  assert.ok(marks.length === 2 && Math.abs(marks[0] - 20) < 0.9 && Math.abs(marks[1] - 60) < 0.9, `${marks}`);
  return marks;
}

/** M-031: what lies between is not read, and little is kept. */
async function jumps(page, told) {
  const before = page.read.length;
  const marks = marksOf(told);
  await page.locator(".marks").getByRole("button", { name: "Markierung" }).last().click();
  await at(page, picturedAt(marks[1]));
  const after = page.read.slice(before).map(({ from }) => from);
  assert.ok(after.length > 0 && Math.min(...after) > told.bytes * 0.6 && Math.min(...after) < told.bytes * 0.68, `${after} of ${told.bytes}`);
  assert.equal(await video(page, "buffered.length"), 1);
  assert.ok(await video(page, "buffered.start(0)") > 58, "what was read before is kept");
  await picture(page, "opening", true);
}

/** M-034 */
async function byKeyboard(page, told) {
  const [first, second] = marksOf(told);
  await player(page).focus();
  const press = async (key, there) => {
    await page.keyboard.press(key);
  };
  for (const [key, steps] of [[".", 1], [".", 2], [",", 1], [",", 0], [",", -1]]) {
    await press(key, picturedAt(second, steps));
  }
  await press("M", picturedAt(first));
  await press("m", picturedAt(second));
  await press("j", picturedAt(second - 10));
  await press("l", picturedAt(second));
  await press("ArrowRight", picturedAt(second + 5));
  await press("ArrowLeft", picturedAt(second));
  await press("Home", "0:00,000");
  await press(">", "0:00,000");
  assert.equal(await video(page, "playbackRate"), 1.5);
  await page.keyboard.press("<");
  assert.equal(await video(page, "playbackRate"), 1);
  await page.getByRole("button", { name: "Tastatur" }).focus();
  await page.keyboard.press("m");
  await page.keyboard.press("Enter");
  await says(page.getByRole("dialog"), "Einzelbild zurück und vor");
  await isAccessible(page, "the keys");
  await picture(page, "opening-keys");
  await page.keyboard.press("Escape");
  assert.equal(await clock(page), "0:00,000", "a key of the player counts outside of it");
}

/** A-220: signed by who sees it, and read in the incident. */
async function kept(page, still, digest, there) {
  await still.getByRole("button", { name: "Im Vorgang vermerken" }).click();
  const dialog = page.getByRole("dialog").last();
  await dialog.getByLabel("Begründung").fill("Der Schlag ist zu sehen");
  await dialog.getByRole("button", { name: "Weiter" }).click();
  await says(dialog, "ein Standbild einer Aufzeichnung");
  await says(dialog.locator(".answered"), digest); // what is signed of it is another one
  await dialog.getByRole("button", { name: "unterschreiben" }).click();
  await says(still, "Im Vorgang vermerkt");
  const { stills } = await page.evaluate(async (number) => {
    const { incidents: [{ incident }] } = await (await fetch(`/api/v1/incidents?case_number=${encodeURIComponent(number)}`)).json();
    return (await fetch(`/api/v1/incidents/${incident}`)).json();
  }, CASE);
  assert.deepEqual(stills.map(({ width, height, picture: one }) => [width, height, one]), [[640, 360, digest]]);
  const [minutes, seconds, parts] = there.split(/[:,]/).map(Number);
  const past = stills[0].at_ms - (minutes * 60_000 + seconds * 1000 + parts); // which is rounded
  assert.ok(past === 0 || past === 1, `${stills[0].at_ms} ms at ${there}`);
}

/** M-035 */
async function aStill(page, told) {
  const there = picturedAt(marksOf(told)[0]);
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.locator(".marks").getByRole("button", { name: "Markierung" }).first().click();
  await at(page, there);
  await page.getByRole("button", { name: "Standbild" }).click();
  const dialog = page.getByRole("dialog");
  await says(dialog, "640 × 360");
  const { digest, colours } = await dialog.locator("canvas").evaluate(async (canvas) => {
    const png = await (await new Promise((done) => { canvas.toBlob(done, "image/png"); })).arrayBuffer();
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    return { digest: [...new Uint8Array(await crypto.subtle.digest("SHA-256", png))].map((byte) => byte.toString(16).padStart(2, "0")).join(""),
      colours: new Set(new Uint32Array(data.buffer)).size };
  });
  assert.ok(colours > 100, `${colours} colours: there is no picture`);
  await says(dialog, digest);
  await isAccessible(page, "a still image");
  await picture(page, "opening-still");
  await dialog.getByRole("button", { name: "kopieren" }).click();
  await says(dialog, "Kopiert");
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()),
    `Standbild aus der Aufzeichnung ${site.clips[WATCHED]}, Stelle ${there}, 640 × 360, SHA-256 (PNG) ${digest}`);
  await kept(page, dialog, digest, there);
  await dialog.getByRole("button", { name: "Schließen" }).click();
  const menu = await page.evaluate(() => document.querySelector("video").dispatchEvent(new MouseEvent("contextmenu", { cancelable: true })));
  assert.equal(menu, false, "the browser offers to save it");
}

/** It goes on where it was. */
async function narrowAndInEnglish(page, told) {
  await page.setViewportSize({ width: 320, height: 640 });
  await page.emulateMedia({ colorScheme: "dark" });
  await page.getByLabel("Sprache").selectOption("en");
  await says(page.locator("h1"), "Viewing a recording");
  await at(page, picturedAt(marksOf(told)[0]).replace(",", "."));
  assert.equal((await fits(page)).across, true);
  await isAccessible(page, "a narrow, dark recording");
  await player(page).scrollIntoViewIfNeeded();
  await picture(page, "opening-narrow");
}

/** M-032 */
async function leavingEndsIt() {
  const page = await opened(site.clips[WATCHED]);
  excuse(page, 401, 404);
  await watch(page);
  await page.evaluate(() => { location.hash = "#/account"; });
  await until(() => ended(page), "the end of what is left by a link");
  await page.goBack();
  await says(page.locator(".state"), "nicht gezeigt, oder nicht mehr");
  await show(page, site.clips[WATCHED]);
  await watch(page);
  await page.goto("about:blank");
  await page.goto(`${stage.origin}/console/#/account`);
  await says(page.locator("h1"), "Mein Konto");
  await until(() => ended(page), "the end of what is closed");
  await show(page, site.clips[WATCHED]);
  await watch(page);
  await page.evaluate(async () => (await import("/console/api.js")).send("DELETE", "/api/v1/session"));
  await says(page.locator(".state"), "Ihre Sitzung ist zu Ende");
  assert.ok(await cleared(page), "who has signed out still sees it");
}

/** M-032, by the page's own clock. */
async function whoDoesNothingIsToldSo() {
  const page = await opened(site.clips[WATCHED]);
  excuse(page, 404);
  await page.clock.install();
  await watch(page);
  const unasked = page.waitForRequest((request) => request.url().endsWith(page.opening) && request.headers()["x-unasked"] === "yes"); // A-175
  await page.clock.fastForward("13:30");
  await unasked;
  await says(page.locator("main"), "Die Ansicht endet gleich");
  await page.getByRole("button", { name: "Weiter ansehen" }).click();
  await until(async () => !(await page.locator("main").textContent()).includes("Die Ansicht endet gleich"), "that it goes on");
  await page.route(`**${page.opening}`, (route) => route.fulfill({ status: 404, contentType: "application/problem+json", json: { status: 404 } }));
  await page.clock.fastForward("15:01");
  await says(page.locator(".state"), "zu lange nichts abgespielt");
  assert.ok(await cleared(page));
  await leave(page);
}

/** M-036: each kind of thing that a seal can say. */
async function whatTheCameraSaysIsSaid() {
  const page = await opened(site.clips[WATCHED]);
  await page.route(`**${page.opening}`, async (route) => {
    if (route.request().method() !== "GET") {
      await route.continue();
      return;
    }
    const told = await (await route.fetch()).json();
    const soon = new Date(Date.now() + 100_000).toISOString();
    await route.fulfill({ json: { ...told, expires_at: soon, truncated: true, verdict: "TRUNCATED", tail_bytes: 70_000, preroll_ms: 10_000,
      remuxed: true, markers_more: true } });
  });
  await watch(page);
  await says(page.locator("main"), "Die Kamera wurde unterbrochen. Gezeigt wird bis 1:30");
  await says(page.locator("main"), "Dahinter liegen 70 kB, die niemand unterschrieben hat.");
  await says(page.locator(".facts"), "abgebrochen, bis dahin unversehrt");
  await says(page.locator(".facts"), "Vorlauf0:10,000");
  await says(page.locator("main"), "Die Zeit, für die zugestimmt wurde, ist gleich vorbei");
  await isAccessible(page, "a recording that was cut off");
  await picture(page, "opening-truncated");
  await leave(page);
}

/** M-002, M-036: what is damaged is not shown, and everything else is. */
async function damageIsSaid() {
  const page = await opened(site.clips[WATCHED]);
  excuse(page, 409);
  const mend = damage(site.clips[WATCHED], 40);
  try {
    await watch(page);
    await player(page).press("k");
    await says(page.locator("main"), "nicht, was die Kamera unterschrieben hat");
    const before = await video(page, "buffered.end(0)");
    assert.ok(before > 20 && before < 30, `it is read up to ${before} s`);
    await isAccessible(page, "a damaged recording");
    await picture(page, "opening-damaged");
    await page.getByRole("button", { name: "Dahinter weiter" }).click();
    await until(() => video(page, `currentTime > ${before} && video.readyState >= 2`), "what is behind it");
    assert.ok(await video(page, `currentTime < ${before + 3}`));
    await leave(page);
  } finally {
    mend();
  }
}

/** A chunk of 64 KiB, wherever it is kept; returns what undoes it. */
function damage(clip, chunk) {
  const undo = [];
  for (const sealed of ["vault/sealed", "mirror/sealed"].map((name) => path.join(site.directory, name))) {
    const name = fs.readdirSync(sealed, { recursive: true }).find((one) => one.endsWith(`${clip}/payload`));
    const file = path.join(sealed, name);
    const data = fs.readFileSync(file);
    const copy = Buffer.from(data);
    copy[chunk * 65552 + 100] ^= 1;
    fs.writeFileSync(file, copy);
    undo.push(() => fs.writeFileSync(file, data));
  }
  return () => undo.forEach((one) => one());
}

async function whatIsNoVideoSaysSo() {
  const page = await opened(site.clips[NOISE]);
  await page.evaluate((where) => { location.hash = where.replace("/api/v1", "#"); }, page.opening);
  await says(page.locator("main"), "Das lässt sich nicht als Video zeigen");
  await isAccessible(page, "what is no video");
  await picture(page, "opening-broken");
  await leave(page);
}

/** M-033: while it is played, and all that is left of it is in the browser already. */
async function whatIsReleasedIsSeenNoMore() {
  const page = await opened(site.clips[WATCHED]);
  excuse(page, 404);
  await watch(page);
  await page.keyboard.press("End");
  await page.keyboard.press("j");
  await until(() => video(page, "buffered.length === 1 && video.buffered.start(0) > 75 && video.buffered.end(0) === video.duration"), "the last of it");
  await page.keyboard.press("k");
  const before = page.read.length;
  await act("rita", "hold", "release", site.clips[WATCHED]);
  await act("sigrid", "hold", "release", site.clips[WATCHED], "--approve");
  await says(page.locator(".state"), "darf hier nicht mehr gezeigt werden");
  assert.equal(page.read.length, before, "what is read finds it out as well");
  assert.ok(await cleared(page));
  await picture(page, "opening-over");
}

export const PLAYER = [aRecordingIsWatched, leavingEndsIt, whoDoesNothingIsToldSo, whatTheCameraSaysIsSaid, damageIsSaid, whatIsNoVideoSaysSo,
  whatIsReleasedIsSeenNoMore];
