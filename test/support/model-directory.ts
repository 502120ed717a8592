import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Returns the path of a file or directory of the repository, from its root. */
export function repositoryPath(path: string): string {
  return fileURLToPath(new URL(`../../${path}`, import.meta.url));
}

/** Models of a test's own, in a directory that goes when the test's scope ends. */
export interface ModelDirectory extends Disposable {
  readonly root: string;
  /** Writes a file, with the directories above it. */
  write(path: string, text: string): void;
  /** Makes a directory. */
  make(path: string): void;
  /** Copies a file or directory of the repository, e.g. `examples/models/iris`. */
  copy(from: string, to: string): void;
}

/** Makes an empty directory of models. */
export function createModelDirectory(): ModelDirectory {
  const root = mkdtempSync(join(tmpdir(), "presage-models-"));
  return {
    root,
    write(path, text) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    },
    make: (path) => void mkdirSync(join(root, path), { recursive: true }),
    copy: (from, to) => cpSync(repositoryPath(from), join(root, to), { recursive: true }),
    [Symbol.dispose]: () => rmSync(root, { recursive: true }),
  };
}
