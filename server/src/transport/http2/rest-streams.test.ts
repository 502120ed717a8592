import { describe, expect, it } from "vitest";
import { RestStreams } from "./rest-streams.ts";

describe("RestStreams", () => {
  const courses: readonly (readonly [string, (streams: RestStreams) => void, boolean])[] = [
    ["is opened", () => {}, true],
    ["has sent its request", (streams) => streams.endRequest(1), true],
    ["has its answer", (streams) => streams.endAnswer(1), true],
    [
      "has its answer to a whole request",
      (streams) => {
        streams.endRequest(1);
        streams.endAnswer(1);
      },
      false,
    ],
    [
      "sends its request to an end after the answer",
      (streams) => {
        streams.endAnswer(1);
        streams.endRequest(1);
      },
      false,
    ],
    [
      "is told twice to have its request",
      (streams) => {
        streams.endRequest(1);
        streams.endRequest(1);
      },
      true,
    ],
    ["is reset", (streams) => streams.close(1), false],
  ];
  it.each(courses)("after a stream %s", (_, run, isOpen) => {
    const streams = new RestStreams();
    streams.open(1, false);
    run(streams);
    expect([streams.has(1), streams.size]).toEqual([isOpen, isOpen ? 1 : 0]);
  });

  it("closes a stream whose request was whole from its beginning with its answer", () => {
    const streams = new RestStreams();
    streams.open(1, true);
    streams.open(3, true);
    streams.endAnswer(1);
    expect([streams.has(1), streams.has(3), streams.size]).toEqual([false, true, 1]);
  });

  it("knows nothing of a stream that was not opened", () => {
    const streams = new RestStreams();
    streams.endRequest(1);
    streams.endAnswer(1);
    streams.close(1);
    expect([streams.has(1), streams.size]).toEqual([false, 0]);
  });
});
