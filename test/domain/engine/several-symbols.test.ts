/** Sizes at the fill know the account as it stands at that open, whatever the order of the symbols. */
import { describe, expect, it } from 'vitest';
import { engineMarket } from '../../../domain/engine/market.ts';
import { fillsOf } from '../../../domain/engine/outcome.ts';
import { type EnginePlan, PLAIN_PLAN } from '../../../domain/engine/plan.ts';
import { runReport } from '../../../domain/engine/run-report.ts';
import type { Voice, Wish } from '../../../domain/engine/signals.ts';
import { type BarRow, seriesFromRows } from '../../../domain/market/bar-series.ts';

const HOUR_MS = 3_600_000;
const FLAT = Array.from({ length: 6 }, (_, i): BarRow => {
  return { openTimeMs: i * HOUR_MS, open: 100, high: 100, low: 100, close: 100, volume: 1_000 };
});

const speaking = (wishes: Readonly<Record<number, Wish>>): Voice => ({
  kind: 'asked',
  firstBar: 0,
  ask: (i) => wishes[i] ?? { side: 0, close: false },
});

type Held = { readonly rows: readonly BarRow[]; readonly wishes: Readonly<Record<number, Wish>> };

const PLAN: EnginePlan = {
  ...PLAIN_PLAN,
  commission: { kind: 'bps', bps: 10 },
  size: { kind: 'fraction', fraction: 0.5, at: 'fill', riskFraction: null },
};

/** Units that a second symbol, decided after its third bar, buys at the open of its fourth: both ways round. */
function boughtBeside(held: Held, plan: Partial<EnginePlan> = {}): string[] {
  const buys = { 2: { side: 1, close: false } } as const;
  const other = {
    market: engineMarket(seriesFromRows('B/X', HOUR_MS, FLAT)),
    voice: speaking(buys),
  };
  const one = {
    market: engineMarket(seriesFromRows('A/X', HOUR_MS, held.rows)),
    voice: speaking(held.wishes),
  };
  return [
    [one, other],
    [other, one],
  ].map((lanes) => {
    const fills = fillsOf(runReport({ ...PLAN, ...plan }, lanes), 'x');
    const bought = fills.find(({ symbol, atMs }) => symbol === 'B/X' && atMs === 3 * HOUR_MS);
    return bought?.quantity ?? 'none';
  });
}

const changed = (change: Partial<BarRow>): BarRow[] => FLAT.map((row, i) => (i === 3 ? { ...row, ...change } : row));
const BOUGHT: Held['wishes'] = { 0: { side: 1, close: false } };

const LIMITED = { volumeFractionMax: 0.5 } as const;

describe('an entry that is sized at its fill', () => {
  it.each([
    ['higher', { close: 200, high: 200 }],
    ['lower', { close: 50, low: 50 }],
  ])('does not know that the other symbol will close %s', (_name, change) => {
    const units = boughtBeside({ rows: FLAT, wishes: BOUGHT });
    expect(units[0]).toBe(units[1]);
    expect(boughtBeside({ rows: changed(change), wishes: BOUGHT })).toEqual(units);
  });

  it('does not know what a stop inside the other’s bar will bring', () => {
    const stopped = { 0: { side: 1, close: false, stopPrice: 60 } } as const;
    const units = boughtBeside({ rows: FLAT, wishes: stopped });
    expect(boughtBeside({ rows: changed({ low: 50, close: 55 }), wishes: stopped })).toEqual(units);
  });

  it('knows the other’s open', () => {
    const [units, swapped] = boughtBeside({ rows: changed({ open: 120, high: 120 }), wishes: BOUGHT });
    // 50 units of the other, bought for 5,000 and 5 of commission, are worth 6,000 now.
    expect([units, swapped]).toEqual(['54.975', '54.975']);
  });

  it('knows what an exit at that open has paid, and nothing of an entry there', () => {
    const sold = { ...BOUGHT, 2: { side: 0, close: true } } as const;
    expect(boughtBeside({ rows: FLAT, wishes: sold })).toEqual(['49.95', '49.95']);
    const entered = { 2: { side: 1, close: false } } as const;
    expect(boughtBeside({ rows: FLAT, wishes: entered })).toEqual(['50', '50']);
  });

  it('waits for volume, and is sized when it has some', () => {
    const units = boughtBeside({ rows: changed({ volume: 0, close: 300, high: 300 }), wishes: BOUGHT }, LIMITED);
    expect(units).toEqual(boughtBeside({ rows: FLAT, wishes: BOUGHT }, LIMITED));
  });
});
