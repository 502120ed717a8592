import { describe, expect, it } from "vitest";
import { readUrgency } from "./urgency.ts";

const cases: readonly (readonly [priority: string | undefined, urgency: number | undefined])[] = [
  [undefined, undefined],
  ["", undefined],
  ["u=0", 0],
  ["u=7", 7],
  ["u=5, i", 5],
  ["i, u=1", 1],
  ["u=1, u=6", 6],
  ["u=2;x=1", 2],
  ["u=8", undefined],
  ["u=12", undefined],
  ["u=-1", undefined],
  ["u=high", undefined],
  ["xu=1", undefined],
];

describe("readUrgency()", () => {
  for (const [priority, urgency] of cases) {
    it(`reads ${urgency} from ${JSON.stringify(priority)}`, () => {
      expect(readUrgency(priority)).toBe(urgency);
    });
  }
});
