import type { DescService } from "@bufbuild/protobuf";
import type { Transport } from "@connectrpc/connect";
import { createClient, type PresageClient } from "@presage/sdk/node";
import { protocols } from "../support/protocols.ts";
import { reflectService, transportOf } from "../support/reflected.ts";
import { createLedger, type Ledger } from "./ledger.ts";
import { type Subject, subjects } from "./questions.ts";
import { pick, type Random } from "./random.ts";
import type { Weighted } from "./schedule.ts";

/** One way to speak to the server, with connections of its own. */
export interface Lane {
  readonly name: string;
  readonly client: PresageClient;
  /** Beside the client, for services that it does not know. */
  readonly transport: Transport;
  /** Whether messages can go both ways at the same time. */
  readonly isDuplex: boolean;
}

/** What operations have to do with. */
export interface Setting {
  /** Where the server listens, e.g. `http://localhost:41234`. */
  readonly url: string;
  readonly port: number;
  readonly random: Random;
  readonly lanes: readonly Lane[];
  /** The typed service of each version, by `serviceKey`. */
  readonly services: ReadonlyMap<string, DescService>;
  readonly ledger: Ledger;
}

/** Something that callers do. */
export interface Operation extends Weighted {
  readonly name: string;
  /** Whether its latency counts: it is one request, answered as soon as can be. */
  readonly timed: boolean;
  /** Does it, and gives the number of requests. Rejects if anything is not as it must be. */
  run(): Promise<number>;
}

/** Makes the clients of a server that serves the example models, and learns its typed services. */
export async function createSetting(url: string, port: number, random: Random): Promise<Setting> {
  const lanes = protocols.map((protocol) => ({
    name: protocol.name,
    // A call that would be tried again would hide the first failure.
    client: createClient({ baseUrl: url, retry: false, ...protocol.options }),
    transport: transportOf(url, protocol),
    isDuplex: !protocol.name.includes("HTTP/1.1"),
  }));
  const reflected = subjects.map(async (subject) => {
    const service = await reflectService(url, serviceName(subject));
    return [serviceKey(subject), service] as const;
  });
  return {
    url,
    port,
    random,
    lanes,
    services: new Map(await Promise.all(reflected)),
    ledger: createLedger(),
  };
}

/** What names a version's service among those of a setting. */
export function serviceKey({ model, version }: Pick<Subject, "model" | "version">): string {
  return `${model}/${version}`;
}

/** One of the lanes; with `duplex` one whose messages can go both ways. */
export function anyLane({ lanes, random }: Setting, duplex = false): Lane {
  return pick(random, duplex ? lanes.filter(({ isDuplex }) => isDuplex) : lanes);
}

/** In the example models a version is also the number of its contract. */
function serviceName({ model, version }: Subject): string {
  const words = model.split("-").map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  return `presage.models.${model.replaceAll("-", "_")}.v${version}.${words.join("")}Service`;
}
