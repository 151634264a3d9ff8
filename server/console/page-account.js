/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What is one's own: password, one-time codes, keys, sessions, and tokens for programs (API.md, "Signing in"). */
import { asProblem, get, send } from "./api.js";
import { badge, busy, dialog, facts, field, moment, pageHead, problem, section, table } from "./components.js";
import { h, picture, plain } from "./dom.js";
import { add, t } from "./i18n.js";
import { isNew, renew, session } from "./session.js";
import texts from "./texts-account.js";
import { make } from "./webauthn.js";

add(texts);

const SCOPES = ["recordings:read", "incidents:read", "devices:read", "assignments:write", "operation:read", "people:read", "statements"];
const DAYS_MOST = 365;

/** A form whose fields say what is wrong with them; what else goes wrong is said below it. fields: {name of the API: field()}. */
function form(fields, button, submit) {
  const trouble = h("div", { role: "status" });
  const tell = (error) => {
    const found = asProblem(error);
    const at = fields[found.field];
    trouble.replaceChildren(...(at ? [] : [problem(found)]));
    at?.fail(found.detail());
    at?.control?.focus();
  };
  const made = h("form", { class: "narrow", onsubmit: (event) => {
    event.preventDefault();
    trouble.replaceChildren();
    Object.values(fields).forEach(({ fail }) => fail(""));
    busy(made, () => submit().catch(tell));
  } }, Object.values(fields).map(({ element }) => element), h("p", { class: "actions" }, h("button", { class: "button", type: "submit" }, button)), trouble);
  return made;
}

function password() {
  const old = h("input", { type: "password", autocomplete: "current-password", required: true, maxlength: 256 });
  const fresh = h("input", { type: "password", autocomplete: "new-password", required: true, maxlength: 256 });
  const whose = { fail: () => {}, element: h("input", { autocomplete: "username", value: session().name, hidden: true }) }; // for password managers
  return section(t("password.change"), session().must_change ? h("p", {}, t("password.must")) : null,
    form({ whose, old: field(t("password.old"), old), new: field(t("password.new"), fresh, t("password.new.do")) }, t("password.change"), async () => {
      await send("PUT", "/api/v1/password", { old: old.value, new: fresh.value });
      await renew();
    }));
}

function codes() {
  const place = h("div", { class: "steps" });
  const begin = async () => {
    try {
      const { key, qr } = await send("POST", "/api/v1/totp");
      const code = h("input", { inputmode: "numeric", autocomplete: "one-time-code", required: true, maxlength: 16 });
      place.replaceChildren(h("p", {}, t("codes.scan")), picture(t("codes.picture"), qr), facts([[t("codes.key"), h("span", { class: "digest" }, key)]]),
        form({ code: field(t("enter.code"), code) }, t("codes.finish"), async () => {
          await send("PUT", "/api/v1/totp", { code: code.value.replace(/\s/g, "") });
          await renew();
        }));
    } catch (error) {
      place.replaceChildren(problem(asProblem(error), begin));
    }
  };
  place.append(h("p", { class: "actions" }, h("button", { class: "button", type: "button", onclick: begin }, t("codes.begin"))));
  return section(t("codes"), h("p", {}, t("codes.do")), place);
}

/** What two people then enrol is named by the digest of its record. */
function key() {
  const place = h("div", { role: "status" });
  const offer = async () => {
    try {
      const { challenge, rp_id: rpId } = await send("POST", "/api/v1/session/challenge");
      const { credential } = await send("POST", "/api/v1/authenticators", await make(challenge, rpId, session().name));
      place.replaceChildren(h("p", {}, t("key.offered")), facts([[t("key.digest"), h("span", { class: "digest" }, credential)]]));
    } catch (error) {
      place.replaceChildren(problem(asProblem(error)));
    }
  };
  return section(t("key.title"), h("p", {}, t("key.do")), h("p", { class: "actions" }, h("button", { class: "button", type: "button", onclick: offer }, t("key.offer"))), place);
}

function end(path, again) {
  return h("button", { class: "button quiet", type: "button", onclick: async () => {
    try {
      await send("DELETE", path);
      again();
    } catch (error) {
      dialog(t("own.end"), problem(asProblem(error)));
    }
  } }, t("own.end"));
}

function sessions(all, again) {
  return section(t("sessions"),
    table(t("sessions"), [
      { title: t("sessions.kind"), cell: ({ kind }) => t(`kind.${kind}`) },
      { title: t("sessions.since"), names: true, cell: ({ since }) => moment(since) },
      { title: t("sessions.seen"), cell: ({ seen }) => moment(seen) },
      { title: t("own.until"), cell: ({ until }) => moment(until) },
      { title: t("own.what"), cell: (one) => (one.this ? badge("green", "check", t("sessions.this")) : end(`/api/v1/sessions/${one.id}`, again)) },
    ], all));
}

function scopes() {
  return SCOPES.map((name) => ({ name, control: h("input", { type: "checkbox", value: name }) }));
}

/** A token is shown once, in the dialog that asks for it. */
function wanted(again) {
  const name = h("input", { required: true, maxlength: 128 });
  const days = h("input", { type: "number", required: true, min: 1, max: DAYS_MOST, value: 90 });
  const chosen = scopes();
  const place = h("div", { class: "steps" });
  place.append(form({ name: field(t("tokens.name"), name), days: field(t("tokens.days"), days),
    scopes: { fail: () => {}, element: h("fieldset", {}, h("legend", {}, t("tokens.scopes")),
      chosen.map((one) => h("label", { class: "check" }, one.control, h("code", {}, one.name)))) } }, t("tokens.make"), async () => {
    const { token } = await send("POST", "/api/v1/tokens", {
      name: plain(name.value), days: Number(days.value), scopes: chosen.filter(({ control }) => control.checked).map((one) => one.name) });
    place.replaceChildren(h("p", {}, t("tokens.once")), h("p", { class: "digest" }, token));
  }));
  dialog(t("tokens.make"), place).addEventListener("close", again);
}

function tokens(all, again) {
  return section(t("tokens"), h("p", {}, t("tokens.do")),
    all.length === 0 ? null : table(t("tokens"), [
      { title: t("tokens.name"), cell: ({ name }) => name },
      { title: t("tokens.scopes"), cell: (one) => one.scopes.join(", ") },
      { title: t("sessions.seen"), cell: ({ seen }) => moment(seen) },
      { title: t("own.until"), cell: ({ until }) => moment(until) },
      { title: t("own.what"), cell: ({ id }) => end(`/api/v1/tokens/${id}`, again) },
    ], all),
    h("p", { class: "actions" }, h("button", { class: "button quiet", type: "button", onclick: () => wanted(again) }, t("tokens.make"))));
}

export async function draw(main, { again }) {
  const who = session();
  const [open, programs] = isNew() ? [null, null] : await Promise.all([get("/api/v1/sessions"), get("/api/v1/tokens")]);
  const own = who.kind === "password" ? [who.must_change || who.has_totp ? password() : null, who.must_change || who.has_totp ? null : codes()] : [];
  main.replaceChildren(pageHead(t("account")),
    section(who.name, facts([[t("roles"), who.roles.map((role) => t(`role.${role}`)).join(", ")], [t("account.kind"), t(`kind.${who.kind}`)],
      [t("own.until"), moment(who.until)]])),
    ...(isNew() ? [h("p", { class: "banner", "data-colour": "yellow" }, t("account.new"))] : []),
    ...own.filter(Boolean),
    ...(open === null ? [] : [key(), sessions(open.sessions, again), tokens(programs.tokens, again)]));
}
