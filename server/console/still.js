/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * One picture of a recording that is shown, with its digest. M-035: it is made in this page's memory (a blob may lie on a disk), and wiped
 * when it is closed. */
import { dialog, facts } from "./components.js";
import { keepStill } from "./deeds.js";
import { h, say } from "./dom.js";
import { add, t } from "./i18n.js";
import texts from "./texts-opening.js";

add(texts);

function hex(buffer) {
  return Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function digestOf(canvas) {
  const [, text] = canvas.toDataURL("image/png").split(",");
  const png = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const digest = hex(await crypto.subtle.digest("SHA-256", png));
  png.fill(0);
  return digest;
}

export class Still {
  /** Of what the video shows now; seen: since when, in seconds of the media; at: where that is, in words. */
  constructor(video, clip, seen, at) {
    this.clip = clip;
    this.seen = seen;
    this.at = at;
    this.canvas = h("canvas", { class: "picture", width: video.videoWidth, height: video.videoHeight, role: "img", "aria-label": `${t("opening.still")}, ${at}`,
      oncontextmenu: (event) => event.preventDefault() });
    this.canvas.getContext("2d").drawImage(video, 0, 0);
    this.size = `${video.videoWidth} × ${video.videoHeight}`;
  }

  /** The first whole millisecond at which this picture is seen. */
  row(digest) {
    return { at_ms: Math.ceil(this.seen * 1000 - 0.001), width: this.canvas.width, height: this.canvas.height, picture: digest };
  }

  async show() {
    const digest = await digestOf(this.canvas);
    const said = h("p", { role: "status" });
    const copy = async () => {
      try {
        await navigator.clipboard.writeText(t("opening.still.line", { clip: this.clip, at: this.at, size: this.size, digest }));
        say(said, t("opening.still.copied"));
      } catch {
        say(said, t("opening.still.uncopied"));
      }
    };
    const keep = async () => {
      if (await keepStill(this.clip, this.row(digest)) !== null) {
        say(said, t("opening.still.kept"));
      }
    };
    const box = dialog(t("opening.still"), this.canvas,
      facts([[t("opening.clip"), this.clip], [t("opening.position"), this.at], [t("opening.still.size"), this.size],
        [t("opening.still.digest"), h("span", { class: "digest" }, digest)]]),
      h("p", {}, t("opening.still.do")),
      h("p", { class: "actions" }, h("button", { class: "button", type: "button", onclick: keep }, t("do.still")),
        h("button", { class: "button quiet", type: "button", onclick: copy }, t("opening.still.copy"))), said);
    box.addEventListener("close", () => { this.canvas.width = 0; });
  }
}
