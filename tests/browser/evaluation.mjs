/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The evaluation, with months that desk.py has counted. */
import assert from "node:assert/strict";

import { desk } from "./people.mjs";
import { until } from "./site.mjs";
import { fits, isAccessible, picture, says } from "./stage.mjs";

/** what is drawn stands in tables, too; it is printed without what can only be pressed. */
async function theEvaluationIsDrawnAndPrinted() {
  const page = await desk("doris", "#/evaluation");
  await says(page.locator("h1"), "Auswertung");
  await until(async () => (await page.locator(".plot svg[role=img]").count()) === 7, "seven plots");
  await says(page.locator("main"), "weniger als 5 Personen");
  await says(page.locator("main"), " Einträge");
  const use = page.locator("section", { has: page.getByRole("heading", { name: "Nutzung" }) });
  assert.deepEqual(await use.locator(".plot-figure").allTextContents(), await use.locator("td").allTextContents(), "drawn as in the table");
  await isAccessible(page, "the evaluation");
  await picture(page, "evaluation", true);
  const small = page.locator("tr", { hasText: "Mai 2026" }).filter({ hasText: "32-5" });
  await says(small, "nicht ausgewiesen");
  await page.getByLabel("Einheit").selectOption("32-5");
  await until(async () => (await use.locator(".plot-figure").allTextContents()).includes("–"), "that nothing is told of it");
  await until(async () => (await page.locator(".plot svg[role=img]").count()) === 6, "what recorded people asked is of no unit");
  await page.getByLabel("Von").selectOption("2026-06");
  await until(async () => (await use.locator("tbody tr").count()) === 1, "one month");
  assert.match(await page.getByRole("link", { name: "Als CSV" }).getAttribute("href"), /from=2026-06&until=2026-06&unit=32-5&format=csv$/);
  await page.emulateMedia({ media: "print", colorScheme: "dark" });
  assert.equal(await page.getByRole("banner").isVisible() || await page.getByLabel("Von").isVisible(), false);
  assert.equal(await page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor), "rgb(255, 255, 255)");
  await picture(page, "evaluation-printed");
  const narrow = await desk("sigrid", "#/evaluation", { viewport: { width: 320, height: 640 }, colorScheme: "dark" });
  await says(narrow.locator("h1"), "Auswertung");
  assert.equal((await fits(narrow)).across, true);
  await isAccessible(narrow, "a narrow, dark evaluation");
  await narrow.getByLabel("Sprache").selectOption("en");
  await says(narrow.locator("h1"), "Evaluation");
}

export const EVALUATION = [theEvaluationIsDrawnAndPrinted];
