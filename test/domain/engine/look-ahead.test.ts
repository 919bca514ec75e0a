/** Strategies that look into the future are found with the bar at which they do; those that do not are left alone. */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { builtInVoice } from '../../../domain/engine/desk-plan.ts';
import { legVoice } from '../../../domain/engine/leg-voice.ts';
import { findLookAhead } from '../../../domain/engine/look-ahead.ts';
import { engineMarket } from '../../../domain/engine/market.ts';
import { fileParameters, fileVoice, type StrategyFile, strategyFileOf } from '../../../domain/engine/strategy-file.ts';
import { syntheticSeries } from '../../../domain/market/synthetic.ts';
import { costsSchema } from '../../../schemas/execution.ts';
import { SINGLE_STRATEGY_TYPES } from '../../../schemas/signals.ts';

const market = engineMarket(syntheticSeries({ symbol: 'BTC/USDT', intervalMs: 3_600_000, count: 700, seed: 4 }));
const look = (file: StrategyFile) =>
  findLookAhead(market, { voice: (other) => fileVoice(file, other, fileParameters(file, {})) });

const mean = (values: Float64Array): number => values.reduce((sum, one) => sum + one, 0) / values.length;
const turns = (holds: boolean) => ({ action: holds ? 'buy' : 'close' }) as const;
const at = (column: ArrayLike<number> | undefined, i: number): number => column?.[i] ?? Number.NaN;

/** True lows of five bars on both sides, marked at their own bar. */
const pivots = (low: Float64Array): Float64Array =>
  low.map((value, i) =>
    i >= 5 && i < low.length - 5 && low.subarray(i - 5, i + 6).every((one) => one >= value) ? 1 : 0,
  );

const PLANTED: Readonly<Record<string, Omit<StrategyFile, 'name'>>> = {
  'the next bar': { decide: ({ i, bars }) => turns(at(bars.close, i + 1) > at(bars.close, i)) },
  'the whole series in a mean': {
    prepare: ({ close }) => ({ centred: close.map((value) => value - mean(close)) }),
    decide: ({ i, columns }) => turns(at(columns.centred, i) < 0),
  },
  'a centred window': {
    prepare: ({ close }) => ({ smooth: close.map((_, i) => mean(close.subarray(Math.max(0, i - 3), i + 4))) }),
    decide: ({ i, bars, columns }) => turns(at(bars.close, i) < at(columns.smooth, i)),
  },
  'a regime smoothed backwards': {
    prepare: ({ close }) => {
      const smooth = close.slice();
      for (let i = close.length - 2; i >= 0; i -= 1) smooth[i] = 0.9 * at(smooth, i + 1) + 0.1 * at(close, i);
      return { smooth };
    },
    decide: ({ i, columns }) => turns(at(columns.smooth, i) > at(columns.smooth, i - 1)),
  },
  'a higher bar before its close': {
    prepare: ({ close }) => ({
      day: close.map((_, i) => close[Math.min(close.length - 1, i - (i % 24) + 23)] as number),
    }),
    decide: ({ i, bars, columns }) => turns(at(columns.day, i) > at(bars.close, i)),
  },
  'the bar it fills in': {
    prepare: ({ open, close }) => ({ up: close.map((value, i) => (value > at(open, i) ? 1 : 0)) }),
    decide: ({ i, columns }) => turns(at(columns.up, i + 1) === 1),
  },
  'a pivot nobody has confirmed': {
    prepare: ({ low }) => ({ pivot: pivots(low) }),
    decide: ({ i, columns }) => turns(at(columns.pivot, i) === 1),
  },
};

describe('looking ahead', { timeout: 120_000 }, () => {
  it.each(Object.keys(PLANTED))('is found: %s', async (name) => {
    const { leaks } = await look({ name, ...(PLANTED[name] as Omit<StrategyFile, 'name'>) });
    expect(leaks.length).toBeGreaterThan(0);
    expect(leaks.every(({ barIndex }) => barIndex >= 0 && barIndex < 700)).toBe(true);
  });

  it('is not what a confirmed pivot does, nor levels from bars that have closed', async () => {
    const file: StrategyFile = {
      name: 'confirmed',
      prepare: ({ low }) => ({ pivot: pivots(low) }),
      decide: ({ i, bars, columns, position }) => {
        if (position.quantity === 0 && at(columns.pivot, i - 5) === 1) {
          return { action: 'buy', stopPrice: at(bars.low, i - 5) * 0.99, sizeFraction: 0.05 };
        }
        return position.barsHeld > 12 ? { action: 'close' } : { action: 'hold' };
      },
    };
    const { leaks, wishes } = await look(file);
    expect([leaks, wishes > 5]).toEqual([[], true]);
  });

  it.each(SINGLE_STRATEGY_TYPES)('is not what %s does', async (type) => {
    const { leaks } = await findLookAhead(market, { voice: (other) => builtInVoice({ type, parameters: {} }, other) });
    expect(leaks).toEqual([]);
  });

  it.each(['pairsTrading', 'crossVenue'] as const)('is not what either leg of %s does', async (type) => {
    const partner = syntheticSeries({ symbol: 'ETH/USDT', intervalMs: 3_600_000, count: 700, seed: 5 });
    const parameters = type === 'pairsTrading' ? { lookback: 40, entryZ: 1.2 } : {};
    for (const leg of ['first', 'second'] as const) {
      const asked = { leg, partner, type, parameters, costs: costsSchema.parse({}) };
      const { leaks, wishes } = await findLookAhead(market, { voice: (other) => legVoice(asked, other) });
      expect([leaks, wishes > 5]).toEqual([[], true]);
    }
  });

  it('is not what the examples do', async () => {
    const folder = path.resolve('examples/strategies');
    for (const name of readdirSync(folder)) {
      const loaded = await import(pathToFileURL(path.join(folder, name)).href);
      expect((await look(strategyFileOf(loaded.default, name))).leaks).toEqual([]);
    }
  });
});

it('what a strategy file throws is told as its mistake, with the place', () => {
  const boom = (): never => {
    throw new TypeError('boom');
  };
  const voiceOf = (file: Omit<StrategyFile, 'name'>) => () => fileVoice({ name: 'x', ...file }, market, {});
  const refusal = (place: string) => `STRATEGY_FILE_INVALID ${place}: got "TypeError: boom"`;
  expect(voiceOf({ prepare: boom, decide: () => null })).toThrow(refusal('prepare'));
  expect(voiceOf({ warmupBars: boom, decide: () => null })).toThrow(refusal('warmupBars'));
  const voice = voiceOf({ decide: boom })();
  const held = { quantity: 0, entryPrice: Number.NaN, barsHeld: 0 };
  expect(() => voice.kind === 'asked' && voice.ask(7, held)).toThrow(refusal('decide[7]'));
});
