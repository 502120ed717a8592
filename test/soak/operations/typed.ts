import type { DescField, DescMessage, DescService } from "@bufbuild/protobuf";
import { callReflected } from "../../support/reflected.ts";
import { checkEqual, checkRows, Unexpected } from "../expected.ts";
import { askAny, type Cells, type Question } from "../questions.ts";
import { anyLane, type Operation, type Setting, serviceKey } from "../setting.ts";

/** Predictions of the models' own typed services, over every protocol. */
export function typedOperations(setting: Setting): readonly Operation[] {
  return [
    {
      name: "typed row",
      weight: 12,
      timed: true,
      async run() {
        const question = askAny(setting.random, 1);
        const service = serviceOf(setting, question);
        const request = messageOf(rowType(service), question.rows[0] ?? []);
        const { transport } = anyLane(setting);
        const { message, headers } = await callReflected(transport, service, {
          method: "predict",
          request,
        });
        checkEqual("version", headers.get("presage-model-version"), question.version);
        checkRows(question, [message]);
        return 1;
      },
    },
    {
      name: "typed rows",
      weight: 4,
      timed: true,
      async run() {
        const question = askAny(setting.random);
        const service = serviceOf(setting, question);
        const rows = question.rows.map((row) => messageOf(rowType(service), row));
        const { transport } = anyLane(setting);
        const { message } = await callReflected(transport, service, {
          method: "predictBatch",
          request: { rows },
        });
        checkRows(question, message["rows"] as readonly Record<string, unknown>[]);
        return 1;
      },
    },
  ];
}

function serviceOf({ services }: Setting, question: Question): DescService {
  const service = services.get(serviceKey(question));
  if (service === undefined) throw new Error(`no service of ${serviceKey(question)}`);
  return service;
}

function rowType(service: DescService): DescMessage {
  const method = service.method["predict"];
  if (method === undefined) throw new Unexpected(`${service.typeName} has no method predict`);
  return method.input;
}

/** The row as its message has it: features are its fields in the signature's order, and null is left out. */
function messageOf({ fields }: DescMessage, row: Cells): Record<string, unknown> {
  return Object.fromEntries(
    fields.flatMap((field, index) => {
      const cell = row[index] ?? null;
      return cell === null ? [] : [[field.localName, fieldValue(field, cell)]];
    }),
  );
}

/** A text of a closed list is the enum's value whose name ends with it. */
function fieldValue(field: DescField, cell: NonNullable<Cells[number]>): unknown {
  if (field.enum === undefined) return cell;
  const ending = `_${String(cell).toUpperCase()}`;
  return field.enum.values.find(({ name }) => name.endsWith(ending))?.number ?? 0;
}
