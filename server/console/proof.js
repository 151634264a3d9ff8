/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The proof that an entry stands in the published ledger (LEDGER.md 6): made here, of the tiles that anybody can read, and checked
 * against the head before it is given out. Whether the head is signed by whom one believes, asservat-verify says. */
import { bytes, Problem } from "./api.js";
import { add, t } from "./i18n.js";
import texts from "./texts-clip.js";

add(texts);

const WIDE = 256; // hashes of a tile
const LEVELS = 8; // of the tree, in a tile

/** No published head has it yet. */
export class Unproven extends Error {}

/** What is published does not fit together, which is no matter of waiting. */
function wrong() {
  return new Problem({ status: 0, title: t("proof.wrong"), detail: t("proof.wrong.do") });
}

async function sha256(...parts) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", new Uint8Array(parts.flatMap((part) => [...part]))));
}

function node(left, right) {
  return sha256([1], left, right);
}

function base64(data) {
  return btoa(String.fromCharCode(...data));
}

class Tree {
  /** prefix: the log's, "/ledger" */
  constructor(prefix, size) {
    this.prefix = prefix;
    this.size = size;
    this.tiles = new Map();
  }

  /** A tile, or with level "entries" the bundle beside one of level 0; as wide as this tree has it. */
  tile(level, index) {
    const all = Math.floor(this.size / WIDE ** (level === "entries" ? 0 : level));
    const width = Math.min(WIDE, all - index * WIDE);
    const digits = String(index).padStart(Math.ceil(String(index).length / 3) * 3, "0").match(/.{3}/g);
    const path = digits.map((three, i) => (i < digits.length - 1 ? `x${three}` : three)).join("/");
    const name = `${this.prefix}/tile/${level}/${path}${width < WIDE ? `.p/${width}` : ""}`;
    if (!this.tiles.has(name)) {
      this.tiles.set(name, bytes(name));
    }
    return this.tiles.get(name);
  }

  async hash(level, index) {
    const tile = await this.tile(level, Math.floor(index / WIDE));
    const at = (index % WIDE) * 32;
    return tile.subarray(at, at + 32);
  }

  /** Of the leaves from first on, so many (RFC 6962, 2.1). */
  async root(first, count) {
    const height = Math.log2(count);
    if (Number.isInteger(height) && height % LEVELS === 0) {
      return this.hash(height / LEVELS, first / count);
    }
    const left = 2 ** (Math.ceil(height) - 1);
    return node(await this.root(first, left), await this.root(first + left, count - left));
  }

  /** The hashes that lead from a leaf to the root of so many leaves, from first on (RFC 6962, 2.1.1). */
  async path(leaf, first, count) {
    if (count === 1) {
      return [];
    }
    const left = 2 ** (Math.ceil(Math.log2(count)) - 1);
    return leaf < first + left ? [...await this.path(leaf, first, left), await this.root(first + left, count - left)]
      : [...await this.path(leaf, first + left, count - left), await this.root(first, left)];
  }

  async entry(leaf) {
    const bundle = await this.tile("entries", Math.floor(leaf / WIDE));
    let at = 0;
    for (let i = 0; i < leaf % WIDE; i++) {
      at += 2 + bundle[at] * 256 + bundle[at + 1];
    }
    return bundle.subarray(at + 2, at + 2 + bundle[at] * 256 + bundle[at + 1]);
  }
}

/** Where a path leads, from the hash of a leaf (RFC 9162, 2.1.3.2). */
async function climb(hash, leaf, size, path) {
  let [at, last] = [leaf, size - 1];
  for (const beside of path) {
    if (at % 2 === 1 || at === last) {
      hash = await node(beside, hash);
      while (at % 2 === 0 && at !== 0) {
        [at, last] = [at / 2, Math.floor(last / 2)];
      }
    } else {
      hash = await node(hash, beside);
    }
    [at, last] = [Math.floor(at / 2), Math.floor(last / 2)];
  }
  return hash;
}

/** origin: of the log; leaf: the entry's index. {proof: text, entry: bytes, size: of the head}; a Problem, or Unproven. */
export async function prove(origin, leaf) {
  const prefix = origin.replace(/^[^/]*/, "");
  const note = new TextDecoder().decode(await bytes(`${prefix}/checkpoint`));
  const [name, count, root] = note.split("\n");
  const size = Number(count);
  if (name !== origin || !Number.isSafeInteger(size)) {
    throw wrong();
  }
  if (leaf >= size) {
    throw new Unproven();
  }
  const tree = new Tree(prefix, size);
  const [entry, path] = await Promise.all([tree.entry(leaf), tree.path(leaf, 0, size)]);
  if (base64(await climb(await sha256([0], entry), leaf, size, path)) !== root) {
    throw wrong();
  }
  return { proof: `c2sp.org/tlog-proof@v1\nindex ${leaf}\n${path.map((hash) => `${base64(hash)}\n`).join("")}\n${note}`, entry, size };
}
