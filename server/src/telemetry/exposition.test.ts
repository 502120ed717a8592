import { describe, expect, it } from "vitest";
import { measured } from "../../../test/support/snapshots.ts";
import { createExposition } from "./exposition.ts";

const text = "text/plain; version=0.0.4; charset=utf-8";
const openMetrics = "application/openmetrics-text; version=1.0.0; charset=utf-8";

describe("createExposition()", () => {
  it("writes what all sources tell together", async () => {
    const exposition = createExposition([() => measured(3, 1), async () => measured(4, 1)]);
    expect((await exposition.write(undefined)).body).toBe(
      [
        "# HELP test_events_total Events of a test.",
        "# TYPE test_events_total counter",
        "test_events_total 7",
        "# HELP test_things Things of a test.",
        "# TYPE test_things gauge",
        "test_things 2",
        "",
      ].join("\n"),
    );
  });

  const cases: [string, string | undefined, string][] = [
    ["whoever says nothing", undefined, text],
    ["a browser", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", text],
    ["curl", "*/*", text],
    ["whoever asks for OpenMetrics", "application/openmetrics-text", openMetrics],
    ["whoever asks for its version", "application/openmetrics-text; version=1.0.0", openMetrics],
    ["whoever asks for another version alone", "application/openmetrics-text; version=2.0.0", text],
    [
      "Prometheus 2",
      "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
      openMetrics,
    ],
    [
      "Prometheus 3",
      "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1",
      openMetrics,
    ],
    [
      "Prometheus told to prefer the text format",
      "text/plain;version=0.0.4;q=0.5,application/openmetrics-text;version=1.0.0;q=0.4,*/*;q=0.1",
      text,
    ],
    ["whoever refuses OpenMetrics", "application/openmetrics-text;q=0", text],
    ["whoever weighs nonsense", "application/openmetrics-text;q=much", text],
  ];
  it.each(cases)("answers %s", async (_, accept, contentType) => {
    const page = await createExposition([() => measured(1, 1)]).write(accept);
    expect(page.contentType).toBe(contentType);
    expect(page.body.endsWith("# EOF\n")).toBe(contentType === openMetrics);
  });
});
