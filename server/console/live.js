/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What the dock says as it changes, or what is new, for one page: through a shared worker, so that a browser has one stream of each
 * however many pages it shows; a browser without such workers has one for each page. A page that cannot be seen has none. */
import { Follower } from "./follow.js";

const WORKER = "live-worker.js";

// The one address that may become a script; a page makes this policy once.
const address = globalThis.trustedTypes?.createPolicy("asservat", { createScriptURL: () => WORKER }).createScriptURL("") ?? WORKER;

function shared(name, tell) {
  const { port } = new SharedWorker(address, { type: "module", name });
  port.onmessage = ({ data }) => tell(data);
  return { start: () => port.postMessage("seen"), stop: () => port.postMessage("hidden") };
}

/** name: "dock", or "news". Calls back with each state (follow.js), the first at once. Returns what ends it. */
export function follow(name, tell) {
  const follower = "SharedWorker" in globalThis ? shared(name, tell) : new Follower(name, tell);
  const look = () => (document.visibilityState === "visible" ? follower.start() : follower.stop());
  const leave = () => follower.stop();
  document.addEventListener("visibilitychange", look);
  addEventListener("pagehide", leave);
  addEventListener("pageshow", look);
  look();
  return () => {
    document.removeEventListener("visibilitychange", look);
    removeEventListener("pagehide", leave);
    removeEventListener("pageshow", look);
    leave();
  };
}
