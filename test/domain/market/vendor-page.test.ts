/** Pages of a vendor joined into one run of closed bars. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { joinPage, lastOf, NO_PAGE, type PageState } from '../../../domain/market/vendor-page.ts';
import type { Bar } from '../../../schemas/market.ts';

const HOUR = 3_600_000;
const RANGE = { fromMs: 10 * HOUR, toMs: 40 * HOUR, intervalMs: HOUR, path: 'vendor BTC/USD' };
const AT = 35.5 * HOUR;
const bar = (hour: number, close = '100.5'): Bar => ({
  openTimeMs: hour * HOUR,
  open: '100',
  high: '101',
  low: '99',
  close,
  volume: '7',
});
const bars = (from: number, to: number): Bar[] => Array.from({ length: to - from }, (_, i) => bar(from + i));

/** All that comes out of pages told one after the other, and the codes of what was refused. */
function joined(pages: readonly (readonly Bar[])[]): {
  readonly run: readonly Bar[];
  readonly codes: readonly string[];
} {
  let state: PageState = NO_PAGE;
  const run: Bar[] = [];
  const codes: string[] = [];
  for (const page of pages) {
    const one = joinPage(state, page, AT, RANGE);
    codes.push(...one.problems.map(({ code }) => code));
    state = one.state;
    run.push(...one.bars);
  }
  return { run: [...run, ...lastOf(state)], codes };
}
const hoursOf = (run: readonly Bar[]): number[] => run.map(({ openTimeMs }) => openTimeMs / HOUR);

describe('joining pages', () => {
  it('leaves out what lies outside the range and the bar that has not closed', () => {
    expect(hoursOf(joined([bars(8, 20), bars(20, 36)]).run)).toEqual(hoursOf(bars(10, 35)));
  });

  it('says that the end is reached with the unfinished bar, or with one after the range', () => {
    expect(joinPage(NO_PAGE, bars(30, 35), AT, RANGE).isLast).toBe(false);
    expect(joinPage(NO_PAGE, bars(30, 36), AT, RANGE).isLast).toBe(true);
    expect(joinPage(NO_PAGE, bars(30, 34), AT, { ...RANGE, toMs: 33 * HOUR }).isLast).toBe(true);
  });

  it('takes a bar as closed at the very second the vendor says so', () => {
    expect(hoursOf(lastOf(joinPage(NO_PAGE, [bar(34)], 35 * HOUR, RANGE).state))).toEqual([34]);
    expect(lastOf(joinPage(NO_PAGE, [bar(34)], 35 * HOUR - 1, RANGE).state)).toEqual([]);
  });

  it('holds the last bar of a page back until the next page has had its word on it', () => {
    const first = joinPage(NO_PAGE, bars(10, 13), AT, RANGE);
    expect(hoursOf(first.bars)).toEqual([10, 11]);
    const next = joinPage(first.state, [bar(12, '99.5'), bar(13)], AT, RANGE);
    expect(next.bars).toEqual([bar(12, '99.5')]);
    expect(next.freshCount).toBe(1);
  });

  it('refuses a page that goes back with other values or with bars that were never told', () => {
    expect(joined([bars(10, 15), [bar(12, '99.5'), bar(15)]]).codes).toEqual(['DATA_TIME_ORDER']);
    expect(
      joined([
        [bar(10), bar(12)],
        [bar(11), bar(13)],
      ]).codes,
    ).toEqual(['DATA_TIME_ORDER']);
  });

  it('reads 1.50 and 1.5 as one word, and two words for a stamp as none', () => {
    const same = { ...bar(11), close: '100.50' };
    expect(joined([[bar(11), same, bar(12)]])).toMatchObject({ codes: [] });
    expect(joined([[bar(11), bar(11, '99.9')]]).codes).toEqual(['DATA_TIME_DUPLICATE']);
  });

  it('knows only one future: the bar that is under way', () => {
    expect(joined([[bar(34), bar(35)]]).codes).toEqual([]);
    expect(joined([[bar(34), bar(37)]]).codes).toEqual(['DATA_TIME_FUTURE']);
  });

  it('names vendor, stamp, column, what was found and what was expected', () => {
    const { problems } = joinPage(NO_PAGE, [{ ...bar(11), low: '-3' }], AT, RANGE);
    expect(problems).toMatchObject([
      {
        code: 'DATA_PRICE_NOT_POSITIVE',
        path: 'vendor BTC/USD 1970-01-01T11:00:00Z low',
        got: '"-3"',
        expected: 'a price above 0',
      },
    ]);
  });

  it.each([
    [{ close: 'NaN' }, 'DATA_NOT_A_NUMBER', 'close'],
    [{ open: '' }, 'DATA_NOT_A_NUMBER', 'open'],
    [{ high: '1e2' }, 'DATA_NUMBER_FORMAT', 'high'],
    [{ low: '-99' }, 'DATA_PRICE_NOT_POSITIVE', 'low'],
    [{ close: '0' }, 'DATA_PRICE_NOT_POSITIVE', 'close'],
    [{ volume: '-1' }, 'DATA_VOLUME_INVALID', 'volume'],
    [{ high: '98', low: '103' }, 'DATA_OHLC_INCONSISTENT', 'high'],
  ])('refuses a bar with %j', (cells, code, column) => {
    const { problems } = joinPage(NO_PAGE, [bar(11), { ...bar(12), ...cells }], AT, RANGE);
    expect(problems.map((one) => `${one.code} ${one.path}`)).toEqual([
      `${code} vendor BTC/USD 1970-01-01T12:00:00Z ${column}`,
    ]);
  });

  it('gives one run, whatever way the bars are cut into pages, shuffled inside and repeated', () => {
    const whole = bars(10, 35);
    const cuts = fc.uniqueArray(fc.integer({ min: 1, max: 24 }), { maxLength: 8 });
    const seeds = fc.array(fc.nat(1_000_000), { minLength: 9, maxLength: 9 });
    fc.assert(
      fc.property(cuts, fc.array(fc.nat(3), { minLength: 9, maxLength: 9 }), seeds, (at, overlaps, order) => {
        const ends = [...at.toSorted((a, b) => a - b), whole.length];
        const pages = ends.map((end, i) => {
          const from = i === 0 ? 0 : (ends[i - 1] as number);
          // No page reaches back beyond the one before it.
          const back = i === 0 ? 0 : Math.min(overlaps[i] as number, from - (ends[i - 2] ?? 0));
          return shuffled(whole.slice(from - back, end), order[i] as number);
        });
        const { run, codes } = joined(pages);
        expect(codes).toEqual([]);
        expect(run).toEqual(whole);
      }),
      { seed: 11, numRuns: 10_000 },
    );
  });
});

/** The same order for the same seed. */
const shuffled = (page: readonly Bar[], seed: number): Bar[] =>
  page.toSorted((a, b) => (((a.openTimeMs / HOUR) * seed) % 101) - (((b.openTimeMs / HOUR) * seed) % 101));
