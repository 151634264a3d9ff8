/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The plan of a hand-over and the card of a recipient (STATEMENTS.md 4), read here, of their bytes: a digest of them is what two people
 * sign. A server that shows other bytes than it has signed is noticed. */
import { Problem } from "./api.js";
import { facts, table } from "./components.js";
import { h } from "./dom.js";
import { add, number, t } from "./i18n.js";
import texts from "./texts-plan.js";
import { position } from "./timeline.js";
import { decode } from "./webauthn.js";

add(texts);

export const FORMS = ["sealed", "whole", "excerpt", "excerpt_only"]; // from 1 on
const CLIPS_MOST = 1000;
const RECIPIENTS_MOST = 16;
export const PROTECTIONS = ["open", "zip", "age"]; // from 0 on
const OUTPUTS = ["carrier", "filing"]; // bits
const CHARSET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"; // BIP 173, of which age has the names of its keys
const GENERATOR = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];
const SUBJECTS = { plan: [5, 11], card: [16, 4] }; // action, subject kind

export function hex(data) {
  return Array.from(data, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export async function digestOf(data) {
  return hex(new Uint8Array(await crypto.subtle.digest("SHA-256", data)));
}

function wrong() {
  return new Problem({ status: 0, title: t("plan.wrong"), detail: t("plan.wrong.do") });
}

/* ---- keys ---- */

function checksum(values) {
  return values.reduce((sum, value) => {
    const top = sum >>> 25;
    return GENERATOR.reduce((next, one, i) => ((top >>> i) & 1 ? next ^ one : next), ((sum & 0x1ffffff) << 5) ^ value);
  }, 1);
}

/** "age1…" of a key's 32 bytes in hexadecimal digits. */
export function keyText(key) {
  const bits = [...key.match(/../g).map((byte) => parseInt(byte, 16).toString(2).padStart(8, "0")).join(""), ..."0000"].join("");
  const values = bits.match(/.{5}/g).map((five) => parseInt(five, 2));
  const prefix = [..."age"].map((letter) => letter.charCodeAt(0));
  const sum = checksum([...prefix.map((code) => code >> 5), 0, ...prefix.map((code) => code & 31), ...values, 0, 0, 0, 0, 0, 0]) ^ 1;
  return `age1${[...values, ...[25, 20, 15, 10, 5, 0].map((shift) => (sum >>> shift) & 31)].map((value) => CHARSET[value]).join("")}`;
}

/* ---- bytes ---- */

class Reader {
  constructor(data) {
    this.data = data;
    this.at = 0;
  }

  take(count) {
    if (this.at + count > this.data.length) {
      throw wrong();
    }
    this.at += count;
    return this.data.subarray(this.at - count, this.at);
  }

  number(count) {
    return this.take(count).reduce((sum, byte) => sum * 256 + byte, 0);
  }

  /** One of so many names, from `first` on. */
  oneOf(names, first) {
    const name = names[this.number(1) - first];
    if (name === undefined) {
      throw wrong();
    }
    return name;
  }

  /** An object of this format and suite, and no other. */
  begin() {
    if (this.number(2) !== 1 || this.number(2) !== 1) {
      throw wrong();
    }
  }

  /** A digest or a key: which, how long, the bytes. */
  field() {
    this.take(1);
    return hex(this.take(this.number(1)));
  }

  uuid() {
    return hex(this.take(16)).replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  }

  text() {
    try {
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(this.take(this.number(1)));
    } catch {
      throw wrong();
    }
  }

  /** Without anything that this page does not know. */
  end() {
    if (this.number(2) !== 0 || this.at !== this.data.length) {
      throw wrong();
    }
  }
}

/** Of which there is one, and so many at most. */
function list(count, most, read) {
  if (count === 0 || count > most) {
    throw wrong();
  }
  return Array.from({ length: count }, read);
}

/** Whether a part of the recording is shown, from when until when. */
export function isRanged(form) {
  return form.startsWith("excerpt");
}

/** Its range is one, and what goes whole has none: each clip says what its form says. */
function readClip(from) {
  const clip = { header: from.field(), form: from.oneOf(FORMS, 1), from_ms: from.number(4), until_ms: from.number(4) };
  if (isRanged(clip.form) ? clip.from_ms >= clip.until_ms : clip.from_ms + clip.until_ms > 0) {
    throw wrong();
  }
  return clip;
}

export function readPlan(data) {
  const from = new Reader(data);
  from.begin();
  const plan = { agency: from.field(), handover: from.uuid(), incident: from.uuid(), case_number: from.text() };
  const outputs = from.number(1);
  plan.outputs = OUTPUTS.filter((_, i) => outputs & (1 << i));
  plan.protection = from.oneOf(PROTECTIONS, 0);
  plan.recipients = list(from.number(1), RECIPIENTS_MOST, () => ({ key: from.field(), name: from.text() }));
  plan.clips = list(from.number(2), CLIPS_MOST, () => readClip(from));
  from.end();
  if (outputs === 0 || outputs >= 1 << OUTPUTS.length) {
    throw wrong();
  }
  return plan;
}

/** As it is signed: {authority, code, address: [line, …], certificate}. */
export function writeCard({ authority, code, address, certificate }) {
  return new TextEncoder().encode(["recipient-card", authority, code, ...address, certificate].map((line) => `${line}\n`).join(""));
}

export function readCard(data) {
  const [, authority, code, ...rest] = new TextDecoder().decode(data).replace(/\n$/, "").split("\n");
  return { authority, code, address: rest.slice(0, -1), certificate: rest.at(-1) };
}

/** What a draft's body is about, {what, digest}, when that is a plan or a card: nobody but these says what is handed over, or to whom. */
function subjectOf(body) {
  const from = new Reader(body);
  from.begin();
  from.field(); // the agency
  const said = [from.number(2), from.number(1)].join();
  const what = Object.keys(SUBJECTS).find((name) => SUBJECTS[name].join() === said);
  return what === undefined ? null : { what, digest: from.field() };
}

/** The plan (or card) that came with a draft (docs/openapi.yaml, Draft): the very one that would be signed, or a Problem. what: "plan", "card", or null where
 * neither is to be signed. */
export async function ofDraft(draft, what) {
  const about = subjectOf(decode(draft.body));
  if ((about?.what ?? null) !== what || (what === null) !== (draft.file === null)) {
    throw wrong();
  }
  if (what === null) {
    return null;
  }
  const data = decode(draft.file);
  if (about.digest !== await digestOf(data)) {
    throw wrong();
  }
  return what === "plan" ? readPlan(data) : readCard(data);
}

/* ---- in words ---- */

/** what those who get it can open besides, and what nobody there can see or check. */
function originals({ clips }) {
  const stay = clips.filter(({ form }) => form === "excerpt_only").length;
  return [stay < clips.length ? h("p", { class: "note" }, t(stay === 0 ? "plan.originals" : "plan.originals.others")) : null, stay > 0 ? h("p", { class: "note" }, t("plan.stays")) : null];
}

/** known: [{header, …}] of the recordings, and how one of them is called: name(clip). */
function clipTable(plan, known, name) {
  return table(t("plan.clips"), [
    { title: t("plan.clip"), cell: ({ header }) => { const clip = known.find((one) => one.header === header); return clip ? name(clip) : t("plan.clip.unknown"); } },
    { title: t("plan.form"), cell: ({ form }) => t(`form.${form}`) },
    { title: t("plan.range"), cell: (clip) => (isRanged(clip.form) ? h("span", { class: "figure" }, `${position(clip.from_ms / 1000, true)} – ${position(clip.until_ms / 1000, true)}`) : t("plan.all")) },
    { title: t("plan.header"), cell: ({ header }) => h("span", { class: "digest" }, header) },
  ], plan.clips);
}

export function planWords(plan, known, name) {
  return [
    facts([
      [t("plan.case"), plan.case_number], [t("plan.outputs"), plan.outputs.map((one) => t(`output.${one}`)).join(", ")],
      [t("plan.protection"), t(`protection.${plan.protection}`)], [t("plan.id"), h("span", { class: "digest" }, plan.handover)],
    ]),
    h("h3", {}, t("plan.recipients")), h("ol", { class: "recipients" }, plan.recipients.map(({ key, name: who }, i) => h("li", {},
      h("strong", {}, who), i === 0 ? ` (${t("plan.addressee")})` : "", h("br"), h("span", { class: "digest" }, keyText(key))))),
    h("h3", {}, t("plan.n", { n: number(plan.clips.length) })), clipTable(plan, known, name), originals(plan),
  ];
}

/** The same in a row of a list. */
export function cardLine({ authority, code, address }) {
  return [h("strong", {}, code === "" ? authority : `${authority} (${code})`), address.map((line) => [h("br"), line])];
}

export function cardWords({ authority, code, address, certificate }) {
  return facts([[t("card.authority"), authority], [t("card.code"), code], [t("card.address"), address.flatMap((line, i) => (i === 0 ? [line] : [h("br"), line]))],
    [t("card.certificate"), certificate === "" ? t("card.certificate.none") : h("span", { class: "digest" }, certificate)]]);
}
