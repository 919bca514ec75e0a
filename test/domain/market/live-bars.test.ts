/** What a live source sends: new bars, other words on known ones, and jumps that nobody trades on. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type JudgedBars, judgeLiveBars, type LiveBarsInput } from '../../../domain/market/live-bars.ts';
import type { Bar } from '../../../schemas/market.ts';

const MINUTE = 60_000;
const START = Date.parse('2026-03-04T12:00:00Z');

/** The bar that opens `minute` minutes after 12:00, one up and one down around its close. */
const bar = (minute: number, close = 100): Bar => ({
  openTimeMs: START + minute * MINUTE,
  open: `${close}`,
  high: `${close + 1}`,
  low: `${close - 1}`,
  close: `${close}`,
  volume: '3.25',
});

const minutes = (from: number, to: number): Bar[] =>
  Array.from({ length: to - from }, (_, i) => bar(from + i, 100 + ((from + i) % 7)));

const judge = (part: Partial<LiveBarsInput>): JudgedBars =>
  judgeLiveBars({
    known: [],
    incoming: [],
    nowMs: START + 10 * MINUTE,
    intervalMs: MINUTE,
    path: 'ETH/USDT',
    ...part,
  });

const told = ({ problems }: JudgedBars): string[] => problems.map((one) => `${one.code} ${one.path}`);

describe('a bar that a live source sends', () => {
  it('is used once it has closed by our own clock, whatever that of the vendor says', () => {
    const judged = judge({ incoming: minutes(5, 11) });
    expect(judged.accepted).toEqual(minutes(5, 10));
    expect(judged.problems).toEqual([]);
  });

  it('adds to what was known, back-fill included', () => {
    const known = [...minutes(0, 4), ...minutes(7, 9)];
    const judged = judge({ known, incoming: minutes(2, 10) });
    expect(judged.accepted).toEqual([...minutes(4, 7), ...minutes(9, 10)]);
    expect(judged.revisions).toEqual([]);
  });
});

describe('a jump of more than 50 % in one live bar', () => {
  const known = minutes(0, 8);

  it('is refused; the bars after it are judged from the last good close', () => {
    const judged = judge({ known, incoming: [bar(8, 100_000), bar(9, 101)] });
    expect(told(judged)).toEqual(['DATA_JUMP ETH/USDT:2026-03-04T12:08:00Z:high']);
    expect(judged.accepted).toEqual([bar(9, 101)]);
    expect(judged.problems[0]?.message).toMatch(/100001 after a close of 100/);
  });

  it('is refused as a revision too, measured from the bar before', () => {
    const judged = judge({ known: minutes(0, 10), incoming: [bar(9, 100_000)] });
    expect([judged.accepted, judged.revisions]).toEqual([[], []]);
    expect(told(judged)).toEqual(['DATA_JUMP ETH/USDT:2026-03-04T12:09:00Z:high']);
    const fallen = [bar(0, 100), bar(1, 60), bar(2, 40)];
    expect(judge({ known: fallen, incoming: [bar(1, 45)] })).toMatchObject({ accepted: [], revisions: [] });
  });
});

describe('a bar that comes again', () => {
  it('with the same values is no news, however they are written', () => {
    const judged = judge({ known: minutes(0, 10), incoming: [{ ...bar(9, 102), close: '102.00' }] });
    expect([judged.accepted, judged.revisions, judged.problems]).toEqual([[], [], []]);
  });

  it('with other values is a revision, told with both versions, and the first stays', () => {
    const judged = judge({ known: minutes(0, 10), incoming: [bar(6, 104)] });
    expect(judged.revisions).toEqual([{ before: bar(6, 106), after: bar(6, 104) }]);
    expect(judged.accepted).toEqual([]);
  });
});

const BARS = 40;
/** Forty bars, each told once to four times: 90 messages of a feed. */
const messages: Bar[] = Array.from({ length: 90 }, (_, i) => minutes((i * 17) % BARS, ((i * 17) % BARS) + 1)[0] as Bar);
const shuffled = fc
  .shuffledSubarray(messages, { minLength: messages.length })
  .chain((list) =>
    fc.tuple(fc.constant(list), fc.subarray(messages, { maxLength: 20 }), fc.integer({ min: 1, max: 90 })),
  );
const nowMs = START + (BARS + 1) * MINUTE;

/** What is stored, and what was written down beside it, after answers of `size` bars each. */
function storedAfter(list: readonly Bar[], size: number): { readonly bars: readonly Bar[]; readonly words: string[] } {
  let bars: readonly Bar[] = [];
  const words = new Set<string>();
  for (let from = 0; from < list.length; from += size) {
    const { accepted, revisions, problems } = judge({ known: bars, incoming: list.slice(from, from + size), nowMs });
    expect(problems).toEqual([]);
    bars = [...bars, ...accepted].sort((a, b) => a.openTimeMs - b.openTimeMs);
    for (const { before, after } of revisions) words.add(wordOf(before)).add(wordOf(after));
  }
  return { bars, words: [...words].sort() };
}
const wordOf = ({ openTimeMs, close }: Bar): string => `${openTimeMs} ${close}`;

describe('10,000 shuffles of duplicated and reordered bars', () => {
  it('are stored as one state, in whatever pieces they arrive, and none is taken for a revision', () => {
    const whole = minutes(0, BARS);
    fc.assert(
      fc.property(shuffled, ([list, repeated, size]) => {
        expect(storedAfter([...list, ...repeated], size)).toEqual({ bars: whole, words: [] });
      }),
      { seed: 5, numRuns: 10_000 },
    );
  });

  it('with other words on every second bar keep one version of each, and the same words on all', () => {
    const revised = messages.map((one, i) => (i % 2 === 0 ? one : { ...one, close: one.open, low: '99' }));
    const order = fc.tuple(
      fc.shuffledSubarray(revised, { minLength: revised.length }),
      fc.integer({ min: 1, max: 90 }),
    );
    const versions = new Set(revised.map((one) => JSON.stringify(one)));
    fc.assert(
      fc.property(order, ([list, size]) => {
        const { bars } = storedAfter(list, size);
        expect(bars.map((one) => one.openTimeMs)).toEqual(minutes(0, BARS).map((one) => one.openTimeMs));
        expect(bars.every((one) => versions.has(JSON.stringify(one)))).toBe(true);
      }),
      { seed: 6, numRuns: 500 },
    );
  });
});
