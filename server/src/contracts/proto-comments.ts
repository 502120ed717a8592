import type { FileDescriptorProto } from "@bufbuild/protobuf/wkt";

/** The lines of the comment before the part of a file that a path leads to. */
export type CommentsOf = (path: readonly number[]) => readonly string[];

/** Reads the comments of a file. */
export function readComments(file: FileDescriptorProto): CommentsOf {
  const lines = new Map(
    file.sourceCodeInfo?.location.map(({ path, leadingComments }) => [
      path.join("."),
      leadingComments === ""
        ? []
        : leadingComments
            .replace(/\n$/, "")
            .split("\n")
            .map((line) => line.replace(/^ /, "")),
    ]),
  );
  return (path) => lines.get(path.join(".")) ?? [];
}
