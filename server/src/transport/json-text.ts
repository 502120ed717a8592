import type { JsonValue } from "@bufbuild/protobuf";
import { findDuplicateKeys } from "./duplicate-keys.ts";

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** Reads a text in UTF-8. Throws for any other bytes. */
export function readText(bytes: Uint8Array): string {
  return utf8.decode(bytes);
}

/** Reads JSON. Throws for anything else, and where an object has a name twice. */
export function parseJson(text: string): JsonValue {
  const json: JsonValue = JSON.parse(text);
  // A colon follows each name. So where there are as many members as the text has colons, none
  // was given twice, and it need not be looked through name by name, which takes ten times as long.
  if (!hasMembers(json, count(text, ":", text.length))) refuseDuplicates(text);
  return json;
}

function refuseDuplicates(text: string): void {
  if (findDuplicateKeys(Buffer.from(text)).length > 0) throw new Error("a name is given twice");
}

/** How deeply values may be nested that are taken as they are. */
const mostLevels = 32;

/** Tells whether the JSON of a text is nested so little that every part of the server can go through it. */
export function isShallow(text: string, json: JsonValue): boolean {
  // Most has too few objects and lists to be deep: to look at each number would make an object of it.
  const opened = count(text, "[", mostLevels) + count(text, "{", mostLevels);
  return opened <= mostLevels || isNestedWithin(json, mostLevels);
}

function isNestedWithin(json: JsonValue, levels: number): boolean {
  if (typeof json !== "object" || json === null) return true;
  return levels > 0 && Object.values(json).every((each) => isNestedWithin(each, levels - 1));
}

/** Counts a character, up to a little more than `most`. */
function count(text: string, character: string, most: number): number {
  let found = 0;
  for (
    let at = text.indexOf(character);
    at !== -1 && found <= most;
    at = text.indexOf(character, at + 1)
  )
    found += 1;
  return found;
}

/** Tells whether all objects together have so many members; it looks no deeper than it must. */
function hasMembers(json: JsonValue, wanted: number): boolean {
  let missing = wanted;
  const found: JsonValue[] = [json];
  for (const each of found) {
    if (missing <= 0) return true;
    if (typeof each !== "object" || each === null) continue;
    const values = Array.isArray(each) ? each : Object.values(each);
    if (values !== each) missing -= values.length;
    if (missing > 0) for (const value of values) if (typeof value === "object") found.push(value);
  }
  return missing <= 0;
}
