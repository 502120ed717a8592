import type { Exchange, LoadConnection } from "./connection.ts";
import { openHttp1 } from "./http1.ts";
import { openHttp2 } from "./http2.ts";

/** What the connections of an order tell together. */
export interface PoolEvents {
  /** A call of this connection was answered well. */
  answered(connection: LoadConnection, at: number, message: Uint8Array): void;
  /** A call of this connection was refused. Without this, a refusal fails the connection. */
  readonly refused?: (connection: LoadConnection) => void;
  failed(reason: Error): void;
}

/** Opens connections of the exchange's protocol. */
export function openConnections(
  exchange: Exchange,
  count: number,
  events: PoolEvents,
): readonly LoadConnection[] {
  const { refused } = events;
  const open = exchange.protocol === "grpc" ? openHttp2 : openHttp1;
  return Array.from({ length: count }, () => {
    const connection = open(exchange, {
      answered: (at, message) => events.answered(connection, at, message),
      ...(refused === undefined ? {} : { refused: () => refused(connection) }),
      failed: (reason) => events.failed(reason),
    });
    return connection;
  });
}
