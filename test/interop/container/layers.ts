import { createReadStream } from "node:fs";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createGunzip } from "node:zlib";
import { buildah } from "./image.ts";

interface Blob {
  readonly digest: string;
}

/** An image as it is pushed: compressed layers, and what they belong to. */
export interface PushedImage extends AsyncDisposable {
  /** The size of all its layers, compressed, in bytes. */
  readonly size: number;
  /** Those of some texts that its layers, or what is said of them, hold. */
  search(texts: readonly string[]): Promise<readonly string[]>;
}

/** Pushes an image to a folder, which goes with the scope of the result. */
export async function pushImage(name: string): Promise<PushedImage> {
  const folder = await mkdtemp(join(tmpdir(), "presage-image-"));
  await buildah("push", "--quiet", name, `oci:${folder}`);
  const read = async <Content>(path: string): Promise<Content> =>
    JSON.parse(await readFile(join(folder, path), "utf8")) as Content;
  const blobOf = ({ digest }: Blob): string => join("blobs", digest.replace(":", "/"));
  const [top] = (await read<{ manifests: readonly Blob[] }>("index.json")).manifests;
  if (top === undefined) throw new Error(`${name} was pushed without a manifest`);
  const manifest = await read<{ config: Blob; layers: readonly Blob[] }>(blobOf(top));
  const layers = manifest.layers.map((layer) => join(folder, blobOf(layer)));
  const sizes = await Promise.all(layers.map(async (layer) => (await stat(layer)).size));
  return {
    size: sizes.reduce((sum, size) => sum + size, 0),
    async search(texts) {
      const said = await readFile(join(folder, blobOf(manifest.config)), "utf8");
      const found = new Set(texts.filter((text) => said.includes(text)));
      for (const layer of layers) {
        for (const text of await searchLayer(layer, texts)) found.add(text);
      }
      return texts.filter((text) => found.has(text));
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}

async function searchLayer(path: string, texts: readonly string[]): Promise<ReadonlySet<string>> {
  const longest = Math.max(...texts.map((text) => text.length));
  const found = new Set<string>();
  let rest = Buffer.alloc(0);
  for await (const chunk of createReadStream(path).pipe(createGunzip({ chunkSize: 1 << 20 }))) {
    const seen = Buffer.concat([rest, chunk as Buffer]);
    for (const text of texts) if (seen.includes(text)) found.add(text);
    rest = seen.subarray(-longest);
  }
  return found;
}
