import http2 from "node:http2";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { keepStreamsApart, StreamMap, StreamSet } from "./session-streams.ts";

interface Stream {
  readonly name: string;
}

const streams: readonly Stream[] = ["a", "b", "c", "d"].map((name) => ({ name }));
const operation = fc.record({
  kind: fc.constantFrom("add", "add", "remove", "clear"),
  id: fc.nat({ max: 3 }),
});

describe("StreamMap", () => {
  it("does what a Map does, in any order", () => {
    fc.assert(
      fc.property(fc.array(operation), (operations) => {
        const map = new StreamMap<Stream>();
        const model = new Map<number, Stream>();
        for (const { kind, id } of operations) {
          const stream = streams[id] ?? { name: "none" };
          const [done, expected] = [map, model].map((each) => {
            if (kind === "remove") return each.delete(id);
            return kind === "add" ? each.set(id, stream) === each : each.clear();
          });
          expect(done).toBe(expected);
          expect(map.size).toBe(model.size);
          expect(map.get(id)).toBe(model.get(id));
          expect(map.has(id)).toBe(model.has(id));
          const visited: [number, Stream][] = [];
          map.forEach((visit, key) => visited.push([key, visit]));
          for (const all of [visited, [...map], [...map.entries()]])
            expect(new Map(all)).toEqual(model);
          expect(new Set(map.keys())).toEqual(new Set(model.keys()));
          expect(new Set(map.values())).toEqual(new Set(model.values()));
        }
      }),
    );
  });
});

describe("StreamSet", () => {
  it("does what a Set does, in any order", () => {
    fc.assert(
      fc.property(fc.array(operation), (operations) => {
        const set = new StreamSet<Stream>();
        const model = new Set<Stream>();
        for (const { kind, id } of operations) {
          const stream = streams[id] ?? { name: "none" };
          const [done, expected] = [set, model].map((each) => {
            if (kind === "remove") return each.delete(stream);
            return kind === "add" ? each.add(stream) === each : each.clear();
          });
          expect(done).toBe(expected);
          expect(set.size).toBe(model.size);
          expect(set.has(stream)).toBe(model.has(stream));
          const visited: Stream[] = [];
          set.forEach((visit) => visited.push(visit));
          for (const all of [visited, [...set], [...set.keys()], [...set.values()]])
            expect(new Set(all)).toEqual(model);
          expect(new Map(set.entries())).toEqual(new Map(model.entries()));
        }
      }),
    );
  });
});

describe("keepStreamsApart()", () => {
  it("replaces the tables of a session of this Node, which answers calls as before", async () => {
    const server = http2.createServer();
    const replaced: unknown[] = [];
    server.on("session", (session) => {
      keepStreamsApart(session);
      for (const key of Object.getOwnPropertySymbols(session)) {
        const value: unknown = Reflect.get(session, key);
        if (typeof value !== "object" || value === null || !("pendingStreams" in value)) continue;
        replaced.push("streams" in value ? value.streams : undefined, value.pendingStreams);
      }
    });
    server.on("stream", (stream) => {
      stream.respond();
      stream.end("answer");
    });
    await new Promise<void>((resolve) => void server.listen(0, resolve));
    const address = server.address();
    const port = typeof address === "object" ? address?.port : undefined;
    const client = http2.connect(`http://localhost:${port}`);
    const answers = await Promise.all([1, 2, 3].map(() => read(client.request())));
    client.close();
    await new Promise((resolve) => void server.close(resolve));
    expect(answers).toEqual(["answer", "answer", "answer"]);
    expect(replaced).toEqual([expect.any(StreamMap), expect.any(StreamSet)]);
  });
});

async function read(stream: http2.ClientHttp2Stream): Promise<string> {
  let text = "";
  for await (const chunk of stream.setEncoding("utf8")) text += String(chunk);
  return text;
}
