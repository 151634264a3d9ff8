/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Those who watch over it: what is erased when, the ledger, machines, alarms, people, policies, and how often somebody looked. */
import assert from "node:assert/strict";
import fs from "node:fs";

import { desk, stage } from "./people.mjs";
import { until } from "./site.mjs";
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
  await pages("doris", [["#/retention", "Die nächsten Nächte", "Tagesbilanz", "Vernichtete Tagesschlüssel"], ["#/ledger", "Einträge", "Wurzel"],
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

export const OVERSIGHT = [whoWatchesOverIt, theSignedHeadIsDownloaded, whoseBusinessItIsNot, aKeyIsEnrolledByTwo, somebodyRecordedAsks];
