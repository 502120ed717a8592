import net from "node:net";

/** Where a port is, and whom its connections go to. */
export interface PortOptions {
  /** The address to listen on, for example `127.0.0.1`; `::` takes IPv4 and IPv6. */
  readonly host: string;
  /** The number of the port; 0 takes a free one. */
  readonly port: number;
  /** Takes over each connection. */
  readonly take: (socket: net.Socket) => void;
  /** Leaves what clients send unread, for the process that a connection is sent to. @default false */
  readonly unread?: boolean;
}

/** A TCP port. */
export interface Port {
  /** Opens it and tells where; rejects with Node's error, `EADDRINUSE` for example. */
  open(): Promise<{ readonly host: string; readonly port: number }>;
  /** Refuses new connections, and calls back once those that it took have ended. */
  close(whenEmpty?: () => void): void;
}

/** Idle milliseconds after which the system asks whether a client is still there. */
const keepAliveProbeMs = 60_000;

const ignoreError = (): void => {};

/** Makes a port that is not open yet. */
export function createPort({ host, port, take, unread = false }: PortOptions): Port {
  const server = net.createServer(
    {
      // As `http.Server` sets it for the sockets it accepts itself.
      allowHalfOpen: true,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: keepAliveProbeMs,
      pauseOnConnect: unread,
    },
    take,
  );
  return {
    open() {
      return new Promise((resolve, reject) => {
        server.once("error", reject);
        server.listen({ host, port }, () => {
          server.off("error", reject);
          // A connection that could not be accepted, for want of file descriptors for example.
          server.on("error", ignoreError);
          const address = server.address();
          if (address === null || typeof address === "string") reject(new Error("no TCP address"));
          else resolve({ host: address.address, port: address.port });
        });
      });
    },
    close(whenEmpty) {
      server.close(whenEmpty);
    },
  };
}
