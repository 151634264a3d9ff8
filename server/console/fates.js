/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What recordings and requests are, in words, figures and colours. */
import { now } from "./api.js";
import { badge, moment, progressBar } from "./components.js";
import { h } from "./dom.js";
import { add, dateTime, day as dayOf, number, t } from "./i18n.js";
import texts from "./texts-fates.js";

add(texts);

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const CLOCK_LEAST = Date.UTC(2000, 0, 1); // a clock that starts anew says less
const SOON_DAYS = 3; // as people are told of marked ones (INCIDENTS.md)

const STATES = {
  sealed: ["blue", "lock"], quarantined: ["yellow", "warn"], pending: ["yellow", "wait"], held: ["green", "check"], released: ["grey", "none"],
  erasing: ["yellow", "wait"], erased: ["grey", "stop"], expired_on_arrival: ["grey", "stop"],
};
const INTEGRITY = { VALID: ["green", "check"], TRUNCATED: ["blue", "none"], UNSIGNED_TAIL: ["yellow", "warn"], GAP: ["red", "warn"], INVALID: ["red", "stop"] };
const PROVENANCE = { TRUSTED: ["green", "check"], SEALED_BY_DOCK: ["blue", "lock"], UNKNOWN_KEY: ["red", "warn"], REVOKED: ["red", "stop"] };
const OUTCOMES = { open: ["yellow", "wait"], approved: ["green", "check"], refused: ["red", "stop"], withdrawn: ["grey", "none"], lapsed: ["grey", "none"] };
const INCIDENTS = { open: ["blue", "lock"], ended: ["grey", "none"], forgotten: ["grey", "none"] };

export const CLIP_STATES = Object.keys(STATES);
export const VERDICTS = { integrity: Object.keys(INTEGRITY), provenance: Object.keys(PROVENANCE) };
export const INCIDENT_STATES = Object.keys(INCIDENTS);

export function stateBadge(state) {
  return badge(...STATES[state], t(`standing.${state}`));
}

/** What recorded people are told of that (LAW L7), which is less. */
export function told(fate) {
  return t(`standing.${fate === "not-taken" ? "expired_on_arrival" : fate}`);
}

export function integrityBadge(integrity) {
  return badge(...INTEGRITY[integrity], t(`integrity.${integrity}`));
}

export function verdicts({ integrity, provenance }) {
  return h("span", { class: "badges" }, integrityBadge(integrity),
    badge(...PROVENANCE[provenance], t(`provenance.${provenance}`)));
}

export function outcomeBadge(outcome) {
  return badge(...OUTCOMES[outcome], t(`outcome.${outcome}`));
}

export function incidentBadge(state) {
  return badge(...INCIDENTS[state], t(`matter.${state}`));
}

/** Of a recording that the wearer marked; nothing for any other. */
export function mark({ marked, unasked }) {
  return marked ? badge(unasked ? "yellow" : "grey", unasked ? "warn" : "check", t(unasked ? "clip.unasked" : "clip.marked")) : null;
}

/** Whether nothing is left of it, or soon will be. */
export function isOver({ state }) {
  return ["erasing", "erased", "expired_on_arrival"].includes(state);
}

/** Nights that are left, as a number and a bar of all that it has; what is kept has none. */
export function daysLeft({ days_left: left, day, due_at: due, state }) {
  if (state === "held") {
    return t("clip.kept");
  }
  if (left === undefined) {
    return isOver({ state }) ? "" : t("clip.dayless");
  }
  const all = Math.max(1, Math.round((Date.parse(due) - Date.parse(day)) / DAY_MS));
  const colour = left <= 1 ? "red" : left <= SOON_DAYS ? "yellow" : "blue";
  return h("span", { class: "left", "data-colour": colour },
    progressBar(t("clip.left"), Math.min(100, (left * 100) / all), left === 0 ? t("clip.due") : t("clip.days", { n: number(left) })));
}

/** Whether the camera's clock says when it was made: not one that it had lost, nor another day than the one that is known. */
export function isTimed({ started_at: started, day }) {
  return Boolean(started) && Date.parse(started) > CLOCK_LEAST && (day === undefined || new Date(started).toLocaleDateString("sv") === day);
}

/** What a recording is called where it has no other name: when it was made. */
export function when(clip) {
  return isTimed(clip) ? dateTime(Date.parse(clip.started_at)) : clip.day ? dayOf(clip.day) : t("clip.timeless");
}

/** A recording's page, by its name. */
export function clipLink(clip) {
  return h("a", { href: `#/clips/${clip.clip}` }, isTimed(clip) ? moment(clip.started_at) : when(clip));
}

/** "3 min 20 s" between two times of the API; nothing where one is not known. */
export function length({ started_at: from, ended_at: until }) {
  if (!from || !until) {
    return "";
  }
  const seconds = Math.max(0, Math.round((Date.parse(until) - Date.parse(from)) / 1000));
  return seconds < 60 ? t("clip.seconds", { seconds }) : t("clip.minutes", { minutes: number(Math.floor(seconds / 60)), seconds: seconds % 60 });
}

/** How long until a time of the API, in the two largest units; what is past has lapsed. */
export function until(text) {
  const ms = Date.parse(text) - now();
  if (ms <= 0) {
    return t("time.over");
  }
  const [days, hours, minutes] = [Math.floor(ms / DAY_MS), Math.floor((ms % DAY_MS) / HOUR_MS), Math.floor((ms % HOUR_MS) / MINUTE_MS)];
  return days > 0 ? t("time.days", { n: days, hours }) : hours > 0 ? t("time.hours", { hours, minutes }) : t("time.minutes", { minutes: Math.max(1, minutes) });
}

/** "Sicherung: Strafverfolgung" */
export function matter({ action, ground }) {
  return ground ? `${t(`action.${action}`)}: ${t(`ground.${ground}`)}` : t(`action.${action}`);
}
