/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * One hand-over: what two people decided, what was made of it, and whether it came back that it arrived (HANDOVER.md). */
import { send } from "./api.js";
import { moment, pageHead, progressBar, section, state, table } from "./components.js";
import { attempt, button, eyes } from "./deeds.js";
import { h } from "./dom.js";
import { clipLink } from "./fates.js";
import { answer, cancel, handoverBadge, receipt } from "./handover.js";
import { add, number, size, t } from "./i18n.js";
import { shown } from "./news.js";
import { digestOf, planWords, readPlan } from "./plan.js";
import { APPROVERS, OFFERERS } from "./roles.js";
import { may } from "./session.js";
import texts from "./texts-handover.js";
import { decode } from "./webauthn.js";

add(texts);

const STEPS = ["proposed", "approved", "building", "built", "written", "received"];
const PENDING = ["approved", "building", "failed", "built", "written"]; // something may come of it, or nothing
const RECEIVABLE = ["built", "written"];

/** What can be decided now, by whom: the server says who may. */
function actions(one, again) {
  const say = (step, quiet) => button(t(`do.${step}`), () => answer(one, step, again), quiet);
  if (one.state === "proposed") {
    return one.own ? [say("withdraw", true)] : may(APPROVERS) ? [say("approve", false), say("refuse", true)] : [];
  }
  const ended = PENDING.includes(one.state) && may(OFFERERS)
    ? [button(t("do.cancel"), () => cancel(one, again))] : [];
  const signed = RECEIVABLE.includes(one.state) && may(OFFERERS)
    ? [button(t("do.receipt.form"), () => receipt(one, "form", again), false), button(t("do.receipt.signed"), () => receipt(one, "signed", again))] : [];
  return [...signed, ...ended];
}

/** Where it stands: each step with when it was taken. */
function steps(one) {
  const done = Object.fromEntries(one.events.map(({ kind, at }) => [kind, at]));
  return h("ol", { class: "eyes", "aria-label": t("handover.steps") }, STEPS.map((name) => h("li", {
    class: "eye", "data-there": String(done[name] !== undefined), "aria-current": name === one.state ? "step" : null },
  h("strong", {}, t(`handover.step.${name}`)), moment(done[name]))));
}

/** The job ended with it (HO-140, HO-141): why, whether it begins again by itself, and what a person does. */
function ended(one, again) {
  const begin = async () => {
    await attempt(t("do.again"), () => send("POST", `/api/v1/handovers/${one.handover}/again`));
    await again();
  };
  return state(one.state === "failed" ? "error" : "empty", t(`cause.${one.cause}`), t(`cause.${one.cause}.do`), [
    h("p", {}, one.state === "failed" ? t("handover.failed.do") : [t("handover.again"), " ", moment(one.again_at), "."]),
    h("p", { class: "hint" }, t("handover.failure"), " ", h("span", { lang: "en" }, one.failure)),
    may(OFFERERS) ? button(t("do.again"), begin, one.state !== "failed") : null]);
}

function progress(one, again) {
  if (one.state !== "building" && one.state !== "failed") {
    return null;
  }
  return section(t("handover.progress"),
    one.cause === undefined ? null : ended(one, again),
    one.stage === undefined ? null : h("p", {}, t(`stage.${one.stage}`)),
    one.progress === undefined ? h("p", {}, t("handover.begins")) : progressBar(t("handover.progress"), one.progress, t("handover.percent", { n: number(one.progress) })));
}

/** What was made. No file leaves through here. */
function outputs({ outputs: all }) {
  return all.length === 0 ? null : section(t("handover.outputs"), h("p", {}, t("handover.outputs.where")), table(t("handover.outputs"), [
    { title: t("plan.outputs"), cell: ({ output, parts }) => [t(`output.${output}`), parts > 1 ? ` (${t("handover.parts", { n: number(parts) })})` : ""] },
    { title: t("handover.size"), number: true, cell: ({ bytes, files }) => [size(bytes), h("br"), t("handover.files", { n: number(files) })] },
    { title: t("handover.made"), cell: ({ at, software }) => [moment(at), h("br"), software] },
    { title: "SHA-256", cell: ({ digest }) => h("span", { class: "digest" }, digest) },
  ], all));
}

function media({ media: all }) {
  return all.length === 0 ? null : section(t("handover.media"), table(t("handover.media"), [
    { title: t("handover.medium"), cell: ({ label, part, parts }) => [label, parts > 1 ? ` (${t("handover.part", { n: number(part), of: number(parts) })})` : ""] },
    { title: t("plan.outputs"), cell: ({ output }) => t(`output.${output}`) },
    { title: t("handover.written"), cell: ({ at }) => moment(at) },
  ], all));
}

/** Of a form two people write the digest down; one that the recipient signed needs one. */
function receipts(one) {
  return one.receipts.length === 0 ? null : section(t("receipts"), RECEIVABLE.includes(one.state) ? h("p", { class: "note" }, t("receipt.second")) : null, table(t("receipts"), [
    { title: t("receipt.how"), cell: ({ how }) => t(`receipt.${how}`) },
    { title: t("receipt.at"), cell: ({ received_at: at, receiver }) => [moment(at), h("br"), receiver] },
    { title: t("receipt.by"), cell: ({ signed_by: by, since }) => [by ?? t("eyes.unknown"), h("br"), moment(since)] },
    { title: t("receipt.digest"), cell: ({ document }) => h("span", { class: "digest" }, document) },
  ], one.receipts));
}

/** The plan is read of its bytes, of which two people sign the digest. */
async function decided(one) {
  const data = decode(one.plan);
  return section(t("handover.plan"), planWords(readPlan(data), one.clips, clipLink),
    h("p", { class: "hint" }, t("handover.digest"), " ", h("span", { class: "digest" }, await digestOf(data))));
}

export async function draw(main, { params, again }) {
  const one = await shown(`/api/v1/handovers/${params.handover}`);
  main.replaceChildren(...[
    pageHead(t("handover.to", { name: one.addressee }), handoverBadge(one.state), actions(one, again), h("a", { class: "button quiet", href: "#/handovers" }, t("handovers.all"))),
    h("p", {}, t("incident"), " ", h("a", { href: `#/incidents/${one.incident}` }, one.case_number)),
    section(t("handover.steps"), steps(one), eyes(one)),
    one.cancelling_since === undefined ? null : h("p", { class: "note" }, t("handover.cancelling"), " ", moment(one.cancelling_since)),
    progress(one, again),
    receipts(one),
    media(one),
    outputs(one),
    await decided(one),
  ].filter(Boolean));
}
