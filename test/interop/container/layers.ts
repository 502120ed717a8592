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
  /** Tells whether its layers, or what is said of them, hold a text. */
  holds(text: string): Promise<boolean>;
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
    async holds(text) {
      const said = await readFile(join(folder, blobOf(manifest.config)), "utf8");
      if (said.includes(text)) return true;
      for (const layer of layers) if (await layerHolds(layer, text)) return true;
      return false;
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}

async function layerHolds(path: string, text: string): Promise<boolean> {
  const wanted = Buffer.from(text);
  let rest = Buffer.alloc(0);
  for await (const chunk of createReadStream(path).pipe(createGunzip())) {
    const seen = Buffer.concat([rest, chunk as Buffer]);
    if (seen.includes(wanted)) return true;
    rest = seen.subarray(-wanted.length);
  }
  return false;
}
