import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findDuplicateKeys } from "./duplicate-keys.ts";

function find(json: string): readonly string[] {
  return findDuplicateKeys(Buffer.from(json));
}

describe("findDuplicateKeys()", () => {
  const cases: [string, string[]][] = [
    ["{}", []],
    ['{"a": 1, "b": 1}', []],
    ['{"a": 1, "a": 1}', ["a"]],
    ['{"a": 1, "a": 1, "a": 1}', ["a", "a"]],
    ['{"rows": [{"CRIM": 1}, {"CRIM": 1, "RM": 2, "CRIM": 3}]}', ["rows[1].CRIM"]],
    ['[[{"a": {"b": 1, "b": 2}}]]', ["[0][0].a.b"]],
    ['{"a": {"b": 1}, "b": {"a": 1}}', []],
    ['{"a": "a", "b": "a"}', []],
    ['{"a": ["a", "a"], "b": 1}', []],
    ['{"a": [1, 2], "a": 1}', ["a"]],
    ['{"a": {}, "a": []}', ["a"]],
    ['{"a\\"b": 1, "a\\"b": 2}', ['a"b']],
    ['{"a\\\\": 1, "b": "\\\\", "a\\\\": 2}', ["a\\"]],
    ['{"\\u0061": 1, "a": 2}', ["a"]],
    ['{"é": 1, "\\u00e9": 2}', ["é"]],
    ['{"a": "{\\"b\\": 1, \\"b\\": 2}"}', []],
    ['{"a,b": 1, "a:b": 2, "[": 3, "}": 4}', []],
    ['{"__proto__": 1, "__proto__": 2}', ["__proto__"]],
    ['{"": 1, "": 2}', [""]],
    ['  {  "a"  :  1  ,\n"a"\t:  2  }  ', ["a"]],
  ];
  it.each(cases)("in %s", (json, paths) => {
    expect(find(json)).toEqual(paths);
  });

  it.each(["", "{", '{"a', '{"a\\', "}}]]", '{"a":1,"a"', ",,,", '"\\u00"', '{"\\uZZ": 1}'])(
    "bears %j, which is no JSON",
    (text) => {
      expect(() => find(text)).not.toThrow();
    },
  );

  it("tells the first thousand only", () => {
    const json = `{"a": 1${', "a": 1'.repeat(5000)}}`;
    expect(find(json)).toEqual(Array.from({ length: 1000 }, () => "a"));
  });

  it("looks a hundred levels deep, and finds its way back from below", () => {
    const nested = (levels: number, inner: string): string =>
      `${"[".repeat(levels)}${inner}${"]".repeat(levels)}`;
    const twice = '{"a": 1, "a": 1}';
    expect(find(nested(99, twice))).toEqual([`${"[0]".repeat(99)}.a`]);
    expect(find(nested(100, twice))).toEqual([]);
    expect(find(`{"b": ${nested(5000, twice)}, "c": "\\"]", "b": 1}`)).toEqual(["b"]);
  });

  it("finds what a slow parser finds", () => {
    const names = fc.constantFrom("a", "b", "é", "__proto__", 'q"', "\\", "");
    const { node } = fc.letrec<{ node: Node }>((tie) => ({
      node: fc.oneof(
        { maxDepth: 4 },
        fc.oneof(fc.integer(), fc.string(), fc.boolean(), fc.constant(null)),
        fc.array(tie("node"), { maxLength: 4 }).map((items) => ({ items })),
        fc.array(fc.tuple(names, tie("node")), { maxLength: 4 }).map((entries) => ({ entries })),
      ),
    }));
    fc.assert(
      fc.property(node, fc.constantFrom("", " ", "\n"), (tree, space) => {
        expect(find(write(tree, space))).toEqual(walk(tree, ""));
      }),
      { numRuns: 500 },
    );
  });
});

/** A JSON value whose objects may give a name several times. */
type Node =
  | string
  | number
  | boolean
  | null
  | { readonly items: readonly Node[] }
  | { readonly entries: readonly (readonly [string, Node])[] };

function write(node: Node, space: string): string {
  if (typeof node !== "object" || node === null) return JSON.stringify(node);
  const separator = `${space},${space}`;
  if ("items" in node)
    return `[${space}${node.items.map((item) => write(item, space)).join(separator)}]`;
  const entries = node.entries.map(
    ([name, value]) => `${JSON.stringify(name)}${space}:${write(value, space)}`,
  );
  return `{${space}${entries.join(separator)}${space}}`;
}

/** Walks a value in the order of its text, and tells every name that an object has had before. */
function walk(node: Node, path: string): readonly string[] {
  if (typeof node !== "object" || node === null) return [];
  if ("items" in node) return node.items.flatMap((item, index) => walk(item, `${path}[${index}]`));
  return node.entries.flatMap(([name, value], index) => {
    const own = `${path}.${name}`;
    const isRepeated = node.entries.slice(0, index).some(([earlier]) => earlier === name);
    return [...(isRepeated ? [own.replace(/^\./, "")] : []), ...walk(value, own)];
  });
}
