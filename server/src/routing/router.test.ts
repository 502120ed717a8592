import { describe, expect, it } from "vitest";
import { failureOf } from "../../../test/support/signatures.ts";
import type { RoutingSnapshot } from "../core/routing-snapshot.ts";
import { routeCall } from "./router.ts";

function snapshot(
  versions: readonly [version: bigint, isReady: boolean][],
  aliases: Readonly<Record<string, bigint>> = {},
): RoutingSnapshot {
  return {
    model: "iris",
    aliases: new Map(Object.entries(aliases)),
    versions: versions.map(([version, isReady]) => ({ version, isReady })),
  };
}

const both = snapshot(
  [
    [1n, true],
    [2n, true],
  ],
  { stable: 1n, canary: 2n },
);

describe("routeCall()", () => {
  const cases: [string, string, RoutingSnapshot, bigint, string, string][] = [
    ["the number that the call names", "2", both, 2n, "requested", "the call named the version 2"],
    [
      "the alias that the call names",
      "canary",
      both,
      2n,
      "requested",
      "the call named the alias canary",
    ],
    [
      "what the call names, ready or not",
      "1",
      snapshot([
        [1n, false],
        [2n, true],
      ]),
      1n,
      "requested",
      "the call named the version 1",
    ],
    [
      "the stable version, where there is one",
      "",
      both,
      1n,
      "stable",
      "the alias stable is version 1",
    ],
    [
      "the stable version, ready or not",
      "",
      snapshot(
        [
          [1n, false],
          [2n, true],
        ],
        { stable: 1n },
      ),
      1n,
      "stable",
      "the alias stable is version 1",
    ],
    [
      "else the highest",
      "",
      snapshot([
        [2n, true],
        [10n, true],
      ]),
      10n,
      "latest",
      "version 10 is the highest that is ready",
    ],
    [
      "else the highest that is ready",
      "",
      snapshot([
        [1n, true],
        [2n, true],
        [3n, false],
      ]),
      2n,
      "latest",
      "version 2 is the highest that is ready",
    ],
    [
      "a number beyond 2^53",
      "9007199254740993",
      snapshot([[9007199254740993n, true]]),
      9007199254740993n,
      "requested",
      "the call named the version 9007199254740993",
    ],
  ];
  it.each(cases)("picks %s", (_, requested, state, version, policy, reason) => {
    const routed = routeCall(requested, state);
    expect(routed).toMatchObject({ version, route: { policy, reason } });
    expect(routeCall(requested, state)).toBe(routed);
  });

  it.each([
    ["canary", "canary"],
    ["2", ""],
    ["", "stable"],
  ])("says which alias a call for %j came by", (requested, alias) => {
    expect(routeCall(requested, both).route.alias).toBe(alias);
  });

  it("follows the versions and not what it told before", () => {
    const versions = [
      { version: 1n, isReady: true },
      { version: 2n, isReady: false },
    ];
    const state: RoutingSnapshot = { model: "iris", aliases: new Map(), versions };
    expect(routeCall("", state).version).toBe(1n);
    versions[1] = { version: 2n, isReady: true };
    expect(routeCall("", state).version).toBe(2n);
  });

  it("picks the highest of all where none is ready", () => {
    expect(
      routeCall(
        "",
        snapshot([
          [1n, false],
          [2n, false],
        ]),
      ).version,
    ).toBe(2n);
  });

  const unknown = ["3", "01", "1.0", "-1", "latest", "Stable", "__proto__", " 1", "1n", "0"];
  it.each(unknown)("knows no version %j", (requested) => {
    const failure = failureOf(() => routeCall(requested, both));
    expect([failure.reason, failure.message]).toEqual([
      "VERSION_NOT_FOUND",
      `the model iris has no version or alias "${requested}", but 1, 2, stable, canary`,
    ]);
  });

  it("finds nothing in a model without versions", () => {
    const failure = failureOf(() => routeCall("", snapshot([])));
    expect([failure.reason, failure.message]).toEqual([
      "VERSION_NOT_FOUND",
      "the model iris has no version",
    ]);
  });
});
