import type { ClientOptions } from "@presage/sdk/node";

/** One way to speak to the server. */
export interface Protocol {
  readonly name: string;
  readonly options: Omit<ClientOptions, "baseUrl">;
}

/** Every way that the SDK can speak to the server. */
export const protocols: readonly Protocol[] = (["binary", "json"] as const).flatMap((format) => [
  { name: `gRPC, ${format}`, options: { protocol: "grpc", format } },
  {
    name: `gRPC-Web over HTTP/1.1, ${format}`,
    options: { protocol: "grpc-web", httpVersion: "1.1", format },
  },
  {
    name: `gRPC-Web over HTTP/2, ${format}`,
    options: { protocol: "grpc-web", httpVersion: "2", format },
  },
  {
    name: `Connect over HTTP/1.1, ${format}`,
    options: { protocol: "connect", httpVersion: "1.1", format },
  },
  {
    name: `Connect over HTTP/2, ${format}`,
    options: { protocol: "connect", httpVersion: "2", format },
  },
]);
