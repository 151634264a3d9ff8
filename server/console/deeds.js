/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What people can decide about recordings and incidents, each asked for in a dialog (sign.js). What somebody may not is mostly not
 * offered; the rules are the server's, which says at the first step what they refuse. */
import { asProblem, get, now, Problem } from "./api.js";
import { about, dialog, moment, problem } from "./components.js";
import { h, plain } from "./dom.js";
import { clipLink, isOver, matter, outcomeBadge, until, when } from "./fates.js";
import { add, day, t } from "./i18n.js";
import { DECIDERS, ENDERS, HOLDERS, OFFICER } from "./roles.js";
import { may } from "./session.js";
import { decide } from "./sign.js";
import texts from "./texts-deeds.js";
import { position } from "./timeline.js";

add(texts);

const CHOICES_MOST = 100; // of one page of the API
const CAMERAS_MOST = 10_000; // a state police has 9,000
const CAUSES = ["prosecution", "danger", "legality-check"];
const SHIELDS = ["dwelling", "professional-secret", "private-life", "pre-roll"];
const SHOWN_MS = 12 * 3_600_000; // so long an approval lets its reviewer see it (INCIDENTS.md)

/* ---- what is asked for ---- */

/** options: [[value, text]]; the first one stands for none where it is "". */
export function select(options, more = {}) {
  return h("select", more, options.map(([value, text]) => h("option", { value, selected: value === more.value }, text)));
}

function grounds(names, none) {
  return [...(none ? [["", none]] : []), ...names.map((name) => [name, t(`ground.${name}`)])];
}

/** A time of the API for an input, and back: in the zone of who looks. */
function toLocal(text) {
  return text ? new Date(Date.parse(text) - new Date(text).getTimezoneOffset() * 60_000).toISOString().slice(0, 16) : "";
}

/** An instant of a control for local time, as the API has it; nothing of an empty one. */
export function fromLocal(text) {
  return text === "" ? undefined : new Date(text).toISOString();
}

export function time(value, required) {
  return h("input", { type: "datetime-local", required, value: toLocal(value) });
}

/** The end of a time, which does not lie before its beginning. name: of its field. */
function ending(name, from, text) {
  const until = fromLocal(text);
  if (until !== undefined && from !== undefined && until < from) {
    throw new Problem({ status: 0, field: name, title: t("record.until"), detail: t("record.until.wrong") });
  }
  return until;
}

/** Whatever happens on the way is said in a dialog. */
export async function attempt(title, what) {
  try {
    return await what();
  } catch (error) {
    dialog(title, problem(asProblem(error)));
    return null;
  }
}

/** Decides, and then has the page drawn anew. */
export async function act(title, deed, again, fields = [], more = {}) {
  const said = await decide(title, deed, fields, more);
  if (said !== null) {
    await again();
  }
  return said;
}

/* ---- incidents ---- */

function incidentFields(known) {
  const put = (name, read = (control) => plain(control.value)) => (deed, control) => {
    const value = read(control, deed.record);
    if (value === "" || value === undefined || value.length === 0) {
      delete deed.record[name];
    } else {
      deed.record[name] = value;
    }
  };
  const text = (name, more = {}) => ({ name: `record.${name}`, label: t(`record.${name}`), control: h("input", { maxlength: 1000, value: known?.[name] ?? "", ...more }), put: put(name) });
  return [
    { name: "record.cause", label: t("record.cause"), control: select(grounds(CAUSES), { value: known?.cause ?? CAUSES[0] }), put: put("cause") },
    text("offence", { required: true }),
    { ...text("danger", { required: true }), hint: t("record.danger.do") },
    { name: "record.from", label: t("record.from"), hint: t("record.from.do"), control: time(known?.from_at, true), put: put("from", (control) => fromLocal(control.value)) },
    { name: "record.until", label: t("record.until"), control: time(known?.until_at, false), put: put("until", (control, { from }) => ending("record.until", from, control.value)) },
    text("place", { required: true }),
    { ...text("accused"), hint: t("record.accused.do") },
    { name: "record.injured", label: t("record.injured"), hint: t("record.injured.do"), control: h("textarea", { rows: 2, maxlength: 4000 }, (known?.injured ?? []).join("\n")),
      put: put("injured", (control) => control.value.split("\n").map(plain).filter(Boolean)) },
    { name: "record.assault", label: t("record.assault"), hint: t("record.assault.do"),
      control: select(["no", "yes"].map((name) => [name, t(`answer.${name}`)]), { value: known?.assault ? "yes" : "no" }), put: put("assault", (control) => control.value === "yes") },
    { ...text("prosecutor", { maxlength: 128 }), hint: t("record.prosecutor.do") },
  ];
}

/** Of a number of the office: the incident as lists have it, or null. */
async function byNumber(number) {
  const { incidents } = await get(`/api/v1/incidents?${new URLSearchParams({ case_number: number })}`);
  return incidents[0] ?? null;
}

/** Writes a new one down; what came of it, as lists have it, or null. */
export async function newIncident() {
  const number = h("input", { required: true, maxlength: 128 });
  const said = await decide(t("do.incident"), { action: "incident", step: "alone", record: {} },
    [{ name: "incident", label: t("record.number"), hint: t("record.number.do"), control: number }, ...incidentFields(null)]);
  return said === null || said.state === "refused" ? null : attempt(t("do.incident"), () => byNumber(plain(number.value)));
}

export function changeIncident(incident, again) {
  return act(t("do.change"), { action: "incident", step: "alone", incident: incident.case_number, record: {} }, again, incidentFields(incident.versions.at(-1)));
}

function called({ case_number: number, offence, place }) {
  return [number, offence, place].filter(Boolean).join(" · ");
}

/** The incident for which something is asked, as one of the fields of a dialog; the newest are offered. Instead of choosing one,
 * other() is called when none of them is it. null: there is none. */
async function incidentField(chosen, other) {
  const { incidents } = await get(`/api/v1/incidents?limit=${CHOICES_MOST}`);
  const options = incidents.filter(({ state }) => state !== "forgotten").map((one) => [one.case_number, called(one)]);
  if (chosen && !options.some(([number]) => number === chosen)) {
    options.unshift([chosen, chosen]);
  }
  const control = select([["", t("do.choose")], ...options], { required: true, value: chosen ?? (options.length === 1 ? options[0][0] : "") });
  const hint = h("button", { class: "button quiet small", type: "button", onclick: () => { control.closest("dialog").close(); other(); } }, t("do.incident"));
  return options.length === 0 ? null : { name: "incident", label: t("incident"), hint, control };
}

/** decide() about an incident that is chosen, or written down first. */
async function forIncident(title, deed, again, fields, chosen) {
  const other = async () => {
    const made = await newIncident();
    if (made !== null) {
      await forIncident(title, deed, again, fields, made.case_number);
    }
  };
  const field = await attempt(title, () => incidentField(chosen, other));
  if (field === null) {
    await other();
  } else {
    await act(title, deed, again, [field, ...fields]);
  }
}

/* ---- recordings ---- */

/** number: of the incident that is offered first. LAW T3: a check of legality is the officer's to ask for, and nothing else. */
export function hold(clip, again, number = null) {
  const others = may(HOLDERS.filter((role) => role !== OFFICER));
  const causes = CAUSES.filter((name) => (name === "legality-check" ? may([OFFICER]) : others));
  const ground = select(grounds(causes, others ? t("do.own") : null));
  return forIncident(t("do.hold"), { action: "hold", step: "propose", clip: clip.clip }, again,
    [{ name: "ground", label: t("do.cause"), control: ground }], number);
}

export function mayHold({ state }) {
  return may(HOLDERS) && ["sealed", "quarantined", "released"].includes(state);
}

export function assign(clip, again) {
  return forIncident(t("do.assign"), { action: "incident-clip", step: "alone", clip: clip.clip, record: {} }, again, [], null);
}

/** Of the recordings of a day, one that shows the incident; other days can be chosen. */
export async function addClip(incident, again) {
  const first = toLocal(incident.versions.at(-1)?.from_at).slice(0, 10);
  const date = h("input", { type: "date", required: true, value: first });
  const clip = select([], { required: true });
  const fill = async () => {
    const { clips } = date.value === "" ? { clips: [] } : await get(`/api/v1/clips?${new URLSearchParams({ from: date.value, limit: CHOICES_MOST })}`);
    const there = new Set(incident.clips.map((one) => one.clip));
    const offered = clips.filter((one) => !there.has(one.clip) && !isOver(one));
    clip.replaceChildren(...select([["", offered.length === 0 ? t("do.none", { day: date.value === "" ? "" : day(date.value) }) : t("do.choose")],
      ...offered.map((one) => [one.clip, [when(one), one.unit, one.area, one.marked ? t("clip.marked") : ""].filter(Boolean).join(" · ")])]).children);
  };
  date.addEventListener("change", () => attempt(t("do.add"), fill));
  if (await attempt(t("do.add"), async () => { await fill(); return true; })) {
    await act(t("do.add"), { action: "incident-clip", step: "alone", incident: incident.case_number, record: {} }, again, [
      { name: "date", label: t("do.date"), control: date, put: () => {} },
      { name: "clip", label: t("clip"), control: clip },
    ]);
  }
}

export function removeClip(incident, clip, again) {
  return act(t("do.remove"), { action: "incident-clip-out", step: "alone", incident: incident.case_number, clip: clip.clip, record: {} }, again);
}

/** For the incident for which the recording is shown: where a picture is, and its digest. */
export function keepStill(clip, row) {
  return decide(t("do.still"), { action: "incident-still", step: "alone", clip, record: row }, [], { written: ({ at_ms: at, width, height, picture }) => [
    [t("opening.position"), position(at / 1000, true)], [t("opening.still.size"), `${width} × ${height}`], [t("opening.still.digest"), h("span", { class: "digest" }, picture)]] });
}

/** All cameras of the register, in the order of names. */
export async function cameras() {
  const all = [];
  for (let next = ""; next !== undefined && all.length < CAMERAS_MOST;) {
    const page = await get(`/api/v1/cameras?limit=${CHOICES_MOST}${next && `&cursor=${next}`}`);
    all.push(...page.cameras);
    next = page.next;
  }
  return all;
}

/** What was decided before docking, to be kept no longer. */
async function releaseAhead(one, incident, again) {
  const camera = (await attempt(t("do.ahead.end"), cameras))?.find(({ name }) => name === one.camera_name);
  if (camera) {
    await act(t("do.ahead.end"), { action: "release-ahead", step: "propose", incident: incident.case_number, camera: camera.camera, from: one.from_at, until: one.until_at }, again);
  }
}

/** Of a camera that has not come back. */
export async function holdAhead(incident, again) {
  const all = await attempt(t("do.ahead"), cameras);
  if (all === null) {
    return;
  }
  const known = incident.versions.at(-1);
  await act(t("do.ahead"), { action: "hold-ahead", step: "propose", incident: incident.case_number }, again, [
    { name: "camera", label: t("do.camera"), hint: t("do.ahead.do"), control: select(all.map((one) => [one.camera, one.name])) },
    { name: "from", label: t("record.from"), control: time(known?.from_at, true), put: (deed, control) => { deed.from = fromLocal(control.value); } },
    { name: "until", label: t("record.until"), control: time(known?.until_at, true), put: (deed, control) => { deed.until = ending("until", deed.from, control.value); } },
  ]);
}

export async function look(clip, again) {
  const said = await decide(t("do.show"), { action: "show", step: "alone", clip: clip.clip });
  if (said?.answer?.opening) {
    location.hash = `#/openings/${said.answer.opening}`;
  } else if (said !== null) {
    await again();
  }
}

/** At once and alone (LAW R3 to R5). */
function shield(title, action, clip, names, again) {
  return act(t(title), { action, step: "alone", clip: clip.clip }, again, [{ name: "ground", label: t("do.ground"), control: select(grounds(names)) }]);
}

/** What a person with these roles can do with a recording now: [{text, run, first}], first: what the page is mostly opened for. */
export function offers(clip, again) {
  const alive = !isOver(clip);
  const asked = clip.asked !== undefined;
  const waits = clip.blocks.filter(({ by }) => by === "camera" || by === "set").map(({ ground }) => ground);
  const free = SHIELDS.filter((name) => !clip.blocks.some(({ ground, by }) => ground === name && (by === "set" || by === "confirmed")));
  const propose = (title, action) => act(t(title), { action, step: "propose", clip: clip.clip }, again);
  return [
    [!asked && mayHold(clip), "do.hold", () => hold(clip, again, clip.incidents[0]?.case_number)],
    [may(["reviewer"]) && clip.state === "held", "do.open", () => propose("do.open", "open")],
    [may(DECIDERS) && waits.length > 0 && alive, "do.unblock", () => shield("do.unblock", "unblock", clip, waits, again)],
    [may(DECIDERS) && waits.length > 0 && alive, "do.confirm", () => shield("do.confirm", "block", clip, waits, again)],
    [may(ENDERS) && !asked && alive && clip.day === undefined, "do.day", () => act(t("do.day"), { action: "day", step: "propose", clip: clip.clip }, again,
      [{ name: "date", label: t("do.date"), hint: t("do.day.do"), control: h("input", { type: "date", required: true }) }])],
    [alive, "do.assign", () => assign(clip, again)],
    [alive && free.length > 0, "do.block", () => shield("do.block", "block", clip, free, again)],
    [may(ENDERS) && !asked && clip.state === "held", "do.release", () => propose("do.release", "release")],
    [may(ENDERS) && !asked && alive && clip.state !== "held", "do.erase", () => act(t("do.erase"), { action: "erase-early", step: "propose", clip: clip.clip }, again,
      [{ name: "ground", label: t("do.ground"), hint: t("do.erase.do"), control: select(grounds(["professional-secret", "private-life"], t("do.groundless"))) }])],
  ].filter(([offered]) => offered).map(([, text, run]) => ({ text: t(text), run, first: text === "do.hold" || text === "do.open" }));
}

/* ---- requests, and the two people that each takes ---- */

/** The digests of what waits for this person's answer. */
export async function waiting() {
  const { requests } = await get(`/api/v1/requests?limit=${CHOICES_MOST}`);
  return new Set(requests.map(({ request }) => request));
}

export function button(text, run, quiet = true) {
  return h("button", { class: quiet ? "button quiet" : "button", type: "button", onclick: run }, text);
}

/** What can be answered to an open request. */
export function answers({ request, action, own }, again, mine) {
  const say = (step) => button(t(`do.${step}`), () => act(t(`do.${step}`), { action, step, request }, again), step !== "approve");
  return own ? [say("withdraw")] : mine ? [say("approve"), say("refuse")] : [];
}

function eye(there, title, name, at) {
  return h("li", { class: "eye", "data-there": String(there) }, h("span", { class: "eye-title" }, title), h("strong", {}, name), at ? moment(at) : null);
}

/** LAW T4: who asked, and who answered; the second place is empty until then. */
export function eyes(one) {
  const { outcome, requested_by: first, answered_by: second } = one;
  const nobody = { open: "eyes.waits", lapsed: "eyes.late" }[outcome] ?? "eyes.unknown";
  return h("ol", { class: "eyes", "aria-label": t("eyes") },
    eye(true, t("eyes.first"), first ?? t("eyes.unknown"), one.requested_at),
    eye(second !== undefined, t(`eyes.${outcome}`), second ?? t(nobody), one.ended_at));
}

function canLook({ action, outcome, own, ended_at: agreed }) {
  return action === "open" && outcome === "approved" && own && may(["reviewer"]) && Date.parse(agreed) + SHOWN_MS > now();
}

function follows(one, incident, again) {
  if (canLook(one)) {
    return [button(t("do.show"), () => look(one, again), false)];
  }
  const ahead = incident !== null && one.action === "hold-ahead" && one.outcome === "approved" && may(ENDERS);
  return ahead ? [button(t("do.ahead.end"), () => releaseAhead(one, incident, again))] : [];
}

/** One request with all that is known of it. incident: for which it is shown; whose: what it is about, where that is not plain; mine: this
 * person may answer it. */
export function requestCard(one, again, { incident = null, whose = null, mine = false }) {
  const buttons = one.outcome === "open" ? answers(one, again, mine) : follows(one, incident, again);
  const names = [h("h3", {}, matter(one)), whose === null ? null : h("p", {}, whose)].filter(Boolean);
  return about(names, h("li", { class: "request" },
    h("div", { class: "request-head" }, names[0], outcomeBadge(one.outcome),
      one.outcome === "open" ? h("span", { class: "figure" }, until(one.expires_at)) : null),
    names[1],
    eyes(one),
    buttons.length > 0 ? h("p", { class: "actions" }, buttons) : null));
}

/** What a request is about: a recording, or a camera and a time. clips: recordings of which more is known. */
export function subject(one, clips = []) {
  if (one.clip !== undefined) {
    const known = clips.find(({ clip }) => clip === one.clip);
    return known ? [t("clip"), " ", clipLink(known)] : h("a", { href: `#/clips/${one.clip}` }, t("clip"));
  }
  return one.camera_name ? [one.camera_name, ", ", moment(one.from_at), " – ", moment(one.until_at)] : null;
}
