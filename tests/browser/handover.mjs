/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * For desk.mjs: what was kept is handed over, by the two people that it takes, and what came back is written down (LAW H10). */
import assert from "node:assert/strict";

import { button, finish, incident, prepare, sign, stands } from "./cases.mjs";
import { act, desk, site, stage, STATUS } from "./people.mjs";
import { until } from "./site.mjs";
import { fits, isAccessible, picture, says } from "./stage.mjs";

const STA = "Staatsanwaltschaft Duisburg";
const CERTIFICATE = Buffer.from("no certificate, but bytes");
const FORM = { name: "quittung.pdf", mimeType: "application/pdf", buffer: Buffer.from("%PDF-1.7 eingescannt") };

/** As the job says it, and whoever writes to a medium. */
function job(sql) {
  return act(null, sql);
}

async function handover(name) {
  const page = await desk(name, "#/handovers");
  await page.locator("tbody").getByRole("link", { name: STA }).first().click();
  await says(page.locator("h1"), `Übergabe an ${STA}`);
  return page;
}

/** the card is read of its bytes, and the key is the one that was typed. */
async function aRecipientTakesTwo() {
  const anna = await desk("anna", "#/handovers/recipients");
  await says(anna.locator(".state"), "Kein Empfänger");
  await button(anna, "Empfänger eintragen").click();
  const dialog = await prepare(anna, "Persönlich erhalten", async (box) => {
    await isAccessible(anna, "a recipient's card");
    await box.getByLabel("Stelle").fill(STA);
    await box.getByLabel("XJustiz-Kennung").fill("R1200S");
    await box.getByLabel("Anschrift").fill("Koloniestraße 72\n47057 Duisburg\n3\n4\n5");
    await box.getByLabel("Schlüssel (age)").fill(site.recipient);
    await box.getByLabel("Zertifikat").setInputFiles({ name: "sta.der", mimeType: "application/pkix-cert", buffer: CERTIFICATE });
    await picture(anna, "recipient-new");
  });
  await says(dialog, "Ein bis vier Zeilen.");
  await dialog.getByLabel("Anschrift").fill("Koloniestraße 72\n47057 Duisburg");
  await button(dialog, "Weiter").click();
  await says(dialog, "Das steht auf der Karte");
  await says(dialog.locator(".answered"), "47057 Duisburg");
  await finish(anna);
  const row = anna.locator("tbody tr");
  await says(row, "wartet auf zweite Person");
  await says(row, site.recipient);
  assert.equal(await button(row, "Genehmigen").count(), 0, "nobody approves the own proposal");
  const stefan = await desk("stefan", "#/handovers");
  await stefan.getByRole("main").getByRole("link", { name: "Empfänger" }).click();
  await button(stefan, "Genehmigen").click();
  await says(await prepare(stefan, "Schlüssel verglichen"), "Das steht auf der Karte");
  await finish(stefan);
  await says(stefan.locator("tbody tr"), "eingetragen");
  await isAccessible(stefan, "recipients");
  await picture(stefan, "recipients");
}

/** A server that shows another plan than it has signed. */
async function aLieIsNoticed() {
  const erika = await incident("erika");
  await erika.route("**/api/v1/statements/prepare", async (route) => {
    const answer = await route.fetch();
    const draft = await answer.json();
    const plan = Buffer.from(draft.file, "base64url");
    plan[plan.indexOf(STA) + STA.length + 3] = 1; // another form, of which nothing was signed
    plan[plan.length - 5] ^= 1;
    await route.fulfill({ response: answer, json: { ...draft, file: plan.toString("base64url") } });
  });
  await button(erika, "Übergabe beantragen").click();
  const dialog = await prepare(erika, "Anforderung der Staatsanwaltschaft");
  await says(dialog, "Das ist nicht, was unterschrieben würde");
  assert.equal(await button(dialog, "Mit dem Sicherheitsschlüssel unterschreiben").count(), 0);
  await picture(erika, "handover-lie");
  await erika.unroute("**/api/v1/statements/prepare");
  await erika.route("**/api/v1/statements/prepare", async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, json: { ...await answer.json(), file: null } });
  });
  await button(dialog, "Weiter").click();
  await says(dialog, "Das ist nicht, was unterschrieben würde");
  assert.equal(await button(dialog, "Mit dem Sicherheitsschlüssel unterschreiben").count(), 0, "nor is a plan signed that nobody was shown");
}

async function aHandOverTakesTwo() {
  const erika = await incident("erika");
  erika.context().excused = STATUS;
  await button(erika, "Übergabe beantragen").click();
  const dialog = await prepare(erika, "Anforderung der Staatsanwaltschaft", async (box) => {
    await box.getByLabel("Form", { exact: true }).first().selectOption("excerpt");
    await isAccessible(erika, "what is to be handed over");
    await picture(erika, "handover-new", true);
    await box.getByLabel("Ausgabe").selectOption("filing");
    assert.equal(await box.getByLabel("Schutz").isDisabled(), true, "a filing is not closed");
    await box.getByLabel("Ausgabe").selectOption("carrier");
  });
  await says(dialog, "Bitte als Minuten:Sekunden");
  const range = (name) => dialog.getByRole("textbox", { name });
  await range("von").fill("0:05");
  await range("bis").fill("0:03");
  await button(dialog, "Weiter").click();
  await says(dialog, "Das Ende liegt nicht nach dem Anfang.");
  await range("von").fill("0:00");
  await range("bis").fill("0:01,5");
  await dialog.getByLabel("Form", { exact: true }).first().selectOption("excerpt_only");
  await button(dialog, "Weiter").click();
  await says(dialog, "Das steht im Plan");
  await says(dialog.locator(".answered"), "Alles andere können sie weder öffnen noch prüfen.");
  await isAccessible(erika, "an excerpt without its original");
  await picture(erika, "handover-plan-only");
  await button(dialog, "Zurück").click();
  await dialog.getByLabel("Form", { exact: true }).first().selectOption("excerpt");
  await button(dialog, "Weiter").click();
  await says(dialog.locator(".answered"), "Die Empfänger können es ganz öffnen");
  assert.equal(await dialog.getByText("weder öffnen noch prüfen").count(), 0);
  for (const text of ["0:00,000 – 0:01,500", site.recipient, "Ausschnitt, abspielbar", "age (Schlüssel der Empfänger)"]) {
    await says(dialog.locator(".answered"), text);
  }
  await isAccessible(erika, "a plan that is signed");
  await picture(erika, "handover-plan");
  await finish(erika);
  const rita = await handover("rita");
  assert.equal(await button(rita, "Genehmigen").count(), 0, "by whom it is no matter to decide");
  const stefan = await handover("stefan");
  await stands(stefan.locator(".eyes").nth(1), "erika", "steht aus");
  await says(stefan.locator("main"), "0:00,000 – 0:01,500");
  await isAccessible(stefan, "a hand-over that waits");
  await button(stefan, "Genehmigen").click();
  const answer = await prepare(stefan, "Umfang geprüft");
  await says(answer, "Das steht im Plan");
  await says(answer, "Darauf antworten Sie:");
  await picture(stefan, "handover-approval");
  await finish(stefan);
  await until(async () => (await button(stefan, "Genehmigen").count()) === 0, "that it is approved");
  await says(stefan.locator(".page-head"), "genehmigt");
  await stands(stefan.locator(".eyes").nth(1), "erika", "stefan");
}

/** HO-140, HO-141: why, what a person does, and the button of who may. */
async function itEndsAndIsBegunAgain(page, id, news) {
  const begin = (who) => button(who.locator("main"), "Neu beginnen lassen");
  await job(`SELECT asv.handover_progress('${id}', 'failed', 0::smallint, 0, 'carrier.zip: the seal beside it is another recording''s', 'differs')`);
  await news("Etwas ist nicht, was unterschrieben wurde");
  await says(page.locator(".page-head"), "nicht erstellt");
  await says(page.locator("main"), "Sie beginnt nicht von selbst wieder.");
  await says(page.locator("main [lang=en]"), "the seal beside it is another recording's");
  await isAccessible(page, "a hand-over that was not built");
  await picture(page, "handover-failed");
  const rita = await handover("rita");
  await says(rita.locator("main"), "Etwas ist nicht, was unterschrieben wurde");
  assert.equal(await begin(rita).count(), 0, "of who may not propose one");
  await begin(page).click();
  await says(page.locator(".page-head"), "wird erstellt");
  await job(`SELECT asv.handover_progress('${id}', 'again', 0::smallint, 0, 'the keeper does not answer', 'away')`);
  await news("Nächster Versuch von selbst");
  await says(page.locator("main"), "Etwas antwortet nicht");
  await isAccessible(page, "a hand-over that waits for what is away");
  await picture(page, "handover-again");
  await begin(page).click();
  await job(`SELECT asv.handover_progress('${id}', 'recordings', 0::smallint, 8192, NULL)`);
  await news("Die Aufzeichnungen werden geprüft");
  assert.equal(await begin(page).count(), 0, "while the job is at it");
}

/** How far it is, is told as it goes on. */
async function itIsBuilt() {
  const page = await handover("sigrid");
  const id = page.url().split("/").pop();
  const news = async (what) => {
    await says(page.locator(".news"), "Hier hat sich etwas geändert.");
    await button(page.locator(".news"), "Anzeigen").click();
    await says(page.locator("main"), what);
  };
  await job(`SELECT asv.handover_progress('${id}', 'recordings', 0::smallint, 4096, NULL)`);
  await news("Die Aufzeichnungen werden geprüft");
  assert.equal(await page.locator("progress").getAttribute("value"), "0");
  await isAccessible(page, "a hand-over that is built");
  await picture(page, "handover-building");
  await itEndsAndIsBegunAgain(page, id, news);
  await job(`SELECT asv.handover_built('${id}', 'carrier', sha256('carrier'), 1400000000, 57, 'asservat 0.1.0')`);
  await news("1,4 GB");
  await says(page.locator(".page-head"), "erstellt");
  await job(`SELECT asv.handover_written('${id}', 'carrier', 'DU-2026-0117', gen_random_uuid(), sha256('carrier'))`);
  await news("DU-2026-0117");
  await says(page.locator(".page-head"), "ausgegeben");
  await button(page, "Übergabe abbrechen").click();
  await says(page.getByRole("dialog"), "Was schon ausgegeben ist, holt das nicht zurück.");
  await isAccessible(page, "a hand-over that is to be cancelled");
  await page.keyboard.press("Escape");
}

/** LAW H10: of a form two people write the same down, each from the file, whose digest the browser calculates. */
async function aReceiptTakesTwo() {
  const now = new Date().toLocaleString("sv-SE").slice(0, 16).replace(" ", "T"); // not before it was made (HO-010)
  const write = async (name) => {
    const page = await handover(name);
    await button(page, "Unterschriebenes Formular eintragen").click();
    await prepare(page, "Quittung kam mit der Post", async (dialog) => {
      await dialog.getByLabel("Eingescanntes Formular").setInputFiles(FORM);
      await says(dialog, "f77bba84975b9122"); // SHA-256 of the file
      await says(dialog.getByLabel("Was bestätigt wird"), "Datenträger (5803587e6791c119");
      await dialog.getByLabel("Empfangen von").fill("JHS Meier");
      await dialog.getByLabel("Empfangen am").fill(now);
    });
    await says(page.getByRole("dialog").locator(".answered"), "JHS Meier");
    await isAccessible(page, "a receipt");
    await picture(page, `receipt-${name}`);
    await finish(page);
    return page;
  };
  const sigrid = await write("sigrid");
  await says(sigrid.locator("main"), "Die zweite fehlt noch.");
  await picture(sigrid, "console-handover", true);
  const stefan = await write("stefan");
  await says(stefan.locator(".page-head"), "Empfang bestätigt");
  assert.equal(await button(stefan, "Übergabe abbrechen").count(), 0);
  await stefan.setViewportSize({ width: 1280, height: 1800 });
  await picture(stefan, "handover-received");
}

async function handoversAreNarrowDarkAndEnglish() {
  const page = await desk("sigrid", "#/handovers", { viewport: { width: 320, height: 640 }, colorScheme: "dark" });
  const one = await page.locator("tbody").getByRole("link", { name: STA }).first().getAttribute("href");
  await page.getByLabel("Sprache").selectOption("en");
  for (const [hash, words, name] of [["#/handovers", "Hand-overs", "handovers"], [one, "Hand-over to", "handover"], ["#/handovers/recipients", "Recipients", "recipients"]]) {
    await page.goto(`${stage.origin}/console/${hash}`);
    await says(page.locator("h1"), words);
    await until(async () => (await page.locator(".state[data-kind=loading]").count()) === 0, "what is there");
    assert.equal((await fits(page)).across, true, `${name} is too wide`);
    await isAccessible(page, `${name}, narrow, dark and English`);
    await picture(page, `${name}-narrow-en`);
  }
}

export const HANDOVERS = [aRecipientTakesTwo, aLieIsNoticed, aHandOverTakesTwo, itIsBuilt, aReceiptTakesTwo, handoversAreNarrowDarkAndEnglish];
