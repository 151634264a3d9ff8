/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Elements, made of names and text. Text stays text: nothing here, and nothing in the console, makes markup of a
 * string. */

const SVG = "http://www.w3.org/2000/svg";

function make(element, attributes, children) {
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) {
      continue;
    }
    if (key.startsWith("on")) {
      element.addEventListener(key.slice(2), value);
    } else {
      element.setAttribute(key, value === true ? "" : value);
    }
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** h("p", {class: "note", onclick: f, hidden: true}, "text", element, …): what is null, undefined or false is left out. */
export function h(name, attributes = {}, ...children) {
  return make(document.createElement(name), attributes, children);
}

/** The same of a drawing: s("rect", {x: 1, y: 1, width: 2, height: 2}). */
export function s(name, attributes = {}, ...children) {
  return make(document.createElementNS(SVG, name), attributes, children);
}

/** What somebody typed or pasted, as texts are taken (STATEMENTS.md, ST-006): in one line, without what is not seen. */
export function plain(text) {
  return text.replace(/\s+/gu, " ").replace(/[\p{Default_Ignorable_Code_Point}\p{Cc}]/gu, "").trim();
}

export function bytesOf(text) {
  return new TextEncoder().encode(text).length;
}

/** Changes a text only where it differs: what a screen reader or a selection is at stays. */
export function say(element, text) {
  if (element.textContent !== text) {
    element.textContent = text;
  }
}

export function show(element, shown) {
  if (element.hidden === shown) {
    element.hidden = !shown;
  }
}

/** Same order, same elements: nothing is moved that is where it belongs. */
export function place(parent, children) {
  children.forEach((child, i) => {
    if (parent.children[i] !== child) {
      parent.insertBefore(child, parent.children[i] ?? null);
    }
  });
  while (parent.children.length > children.length) {
    parent.lastElementChild.remove();
  }
}

const PATHS = {
  check: ["M5 12.5 10 17.5 19 7.5"],
  down: ["M12 4v11", "M7 10.5 12 15.5 17 10.5", "M5 20h14"],
  lock: ["M7 11V8a5 5 0 0 1 10 0v3", "M5.5 11h13v9h-13z"],
  link: ["M4 12h4", "M16 12h4", "M8 8h8v8H8z"],
  wait: ["M12 7v5l3.5 2", "M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17"],
  warn: ["M12 4 21 20H3z", "M12 10v4.5", "M12 17v.2"],
  stop: ["M6 6l12 12", "M18 6 6 18"],
  none: ["M7 12h10"],
  play: ["M8 5v14l11-7z"],
  pause: ["M8.5 5v14", "M15.5 5v14"],
  back: ["M11 6 5 12l6 6", "M19 6l-6 6 6 6"],
  forward: ["M13 6l6 6-6 6", "M5 6l6 6-6 6"],
  frameBack: ["M18 6v12", "M13 6l-6 6 6 6"],
  frameForward: ["M6 6v12", "M11 6l6 6-6 6"],
  markBack: ["M19 5v14l-9-7z", "M6 5v14"],
  markForward: ["M5 5v14l9-7z", "M18 5v14"],
  slower: ["M6 12h12"],
  faster: ["M6 12h12", "M12 6v12"],
  sound: ["M4 9.5v5h3.5L12 18V6L7.5 9.5z", "M15.5 9.5a4 4 0 0 1 0 5", "M18 7a8 8 0 0 1 0 10"],
  mute: ["M4 9.5v5h3.5L12 18V6L7.5 9.5z", "M16 9.5l5 5", "M21 9.5l-5 5"],
  still: ["M4 8h3.5L9 5.5h6L16.5 8H20v11H4z", "M12 10a3.25 3.25 0 1 1 0 6.5 3.25 3.25 0 0 1 0-6.5"],
  full: ["M4 9V4h5", "M15 4h5v5", "M20 15v5h-5", "M9 20H4v-5"],
};

export function icon(name) {
  return s("svg", { viewBox: "0 0 24 24", class: "icon", "aria-hidden": "true", "data-icon": name }, PATHS[name].map((d) => s("path", { d })));
}

/** A QR code of rows of 0 and 1, dark on white with the quiet zone that scanners need. */
export function picture(label, rows) {
  const side = rows.length + 8;
  return s("svg", { viewBox: `-4 -4 ${side} ${side}`, class: "code", role: "img", "aria-label": label },
    s("path", { d: rows.map((row, y) => [...row].map((dark, x) => (dark === "1" ? `M${x} ${y}h1v1h-1z` : "")).join("")).join("") }));
}
