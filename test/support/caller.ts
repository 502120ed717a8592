import http2 from "node:http2";

/** One connection, and what its calls were answered. */
export interface Caller {
  readonly isOpen: boolean;
  readonly statuses: readonly number[];
  /** Makes one call; false if the connection failed it. */
  call(): Promise<boolean>;
  /** Makes one call after the other until the connection ends. */
  keepCalling(): void;
  /** Resolves once as many more calls were answered. */
  answers(count: number): Promise<void>;
  /** Cuts the connection. */
  cut(): void;
}

const body = JSON.stringify({ model: "scalar", rows: [{ x: 1 }] });

/** Opens a connection to a server that has the model `scalar`. */
export function openCaller(url: string): Caller {
  const session = http2.connect(url);
  session.on("error", () => {});
  const statuses: number[] = [];
  let heard = Promise.withResolvers<void>();
  const call = async (): Promise<boolean> => {
    if (session.closed || session.destroyed) return false;
    const stream = session.request({
      ":method": "POST",
      ":path": "/presage.v1.InferenceService/Predict",
      "content-type": "application/json",
    });
    stream.resume().end(body);
    let status: number | undefined;
    stream.once("response", (headers) => {
      status = headers[":status"];
    });
    const ended = await new Promise((resolve) => {
      stream.once("end", () => resolve(true));
      stream.once("error", () => resolve(false));
      stream.once("close", () => resolve(false));
    });
    // A connection that is cut may end a stream without an answer.
    if (ended !== true || status === undefined) return false;
    statuses.push(status);
    heard.resolve();
    heard = Promise.withResolvers();
    return true;
  };
  return {
    get isOpen() {
      return !session.closed && !session.destroyed;
    },
    statuses,
    call,
    keepCalling: () =>
      void (async () => {
        while (await call());
      })(),
    async answers(count) {
      const most = statuses.length + count;
      while (statuses.length < most) await heard.promise;
    },
    cut: () => session.destroy(),
  };
}
