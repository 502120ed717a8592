import { create, setExtension } from "@bufbuild/protobuf";
import {
  type DescriptorProto,
  DescriptorProto_ReservedRangeSchema,
  DescriptorProtoSchema,
  type EnumDescriptorProto,
  EnumDescriptorProto_EnumReservedRangeSchema,
  EnumDescriptorProtoSchema,
  type FieldDescriptorProto,
  FieldDescriptorProto_Label,
  FieldDescriptorProto_Type,
  FieldDescriptorProtoSchema,
  FieldOptionsSchema,
  type FileDescriptorProto,
  FileDescriptorProtoSchema,
  MethodOptions_IdempotencyLevel as Idempotency,
  MessageOptionsSchema,
  SourceCodeInfo_LocationSchema,
} from "@bufbuild/protobuf/wkt";
import {
  field as fieldRules,
  file_buf_validate_validate,
  message as messageRules,
} from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";
import { wrapText } from "./comments.ts";
import type {
  EnumDraft,
  FieldDraft,
  FileDraft,
  MessageDraft,
  Reserved,
  TypeDraft,
} from "./draft.ts";
import { scalarTypes } from "./scalar-type.ts";

/** The file whose options carry rules. */
export const rulesFile: string = `${file_buf_validate_validate.name}.proto`;

/** Declares a file: its comments become source information, its rules options. */
export function describeFile(draft: FileDraft): FileDescriptorProto {
  const { messages, enums, service } = draft;
  const scope = `.${draft.package}.`;
  const hasRules = messages.some(
    ({ rules, fields }) => rules !== undefined || fields.some((field) => field.rules !== undefined),
  );
  return create(FileDescriptorProtoSchema, {
    name: draft.path,
    package: draft.package,
    syntax: "proto3",
    dependency: hasRules ? [rulesFile] : [],
    messageType: messages.map((message) => describeMessage(message, scope)),
    enumType: enums.map(describeEnum),
    service: [
      {
        name: service.name,
        method: service.methods.map(({ name, input, output }) => ({
          name,
          inputType: scope + input,
          outputType: scope + output,
          // A prediction changes nothing, so callers may ask by GET.
          options: { idempotencyLevel: Idempotency.NO_SIDE_EFFECTS },
        })),
      },
    ],
    sourceCodeInfo: { location: locate(draft) },
  });
}

function describeMessage(draft: MessageDraft, scope: string): DescriptorProto {
  const oneofs = nameOneofs(draft.fields);
  const message = create(DescriptorProtoSchema, {
    name: draft.name,
    field: draft.fields.map((field) => describeField(field, scope, oneofs.indexOf(field))),
    oneofDecl: oneofs.names.map((name) => ({ name })),
    reservedName: [...(draft.reserved?.keys() ?? [])],
    reservedRange: runsOf(draft.reserved).map(([start, last]) =>
      // The end of a message's range is past it, that of an enum's is in it.
      create(DescriptorProto_ReservedRangeSchema, { start, end: last + 1 }),
    ),
  });
  if (draft.rules !== undefined) {
    message.options = create(MessageOptionsSchema);
    setExtension(message.options, messageRules, draft.rules);
  }
  return message;
}

function describeField(
  draft: FieldDraft,
  scope: string,
  oneof: number | undefined,
): FieldDescriptorProto {
  const isRepeated = draft.label === "repeated";
  const field = create(FieldDescriptorProtoSchema, {
    name: draft.name,
    jsonName: draft.jsonName,
    number: draft.number,
    label: isRepeated ? FieldDescriptorProto_Label.REPEATED : FieldDescriptorProto_Label.OPTIONAL,
    ...describeType(draft.type, scope),
    ...(oneof !== undefined ? { proto3Optional: true, oneofIndex: oneof } : {}),
  });
  if (draft.rules !== undefined) {
    field.options = create(FieldOptionsSchema);
    setExtension(field.options, fieldRules, draft.rules);
  }
  return field;
}

function describeType(
  type: TypeDraft,
  scope: string,
): Pick<FieldDescriptorProto, "type"> & { typeName?: string } {
  switch (type.kind) {
    case "scalar":
      return { type: scalarTypes[type.name] };
    case "message":
      return { type: FieldDescriptorProto_Type.MESSAGE, typeName: scope + type.name };
    case "enum":
      return { type: FieldDescriptorProto_Type.ENUM, typeName: scope + type.name };
  }
}

interface Oneofs {
  readonly names: readonly string[];
  /** The index of the oneof of a field; undefined if it has none. */
  indexOf(field: FieldDraft): number | undefined;
}

/** Names the oneofs that compilers make for optional fields: `_` before the name, then X until it is free. */
function nameOneofs(fields: readonly FieldDraft[]): Oneofs {
  const taken = new Set(fields.map(({ name }) => name));
  const names = new Map<FieldDraft, string>();
  for (const field of fields) {
    if (field.label !== "optional" || field.type.kind === "message") continue;
    let name = field.name.startsWith("_") ? field.name : `_${field.name}`;
    while (taken.has(name)) name = `X${name}`;
    taken.add(name);
    names.set(field, name);
  }
  const order = new Map([...names.keys()].map((field, index) => [field, index]));
  return { names: [...names.values()], indexOf: (field) => order.get(field) };
}

function describeEnum(draft: EnumDraft): EnumDescriptorProto {
  return create(EnumDescriptorProtoSchema, {
    name: draft.name,
    value: draft.values.map(({ name, number }) => ({ name, number })),
    reservedName: [...(draft.reserved?.keys() ?? [])],
    reservedRange: runsOf(draft.reserved).map(([start, end]) =>
      create(EnumDescriptorProto_EnumReservedRangeSchema, { start, end }),
    ),
  });
}

/** The first and last of each run of neighbouring numbers. */
function runsOf(reserved: Reserved | undefined): readonly (readonly [number, number])[] {
  const runs: [number, number][] = [];
  for (const number of [...(reserved?.values() ?? [])].toSorted((a, b) => a - b)) {
    const run = runs.at(-1);
    if (run !== undefined && number === run[1] + 1) run[1] = number;
    else runs.push([number, number]);
  }
  return runs;
}

type Location = ReturnType<typeof create<typeof SourceCodeInfo_LocationSchema>>;

/** The numbers of the fields of descriptors that paths are made of. */
const paths = { message: 4, enum: 5, service: 6, member: 2 };

function locate({ service, messages, enums }: FileDraft): Location[] {
  const { member } = paths;
  const nested = (
    kind: number,
    each: readonly { readonly comment: string; readonly members: readonly { comment: string }[] }[],
  ): Location[] =>
    each.flatMap(({ comment, members }, index) => [
      locateOne([kind, index], comment),
      ...members.map((one, at) => locateOne([kind, index, member, at], one.comment)),
    ]);
  return [
    ...nested(
      paths.message,
      messages.map(({ comment, fields }) => ({ comment, members: fields })),
    ),
    ...nested(
      paths.enum,
      enums.map(({ comment, values }) => ({ comment, members: values })),
    ),
    ...nested(paths.service, [{ comment: service.comment, members: service.methods }]),
  ];
}

function locateOne(path: readonly number[], comment: string): Location {
  return create(SourceCodeInfo_LocationSchema, {
    path: [...path],
    span: [0, 0, 0],
    leadingComments: wrapText(comment)
      .map((line) => (line === "" ? "\n" : ` ${line}\n`))
      .join(""),
  });
}
