/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The console's words: A-089. Whom its pages are offered is the contract's. Both languages have the same texts with the same places to fill, each is used, and each state and
 * reason that docs/DOCK.md lists has one. */
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";

import { TOP } from "./site.mjs";

const CONSOLE = path.join(TOP, "server/console");

async function load(name) {
  const source = fs.readFileSync(path.join(CONSOLE, name), "utf8"); // no package.json says that these are modules
  return import(`data:text/javascript;base64,${Buffer.from(source).toString("base64")}`);
}

function places(text) {
  return [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort();
}

function sameTexts(de, en) {
  assert.deepEqual(Object.keys(en), Object.keys(de), "both languages have the same texts, in the same order");
  for (const key of Object.keys(de)) {
    assert.deepEqual(places(en[key]), places(de[key]), `${key}: what is filled in`);
    assert.ok(de[key] !== "" && en[key] !== "", key);
  }
}

/** What a source asks for: t("…"), a key of a table, or t(`state.${…}`), which is all that begin so. */
function allAreUsed(keys) {
  const sources = fs.readdirSync(CONSOLE).filter((name) => name.endsWith(".js") && !/^(de|en|texts-.*)\.js$/.test(name))
    .map((name) => fs.readFileSync(path.join(CONSOLE, name), "utf8")).join("\n");
  const literal = new Set([...sources.matchAll(/"([a-z][\w.]*)"/g)].map((match) => match[1]));
  const prefixes = [...sources.matchAll(/\bt\(`([a-z]\w*\.)\$\{/g)].map((match) => match[1]);
  for (const key of keys) {
    const plain = key.replace(/\.(one|do)$/, "");
    assert.ok(literal.has(key) || literal.has(plain) || prefixes.some((prefix) => key.startsWith(prefix)), `nobody says ${key}`);
  }
  const known = new Set(keys);
  for (const [, key] of sources.matchAll(/\bt\("([^"]+)"/g)) {
    assert.ok(known.has(key), `${key} has no text`);
  }
}

/** A module says what several pages say, and what it has texts for with all that it imports: whatever else was shown before. */
function eachBringsItsOwn(common, own) {
  const sources = new Map(fs.readdirSync(CONSOLE).filter((file) => file.endsWith(".js")).map((name) => [name, fs.readFileSync(path.join(CONSOLE, name), "utf8")]));
  const imports = (name, all = new Set()) => {
    if (!all.has(name)) {
      all.add(name);
      [...sources.get(name).matchAll(/from "\.\/([\w-]+\.js)"/g)].forEach(([, other]) => imports(other, all));
    }
    return all;
  };
  for (const [name, source] of sources) {
    const known = new Set([...common, ...[...imports(name)].flatMap((file) => Object.keys(own[file] ?? {}))]);
    for (const [, key] of source.matchAll(/\bt\("([^"]+)"/g)) {
      assert.ok(known.has(key), `${name} says ${key}, which it does not bring`);
    }
  }
}

/** Each kind of alarm that the database knows. */
function allAlarms(keys) {
  const sources = fs.readdirSync(path.join(TOP, "sql")).filter((name) => name.endsWith(".sql")).map((name) => fs.readFileSync(path.join(TOP, "sql", name), "utf8"));
  const kinds = sources.flatMap((text) => [...text.matchAll(/INSERT INTO asv\.alarm_kind VALUES\n((?: +\('.*\n)+)/g)].flatMap(([, rows]) => [...rows.matchAll(/^ +\('(\w+)'/gm)].map(([, kind]) => kind)));
  assert.ok(kinds.length > 20, `${kinds}`);
  kinds.forEach((kind) => assert.ok(keys.includes(`alarm.${kind}`), `no text for the alarm ${kind}`));
}

/** What the API and the database may say, and pages say in words. */
function allThatIsToldIsSaid(keys) {
  const contract = fs.readFileSync(path.join(TOP, "docs/openapi.yaml"), "utf8");
  const sql = fs.readdirSync(path.join(TOP, "sql")).filter((name) => name.endsWith(".sql")).map((name) => fs.readFileSync(path.join(TOP, "sql", name), "utf8")).join("\n");
  const kinds = [...sql.matchAll(/INSERT INTO asv\.event_kind VALUES\n([\s\S]+?);\n/g)].flatMap(([, rows]) => [...rows.matchAll(/^ *\('(\w+)'/gm)].map(([, name]) => `event.${name}`));
  const told = [["integrity", "integrity"], ["provenance", "provenance"], ["outcome", "outcome"], ["ground", "ground"], ["action", "action"], ["clock_state", "clock"], ["by", "block"], ["protection", "protection"]]
    .flatMap(([member, prefix]) => [...contract.matchAll(new RegExp(`^        ${member}: {.*enum: \\[(.*)\\]}$`, "gm"))].flatMap(([, names]) => names.split(", ").map((name) => `${prefix}.${name}`)));
  assert.ok(kinds.length > 35 && told.length > 30, `${kinds.length} kinds, ${told.length} words`);
  [...kinds, ...told].forEach((key) => assert.ok(keys.includes(key), `no text for ${key}`));
}

/** The code spans of the first cell of each row of a table of DOCK.md, which begins so. */
function table(head) {
  const text = fs.readFileSync(path.join(TOP, "docs/DOCK.md"), "utf8");
  const rows = text.split(head)[1].split("\n\n")[0].split("\n").filter((line) => line.startsWith("| `"));
  return rows.flatMap((row) => [...row.split(" | ")[0].matchAll(/`([^`]+)`/g)].map((match) => match[1]));
}

/** What the board says: the states and words of its contract, which the words of DOCK.md are. */
function contract(member) {
  const schema = fs.readFileSync(path.join(TOP, "docs/openapi.yaml"), "utf8").split("\n    Slot:\n")[1];
  return schema.split(`\n        ${member}:\n`)[1].match(/enum: \[([^\]]+)\]/)[1].split(", ");
}

async function allIsSaid(keys) {
  const said = (prefix) => keys.filter((key) => key.startsWith(prefix) && !key.endsWith(".do")).map((key) => key.slice(prefix.length)).sort();
  const states = table("| state | colour | is |");
  assert.equal(states.length, 15, `${states}`);
  assert.deepEqual(said("state."), contract("state").sort());
  contract("state").forEach((state) => assert.ok(states.includes(state), state));
  const why = table("| why | reason begins | means | do |");
  assert.equal(why.length, 23, `${why}`);
  assert.deepEqual(contract("why").sort(), why.sort());
  assert.deepEqual(said("reason."), why);
  const dock = fs.readFileSync(path.join(TOP, "dock/why.c"), "utf8").split("names[] = {")[1].split("}")[0];
  assert.deepEqual([...dock.matchAll(/"(\w+)"/g)].map((match) => match[1]), contract("why"), "what the dock says, in its order");
  why.forEach((name) => assert.ok(keys.includes(`reason.${name}.do`), name));
}

/** Whom pages are offered is whom the server answers. */
async function rolesAreTheContracts() {
  const roles = await load("roles.js");
  const paths = fs.readFileSync(path.join(TOP, "docs/openapi.yaml"), "utf8");
  for (const [name, route] of [["RECORDINGS", "clips"], ["MACHINES", "cameras"], ["MACHINES", "recipients"], ["RECORDINGS", "handovers"], ["OVERSIGHT", "alarms"], ["PEOPLE", "users"], ["COUNCIL", "access-counts"], ["EVALUATE", "evaluation"],
    ["SHOWN", "openings/{opening}"]]) {
    const access = paths.split(`\n  /api/v1/${route}:\n`)[1].match(/x-access: (.*)/)[1].split(",");
    assert.deepEqual([...roles[name]].sort(), access.sort(), name);
  }
}

const de = (await load("de.js")).default;
const en = (await load("en.js")).default;
const common = Object.keys(de);
const brought = {};
for (const name of fs.readdirSync(CONSOLE).filter((file) => file.startsWith("texts-"))) {
  const own = (await load(name)).default;
  sameTexts(own.de, own.en);
  Object.keys(own.de).forEach((key) => assert.ok(!(key in de), `${name}: ${key} is somebody else's`));
  brought[name] = own.de;
  Object.assign(de, own.de);
  Object.assign(en, own.en);
}
sameTexts(de, en);
allAreUsed(Object.keys(de));
eachBringsItsOwn(common, brought);
allAlarms(Object.keys(de));
await allIsSaid(Object.keys(de));
allThatIsToldIsSaid(Object.keys(de));
await rolesAreTheContracts();
console.log(`${Object.keys(de).length} texts in two languages`);
