/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * People who sign in. ASV_TEST_SITE has where, and their keys, which Chromium's virtual authenticator holds. */
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
