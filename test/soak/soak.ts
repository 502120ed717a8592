import { setTimeout as sleep } from "node:timers/promises";
import { createSoakBook, type SoakBook } from "./book.ts";
import { createCrew } from "./crew.ts";
import { collectGarbage, readHeapMb, readTreeMemoryMb } from "./memory.ts";
import type { SoakOptions } from "./options.ts";
import type { MinuteFigures, SoakFigures } from "./report.ts";
import { createDeck, createSchedule } from "./schedule.ts";
import type { SoakedServer } from "./server.ts";
import type { Operation } from "./setting.ts";

/** What a run has to do with. */
export interface SoakRun {
  readonly options: SoakOptions;
  readonly server: SoakedServer;
  readonly operations: readonly Operation[];
  /** Ends the run early. */
  readonly signal: AbortSignal;
  readonly onMinute: (figures: MinuteFigures) => void;
}

const minuteMs = 60_000;
const tickMs = 5;
const sampleMs = 5000;
/** How often garbage is collected, and how long that may take: what memory is left then is judged. */
const collectMs = 30_000;
const collectedMs = 2000;
/** As often as many a Prometheus does. */
const scrapeMs = 15_000;
/** How long is waited for what is under way at the end: slow clients take ten seconds, deadlines thirty. */
const patienceMs = 70_000;
const hastyPatienceMs = 12_000;

/** Makes calls at a steady rate until the time is over or the signal comes, and then stops the server. */
export async function soak({
  options,
  server,
  operations,
  signal,
  onMinute,
}: SoakRun): Promise<SoakFigures> {
  const date = new Date().toISOString();
  const book = createSoakBook();
  const crew = createCrew(book);
  const draw = createDeck(operations, Math.random);
  const start = performance.now();
  let now = start;
  const schedule = createSchedule(options.rate, start);
  const scrape = scrapeOperation(server, book);
  const samplePage = createSchedule(1000 / scrapeMs, start);
  const sampleMemory = createSchedule(1000 / sampleMs, start);
  const collect = createSchedule(1000 / collectMs, start + collectMs);
  const sampleLasting = createSchedule(1000 / collectMs, start + collectMs + collectedMs);
  const noteMemory = (note: (hours: number, megabytes: number) => void): void => {
    const megabytes = readTreeMemoryMb(server.pid);
    if (megabytes !== undefined) note((now - start) / 3_600_000, megabytes);
  };
  const closeMinute = createSchedule(1000 / minuteMs, start + minuteMs);
  const gone = new AbortController();
  void server.gone.then(() => gone.abort());
  const isOver = (at: number): boolean =>
    at >= start + options.minutes * minuteMs || signal.aborted || gone.signal.aborted;

  for (; !isOver(now); now = performance.now()) {
    for (const due of schedule.take(now)) crew.begin(draw(), due);
    for (const due of samplePage.take(now)) crew.begin(scrape, due);
    if (sampleMemory.take(now).length > 0) noteMemory(book.noteMemory);
    if (collect.take(now).length > 0) collectGarbage(server.pid);
    if (sampleLasting.take(now).length > 0) noteMemory(book.noteLasting);
    if (closeMinute.take(now).length > 0) onMinute(book.closeMinute());
    // oxlint-disable-next-line no-await-in-loop -- time passes
    await sleep(tickMs);
  }
  const left = await crew.finish(signal.aborted ? hastyPatienceMs : patienceMs);
  if (!signal.aborted) for (const name of left) book.failed(`${name}: it does not end`);
  // Where callers were left in the midst of something, the server may have to cut them off.
  await stop(server, { isGone: gone.signal.aborted, isQuiet: left.length === 0, book });
  if (book.isOpen()) onMinute(book.closeMinute());
  const { rate, processes } = options;
  return { date, rate, processes, seconds: (now - start) / 1000, ...book.sumUp() };
}

/** Asks for the page of metrics, as Prometheus does. */
function scrapeOperation({ url }: SoakedServer, book: SoakBook): Operation {
  return {
    name: "scrape",
    weight: 1,
    timed: false,
    async run() {
      const response = await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(30_000) });
      const page = await response.text();
      if (response.status !== 200) throw new Error(`status ${response.status}`);
      book.noteHeap(readHeapMb(page));
      return 1;
    },
  };
}

interface Ending {
  /** Whether the server has ended already. */
  readonly isGone: boolean;
  /** Whether nothing is under way any more. */
  readonly isQuiet: boolean;
  readonly book: SoakBook;
}

/** Stops the server, which must have run until now, and ends well if nothing is under way. */
async function stop(server: SoakedServer, { isGone, isQuiet, book }: Ending): Promise<void> {
  const code = await server.stop();
  const asked = isGone ? "by itself" : "when it was told to";
  if (isGone || (isQuiet && code !== 0))
    book.failed(`the server ended with code ${code} ${asked}, and wrote:\n${server.lastWords()}`);
}
