/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What pages are made of. A colour never stands alone: beside it is a word, and a figure where there is one. */
import { h, icon, say } from "./dom.js";
import { choose, dateTime, language, t } from "./i18n.js";

const APPEARANCE = "asservat.appearance";
let numbers = 0;

function newId(name) {
  numbers += 1;
  return `${name}-${numbers}`;
}

export function badge(colour, iconName, word) {
  return h("span", { class: "badge", "data-colour": colour }, icon(iconName), h("span", {}, word));
}

/** With its figure beside it; label says of what. */
export function progressBar(label, percent, figure) {
  return h("span", { class: "progress" },
    h("progress", { max: 100, value: percent, "aria-label": label, "aria-valuetext": figure }), h("span", { class: "figure" }, figure));
}

/** What a page begins with: its heading, and what can be done. */
export function pageHead(title, ...actions) {
  return h("div", { class: "page-head" }, h("h1", {}, title), h("div", { class: "actions" }, actions));
}

export function section(title, ...content) {
  return h("section", { class: "section" }, h("h2", {}, title), content);
}

/** A file that this page has made; who draws it takes its href back (URL.revokeObjectURL). */
export function download(name, parts, type) {
  const link = h("a", { class: "button quiet", download: name }, name);
  link.href = URL.createObjectURL(new Blob(parts, { type }));
  return link;
}

/** Pairs of a name and what it is: text, or elements. Without a value a pair is left out. */
export function facts(pairs) {
  return h("dl", { class: "facts" }, pairs.filter(([, value]) => value !== null && value !== undefined && value !== "")
    .map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))));
}

/** Of a time of the API. */
export function moment(text) {
  return text ? h("time", { class: "moment", datetime: text }, dateTime(Date.parse(text))) : "";
}

/** buttons of a list read the same; what they are about, in these elements, is read with them. Returns the element. */
export function about(names, element) {
  const ids = names.map((one) => { one.id ||= newId("about"); return one.id; }).join(" ");
  element.querySelectorAll("button, a").forEach((one) => names.some((name) => name.contains(one)) || one.setAttribute("aria-describedby", ids));
  return element;
}

/** columns: [{title, cell(row), number, names}]; a row's first cell names it, with those that say so. */
export function table(caption, columns, rows) {
  const cell = (column, i) => (row) =>
    h(i === 0 ? "th" : "td", { scope: i === 0 ? "row" : null, class: column.number ? "number" : null }, column.cell(row));
  const line = (row) => {
    const cells = columns.map((column, i) => cell(column, i)(row));
    return about(cells.filter((_, i) => i === 0 || columns[i].names), h("tr", {}, cells));
  };
  return h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": caption },
    h("table", {},
      h("caption", { class: "unseen" }, caption),
      h("thead", {}, h("tr", {}, columns.map((column) => h("th", { scope: "col", class: column.number ? "number" : null }, column.title)))),
      h("tbody", {}, rows.map(line))));
}

export function banner({ colour, title, text }) {
  return h("div", { class: "banner", "data-colour": colour }, icon(colour === "grey" ? "wait" : "warn"),
    h("p", {}, h("strong", {}, title), " ", text));
}

/** A page that has nothing to show says so in its middle: empty, loading, an error, no permission. */
export function state(kind, title, text, action) {
  return h("section", { class: "state", "data-kind": kind, role: kind === "error" ? "alert" : "status" },
    h("h2", {}, title), text ? h("p", {}, text) : null, action ?? null);
}

export function loading() {
  return state("loading", t("loading"));
}

/** Of a Problem (api.js). again: what the button does, or nothing. */
export function problem(error, again) {
  return state("error", error.title(), error.detail(), again ? h("button", { class: "button", type: "button", onclick: again }, t("retry")) : null);
}

/** Modal; what lies behind it is inert, so what must be told meanwhile is told in its .dialog-news (app.js). The browser keeps the focus in it and gives it back; Escape closes it, and so does a touch beside it unless something is filled in, or shown once. */
export function dialog(title, ...content) {
  const id = newId("dialog");
  const box = h("dialog", { "aria-labelledby": id, class: "dialog" },
    h("div", { class: "dialog-box" },
      h("h2", { id }, title), ...content, h("div", { class: "dialog-news", role: "status" }),
      h("button", { class: "button quiet", type: "button", autofocus: true, onclick: () => box.close() }, t("close"))));
  box.addEventListener("click", (event) => event.target === box && !box.querySelector("form, .steps") && box.close());
  box.addEventListener("close", () => box.remove());
  document.body.append(box);
  box.showModal();
  return box;
}

/** A labelled control with its error; fail("…") shows one, fail("") takes it away. */
export function field(label, control, hint = "") {
  const id = newId("field");
  const error = h("p", { id: `${id}-error`, class: "field-error", role: "alert" });
  control.id = id;
  control.setAttribute("aria-describedby", `${id}-hint ${id}-error`);
  const element = h("div", { class: "field" }, h("label", { for: id }, label),
    h("p", { id: `${id}-hint`, class: "field-hint", hidden: hint === "" }, hint), control, error);
  return {
    element,
    control,
    fail(text) {
      say(error, text);
      control.setAttribute("aria-invalid", text === "" ? "false" : "true");
    },
  };
}

/** What takes its time: the buttons of a place wait for it, and the focus is there again afterwards. */
export async function busy(place, what) {
  const pressed = document.activeElement;
  const buttons = (disabled) => place.querySelectorAll("button").forEach((button) => { button.disabled = disabled; });
  buttons(true);
  try {
    await what();
  } finally {
    buttons(false);
    if (document.activeElement === document.body) {
      (place.contains(pressed) ? pressed : place.querySelector(".actions button"))?.focus({ preventScroll: true });
    }
  }
}

function select(label, options, value, change) {
  const id = newId("select");
  const control = h("select", { id, onchange: () => change(control.value) },
    options.map(([name, text]) => h("option", { value: name, selected: name === value, lang: name in { de: 1, en: 1 } ? name : null }, text)));
  return h("span", { class: "choice" }, h("label", { for: id, class: "unseen" }, label), control);
}

function chooseAppearance(name) {
  if (name === "auto") {
    delete document.documentElement.dataset.appearance;
  } else {
    document.documentElement.dataset.appearance = name;
  }
  try {
    localStorage.setItem(APPEARANCE, name);
  } catch {
    // It holds for this page, then.
  }
}

/** Language and appearance, and what else is always there. */
export function choices(...more) {
  return h("div", { class: "choices" }, more,
    select(t("language"), [["de", t("language.de")], ["en", t("language.en")]], language(), choose),
    select(t("appearance"), ["auto", "light", "dark"].map((name) => [name, t(`appearance.${name}`)]),
      document.documentElement.dataset.appearance ?? "auto", chooseAppearance));
}
