/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Hand-overs (HANDOVER.md): how far one is, in words and colours; and what people decide about them, each in a dialog (sign.js). */
import { get, Problem } from "./api.js";
import { badge, field, moment } from "./components.js";
import { act, attempt, fromLocal, select, time } from "./deeds.js";
import { h, plain, say, show } from "./dom.js";
import { clipLink, length, when } from "./fates.js";
import { add, size, t } from "./i18n.js";
import { digestOf, FORMS, isRanged, keyText, PROTECTIONS } from "./plan.js";
import { OFFERERS } from "./roles.js";
import { may } from "./session.js";
import texts from "./texts-handover.js";
import { encode } from "./webauthn.js";

add(texts);

const RECIPIENTS_MOST = 16; // of a plan (HANDOVER.md)
const SIGNED_MOST = 65_536; // bytes of a recipient's signature
const TEXT_MOST = 4096; // bytes of what they signed, in lines
const FORM_MOST = 100_000_000; // of a scanned form, which is read into memory

const STATES = {
  proposed: ["yellow", "wait"], approved: ["blue", "wait"], building: ["blue", "down"], failed: ["red", "warn"], built: ["yellow", "warn"],
  written: ["yellow", "wait"], received: ["green", "check"], refused: ["red", "stop"], withdrawn: ["grey", "none"], lapsed: ["grey", "none"],
  cancelled: ["grey", "stop"],
};

export function handoverBadge(name) {
  return badge(...STATES[name], t(`handover.is.${name}`));
}

/* ---- what is asked for ---- */

/** "1:02:03,5", of which hours and minutes may be left out, in milliseconds; null: it is none. */
export function readPosition(text) {
  const found = /^(?:(?:(\d{1,2}):)?(\d{1,2}):)?(\d{1,4})(?:[.,](\d{1,3}))?$/.exec(text.trim());
  if (found === null) {
    return null;
  }
  const [hours, minutes, seconds] = found.slice(1, 4).map((digits) => Number(digits ?? 0));
  const isOver = (found[2] !== undefined && seconds > 59) || (found[1] !== undefined && minutes > 59);
  return isOver ? null : ((hours * 60 + minutes) * 60 + seconds) * 1000 + Number((found[4] ?? "").padEnd(3, "0"));
}

function wrong(name, key) {
  return new Problem({ status: 0, field: name, title: t("handover.form"), detail: t(key) });
}

/** Several controls as one of the fields of a dialog. */
function group(legend, hint, first, ...content) {
  const error = h("p", { class: "field-error", role: "alert" });
  return {
    element: h("fieldset", { class: "field" }, h("legend", {}, legend), hint === "" ? null : h("p", { class: "field-hint" }, hint), content, error),
    control: first,
    fail: (text) => say(error, text),
  };
}

/** Whether a recording goes, how, and which part of it. */
class Row {
  constructor(clip) {
    this.clip = clip;
    this.goes = h("input", { type: "checkbox", checked: true });
    this.form = select(FORMS.map((name) => [name, t(`form.${name}`)]), { value: "whole", "aria-label": t("plan.form") });
    this.range = ["from", "until"].map((name) => field(t(`handover.${name}`), h("input", { placeholder: "0:00", size: 8, inputmode: "text", autocomplete: "off" })));
    this.more = h("div", { class: "filter-row", hidden: true }, this.range.map(({ element }) => element));
    const draw = () => {
      this.form.disabled = !this.goes.checked;
      show(this.more, this.goes.checked && isRanged(this.form.value));
    };
    const called = [when(clip), length(clip)].filter(Boolean).join(", ");
    this.element = h("div", { class: "handover-clip", role: "group", "aria-label": called, onchange: draw }, h("label", { class: "check" }, this.goes, called), this.form, this.more);
  }

  /** As the server takes it. */
  wanted() {
    const one = { clip: this.clip.clip, form: this.form.value };
    if (!isRanged(one.form)) {
      return one;
    }
    const [from, until] = this.range.map(({ control }) => readPosition(control.value));
    this.range[0].fail(from === null ? t("handover.position") : "");
    this.range[1].fail(until === null ? t("handover.position") : from !== null && until <= from ? t("handover.order") : "");
    if (from === null || until === null || until <= from) {
      throw wrong("plan", "handover.range.wrong");
    }
    return { ...one, from_ms: from, until_ms: until };
  }
}

function clipsField(clips) {
  const rows = clips.map((clip) => new Row(clip));
  const put = (deed) => {
    deed.plan.clips = rows.filter(({ goes }) => goes.checked).map((row) => row.wanted());
    if (deed.plan.clips.length === 0) {
      throw wrong("plan", "handover.none");
    }
  };
  const forms = h("dl", { class: "forms" }, FORMS.map((name) => [h("dt", {}, t(`form.${name}`)), h("dd", {}, t(`form.${name}.do`))]));
  const made = group(t("plan.clips"), "", rows[0].goes, rows.map(({ element }) => element), h("details", {}, h("summary", {}, t("handover.forms")), forms));
  return { name: "plan", made, put };
}

function called({ name, key }) {
  return `${name} (${keyText(key).slice(0, 12)} …)`;
}

function recipientFields(all) {
  const first = select([...(all.length > 1 ? [["", t("do.choose")]] : []), ...all.map((one) => [one.key, called(one)])], { required: true });
  const others = all.map((one) => [one, h("input", { type: "checkbox" })]);
  const chosen = () => [first.value, ...others.filter(([one, control]) => control.checked && one.key !== first.value).map(([{ key }]) => key)];
  const put = (deed) => {
    deed.plan.recipients = chosen();
    if (deed.plan.recipients.length > RECIPIENTS_MOST) {
      throw wrong("addressee", "handover.many");
    }
  };
  const more = all.length < 2 ? [] : [{ name: "others", put: () => {}, made: group(t("handover.others"), t("handover.others.do"), others[0][1],
    others.map(([one, control]) => h("label", { class: "check" }, control, called(one)))) }];
  return [{ name: "addressee", label: t("handover.addressee"), hint: t("handover.addressee.do"), control: first, put }, ...more];
}

/** Recipients whose key counts. */
async function recipients() {
  const all = [];
  for (let next = ""; next !== undefined;) {
    const page = await get(`/api/v1/recipients?limit=100${next && `&cursor=${next}`}`);
    all.push(...page.recipients.filter((one) => one.state === "registered"));
    next = page.next;
  }
  return all;
}

/** Of an incident, what is kept for it and can go. */
export function held(incident) {
  return incident.clips.filter((clip) => clip.state === "held");
}

export function mayHandOver() {
  return may(OFFERERS);
}

/** Those who are asked about recordings know them by when they were made. */
export function about(known) {
  return { about: { known, name: clipLink } };
}

/** LAW L2: to whom, what of it, and why; a second person decides. */
export async function handOver(incident, again) {
  const title = t("do.handover");
  const there = await attempt(title, () => Promise.all([recipients(), Promise.all(held(incident).map(({ clip }) => get(`/api/v1/clips/${clip}`)))]));
  if (there === null) {
    return;
  }
  const [all, clips] = there;
  if (all.length === 0) {
    await attempt(title, () => { throw new Problem({ status: 0, title: t("recipients.none"), detail: t("handover.recipients.none") }); });
    return;
  }
  const outputs = [["carrier"], ["filing"], ["carrier", "filing"]];
  const protection = select(PROTECTIONS.map((name) => [name, t(`protection.${name}`)]), { value: "age" });
  const hasCarrier = (text) => text.split(" ").includes("carrier"); // of which alone anything is closed
  await act(title, { action: "hand-over", step: "propose", incident: incident.case_number, plan: {} }, again, [
    clipsField(clips), ...recipientFields(all),
    { name: "outputs", label: t("plan.outputs"), hint: t("handover.outputs.do"), put: (deed, control) => { deed.plan.outputs = control.value.split(" "); },
      control: select(outputs.map((names) => [names.join(" "), names.map((name) => t(`output.${name}`)).join(" + ")]),
        { onchange: ({ target }) => { protection.disabled = !hasCarrier(target.value); } }) },
    { name: "protection", label: t("plan.protection"), hint: t("handover.protection.do"), control: protection,
      put: (deed, control) => { deed.plan.protection = control.disabled ? "open" : control.value; } },
  ], about(clips));
}

export function answer(one, step, again) {
  return act(t(`do.${step}`), { action: "hand-over", step, request: one.proposal }, again, [], about(one.clips));
}

/* ---- receipts (LAW H10) ---- */

/** A file whose digest is calculated here; put(record, {digest, read}): what of it is written down. */
function fileField(name, label, hint, most, put) {
  const control = h("input", { type: "file", required: true });
  const digest = h("span", { class: "digest" });
  const made = field(label, control, hint);
  const found = { digest: null, read: null };
  const look = async () => {
    const [file] = control.files;
    const isLarge = file !== undefined && file.size > most;
    found.read = file === undefined || isLarge ? null : new Uint8Array(await file.arrayBuffer());
    found.digest = found.read === null ? null : await digestOf(found.read);
    made.fail(isLarge ? t("receipt.large", { size: size(most) }) : "");
    say(digest, found.digest ?? "");
  };
  made.element.append(h("p", { class: "hint", role: "status" }, digest));
  control.addEventListener("change", () => attempt(label, look));
  return { name, label, control, made, put: (deed) => {
    if (found.digest === null) {
      throw new Problem({ status: 0, field: name, title: label, detail: t("receipt.unread") });
    }
    put(deed.record, found);
  } };
}

/** What a recipient signs (HANDOVER.md): what was received, when and by whom. */
function readReceipt(data, handover) {
  const [name, id, received, at, receiver, end, ...more] = new TextDecoder().decode(data).split("\n");
  if (name !== "handover-receipt" || id !== handover || end !== "" || more.length > 0) {
    throw wrong("record.received", "receipt.other");
  }
  return { received, at, receiver };
}

function signedFields(one) {
  return [
    fileField("record.received", t("receipt.text"), t("receipt.text.do"), TEXT_MOST, (record, { read }) => Object.assign(record, readReceipt(read, one.handover))),
    fileField("record.document", t("receipt.signature"), t("receipt.signature.do"), SIGNED_MOST, (record, { digest, read }) => Object.assign(record, { document: digest, signature: encode(read) })),
  ];
}

/** As it stands on the form; the second person finds what the first one wrote, but for the file. */
function formFields(one) {
  const first = one.receipts.findLast(({ how }) => how === "form");
  const output = select(one.outputs.map(({ output: name, digest }) => [digest, `${t(`output.${name}`)} (${digest.slice(0, 16)} …)`]), { value: first?.received });
  const receiver = h("input", { required: true, maxlength: 128, value: first?.receiver ?? "", autocomplete: "off" });
  return [
    fileField("record.document", t("receipt.file"), t("receipt.file.do"), FORM_MOST, (record, { digest }) => { record.document = digest; }),
    { name: "record.received", label: t("receipt.received"), hint: t("receipt.received.do"), control: output, put: (deed) => { deed.record.received = output.value; } },
    { name: "record.receiver", label: t("receipt.receiver"), hint: t("receipt.receiver.do"), control: receiver, put: (deed) => { deed.record.receiver = plain(receiver.value); } },
    { name: "record.at", label: t("receipt.at"), hint: t("record.from.do"), control: time(first?.received_at, true), put: (deed, control) => { deed.record.at = fromLocal(control.value); } },
  ];
}

/** What a person writes down of a receipt that came back: one that the recipient signed, or a form, of which two people write the same. */
export function receipt(one, how, again) {
  const isForm = how === "form";
  const written = (record) => [[t("receipt.how"), t(`receipt.${record.how}`)],
    ...(isForm ? [] : [[t("receipt.receiver"), record.receiver], [t("receipt.at"), moment(record.at)]])];
  return act(t(`do.receipt.${how}`), { action: "handover-receipt", step: "alone", record: { handover: one.handover, how } }, again,
    isForm ? formFields(one) : signedFields(one), { written });
}

/** Nothing comes of it (HANDOVER.md): what that means is read before anything is asked. */
export function cancel(one, again) {
  const note = h("p", { class: "note", tabindex: -1 }, t("handover.cancel"));
  return act(t("do.cancel"), { action: "handover-end", step: "alone", record: { handover: one.handover } }, again,
    [{ name: "cancel", control: note, made: { element: note, control: note, fail: () => {} }, put: () => {} }]);
}
