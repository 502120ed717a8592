import { describe, expect, it } from "vitest";
import type { Source } from "../../server/src/repository/source.ts";

/** A place that a source reads, which the suite can fill. */
export interface SourcePlace extends AsyncDisposable {
  readonly source: Source;
  /** Puts a version of a model there, with no file in it. */
  addVersion(model: string, version: bigint): Promise<void>;
  /** Writes a model's manifest. */
  writeManifest(model: string, text: string): Promise<void>;
  /** Takes the whole place away. */
  destroy(): Promise<void>;
}

/** What every source must do; `createPlace` makes an empty place of its kind. */
export function testSource(createPlace: () => Promise<SourcePlace>): void {
  describe("scan()", () => {
    it("finds nothing in an empty place", async () => {
      await using place = await createPlace();
      expect(await place.source.scan()).toEqual([]);
    });

    it("finds models sorted by name, and versions ascending by number", async () => {
      await using place = await createPlace();
      for (const version of [10n, 9n, 9007199254740993n, 1n]) await place.addVersion("b", version);
      await place.addVersion("a", 1n);
      const found = await place.source.scan();
      expect(
        found.map(({ name, versions }) => [name, versions.map(({ version }) => version)]),
      ).toEqual([
        ["a", [1n]],
        ["b", [1n, 9n, 10n, 9007199254740993n]],
      ]);
    });

    it("gives each version a directory of its own", async () => {
      await using place = await createPlace();
      await place.addVersion("a", 1n);
      await place.addVersion("a", 2n);
      await place.addVersion("b", 1n);
      const found = await place.source.scan();
      const directories = found.flatMap(({ versions }) =>
        versions.map(({ directory }) => directory),
      );
      expect(new Set(directories).size).toBe(3);
    });

    it("reads manifests as they are, and tells where there is none", async () => {
      await using place = await createPlace();
      await place.addVersion("a", 1n);
      await place.addVersion("b", 1n);
      await place.writeManifest("b", "description: größer\n");
      const found = await place.source.scan();
      expect(found.map(({ manifest }) => manifest)).toEqual([undefined, "description: größer\n"]);
    });

    it("finds what came after an earlier scan", async () => {
      await using place = await createPlace();
      await place.addVersion("a", 1n);
      await place.source.scan();
      await place.addVersion("a", 2n);
      await place.writeManifest("a", "task: binary");
      const [found] = await place.source.scan();
      expect([found?.versions.length, found?.manifest]).toEqual([2, "task: binary"]);
    });

    it("rejects where the place cannot be read", async () => {
      await using place = await createPlace();
      await place.destroy();
      await expect(place.source.scan()).rejects.toThrow(Error);
    });
  });
}
