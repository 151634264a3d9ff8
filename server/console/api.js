/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Requests to this server. What goes wrong is a Problem (RFC 9457, docs/API.md) in both languages, also when there is no
 * answer at all. */
import { language, t } from "./i18n.js";

export class Problem extends Error {
  constructor(said) {
    super(said.title);
    this.said = said;
    this.status = said.status;
    this.field = said.field;
  }

  title() {
    return (language() === "de" && this.said.title_de) || this.said.title;
  }

  /** As a sentence: the API says it as what follows a colon. */
  detail() {
    const text = (language() === "de" && this.said.detail_de) || this.said.detail || "";
    return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[\p{L}\p{N})”“]$/u.test(text) ? "." : ""}`;
  }
}

/** There was no answer, or none that makes sense. */
class NoAnswer extends Problem {
  constructor(key) {
    super({ status: 0, title: key, detail: key });
    this.key = key;
  }

  title() {
    return t(this.key);
  }

  detail() {
    return t(`${this.key}.do`);
  }
}

/** That the server could not be reached. */
export function unreachable() {
  return new NoAnswer("error.network");
}

/** Of whatever was thrown. What is no problem is a fault of this page, which the browser is told. */
export function asProblem(error) {
  if (error instanceof Problem) {
    return error;
  }
  reportError(error);
  return new NoAnswer("error.page");
}

async function problemOf(answer) {
  try {
    return new Problem(await answer.json());
  } catch {
    return new NoAnswer("error.answer");
  }
}

const ANSWER_MS = 45_000; // the server ends each answer after 30 s (API.md, deadline.request)
const link = { csrf: null, ended: () => {}, ahead_ms: 0 };

/** What changes something needs the session's token; ended: called when an answer says that there is no session. */
export function bind(csrf, ended) {
  link.csrf = csrf;
  link.ended = ended;
}

/** The time as the server has it: what is due is due by its clock, whatever this machine's says. */
export function now() {
  return Date.now() + link.ahead_ms;
}

async function answered(path, options, signal) {
  const answer = await reached(fetch(path, { cache: "no-store", ...options }), signal);
  const said = Date.parse(answer.headers.get("Date"));
  link.ahead_ms = Number.isNaN(said) ? link.ahead_ms : said - Date.now();
  if (!answer.ok && answer.status !== 304) {
    const found = await problemOf(answer);
    if (answer.status === 401 && link.csrf !== null && !options.unasked) {
      link.ended();
    }
    throw found;
  }
  return answer;
}

/** What the network gave, unless nobody wants it any more. */
async function reached(given, signal) {
  try {
    return await given;
  } catch (error) {
    throw signal?.aborted ? error : error instanceof SyntaxError ? new NoAnswer("error.answer") : unreachable();
  }
}

/** read(answer): what is wanted of it. What has not come in time does not come. */
async function ask(path, options, read, signal) {
  const late = new AbortController();
  const stop = () => late.abort();
  const timer = setTimeout(stop, ANSWER_MS);
  signal?.addEventListener("abort", stop);
  if (signal?.aborted) {
    stop();
  }
  try {
    const answer = await answered(path, { ...options, signal: late.signal }, signal);
    return await reached(read(answer), signal);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", stop);
  }
}

function json(path, options) {
  return ask(path, options, async (answer) => (answer.status === 204 ? null : answer.json()));
}

/** What is shown, and its ETag. */
export function tagged(path) {
  return ask(path, { headers: { Accept: "application/json" } }, async (answer) => ({ tag: answer.headers.get("ETag"), body: await answer.json() }));
}

/** Whether it would be answered otherwise than with this ETag. Nobody has asked for it, so the session is not used by it, nor is
 * anything done when it is over. */
export function isOther(path, tag) {
  const headers = { Accept: "application/json", "If-None-Match": tag, "X-Unasked": "yes" };
  return ask(path, { headers, unasked: true }, async (answer) => answer.headers.get("ETag") !== tag).catch((error) => {
    if (error.status === 404 || error.status === 403) {
      return true;
    }
    throw error;
  });
}

/** What a page asks by itself, and nobody else. */
export async function peek(path) {
  return json(path, { headers: { Accept: "application/json", "X-Unasked": "yes" } });
}

export async function get(path) {
  return json(path, { headers: { Accept: "application/json" } });
}

/** Bytes, of what is no JSON. signal: of an AbortController. */
export async function bytes(path, signal) {
  return new Uint8Array(await ask(path, {}, (answer) => answer.arrayBuffer(), signal));
}

/** As a program, with a token, and whoever has signed in is left out. */
export async function sendAs(token, method, path, body) {
  const headers = { Accept: "application/json", Authorization: `Bearer ${token}`, "Content-Type": "application/json" };
  return json(path, { method, headers, credentials: "omit", body: JSON.stringify(body) });
}

/** POST, PUT or DELETE: what it answers, or null for nothing. */
export async function send(method, path, body) {
  const headers = { Accept: "application/json", ...(link.csrf === null ? {} : { "X-CSRF-Token": link.csrf }) };
  return json(path, body === undefined ? { method, headers }
    : { method, headers: { ...headers, "Content-Type": "application/json" }, body: JSON.stringify(body) });
}

/** DELETE of what ends with the page: also when that is gone before the answer. */
export function part(path) {
  fetch(path, { method: "DELETE", keepalive: true, headers: { "X-CSRF-Token": link.csrf } }).catch(() => {});
}
