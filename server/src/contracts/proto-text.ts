import { isFieldSet } from "@bufbuild/protobuf";
import { protoCamelCase } from "@bufbuild/protobuf/reflect";
import {
  type DescriptorProto,
  type EnumDescriptorProto,
  EnumOptionsSchema,
  EnumValueOptionsSchema,
  type FieldDescriptorProto,
  FieldDescriptorProtoSchema,
  FieldOptionsSchema,
  FieldDescriptorProto_Type as FieldType,
  type FileDescriptorProto,
  FileOptionsSchema,
  FieldDescriptorProto_Label as Label,
  MessageOptionsSchema,
  MethodOptionsSchema,
  OneofOptionsSchema,
  type ServiceDescriptorProto,
} from "@bufbuild/protobuf/wkt";
import { lintIgnores } from "./lint-ignores.ts";
import { optionTexts, quote } from "./option-text.ts";
import { type CommentsOf, readComments } from "./proto-comments.ts";
import { scalarTypes } from "./scalar-type.ts";

/**
 * Writes a file as `.proto` text, comments included, which compiles back to the
 * very file. Where names of the model break a rule of `buf lint`, the rule is
 * ignored there by a comment. Knows what contracts and the rules they import are
 * made of; nested types, groups and default values are not.
 */
export function protoText(file: FileDescriptorProto): string {
  const scope: Scope = {
    package: file.package,
    isProto3: file.syntax === "proto3",
    comments: readComments(file),
  };
  const blocks = [
    [`syntax = ${quote(scope.isProto3 ? "proto3" : "proto2")};`],
    [...comment(lintIgnores.package(file.package)), `package ${file.package};`],
    file.dependency.map((path) => `import ${quote(path)};`),
    optionLines(optionTexts(FileOptionsSchema, file.options, file.package)),
    ...file.service.map((service, index) => serviceLines(service, index, scope)),
    ...file.messageType.map((message, index) => messageLines(message, index, scope)),
    ...file.enumType.map((each, index) => enumLines(each, index, scope)),
    ...extensionBlocks(file, scope),
  ];
  const filled = blocks.filter((lines) => lines.length > 0);
  return `${filled.map((lines) => lines.join("\n")).join("\n\n")}\n`;
}

interface Scope {
  readonly package: string;
  readonly isProto3: boolean;
  readonly comments: CommentsOf;
}

/** The numbers of the fields of descriptors that lead to commented parts. */
const paths = { message: 4, enum: 5, service: 6, member: 2 };

function comment(...texts: readonly (readonly string[])[]): readonly string[] {
  return texts.flat().map((line) => (line === "" ? "//" : `// ${line}`));
}

function block(head: string, lines: readonly string[]): readonly string[] {
  if (lines.length === 0) return [`${head} {}`];
  return [`${head} {`, ...lines.map((line) => (line === "" ? "" : `  ${line}`)), "}"];
}

function optionLines(texts: readonly string[]): readonly string[] {
  return texts.flatMap((text) => `option ${text};`.split("\n"));
}

function serviceLines(
  service: ServiceDescriptorProto,
  index: number,
  scope: Scope,
): readonly string[] {
  const methods = service.method.flatMap((method, at) => {
    const [input, output] = [method.inputType, method.outputType].map((type) =>
      shortName(type, scope),
    );
    const ignores = lintIgnores.method(service.name, method);
    return [
      ...(at === 0 ? [] : [""]),
      ...comment(scope.comments([paths.service, index, paths.member, at]), ignores),
      ...rpcLines(
        `rpc ${method.name}(${input}) returns (${output})`,
        optionTexts(MethodOptionsSchema, method.options, scope.package),
      ),
    ];
  });
  return [
    ...comment(scope.comments([paths.service, index])),
    ...block(`service ${service.name}`, methods),
  ];
}

function rpcLines(head: string, options: readonly string[]): readonly string[] {
  return options.length === 0 ? [`${head};`] : block(head, optionLines(options));
}

function messageLines(message: DescriptorProto, index: number, scope: Scope): readonly string[] {
  const options = optionTexts(MessageOptionsSchema, message.options, scope.package);
  const taken = new Set(message.field.map(({ name }) => name));
  const opened = new Set<number>();
  const linesOf = (field: FieldDescriptorProto, at: number): readonly string[] =>
    fieldLines(field, { ...scope, taken, path: [paths.message, index, paths.member, at] });
  const fields = message.field.flatMap((field, at): readonly string[] => {
    const oneof = oneofOf(field);
    if (oneof === undefined) return linesOf(field, at);
    if (opened.has(oneof)) return [];
    opened.add(oneof);
    const members = message.field.filter((each) => oneofOf(each) === oneof);
    const declared = message.oneofDecl[oneof];
    const oneofOptions = optionTexts(OneofOptionsSchema, declared?.options, scope.package);
    return block(`oneof ${declared?.name}`, [
      ...optionLines(oneofOptions),
      ...members.flatMap((each) => linesOf(each, message.field.indexOf(each))),
    ]);
  });
  const ranges = message.reservedRange.map(({ start, end }) => rangeText(start, end - 1));
  const extensions = message.extensionRange.map(
    ({ start, end }) => `extensions ${rangeText(start, end - 1, maxFieldNumber)};`,
  );
  return [
    ...comment(scope.comments([paths.message, index])),
    ...block(`message ${message.name}`, [
      ...optionLines(options),
      ...reservedLines(ranges, message.reservedName),
      ...fields,
      ...extensions,
    ]),
  ];
}

/** The index of the oneof that a field is written in; an optional field's own is not written. */
function oneofOf(field: FieldDescriptorProto): number | undefined {
  return isFieldSet(field, FieldDescriptorProtoSchema.field.oneofIndex) && !field.proto3Optional
    ? field.oneofIndex
    : undefined;
}

const maxFieldNumber = 536_870_911;
const maxEnumNumber = 2_147_483_647;

function rangeText(first: number, last: number, max = -1): string {
  if (first === last) return String(first);
  return `${first} to ${last === max ? "max" : last}`;
}

function reservedLines(ranges: readonly string[], names: readonly string[]): readonly string[] {
  return [
    ...(ranges.length === 0 ? [] : [`reserved ${ranges.join(", ")};`]),
    ...(names.length === 0 ? [] : [`reserved ${names.map(quote).join(", ")};`]),
  ];
}

interface FieldScope extends Scope {
  /** The names of the message's fields, which hide types. */
  readonly taken: ReadonlySet<string>;
  readonly path: readonly number[];
}

function fieldLines(field: FieldDescriptorProto, scope: FieldScope): readonly string[] {
  const ignores = lintIgnores.field(field.name);
  const head = `${labelText(field, scope)}${typeText(field, scope)} ${field.name} = ${field.number}`;
  const options = [
    ...(field.jsonName === "" || field.jsonName === protoCamelCase(field.name)
      ? []
      : [`json_name = ${quote(field.jsonName)}`]),
    ...optionTexts(FieldOptionsSchema, field.options, scope.package),
  ];
  const [only, second] = options;
  const lines = comment(scope.comments(scope.path), ignores);
  if (only === undefined) return [...lines, `${head};`];
  const single = `${head} [${only}];`;
  if (second === undefined && single.length < 98 && !single.includes("\n"))
    return [...lines, single];
  const bracketed = options.flatMap((text, at) =>
    `${text}${at + 1 < options.length ? "," : ""}`.split("\n").map((line) => `  ${line}`),
  );
  return [...lines, `${head} [`, ...bracketed, "];"];
}

function labelText(field: FieldDescriptorProto, { isProto3 }: Scope): string {
  if (field.label === Label.REPEATED) return "repeated ";
  if (field.label === Label.REQUIRED) return "required ";
  if (isProto3) return field.proto3Optional ? "optional " : "";
  return oneofOf(field) === undefined ? "optional " : "";
}

const scalarNames: ReadonlyMap<FieldType, string> = new Map([
  ...Object.entries(scalarTypes).map(([name, type]) => [type, name] as const),
  [FieldType.BYTES, "bytes"],
  [FieldType.SINT32, "sint32"],
  [FieldType.SINT64, "sint64"],
  [FieldType.FIXED32, "fixed32"],
  [FieldType.FIXED64, "fixed64"],
  [FieldType.SFIXED32, "sfixed32"],
  [FieldType.SFIXED64, "sfixed64"],
]);

function typeText(field: FieldDescriptorProto, scope: FieldScope): string {
  const scalar = scalarNames.get(field.type);
  if (scalar !== undefined) return scalar;
  const short = shortName(field.typeName, scope);
  return scope.taken.has(short) ? field.typeName : short;
}

/** The name of a type as it is found from the file's package. */
function shortName(typeName: string, scope: Scope): string {
  const own = `.${scope.package}.`;
  return typeName.startsWith(own) ? typeName.slice(own.length) : typeName.slice(1);
}

function enumLines(each: EnumDescriptorProto, index: number, scope: Scope): readonly string[] {
  const options = optionTexts(EnumOptionsSchema, each.options, scope.package);
  const ranges = each.reservedRange.map(({ start, end }) => rangeText(start, end, maxEnumNumber));
  const values = each.value.flatMap((value, at) => {
    const texts = optionTexts(EnumValueOptionsSchema, value.options, scope.package);
    const suffix = texts.length === 0 ? "" : ` [${texts.join(", ")}]`;
    return [
      ...comment(
        scope.comments([paths.enum, index, paths.member, at]),
        lintIgnores.enumValue(value.name),
      ),
      `${value.name} = ${value.number}${suffix};`,
    ];
  });
  return [
    ...comment(scope.comments([paths.enum, index])),
    ...block(`enum ${each.name}`, [
      ...optionLines(options),
      ...reservedLines(ranges, each.reservedName),
      ...values,
    ]),
  ];
}

function extensionBlocks(file: FileDescriptorProto, scope: Scope): readonly (readonly string[])[] {
  return [...new Set(file.extension.map(({ extendee }) => extendee))].map((extendee) =>
    block(
      `extend ${shortName(extendee, scope)}`,
      file.extension
        .filter((each) => each.extendee === extendee)
        .flatMap((each) => fieldLines(each, { ...scope, taken: new Set(), path: [] })),
    ),
  );
}
