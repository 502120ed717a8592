import type { DescFile, DescService } from "@bufbuild/protobuf";

/** The services that are served now, which health and reflection tell of. */
export interface ServiceDirectory {
  /** Their full names. */
  readonly names: readonly string[];
  /** The files that define them, and those that describe errors; imports are not among them. */
  readonly files: readonly DescFile[];
  /** Takes these services beside those that are always served, in place of the ones before. */
  replace(services: readonly DescService[]): void;
  /** Calls `listener` at each change, until the returned function is called. */
  subscribe(listener: () => void): () => void;
}

/** Makes the directory of services that are always served, with files that define none. */
export function createServiceDirectory(
  always: readonly DescService[],
  otherFiles: readonly DescFile[],
): ServiceDirectory {
  const listeners = new Set<() => void>();
  const filesOf = (services: readonly DescService[]): readonly DescFile[] => [
    ...services.map(({ file }) => file),
    ...otherFiles,
  ];
  const namesOf = (services: readonly DescService[]): readonly string[] =>
    services.map(({ typeName }) => typeName);
  let names = namesOf(always);
  let files = filesOf(always);
  return {
    get names() {
      return names;
    },
    get files() {
      return files;
    },
    replace(services) {
      const all = [...always, ...services];
      names = namesOf(all);
      files = filesOf(all);
      for (const listener of listeners) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
