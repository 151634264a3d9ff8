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
};

export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  svg.dataset.icon = name;
  for (const d of PATHS[name]) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", d);
    svg.append(path);
  }
  return svg;
}

/** A QR code of rows of 0 and 1, dark on white with the quiet zone that scanners need. */
export function picture(label, rows) {
  const svg = document.createElementNS(SVG, "svg");
  const path = document.createElementNS(SVG, "path");
  const side = rows.length + 8;
  svg.setAttribute("viewBox", `-4 -4 ${side} ${side}`);
  svg.setAttribute("class", "code");
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", label);
  path.setAttribute("d", rows.map((row, y) => [...row].map((dark, x) => (dark === "1" ? `M${x} ${y}h1v1h-1z` : "")).join("")).join(""));
  svg.append(path);
  return svg;
}
