/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The two languages. German comes first: it is what a page begins with, whatever the browser says, until somebody
 * chooses. English is fetched then. */
import de from "./de.js";

const KEY = "asservat.language";
const LOCALES = { de: "de-DE", en: "en-GB" };
const texts = { de };
const listeners = new Set();
let current = "de";

export function language() {
  return current;
}

/** t("dock.ready", {n: 3}): the text, with its places filled. With n there may be another one for 1, which ends in ".one". */
export function t(key, values = {}) {
  const text = (values.n === 1 ? texts[current][key + ".one"] : undefined) ?? texts[current][key];
  if (text === undefined) {
    throw new Error("no text " + key);
  }
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

/** Calls back now and whenever the language is another one. */
export function onLanguage(draw) {
  listeners.add(draw);
  draw();
}

export async function choose(name) {
  if (!(name in LOCALES)) {
    return;
  }
  texts[name] ??= (await import("./" + name + ".js")).default;
  current = name;
  document.documentElement.lang = name;
  try {
    localStorage.setItem(KEY, name);
  } catch {
    // It holds for this page, then.
  }
  listeners.forEach((draw) => draw());
}

/** What this browser's user has chosen before. Before the first drawing. */
export async function begin() {
  let chosen = "de";
  try {
    chosen = localStorage.getItem(KEY) ?? "de";
  } catch {
    // German, then.
  }
  await choose(chosen in LOCALES ? chosen : "de");
}

/** Local time with its zone: "14:05 MEZ". */
export function time(ms) {
  return new Intl.DateTimeFormat(LOCALES[current], { hour: "2-digit", minute: "2-digit", timeZoneName: "short" }).format(ms);
}

export function percent(ratio) {
  return new Intl.NumberFormat(LOCALES[current], { style: "percent", maximumFractionDigits: 0 }).format(ratio);
}
