import { HpackError } from "./hpack-error.ts";
import { type Field, staticTable } from "./static-table.ts";

/** How large the table may be, in bytes: the default of HTTP/2. */
const maxTableBytes = 4096;
/** What a field counts for beside its name and its value, in bytes, in tables and in lists. */
export const fieldOverhead = 32;
/** A power of two, so that places in the ring come from a mask. */
const maxFields = maxTableBytes / fieldOverhead;

/** The fields that a connection's header blocks may name by an index. */
export class DynamicTable {
  /** A ring, the newest field being before `#next`. A place left is emptied, so as to hold no text. */
  readonly #ring: (Field | undefined)[] = [];
  #next = 0;
  #count = 0;
  #bytes = 0;
  #limit = maxTableBytes;

  /** The field of an index, which counts on from the static table. Throws if there is none. */
  at(index: number): Field {
    const age = index - staticTable.length;
    const field =
      age <= 0
        ? staticTable[index - 1]
        : age <= this.#count
          ? this.#ring[(this.#next - age) & (maxFields - 1)]
          : undefined;
    if (field === undefined) throw new HpackError(`no field has the index ${index}`);
    return field;
  }

  /** Adds a field for which the oldest make room. One larger than the table empties it. */
  add(field: Field): void {
    const bytes = bytesOf(field);
    this.#shrinkTo(this.#limit - bytes);
    if (bytes > this.#limit) return;
    this.#ring[this.#next] = field;
    this.#next = (this.#next + 1) & (maxFields - 1);
    this.#count += 1;
    this.#bytes += bytes;
  }

  /** Sets how many bytes it may have. Throws if that is more than the protocol's default. */
  resize(limit: number): void {
    if (limit > maxTableBytes) throw new HpackError(`a table of ${limit} bytes is too large`);
    this.#limit = limit;
    this.#shrinkTo(limit);
  }

  #shrinkTo(limit: number): void {
    while (this.#count > 0 && this.#bytes > limit) {
      const oldest = (this.#next - this.#count) & (maxFields - 1);
      const field = this.#ring[oldest];
      if (field !== undefined) this.#bytes -= bytesOf(field);
      this.#ring[oldest] = undefined;
      this.#count -= 1;
    }
  }
}

function bytesOf(field: Field): number {
  return field.name.length + field.value.length + fieldOverhead;
}
