import { chmodSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { createClient } from "@presage/sdk/node";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { createModelDirectory } from "../support/model-directory.ts";
import { exampleModels } from "../support/start-server.ts";
import { runTool } from "../support/tools.ts";
import {
  type BuiltImage,
  buildah,
  buildOnTop,
  buildPresage,
  openImage,
} from "./container/image.ts";
import { pushImage } from "./container/layers.ts";
import { type Container, type ContainerOptions, runImage } from "./container/run.ts";

/** Has the model `slow`, which takes some 200 ms for a run. */
const slowModel = createModelDirectory();
slowModel.copy("test/data/edge/slow", "slow");
// Others than this user read it, too.
chmodSync(slowModel.root, 0o755);
const users = [
  { who: "the image's own user", user: 8888, group: 0 },
  { who: "a user that a platform chose", user: 123_456, group: 0 },
];
const mebibyte = 1024 * 1024;

let image: BuiltImage;
let mark: string;
beforeAll(async () => {
  mark = await buildPresage("localhost/presage");
  image = await openImage("localhost/presage");
}, 900_000);
afterAll(async () => {
  slowModel[Symbol.dispose]();
  await buildah("rm", "--all");
});

const running: Container[] = [];
afterEach(async () => {
  for (const container of running.splice(0)) await container.remove();
});

async function start(from: BuiltImage, options: ContainerOptions): Promise<Container> {
  const container = await runImage(from, options);
  running.push(container);
  await container.untilHealthy();
  return container;
}

/** The files of the image that find's conditions hold for, as paths inside it. */
async function find(folder: string, ...conditions: readonly string[]): Promise<readonly string[]> {
  const { text } = await runTool("find", [`${image.root}${folder}`, ...conditions]);
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((path) => path.slice(image.root.length));
}

describe("the image", () => {
  it("says how it is run", () => {
    expect(image.config).toMatchObject({
      User: "8888:0",
      WorkingDir: "/data",
      Entrypoint: ["node", "/app/server/bin/presage.js"],
      Cmd: ["serve"],
      ExposedPorts: { "8080/tcp": {} },
      Volumes: { "/data": {} },
      Healthcheck: { Test: ["CMD", "node", "/app/server/bin/presage.js", "health"] },
      Labels: {
        "org.opencontainers.image.title": "Presage",
        "org.opencontainers.image.licenses": "Apache-2.0",
      },
    });
  });

  it("holds no secret in any layer, and is less than 250 MiB, compressed", async () => {
    await using pushed = await pushImage(image.name);
    // What looks for the secrets finds what is there.
    const inConfig = "org.opencontainers.image.title";
    const inLayer = "tell whether a server serves, for probes";
    expect(await pushed.search([mark, inConfig, inLayer])).toEqual([inConfig, inLayer]);
    expect(pushed.size / mebibyte).toBeLessThan(250);
  }, 300_000);

  it("holds compiled JavaScript, and nothing of its sources, tests and tools", async () => {
    const left = ["*.ts", "*.map", "*.tsbuildinfo", "*.npmrc", "*.test.js"];
    const names = left.flatMap((name) => ["-o", "-name", name]).slice(1);
    expect(await find("/app", "(", ...names, ")")).toEqual([]);
    for (const name of ["typescript", "vitest", "@biomejs", "@bufbuild/buf", "node"]) {
      expect(await find(`/app/node_modules/${name}`)).toEqual([]);
    }
    expect(await find("/app/server/dist/cli.js")).toEqual(["/app/server/dist/cli.js"]);
  });

  it("holds ONNX Runtime for its own platform only, without providers of graphics processors", async () => {
    const folder = "/app/node_modules/onnxruntime-node/bin/napi-v6";
    const place = `${folder}/linux/${process.arch}`;
    expect((await find(folder, "-type", "f")).toSorted()).toEqual([
      `${place}/libonnxruntime.so.1`,
      `${place}/onnxruntime_binding.node`,
    ]);
  });

  it("gives its user nothing to write to but /data", async () => {
    const writable = ["(", "-user", "8888", "-o", "-perm", "-o+w", "-o", "-perm", "-g+w", ")"];
    const notLinks = ["!", "-type", "l", ...writable];
    expect(await find("/app", ...notLinks)).toEqual([]);
    expect(await find("/models", ...notLinks)).toEqual([]);
    expect(await find("/data", ...notLinks)).toEqual(["/data"]);
  });

  it("answers the command line's questions", async () => {
    const [entry = "", script = ""] = image.config.Entrypoint;
    const run = await runTool("chroot", [image.root, `/usr/local/bin/${entry}`, script, "--help"]);
    expect(run.text).toContain("presage serve examples/models");
    const linked = await runTool("chroot", [image.root, "/usr/local/bin/presage", "--version"]);
    expect(linked.text).toBe("0.1.0\n");
  });
});

describe.each(users)("the image, run by $who with a read-only root", ({ user, group }) => {
  it("predicts, keeps feedback, and writes nothing else", async () => {
    const container = await start(image, { user, group, folders: { "/models": exampleModels } });
    const client = createClient({ baseUrl: container.url });
    const prediction = await client.predict("iris", [5.1, 3.5, 1.4, 0.2]);
    expect(prediction.row).toMatchObject({ class: "setosa" });
    await prediction.feedback({ truth: "setosa" });
    expect((await client.metrics("iris")).metrics[0]?.accuracy).toBe(1);
    const files = await readdir(container.data, { recursive: true });
    expect(files.filter((name) => !name.startsWith("feedback.db"))).toEqual([]);
  }, 120_000);

  it("answers the calls in flight after SIGTERM, and ends with 0", async () => {
    const container = await start(image, {
      user,
      group,
      folders: { "/models": slowModel.root },
      // What is not over after as long would be cut, and the exit code 1.
      environment: { PRESAGE_TIMEOUTS_DRAIN: "5s", PRESAGE_TIMEOUTS_QUEUE: "60s" },
    });
    const client = createClient({ baseUrl: container.url, retry: false });
    const calls = Array.from({ length: 5 }, (_, x) => client.predict("slow", { x }));
    await Promise.race(calls);
    await container.terminate();
    const answers = await Promise.all(calls);
    expect(answers.map(({ row }) => Object.values(row))).toEqual([[0], [1], [2], [3], [4]]);
    expect(await container.ended).toBe(0);
    expect((await container.checkHealth()).code).toBe(1);
  }, 120_000);
});

describe("the image without a volume", () => {
  it("serves where no feedback is kept", async () => {
    const container = await start(image, {
      user: 8888,
      group: 0,
      volume: false,
      folders: { "/models": slowModel.root },
      environment: { PRESAGE_STORE: "off" },
    });
    const { row } = await createClient({ baseUrl: container.url }).predict("slow", { x: 1 });
    expect(Object.values(row)).toEqual([1]);
  }, 120_000);
});

describe("examples/container", () => {
  it("makes an image that serves the models in it", async () => {
    await buildOnTop("localhost/presage-example", "examples/container/Dockerfile", "examples");
    const example = await openImage("localhost/presage-example");
    const container = await start(example, { user: 8888, group: 0 });
    const client = createClient({ baseUrl: container.url });
    const { row } = await client.predict("iris", [5.1, 3.5, 1.4, 0.2]);
    expect(row).toMatchObject({ class: "setosa" });
  }, 120_000);
});
