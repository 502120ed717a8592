// A client's process: takes orders from its parent, one at a time.
import { readCpuSeconds } from "../proc.ts";
import type { BenchClient } from "./client.ts";
import { createConnectStream, createConnectUnary } from "./connect-node.ts";
import { createGrpcJsStream, createGrpcJsUnary } from "./grpc-js.ts";
import type { ClientKind, ClientOrder, ClientReply } from "./orders.ts";
import { createSdkStream, createSdkUnary } from "./sdk.ts";

const creators: Readonly<Record<ClientKind, (baseUrl: string) => BenchClient>> = {
  "sdk unary": createSdkUnary,
  "sdk stream": createSdkStream,
  "connect-node unary": createConnectUnary,
  "connect-node stream": createConnectStream,
  "grpc-js unary": createGrpcJsUnary,
  "grpc-js stream": createGrpcJsStream,
};

const [kind, port] = process.argv.slice(2);
const client = creators[kind as ClientKind](`http://127.0.0.1:${port}`);

async function carryOut({ seconds, underWay, pid }: ClientOrder): Promise<ClientReply> {
  const started = performance.now();
  const usage = process.cpuUsage();
  const serverBefore = readCpuSeconds(pid);
  let calls = 0;
  try {
    await client.run(underWay, () => {
      calls += 1;
      return performance.now() - started < seconds * 1000;
    });
  } catch (error) {
    return { failure: error instanceof Error ? error.message : String(error) };
  }
  const { user, system } = process.cpuUsage(usage);
  return {
    report: {
      calls,
      seconds: (performance.now() - started) / 1000,
      clientCpu: (user + system) / 1e6,
      serverCpu: readCpuSeconds(pid) - serverBefore,
    },
  };
}

process.on("message", (order: ClientOrder) => {
  void carryOut(order).then((reply) => process.send?.(reply));
});
process.once("disconnect", () => process.exit());
