/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Signing in: with a key, or with a password and a one-time code (API.md, "Signing in"). #/sign-in?/clips/… goes on there. */
import { asProblem } from "./api.js";
import { busy, field, pageHead, problem } from "./components.js";
import { h, plain } from "./dom.js";
import { add, t } from "./i18n.js";
import { session, withPasskey, withPassword } from "./session.js";
import texts from "./texts-account.js";

add(texts);

function next() {
  const [, wanted] = location.hash.split("?");
  location.replace(`#${wanted?.startsWith("/") ? wanted : "/"}`);
}

export function draw(main) {
  if (session() !== null) {
    next();
    return;
  }
  const trouble = h("div", {});
  const name = h("input", { autocomplete: "username", maxlength: 64, required: true });
  const password = h("input", { type: "password", autocomplete: "current-password", maxlength: 256, required: true });
  const code = h("input", { inputmode: "numeric", autocomplete: "one-time-code", maxlength: 16 });
  const attempt = (what) => {
    trouble.replaceChildren();
    return busy(main, () => what().catch((error) => trouble.replaceChildren(problem(asProblem(error))))); // else the page is drawn anew, and goes on
  };
  main.replaceChildren(pageHead(t("enter")), trouble, h("div", { class: "columns" },
    h("section", { class: "section" }, h("h2", {}, t("enter.key")), h("p", {}, t("enter.key.do")),
      h("button", { class: "button", type: "button", onclick: () => attempt(withPasskey) }, t("enter.key.button"))),
    h("section", { class: "section" }, h("h2", {}, t("enter.password")),
      h("form", { onsubmit: (event) => { event.preventDefault(); attempt(() => withPassword(plain(name.value), password.value, code.value.replace(/\s/g, ""))); } },
        field(t("enter.name"), name).element, field(t("password"), password).element, field(t("enter.code"), code, t("enter.code.do")).element,
        h("button", { class: "button", type: "submit" }, t("enter"))))));
}
