/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What a person decides (API.md, "Statements"), in a dialog of two steps: why, and what else is asked for; then all that
 * would be signed, in words, and the key. */
import { asProblem, Problem, send } from "./api.js";
import { busy, dialog, facts, field, moment, problem, state } from "./components.js";
import { bytesOf, h, plain } from "./dom.js";
import { language, number, t } from "./i18n.js";
import { cardWords, ofDraft, planWords } from "./plan.js";
import { effect } from "./policy.js";
import { withPasskey } from "./session.js";
import { answer } from "./webauthn.js";

const STATEMENTS = "/api/v1/statements";
const BESIDE = { "hand-over": "plan", recipient: "card" }; // of which the digest is signed

/** The lines of a statement; the first says what it is. */
export function words(lines) {
  const [first, ...rest] = lines[language()];
  return [h("h3", {}, first.text), facts(rest.map(({ name, text }) => [name, broken(text)]))];
}

/** A digest is broken where a line ends; nothing else is. */
function broken(text) {
  return /^[0-9a-f]{64}$/.test(text) ? h("span", { class: "digest" }, text) : text;
}

/** A value of a record, as its control has it. */
function shown(control, value) {
  if (control.localName === "select") {
    const name = typeof value === "boolean" ? (value ? "yes" : "no") : value;
    return [...control.options].find((one) => one.value === name)?.textContent ?? name;
  }
  return control.type === "datetime-local" ? moment(value) : Array.isArray(value) ? value.join(", ") : broken(value);
}

/** What is written down, of which a digest is signed: as it comes back with the signature. */
function written(record, fields, more) {
  const known = fields.map(({ name, ...one }) => ({ ...one, key: name.replace(/^record\./, "") })).filter(({ key }) => Object.hasOwn(record, key));
  const other = record.clip === undefined || known.some(({ key }) => key === "clip") ? [] : [[t("clip"), h("span", { class: "digest" }, record.clip)]];
  return h("section", { class: "answered" }, h("p", {}, t("sign.written")),
    facts([...known.map(({ key, label, control }) => [label, shown(control, record[key])]), ...more(record), ...other]));
}

/** What is signed by its digest, as this browser reads it of the bytes that have that digest. about: {known, name} of its recordings. */
async function read(draft, action, about) {
  const what = BESIDE[action] ?? null;
  const said = await ofDraft(draft, what);
  if (what === null) {
    return null;
  }
  return h("section", { class: "answered" }, h("p", {}, t(what === "plan" ? "plan.said" : "plan.card")), what === "plan" ? planWords(said, about.known, about.name) : cardWords(said));
}

function notes(said) {
  return said.map((note) => h("p", { class: "note" }, note[language()]));
}

/** A limit counts bytes, and browsers count letters. */
function measure({ name, control }) {
  if (control.maxLength > 0 && bytesOf(plain(control.value)) > control.maxLength) {
    throw new Problem({ status: 0, field: name, title: t("sign.long"), detail: t("sign.long.do", { n: number(control.maxLength) }) });
  }
}

/** What the page behind shows is so no more: somebody else has decided meanwhile. */
function isOvertaken({ status }) {
  return status === 404 || status === 409;
}

/** Nobody knows what became of what was handed in; a definite answer says so by its status. */
function isUnsure({ status }) {
  return status === 0 || status >= 500;
}

class Decision {
  constructor(title, deed, fields, more, done) {
    this.deed = deed;
    this.more = more.written ?? (() => []);
    this.about = more.about ?? { known: [], name: () => "" };
    this.fields = [...fields, { name: "reason", label: t("sign.reason"), hint: t("sign.reason.do"), control: h("textarea", { rows: 3, required: true, maxlength: 1000 }) }];
    this.said = null;
    this.work = Promise.resolve(); // what is under way
    this.closed = new AbortController();
    this.place = h("div", { class: "steps" });
    this.box = dialog(title, this.place);
    this.box.classList.add("decision");
    this.box.addEventListener("close", () => {
      this.closed.abort();
      this.work.then(() => done(this.said)); // what was handed in already is not taken back
    });
    this.ask();
  }

  /** what goes wrong is said at its field where that is there to see, or below everything; the step stays. */
  tell(error) {
    const found = asProblem(error);
    if (isOvertaken(found)) {
      this.said ??= { state: "refused", notes: [], answer: null };
    }
    const at = this.drawn.find(({ name }) => name === found.field || `record.${found.field}` === name);
    this.trouble.replaceChildren(...(at ? [] : [found.status === 401 ? this.ended() : problem(found)]));
    this.trouble.scrollIntoView({ block: "nearest" });
    at?.fail(found.detail());
    at?.control.focus();
  }

  /** whose session has ended meanwhile goes on after signing in: what was filled in is still there. */
  ended() {
    const enter = h("button", { class: "button", type: "button", onclick: () => this.attempt(withPasskey) }, t("enter"));
    return state("error", t("enter.again"), t("sign.ended"), enter);
  }

  attempt(what) {
    this.trouble.replaceChildren();
    this.work = busy(this.place, () => what().catch((error) => this.tell(error)));
  }

  /** What is to be read is read from its beginning on. */
  step(first, ...content) {
    this.drawn = [];
    this.trouble = h("div", { role: "status" });
    this.place.replaceChildren(first, ...content.filter(Boolean), this.trouble);
    first.focus();
  }

  ask() {
    const drawn = this.fields.map(({ name, label, hint, control, made }) => ({ name, ...(made ?? field(label, control, hint)) }));
    const form = h("form", { onsubmit: (event) => { event.preventDefault(); this.attempt(() => this.prepare()); } },
      drawn.map(({ element }) => element),
      h("p", { class: "actions" }, h("button", { class: "button", type: "submit" }, t("sign.next"))));
    this.step(form);
    this.drawn = drawn;
    drawn[0].control.focus();
  }

  async prepare() {
    const deed = structuredClone(this.deed);
    for (const { name, control, put } of this.fields) {
      if (put) {
        put(deed, control);
      } else if (control.value !== "") {
        deed[name] = plain(control.value);
      }
    }
    this.drawn.forEach(({ fail }) => fail(""));
    this.drawn.forEach(measure);
    const draft = await send("POST", `${STATEMENTS}/prepare`, deed);
    if (draft.state === "done") {
      this.end(draft);
    } else {
      await this.show(draft);
    }
  }

  async show(draft) {
    const said = await read(draft, this.deed.action, this.about);
    const sign = h("button", { class: "button", type: "button", onclick: () => this.attempt(() => this.sign(draft)) }, t("sign.sign"));
    this.step(h("p", { tabindex: -1 }, t("sign.words")), ...words(draft.lines),
      draft.record === null ? null : written(draft.record, this.fields, this.more),
      draft.policy === null ? null : effect(draft.policy), said,
      draft.proposal === null ? null : h("section", { class: "answered" }, h("p", {}, t("sign.answered")), ...words(draft.proposal)),
      ...notes(draft.notes),
      h("p", { class: "actions" }, sign, h("button", { class: "button quiet", type: "button", onclick: () => this.ask() }, t("sign.back"))));
  }

  /** */
  async sign(draft) {
    const { id: _, ...assertion } = await answer(draft.challenge, draft.rp_id, draft.credentials, this.closed.signal);
    if (!this.closed.signal.aborted) {
      await this.hand({ body: draft.body, assertion, ...(draft.record === null ? {} : { record: draft.record }), ...this.beside(draft) });
    }
  }

  /** What is signed by its digest goes with it when it is proposed. */
  beside({ file }) {
    const data = this.deed.step === "propose" ? this.deed.file ?? file : null;
    return data ? { file: data } : {};
  }

  /** What is stored and not delivered is sent again as it was, and so is what no answer came to. */
  async hand(signed) {
    try {
      this.said = await send("POST", STATEMENTS, signed);
    } catch (error) {
      if (!isUnsure(error)) {
        throw error;
      }
      this.said = { state: "unknown", notes: [], answer: null };
      this.wait(signed, "sign.unsure", [problem(error)]);
      return;
    }
    if (this.said.state === "done") {
      this.end(this.said);
    } else {
      this.wait(signed, "sign.stored", notes(this.said.notes));
    }
  }

  wait(signed, text, more) {
    this.step(h("p", { tabindex: -1 }, h("strong", {}, t(text))), h("p", {}, t(`${text}.do`)), ...more,
      h("p", { class: "actions" }, h("button", { class: "button", type: "button", onclick: () => this.attempt(() => this.hand(signed)) }, t("retry"))));
  }

  /** Without anything to say it is over. */
  end(said) {
    this.said = said;
    if (said.notes.length === 0) {
      this.box.close();
    } else {
      this.step(h("p", { tabindex: -1 }, h("strong", {}, t("sign.done"))), ...notes(said.notes));
    }
  }
}

/** Has a deed signed (docs/openapi.yaml, Deed; without its reason). fields: what else is asked for, [{name, label, hint, control,
 * put(deed, control), made}]: without put, deed[name] is what the control has; made: as field() makes it, where that is another one.
 * more.written(record): what is written down besides, as facts() takes it; more.about: {known, name(clip)} of the recordings of a plan. Resolves to what the server said (Stated, or NothingToSign), with state "unknown" where it did not answer and
 * "refused" where things stand otherwise by now, or to null when nobody has signed. */
export function decide(title, deed, fields = [], more = {}) {
  return new Promise((done) => {
    new Decision(title, deed, fields, more, done);
  });
}
