import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { repositoryPath } from "../support/model-directory.ts";
import { runTool } from "../support/tools.ts";

interface Service {
  readonly image: string;
  readonly build?: { readonly dockerfile: string; readonly target: string };
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly { readonly type: string; readonly source: string }[];
  readonly ports?: readonly { readonly host_ip: string; readonly published: string }[];
}

type Part = "receivers" | "processors" | "exporters";

interface Collector extends Readonly<Record<Part, Readonly<Record<string, unknown>>>> {
  readonly service: {
    readonly pipelines: Readonly<Record<string, Readonly<Record<Part, readonly string[]>>>>;
  };
}

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string };
}

const root = repositoryPath("");

describe("compose.yaml, as Docker Compose reads it", async () => {
  const run = await runTool("deployfiles", ["compose", repositoryPath("compose.yaml")]);
  const read = (): Readonly<Record<string, Service>> =>
    (JSON.parse(run.text) as { services: Readonly<Record<string, Service>> }).services;

  it("has the server and all that belongs to it", () => {
    expect([run.errors, run.code]).toEqual(["", 0]);
    const names = ["collector", "database", "grafana", "presage", "prometheus"];
    expect(Object.keys(read()).toSorted()).toEqual(names);
  });

  it("mounts files that there are", () => {
    const sources = Object.values(read())
      .flatMap(({ volumes = [] }) => volumes)
      .filter(({ type }) => type === "bind")
      .map(({ source }) => source);
    expect(sources.length).toBeGreaterThan(5);
    expect(sources.filter((source) => !existsSync(source))).toEqual([]);
  });

  it("builds the server's image, and keeps its state in the database", () => {
    expect(read()["presage"]).toMatchObject({
      build: { dockerfile: "deploy/Dockerfile", target: "cpu" },
      environment: { PRESAGE_STORE: "postgres://presage:presage@database/presage" },
      read_only: true,
      cap_drop: ["ALL"],
    });
  });

  it("can be reached from this machine alone, and names every version", () => {
    const services = Object.entries(read());
    const published = services.flatMap(([, { ports = [] }]) => ports);
    expect(published.map((port) => port.published).toSorted()).toEqual(["3000", "8080", "9090"]);
    expect(new Set(published.map(({ host_ip }) => host_ip))).toEqual(new Set(["127.0.0.1"]));
    const others = services.filter(([name]) => name !== "presage").map(([, { image }]) => image);
    for (const image of others) expect(image).toMatch(/:v?\d/);
  });
});

describe("deploy/kubernetes, as kubectl apply -k reads it", () => {
  it("comes to these manifests", async () => {
    const folder = repositoryPath("deploy/kubernetes");
    const run = await runTool("deployfiles", ["kustomize", folder]);
    expect([run.errors, run.code]).toEqual(["", 0]);
    const manifests = parseAllDocuments(run.text).map((each) => each.toJS() as Manifest);
    expect(manifests.map(({ kind, metadata }) => `${kind} ${metadata.name}`).toSorted()).toEqual([
      "Deployment presage",
      "HorizontalPodAutoscaler presage",
      "PersistentVolumeClaim presage-models",
      "PodDisruptionBudget presage",
      "Service presage",
      "ServiceAccount presage",
    ]);
    expect(run.text).toContain("image: presage:latest\n");
  });
});

describe("deploy/collector/config.yaml", () => {
  it("defines what its pipelines are made of, and listens where compose.yaml says", () => {
    const text = readFileSync(repositoryPath("deploy/collector/config.yaml"), "utf8");
    const { service, ...defined } = parse(text) as Collector;
    const pipelines = Object.values(service.pipelines);
    expect(pipelines.length).toBeGreaterThan(0);
    for (const pipeline of pipelines) {
      for (const kind of ["receivers", "processors", "exporters"] as const) {
        expect(Object.keys(defined[kind])).toEqual(expect.arrayContaining([...pipeline[kind]]));
      }
    }
    expect(text).toContain("0.0.0.0:4318");
    const compose = readFileSync(repositoryPath("compose.yaml"), "utf8");
    expect(compose).toContain("http://collector:4318/v1/traces");
  });
});

describe("make", () => {
  const dryRun = async (...args: readonly string[]): Promise<string> => {
    const run = await runTool("make", ["--directory", root, "--dry-run", ...args]);
    expect([run.errors, run.code]).toEqual(["", 0]);
    return run.text.replaceAll(/\s*\\\n\s*/g, " ");
  };

  it("tells what there is", async () => {
    const run = await runTool("make", ["--directory", root, "TAG=1"]);
    for (const target of ["image", "run", "push", "deploy", "digest", "test", "clean"]) {
      expect(run.text).toContain(`make ${target} `);
    }
  });

  it("builds with any engine, with secrets that stay out of the image", async () => {
    const text = await dryRun("image", "ENGINE=podman", "IMAGE=a/b", "TAG=1", "NPMRC=n", "CA=c");
    expect(text).toContain("podman build --format docker --file deploy/Dockerfile --target cpu ");
    expect(text).toContain("--secret id=npmrc,src=n --secret id=ca,src=c");
    expect(text).toContain("--tag a/b:1 --tag a/b:latest .");
  });

  it("pushes what it builds, and rolls it out", async () => {
    const text = await dryRun("deploy", "IMAGE=a/b", "TAG=1", "NAMESPACE=team");
    expect(text).toContain("docker push a/b:1\n");
    expect(text).toContain("kubectl apply --namespace team -k .tools/deploy\n");
  });

  it("serves a folder of models, on a read-only root", async () => {
    const text = await dryRun("run", "MODELS=/m", "PORT=9000");
    expect(text).toContain("--read-only --cap-drop ALL");
    expect(text).toContain("--publish 127.0.0.1:9000:8080 --volume /m:/models:ro");
  });
});
