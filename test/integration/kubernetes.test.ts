import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020, type AnySchemaObject, type ErrorObject } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { repositoryPath } from "../support/model-directory.ts";

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
}

interface Port {
  readonly name: string;
  readonly containerPort: number;
}

interface Probe {
  readonly grpc: { readonly port: number; readonly service?: string };
}

interface Container {
  readonly ports: readonly Port[];
  readonly env: readonly { readonly name: string; readonly value?: string }[];
  readonly startupProbe: Probe;
  readonly readinessProbe: Probe;
  readonly livenessProbe: Probe;
  readonly lifecycle: { readonly preStop: { readonly sleep: { readonly seconds: number } } };
  readonly securityContext: object;
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
}

interface Deployment extends Manifest {
  readonly spec: {
    readonly selector: { readonly matchLabels: object };
    readonly template: {
      readonly metadata: { readonly labels: object };
      readonly spec: {
        readonly securityContext: object;
        readonly terminationGracePeriodSeconds: number;
        readonly containers: readonly [Container];
        readonly volumes: readonly { readonly name: string }[];
      };
    };
  };
}

interface Service extends Manifest {
  readonly spec: {
    readonly selector: object;
    readonly ports: readonly { readonly name: string; readonly targetPort: string }[];
  };
}

interface ServiceMonitor extends Manifest {
  readonly spec: {
    readonly endpoints: readonly { readonly port: string; readonly path: string }[];
  };
}

const folder = repositoryPath("deploy/kubernetes");
const read = (file: string): unknown => parse(readFileSync(join(folder, file), "utf8"));
const { resources } = read("kustomization.yaml") as { resources: readonly string[] };

/** The names of the schemas of the API versions in use. */
const groups: Readonly<Record<string, string>> = {
  v1: "io.k8s.api.core.v1",
  "apps/v1": "io.k8s.api.apps.v1",
  "autoscaling/v2": "io.k8s.api.autoscaling.v2",
  "policy/v1": "io.k8s.api.policy.v1",
};

type Check = (manifest: Manifest) => readonly string[];

/** Makes what lists the faults of a manifest, by the schemas of one version of Kubernetes. */
function checkWith(version: string): Check {
  const path = repositoryPath(`test/data/kubernetes/v${version}.json`);
  const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false });
  ajv.addSchema(JSON.parse(readFileSync(path, "utf8")) as AnySchemaObject, "kubernetes");
  return (manifest) => {
    const name = `${groups[manifest.apiVersion]}.${manifest.kind}`;
    ajv.validate(`kubernetes#/$defs/${name}`, manifest);
    return (ajv.errors ?? []).map(describeFault);
  };
}

function describeFault({ instancePath, message, params }: ErrorObject): string {
  return `${instancePath} ${message} ${JSON.stringify(params)}`;
}

describe.each(["1.31", "1.34", "1.37"])(
  "the manifests, by the schemas of Kubernetes %s",
  (version) => {
    const check = checkWith(version);

    it.each(resources)("%s is valid", (file) => {
      expect(check(read(file) as Manifest)).toEqual([]);
    });

    it.each([
      [
        "an unknown field",
        "kind: Deployment",
        "replica: 1",
        'must NOT have additional properties {"additionalProperty":"replica"}',
      ],
      ["another type", "kind: Deployment", "metadata: 1", "/metadata must be object,null"],
      [
        "a missing field",
        "kind: Deployment",
        "spec: {}",
        "/spec must have required property 'selector'",
      ],
    ])("finds %s", (_, kind, line, fault) => {
      const faults = check(parse(`apiVersion: apps/v1\n${kind}\n${line}`) as Manifest);
      expect(faults.join("\n")).toContain(fault);
    });
  },
);

describe("deploy/kubernetes", () => {
  const deployment = read("deployment.yaml") as Deployment;
  const pod = deployment.spec.template.spec;
  const [container] = pod.containers;
  const service = read("service.yaml") as Service;

  it("has every file in its kustomization, but what needs an operator", () => {
    const rest = readdirSync(folder).filter((file) => !resources.includes(file));
    expect(rest.toSorted()).toEqual(["kustomization.yaml", "service-monitor.yaml"]);
  });

  it("probes the server by gRPC, on the port that it listens on", () => {
    const { startupProbe, readinessProbe, livenessProbe, ports } = container;
    expect(ports).toEqual([{ name: "grpc", containerPort: 8080 }]);
    expect(startupProbe.grpc).toEqual({ port: 8080 });
    expect(readinessProbe.grpc).toEqual({ port: 8080, service: "presage.v1.InferenceService" });
    expect(livenessProbe.grpc).toEqual({ port: 8080 });
  });

  it("gives a replica the time that its drain may take", () => {
    const drain = container.env.find(({ name }) => name === "PRESAGE_TIMEOUTS_DRAIN")?.value;
    expect(drain).toBe("30s");
    const before = container.lifecycle.preStop.sleep.seconds;
    expect(pod.terminationGracePeriodSeconds).toBeGreaterThan(before + 30);
  });

  it("runs without privileges, on a read-only root", () => {
    expect(pod.securityContext).toEqual({
      runAsNonRoot: true,
      seccompProfile: { type: "RuntimeDefault" },
    });
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    });
  });

  it("mounts the volumes that it has", () => {
    expect(container.volumeMounts.map(({ name }) => name)).toEqual(
      pod.volumes.map(({ name }) => name),
    );
    expect(container.volumeMounts.map(({ mountPath }) => mountPath)).toEqual(["/models", "/data"]);
  });

  it("selects its pods, and names its ports, in one way", () => {
    const { labels } = deployment.spec.template.metadata;
    expect(deployment.spec.selector.matchLabels).toEqual(labels);
    expect(service.spec.selector).toEqual(labels);
    expect(service.spec.ports).toMatchObject([
      { name: "grpc", targetPort: "grpc", appProtocol: "kubernetes.io/h2c" },
    ]);
    const monitor = read("service-monitor.yaml") as ServiceMonitor;
    expect(monitor.spec.endpoints).toMatchObject([{ port: "grpc", path: "/metrics" }]);
  });
});
