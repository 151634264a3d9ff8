/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * One recording: its facts, what keeps or blocks it, what can be done about it now, and what happened to it. */
import { asProblem, get, now } from "./api.js";
import { about, badge, dialog, download, facts, moment, pageHead, problem, section } from "./components.js";
import { offers, requestCard, waiting } from "./deeds.js";
import { h } from "./dom.js";
import { daysLeft, isOver, isTimed, length, mark, stateBadge, verdicts, when } from "./fates.js";
import { add, day, number, size, t } from "./i18n.js";
import { list } from "./list.js";
import { shown } from "./news.js";
import { prove, Unproven } from "./proof.js";
import { OFFICER } from "./roles.js";
import { may } from "./session.js";
import texts from "./texts-clip.js";

add(texts);

const PAGES_MOST = 10; // of the time line at once
const BLOCKS = { camera: ["yellow", "warn"], set: ["yellow", "lock"], confirmed: ["red", "lock"], lifted: ["grey", "check"] };

function digest(text) {
  return text ? h("span", { class: "digest" }, text) : null;
}

/** Of those that this person may not read, the number (A-104). */
function incidentLinks(all, known) {
  return all.map(({ incident, case_number: name }, i) => [i > 0 ? ", " : "", known.has(incident) ? h("a", { href: `#/incidents/${incident}` }, name) : name]).flat();
}

/* ---- what it is ---- */

/** daysLeft() wants what lists have. */
function nights(clip) {
  const counts = ["sealed", "quarantined", "pending", "released"].includes(clip.state) && clip.due_at;
  return counts ? Math.max(0, Math.ceil((Date.parse(clip.due_at) - now()) / 86_400_000)) : undefined;
}

function standing(clip, known) {
  return facts([
    [t("clip.state"), h("span", { class: "badges" }, stateBadge(clip.state), mark(clip))],
    [t("clip.since"), moment(clip.since)],
    [t("clip.left"), daysLeft({ ...clip, days_left: nights(clip) })],
    [t("clip.due.at"), clip.state === "held" || isOver(clip) ? null : moment(clip.due_at)],
    [t("clip.verdict"), verdicts(clip)],
    [t("clip.reason"), clip.reason],
    [t("clip.keeps"), clip.kept ? incidentLinks([clip.kept], known) : null],
    [t("clip.cause"), clip.kept ? t(`ground.${clip.kept.ground}`) : null],
    [t("incidents"), clip.incidents.length > 0 ? incidentLinks(clip.incidents, known) : null],
  ]);
}

function origin(clip) {
  return facts([
    [t("clip.day"), clip.day ? day(clip.day) : t("clip.dayless")],
    [t("clip.started"), isTimed(clip) ? moment(clip.started_at) : null],
    [t("clip.ended"), isTimed(clip) ? moment(clip.ended_at) : null],
    [t("clip.length"), length(clip)],
    [t("clip.unit"), clip.unit],
    [t("clip.area"), clip.area],
    [t("clip.camera"), clip.camera_name],
    [t("clip.device"), `${clip.model}, ${clip.device_serial}, ${clip.firmware}`],
    [t("clip.number"), number(clip.number)],
  ]);
}

/** For whoever has to compare. */
function technical(clip) {
  return h("details", { class: "section" }, h("summary", {}, h("h2", {}, t("clip.technical"))), facts([
    [t("clip.clock"), `${t(`clock.${clip.clock_state}`)}, ${t("clip.offset", { ms: number(clip.clock_offset_ms), about: number(clip.clock_uncertainty_ms) })}`],
    [t("clip.earliest"), moment(clip.earliest_at)],
    [t("clip.latest"), moment(clip.latest_at)],
    [t("clip.docked"), moment(clip.docked_at)],
    [t("clip.committed"), moment(clip.committed_at)],
    [t("clip.cleared"), moment(clip.erased_on_camera_at)],
    [t("clip.bytes"), size(clip.payload_bytes)],
    [t("clip.chunks"), number(clip.chunks)],
    [t("clip.tail"), clip.tail_bytes > 0 ? size(clip.tail_bytes) : null],
    [t("clip.copies"), number(clip.copies)],
    [t("clip.id"), digest(clip.clip)],
    [t("clip.header"), digest(clip.header)],
    [t("clip.root"), digest(clip.root)],
    [t("clip.seal"), digest(clip.seal_digest)],
  ]));
}

function blocks(clip) {
  return clip.blocks.length === 0 ? null : section(t("clip.blocks"), h("ul", { class: "rows" }, clip.blocks.map(({ ground, by }) =>
    h("li", {}, h("strong", {}, t(`ground.${ground}`)), badge(...BLOCKS[by], t(`block.${by}`))))));
}

/* ---- who asked what ---- */

/** The incidents of a recording that this person may read, by their ids. */
async function incidents(clip) {
  const named = new Set([...clip.incidents, ...(clip.kept ? [clip.kept] : [])].map(({ incident }) => incident));
  const read = await Promise.all([...named].map((id) => shown(`/api/v1/incidents/${id}`).catch((error) => {
    if (error.status !== 404) {
      throw error;
    }
    return null;
  })));
  return new Map(read.filter(Boolean).map((one) => [one.incident, one]));
}

/** What incidents say that was asked about this recording, and what waits for its answer, which no incident may have yet. */
function requests(clip, known) {
  const said = [...known.values()].flatMap((one) => one.requests.filter((request) => request.clip === clip.clip));
  const asked = clip.asked && !said.some(({ request }) => request === clip.asked.request) ? [{ ...clip.asked, outcome: "open" }] : [];
  return [...said, ...asked].sort((a, b) => b.requested_at.localeCompare(a.requested_at));
}

/* ---- custody ---- */

async function events(clip) {
  const all = [];
  let next = "";
  for (let i = 0; i < PAGES_MOST && next !== undefined; i++) {
    const page = await shown(`/api/v1/clips/${clip}/custody?limit=100${next === "" ? "" : `&cursor=${next}`}`);
    all.push(...page.events);
    next = page.next;
  }
  return { all, more: next !== undefined };
}

/** The proof of one event as two files, which were checked against the published head. */
async function showProof(event, log) {
  const place = h("div", { class: "steps", role: "status" }, t("loading"));
  const name = `${event.log}-${event.leaf}-${event.kind}`;
  const links = [];
  dialog(t("proof"), place).addEventListener("close", () => links.forEach(({ href }) => URL.revokeObjectURL(href)));
  try {
    const { proof, entry, size: leaves } = await prove(log.origin, event.leaf);
    links.push(download(`${name}.tlog-proof`, [proof], "text/plain"), download(`${name}.entry`, [entry], "application/octet-stream"));
    place.replaceChildren(h("p", {}, badge("green", "check", t("proof.good", { n: number(leaves) }))),
      facts([[t("event.log"), log.origin], [t("event.leaf"), number(event.leaf)]]), h("p", {}, t("proof.do")), h("p", { class: "actions" }, links));
  } catch (error) {
    place.replaceChildren(error instanceof Unproven ? h("p", {}, badge("yellow", "warn", t("proof.none"))) : problem(asProblem(error)));
  }
}

function placeOf(event, logs) {
  const log = logs.find((one) => one.log === event.log);
  return log === undefined ? h("span", { class: "hint" }, t("event.waits"))
    : [h("span", { class: "hint" }, `${log.origin}, ${t("event.leaf")} ${number(event.leaf)} `),
      h("button", { class: "button quiet small", type: "button", onclick: () => showProof(event, log) }, t("proof.get"))];
}

/** As a dock writes down where it was. */
function placeAt(text) {
  const [, dock, slot] = /^dock (.+) slot (\d+) port \S+$/.exec(text) ?? [];
  return slot === undefined ? text : t("event.slot", { dock, slot });
}

function entry(event, logs) {
  const where = placeAt(event.place ?? "");
  const who = event.actor_kind === "dock" && where !== event.place ? "" : [event.actor_kind === "person" ? "" : t(`actor.${event.actor_kind}`), event.actor_name].filter(Boolean).join(" ");
  const head = h("p", { class: "event-head" }, moment(event.at ?? event.recorded_at), h("strong", {}, t(`event.${event.kind}`)));
  return about([head], h("li", { "data-kind": event.kind }, head,
    h("p", { class: "event-head" }, [who, where].filter(Boolean).join(", "), event.signed ? badge("grey", "check", t("event.signed")) : null),
    event.detail ? h("p", { class: "original" }, event.detail) : null,
    h("p", { class: "event-place" }, placeOf(event, logs))));
}

function custody({ all, more }, logs) {
  return section(t("clip.custody"), h("p", {}, t("clip.custody.do")), h("ol", { class: "timeline" }, all.map((event) => entry(event, logs))),
    more ? h("p", {}, t("clip.custody.more")) : null);
}

/** LAW L1, L8: who was shown it. Whether somebody is who wore the camera, the server says. */
function accesses(clip) {
  const officer = may([OFFICER]);
  const place = h("div", { class: "steps" });
  const look = () => place.replaceChildren(list({
    caption: t("clip.accesses"), path: `/api/v1/clips/${clip.clip}/accesses`, rows: "accesses", empty: t("clip.accesses.none"), emptyDo: t("clip.accesses.none.do"),
    columns: [
      { title: t("access.at"), cell: ({ at }) => moment(at) },
      ...(officer ? [{ title: t("access.name"), cell: ({ name }) => name ?? "" }] : []),
      { title: t("record.number"), cell: (one) => one.case_number },
      { title: t("access.reason"), cell: ({ reason }) => reason },
      { title: t("access.forget"), cell: (one) => moment(one.forget_at) },
    ],
  }));
  if (officer) {
    look();
  } else {
    place.append(h("p", {}, t("clip.accesses.own")), h("p", { class: "actions" }, h("button", { class: "button quiet", type: "button", onclick: look }, t("clip.accesses.show"))));
  }
  return officer || may(["wearer"]) ? section(t("clip.accesses"), place) : null;
}

export async function draw(main, { params, again }) {
  const clip = await shown(`/api/v1/clips/${params.clip}`);
  const [known, mine, history, { logs }] = await Promise.all([incidents(clip), waiting(), events(clip.clip), get("/api/v1/ledger")]);
  const asked = requests(clip, known);
  const [first, others] = [true, false].map((which) => offers(clip, again).filter((one) => one.first === which)
    .map(({ text, run }) => h("button", { class: which ? "button" : "button quiet", type: "button", onclick: run }, text)));
  main.replaceChildren(...[
    pageHead(isTimed(clip) || clip.day ? t("clip.of", { when: when(clip) }) : t("clip.untimed"), ...first),
    h("div", { class: "columns" }, section(t("clip.standing"), standing(clip, known)), section(t("clip.origin"), origin(clip))),
    blocks(clip),
    asked.length === 0 ? null : section(t("requests"), h("ul", { class: "requests" }, asked.map((one) => requestCard(one, again, { mine: mine.has(one.request) })))),
    others.length === 0 ? null : section(t("clip.can"), h("p", { class: "actions" }, others)),
    custody(history, logs),
    technical(clip),
    accesses(clip),
  ].filter(Boolean));
}
