/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * A policy is proposed: its file, byte for byte, checked by the server, and what it would change before anybody signs. */
import { asProblem, bytes, get, send } from "./api.js";
import { field, pageHead, problem } from "./components.js";
import { h } from "./dom.js";
import { add, language, t } from "./i18n.js";
import { changed, effect } from "./policy.js";
import { decide } from "./sign.js";
import texts from "./texts-policies.js";
import { encode } from "./webauthn.js";

add(texts);

const FILE_MOST = 32768; // bytes
const DAY_MS = 86_400_000;

function plain(text) {
  return text.replaceAll("\r\n", "\n").replaceAll("\r", "\n");
}

/** A text to be edited. What nobody has edited is still the bytes that came, whatever a browser does to its line ends. */
class Source {
  constructor() {
    this.control = h("textarea", { class: "code-text", rows: 22, required: true, spellcheck: "false", autocomplete: "off" });
    this.taken = { text: null, bytes: null };
  }

  take(data) {
    const text = plain(new TextDecoder("utf-8", { ignoreBOM: true }).decode(data));
    this.control.value = text;
    this.taken = { text, bytes: data };
    this.control.dispatchEvent(new Event("input", { bubbles: true }));
  }

  bytes() {
    return this.control.value === this.taken.text ? this.taken.bytes : new TextEncoder().encode(this.control.value);
  }

  /** Marks a line, counted from 1, and shows it. */
  show(line) {
    const before = this.control.value.split("\n").slice(0, line);
    const end = before.join("\n").length;
    const height = parseFloat(getComputedStyle(this.control).lineHeight);
    this.control.focus();
    this.control.setSelectionRange(end - before.at(-1).length, end);
    this.control.scrollTop = Math.max(0, (line - 5) * height);
  }
}

class Form {
  constructor() {
    this.source = new Source();
    this.file = h("input", { type: "file", accept: ".json,application/json", onchange: () => this.load() });
    const tomorrow = new Date(Date.now() + DAY_MS).toLocaleDateString("sv");
    this.date = h("input", { type: "date", required: true, min: tomorrow, value: tomorrow });
    this.fields = { file: field(t("policy.text"), this.source.control, t("policy.text.do")), date: field(t("policy.from.first"), this.date, t("policy.from.do")) };
    this.result = h("div", { class: "steps", role: "status" });
    this.turn = 0; // what is asked and edited, counted
    this.button = h("button", { class: "button", type: "submit" }, t("policy.check"));
    this.element = h("form", { onsubmit: (event) => { event.preventDefault(); this.attempt((isLate) => this.check(isLate)); }, oninput: () => this.forget() },
      field(t("policy.choose"), this.file, t("policy.choose.do")).element,
      h("p", { class: "actions" }, h("button", { class: "button quiet", type: "button", onclick: () => this.attempt((isLate) => this.loadCurrent(isLate)) }, t("policy.current"))),
      this.fields.file.element, this.fields.date.element, h("p", { class: "actions" }, this.button));
  }

  /** What was said of another text is said no more. */
  forget() {
    this.turn += 1;
    this.result.replaceChildren();
    Object.values(this.fields).forEach(({ fail }) => fail(""));
  }

  /** what(isLate): whether something else has been asked or edited meanwhile, of which its answer says nothing. */
  async attempt(what) {
    this.button.disabled = true;
    this.forget();
    const { turn } = this;
    const isLate = () => turn !== this.turn;
    try {
      await what(isLate);
    } catch (error) {
      const found = asProblem(error);
      if (!isLate()) {
        this.fail(found);
      }
    }
    this.button.disabled = false;
  }

  fail(found) {
    if (found.field in this.fields) {
      this.fields[found.field].fail(found.detail());
    } else {
      this.result.replaceChildren(problem(found));
    }
  }

  load() {
    const [file] = this.file.files;
    return this.attempt(async (isLate) => {
      const data = await file?.arrayBuffer();
      if (data !== undefined && !isLate()) {
        this.source.take(new Uint8Array(data));
      }
    });
  }

  /** To begin with the one that is in force. */
  async loadCurrent(isLate) {
    const { policies } = await get("/api/v1/policies?limit=100");
    const now = policies.find((one) => one.in_force);
    const data = now === undefined ? null : await bytes(`/api/v1/policies/${now.version}`);
    if (isLate()) {
      return;
    }
    if (data === null) {
      this.fields.file.fail(t("policies.none"));
    } else {
      this.source.take(data);
    }
  }

  async check(isLate) {
    const data = this.source.bytes();
    if (data.length > FILE_MOST) {
      this.fields.file.fail(t("policy.large"));
      return;
    }
    const asked = { file: encode(data), date: this.date.value };
    const { mistake, policy } = await send("POST", "/api/v1/policies/check", asked);
    if (isLate()) {
      return;
    }
    if (mistake !== null) {
      const where = mistake.where === "" ? "" : ` ${mistake.where}:`;
      this.fields.file.fail(t("policy.mistake", { line: mistake.line, what: `${where} ${mistake[language()]}` }));
      this.source.show(mistake.line);
    } else {
      await this.tell(policy, asked, JSON.parse(new TextDecoder().decode(data)), isLate);
    }
  }

  async tell(policy, asked, text, isLate) {
    const other = await changed(policy, text);
    if (isLate()) {
      return;
    }
    const begin = h("h2", { tabindex: -1 }, t("policy.good", { version: policy.version, title: policy.title }));
    this.result.replaceChildren(begin, other, effect(policy),
      h("p", { class: "hint" }, `SHA-256 ${policy.digest}`),
      h("p", { class: "actions" }, h("button", { class: "button", type: "button", onclick: () => this.propose(asked) }, t("policy.propose"))));
    begin.focus();
  }

  async propose(asked) {
    if (await decide(t("policy.propose"), { action: "policy", step: "propose", ...asked }) !== null) {
      location.hash = "#/policies";
    }
  }
}

export function draw(main) {
  const form = new Form();
  main.replaceChildren(pageHead(t("policy.new"), h("a", { class: "button quiet", href: "#/policies" }, t("policies.all"))),
    h("p", {}, t("policy.new.do")), form.element, form.result);
}
