/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The reasons of docs/DOCK.md ("What staff see, and what it means"), as the dock gives them in English, and which text of
 * ours each is: reason.NAME says what it means, reason.NAME.do what to do. tests/browser compares this with that page. */

const REASONS = [
  ["foreign", /^not a camera of this agency/],
  ["distrust", /^the camera does not trust this dock/],
  ["revoked", /certificate is revoked/],
  ["copy", /another camera may be using this one's certificate/],
  ["retired", /the camera is retired/],
  ["quarantined", /(\d+|…) in quarantine/],
  ["unerased", /(\d+|…) in custody, but not erased by it/],
  ["failed", /(\d+|…) that could not be brought into custody/],
  ["unreadable", /(\d+|…) that it cannot give, or not as it should/],
  ["disk", /(\d+|…) that the vault's disk does not keep/],
  ["expired", /(\d+|…) whose period is over/],
  ["recording", /(\d+|…) still being recorded/],
  ["room", /^there is no room/],
  ["database", /^the database is away/],
  ["keeper", /^the keeper is away/],
  ["untold", /^a recording is in the vault already/],
  ["uncommitted", /^a recording could not be committed yet/],
  ["elsewhere", /^another slot is taking in the same recording/],
  ["silent", /^the camera does not (answer|say what it holds|list its recordings|end the session)|gives only (\d+|…) bytes a second/],
  ["protocol", /^the camera breaks the protocol|^the camera's list cannot be read|^the camera lists more recordings/],
  ["ended", /^the camera ended the session/],
  ["again", /take it out and put it in again$/],
];

/** All that a reason says, most urgent first: [{name, n}]; n is how many recordings, or undefined. A reason that nobody
 * foresaw is {name: "other"}. */
export function explain(reason) {
  if (reason === "") {
    return [];
  }
  const found = REASONS.flatMap(([name, pattern]) => {
    const match = pattern.exec(reason);
    const n = match?.slice(1).find((group) => /^\d+$/.test(group ?? ""));
    return match ? [{ name, n: n === undefined ? undefined : Number(n) }] : [];
  });
  const again = found.some(({ name }) => name === "again");
  const said = found.filter(({ name }) => !(again && (name === "silent" || name === "ended"))); // what to do is the same
  return said.length > 0 ? said : [{ name: "other", n: undefined }];
}
