/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * A recording that is being shown (docs/PLAYBACK.md 4). What was read of it is in this page's memory, and goes with it: M-032. */
import { asProblem, get, part, Problem } from "./api.js";
import { pageHead, problem, state } from "./components.js";
import { h } from "./dom.js";
import { isPlayable } from "./feed.js";
import { add, t } from "./i18n.js";
import { Player } from "./player.js";
import { session } from "./session.js";
import texts from "./texts-opening.js";

add(texts);

const ASKED_MOST = 10;
const ASKED_AGAIN_MS = 500;

function over(main, why, clip) {
  main.replaceChildren(pageHead(t("opening")),
    state("missing", t("opening.over"), t(`over.${why}`), clip ? h("a", { class: "button", href: `#/clips/${clip}` }, t("opening.to")) : null));
}

/** What the page is left with: end() when somebody goes elsewhere; stay() when it is only drawn anew, in another language or for nobody. */
function leaving(end, stay) {
  const own = location.hash;
  addEventListener("pagehide", end);
  return () => {
    removeEventListener("pagehide", end);
    (location.hash !== own && session() !== null ? end : stay)();
  };
}

/** What was broken off may still be at work: M-021. */
async function ask(path) {
  for (let asked = 1; ; asked++) {
    try {
      return { told: await get(path), why: null };
    } catch (error) {
      if (error.status !== 429 || asked === ASKED_MOST) {
        return { told: null, why: asProblem(error) };
      }
      await new Promise((done) => { setTimeout(done, ASKED_AGAIN_MS); });
    }
  }
}

export async function draw(main, { params: { opening }, again }) {
  const path = `/api/v1/openings/${opening}`;
  const { told, why } = await ask(path);
  if (why?.status === 404) {
    over(main, "none", null);
    return null;
  }
  if (why !== null || !isPlayable(told.mime)) {
    main.replaceChildren(pageHead(t("opening")), why !== null ? problem(why, again)
      : problem(new Problem({ status: 0, title: t("opening.codec"), detail: t("opening.codec.do", { mime: told.mime }) })));
    return leaving(() => part(path), () => {});
  }
  const player = new Player(main, path, told, (how) => over(main, how, told.clip));
  player.open().then(() => player.isOver || player.region.focus({ preventScroll: true }));
  return leaving(() => player.end(), () => player.close(false));
}
