/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * One incident: what is known of it, its recordings, and what was asked and answered for it. */
import { facts, moment, pageHead, section, state, table } from "./components.js";
import { addClip, changeIncident, hold, holdAhead, mayHold, removeClip, requestCard, subject, waiting } from "./deeds.js";
import { h } from "./dom.js";
import { clipLink, incidentBadge, stateBadge } from "./fates.js";
import { handOver, held, mayHandOver } from "./handover.js";
import { add, number, t } from "./i18n.js";
import { shown } from "./news.js";
import { HOLDERS } from "./roles.js";
import { may } from "./session.js";
import texts from "./texts-incident.js";
import { position } from "./timeline.js";

add(texts);

function button(text, run, quiet = true) {
  return h("button", { class: quiet ? "button quiet" : "button", type: "button", onclick: run }, text);
}

function version(one) {
  return facts([
    [t("record.cause"), t(`ground.${one.cause}`)],
    [t("record.offence"), one.offence],
    [t("record.danger"), one.danger],
    [t("record.from"), moment(one.from_at)],
    [t("record.until"), moment(one.until_at)],
    [t("record.place"), one.place],
    [t("record.accused"), one.accused],
    [t("record.injured"), one.injured.join(", ")],
    [t("record.assault"), t(`answer.${one.assault ? "yes" : "no"}`)],
    [t("record.prosecutor"), one.prosecutor],
    [t("incident.version"), t("incident.signed", { version: number(one.version), name: one.signed_by ?? t("incident.unsigned") })],
    [t("incident.since"), moment(one.since)],
  ]);
}

function known({ versions, forgotten_at: forgotten }) {
  const [last, ...earlier] = [...versions].reverse();
  return section(t("incident.known"),
    last ? version(last) : h("p", {}, t("incident.forgotten"), " ", moment(forgotten)),
    earlier.length === 0 ? null : h("details", {}, h("summary", {}, t("incident.earlier", { n: number(earlier.length) })),
      h("ol", { class: "versions" }, earlier.map((one) => h("li", {}, version(one))))));
}

function clips(incident, again) {
  const actions = (clip) => h("span", { class: "actions" },
    mayHold(clip) ? button(t("do.hold"), () => hold(clip, again, incident.case_number)) : null,
    clip.state === "held" ? null : button(t("do.remove"), () => removeClip(incident, clip, again)));
  return section(t("incident.clips"), incident.clips.length === 0 ? state("empty", t("incident.clips.none"), t("incident.clips.none.do"))
    : table(t("incident.clips"), [
      { title: t("incident.when"), cell: clipLink },
      { title: t("incident.state"), cell: (clip) => stateBadge(clip.state) },
      { title: t("incident.due"), cell: (clip) => (clip.state === "held" ? t("clip.kept") : moment(clip.due_at)) },
      { title: t("incident.by"), cell: (clip) => [clip.signed_by ?? t("incident.byhold"), h("br"), moment(clip.since)] },
      { title: t("incident.do"), cell: actions },
    ], incident.clips));
}

function removed(incident) {
  return incident.removed.length === 0 ? null : section(t("incident.removed"), table(t("incident.removed"), [
    { title: t("incident.when"), cell: clipLink },
    { title: t("incident.by"), cell: (clip) => clip.signed_by ?? "" },
    { title: t("incident.since"), cell: (clip) => moment(clip.since) },
  ], incident.removed));
}

function stills(incident) {
  return incident.stills.length === 0 ? null : section(t("incident.stills"), table(t("incident.stills"), [
    { title: t("incident.when"), cell: clipLink },
    { title: t("incident.stills.at"), cell: (still) => [h("span", { class: "figure" }, position(still.at_ms / 1000, true)), h("br"), `${still.width} × ${still.height}`] },
    { title: t("incident.stills.digest"), cell: (still) => h("span", { class: "digest" }, still.picture) },
    { title: t("incident.by"), cell: (still) => [still.signed_by ?? t("incident.unsigned"), h("br"), moment(still.since)] },
  ], incident.stills));
}

function requests(title, all, incident, mine, again, none) {
  const there = [...incident.clips, ...incident.removed];
  return section(title, all.length === 0 ? h("p", { class: "hint" }, none)
    : h("ul", { class: "requests" }, [...all].reverse().map((one) => requestCard(one, again, { incident, whose: subject(one, there), mine: mine.has(one.request) }))));
}

export async function draw(main, { params, again }) {
  const [incident, mine] = await Promise.all([shown(`/api/v1/incidents/${params.incident}`), waiting()]);
  const alive = incident.state !== "forgotten";
  const openings = incident.requests.filter(({ action }) => action === "open");
  const others = incident.requests.filter(({ action }) => action !== "open");
  main.replaceChildren(...[
    pageHead(t("incident.of", { number: incident.case_number }), incidentBadge(incident.state), ...(alive ? [
      button(t("do.change"), () => changeIncident(incident, again)),
      button(t("do.add"), () => addClip(incident, again)),
      may(HOLDERS) ? button(t("do.ahead"), () => holdAhead(incident, again)) : null,
      mayHandOver() && held(incident).length > 0 ? button(t("do.handover"), () => handOver(incident, again)) : null] : [])),
    known(incident),
    clips(incident, again),
    requests(t("requests"), others, incident, mine, again, t("incident.requests.none")),
    requests(t("incident.openings"), openings, incident, mine, again, t("incident.openings.none")),
    stills(incident),
    removed(incident),
  ].filter(Boolean));
}
