/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * For desk.mjs: a recording is asked for, kept, looked at and let go, by the two people that each decision takes (DESIGN 2). */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import path from "node:path";

import { desk, site, STATUS } from "./people.mjs";
import { until } from "./site.mjs";
import { build, fits, isAccessible, picture, says } from "./stage.mjs";

const SCRIPT = "<img src=x onerror=\"document.title='made'\">";
const FACTS = {
  "Tatvorwurf": "Körperverletzung", "Gefahr": "Schlag gegen den Kopf", "Ort": "Wanheimer Straße 12", "Beschuldigte Person": "Unbekannt",
  "Verletzte Personen": "Willi W.\nPetra P.", "Aktenzeichen der Staatsanwaltschaft": "570 Js 123/18",
};

const CAMERA = "K-02"; // the other one brought what no clock tells the day of
const [kept, refusedOne, withdrawn, raced, proven] = site.clips;

/** Of the office, wherever the test runs; from now on so many days. */
function theDay(on = 0) {
  return new Date(Date.now() + on * 86_400_000).toLocaleDateString("sv", { timeZone: "Europe/Berlin" });
}

export function button(at, name) {
  return at.getByRole("button", { name, exact: true });
}

/** The first step of a dialog, up to the words that would be signed. */
export async function prepare(page, reason, fill = async () => {}) {
  const dialog = page.getByRole("dialog");
  await fill(dialog);
  await dialog.getByLabel("Begründung").fill(reason);
  await button(dialog, "Weiter").click();
  return dialog;
}

/** What a dialog says: that it is done, what went wrong, or nothing yet; null: there is none. */
function over(page) {
  return page.evaluate(() => {
    const box = document.querySelector("dialog");
    return box === null ? null : [...box.querySelectorAll(".steps > p > strong, .state")].map((one) => one.textContent)[0] ?? "";
  });
}

/** The second step, which ends with something to say, or without. */
export async function finish(page) {
  const dialog = page.getByRole("dialog");
  await says(dialog, "Das unterschreiben Sie:");
  const box = await dialog.elementHandle(); // another one may follow at once
  const isOpen = () => box.evaluate((element) => element.isConnected);
  await button(dialog, "Mit dem Sicherheitsschlüssel unterschreiben").click();
  await until(async () => !await isOpen() || await over(page) === "Erledigt.", "that it is signed");
  if (await isOpen()) {
    await button(dialog, "Schließen").click();
  }
}

export async function sign(page, reason, fill) {
  await prepare(page, reason, fill);
  await finish(page);
}

function clip(id) {
  return `#/clips/${id}`;
}

/** LAW T4: who stands in which of the two places of a request. */
export async function stands(card, first, second) {
  await says(card.locator(".eye").nth(0), first);
  await says(card.locator(".eye").nth(1), second);
}

async function hold(page) {
  await button(page.getByRole("main"), "Sicherung beantragen").click();
  await sign(page, `Angriff auf mich ${SCRIPT}`, (dialog) => dialog.getByLabel("Vorgang").selectOption(site.case));
}

export async function incident(name) {
  const page = await desk(name, "#/incidents");
  await page.getByRole("link", { name: site.case }).click();
  await says(page.locator("h1"), `Vorgang ${site.case}`);
  return page;
}

async function theInboxIsMetadata() {
  const page = await desk("willi", "#/inbox");
  const rows = page.locator("tbody tr");
  await until(async () => (await rows.count()) >= 5, "recordings");
  await says(rows.first(), "versiegelt");
  await says(rows.first(), "noch 15 Tage");
  await says(rows.first(), "unversehrt");
  await says(rows.first(), "Herkunft belegt");
  assert.ok(await rows.first().locator("progress").getAttribute("value") > 90, "the bar is what the number says");
  assert.match(await rows.first().textContent(), /\d\d:\d\d (MEZ|MESZ)/);
  assert.equal(await page.getByText(/Kamera \d/).count(), 0, "no camera where there are several days (A-048)");
  await picture(page, "console-inbox", true);
  await page.locator("summary").click();
  await isAccessible(page, "the inbox with its filters");
  assert.ok(await page.getByLabel("Kamera", { exact: true }).isDisabled(), "a camera is asked about for one day");
  await page.getByLabel("Zustand").selectOption("held");
  await says(page.locator(".state"), "Keine Aufzeichnungen");
  await says(page.locator("summary"), "1 gesetzt");
  await button(page, "Filter zurücksetzen").click();
  await until(async () => (await rows.count()) >= 5, "all of them again");
  await page.getByLabel("Tag, oder erster Tag").fill(theDay());
  await page.getByLabel("Kamera", { exact: true }).selectOption({ label: CAMERA });
  await says(rows.first(), await page.getByLabel("Kamera", { exact: true }).locator("option:checked").textContent());
  await page.getByLabel("letzter Tag").fill(theDay());
  assert.ok(await page.getByLabel("Kamera", { exact: true }).isDisabled());
}

async function whoSeesNoRecordings() {
  const page = await desk("anna", "#/inbox");
  await says(page.locator(".state"), "Dafür fehlt Ihnen die Berechtigung");
  assert.equal(await page.getByRole("navigation").getByText("Eingang").count(), 0);
}

/** LAW H9, R2; and what is typed stays text. */
async function anIncidentIsWrittenDown() {
  const page = await desk("willi", "#/inbox");
  await button(page.getByRole("main"), "Sicherung beantragen").first().click(); // without any incident yet
  const dialog = page.getByRole("dialog");
  await says(dialog, "Neuen Vorgang anlegen");
  await isAccessible(page, "writing an incident down");
  await picture(page, "incident-new");
  page.context().excused = STATUS;
  await prepare(page, `Meldung nach Dienstende ${SCRIPT}`, async () => {
    await dialog.getByLabel("Vorgangsnummer").fill(site.case);
    for (const [label, text] of Object.entries(FACTS)) {
      await dialog.getByLabel(label).fill(`${text} ${SCRIPT}`);
    }
    await dialog.getByLabel("Angriff auf Beschäftigte").selectOption("ja");
    await dialog.getByLabel("Beginn").fill("2026-11-23T14:05");
    await dialog.getByLabel("Ende").fill("2026-11-23T13:05");
  });
  await says(dialog, "Das Ende liegt vor dem Beginn.");
  assert.equal(await dialog.getByLabel("Ende").getAttribute("aria-invalid"), "true");
  await picture(page, "incident-wrong");
  await dialog.getByLabel("Ende").fill("2026-11-23T14:25");
  await button(dialog, "Weiter").click();
  await says(dialog, "Das wird aufgeschrieben:"); // what is signed of it is a digest
  for (const text of ["Angriff auf Beschäftigteja", "Ende23.11.2026, 14:25 MEZ", ...Object.values(FACTS).map((text) => `${text.replace("\n", ", ")} ${SCRIPT}`)]) {
    await says(dialog.locator(".answered"), text);
  }
  await button(dialog, "Zurück").click();
  await sign(page, `Meldung nach Dienstende ${SCRIPT}`);
  await says(page.getByRole("dialog"), "Sicherung beantragen"); // for it, now that it is there
  assert.equal(await page.getByRole("dialog").getByLabel("Vorgang").inputValue(), site.case);
  await button(page.getByRole("dialog"), "Schließen").click();
  await page.getByRole("link", { name: "Vorgänge" }).click();
  await page.getByRole("link", { name: site.case }).click();
  for (const text of Object.values(FACTS)) {
    await says(page.locator("main"), `${text.replace("\n", ", ")} ${SCRIPT}`);
  }
  assert.ok(!(await page.title()).includes("made"));
}

async function anIncidentIsChanged() {
  const page = await incident("sigrid");
  await button(page, "Angaben ändern").click();
  assert.equal(await page.getByRole("dialog").getByLabel("Ort").inputValue(), `${FACTS.Ort} ${SCRIPT}`);
  await sign(page, "Nachricht der Staatsanwaltschaft", async (dialog) => {
    for (const [label, text] of Object.entries(FACTS)) {
      await dialog.getByLabel(label).fill(text);
    }
  });
  await says(page.locator("main"), "2, unterschrieben von sigrid");
  await says(page.locator("main"), "Willi W., Petra P.");
  await says(page.locator("main"), "Angriff auf Beschäftigteja"); // as it was
  await page.getByText("Frühere Fassungen (1)").click();
  await says(page.locator(".versions"), "1, unterschrieben von willi");
}

/** DESIGN 2: the wearer asks, a second person approves. */
/** What is new is said where it is, and drawn by whoever wants it: nothing moves, and one's own deeds are no news (API.md, A-170). */
async function shows(page) {
  await says(page.locator(".news"), "Hier hat sich etwas geändert.");
  await button(page.locator(".news"), "Anzeigen").click();
  await until(async () => await page.locator(".news").textContent() === "", "that it is shown");
}

async function keepingTakesTwo() {
  const sigrid = await desk("sigrid", "#/requests");
  await says(sigrid.locator(".state"), "Keine Anträge");
  const [drawn, moved] = await Promise.all([sigrid.locator(".page").elementHandle(), sigrid.locator("h1").boundingBox()]);
  const willi = await desk("willi", clip(kept));
  await hold(willi);
  const card = willi.locator(".request").first();
  await stands(card, "willi", "steht aus");
  await says(willi.locator("main"), "Sicherung beantragt");
  assert.equal(await button(willi, "Genehmigen").count(), 0, "nobody approves what he asked for");
  await says(sigrid.locator(".news"), "Hier hat sich etwas geändert.");
  assert.ok(await drawn.evaluate((page) => page.isConnected && page.textContent.includes("Keine Anträge")), "nothing is drawn by itself");
  assert.deepEqual(await sigrid.locator("h1").boundingBox(), moved);
  assert.equal(await willi.locator(".news").textContent(), "", "what he did himself he knows");
  await isAccessible(sigrid, "something new");
  await picture(sigrid, "news");
  await shows(sigrid);
  await says(sigrid.locator("tbody tr").first(), "Sicherung: Straftat");
  await says(sigrid.locator("tbody tr").first(), "noch 3 Tage");
  await isAccessible(sigrid, "requests");
  await picture(sigrid, "requests");
  await button(sigrid, "Genehmigen").click();
  const dialog = await prepare(sigrid, "Anzeige erstattet");
  await says(dialog, "Darauf antworten Sie:");
  await says(dialog, `Angriff auf mich ${SCRIPT}`);
  await isAccessible(sigrid, "what is signed");
  await picture(sigrid, "approval");
  await finish(sigrid);
  await says(sigrid.locator(".state"), "Keine Anträge");
  await shows(willi);
  await stands(card, "willi", "sigrid");
  await says(card, "genehmigt");
  await says(willi.locator(".timeline"), "Sicherung genehmigt");
  await says(willi.locator(".timeline"), "wartet auf seinen Platz"); // what happened since is in no log yet
  await isAccessible(willi, "a recording");
  await willi.setViewportSize({ width: 1280, height: 1500 });
  await picture(willi, "console-clip", true);
}

/** LAW L5: a reviewer asks, another person agrees, and the reviewer is shown it; the appraising superior is told at once that he is not. */
async function lookingTakesTwo() {
  const stefan = await desk("stefan", clip(kept));
  stefan.context().excused = STATUS;
  await button(stefan, "Einsichtnahme beantragen").click();
  const dialog = await prepare(stefan, "Auswertung für die Anzeige");
  await says(dialog.getByRole("alert").last(), "beurteil");
  assert.equal(await button(dialog, "Mit dem Sicherheitsschlüssel unterschreiben").count(), 0);
  await picture(stefan, "refused");
  const rita = await desk("rita", clip(kept));
  await button(rita, "Einsichtnahme beantragen").click();
  await sign(rita, "Auswertung für die Anzeige");
  await stands(rita.locator(".request", { hasText: "Einsichtnahme" }), "rita", "steht aus");
  assert.equal(await button(rita, "Aufzeichnung ansehen").count(), 0, "nothing is shown before another person agreed");
  const sigrid = await incident("sigrid");
  const card = sigrid.locator(".request", { hasText: "Einsichtnahme" });
  await stands(card, "rita", "steht aus");
  await isAccessible(sigrid, "an incident");
  await sigrid.setViewportSize({ width: 1280, height: 1260 });
  await picture(sigrid, "console-incident", true);
  await button(card, "Genehmigen").click();
  await sign(sigrid, "Einverstanden");
  await until(async () => (await button(card, "Genehmigen").count()) === 0, "that it is approved");
  await rita.reload();
  await button(rita, "Aufzeichnung ansehen").click();
  await sign(rita, "Auswertung für die Anzeige");
  await rita.waitForURL(/#\/openings\/[0-9a-f-]{36}$/);
}

/** LAW L1, L8. */
async function whoWasShownItIsTold() {
  const doris = await desk("doris", clip(kept));
  await says(doris.locator("section", { hasText: "Wer sie gesehen hat" }).last(), "rita");
  const willi = await desk("willi", clip(kept));
  await button(willi, "Einsichtnahmen anzeigen").click();
  const told = willi.locator("section", { hasText: "Wer sie gesehen hat" }).last();
  await says(told, "Auswertung für die Anzeige");
  assert.ok(!(await told.textContent()).includes("rita"));
}

async function aRequestIsRefusedOrWithdrawn() {
  const willi = await desk("willi", clip(refusedOne));
  await hold(willi);
  await stands(willi.locator(".request"), "willi", "steht aus");
  const stefan = await desk("stefan", "#/requests");
  await button(stefan, "Ablehnen").click(); // with the key that he has signed in with, which is not his newest
  await sign(stefan, "Zeigt etwas anderes");
  await says(stefan.locator(".state"), "Keine Anträge");
  await willi.reload();
  await says(willi.locator("main"), "Sicherung abgelehnt");
  await says(willi.locator("main"), "versiegelt");
  await willi.goto(`${new URL(willi.url()).origin}/console/${clip(withdrawn)}`);
  await hold(willi);
  await button(willi, "Zurückziehen").click();
  await sign(willi, "Verwechselt");
  await says(willi.locator("main"), "Antrag auf Sicherung zurückgezogen");
  assert.equal(await button(willi, "Sicherung beantragen").count(), 1, "it can be asked for again");
  const page = await incident("willi");
  await stands(page.locator(".request", { hasText: "abgelehnt" }), "willi", "stefan");
  await stands(page.locator(".request", { hasText: "zurückgezogen" }), "willi", "zurückgezogen");
}

async function twoApproveAtOnce() {
  const willi = await desk("willi", clip(raced));
  await hold(willi);
  await stands(willi.locator(".request"), "willi", "steht aus");
  const both = await Promise.all(["sigrid", "stefan"].map((name) => desk(name, "#/requests")));
  await Promise.all(both.map(async (page) => {
    page.context().excused = STATUS;
    await button(page, "Genehmigen").click();
    await says(await prepare(page, "Anzeige erstattet"), "Das unterschreiben Sie:");
  }));
  await Promise.all(both.map((page) => button(page.getByRole("dialog"), "Mit dem Sicherheitsschlüssel unterschreiben").click()));
  await until(async () => !(await Promise.all(both.map(over))).includes(""), "two answers");
  const told = await Promise.all(both.map(over));
  assert.equal(told.filter((text) => [null, "Erledigt."].includes(text)).length, 1, `one of them: ${told}`);
  await willi.reload();
  await says(willi.locator("main"), "gesichert");
  assert.equal(await willi.locator(".eye[data-there=true]").count(), 2);
}

/** LAW R4, T4: blocked at once by one, lifted by who may, and let go by two. */
async function aBlockAndARelease() {
  const rita = await desk("rita", clip(raced));
  await button(rita, "Sperren").click();
  await sign(rita, "Zeigt das Schlafzimmer", (dialog) => dialog.getByLabel("Grund", { exact: true }).selectOption("dwelling"));
  await says(rita.locator(".rows"), "gesperrt, Entscheidung steht aus");
  const sigrid = await desk("sigrid", clip(raced));
  await button(sigrid, "Sperre aufheben").click();
  await sign(sigrid, "Durchsuchung angeordnet");
  await says(sigrid.locator(".rows"), "Sperre aufgehoben");
  await button(sigrid, "Ende der Sicherung beantragen").click();
  await sign(sigrid, "Verfahren eingestellt");
  const stefan = await desk("stefan", clip(raced));
  await button(stefan.locator(".request", { hasText: "Ende der Sicherung" }), "Genehmigen").click();
  await sign(stefan, "Ebenso");
  await says(stefan.locator("main"), "nicht mehr gesichert");
}

/** LAW R4, T4: that a block stays is decided by another one, whom the policy names; what it protects is erased early by two. */
async function aBlockIsConfirmedAndItIsErased() {
  const rita = await desk("rita", clip(withdrawn));
  const ground = (name) => (dialog) => dialog.getByLabel("Grund", { exact: true }).selectOption(name);
  await button(rita, "Sperren").click();
  await sign(rita, "Zeigt ein Krankenzimmer", ground("private-life"));
  await says(rita.locator(".rows"), "gesperrt, Entscheidung steht aus");
  assert.equal(await button(rita, "Sperre bestätigen").count(), 0, "not by who set it");
  const doris = await desk("doris", clip(withdrawn));
  await button(doris, "Sperre bestätigen").click();
  const dialog = await prepare(doris, "Kernbereich", ground("private-life"));
  await says(dialog, "Das unterschreiben Sie:");
  await says(dialog, "Das entscheidet, dass die Sperre bleibt");
  await picture(doris, "confirm-block");
  await finish(doris);
  await says(doris.locator(".rows"), "Sperre bestätigt");
  assert.equal(await button(doris, "Sperre aufheben").count() + await button(doris, "Sperre bestätigen").count(), 0, "it is decided");
  const willi = await desk("willi", clip(withdrawn));
  await button(willi, "Vorzeitige Löschung beantragen").click();
  await sign(willi, "Niemand soll das sehen", ground("private-life"));
  await stands(willi.locator(".request").first(), "willi", "steht aus");
  const sigrid = await desk("sigrid", "#/requests");
  await button(sigrid.locator("tbody tr", { hasText: "Vorzeitige Löschung" }), "Genehmigen").click();
  await sign(sigrid, "Einverstanden");
  await says(sigrid.locator(".state"), "Keine Anträge");
  await willi.reload();
  await says(willi.locator("main"), "wird gelöscht");
  for (const name of ["Sperren", "Vorzeitige Löschung beantragen", "Sicherung beantragen", "Einem Vorgang zuordnen"]) {
    assert.equal(await button(willi, name).count(), 0, `${name}: nothing is left to decide`);
  }
  await willi.setViewportSize({ width: 1280, height: 1500 });
  await picture(willi, "erased-early");
}

/** LAW T1: on which day it was recorded, no clock tells; two people say it. */
async function aDayIsEstablished() {
  const willi = await desk("willi", clip(site.lost));
  await says(willi.locator("h1"), "Aufzeichnung zu unbekannter Zeit");
  await says(willi.locator("main"), "Tag ist festzustellen");
  const day = async (text) => {
    await button(willi, "Tag der Aufzeichnung feststellen").click();
    return prepare(willi, "Streife am Hafen", (dialog) => dialog.getByLabel("Tag", { exact: true }).fill(text));
  };
  willi.context().excused = STATUS;
  const dialog = await day(theDay(3));
  await says(dialog, "Nach der Uhr des Docks entstand sie nicht an diesem Tag");
  await picture(willi, "day-refused");
  await button(dialog, "Schließen").click();
  await day(theDay());
  await isAccessible(willi, "saying a day");
  await finish(willi);
  await stands(willi.locator(".request").first(), "willi", "steht aus");
  const sigrid = await desk("sigrid", "#/requests");
  await button(sigrid.locator("tbody tr", { hasText: "Tag" }), "Genehmigen").click();
  await sign(sigrid, "So steht es im Dienstplan");
  await willi.reload();
  await until(async () => !(await willi.locator("main").textContent()).includes("Tag ist festzustellen"), "a day");
  await says(willi.locator("main"), "noch 15 Tage");
  await says(willi.locator("h1"), theDay().split("-").reverse().join("."));
  assert.equal(await button(willi, "Tag der Aufzeichnung feststellen").count(), 0);
  await willi.setViewportSize({ width: 1280, height: 1500 });
  await picture(willi, "day-established");
}

async function recordingsAreAddedAndTakenOut() {
  const page = await incident("sigrid");
  await button(page, "Aufzeichnung zuordnen").click();
  await sign(page, "Dieselbe Streife", async (dialog) => {
    await dialog.getByLabel("Tag", { exact: true }).fill(theDay());
    await until(async () => (await dialog.getByLabel("Aufzeichnung").locator("option").count()) > 1, "recordings of the day");
    await isAccessible(page, "adding a recording");
    await dialog.getByLabel("Aufzeichnung").selectOption(proven);
  });
  const row = page.locator(`tr:has(a[href="${clip(proven)}"])`);
  await says(row, "sigrid");
  await button(row, "Zuordnung aufheben").click();
  await sign(page, "zeigt einen anderen Vorfall");
  await says(page.locator("section", { hasText: "Zuordnung aufgehoben" }).last(), "sigrid");
}

/** A camera that has not come back. */
async function aheadOfDocking() {
  const sigrid = await incident("sigrid");
  await button(sigrid, "Vor dem Einlesen sichern").click();
  await sign(sigrid, "Kamera im Krankenhaus", async (dialog) => {
    const today = theDay();
    await dialog.getByLabel("Kamera", { exact: true }).selectOption({ label: CAMERA });
    await dialog.getByLabel("Beginn").fill(`${today}T00:05`);
    await dialog.getByLabel("Ende").fill(`${today}T23:55`);
  });
  const card = sigrid.locator(".request", { hasText: CAMERA }).first();
  await stands(card, "sigrid", "steht aus");
  const stefan = await desk("stefan", "#/requests");
  await says(stefan.locator("tbody tr"), CAMERA);
  await button(stefan, "Genehmigen").click();
  await sign(stefan, "Ebenso");
  await sigrid.reload();
  await stands(card, "sigrid", "stefan");
  await button(card, "Ende der Sicherung vor dem Einlesen beantragen").click();
  await sign(sigrid, "Sie ist wieder da");
  await stands(card, "sigrid", "steht aus");
}

/** Each event with its proof, which others' programs check without us. */
async function custodyIsProven() {
  const page = await desk("doris", clip(proven));
  const event = page.locator(".timeline li[data-kind=committed]");
  await button(event, "Beweis").click();
  const dialog = page.getByRole("dialog");
  await says(dialog, "Steht im veröffentlichten Protokoll");
  await isAccessible(page, "a proof");
  await picture(page, "proof");
  const files = [];
  for (const ending of [".entry", ".tlog-proof"]) {
    const [got] = await Promise.all([page.waitForEvent("download"), dialog.getByRole("link", { name: ending }).click()]);
    files.push(path.join(build, "browser", got.suggestedFilename()));
    await got.saveAs(files.at(-1));
  }
  const report = JSON.parse(execFileSync(path.join(build, "bin/asservat-verify"), [files[1], "--ledger", site.trust, "--json"], { encoding: "utf8" }));
  assert.ok(report.entries[0].proven && report.entries[0].kind === "committed", JSON.stringify(report));
}

/** each page narrow and dark, and in English. */
async function theyAreNarrowDarkAndEnglish() {
  const page = await desk("sigrid", "#/incidents", { viewport: { width: 320, height: 640 }, colorScheme: "dark" });
  await page.getByRole("link", { name: site.case }).waitFor();
  const one = await page.getByRole("link", { name: site.case }).getAttribute("href");
  await page.getByLabel("Sprache").selectOption("en");
  for (const [hash, words, name] of [["#/incidents", "Incidents", "incidents"], [one, site.case, "incident"], ["#/inbox", "Inbox", "inbox"],
    [clip(kept), "Recording of", "clip"], ["#/requests", "Requests", "requests"]]) {
    await page.evaluate((to) => { location.hash = to; }, hash);
    await says(page.locator("h1"), words);
    await until(async () => (await page.locator(".state[data-kind=loading]").count()) === 0, "what is there");
    assert.equal((await fits(page)).across, true, `${name} is too wide`);
    await isAccessible(page, `${name}, narrow, dark and English`);
    await picture(page, `${name}-narrow-en`);
  }
}

export const CASES = [
  theInboxIsMetadata, whoSeesNoRecordings, anIncidentIsWrittenDown, anIncidentIsChanged, keepingTakesTwo, lookingTakesTwo,
  whoWasShownItIsTold, aRequestIsRefusedOrWithdrawn, twoApproveAtOnce, aBlockAndARelease, aBlockIsConfirmedAndItIsErased, aDayIsEstablished, recordingsAreAddedAndTakenOut, aheadOfDocking,
  custodyIsProven, theyAreNarrowDarkAndEnglish,
];
