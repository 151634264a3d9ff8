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

  detail() {
    return (language() === "de" && this.said.detail_de) || this.said.detail;
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

/** The one that it is, or that the server could not be reached: of whatever was thrown. */
export function asProblem(error) {
  return error instanceof Problem ? error : new NoAnswer("error.network");
}

async function problemOf(answer) {
  try {
    return new Problem(await answer.json());
  } catch {
    return new NoAnswer("error.answer");
  }
}

export async function get(path) {
  const answer = await fetch(path, { headers: { Accept: "application/json" }, cache: "no-store" }).catch((error) => {
    throw asProblem(error);
  });
  if (!answer.ok) {
    throw await problemOf(answer);
  }
  return answer.json();
}
