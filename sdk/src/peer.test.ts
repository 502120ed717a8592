import { afterEach, describe, expect, it, vi } from "vitest";
import { readPeer } from "./peer.ts";

afterEach(() => {
  vi.unstubAllGlobals();
});

describe("readPeer()", () => {
  const urls: [string, string, number][] = [
    ["http://localhost:8080", "localhost", 8080],
    ["http://example.com/models", "example.com", 80],
    ["https://example.com", "example.com", 443],
    ["https://[::1]:8443/", "::1", 8443],
    ["http://10.1.2.80:80", "10.1.2.80", 80],
  ];
  for (const [baseUrl, address, port] of urls) {
    it(`reads ${baseUrl}`, () => {
      expect(readPeer("grpc", baseUrl)).toEqual({ protocol: "grpc", address, port });
    });
  }

  it("takes a relative URL for one of the page's own server", () => {
    vi.stubGlobal("location", { href: "https://app.example:8443/page" });
    const peer = { protocol: "connect", address: "app.example", port: 8443 };
    expect(readPeer("connect", "/api")).toEqual(peer);
  });

  it("says nothing of a server that the URL does not tell", () => {
    expect(readPeer("connect", "/api")).toEqual({ protocol: "connect" });
  });
});
