/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Lists of the API, a page at a time. */
import { asProblem } from "./api.js";
import { loading, problem, state, table } from "./components.js";
import { h, plain, say } from "./dom.js";
import { number, t } from "./i18n.js";
import { forget, shown } from "./news.js";

const ROW_LEAST = 20; // a page may be short, and have a next one all the same:
const ASKED_MOST = 10; // so many are asked for at once

class List {
  constructor(wanted) {
    this.wanted = wanted;
    this.rows = [];
    this.cursor = null;
    this.turn = 0;
    this.content = h("div", {}, loading());
    this.trouble = h("div", {});
    this.count = h("p", { class: "unseen", role: "status" });
    this.more = h("button", { class: "button quiet", type: "button", hidden: true, onclick: () => this.load() }, t("list.more"));
    this.element = h("div", { class: "list" }, this.content, this.count, this.trouble, this.more);
  }

  path() {
    const query = new URLSearchParams(Object.entries(this.wanted.query ?? {}).map(([name, value]) => [name, plain(`${value ?? ""}`)]).filter(([, value]) => value !== ""));
    if (this.cursor !== null) {
      query.set("cursor", this.cursor);
    }
    return `${query}` !== "" ? `${this.wanted.path}?${query}` : this.wanted.path;
  }

  /** Whoever has asked for something else meanwhile is not shown what comes too late. */
  async load() {
    const turn = ++this.turn;
    this.trouble.replaceChildren();
    try {
      const least = this.rows.length + ROW_LEAST;
      for (let i = 0; i < ASKED_MOST && (i === 0 || (this.rows.length < least && this.cursor !== null)); i++) {
        const page = await shown(this.path());
        if (turn !== this.turn) {
          return;
        }
        this.rows.push(...page[this.wanted.rows]);
        this.cursor = page.next ?? null;
      }
      this.draw();
    } catch (error) {
      if (turn !== this.turn) {
        return;
      }
      this.fail(problem(asProblem(error), () => this.load()));
    }
  }

  /** What is there stays. */
  fail(told) {
    if (this.rows.length > 0) {
      this.draw();
      this.trouble.replaceChildren(told);
    } else {
      this.content.replaceChildren(told);
      this.more.hidden = true;
    }
  }

  /** From the beginning, with another query; until then what is there stays. */
  reload(query = this.wanted.query) {
    forget(this.wanted.path);
    this.wanted = { ...this.wanted, query };
    this.rows = [];
    this.cursor = null;
    return this.load();
  }

  draw() {
    const { caption, columns, empty, emptyDo } = this.wanted;
    const none = this.rows.length === 0 && this.cursor === null;
    const focused = this.content.contains(document.activeElement) || (this.cursor === null && document.activeElement === this.more);
    this.content.replaceChildren(none ? state("empty", empty, emptyDo) : table(caption, columns, this.rows));
    if (focused) {
      this.content.firstElementChild.focus({ preventScroll: true });
    }
    say(this.count, none ? "" : t("list.count", { n: number(this.rows.length) }));
    this.more.hidden = this.cursor === null;
  }
}

/** A table of {caption, path, query, rows: the member that has them, columns: as of table(), empty, emptyDo: what is said when there
 * are none}. It fills itself; what it returns goes into the page at once. */
export function list(wanted) {
  return listing(wanted).element;
}

/** The same as {element, reload(query)}, for what is filtered or changed while it is looked at. */
export function listing(wanted) {
  const made = new List(wanted);
  made.load();
  return made;
}
