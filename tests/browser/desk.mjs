/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * desk.mjs BUILD [--docs] [STEP…] (stage.mjs), started by desk.py: what people do who sign in. Steps follow each other: what one
 * has decided, the next one finds. */
import assert from "node:assert/strict";
import crypto from "node:crypto";

import { CASES } from "./cases.mjs";
import { EVALUATION } from "./evaluation.mjs";
import { HANDOVERS } from "./handover.mjs";
import { OVERSIGHT } from "./oversight.mjs";
import { desk, site, stage, STATUS } from "./people.mjs";
import { PLAYER } from "./player.mjs";
import { until } from "./site.mjs";
import { fits, isAccessible, picture, says } from "./stage.mjs";
import { TROUBLE } from "./trouble.mjs";

/** The code of RFC 6238 that counts n periods from now. */
function code(secret, n) {
  const bits = [...secret].map((letter) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + n));
  const mac = crypto.createHmac("sha1", key).update(counter).digest();
  return String((mac.readUInt32BE(mac[19] & 15) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

/* ---- what is tried ---- */

async function whoMayNotIsToldSo() {
  const page = await stage.page("#/account");
  await says(page.locator(".state"), "Bitte melden Sie sich an");
  await isAccessible(page, "a page for people who have signed in");
  await page.getByRole("main").getByRole("link", { name: "Anmelden" }).click();
  await says(page.locator("h1"), "Anmelden");
  await isAccessible(page, "signing in");
  await picture(page, "sign-in");
  page.context().excused = STATUS;
  await page.getByLabel("Anmeldename").fill("petra");
  await page.getByLabel("Passwort", { exact: true }).fill("geraten, nicht gewußt");
  await page.getByRole("main").getByRole("button", { name: "Anmelden", exact: true }).click();
  await says(page.locator(".state"), "Nicht angemeldet");
}

const ENTER = "elden Sie sich"; // "Bitte melden Sie sich an", or again

async function withAKey() {
  const page = await desk("rita");
  await says(page.locator("h1"), "Mein Konto");
  await says(page.locator("main"), "Auswertung");
  await says(page.locator("main"), "diese hier");
  await isAccessible(page, "an account");
  await picture(page, "account");
  const second = await page.context().newPage();
  await second.goto(`${stage.origin}/console/#/account`);
  await says(second.locator("h1"), "Mein Konto");
  await page.getByRole("button", { name: "Abmelden" }).click();
  await page.getByRole("banner").getByRole("link", { name: "Anmelden" }).waitFor();
  await says(second.locator(".state"), ENTER); // pages of one browser leave together
}

/** whose session ends leaves, without doing anything; what somebody has typed stays until then. */
async function aSessionEndsElsewhere() {
  const [here, busy, back, other] = [await desk("doris", "#/inbox"), await desk("doris", "#/account"), await desk("doris", "#/account"), await desk("doris", "#/account")];
  const second = await here.context().newPage();
  await second.goto(`${stage.origin}/console/#/requests`);
  await says(second.locator("h1"), "Anträge");
  const name = (page) => page.getByRole("dialog").getByLabel("Bezeichnung");
  for (const page of [busy, back]) {
    await page.getByRole("button", { name: "Zugang anlegen" }).click();
    await name(page).fill("Noch nicht fertig");
  }
  await other.evaluate(async () => {
    const { csrf } = await (await fetch("/api/v1/session")).json();
    await fetch("/api/v1/sessions", { method: "DELETE", headers: { "X-CSRF-Token": csrf } });
  });
  for (const page of [here, second, other]) {
    await says(page.locator(".state"), ENTER);
  }
  for (const page of [busy, back]) {
    await says(page.getByRole("dialog").getByRole("status").last(), "Die Sitzung ist zu Ende."); // what lies behind a dialog nobody hears
    assert.equal(await page.locator(".news").textContent(), "");
    assert.equal(await name(page).inputValue(), "Noch nicht fertig");
  }
  await isAccessible(back, "a session that ended behind a dialog");
  await picture(back, "session-ended-behind");
  await back.getByRole("dialog").getByRole("button", { name: "Anmelden" }).click();
  await until(async () => await back.locator(".dialog-news").textContent() === "", "that it goes on");
  assert.equal(await name(back).inputValue(), "Noch nicht fertig");
  await back.getByRole("button", { name: "Schließen" }).click();
  await says(back.locator("main"), "Meine Sitzungen");
  busy.context().excused = STATUS; // then it asks anew
  await busy.getByRole("button", { name: "Schließen" }).click();
  await says(busy.locator(".state"), ENTER);
}

/** What somebody has typed stays, also where the end of the session is an answer. */
async function whatIsTypedStays() {
  const page = await desk("anna", "#/policies/new");
  page.context().excused = STATUS;
  const text = page.getByLabel("Text der Regelung");
  await text.fill("{}");
  const end = async () => {
    await page.context().clearCookies();
    await page.getByRole("button", { name: "Prüfen" }).click();
    await says(page.locator(".news"), "Die Sitzung ist zu Ende.");
    assert.equal(await text.inputValue(), "{}");
  };
  await end();
  await isAccessible(page, "a session that ended under a text");
  await page.locator(".news").getByRole("button", { name: "Anmelden" }).click();
  await until(async () => await page.locator(".news").textContent() === "", "that it goes on");
  assert.equal(await text.inputValue(), "{}");
  await page.getByRole("button", { name: "Prüfen" }).click();
  await says(page.locator(".field-error").nth(1), "Zeile 1");
  await end();
  await page.getByRole("banner").getByRole("link", { name: "Regelungen" }).click();
  await says(page.locator(".state"), ENTER);
  assert.equal(await page.locator(".news").textContent(), "");
}

/** What changes while the page asks is news to it, though nothing more is heard. */
async function newsThatComesTooSoon() {
  const page = await desk("rita");
  await page.addInitScript(() => { delete globalThis.SharedWorker; });
  let [count, heard] = [1, 0];
  await page.route("**/api/v1/events", async (route) => {
    if (heard < count) {
      heard = count;
      await route.fulfill({ contentType: "text/event-stream", body: `event: news\ndata: {"since":"now","lists":{"clips":${count}}}\n\n` });
    }
  });
  await page.reload();
  await until(() => heard === 1, "what is so");
  await page.route(/\/api\/v1\/clips(\?.*)?$/, async (route) => {
    const answer = await route.fetch();
    count = 2;
    await until(() => heard === 2, "that it is so no more");
    await new Promise((done) => { setTimeout(done, 1000); });
    await route.fulfill({ response: answer, headers: { ...answer.headers(), etag: '"old"' } });
  }, { times: 1 });
  await page.evaluate(() => { location.hash = "#/inbox"; });
  await says(page.locator(".news"), "Hier hat sich etwas geändert.");
}

/** a page whose stream does not come says that it may be overtaken, until it comes. */
async function newsThatDoesNotCome() {
  const page = await desk("rita", "#/inbox");
  page.context().excused = /ERR_FAILED/;
  await page.addInitScript(() => { delete globalThis.SharedWorker; });
  await page.route("**/api/v1/events", (route) => route.abort());
  await page.reload();
  await says(page.locator(".news"), "Ob sich hier etwas ändert, ist gerade nicht bekannt.");
  await isAccessible(page, "what is not known");
  await page.unroute("**/api/v1/events");
  await until(async () => await page.locator(".news").textContent() === "", "that it is known again");
}

async function aTokenIsShownOnce() {
  const page = await desk("doris");
  await page.getByRole("button", { name: "Zugang anlegen" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Bezeichnung").fill("Statistik <b>");
  await dialog.getByLabel("operation:read").check();
  await isAccessible(page, "asking for a token");
  await dialog.getByRole("button", { name: "Zugang anlegen" }).click();
  await says(dialog, "asv_");
  const token = /asv_[0-9a-f]{64}/.exec(await dialog.textContent())[0];
  assert.equal((await fetch(`${stage.origin}/api/v1/ledger`, { headers: { Authorization: `Bearer ${token}` } })).status, 200);
  await dialog.getByRole("button", { name: "Schließen" }).click();
  const row = page.locator("tr", { hasText: "Statistik <b>" });
  await row.getByRole("button", { name: "Beenden" }).click();
  await until(async () => (await row.count()) === 0, "the token's end");
  assert.equal((await fetch(`${stage.origin}/api/v1/ledger`, { headers: { Authorization: `Bearer ${token}` } })).status, 401);
}

/** An authenticator of one's own becomes a record that two people can enrol. */
async function aKeyIsOffered() {
  const page = await desk("willi");
  page.context().excused = /pubKeyCredParams is missing/; // RS256, which nothing here takes
  await page.getByRole("button", { name: "Neuen Schlüssel vorschlagen" }).click();
  await says(page.locator("main"), "Wer ihn freigibt");
  assert.match(await page.locator("main").textContent(), /Prüfsumme[0-9a-f]{64}/);
}

async function aNewcomerWithAPassword() {
  const page = await stage.page("#/sign-in?/account");
  const enter = async (password, digits) => {
    await page.getByLabel("Anmeldename").fill("petra");
    await page.getByLabel("Passwort", { exact: true }).fill(password);
    await page.getByLabel("Einmalcode").fill(digits);
    await page.getByRole("main").getByRole("button", { name: "Anmelden", exact: true }).click();
  };
  await enter(site.password, "");
  await says(page.locator("main"), "ein eigenes Passwort und Einmalcodes");
  await page.getByLabel("Bisheriges Passwort").fill(site.password);
  page.context().excused = STATUS;
  await page.getByLabel("Neues Passwort").fill("kurz");
  await page.getByRole("button", { name: "Passwort ändern" }).click();
  await until(async () => (await page.getByLabel("Neues Passwort").getAttribute("aria-invalid")) === "true", "that it is too short");
  await isAccessible(page, "a password that is too short");
  await page.getByLabel("Neues Passwort").fill("ein ganz eigenes, langes");
  await page.getByRole("button", { name: "Passwort ändern" }).click();
  await page.getByRole("button", { name: "Einrichten" }).click();
  await says(page.locator("main"), "den ersten Code");
  await isAccessible(page, "a key for one-time codes");
  await picture(page, "codes");
  const secret = /Schlüssel([A-Z2-7]{32})/.exec(await page.locator("main").textContent())[1];
  await page.getByLabel("Einmalcode").fill(code(secret, 0));
  await page.getByRole("button", { name: "Bestätigen" }).click();
  await says(page.locator("main"), "Meine Sitzungen");
  await page.getByRole("button", { name: "Abmelden" }).click();
  await page.waitForURL(/#\/dock$/);
  await page.goto(`${stage.origin}/console/#/sign-in?/account`);
  await enter("ein ganz eigenes, langes", code(secret, 1)); // the one before is used up
  await says(page.locator("main"), "Meine Sitzungen");
}

async function accountsAreNarrowAndDark() {
  const page = await desk("rita", "#/account", { viewport: { width: 320, height: 640 }, colorScheme: "dark" });
  await says(page.locator("h1"), "Mein Konto");
  assert.equal((await fits(page)).across, true);
  await isAccessible(page, "a narrow, dark account");
  await page.getByLabel("Sprache").selectOption("en");
  await says(page.locator("h1"), "My account");
}

/** an administrator gives the screen at the dock its right, and leaves nothing else there. */
async function aScreenIsSetUp() {
  const stranger = await stage.page("board.html#setup");
  await says(stranger.getByRole("dialog"), "Dafür meldet sich hier zuerst die Administration an.");
  assert.equal(await stranger.getByRole("button", { name: "An diesem Bildschirm ausgeben" }).count(), 0);
  const page = await desk("anna");
  page.context().excused = /status of (401|503)/;
  await page.goto(`${stage.origin}/console/board.html#setup`);
  await isAccessible(page, "setting a screen up");
  await page.getByRole("button", { name: "An diesem Bildschirm ausgeben" }).click();
  await says(page.locator(".issue-ready"), "Ausweis vorhalten");
  assert.equal((await page.context().cookies()).length, 0);
  await page.keyboard.type("1003");
  await page.keyboard.press("Enter");
  await says(page.locator(".issue"), "Ausgabe nicht eingerichtet"); // by the token: this server has no dock to give orders to
  await page.keyboard.press("Escape");
  const owner = await desk("anna");
  const row = owner.locator("tr", { hasText: "assignments:write" });
  await row.getByRole("button", { name: "Beenden" }).click();
  await until(async () => (await row.count()) === 0, "the token's end");
  await page.keyboard.type("1003");
  await page.keyboard.press("Enter");
  await says(page.locator(".issue"), "Dieser Bildschirm darf nicht ausgeben");
}

const STEPS = [whoMayNotIsToldSo, withAKey, aSessionEndsElsewhere, whatIsTypedStays, newsThatDoesNotCome, newsThatComesTooSoon, aTokenIsShownOnce, aKeyIsOffered, aNewcomerWithAPassword, accountsAreNarrowAndDark, aScreenIsSetUp, ...OVERSIGHT, ...EVALUATION,
  ...CASES, ...HANDOVERS, ...TROUBLE, ...PLAYER];

let good = false;
try {
  await stage.open(site.origin);
  good = await stage.play(STEPS);
} finally {
  await stage.close();
}
process.exit(good ? 0 : 1);
