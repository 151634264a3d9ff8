/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The two languages. German comes first: it is what a page begins with, whatever the browser says, until somebody
 * chooses. English is fetched then. */
import de from "./de.js";

const KEY = "asservat.language";
const LOCALES = { de: "de-DE", en: "en-GB" };
const texts = { de: { ...de }, en: {} };
const fetched = new Set(["de"]);
const listeners = new Set();
let current = "de";

export function language() {
  return current;
}

/** t("dock.ready", {n: 3}): the text, with its places filled. With n there may be another one for 1, which ends in ".one". */
export function t(key, values = {}) {
  const text = (`${values.n}` === "1" ? texts[current][key + ".one"] : undefined) ?? texts[current][key];
  if (text === undefined) {
    throw new Error("no text " + key);
  }
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

/** A page's own texts, in both languages (texts-*.js). */
export function add(more) {
  for (const name of Object.keys(LOCALES)) {
    Object.assign(texts[name], more[name]);
  }
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
  if (!fetched.has(name)) {
    Object.assign(texts[name], (await import("./" + name + ".js")).default);
    fetched.add(name);
  }
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

export function dateTime(ms) {
  return new Intl.DateTimeFormat(LOCALES[current], {
    day: "2-digit", month: "2-digit", year: "numeric", hour: "2-digit", minute: "2-digit", timeZoneName: "short",
  }).format(ms);
}

export function percent(ratio) {
  return new Intl.NumberFormat(LOCALES[current], { style: "percent", maximumFractionDigits: 0 }).format(ratio);
}

/** Of a day of the API ("2026-03-29"), which is one of the office's and has no zone. */
export function day(text) {
  return new Intl.DateTimeFormat(LOCALES[current], { weekday: "short", day: "2-digit", month: "2-digit", year: "numeric", timeZone: "UTC" })
    .format(Date.parse(text));
}

/** Of a month of the API: "2026-10". */
export function month(text) {
  return new Intl.DateTimeFormat(LOCALES[current], { month: "short", year: "numeric", timeZone: "UTC" }).format(Date.parse(text));
}

/** From Monday on. */
export function weekdays() {
  const name = new Intl.DateTimeFormat(LOCALES[current], { weekday: "short", timeZone: "UTC" });
  return Array.from({ length: 7 }, (_, i) => name.format(Date.UTC(2024, 0, 1 + i)));
}

export function number(n) {
  return new Intl.NumberFormat(LOCALES[current]).format(n);
}

/** Of bytes: "1,4 GB". */
export function size(bytes) {
  const unit = ["byte", "kilobyte", "megabyte", "gigabyte"][Math.min(3, Math.floor(Math.log10(Math.max(bytes, 1)) / 3))];
  const many = bytes / { byte: 1, kilobyte: 1e3, megabyte: 1e6, gigabyte: 1e9 }[unit];
  return new Intl.NumberFormat(LOCALES[current], { style: "unit", unit, maximumFractionDigits: many < 10 ? 1 : 0 }).format(many);
}
