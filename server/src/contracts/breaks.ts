import type { LockedContract, LockedEnum, LockedField, LockedMessage } from "./lock.ts";

/** The rules that keep callers whole, as `buf breaking` calls them; FIELD_NOT_REQUIRED is ours. */
export type BreakRule =
  | "MESSAGE_NO_DELETE"
  | "FIELD_NO_DELETE"
  | "FIELD_SAME_TYPE"
  | "FIELD_SAME_CARDINALITY"
  | "ENUM_NO_DELETE"
  | "ENUM_VALUE_NO_DELETE"
  | "FIELD_NOT_REQUIRED";

/** Something that breaks callers of a contract. */
export interface Break {
  readonly rule: BreakRule;
  /** What it is about, e.g. `Tumor.clump_thickness`. */
  readonly subject: string;
  readonly description: string;
}

/** Tells what in a contract breaks those who were compiled against it as it was before. */
export function findBreaks(before: LockedContract, after: LockedContract): readonly Break[] {
  return [
    ...[...before.messages].flatMap(([name, message]) => {
      const now = after.messages.get(name);
      return now === undefined
        ? [gone("MESSAGE_NO_DELETE", name, "the message")]
        : compareMessages(name, message, now);
    }),
    ...[...before.enums].flatMap(([name, each]) => {
      const now = after.enums.get(name);
      return now === undefined
        ? [gone("ENUM_NO_DELETE", name, "the enum")]
        : compareEnums(name, each, now);
    }),
  ];
}

/** Writes a break as a line. */
export function showBreak({ rule, subject, description }: Break): string {
  return `${rule}: ${subject}: ${description}`;
}

function gone(rule: BreakRule, subject: string, what: string): Break {
  return { rule, subject, description: `${what} is gone` };
}

function compareMessages(
  message: string,
  before: LockedMessage,
  after: LockedMessage,
): readonly Break[] {
  const kept = [...before.fields].flatMap(([name, field]) => {
    const subject = `${message}.${name}`;
    const now = after.fields.get(name);
    return now === undefined
      ? [gone("FIELD_NO_DELETE", subject, `field ${field.number}`)]
      : compareFields(subject, field, now);
  });
  const added = [...after.fields].flatMap(([name, field]): readonly Break[] =>
    field.required && !before.fields.has(name)
      ? [
          {
            rule: "FIELD_NOT_REQUIRED",
            subject: `${message}.${name}`,
            description: "the field is new, and callers must set it; give it `missing: fill`",
          },
        ]
      : [],
  );
  return [...kept, ...added];
}

function compareFields(subject: string, before: LockedField, after: LockedField): readonly Break[] {
  const breaks: Break[] = [];
  const [labelBefore, typeBefore] = before.type.split(" ");
  const [labelAfter, typeAfter] = after.type.split(" ");
  if (typeBefore !== typeAfter) {
    const description = `was ${typeBefore}, and is ${typeAfter}`;
    breaks.push({ rule: "FIELD_SAME_TYPE", subject, description });
  }
  if (labelBefore !== labelAfter) {
    const description = `was ${labelBefore}, and is ${labelAfter}`;
    breaks.push({ rule: "FIELD_SAME_CARDINALITY", subject, description });
  }
  if (after.required && !before.required) {
    const description = "could be left out, and callers must set it now";
    breaks.push({ rule: "FIELD_NOT_REQUIRED", subject, description });
  }
  return breaks;
}

function compareEnums(name: string, before: LockedEnum, after: LockedEnum): readonly Break[] {
  return [...before.values.keys()]
    .filter((value) => !after.values.has(value))
    .map((value) => gone("ENUM_VALUE_NO_DELETE", `${name}.${value}`, "the value"));
}
