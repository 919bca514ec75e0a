/** What `npm run bench -- NAME` expects of bench/NAME.ts, and how several runs become one figure. */

export type BenchAnswer = {
  /** For --json. */
  readonly document: Readonly<Record<string, unknown>>;
  /** The same as lines. */
  readonly lines: readonly string[];
};

/** @param words the arguments after the name @throws InvalidInput with every mistake in them */
export type Bench = (words: readonly string[]) => Promise<BenchAnswer>;

/** Seconds a piece of work took. */
export async function secondsOf(work: () => Promise<unknown> | undefined): Promise<number> {
  const startedAtMs = performance.now();
  await work();
  return (performance.now() - startedAtMs) / 1_000;
}

/** The middle value; of an even number of values the lower of both in the middle. NaN without values. */
export const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? Number.NaN;

/** Three significant digits are all that a machine shared with others can promise. */
export const shown = (value: number): number => Number(value.toPrecision(3));
