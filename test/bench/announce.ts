import type { AddressInfo, Server } from "node:net";

/** Listens on a free port of this machine, and writes it as the line that the bench waits for. */
export function announce(server: Server): void {
  server.listen(0, "127.0.0.1", () => {
    const { port } = server.address() as AddressInfo;
    writeAnnouncement(port);
  });
}

/** Writes the line that the bench waits for. */
export function writeAnnouncement(port: number): void {
  process.stdout.write(`${JSON.stringify({ port })}\n`);
}
