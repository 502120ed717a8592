// Writes the table of all instruments into docs/metrics.md.
import { readFileSync, writeFileSync } from "node:fs";
import { updateMetricsTable } from "./metrics-table.ts";

const page = new URL("../docs/metrics.md", import.meta.url);
writeFileSync(page, updateMetricsTable(readFileSync(page, "utf8")));
