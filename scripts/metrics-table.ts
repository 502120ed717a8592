import { listInstruments } from "../server/src/services/instrument-list.ts";
import type { Instrument } from "../server/src/telemetry/instrument.ts";
import { prometheusName } from "../server/src/telemetry/prometheus-name.ts";

const [begin, end] = [
  "<!-- The table is written by `npm run generate:metrics`. -->",
  "<!-- The end of the table. -->",
] as const;

/** Puts the table of all instruments, as it is now, into the page that has a place for it. */
export function updateMetricsTable(page: string): string {
  const [before, , after] = page.split(new RegExp(`${begin}|${end}`));
  if (before === undefined || after === undefined) throw new Error("the page has no table");
  return [before, begin, "\n\n", writeTable(), "\n", end, after].join("");
}

function writeTable(): string {
  return [
    "| Prometheus | OpenTelemetry | unit | kind | attributes | what |",
    "|---|---|---|---|---|---|",
    ...listInstruments().map(writeRow),
    "",
  ].join("\n");
}

function writeRow(instrument: Instrument): string {
  const { name, unit, kind, attributes, text } = instrument;
  const code = (word: string): string => (word === "" ? "" : `\`${word}\``);
  const cells = [
    code(prometheusName(instrument)),
    code(name),
    code(unit),
    kind,
    attributes.map(code).join(", "),
    text.replaceAll("|", "\\|"),
  ];
  return `| ${cells.join(" | ")} |`;
}
