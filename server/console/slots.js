/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What the dock says of a slot, in words and figures. */
import { percent, t, time } from "./i18n.js";

const ICONS = {
  empty: "none", connecting: "link", pulling: "down", sealing: "lock", finishing: "lock", waiting: "wait", ready: "check", attention: "warn",
  refused: "stop", fault: "stop", parked: "none",
};

export function word(slot) {
  return slot.offered ? t("slot.offered") : t(`state.${slot.state}`);
}

export function iconOf(slot) {
  return ICONS[slot.state];
}

/** 0 to 100 of all that is being transferred, or null. */
export function progress(slot) {
  return slot.percent ?? null;
}

export function figure(slot) {
  const done = progress(slot);
  return done === null ? "" : percent(done / 100);
}

function left(minutes) {
  if (minutes === 1) {
    return t("slot.seconds");
  }
  return minutes < 60 ? t("slot.minutes", { n: minutes }) : t("slot.hours", { hours: Math.floor(minutes / 60), minutes: minutes % 60 });
}

/** [{title, what}], most urgent first; none when there is nothing that a person has to know. */
export function notes(slot) {
  const again = slot.why.includes("again"); // then what these two say to do is the same
  return slot.why.filter((name) => !(again && (name === "silent" || name === "ended")))
    .map((name) => ({ title: t(`reason.${name}`), what: t(`reason.${name}.do`) }));
}

/** The line below the figure. What was to be done a while ago is not said of what is stale. */
export function hint(slot, stale) {
  const [note] = notes(slot);
  if (note) {
    return note.title;
  }
  if (stale) {
    return "";
  }
  if (slot.minutes !== undefined) {
    return left(slot.minutes);
  }
  if (slot.state === "empty" || slot.state === "parked") {
    return "";
  }
  return t(slot.offered ? "slot.lit" : slot.state === "ready" ? "slot.take" : "slot.leave");
}

const KINDS = { green: "ready", blue: "busy", yellow: "attention", red: "problem", grey: "free" };

/** How many slots are of each colour, those that are none left out: [{colour, text}]. */
export function summary(slots) {
  return Object.entries(KINDS)
    .map(([colour, kind]) => ({ colour, kind, n: slots.filter((slot) => slot.colour === colour).length }))
    .filter(({ n }) => n > 0)
    .map(({ colour, kind, n }) => ({ colour, text: t(`dock.${kind}`, { n }) }));
}

/** What is wrong with the whole, or to be known of it: [{colour, title, text}]. */
export function banners({ link, away, dock, at }) {
  const stale = at === null ? t("dock.unknown") : t("dock.stale", { time: time(at) });
  const all = [
    [link === "lost", "red", "dock.lost", stale],
    [link !== "lost" && away, "red", "dock.away", stale],
    [dock?.stopping, "grey", "dock.stopping"],
    [dock?.keeper_up === false, "yellow", "dock.keeper"],
    [dock?.database_up === false, "yellow", "dock.database"],
    [dock?.space_low, "yellow", "dock.space"],
  ];
  return all.filter(([shown]) => shown).map(([, colour, key, text]) => ({ colour, title: `${t(key)}.`, text: text ?? t(`${key}.do`) }));
}

/** whether what is shown may have been overtaken. */
export function isStale({ link, away }) {
  return link === "lost" || away;
}
