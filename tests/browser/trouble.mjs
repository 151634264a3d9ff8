/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * For desk.mjs: what goes wrong while somebody decides, or beside it: nothing of what was filled in is lost, nothing is signed that was not
 * meant, and nobody is left without a word or the focus. */
import assert from "node:assert/strict";

import { desk, site, stage, STATUS } from "./people.mjs";
import { until } from "./site.mjs";
import { fits, isAccessible, picture, says } from "./stage.mjs";

const CLIP = site.clips[1];
const STATEMENTS = "**/api/v1/statements";
const SIGN = "Mit dem Sicherheitsschlüssel unterschreiben";
const LONG = "Ein langer Text, den niemand zweimal schreibt";

function button(at, name) {
  return at.getByRole("button", { name, exact: true });
}

/** What has the focus: the text of a control's label, or its own. */
function focused(page) {
  return page.evaluate(() => {
    const at = document.activeElement;
    return at === document.body ? "" : (at.labels?.[0] ?? at).textContent;
  });
}

function refusal(status, field) {
  return { status, contentType: "application/problem+json", body: JSON.stringify({ type: "urn:asservat:problem:test", status, title: "No", title_de: "Nein",
    detail: "not now", detail_de: "jetzt nicht", ...(field ? { field } : {}) }) };
}

/** A dialog in which somebody blocks a recording; with signing, at its second step. */
async function blocking(who, signing) {
  const page = await desk(who, `#/clips/${CLIP}`, { viewport: { width: 1280, height: 500 } });
  page.context().excused = /status of (400|401|409|503)|ERR_FAILED/;
  await button(page, "Sperren").click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Begründung").fill(LONG);
  if (signing) {
    await button(dialog, "Weiter").click();
    await says(dialog, "Das unterschreiben Sie:");
  }
  return { page, dialog };
}

/** When the dialog is closed. */
async function drawnAnew(page) {
  let drawn = 0;
  page.on("request", (request) => { drawn += request.url().endsWith(`/clips/${CLIP}`) ? 1 : 0; });
  await page.keyboard.press("Escape");
  await until(() => drawn > 0, "that the page is drawn anew");
}

/** ST-006: what is typed and pasted is brought into the form that is signed, or said to be too long. */
async function whatIsPastedIsTaken() {
  const { page, dialog } = await blocking("rita", false);
  await dialog.getByLabel("Begründung").fill("  Erste Zeile,\n\tzweite\u00a0Zei\u00adle\u200b \n");
  await button(dialog, "Weiter").click();
  await says(dialog, "Erste Zeile, zweite Zeile");
  await button(dialog, "Zurück").click();
  await dialog.getByLabel("Begründung").fill("ü".repeat(600));
  await button(dialog, "Weiter").click();
  await says(dialog, "Höchstens 1.000 Zeichen");
  assert.equal(await focused(page), "Begründung");
}

/** */
async function whatIsRefusedIsSaid() {
  const { page, dialog } = await blocking("rita", false);
  await page.route("**/statements/prepare", (route) => route.fulfill(refusal(409, "clip")), { times: 1 });
  await button(dialog, "Weiter").focus();
  await page.keyboard.press("Enter");
  await says(dialog, "Jetzt nicht.");
  assert.equal(await focused(page), "Weiter");
  assert.ok(await dialog.locator(".state").evaluate((told) => told.getBoundingClientRect().bottom <= innerHeight), "there to see");
  await page.route("**/statements/prepare", (route) => route.fulfill(refusal(400, "reason")), { times: 1 });
  await button(dialog, "Weiter").click();
  await says(dialog, "Jetzt nicht.");
  assert.equal(await focused(page), "Begründung");
  await button(dialog, "Weiter").click();
  await says(dialog, "Das unterschreiben Sie:");
  await page.route(STATEMENTS, (route) => route.fulfill(refusal(409, "reason"))); // a field that is not there to see any more
  await button(dialog, SIGN).click();
  await says(dialog, "Jetzt nicht.");
  assert.equal(await focused(page), SIGN);
  await isAccessible(page, "what is refused");
  await drawnAnew(page); // as things stand otherwise by now
}

/** what the server did not answer is said to be open, and the same is sent again. */
async function aServerDiesWhileSigning() {
  const { page, dialog } = await blocking("rita", true);
  const sent = [];
  await page.route(STATEMENTS, async (route) => {
    sent.push(route.request().postData());
    await (sent.length === 1 ? route.abort() : route.fulfill(sent.length === 2 ? refusal(503, "keeper") : refusal(409, "clip")));
  });
  await button(dialog, SIGN).click();
  await says(dialog, "Vielleicht ist Ihre Unterschrift angekommen");
  assert.equal(await focused(page), "Der Server hat nicht geantwortet.");
  await isAccessible(page, "what nobody knows");
  await picture(page, "sign-unsure");
  await button(dialog, "Erneut versuchen").click();
  await until(() => sent.length === 2, "the same once more");
  await says(dialog, "Jetzt nicht.");
  assert.equal(sent[1], sent[0], "the same signature");
  await drawnAnew(page); // as it may have counted
}

/** whoever closes the dialog while the key is waited for has signed nothing. */
async function aClosedDialogSignsNothing() {
  const { page, dialog } = await blocking("rita", true);
  await page.evaluate(() => {
    const { credentials } = navigator;
    const get = credentials.get.bind(credentials);
    credentials.get = async ({ signal, ...wanted }) => { // a key that is touched too late, in a browser that does not mind
      await new Promise((touch) => { globalThis.touch = touch; });
      globalThis.stopped = signal.aborted;
      return get(wanted);
    };
  });
  let handed = 0;
  page.on("request", (request) => { handed += request.url().endsWith("/api/v1/statements") ? 1 : 0; });
  await button(dialog, SIGN).click();
  await page.waitForFunction(() => globalThis.touch);
  await page.keyboard.press("Escape");
  await until(async () => (await page.locator("dialog").count()) === 0, "the dialog's end"); // and not only that it is hidden
  await page.evaluate(() => globalThis.touch());
  await page.waitForFunction(() => globalThis.stopped === true);
  await page.goto(`${stage.origin}/console/#/account`);
  await says(page.locator("h1"), "Mein Konto");
  assert.equal(handed, 0);
}

/** a session that ended takes nothing of what was filled in with it. */
async function aSessionEndsMeanwhile() {
  const { page, dialog } = await blocking("rita", false);
  await page.context().clearCookies();
  await button(dialog, "Weiter").click();
  await says(dialog, "Ihre Sitzung ist zu Ende");
  await isAccessible(page, "a session that has ended");
  await picture(page, "session-ended");
  await button(dialog, "Anmelden").click();
  await until(async () => (await focused(page)) === "Weiter", "where to go on");
  await button(dialog, "Weiter").click();
  await says(dialog, LONG);
  await page.context().clearCookies();
  await button(dialog, SIGN).click();
  await says(dialog, "Ihre Sitzung ist zu Ende");
  await page.keyboard.press("Escape");
  await says(page.getByRole("main"), "Ihre Sitzung ist zu Ende");
  assert.equal(await page.getByText("Verwahrkette").count(), 0, "nothing of it is left");
}

/** pages of one browser show one session's, whatever way somebody comes back to one of them. */
async function pagesLeaveTogether() {
  const page = await desk("rita", "#/account");
  page.context().excused = STATUS;
  await page.evaluate(() => { globalThis.old = true; localStorage.setItem("asservat.signed-in", "another"); });
  await page.evaluate(() => dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true })));
  await page.waitForFunction(() => !globalThis.old);
  await says(page.locator("h1"), "Mein Konto");
  await page.context().clearCookies();
  await button(page, "Abmelden").click();
  await page.waitForURL(/#\/dock$/);
  assert.equal(await page.getByRole("dialog").count(), 0, "that it had ended is no error");
  assert.equal(await page.evaluate(() => localStorage.getItem("asservat.signed-in")), null);
  await page.goBack();
  await says(page.getByRole("main"), "Bitte melden Sie sich an");
}

/** a recording is shown to every unit, also when its incident is another one's. */
async function anotherUnitsIncidentIsANumber() {
  const page = await desk("rita", "#/account");
  page.context().excused = /status of 404/;
  await page.route("**/api/v1/incidents/*", (route) => route.fulfill(refusal(404)));
  await page.goto(`${stage.origin}/console/#/clips/${site.clips[0]}`);
  await says(page.locator(".facts").first(), site.case);
  await says(page.getByRole("main"), "Verwahrkette");
  assert.equal(await page.getByRole("link", { name: site.case }).count(), 0);
}

/** A ledger that does not fit together is not called one that is to come. */
async function aWrongLedgerIsCalledWrong() {
  const page = await desk("doris", `#/clips/${site.clips[4]}`);
  await page.route("**/ledger/tile/0/**", async (route) => {
    const answer = await route.fetch();
    const tile = await answer.body();
    tile.forEach((_, i) => { tile[i] ^= i % 32 === 0 ? 1 : 0; });
    await route.fulfill({ response: answer, body: tile });
  });
  await button(page.locator(".timeline li[data-kind=committed]"), "Beweis").click();
  await says(page.getByRole("dialog"), "Das veröffentlichte Protokoll stimmt nicht");
  assert.equal(await page.getByRole("dialog").getByRole("link").count(), 0, "nothing is given out");
}

/** Nobody looks for the place where he was. */
async function theFocusStays() {
  const page = await desk("doris", "#/evaluation");
  await page.getByLabel("Von").focus();
  await page.keyboard.press("ArrowDown");
  await says(page.locator("h2").first(), "Apr. 2026");
  assert.equal(await focused(page), "Von");
  page.context().excused = /ERR_FAILED/;
  let asked = 0;
  let one = null;
  await page.route(/\/api\/v1\/clips(\?.*)?$/, async (route) => {
    asked += 1;
    one ??= { ...(await (await route.fetch()).json()).clips[0], state: "sealed", due_at: "2026-12-01T23:00:00Z", day: "2026-11-17", days_left: 1 };
    await (asked === 2 ? route.abort() : route.fulfill({ json: { clips: Array.from({ length: 100 }, () => one), ...(asked < 4 ? { next: "more" } : {}) } }));
  });
  await page.goto(`${stage.origin}/console/#/inbox`);
  const press = async (rows) => {
    await button(page, "Weitere anzeigen").focus();
    await page.keyboard.press("Enter");
    await until(async () => (await page.locator("tbody tr").count()) === rows, `${rows} rows`);
  };
  await until(async () => (await page.locator("tbody tr").count()) === 100, "a page");
  assert.match(await page.locator("tbody tr").first().textContent(), /noch 1 Tag(?!e)/);
  await press(100);
  await says(page.locator(".list"), "Der Server antwortet nicht"); // and what is there stays
  await press(200);
  assert.equal(await focused(page), "Weitere anzeigen");
  await press(300);
  assert.equal(await page.evaluate(() => document.activeElement.getAttribute("aria-label")), "Eingang", "the list, when there are no more");
}

/** What is due is due by the server's clock; and a network that hangs is said to. */
async function clocksAndNetworksGoWrong() {
  const page = await desk("rita", `#/clips/${site.clips[0]}`);
  await button(page, "Aufzeichnung ansehen").waitFor(); // what was agreed to
  await page.clock.install({ time: Date.now() + 13 * 3_600_000 });
  await page.evaluate(() => { location.hash = "#/requests"; });
  await says(page.locator("h1"), "Anträge");
  await page.goBack();
  await says(page.locator("h1"), "Aufzeichnung vom");
  assert.equal(await button(page, "Aufzeichnung ansehen").count(), 1, "also where the machine's clock is 13 hours ahead");
  await page.route("**/api/v1/incidents?**", () => {});
  await page.route("**/api/v1/incidents", () => {});
  await page.evaluate(() => { location.hash = "#/incidents"; });
  await says(page.locator("main"), "Wird geladen");
  await page.clock.fastForward(46_000);
  await says(page.locator("main"), "Der Server antwortet nicht");
}

/** an office's number and a name have no blank where a page would like one. */
async function textsAreLong() {
  const page = await desk("sigrid", "#/account");
  const long = `A-${"x".repeat(126)}`;
  await page.route(/\/api\/v1\/(incidents|clips)/, async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, body: (await answer.text()).replaceAll(JSON.stringify(site.case), JSON.stringify(long)).replaceAll('"Hochfeld"', JSON.stringify(long.slice(0, 64))) });
  });
  for (const hash of ["#/incidents", `#/clips/${site.clips[0]}`, "#/inbox"]) {
    await page.goto(`${stage.origin}/console/${hash}`);
    await says(page.getByRole("main"), "x".repeat(60));
    await wide(page, hash);
  }
  await page.goto(`${stage.origin}/console/#/incidents`);
  await page.getByRole("link", { name: long }).click();
  await says(page.locator("h1"), long);
  await wide(page, "an incident");
}

async function wide(page, what) {
  for (const width of [320, 1280]) {
    await page.setViewportSize({ width, height: 800 });
    assert.equal((await fits(page)).across, true, `${what} at ${width} px`);
    const cells = await page.locator("td, tbody th").evaluateAll((all) => all.map((one) => one.offsetWidth));
    assert.ok(width > 320 || cells.every((cell) => cell < 420), `${what}: a cell of ${Math.max(...cells)} px`);
  }
}

export const TROUBLE = [textsAreLong, whatIsPastedIsTaken, clocksAndNetworksGoWrong, theFocusStays, anotherUnitsIncidentIsANumber, aWrongLedgerIsCalledWrong, whatIsRefusedIsSaid, aServerDiesWhileSigning, aClosedDialogSignsNothing, aSessionEndsMeanwhile, pagesLeaveTogether];
