const durations: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/**
 * Reads a point in time: a date (`2026-11-01`, in UTC), a date and time
 * (`2026-11-01T12:00:00Z`), or how long ago it was (`90s`, `30m`, `12h`, `7d`).
 * Gives milliseconds since 1970; undefined for anything else.
 */
export function readMoment(text: string, now: number): number | undefined {
  const [, count, unit = ""] = /^(\d+)([smhd])$/.exec(text) ?? [];
  if (count !== undefined) return now - Number(count) * (durations[unit] ?? 0);
  if (!/^\d{4}-\d{2}-\d{2}/.test(text)) return undefined;
  const moment = Date.parse(text);
  return Number.isNaN(moment) ? undefined : moment;
}
