/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What a person decides (API.md, "Statements"), in a dialog of two steps: why, and what else is asked for; then all that
 * would be signed, in words, and the key. */
import { asProblem, send } from "./api.js";
import { dialog, facts, field, problem } from "./components.js";
import { h } from "./dom.js";
import { language, t } from "./i18n.js";
import { effect } from "./policy.js";
import { answer } from "./webauthn.js";

const STATEMENTS = "/api/v1/statements";

/** The lines of a statement; the first says what it is. */
export function words(lines) {
  const [first, ...rest] = lines[language()];
  return [h("h3", {}, first.text), facts(rest.map(({ name, text }) => [name, text]))];
}

function notes(said) {
  return said.map((note) => h("p", { class: "note" }, note[language()]));
}

class Decision {
  constructor(title, deed, fields, done) {
    this.deed = deed;
    this.fields = [...fields, { name: "reason", label: t("sign.reason"), hint: t("sign.reason.do"), control: h("textarea", { rows: 3, required: true, maxlength: 1000 }) }];
    this.said = null;
    this.place = h("div", { class: "steps" });
    this.box = dialog(title, this.place);
    this.box.addEventListener("close", () => done(this.said));
    this.ask();
  }

  /** What goes wrong is said at its field, or below everything; the step stays. */
  tell(error) {
    const found = asProblem(error);
    const at = this.drawn?.find(({ name }) => name === found.field || `record.${found.field}` === name);
    this.trouble.replaceChildren(...(at ? [] : [problem(found)]));
    at?.fail(found.detail());
    this.buttons(false);
    at?.control.focus();
  }

  buttons(busy) {
    this.place.querySelectorAll("button").forEach((button) => { button.disabled = busy; });
  }

  async attempt(what) {
    this.buttons(true);
    this.trouble.replaceChildren();
    try {
      await what();
    } catch (error) {
      this.tell(error);
    }
  }

  step(...content) {
    this.trouble = h("div", { role: "status" });
    this.place.replaceChildren(...content.filter((one) => one !== null), this.trouble);
  }

  ask() {
    this.drawn = this.fields.map(({ name, label, hint, control }) => ({ name, control, ...field(label, control, hint) }));
    const form = h("form", { onsubmit: (event) => { event.preventDefault(); this.attempt(() => this.prepare()); } },
      this.drawn.map(({ element }) => element),
      h("p", { class: "actions" }, h("button", { class: "button", type: "submit" }, t("sign.next"))));
    this.step(form);
    this.fields[0].control.focus();
  }

  async prepare() {
    const deed = structuredClone(this.deed);
    for (const { name, control, put } of this.fields) {
      if (put) {
        put(deed, control);
      } else if (control.value !== "") {
        deed[name] = control.value;
      }
    }
    this.drawn.forEach(({ fail }) => fail(""));
    const draft = await send("POST", `${STATEMENTS}/prepare`, deed);
    if (draft.state === "done") {
      this.end(draft);
    } else {
      this.show(draft);
    }
  }

  show(draft) {
    const sign = h("button", { class: "button", type: "button", onclick: () => this.attempt(() => this.sign(draft)) }, t("sign.sign"));
    const begin = h("p", { tabindex: -1 }, t("sign.words")); // what is to be read is read from here on
    this.step(begin, ...words(draft.lines),
      draft.policy === null ? null : effect(draft.policy),
      draft.proposal === null ? null : h("section", { class: "answered" }, h("p", {}, t("sign.answered")), ...words(draft.proposal)),
      ...notes(draft.notes),
      h("p", { class: "actions" }, sign, h("button", { class: "button quiet", type: "button", onclick: () => this.ask() }, t("sign.back"))));
    begin.focus();
  }

  async sign(draft) {
    const { id: _, ...assertion } = await answer(draft.challenge, draft.rp_id, draft.credentials);
    await this.hand({ body: draft.body, assertion, ...(draft.record === null ? {} : { record: draft.record }), ...(this.deed.file === undefined ? {} : { file: this.deed.file }) });
  }

  /** What is stored and not delivered is sent again as it was. */
  async hand(signed) {
    this.said = await send("POST", STATEMENTS, signed);
    if (this.said.state === "done") {
      this.end(this.said);
      return;
    }
    this.step(h("p", {}, h("strong", {}, t("sign.stored"))), h("p", {}, t("sign.stored.do")), ...notes(this.said.notes),
      h("p", { class: "actions" }, h("button", { class: "button", type: "button", onclick: () => this.attempt(() => this.hand(signed)) }, t("retry"))));
  }

  /** Without anything to say it is over. */
  end(said) {
    this.said = said;
    if (said.notes.length === 0) {
      this.box.close();
    } else {
      this.step(h("p", {}, h("strong", {}, t("sign.done"))), ...notes(said.notes));
    }
  }
}

/** Has a deed signed (docs/openapi.yaml, Deed; without its reason). fields: what else is asked for, [{name, label, hint, control,
 * put(deed, control)}]: without put, deed[name] is what the control has. Resolves to what the server said (Stated, or NothingToSign),
 * or to null when nobody has signed. */
export function decide(title, deed, fields = []) {
  return new Promise((done) => {
    new Decision(title, deed, fields, done);
  });
}
