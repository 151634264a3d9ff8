/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * To whom recordings can be handed over: their keys, and the card that two people sign with each (STATEMENTS.md 4, "Cards"). */
import { Problem } from "./api.js";
import { badge, field, moment, pageHead } from "./components.js";
import { act, attempt, button } from "./deeds.js";
import { h, plain, say } from "./dom.js";
import { add, t } from "./i18n.js";
import { list } from "./list.js";
import { cardLine, digestOf, keyText, readCard, writeCard } from "./plan.js";
import { APPROVERS, RECIPIENT_ENDERS, RECIPIENT_OFFERERS } from "./roles.js";
import { may } from "./session.js";
import texts from "./texts-recipients.js";
import { decode, encode } from "./webauthn.js";

add(texts);

const STATES = { waiting: ["yellow", "wait"], registered: ["green", "check"], ended: ["grey", "stop"] };
const ADDRESS_MOST = 4; // lines

function actions(one, again) {
  const say = (step, quiet = true) => button(t(`do.${step}`), () => act(t(`do.${step}`), { action: "recipient", step, request: one.proposal }, again), quiet);
  if (one.state === "waiting") {
    return one.own ? [say("withdraw")] : may(APPROVERS) ? [say("approve", false), say("refuse")] : [];
  }
  return one.state === "registered" && may(RECIPIENT_ENDERS)
    ? [button(t("recipient.end"), () => act(t("recipient.end"), { action: "recipient-ends", step: "alone", key: keyText(one.key) }, again))] : [];
}

function keys(key, certificate) {
  return [h("span", { class: "digest" }, key), certificate === "" ? null : [h("br"), `${t("card.certificate")} `, h("span", { class: "digest" }, certificate)]];
}

/** DER of a certificate in either of its forms. */
function der(data) {
  const found = /-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----/.exec(new TextDecoder().decode(data));
  return found === null ? data : decode(found[1].replace(/\s/g, ""));
}

function certificateField() {
  const control = h("input", { type: "file", accept: ".pem,.crt,.cer,.der" });
  const digest = h("span", { class: "digest" });
  const made = field(t("card.certificate"), control, t("recipient.certificate.do"));
  made.element.append(h("p", { class: "hint", role: "status" }, digest));
  control.addEventListener("change", () => attempt(t("card.certificate"), async () => {
    const [file] = control.files;
    control.digest = "";
    control.digest = file === undefined ? "" : await digestOf(der(new Uint8Array(await file.arrayBuffer())));
    say(digest, control.digest);
  }));
  return { name: "certificate", made, control };
}

/** The card is written here, byte for byte as it is signed. */
function propose(again) {
  const text = (name, more) => ({ name, label: t(`card.${name}`), hint: t(`recipient.${name}.do`), control: h("input", { autocomplete: "off", ...more }), put: () => {} });
  const [authority, code] = [text("authority", { required: true, maxlength: 128 }), text("code", { maxlength: 12, pattern: "[0-9A-Z]*", placeholder: "R1200S" })];
  const address = { name: "address", label: t("card.address"), hint: t("recipient.address.do"), control: h("textarea", { rows: 3, required: true, maxlength: 500 }), put: () => {} };
  const certificate = certificateField();
  const key = { name: "key", label: t("recipient.key"), hint: t("recipient.key.do"), control: h("input", { required: true, maxlength: 62, pattern: "age1[0-9a-z]{58}", placeholder: "age1…", autocomplete: "off", spellcheck: "false" }) };
  const put = (deed) => {
    const lines = address.control.value.split("\n").map(plain).filter(Boolean);
    const digest = certificate.control.digest ?? "";
    if (lines.length === 0 || lines.length > ADDRESS_MOST) {
      throw new Problem({ status: 0, field: "address", title: t("card.address"), detail: t("recipient.address.do") });
    }
    if (digest === "" && certificate.control.files.length > 0) { // not read yet, or not at all
      throw new Problem({ status: 0, field: "certificate", title: t("card.certificate"), detail: t("recipient.certificate.unread") });
    }
    deed.file = encode(writeCard({ authority: plain(authority.control.value), code: plain(code.control.value), address: lines, certificate: digest }));
  };
  return act(t("recipient.new"), { action: "recipient", step: "propose" }, again, [authority, code, address, key, { ...certificate, put }]);
}

export function draw(main, { again }) {
  main.replaceChildren(pageHead(t("recipients"), may(RECIPIENT_OFFERERS) ? button(t("recipient.new"), () => propose(again), false) : null,
    h("a", { class: "button quiet", href: "#/handovers" }, t("handovers"))), h("p", {}, t("recipients.do")), list({
    caption: t("recipients"), path: "/api/v1/recipients", rows: "recipients", empty: t("recipients.none"), emptyDo: t("recipients.none.do"),
    columns: [
      { title: t("recipient"), cell: ({ card }) => cardLine(readCard(decode(card))) },
      { title: t("recipient.state"), cell: ({ state: name, registered_at: at, ended_at: end, proposed_at: asked }) => [badge(...STATES[name], t(`recipient.is.${name}`)), h("br"), moment(end ?? at ?? asked)] },
      { title: t("recipient.key"), cell: ({ key, card }) => keys(keyText(key), readCard(decode(card)).certificate) },
      { title: t("recipient.by"), cell: ({ proposed_by: first, approved_by: second }) => [first, h("br"), second ?? ""] },
      { title: t("recipient.decide"), cell: (one) => h("div", { class: "actions" }, actions(one, again)) },
    ],
  }));
}
