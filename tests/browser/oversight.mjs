/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Those who watch over it: what is erased when, the ledger, machines, alarms, people, policies, and how often somebody looked. */
import assert from "node:assert/strict";
import crypto from "node:crypto";
import fs from "node:fs";
import path from "node:path";

import { desk, stage, STATUS } from "./people.mjs";
import { TOP, until } from "./site.mjs";
import { fits, isAccessible, picture, says } from "./stage.mjs";

/** Each page of one person's, in both languages, narrow and wide. */
async function pages(who, wanted) {
  const page = await desk(who, "#/account");
  for (const [hash, ...texts] of wanted) {
    await page.goto(`${stage.origin}/console/${hash}`);
    for (const text of texts) {
      await says(page.locator("main"), text);
    }
    await until(async () => (await page.locator('[data-kind="loading"]').count()) === 0, `${hash}: all of it`);
    assert.equal(await page.locator('[data-kind="error"]').count(), 0, hash);
    await isAccessible(page, hash);
    await picture(page, `${who}${hash.replace(/[#/]+/g, "-")}`);
    await page.setViewportSize({ width: 320, height: 640 });
    assert.equal((await fits(page)).across, true, `${hash} at 320 px`);
    await page.setViewportSize({ width: 1280, height: 800 });
  }
  await page.getByLabel("Sprache").selectOption("en");
  for (const [hash] of wanted) {
    await page.goto(`${stage.origin}/console/${hash}`);
    await page.waitForFunction(() => document.querySelector("h1") && !document.querySelector('[data-kind="loading"]'));
    assert.equal(await page.locator('[data-kind="error"]').count(), 0, hash);
  }
  return page;
}

async function whoWatchesOverIt() {
  await pages("doris", [["#/retention", "Die nächsten Nächte", "Ausstehende Kameras", "Tagesbilanz", "Vernichtete Tagesschlüssel"], ["#/ledger", "Einträge", "Wurzel"],
    ["#/machines", "in Betrieb", "Plätze"], ["#/alarms", "Meldung"], ["#/people", "sigrid", "Datenschutz"], ["#/policies", "nrw-ordnungsamt", "gilt"],
    ["#/policies/1", "Ordnungsbehörde in Nordrhein-Westfalen"], ["#/looks", "Einsichtnahmen je Monat", "Auskunftsersuchen"]]);
}

/** Whoever has the file can check it with stock tools: a signed note (C2SP). */
async function theSignedHeadIsDownloaded() {
  const page = await desk("willi", "#/ledger");
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "Unterschriebenen Stand herunterladen" }).click()]);
  const note = fs.readFileSync(await download.path(), "utf8");
  assert.match(note, /^asservat\.example\/ledger\n\d+\n[A-Za-z0-9+/=]+\n\n— asservat\.example\/ledger /);
}

/** cameras that are out, by what is due first; and the balance as a calendar. */
async function whatIsOutAndEven() {
  const page = await desk("doris");
  const at = (days) => new Date(Date.now() + days * 86_400_000).toISOString();
  const camera = (name, due, issued) => ({ camera: "9f".repeat(32), name, docked_at: at(-9), issued, due_at: at(due) });
  const balance = (of, even) => ({ day: of, even, ingested: 3, expired: 0, running: 3, pending: 0, held: 0, quarantined: 0, erasing: 0, erased: 0, found_at: at(0) });
  const json = (body) => (route) => route.fulfill({ json: body });
  await page.route("**/api/v1/cameras/out?*", json({ cameras: [camera("Kamera 1", 9, true), camera("Kamera 2", -1, false), camera("Kamera 3", 2, true)] }));
  await page.route("**/api/v1/balances*", json({ balances: [balance("2026-09-30", true), balance("2026-09-01", true), balance("2026-08-31", false)] }));
  await page.evaluate(() => { location.hash = "#/retention"; });
  const rows = page.locator("section", { hasText: "Ausstehende Kameras" }).locator("tbody tr");
  await until(async () => await rows.count() === 3, "cameras that are out");
  assert.deepEqual(await rows.evaluateAll((all) => all.map((one) => [one.cells[0].textContent, one.cells.item(4).textContent])),
    [["Kamera 2", "Frist vorbei"], ["Kamera 3", "Frist läuft bald ab"], ["Kamera 1", "in der Frist"]]);
  assert.deepEqual(await page.locator(".calendar").evaluateAll((all) => all.map((one) => [one.caption.textContent, one.rows.length - 1,
    [...one.querySelectorAll("td")].findIndex((cell) => cell.textContent !== ""), [...one.querySelectorAll("td")].filter((cell) => cell.textContent !== "").length])),
  [["Aug. 2026", 6, 5, 31], ["Sept. 2026", 5, 1, 30]]);
  await says(page.locator(".calendar").first(), "31! geht nicht auf");
  await isAccessible(page, "the calendar");
  await page.setViewportSize({ width: 1280, height: 2600 });
  await picture(page, "retention-out");
  await page.setViewportSize({ width: 320, height: 640 });
  assert.equal((await fits(page)).across, true);
}

/** in one row where there is room; behind a button, by keyboard, where there is none, as at 200 % (WCAG 1.4.10). */
async function theSectionsFit() {
  const page = await desk("doris", "#/policies"); // who has all of them
  const links = page.getByRole("navigation").getByRole("link");
  assert.equal(await links.count(), 13);
  const tops = new Set(await links.evaluateAll((all) => all.map((one) => one.getBoundingClientRect().top)));
  assert.equal(tops.size, 1, "one row at 1280 px");
  await page.setViewportSize({ width: 640, height: 400 });
  assert.equal(await links.count(), 0, "not before they are asked for");
  const open = page.getByRole("button", { name: "Bereiche: Regelungen" });
  await open.focus();
  await page.keyboard.press("Enter");
  assert.equal(await links.count(), 13);
  assert.equal(await open.getAttribute("aria-expanded"), "true");
  assert.equal((await fits(page)).across, true);
  await isAccessible(page, "the sections at 200 %");
  await picture(page, "sections-open");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await says(page.locator("h1"), "Dock");
  assert.equal(await links.count(), 0, "they are behind it again");
}

/** LAW L4: whom it does not concern is not offered it, and who asks all the same is told so. */
async function whoseBusinessItIsNot() {
  const page = await desk("rita", "#/people");
  await says(page.locator(".state"), "Dafür fehlt Ihnen die Berechtigung");
  const offered = await page.getByRole("navigation").getByRole("link").allTextContents();
  assert.deepEqual(["Löschung", "Protokollkette", "Geräte", "Regelungen"].filter((name) => !offered.includes(name)), []);
  assert.deepEqual(offered.filter((name) => ["Personen", "Meldungen", "Einsichtnahmen"].includes(name)), []);
}

/** what somebody offers, two others enrol, and it counts; one alone does not. */
async function aKeyIsEnrolledByTwo() {
  const offering = await desk("stefan");
  offering.context().excused = /pubKeyCredParams is missing/; // RS256, which nothing here takes
  await offering.getByRole("button", { name: "Neuen Schlüssel vorschlagen" }).click();
  await says(offering.locator("main"), "Wer ihn freigibt");
  const digest = /Prüfsumme([0-9a-f]{64})/.exec(await offering.locator("main").textContent())[1];
  const row = (page) => page.locator("tr", { has: page.locator(`[title="${digest}"]`) });
  const open = async (who) => {
    const page = await desk(who, "#/people");
    await page.getByRole("link", { name: "stefan", exact: true }).last().click();
    await row(page).waitFor();
    return page;
  };
  const sign = async (page, button, reason) => {
    await row(page).getByRole("button", { name: button }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Begründung").fill(reason);
    await dialog.getByRole("button", { name: "Weiter" }).click();
    await says(dialog, "Das unterschreiben Sie:");
    await says(dialog, reason);
    await isAccessible(page, "what would be signed");
    await picture(page, `sign-${button}`);
    await dialog.getByRole("button", { name: "Mit dem Sicherheitsschlüssel unterschreiben" }).click();
  };
  const anna = await open("anna");
  await says(row(anna), "vorgeschlagen");
  await sign(anna, "Freigabe beantragen", "Neuer Schlüssel <script>alert(1)</script>");
  await says(row(anna), "wartet auf zweite Person");
  const sigrid = await open("sigrid");
  await sign(sigrid, "Freigeben", "Selbst gesehen");
  await says(sigrid.getByRole("dialog"), "Es gilt");
  await sigrid.getByRole("dialog").getByRole("button", { name: "Schließen" }).click();
  await says(row(sigrid), "freigegeben");
  await anna.reload();
  await says(row(anna), "freigegeben");
}

/** LAW L7. */
async function somebodyRecordedAsks() {
  const page = await desk("doris", "#/looks");
  await page.getByRole("button", { name: "Ersuchen beantworten" }).click();
  const dialog = page.getByRole("dialog");
  const day = new Date(Date.now() - 3_600_000 * 12).toISOString().slice(0, 10);
  const next = new Date(Date.now() + 3_600_000 * 12).toISOString().slice(0, 10);
  await dialog.getByLabel("Von").fill(`${day}T00:00`);
  await dialog.getByLabel("Bis").fill(`${next}T23:59`);
  await dialog.getByLabel("Kamera").selectOption("K-01"); // by its name, not by the digest of its certificate
  await says(dialog, "Mit einer Kamera höchstens ein Tag.");
  await dialog.getByLabel("Kamera").selectOption("alle");
  await dialog.getByLabel("Begründung").fill("Schreiben vom 3. d. M.");
  await isAccessible(page, "what is asked");
  await dialog.getByRole("button", { name: "Weiter" }).click();
  await dialog.getByRole("button", { name: "Mit dem Sicherheitsschlüssel unterschreiben" }).click();
  await says(page.locator("main"), "Aufzeichnungen.");
  await picture(page, "asked");
  await isAccessible(page, "what is answered");
}

const POLICY = fs.readFileSync(path.join(TOP, "deploy/policies/nrw-ordnungsamt.json"), "utf8").replace('"days": 14', '"days": 7');

/** What is edited while it is checked is not called good, nor what it was before proposed. */
async function anAnswerIsLate(page, text) {
  let answer = null;
  const late = new Promise((done) => { answer = done; });
  await page.route("**/policies/check", async (route) => { await late; await route.continue(); }, { times: 1 });
  const checked = await text.inputValue();
  const check = page.getByRole("button", { name: "Prüfen" });
  await check.click();
  await text.fill(`${checked} `);
  answer();
  await until(() => check.isEnabled(), "the answer");
  assert.equal(await page.locator("form + .steps").textContent(), "");
  await text.fill(checked);
}

/** where the mistake is, is marked; what is edited is checked anew. */
async function aMistakeIsMarked(page) {
  await page.getByLabel("Datei").setInputFiles({ name: "stadt.json", mimeType: "application/json", buffer: Buffer.from(POLICY.replace('"days": 7', '"days<b>": 7')) });
  const text = page.getByLabel("Text der Regelung");
  await until(async () => (await text.inputValue()).includes('"days<b>"'), "the file's text");
  await page.getByRole("button", { name: "Prüfen" }).click();
  await says(page.locator(".field-error").nth(1), "Zeile 7: retention.days<b>: hier unbekannt; entfernen oder richtig schreiben");
  const marked = await text.evaluate((area) => area.value.slice(area.selectionStart, area.selectionEnd));
  assert.match(marked, /^ .*"days<b>": 7 },$/);
  await isAccessible(page, "a policy with a mistake");
  await picture(page, "policy-mistake");
  await text.fill(POLICY); // whose version is the one in force
  await page.getByRole("button", { name: "Prüfen" }).click();
  await says(page.locator("form + .steps"), "muss höher sein");
  await text.fill(POLICY.replace('"version": 1', '"version": 2').replace("Nordrhein-Westfalen", "Nordrhein-Westfalen, kürzer"));
  assert.equal(await page.locator("form + .steps").textContent(), "", "what was said of another text is said no more");
  await anAnswerIsLate(page, text);
}

/** LAW T8: what would be erased is shown before each of the two signs. */
async function aPolicyIsChangedByTwo() {
  const anna = await desk("anna", "#/policies");
  anna.context().excused = STATUS;
  await anna.getByRole("link", { name: "Neue Regelung vorschlagen" }).click();
  await aMistakeIsMarked(anna);
  await anna.getByRole("button", { name: "Prüfen" }).click();
  const told = anna.locator("form + .steps");
  const what = ["Wirkte die Änderung zurück", "früher gelöscht, als es bei ihrer Entstehung hieß", "Sie wirkt nicht zurück"];
  for (const text of ["Regelung 2: Ordnungsbehörde in Nordrhein-Westfalen, kürzer", "Aufbewahrung: Tage147", "Fassung12", ...what]) {
    await says(told, text);
  }
  await anna.setViewportSize({ width: 1280, height: 2000 });
  await isAccessible(anna, "what a policy would change");
  await picture(anna, "policy-checked");
  await anna.getByRole("button", { name: "Vorschlagen", exact: true }).click();
  const sign = async (page, reason, shot) => {
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Begründung").fill(reason);
    await dialog.getByRole("button", { name: "Weiter" }).click();
    for (const text of ["Das unterschreiben Sie:", "die Regeln ändern", ...what]) {
      await says(dialog, text);
    }
    await picture(page, shot);
    await dialog.getByRole("button", { name: "Mit dem Sicherheitsschlüssel unterschreiben" }).click();
  };
  await sign(anna, "Dienstvereinbarung vom 12.11.", "policy-sign");
  await says(anna.locator("main"), "Warten auf eine zweite Person");
  const shown = [];
  for (const name of ["anna", "sigrid", "doris"]) {
    const page = await desk(name, "#/policies", name === "doris" ? { viewport: { width: 320, height: 640 }, colorScheme: "dark" } : {});
    await page.getByRole("link", { name: "2: nrw-ordnungsamt" }).click();
    await says(page.locator("main"), "Dienstvereinbarung vom 12.11.");
    shown.push((await page.locator("main").textContent()).split("Was sich ändert")[1]);
    const offered = { anna: ["Zurückziehen"], sigrid: ["Genehmigen", "Ablehnen"], doris: [] }[name];
    assert.deepEqual(await page.locator(".page-head button").allTextContents(), offered, name);
  }
  assert.deepEqual(new Set(shown).size, 1, "all see the same");
  const [doris, sigrid] = stage.contexts.slice(-2).reverse().map((context) => context.pages()[0]);
  await doris.getByLabel("Sprache").selectOption("en");
  await says(doris.locator("main"), "would be erased earlier than was said when they were made");
  assert.equal((await fits(doris)).across, true, "a proposal at 320 px");
  await isAccessible(doris, "a proposal, narrow, dark and English");
  await picture(doris, "policy-proposal-narrow-en");
  const [download] = await Promise.all([sigrid.waitForEvent("download"), sigrid.getByRole("link", { name: "nrw-ordnungsamt-2.json" }).click()]);
  const digest = crypto.createHash("sha256").update(fs.readFileSync(await download.path())).digest("hex");
  await says(sigrid.locator("main"), digest);
  await sigrid.setViewportSize({ width: 1280, height: 1120 });
  await picture(sigrid, "console-policy", true);
  await sigrid.getByRole("button", { name: "Genehmigen" }).click();
  await sign(sigrid, "Stimmt mit der Vereinbarung überein", "policy-approve");
  await says(sigrid.getByRole("dialog"), "Es gilt");
  await sigrid.getByRole("dialog").getByRole("button", { name: "Schließen" }).click();
  await says(sigrid.locator("tbody tr").first(), "2: nrw-ordnungsamt");
  await says(sigrid.locator("tbody tr").first(), "gilt künftig");
  await says(sigrid.locator("tbody tr").nth(1), "gilt");
  assert.equal(await sigrid.getByText("Warten auf eine zweite Person").count(), 0);
}

export const OVERSIGHT = [whoWatchesOverIt, theSignedHeadIsDownloaded, whoseBusinessItIsNot, whatIsOutAndEven, theSectionsFit, aKeyIsEnrolledByTwo, aPolicyIsChangedByTwo, somebodyRecordedAsks];
