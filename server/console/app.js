/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The console: one page, whose content the address chooses (#/clips/…). A route has a path, a title, what fetches its
 * module, and whom it is for: everybody (null), or whom may() in session.js lets; nav: it stands in the navigation, of all of them or of these roles. What
 * somebody may is the server's to say (API.md, "Who asks"); here it only is not offered. */
import { asProblem, unreachable } from "./api.js";
import { choices, dialog, loading, problem, state } from "./components.js";
import { h } from "./dom.js";
import { begin, onLanguage, t } from "./i18n.js";
import news from "./news.js";
import { COUNCIL, EVALUATE, LOOKS, MACHINES, OVERSIGHT, PEOPLE, RECORDINGS, SHOWN } from "./roles.js";
import { find, hasEnded, isNew, lapse, leave as signOut, may, onSession, session, withPasskey } from "./session.js";

const ROUTES = [
  { path: "/dock", title: "dock", module: () => import("./page-dock.js"), roles: null, nav: true },
  { path: "/inbox", title: "inbox", module: () => import("./page-inbox.js"), roles: RECORDINGS, nav: true },
  { path: "/requests", title: "requests", module: () => import("./page-requests.js"), roles: RECORDINGS, nav: true },
  { path: "/incidents", title: "incidents", module: () => import("./page-incidents.js"), roles: RECORDINGS, nav: true },
  { path: "/incidents/:incident", title: "incident", module: () => import("./page-incident.js"), roles: RECORDINGS },
  { path: "/handovers", title: "handovers", module: () => import("./page-handovers.js"), roles: RECORDINGS, nav: true },
  { path: "/handovers/recipients", title: "recipients", module: () => import("./page-recipients.js"), roles: MACHINES, nav: ["administrator"] },
  { path: "/handovers/:handover", title: "handover", module: () => import("./page-handover.js"), roles: RECORDINGS },
  { path: "/clips/:clip", title: "clip", module: () => import("./page-clip.js"), roles: RECORDINGS },
  { path: "/retention", title: "retention", module: () => import("./page-retention.js"), roles: MACHINES, nav: true },
  { path: "/looks", title: "looks", module: () => import("./page-looks.js"), roles: LOOKS, nav: true },
  { path: "/evaluation", title: "evaluation", module: () => import("./page-evaluation.js"), roles: EVALUATE, nav: true },
  { path: "/ledger", title: "ledger", module: () => import("./page-ledger.js"), roles: "anyone", nav: true },
  { path: "/machines", title: "machines", module: () => import("./page-machines.js"), roles: MACHINES, nav: true },
  { path: "/alarms", title: "alarms", module: () => import("./page-alarms.js"), roles: OVERSIGHT, nav: true },
  { path: "/people", title: "people", module: () => import("./page-people.js"), roles: PEOPLE, nav: true },
  { path: "/people/:person", title: "people", module: () => import("./page-person.js"), roles: PEOPLE },
  { path: "/policies", title: "policies", module: () => import("./page-policies.js"), roles: "anyone", nav: true },
  { path: "/policies/new", title: "policies", module: () => import("./page-policy-new.js"), roles: ["administrator"] },
  { path: "/policies/proposals/:proposal", title: "policies", module: () => import("./page-policy-proposal.js"), roles: PEOPLE },
  { path: "/policies/:version", title: "policies", module: () => import("./page-policy.js"), roles: "anyone" },
  { path: "/sign-in", title: "enter", module: () => import("./page-sign-in.js"), roles: null },
  { path: "/openings/:opening", title: "opening", module: () => import("./page-opening.js"), roles: SHOWN },
  { path: "/account", title: "account", module: () => import("./page-account.js"), roles: "newcomer" },
];

/** who: {name, kind} of whoever it was drawn for; said: {text, action, run} of what is new, and at: where that is told; stays: though its
 * session is over. */
const app = { main: null, news: null, at: null, said: null, end: null, drawn: 0, who: null, stays: false };

function path() {
  return location.hash.replace(/^#/, "").split("?")[0] || ROUTES[0].path;
}

/** The steps of a path that a route leaves open, by name; null: it is another one's. */
function match(route, steps) {
  const wanted = route.path.split("/");
  const fits = wanted.length === steps.length && wanted.every((step, i) => (step.startsWith(":") ? /^[\w.-]+$/.test(steps[i]) : step === steps[i]));
  return fits ? Object.fromEntries(wanted.flatMap((step, i) => (step.startsWith(":") ? [[step.slice(1), steps[i]]] : []))) : null;
}

function here() {
  const steps = path().split("/");
  for (const route of ROUTES) {
    const params = match(route, steps);
    if (params !== null) {
      return { route, params };
    }
  }
  return { route: null, params: null };
}

function leave() {
  app.end?.();
  app.end = null;
}

/** Instead of what a page would show. */
function notice(title, section) {
  app.main.replaceChildren(h("h1", { class: "unseen" }, title), section);
}

/** Whoever may not is told what to do about it. */
function refuse(title) {
  if (isNew()) {
    location.replace("#/account");
  } else if (session() === null) {
    const first = hasEnded() ? "enter.again" : "enter.first";
    notice(title, state("denied", t(first), t(`${first}.do`), h("a", { class: "button", href: `#/sign-in?${path()}` }, t("enter"))));
  } else {
    notice(title, state("denied", t("denied"), t("denied.do")));
  }
}

/** Whoever has gone on meanwhile is not shown what comes too late. A module draws into an element, at once or when it has what
 * it shows, and returns what ends it, or nothing; again() draws it anew, and until then what is there stays. */
async function fill(route, params, stays) {
  const turn = ++app.drawn;
  news.open();
  const slow = setTimeout(() => !stays && turn === app.drawn && notice(t(route.title), loading()), 300); // what is there at once does not flicker
  try {
    const { draw } = await route.module().catch(() => { throw unreachable(); });
    const main = h("div", { class: "page" });
    const end = await draw(main, { params, again: () => enter(true) });
    if (turn === app.drawn) {
      const focused = app.main.contains(document.activeElement);
      app.end = end ?? null;
      app.main.replaceChildren(main);
      if (focused) {
        app.main.focus({ preventScroll: true });
      }
    } else {
      end?.();
    }
  } catch (error) {
    if (turn === app.drawn) {
      notice(t(route.title), problem(asProblem(error), () => enter()));
    }
  } finally {
    clearTimeout(slow);
  }
}

async function enter(stays = false) {
  const { route, params } = here();
  leave();
  app.main.setAttribute("aria-label", t(route?.title ?? "missing")); // what is heard when it gets the focus
  document.title = route ? `${t(route.title)} – ${t("product")}` : t("product");
  if (!route) {
    app.drawn += 1;
    notice(t("product"), state("missing", t("missing"), t("missing.do")));
  } else if (route.roles !== null && !may(route.roles)) {
    app.drawn += 1;
    refuse(t(route.title));
  } else {
    await fill(route, params, stays);
  }
}

/* ---- what is new ---- */

/** Somebody is at something that a new drawing would take away. Of a recording only a decision stays (M-032). */
function isBusy() {
  if (here().route?.title === "opening") {
    return document.querySelector("dialog.decision[open]") !== null;
  }
  return document.querySelector("dialog[open]") !== null || [...document.querySelectorAll("input, textarea")].some((one) => one.value !== one.defaultValue);
}

/** In a dialog nothing is offered that is about what lies behind it, nor what a decision says itself when its session is over (sign.js). */
function put() {
  const box = app.at.closest("dialog");
  if (app.said === null || (box?.matches(".decision") && session() === null)) {
    app.at.replaceChildren();
    return;
  }
  const { text, action, run } = app.said;
  const offered = action && (box === null || run !== renew);
  app.at.replaceChildren(h("div", { class: "news-box" }, h("p", {}, text), offered && h("button", { class: "button", type: "button", onclick: run }, action)));
}

/** what lies behind a dialog is neither heard nor pressed. */
function place() {
  const at = [...document.querySelectorAll("dialog[open] .dialog-news")].at(-1) ?? app.news;
  if (at !== app.at) {
    app.at?.replaceChildren();
    app.at = at;
    put();
  }
}

function offer(said) {
  app.said = said;
  place();
  put();
}

async function renew() {
  app.main.focus({ preventScroll: true });
  await enter(true);
}

/** who has signed in again goes on there. Nobody has a form for a password there: who needs that leaves. */
async function comeBack() {
  if (session() !== null) {
    lapse();
  }
  if (app.who.kind === "password") {
    redraw();
    return;
  }
  try {
    await withPasskey();
    (app.at.closest("dialog")?.querySelector("input, textarea, button") ?? app.main).focus({ preventScroll: true });
  } catch (error) {
    const found = asProblem(error);
    offer({ text: `${found.title()}: ${found.detail()}`, action: t("enter"), run: comeBack });
  }
}

/** What somebody is at stays until that is done with, or left. */
function stay() {
  app.stays = true;
  offer({ text: t("news.ended"), action: t("enter"), run: comeBack });
}

/** A dialog came, or went. */
function settle() {
  if (!app.stays || isBusy()) {
    place();
  } else if (session() !== null) {
    lapse();
  } else {
    redraw();
  }
}

/** Below what is shown, in a place of its own: nothing moves, and nothing is drawn before somebody wants it. */
function tell(is) {
  if (is === "new") {
    offer({ text: t("news"), action: t("news.show"), run: renew });
  } else if (is === "unknown") {
    offer({ text: t("news.unknown") });
  } else if (is !== "ended") {
    offer(null);
  } else if (session() !== null) {
    (isBusy() ? stay : lapse)();
  }
}

function follow() {
  news.stop();
  if (session() !== null && !isNew()) {
    news.begin(tell);
  }
}

function navigation() {
  const { route } = here();
  const offered = ROUTES.filter(({ nav, roles }) => nav && (roles === null || may(roles)) && (nav === true || may(nav)));
  const current = offered.find((one) => one === route || route?.path.startsWith(`${one.path}/`));
  const all = h("ul", { id: "sections", "data-open": "false" }, offered.map((one) => h("li", {},
    h("a", { href: `#${one.path}`, "aria-current": one === current ? "page" : null }, t(one.title)))));
  const open = h("button", { class: "button quiet", type: "button", "aria-expanded": "false", "aria-controls": "sections", onclick: () => {
    const opens = all.dataset.open === "false";
    all.dataset.open = String(opens);
    open.setAttribute("aria-expanded", String(opens));
  } }, current ? `${t("navigation")}: ${t(current.title)}` : t("navigation"));
  return h("nav", { "aria-label": t("navigation") }, open, all); // where there is room the button is not shown (style.css)
}

async function goOut() {
  try {
    await signOut();
    location.hash = "#/dock";
  } catch (error) {
    dialog(t("leave"), problem(asProblem(error)));
  }
}

function who() {
  return session() === null ? [h("a", { class: "button", href: "#/sign-in" }, t("enter"))]
    : [h("a", { class: "button quiet", href: "#/account" }, session().name), h("button", { class: "button quiet", type: "button", onclick: goOut }, t("leave"))];
}

function frame() {
  app.who = session();
  app.main = h("main", { id: "main", tabindex: -1 });
  app.news ??= h("div", { class: "news", role: "status" });
  document.body.replaceChildren(
    h("a", { class: "skip", href: "#main", onclick: (event) => { event.preventDefault(); app.main.focus(); } }, t("skip")),
    h("header", { class: "app-head" }, h("p", { class: "brand" }, h("img", { src: "icon.svg", alt: "", width: 32, height: 32 }), t("product")), navigation(), choices(...who())),
    app.main, app.news);
  offer(null);
}

/** What is open was about what was there. */
function redraw() {
  document.querySelectorAll("dialog").forEach((box) => box.close());
  app.stays = false;
  frame();
  enter();
}

/** Whoever was at something when the session ended by itself signs in again there, and goes on; anybody else finds nothing of it. */
function changed() {
  if (session() === null && hasEnded() && isBusy()) {
    stay();
  } else if (app.stays && session()?.name === app.who.name) {
    app.who = session();
    app.stays = false;
    offer(null);
  } else {
    redraw();
  }
}

await begin();
await find();
onLanguage(redraw);
new MutationObserver(settle).observe(document.body, { childList: true });
follow();
onSession(() => {
  follow();
  changed();
});
addEventListener("hashchange", () => {
  redraw();
  app.main.focus();
});
