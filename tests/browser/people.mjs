/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * People who sign in. ASV_TEST_SITE has where, and their keys, which Chromium's virtual authenticator holds. */
import assert from "node:assert/strict";
import { once } from "node:events";
import net from "node:net";

import { Stage } from "./stage.mjs";

export const site = JSON.parse(process.env.ASV_TEST_SITE);
export const stage = new Stage();
export const STATUS = /Failed to load resource: the server responded with a status of 4\d\d/; // an answer that a step provokes

/** A page of somebody whose authenticator is at hand, and who has not signed in. */
export async function withKey(name, hash = "", more = {}) {
  const context = await stage.context(more);
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  await session.send("WebAuthn.enable");
  const { authenticatorId } = await session.send("WebAuthn.addVirtualAuthenticator", { options: {
    protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true } });
  if (name !== null) {
    const { id, key } = site.people[name];
    await session.send("WebAuthn.addCredential", { authenticatorId, credential: {
      credentialId: id, isResidentCredential: true, rpId: "localhost", privateKey: key, userHandle: Buffer.from(name).toString("base64"), signCount: 1 } });
  }
  await page.goto(`${stage.origin}/console/${hash}`);
  return page;
}

/** Signed in. */
export async function desk(name, hash = "#/account", more = {}) {
  const page = await withKey(name, `#/sign-in?${hash.slice(1)}`, more);
  await page.getByRole("button", { name: "Sicherheitsschlüssel verwenden" }).click();
  await page.getByRole("banner").getByRole("link", { name, exact: true }).waitFor();
  return page;
}

/** Somebody uses the command line, and is let; without somebody, the database is told (desk.py). */
export async function act(who, ...words) {
  const link = net.connect(site.desk);
  let said = "";
  link.on("data", (part) => { said += part; });
  link.end(`${JSON.stringify([who, words])}\n`);
  await once(link, "close");
  const [status, text] = JSON.parse(said);
  assert.equal(status, 0, `${who} ${words.join(" ")}: ${text}`);
  return text;
}
