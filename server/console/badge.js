/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What a reader types that is a keyboard to this machine: a badge's characters, and Enter. They go nowhere else, whatever
 * has the focus, and are shown nowhere. */

const LONGEST = 64;
const PAUSE_MS = 3_000; // whoever types by hand is slower than a reader
const END_MS = 300; // some end with two keys
const FIELDS = "input, textarea";

function isText(event) {
  return event.key.length === 1 && !event.ctrlKey && !event.altKey && !event.metaKey;
}

/** Calls back with each badge. */
export function listen(read) {
  let typed = "";
  let pause = null;
  let ended = -Infinity;
  const keep = (text) => {
    clearTimeout(pause);
    typed = text.slice(0, LONGEST + 1); // one too long is none
    pause = setTimeout(() => { typed = ""; }, PAUSE_MS);
  };
  const take = (event) => {
    event.preventDefault();
    event.stopPropagation();
  };
  addEventListener("keydown", (event) => {
    const beside = event.target instanceof Element && event.target.closest(FIELDS) !== null;
    if (beside || (typed === "" && event.key === " ")) { // a space presses a button
      return;
    }
    if (isText(event)) {
      take(event);
      keep(typed + event.key);
    } else if (event.key === "Enter" && typed !== "") {
      const badge = typed.trim();
      take(event);
      keep("");
      ended = event.timeStamp;
      if (badge !== "") {
        read(badge);
      }
    } else if (event.key === "Enter" && event.timeStamp - ended < END_MS) {
      take(event);
    }
  }, { capture: true });
}
