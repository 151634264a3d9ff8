/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Authenticators (Web Authentication, Level 2), as the server takes them: bytes in base64url. The key is always one that
 * asks who its user is. */
import { Problem } from "./api.js";
import { t } from "./i18n.js";

const ES256 = -7;

export function decode(text) {
  return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
}

/** Of at most 64 KiB. */
export function encode(buffer) {
  return btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** Whoever gives up, takes too long or has another key is told the same by every browser. */
async function asked(what) {
  if (!navigator.credentials) {
    throw new Problem({ status: 0, title: t("key.none"), detail: t("key.none.do") });
  }
  try {
    return await what();
  } catch {
    throw new Problem({ status: 0, title: t("key.unused"), detail: t("key.unused.do") });
  }
}

/** An assertion over challenge by one of the credentials (their ids), or by any that the browser knows. signal: of an AbortController. */
export async function answer(challenge, rpId, credentials, signal) {
  const { rawId, response } = await asked(() => navigator.credentials.get({ signal, publicKey: {
    challenge: decode(challenge), rpId, userVerification: "required",
    allowCredentials: credentials.map((id) => ({ type: "public-key", id: decode(id) })),
  } }));
  return {
    id: encode(rawId), client_data: encode(response.clientDataJSON), authenticator_data: encode(response.authenticatorData),
    signature: encode(response.signature),
  };
}

/** A new key that can also be used for signing in. Its name in the browser is the person's. */
export async function make(challenge, rpId, name) {
  const { rawId, response } = await asked(() => navigator.credentials.create({ publicKey: {
    challenge: decode(challenge), rp: { id: rpId, name: t("product") },
    user: { id: crypto.getRandomValues(new Uint8Array(16)), name, displayName: name },
    pubKeyCredParams: [{ type: "public-key", alg: ES256 }], attestation: "none",
    authenticatorSelection: { residentKey: "required", userVerification: "required" },
  } }));
  return { id: encode(rawId), public_key: encode(response.getPublicKey()), client_data: encode(response.clientDataJSON) };
}
