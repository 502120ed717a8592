import { protoCamelCase } from "@bufbuild/protobuf/reflect";

/**
 * How a name is written as a protobuf identifier. Letters and digits stand for
 * themselves, one character that the style chooses is written `_` and another
 * `__`, and every other character is written `_0x<hex>_`, its code point. So are
 * a first digit, and a `_` or `__` that what follows would make part of something
 * else; no name at all is `_0x_`. Written names can be read back (`readName`), and
 * no two names are written the same. Where generated code would call two names the
 * same all the same (`a_b` and `aB`), the second has its first characters written by
 * their code points as well, as few as tell it apart; so have the words that rules cannot say.
 */
export interface NameStyle {
  /** The character that is written `_`. */
  readonly single: string;
  /** The character that is written `__`. */
  readonly double: string;
  /** True for names in capitals, which lose only the case of letters. */
  readonly capitals: boolean;
}

/** Fields: `CRIM`, `mean_radius`; `sepal length` is `sepal__length`, `a-b` is `a_0x2d_b`. */
export const fieldStyle: NameStyle = { single: "_", double: " ", capitals: false };

/** Values of enums, after the enum's prefix: `not spam` is `NOT__SPAM`. */
export const valueStyle: NameStyle = { single: "_", double: " ", capitals: true };

/** Models, as segments of packages: `boston-housing` is `boston_housing`, `my_model` is `my__model`. */
export const packageStyle: NameStyle = { single: "-", double: "_", capitals: false };

const plain = /^[A-Za-z0-9]$/;
const digit = /^\d$/;

/** Writes a name; its first `spelled` characters by their code points, whatever they are. */
export function writeName(name: string, style: NameStyle, spelled = 0): string {
  const characters = Array.from(name);
  if (characters.length === 0) return style.capitals ? "_0X_" : "_0x_";
  const written = characters.map((character, index) => {
    if (index < spelled) return spell(character);
    if (plain.test(character)) {
      return index === 0 && digit.test(character) && !style.capitals ? spell(character) : character;
    }
    if (character !== style.single && character !== style.double) return spell(character);
    const [next = "", afterNext = ""] = characters.slice(index + 1, index + 3);
    const isClear = next === "" || (plain.test(next) && !/^0x$/i.test(next + afterNext));
    if (!isClear) return spell(character);
    return character === style.single ? "_" : "__";
  });
  return style.capitals ? written.join("").toUpperCase() : written.join("");
}

function spell(character: string): string {
  return `_0x${(character.codePointAt(0) ?? 0).toString(16)}_`;
}

/** Reads a written name back; one in capitals comes in capitals. */
export function readName(written: string, style: NameStyle): string {
  return written.replaceAll(/_0x([0-9a-f]*)_|__|_/gi, (token: string, hex: string | undefined) => {
    if (hex === "") return "";
    if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16));
    return token === "__" ? style.double : style.single;
  });
}

/** The names of one scope. No two that it gives are the same, for any language that is generated for. */
export interface NameScope {
  /** Takes a name that is fixed; false if it cannot be told from one that is taken. */
  take(written: string): boolean;
  /** Writes a name that is still free, spelling out as few first characters as that needs; undefined if none is. */
  write(name: string, style: NameStyle): string | undefined;
}

/** Words that no rule in CEL could call a field by. */
const reservedWords: ReadonlySet<string> = new Set(["true", "false", "null", "in"]);

/**
 * Makes the scope of a message's fields. Names are told apart by what generated
 * code and JSON call them, and none is what JSON calls another (`jsonNames`).
 */
export function createFieldScope(jsonNames: Iterable<string>): NameScope {
  const spoken = new Set(jsonNames);
  return createScope(
    (written) => protoCamelCase(written),
    (written, name) => reservedWords.has(written) || (written !== name && spoken.has(written)),
  );
}

/**
 * Makes the scope of the values of one enum, after its prefix. Generators drop `_`
 * there, and some the case. `isTaken` tells of values of other enums.
 */
export function createValueScope(isTaken: (written: string) => boolean): NameScope {
  return createScope((written) => written.replaceAll("_", "").toLowerCase(), isTaken);
}

function createScope(
  keyOf: (written: string) => string,
  isSpoken: (written: string, name: string) => boolean,
): NameScope {
  const taken = new Set<string>();
  const take = (written: string): boolean => {
    const key = keyOf(written);
    if (taken.has(key)) return false;
    taken.add(key);
    return true;
  };
  return {
    take,
    write(name, style) {
      for (let spelled = 0; spelled <= Array.from(name).length; spelled += 1) {
        const written = writeName(name, style, spelled);
        if (!isSpoken(written, name) && take(written)) return written;
      }
      return undefined;
    },
  };
}

/** Writes the words of a name as a type is called: `boston-housing` is `BostonHousing`; without words, `fallback`. */
export function typeName(name: string, fallback: string): string {
  const words = name.replaceAll(/([a-z0-9])([A-Z])/g, "$1 $2").match(/[A-Za-z0-9]+/g) ?? [];
  const joined = words
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1).toLowerCase())
    .join("");
  return /^[A-Z]/.test(joined) ? joined : `${fallback}${joined}`;
}

/** The prefix of an enum's values, as style guides have it: `TravelClass` is `TRAVEL_CLASS`. */
export function valuePrefix(enumName: string): string {
  return enumName
    .replaceAll(/(?<=[a-z])(?=[A-Z])|(?<=[A-Za-z0-9])(?=[A-Z][a-z])/g, "_")
    .toUpperCase();
}
