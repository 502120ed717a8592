/** The most fields of one call that are told, and the most of a path that is looked at. */
const mostFields = 10;
const longestPath = 200;

/**
 * Makes paths of fields that may be told: of `rows[0].LSTAT` and `rows[0].secret`
 * come `rows[0].LSTAT` and `rows[0].…`, if the server knows the names `rows` and
 * `LSTAT`. A name that only its caller knows may be what he would tell nobody: it
 * is a text that came with the request. At most ten are told, each once.
 */
export function tellableFields(
  paths: readonly string[],
  knows: (name: string) => boolean,
): readonly string[] {
  const told = paths.slice(0, mostFields).map((path) => tellableField(path, knows));
  return [...new Set(told)].filter((path) => path !== "");
}

function tellableField(path: string, knows: (name: string) => boolean): string {
  let told = "";
  let rest = path.slice(0, longestPath);
  while (rest !== "") {
    const name = longestKnown(rest, knows);
    if (name === undefined) return `${told}…`;
    const [step] = /^(?:\[\d{1,7}\])*(?:\.|$)/.exec(rest.slice(name.length)) ?? [];
    told += name;
    if (step === undefined) return `${told}…`;
    told += step;
    rest = rest.slice(name.length + step.length);
  }
  return told;
}

/** The longest name that the server knows and a path begins with: names may have dots in them. */
function longestKnown(path: string, knows: (name: string) => boolean): string | undefined {
  return [...path.matchAll(/[.[]|$/g)].map(({ index }) => path.slice(0, index)).findLast(knows);
}
