/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * One connection to the server for all pages of this browser that follow the same, which is this worker's name (follow.js), as long as
 * one of them can be seen. */
import { Follower } from "./follow.js";

const seen = new Set(); // ports of pages that can be seen
const follower = new Follower(self.name, (state) => seen.forEach((port) => port.postMessage(state)));

self.onconnect = (event) => {
  const port = event.ports[0];
  port.onmessage = ({ data }) => {
    if (data === "seen") {
      seen.add(port);
      follower.start();
      port.postMessage(follower.state);
    } else {
      seen.delete(port);
      if (seen.size === 0) {
        follower.stop();
      }
    }
  };
};
