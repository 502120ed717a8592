/** No pushed answers, and a window for each call in which any answer of the bench fits. */
export function encodeSettings(): Buffer {
  const [enablePush, initialWindowSize] = [2, 4];
  const settings = Buffer.alloc(12);
  settings.writeUInt16BE(enablePush, 0);
  settings.writeUInt32BE(0, 2);
  settings.writeUInt16BE(initialWindowSize, 6);
  settings.writeUInt32BE(2 ** 20, 8);
  return settings;
}

/** The value of SETTINGS_MAX_CONCURRENT_STREAMS, if it is among settings. */
export function readStreamLimit(settings: Buffer): number | undefined {
  const [size, maxConcurrentStreams] = [6, 3];
  for (let offset = 0; offset + size <= settings.length; offset += size)
    if (settings.readUInt16BE(offset) === maxConcurrentStreams)
      return settings.readUInt32BE(offset + 2);
  return undefined;
}
