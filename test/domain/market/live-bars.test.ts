import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type JudgedBars, judgeLiveBars, type LiveBarsInput } from '../../../domain/market/live-bars.ts';
import { type LiveBar, mergeBars } from '../../../domain/market/merge-bars.ts';

const MINUTE = 60_000;
const START = Date.parse('2026-03-04T12:00:00Z');

/** The bar that opens `minute` minutes after 12:00, one up and one down around its close. */
const bar = (minute: number, close = 100, sequence = 1): LiveBar => ({
  openTimeMs: START + minute * MINUTE,
  open: `${close}`,
  high: `${close + 1}`,
  low: `${close - 1}`,
  close: `${close}`,
  volume: '3.25',
  sequence,
});

const minutes = (from: number, to: number): LiveBar[] =>
  Array.from({ length: to - from }, (_, i) => bar(from + i, 100 + ((from + i) % 7)));

function judge(part: Partial<LiveBarsInput>): JudgedBars {
  return judgeLiveBars({
    known: [],
    incoming: [],
    nowMs: START + 10 * MINUTE,
    intervalMs: MINUTE,
    path: 'ETH/USDT',
    ...part,
  });
}

const told = ({ problems }: JudgedBars): string[] => problems.map((one) => `${one.code} ${one.path}`);

describe('what a live source sends', () => {
  it('is used once it has closed; the bar that is still open is held back without a word', () => {
    const judged = judge({ incoming: minutes(5, 11) });
    expect(judged.accepted).toEqual(minutes(5, 10));
    expect(judged.unfinished).toEqual(bar(10, 103));
    expect([judged.problems, judged.quarantine]).toEqual([[], null]);
  });

  it('adds to what was known, back-fill included', () => {
    const known = [...minutes(0, 4), ...minutes(7, 9)];
    const judged = judge({ known, incoming: minutes(2, 10) });
    expect(judged.accepted).toEqual([...minutes(4, 7), ...minutes(9, 10)]);
    expect(judged.bars).toEqual(minutes(0, 10));
  });

  it('is stale from two intervals and 30 s after the open of its newest bar on', () => {
    const open = START + 7 * MINUTE;
    const incoming = minutes(5, 8);
    expect(told(judge({ incoming, nowMs: open + 150_000 }))).toEqual([]);
    const late = judge({ incoming, nowMs: open + 150_001 });
    expect(told(late)).toEqual(['DATA_STALE ETH/USDT:time']);
    expect(late.problems[0]).toMatchObject({
      got: '"2026-03-04T12:07:00Z, 150.001 s old"',
      expected: 'at most 150 s old',
    });
    expect(late.quarantine).toBeNull();
    expect(told(judge({ known: incoming, nowMs: open + 150_001 }))).toEqual(['DATA_STALE ETH/USDT:time']);
    expect(told(judge({}))).toEqual(['DATA_STALE ETH/USDT:time']);
  });

  it('is judged by the stamps of the exchange: an answer that comes a minute late changes nothing', () => {
    const atOnce = judge({ incoming: minutes(5, 9), nowMs: START + 9 * MINUTE });
    const later = judge({ incoming: minutes(5, 9), nowMs: START + 10 * MINUTE });
    expect(later.accepted).toEqual(atOnce.accepted);
  });

  it('is refused when it lies in the future, but for a clock a few seconds ahead', () => {
    const nowMs = START + 10 * MINUTE;
    const ahead = judge({ incoming: [...minutes(8, 10), { ...bar(10), openTimeMs: nowMs + 5_000 }] });
    expect([told(ahead), ahead.unfinished?.openTimeMs]).toEqual([[], nowMs + 5_000]);
    const future = judge({ incoming: [...minutes(8, 10), bar(20)] });
    expect(told(future)).toEqual(['DATA_TIME_FUTURE ETH/USDT:2026-03-04T12:20:00Z:time']);
    expect([future.accepted, future.quarantine]).toEqual([minutes(8, 10), null]);
  });

  it.each([
    [{ close: 'NaN' }, 'DATA_NOT_A_NUMBER', 'close'],
    [{ open: '' }, 'DATA_NOT_A_NUMBER', 'open'],
    [{ high: '1e2' }, 'DATA_NUMBER_FORMAT', 'high'],
    [{ low: '-99' }, 'DATA_PRICE_NOT_POSITIVE', 'low'],
    [{ close: '0' }, 'DATA_PRICE_NOT_POSITIVE', 'close'],
    [{ volume: '-1' }, 'DATA_VOLUME_INVALID', 'volume'],
    [{ high: '98', low: '103' }, 'DATA_OHLC_INCONSISTENT', 'high'],
  ])('is refused and its symbol quarantined when %j', (cells, code, column) => {
    const judged = judge({ known: minutes(0, 8), incoming: [{ ...bar(8), ...cells }, bar(9)] });
    expect(told(judged)).toEqual([`${code} ETH/USDT:2026-03-04T12:08:00Z:${column}`]);
    expect(judged.accepted).toEqual([bar(9)]);
    expect(judged.quarantine).toContain(code);
  });

  it('is refused when a stamp is in seconds', () => {
    const judged = judge({ incoming: [...minutes(8, 10), { ...bar(9), openTimeMs: START / 1_000 }] });
    expect(judged.problems.map((one) => `${one.code} ${one.hint}`)).toEqual([
      'DATA_TIME_RANGE looks like seconds: multiply by 1000',
    ]);
  });

  it('is refused off the tick, where a tick is known', () => {
    const fine = { ...bar(9), close: '100.123456789012' };
    expect(told(judge({ incoming: [fine] }))).toEqual([]);
    expect(told(judge({ incoming: [fine], tick: '0.01' }))).toContain('PRICE_TICK ETH/USDT:2026-03-04T12:09:00Z:close');
  });
});

describe('a jump of more than 50 % in one live bar', () => {
  const known = minutes(0, 8);

  it('is refused and quarantines the symbol; the bars after it are judged from the last good close', () => {
    const judged = judge({ known, incoming: [bar(8, 100_000), bar(9, 101)] });
    expect(told(judged)).toEqual(['DATA_JUMP ETH/USDT:2026-03-04T12:08:00Z:high']);
    expect(judged.accepted).toEqual([bar(9, 101)]);
    expect(judged.quarantine).toMatch(/^DATA_JUMP: .*100001 after a close of 100/);
  });

  it('is used when a person has accepted jumps, and then is what the next bars are judged by', () => {
    const accepted = judge({ known, incoming: [bar(8, 20)], acceptJumps: true });
    expect([accepted.accepted, accepted.quarantine]).toEqual([[bar(8, 20)], null]);
    expect(judge({ known: accepted.bars, incoming: [bar(9, 21)] }).quarantine).toBeNull();
  });

  it('is refused as a revision too', () => {
    const judged = judge({ known: minutes(0, 10), incoming: [bar(9, 100_000, 2)] });
    expect([judged.revisions, judged.bars]).toEqual([[], minutes(0, 10)]);
    expect(judged.quarantine).toContain('DATA_JUMP');
  });
});

describe('a bar that comes again', () => {
  it('with the same values is no news, however they are written', () => {
    const judged = judge({ known: minutes(0, 10), incoming: [{ ...bar(9, 102, 2), close: '102.00' }] });
    expect([judged.accepted, judged.revisions, judged.problems]).toEqual([[], [], []]);
  });

  it('with other values is a revision, told with both versions', () => {
    const judged = judge({ known: minutes(0, 10), incoming: [bar(6, 104, 2)] });
    expect(judged.revisions).toEqual([{ before: bar(6, 106), after: bar(6, 104, 2) }]);
    expect(judged.bars[6]).toEqual(bar(6, 104, 2));
    expect(judged.accepted).toEqual([]);
  });

  it('with an earlier word than the one known changes nothing', () => {
    const judged = judge({ known: [...minutes(0, 9), bar(9, 103, 7)], incoming: [bar(9, 99, 6)] });
    expect([judged.revisions, judged.bars.at(-1)]).toEqual([[], bar(9, 103, 7)]);
  });
});

const MERGED_BARS = 40;
/** Forty bars, some revised twice, some repeated as they are: 90 messages of a feed. */
const messages: LiveBar[] = Array.from({ length: 90 }, (_, i) => {
  const minute = (i * 17) % MERGED_BARS;
  return bar(minute, 100 + ((minute * 7 + (i % 3)) % 20), (i % 3) + 1);
});
const shuffled = fc
  .shuffledSubarray(messages, { minLength: messages.length })
  .chain((list) =>
    fc.tuple(fc.constant(list), fc.subarray(messages, { maxLength: 20 }), fc.integer({ min: 1, max: 9 })),
  );

describe('10,000 shuffles of duplicated and reordered bars', () => {
  it('merge into one state', () => {
    const once = mergeBars([], messages);
    expect(once).toHaveLength(MERGED_BARS);
    fc.assert(
      fc.property(shuffled, ([list, repeated]) => {
        expect(mergeBars(mergeBars([], list), repeated)).toEqual(once);
      }),
      { numRuns: 10_000 },
    );
  });

  it('are judged to one state, in whatever pieces they arrive', () => {
    const nowMs = START + (MERGED_BARS + 1) * MINUTE;
    const inPieces = (list: readonly LiveBar[], size: number): readonly LiveBar[] => {
      let known: readonly LiveBar[] = [];
      for (let from = 0; from < list.length; from += size) {
        known = judge({ known, incoming: list.slice(from, from + size), nowMs }).bars;
      }
      return known;
    };
    const once = judge({ incoming: messages, nowMs }).bars;
    expect(once).toHaveLength(MERGED_BARS);
    fc.assert(
      fc.property(shuffled, ([list, repeated, size]) => {
        expect(inPieces([...list, ...repeated], 10 * size)).toEqual(once);
      }),
      { numRuns: 2_000 },
    );
  });
});
