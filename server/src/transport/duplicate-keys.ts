/**
 * Finds names that are given twice in one object of a JSON text, which every
 * parser resolves in silence. Returns their paths, e.g. `rows[0].CRIM`. A text
 * that is not JSON gives no particular answer, and no error. Only the first
 * thousand are told, and none below a hundred levels, which is deeper than any
 * message goes: so the work grows with the text alone.
 */
export function findDuplicateKeys(json: Buffer): readonly string[] {
  const found: string[] = [];
  const frames: Frame[] = [];
  let frame: Frame | undefined;
  /** How many objects and lists are open below the deepest level that is looked at. */
  let below = 0;
  let position = 0;
  while (position < json.length && found.length < mostFound) {
    switch (json[position]) {
      case quote: {
        const end = endOfString(json, position);
        if (below === 0 && frame?.keys !== undefined && frame.expectsKey) {
          frame.name = readString(json, position, end);
          frame.expectsKey = false;
          if (frame.keys.has(frame.name)) found.push(pathOf(frames));
          frame.keys.add(frame.name);
        }
        position = end;
        break;
      }
      case openBrace:
      case openBracket:
        if (frames.length === deepest) below += 1;
        else {
          const keys = json[position] === openBrace ? new Set<string>() : undefined;
          frame = { keys, name: "", index: 0, expectsKey: true };
          frames.push(frame);
        }
        break;
      case closeBrace:
      case closeBracket:
        if (below > 0) below -= 1;
        else {
          frames.pop();
          frame = frames.at(-1);
        }
        break;
      case comma:
        if (below === 0 && frame !== undefined) {
          frame.index += 1;
          frame.expectsKey = true;
        }
        break;
      default:
        break;
    }
    position += 1;
  }
  return found;
}

const mostFound = 1000;
const deepest = 100;

/** An object or list that is open at the place reached. */
interface Frame {
  /** The names so far; undefined for a list. */
  readonly keys: Set<string> | undefined;
  name: string;
  index: number;
  expectsKey: boolean;
}

const quote = 0x22;
const comma = 0x2c;
const backslash = 0x5c;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;

/** Returns the position of the quote that ends the string which begins at `start`. */
function endOfString(json: Buffer, start: number): number {
  let end = json.indexOf(quote, start + 1);
  while (end !== -1) {
    let escapes = 0;
    while (json[end - 1 - escapes] === backslash) escapes += 1;
    if (escapes % 2 === 0) return end;
    end = json.indexOf(quote, end + 1);
  }
  return json.length;
}

function readString(json: Buffer, start: number, end: number): string {
  const text = json.toString("utf8", start + 1, end);
  if (!text.includes("\\")) return text;
  try {
    return String(JSON.parse(`"${text}"`));
  } catch {
    return text;
  }
}

function pathOf(frames: readonly Frame[]): string {
  return frames
    .map(({ keys, name, index }) => (keys === undefined ? `[${index}]` : `.${name}`))
    .join("")
    .replace(/^\./, "");
}
