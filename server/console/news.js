/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Whether what a page shows is still so (API.md, "What is new"). The server says which lists have changed; those of them that the page
 * shows are asked for again, and only when the answer is another one there is something new. It is never drawn by itself: nothing moves
 * under anybody's hand, and a page that nobody sits before does not use its session. */
import { isOther, tagged } from "./api.js";
import { follow } from "./live.js";

const PAUSE_MS = 5_000; // between looks, of which each is a question for all that the page shows,
const SPREAD_MS = 500; // and not of all browsers at once
const PATIENCE_MS = 3_000; // a stream may be opened again at once

/** The list that a path belongs to, as the server calls it. */
function isOf(path, list) {
  const rest = path.replace(/^\/api\/v1\//, "");
  return rest.startsWith(list) && ["", "?", "/"].includes(rest.charAt(list.length));
}

class News {
  constructor() {
    this.tell = () => {};
    this.heard = null; // {since, lists}, as it was said last
    this.end = null;
    this.open();
  }

  /** tell: called with "none", "new", "unknown" (whether there is something), "ended". */
  begin(tell) {
    this.tell = tell;
    this.end ??= follow("news", (state) => this.hear(state));
  }

  stop() {
    this.end?.();
    this.end = null;
    this.heard = null;
    this.open();
  }

  /** Another page, or the same one anew. */
  open() {
    clearTimeout(this.timer);
    clearTimeout(this.patience);
    this.page = { tags: new Map(), due: Date.now(), is: "none" }; // tags: {tag, known: what was heard when it was asked for}, by path
    this.tell("none");
  }

  say(is) {
    if (this.page.is !== is && this.page.is !== "new") {
      this.page.is = is;
      this.tell(is);
    }
  }

  hear(state) {
    clearTimeout(this.patience);
    if (state.link === "ended") {
      this.tell("ended");
    } else if (state.link === "live" && !state.away && state.news !== null) {
      this.heard = state.news;
      this.say("none");
      this.plan();
    } else {
      this.patience = setTimeout(() => this.page.tags.size > 0 && this.say("unknown"), PATIENCE_MS);
    }
    if (state.link === "refused") { // for this reason, or another
      isOther("/api/v1/session", "").catch((error) => this.fail(error));
    }
  }

  fail({ status }) {
    if (status === 401) {
      this.end?.(); // what is over is not asked about again
      this.end = null;
      this.tell("ended");
    }
  }

  /** Of what is shown, what may be other by now: [[path, {tag, known}], …]. */
  changed() {
    const { since, lists } = this.heard;
    const isNew = (known, name) => known === null || known.since !== since || known.lists[name] !== lists[name];
    return [...this.page.tags].filter(([path, { known }]) => Object.keys(lists).some((name) => isOf(path, name) && isNew(known, name)));
  }

  plan() {
    clearTimeout(this.timer);
    if (this.heard !== null && this.page.is !== "new" && this.changed().length > 0) {
      this.timer = setTimeout(() => this.look(this.page), Math.max(0, this.page.due - Date.now()) + Math.random() * SPREAD_MS);
    }
  }

  async look(page) {
    const wanted = this.changed();
    const { heard } = this;
    page.due = Date.now() + PAUSE_MS;
    try {
      for (const [path, one] of wanted) {
        if (page.tags.get(path) === one && await isOther(path, one.tag) && page.tags.get(path) === one) {
          if (page === this.page) {
            this.say("new");
          }
          return;
        }
        one.known = heard;
      }
    } catch (error) { // it is looked at when the next thing is new
      this.fail(error);
    }
  }
}

const news = new News();

/** What a page shows, from now on watched. */
export async function shown(path) {
  const { page, heard } = news;
  const { tag, body } = await tagged(path);
  page.tags.set(path, { tag, known: heard });
  if (page === news.page) {
    news.plan(); // what was heard since may be about what had been answered by then
  }
  return body;
}

/** Nothing below this path is shown any more. */
export function forget(path) {
  const { tags } = news.page;
  [...tags.keys()].filter((one) => one === path || one.startsWith(`${path}?`)).forEach((one) => tags.delete(one));
}

export default news;
