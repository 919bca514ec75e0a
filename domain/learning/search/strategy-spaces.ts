/**
 * What a parameter search looks through for each strategy when nothing else is asked for, and how a point becomes a
 * strategy. Ranges of averages, RSI, MACD, bands, stop and target are the product's; momentum's are chosen.
 */
import type { SearchParameter, SearchPoint, SearchSpace } from '../../../schemas/search-space.ts';

const whole = (low: number, high: number): SearchParameter => ({ kind: 'integer', low, high, log: false });
const real = (low: number, high: number, log = false): SearchParameter => ({ kind: 'float', low, high, log });

/** Every strategy is searched together with its stop and target, in ATR14. */
const LEVELS = { stopAtr: real(0.5, 5), targetAtr: real(1, 10) } as const;

type Parameters = Readonly<Record<string, SearchParameter>>;
const space = (parameters: Parameters, ...constraints: SearchSpace['constraints']): SearchSpace => ({
  parameters: { ...parameters, ...LEVELS },
  constraints,
});
const FAST_BELOW_SLOW = { lower: 'fast', upper: 'slow' };

/** By strategy type; a type without parameters of its own is searched over stop and target. */
const SPACES: Readonly<Record<string, SearchSpace>> = {
  momentum: space({ lookback: whole(5, 200), threshold: real(0.002, 0.2, true) }),
  meanReversion: space(
    { lookback: whole(10, 50), entryZ: real(1, 4), exitZ: real(0, 2) },
    { lower: 'exitZ', upper: 'entryZ' },
  ),
  pairsTrading: space(
    { lookback: whole(100, 500), entryZ: real(1, 4), exitZ: real(0, 2), stopZ: real(2, 8) },
    { lower: 'exitZ', upper: 'entryZ' },
    { lower: 'entryZ', upper: 'stopZ' },
  ),
  smaCross: space({ fast: whole(5, 50), slow: whole(20, 200) }, FAST_BELOW_SLOW),
  emaCross: space({ fast: whole(5, 50), slow: whole(20, 200) }, FAST_BELOW_SLOW),
  macdCross: space({ fast: whole(5, 20), slow: whole(20, 60), signal: whole(5, 20) }, FAST_BELOW_SLOW),
  rsiReversal: space({ period: whole(5, 30), low: real(10, 40), high: real(60, 90) }, { lower: 'low', upper: 'high' }),
};

export const strategySpace = (strategyType: string): SearchSpace => SPACES[strategyType] ?? space({});

/** The parameters of the strategy itself, and the levels that stand beside them. */
export function strategyFields(point: SearchPoint) {
  const { stopAtr, targetAtr, ...parameters } = point;
  return { parameters, stopAtr: Number(stopAtr), targetAtr: Number(targetAtr) };
}
