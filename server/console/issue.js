/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Issue at shift start: a badge is read, and the screen says which camera to take (docs/CONSOLE.md). Neither the badge nor
 * whose it is stands anywhere. The screen has a token of its own, which is good for this alone (API.md, A-140). */
import { asProblem, sendAs } from "./api.js";
import { listen } from "./badge.js";
import { h, icon } from "./dom.js";
import { add, percent, t } from "./i18n.js";
import texts from "./texts-issue.js";

add(texts);

const KEY = "asservat.issue";
const PATH = "/api/v1/assignments";
const TAKE_MS = 20_000; // it is lit for longer than that
const TROUBLE_MS = 12_000;
const LOW = 30; // percent
const KNOWN = new Set(["badge-unknown", "badge-barred", "has-camera", "none-ready", "camera-failed", "database-away", "no-database", "busy", "dock-away",
  "issue-unclear", "too-often", "not-set-up"]);

const SERIOUS = new Set(["badge-unknown", "denied", "failed"]);

const desk = { token: null, box: null, last: null, wrong: undefined, asking: false, loose: new Set(), timer: null };

/** The screen's token, or null: then there is nothing of all this. */
export function token() {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

export function keep(value) {
  if (value === null) {
    localStorage.removeItem(KEY);
  } else {
    localStorage.setItem(KEY, value);
  }
}

/* ---- what is said ---- */

function close() {
  clearTimeout(desk.timer);
  desk.last = null;
  desk.wrong = undefined;
  desk.box?.close();
}

function said({ colour, sign, title, before, figure, after, more }) {
  const text = (words, name = "issue-text") => (words === undefined ? null : h("p", { class: name }, words));
  return h("div", { class: "issue-said", role: "alert", "data-colour": colour },
    h("h2", { id: "issue-title" }, icon(sign), h("span", {}, title)), text(before), text(figure, "issue-figure"), text(after), text(more, "issue-more"));
}

/** ms: until the screen goes back by itself. */
function show(what, ms) {
  clearTimeout(desk.timer);
  if (!desk.box) {
    const box = h("dialog", { class: "issue", "aria-labelledby": "issue-title" });
    box.addEventListener("close", () => {
      box.remove();
      desk.box = null;
    });
    document.body.append(box);
    desk.box = box;
  }
  desk.box.replaceChildren(said(what), h("button", { class: "button", type: "button", autofocus: true, onclick: close }, t("close")));
  if (!desk.box.open) {
    desk.box.showModal();
  }
  desk.timer = ms === undefined ? null : setTimeout(close, ms);
}

function sayWait(again) {
  show({ colour: "blue", sign: "wait", title: t("issue.waits"), after: t("issue.waits.do"), more: again ? t("issue.one") : undefined });
}

function charge(charged) {
  return charged === undefined ? undefined : t(charged < LOW ? "issue.low" : "issue.charged", { charged: percent(charged / 100) });
}

function sayTake() {
  const { slot, charged } = desk.last;
  const low = charged !== undefined && charged < LOW;
  show({ colour: low ? "yellow" : "green", sign: low ? "warn" : "check", title: t("issue.take"), figure: t("slot.n", { slot }), after: charge(charged),
    more: t("issue.take.do") }, TAKE_MS);
}

function sayOther(other) {
  show({ colour: "red", sign: "stop", title: t("issue.other"), before: t("issue.other.do", { other }), figure: t("slot.n", desk.last) }, TAKE_MS);
}

/** What the server said, in words for whoever stands here. */
function trouble(error) {
  const found = asProblem(error);
  const name = (found.said.type ?? "").split(":").pop();
  const key = found.status === 401 || found.status === 403 ? "denied" : name === "no-database" ? "database-away" : KNOWN.has(name) ? name : "failed";
  show({ colour: SERIOUS.has(key) ? "red" : "yellow", sign: "warn", title: t(`issue.${key}`), after: t(`issue.${key}.do`) }, TROUBLE_MS);
}

/* ---- what happens ---- */

/** One after the other: whoever sees a number must know that it is for the badge that was read last. */
async function read(badge) {
  if (desk.asking) {
    sayWait(true);
    return;
  }
  if (desk.last?.badge === badge) { // readers read twice
    sayTake();
    return;
  }
  desk.asking = true;
  desk.last = null;
  desk.wrong = undefined;
  sayWait(false);
  try {
    const { slot, charged } = await sendAs(desk.token, "POST", PATH, { badge });
    desk.last = { badge, slot, charged };
    sayTake();
  } catch (error) {
    trouble(error);
  }
  desk.asking = false;
}

/** Slots whose camera was ready and nobody's, and is gone now. */
function gone(slots) {
  for (const { slot, state, offered } of slots) {
    if (offered) {
      desk.loose.delete(slot);
    } else if (state === "ready") {
      desk.loose.add(slot);
    }
  }
  return slots.filter(({ slot, state }) => state === "empty" && desk.loose.has(slot)).map(({ slot }) => slot);
}

/** The screen follows what is taken out; slots: what the dock says now. */
export function see(slots) {
  const empty = gone(slots);
  if (desk.last === null) {
    empty.forEach((slot) => desk.loose.delete(slot));
    return;
  }
  const [wrong] = empty.filter((slot) => slot !== desk.last.slot);
  const mine = slots.find(({ slot }) => slot === desk.last.slot);
  if (mine === undefined || mine.state === "empty") {
    close();
  } else if (wrong !== desk.wrong) {
    desk.wrong = wrong;
    if (wrong === undefined) {
      sayTake();
    } else {
      sayOther(wrong);
    }
  }
}

/** Above the slots, or null where no camera is issued. */
export function invitation() {
  return desk.token === null ? null : h("p", { class: "issue-ready" }, t("issue.ready"));
}

/** From now on badges are listened for, if this screen may issue cameras. */
export function begin() {
  desk.token = token();
  if (desk.token !== null) {
    listen(read);
  }
}
