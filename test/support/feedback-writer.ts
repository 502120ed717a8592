import { openStore } from "../../server/src/feedback/open-store.ts";
import { reportOf } from "./feedback.ts";
import { openChoice } from "./feedback-crash.ts";

// A program that reports as fast as it can, until it is killed or its store fails. It writes the
// number of each report to its standard output once it is acknowledged, and never before.
const [place = "", first = "0"] = process.argv.slice(2);
const store = await openStore(openChoice(place));
let next = Number(first);

const report = async (): Promise<never> => {
  for (;;) {
    const numbers = [next, next + 1];
    next += numbers.length;
    await store.commit(numbers.map((number) => reportOf(number, { truth: 1 })));
    const text = numbers.map((number) => `${number}\n`).join("");
    await new Promise((resolve) => process.stdout.write(text, resolve));
  }
};
await Promise.all(Array.from({ length: 8 }, report));
