/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The console: one page, whose content the address chooses (#/dock). A route has a title, what fetches its module, and
 * whether it is for people who have signed in; its module draws into an element and returns what ends it. */
import { asProblem } from "./api.js";
import { choices, loading, problem, state } from "./components.js";
import { h } from "./dom.js";
import { begin, onLanguage, t } from "./i18n.js";

const ROUTES = [
  { path: "/dock", title: "dock", module: () => import("./page-dock.js"), signedIn: false },
];

const app = { main: null, end: null, drawn: 0, session: null };

function path() {
  return location.hash.replace(/^#/, "") || ROUTES[0].path;
}

function route() {
  return ROUTES.find((one) => one.path === path());
}

function leave() {
  app.end?.();
  app.end = null;
}

/** Instead of what a page would show. */
function notice(title, section) {
  app.main.replaceChildren(h("h1", { class: "unseen" }, title), section);
}

/** Whoever has gone on meanwhile is not shown what comes too late. */
async function enter() {
  const here = route();
  const turn = ++app.drawn;
  leave();
  document.title = here ? `${t(here.title)} – ${t("product")}` : t("product");
  if (!here) {
    notice(t("product"), state("missing", t("missing"), t("missing.do")));
  } else if (here.signedIn && app.session === null) {
    notice(t(here.title), state("denied", t("denied"), t("denied.do")));
  } else {
    const slow = setTimeout(() => notice(t(here.title), loading()), 300); // what is there at once does not flicker
    try {
      const { draw } = await here.module();
      clearTimeout(slow);
      app.end = turn === app.drawn ? draw(app.main) : null;
    } catch (error) {
      clearTimeout(slow);
      if (turn === app.drawn) {
        notice(t(here.title), problem(asProblem(error), enter));
      }
    }
  }
}

function navigation() {
  return h("nav", { "aria-label": t("navigation") },
    h("ul", {}, ROUTES.map((one) => h("li", {},
      h("a", { href: `#${one.path}`, "aria-current": one === route() ? "page" : null }, t(one.title))))));
}

function frame() {
  app.main = h("main", { id: "main", tabindex: -1 });
  document.body.replaceChildren(
    h("a", { class: "skip", href: "#main", onclick: (event) => { event.preventDefault(); app.main.focus(); } }, t("skip")),
    h("header", { class: "app-head" }, h("p", { class: "brand" }, h("img", { src: "icon.svg", alt: "", width: 32, height: 32 }), t("product")), navigation(), choices()),
    app.main);
}

await begin();
onLanguage(() => {
  frame();
  enter();
});
addEventListener("hashchange", () => {
  frame();
  enter();
  app.main.focus();
});
