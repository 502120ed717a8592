import type { RowPicks } from "./column-sink.ts";

/**
 * Picks rows by chance, about as many a second as there is a budget for. Each
 * row of a second has the same chance: the budget over the rate of the second
 * before. Where that picks far more than the budget, because rows come faster
 * of a sudden, the chance is halved each time that the budget is used up.
 */
export interface RowSampler {
  /** Passes over the rows of a call, and is true, where none of them is picked: the way of most calls under load. */
  passes(rowCount: number): boolean;
  /** Tells the time, in milliseconds, before rows of a call are picked. */
  setTime(now: number): void;
  /** Fills `picks` with rows of the call; true if there are more, and it must be asked again. */
  pick(rowCount: number, picks: RowPicks): boolean;
  /** Tells the time now and then while rows may be few: after many, the next one to pick may be far. */
  refresh(now: number): void;
  /** The rows that were passed over since this was asked last. */
  takeUnseen(): number;
}

/** What a row sampler works with. */
export interface RowSamplerParts {
  /** The rows to pick in a second. */
  readonly rowsPerSecond: number;
  /** Gives numbers from 0 to below 1. */
  readonly random: () => number;
}

/** Makes a sampler, which at first picks every row. */
export function createRowSampler(parts: RowSamplerParts): RowSampler {
  return new RowSamplerImplementation(parts);
}

const secondMs = 1000;

// A class, so that passing over a call costs an addition and a comparison.
class RowSamplerImplementation implements RowSampler {
  readonly #budget: number;
  readonly #random: () => number;
  #chance = 1;
  /** The next row that is picked, counted from the first of the call to come. */
  #next = 0;
  #since = Number.NaN;
  #offered = 0;
  #offeredBefore = 0;
  #picked = 0;
  #left: number;
  #unseenTaken = 0;

  constructor({ rowsPerSecond, random }: RowSamplerParts) {
    this.#budget = rowsPerSecond;
    this.#left = rowsPerSecond;
    this.#random = random;
  }

  passes(rowCount: number): boolean {
    if (this.#next < rowCount) return false;
    this.#next -= rowCount;
    this.#offered += rowCount;
    return true;
  }

  setTime(now: number): void {
    const elapsed = now - this.#since;
    if (elapsed >= 0 && elapsed < secondMs) return;
    const rate = ((this.#offered - this.#offeredBefore) * secondMs) / elapsed;
    // The first time, and when the clock was put back, there is no rate.
    this.#chance = rate > this.#budget ? this.#budget / rate : 1;
    this.#since = now;
    this.#offeredBefore = this.#offered;
    this.#left = this.#budget;
  }

  pick(rowCount: number, picks: RowPicks): boolean {
    picks.count = 0;
    while (this.#next < rowCount) {
      if (picks.count === picks.rows.length) return true;
      picks.rows[picks.count] = this.#next;
      picks.count += 1;
      this.#picked += 1;
      this.#left -= 1;
      if (this.#left === 0) {
        this.#chance /= 2;
        this.#left = this.#budget;
      }
      this.#next += 1 + this.#gap();
    }
    this.#next -= rowCount;
    this.#offered += rowCount;
    return false;
  }

  refresh(now: number): void {
    const before = this.#chance;
    this.setTime(now);
    if (this.#chance > before) this.#next = this.#gap();
  }

  takeUnseen(): number {
    const unseen = this.#offered - this.#picked;
    const taken = unseen - this.#unseenTaken;
    this.#unseenTaken = unseen;
    return taken;
  }

  /** How many rows to pass over: as many as if each had the same chance. */
  #gap(): number {
    if (this.#chance >= 1) return 0;
    return Math.floor(Math.log(1 - this.#random()) / Math.log(1 - this.#chance));
  }
}
