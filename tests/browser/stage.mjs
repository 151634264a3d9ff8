/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The console in Debian's Chromium: what all tests of it have in common. Each is called PROGRAM BUILD [--docs] [STEP…]; screenshots go to
 * BUILD/browser; with --docs those that the pages show go to docs/images, too. Ends with 77 where there is no browser or no
 * playwright-core. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

import { TOP, until } from "./site.mjs";

const CHROMIUM = "/usr/bin/chromium";
const modules = createRequire(path.join(TOP, "tests/package.json"));
export const [build, ...words] = process.argv.slice(2);
const docs = words.includes("--docs");
const only = words.filter((word) => word !== "--docs");
const pictures = path.join(build, "browser");
const KIOSK = { width: 1280, height: 800 };
process.env.TZ = "Europe/Berlin"; // as the pages have it: what day it is, both say

function need(there, why) {
  if (!there) {
    console.log(`skipped: ${why}`);
    process.exit(77);
  }
}

need(fs.existsSync(CHROMIUM), "there is no chromium (deploy/dependencies browser)");
need(fs.existsSync(path.join(TOP, "tests/node_modules/playwright-core")), "tests/node_modules has no playwright-core (deploy/dependencies browser)");
const { chromium } = modules("playwright-core");
const axe = fs.readFileSync(modules.resolve("axe-core/axe.min.js"), "utf8");

/* ---- pages ---- */

export class Stage {
  /** origin: of the server; what is asked of anybody else ends the test. */
  async open(origin) {
    this.origin = origin;
    fs.mkdirSync(pictures, { recursive: true });
    this.browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--disable-dev-shm-usage", ...(process.getuid() === 0 ? ["--no-sandbox"] : [])] });
    this.contexts = [];
  }

  async close() {
    await this.browser?.close();
  }

  /** A browser of its own, with nothing kept. What its pages complain of, or ask others for, ends the test; context.excused: but this. */
  async context(more = {}) {
    const context = await this.browser.newContext({
      viewport: KIOSK, hasTouch: true, locale: "de-DE", timezoneId: process.env.TZ, colorScheme: "light", ...more,
    });
    context.complaints = [];
    context.asked = [];
    context.on("console", (message) => ["error", "warning"].includes(message.type()) && context.complaints.push(message.text()));
    context.on("weberror", (error) => context.complaints.push(String(error.error())));
    context.on("request", (request) => context.asked.push(request.url()));
    this.contexts.push(context);
    return context;
  }

  async page(name, more) {
    const context = await this.context(more);
    const page = await context.newPage();
    await page.goto(`${this.origin}/console/${name}`);
    return page;
  }

  /** After each step. */
  async leave() {
    for (const context of this.contexts) {
      const bad = context.complaints.filter((text) => !context.excused?.test(text));
      assert.deepEqual(bad, [], "what the browser complains of");
      const elsewhere = context.asked.filter((url) => !url.startsWith(`${this.origin}/`));
      assert.deepEqual(elsewhere, [], "what others are asked for");
      await context.close();
    }
    this.contexts = [];
  }

  /** Those of the steps that were asked for, one after the other. True if all went well. */
  async play(steps, said = () => "") {
    try {
      for (const step of steps.filter(({ name }) => only.length === 0 || only.includes(name))) {
        const began = Date.now();
        await step();
        await this.leave();
        console.log(`ok ${step.name} (${((Date.now() - began) / 1000).toFixed(1)} s)`);
      }
      return true;
    } catch (error) {
      console.error(error);
      for (const [i, page] of this.contexts.flatMap((context) => context.pages()).entries()) {
        await page.screenshot({ path: path.join(pictures, `failed-${i}.png`) }).catch(() => {});
      }
      console.error(this.contexts.flatMap((context) => context.complaints).join("\n"), said());
      return false;
    }
  }
}

/** documented: the pages show it. */
export async function picture(page, name, documented = false) {
  const file = path.join(pictures, `${name}.png`);
  await page.screenshot({ path: file });
  if (docs && documented) {
    fs.copyFileSync(file, path.join(TOP, `docs/images/${name}.png`));
  }
}

/** Buttons of one name that do not say what they are about. */
function unnamed(page) {
  return page.evaluate(() => {
    const all = [...(document.querySelector("dialog:modal") ?? document.querySelector("main")).querySelectorAll("button")].filter((one) => one.checkVisibility());
    const name = (one) => one.getAttribute("aria-label") ?? one.textContent;
    return all.filter((one) => !one.hasAttribute("aria-describedby") && all.some((other) => other !== one && name(other) === name(one))).map(name);
  });
}

/** WCAG 2.1 A and AA, and what axe calls good practice; and what a button of many does is told apart. */
export async function isAccessible(page, what) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() =>
    globalThis.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"] }));
  assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join("; ")}`), [], what);
  assert.deepEqual(await unnamed(page), [], what);
}

export async function says(locator, text) {
  await until(async () => (await locator.textContent().catch(() => "")).replace(/\u00a0/g, " ").includes(text), `"${text}"`);
}

export async function fits(page) {
  const { width, height, wide, high } = await page.evaluate(() => ({
    width: innerWidth, height: innerHeight, wide: document.documentElement.scrollWidth, high: document.documentElement.scrollHeight,
  }));
  return { across: wide <= width, down: high <= height };
}
