/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * board.html#setup: this screen is given the right to issue cameras, by an administrator who has signed in at it, and who
 * is signed out again. */
import { asProblem, send } from "./api.js";
import { dialog, problem } from "./components.js";
import { h } from "./dom.js";
import { add, t } from "./i18n.js";
import { keep, token } from "./issue.js";
import { find, leave, may } from "./session.js";
import texts from "./texts-setup.js";

add(texts);

const DAYS = 365;

function done() {
  location.hash = "";
  location.reload();
}

async function allow() {
  const made = await send("POST", "/api/v1/tokens", { name: t("setup.name"), scopes: ["assignments:write"], days: DAYS });
  keep(made.token);
  await leave();
}

export async function draw() {
  await find();
  const place = h("div", { role: "status" });
  const on = h("button", { class: "button", type: "button", onclick: () => allow().then(done, (error) => place.replaceChildren(problem(asProblem(error)))) },
    t("setup.on"));
  const off = h("button", { class: "button quiet", type: "button", onclick: () => { keep(null); done(); } }, t("setup.off"));
  const who = h("p", {}, t("setup.who"), " ", h("a", { href: "./#/sign-in" }, t("enter")));
  dialog(t("setup"), h("p", {}, t("setup.do")), place, h("p", { class: "actions" }, may(["administrator"]) ? on : who, token() === null ? null : off));
}
