/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Who uses this browser. The session itself is in a cookie that no script can read; which one it is (its id, which opens
 * nothing) is kept beside it, so that nobody is asked for who has not signed in, and all pages of this browser follow together. */
import { bind, get, send } from "./api.js";
import { answer } from "./webauthn.js";

const KEY = "asservat.signed-in";
const PATH = "/api/v1/session";
const listeners = new Set();
let current = null;
let lost = false;

/** As GET /api/v1/session says it, or null. */
export function session() {
  return current;
}

/** "anyone": whoever has signed in; "newcomer": also before password and one-time codes are one's own; or roles, of which one is needed. */
export function may(roles) {
  return current !== null && (roles === "newcomer" || (!isNew() && (roles === "anyone" || roles.some((role) => current.roles.includes(role)))));
}

/** Has a password that somebody else chose, or no one-time codes yet: nothing can be done before that (API.md, "Signing in"). */
export function isNew() {
  return current !== null && (current.must_change || (current.kind === "password" && !current.has_totp));
}

/** Whether a session ended by itself, and not by signing out. */
export function hasEnded() {
  return lost;
}

function keep(id) {
  try {
    if (id === null) {
      localStorage.removeItem(KEY);
    } else {
      localStorage.setItem(KEY, id);
    }
  } catch {
    // It holds for this page, then.
  }
}

function kept() {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null; // Then somebody signs in again.
  }
}

function become(found, ended = false) {
  current = found;
  lost = ended;
  bind(found?.csrf ?? null, () => become(null, true));
  keep(found?.id ?? null);
  listeners.forEach((tell) => tell());
}

/** with another session than this page's, or none, it shows nothing of its own any longer. */
function compare(id) {
  if (id !== (current?.id ?? null)) {
    location.reload();
  }
}

/** Calls back when somebody has signed in or out. */
export function onSession(tell) {
  listeners.add(tell);
}

/** Before the first drawing. Without an answer nobody has signed in, as far as this page knows. */
export async function find() {
  if (kept() !== null) {
    await get(PATH).then(become, (error) => error.status === 401 && become(null, true));
  }
  addEventListener("storage", (event) => event.key === KEY && compare(event.newValue));
  addEventListener("pageshow", (event) => event.persisted && compare(kept())); // a page that the browser kept to go back to
}

/** After what changes the session itself. */
export async function renew() {
  become(await get(PATH));
}

async function begin(proof) {
  await send("POST", PATH, proof);
  await renew();
}

export async function withPasskey() {
  const { challenge, rp_id: rpId } = await send("POST", `${PATH}/challenge`);
  const { id, ...said } = await answer(challenge, rpId, []);
  await begin({ passkey: { id, ...said } });
}

export async function withPassword(name, password, code) {
  await begin({ password: { name, password, ...(code === "" ? {} : { code }) } });
}

/** The server says that it is over. */
export function lapse() {
  become(null, true);
}

export async function leave() {
  try {
    await send("DELETE", PATH);
  } catch (error) {
    if (error.status !== 401) { // else it had ended before
      throw error;
    }
  }
  become(null);
}
