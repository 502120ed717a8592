const days = [
  { unit: "d", seconds: 86_400 },
  { unit: "h", seconds: 3600 },
  { unit: "min", seconds: 60 },
];
const multiples = [
  { prefix: "G", of: 1e9 },
  { prefix: "M", of: 1e6 },
  { prefix: "k", of: 1e3 },
];
const bytes = [
  { prefix: "GiB", of: 2 ** 30 },
  { prefix: "MiB", of: 2 ** 20 },
  { prefix: "KiB", of: 2 ** 10 },
];
const suffixes: Readonly<Record<string, string>> = {
  reqps: " req/s",
  rowsps: " rows/s",
  ops: " ops/s",
  cores: " cores",
};

/** Writes a value in a unit, named as Grafana names it. */
export function formatValue(value: number, unit: string): string {
  if (!Number.isFinite(value)) return "–";
  if (unit === "s" || unit === "dtdurations") return formatSeconds(value);
  if (unit === "percentunit") return `${shorten(value * 100)} %`;
  if (unit === "bytes") {
    const scale = bytes.find(({ of }) => Math.abs(value) >= of);
    return scale === undefined ? `${value} B` : `${shorten(value / scale.of)} ${scale.prefix}`;
  }
  const scale = multiples.find(({ of }) => Math.abs(value) >= of);
  const short =
    scale === undefined ? shorten(value) : `${shorten(value / scale.of)}${scale.prefix}`;
  return short + (suffixes[unit] ?? "");
}

function formatSeconds(value: number): string {
  const scale = days.find(({ seconds }) => Math.abs(value) >= seconds);
  if (scale !== undefined) return `${shorten(value / scale.seconds)} ${scale.unit}`;
  if (value === 0 || Math.abs(value) >= 1) return `${shorten(value)} s`;
  return Math.abs(value) >= 1e-3 ? `${shorten(value * 1e3)} ms` : `${shorten(value * 1e6)} µs`;
}

/** Three digits at most. */
function shorten(value: number): string {
  return String(Number(value.toPrecision(3)));
}
