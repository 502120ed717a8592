import type {
  DescriptorProto,
  EnumDescriptorProto,
  FileDescriptorProto,
} from "@bufbuild/protobuf/wkt";
import type { Comments } from "./json.ts";

/** Reads the comments of a file out of its source information. */
export function readComments(file: FileDescriptorProto): Comments {
  const comments = new Map<string, string>();
  const byPath = new Map<string, string>();
  for (const { path, leadingComments } of file.sourceCodeInfo?.location ?? [])
    if (leadingComments !== "") byPath.set(path.join("."), leadingComments.trim());

  const note = (name: string, path: string): void => {
    const comment = byPath.get(path);
    if (comment !== undefined) comments.set(name, comment);
  };
  const noteAll = (items: readonly Named[], parent: string, path: string): void => {
    for (const [index, { name }] of items.entries()) note(`${parent}.${name}`, `${path}.${index}`);
  };
  const noteEnums = (enums: readonly EnumDescriptorProto[], scope: string, path: string): void => {
    noteAll(enums, scope, path);
    for (const [index, { name, value }] of enums.entries())
      noteAll(value, `${scope}.${name}`, `${path}.${index}.2`);
  };
  const noteMessages = (
    messages: readonly DescriptorProto[],
    scope: string,
    path: string,
  ): void => {
    noteAll(messages, scope, path);
    for (const [index, message] of messages.entries()) {
      const [name, at] = [`${scope}.${message.name}`, `${path}.${index}`];
      noteAll(message.field, name, `${at}.2`);
      noteAll(message.oneofDecl, name, `${at}.8`);
      noteMessages(message.nestedType, name, `${at}.3`);
      noteEnums(message.enumType, name, `${at}.4`);
    }
  };

  // The numbers are those of the fields of FileDescriptorProto and what is in it.
  noteMessages(file.messageType, file.package, "4");
  noteEnums(file.enumType, file.package, "5");
  noteAll(file.service, file.package, "6");
  for (const [index, { name, method }] of file.service.entries())
    noteAll(method, `${file.package}.${name}`, `6.${index}.2`);
  return comments;
}

interface Named {
  readonly name: string;
}
