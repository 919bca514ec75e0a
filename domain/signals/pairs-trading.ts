/**
 * Pairs trading (spec 3.3): the second symbol against β of the first, where Engle and Granger's test ties them.
 * Beyond entryZ the dear side is sold and the cheap one bought; back inside ±exitZ both are closed, beyond stopZ too,
 * and then nothing is opened until z was inside ±exitZ once. Warm-up: lookback + 1 common bars.
 */
import { pairsColumns } from './pairs-columns.ts';
import {
  ATR_WARMUP_BARS,
  ENTRY_CONFIDENCE,
  parameter,
  type StrategyParameters,
  type StrategySignal,
  toConfidence,
  valueAt,
} from './strategy.ts';
import { legSignal, type PairMoment, type TwoLegRules, undecided } from './two-leg-strategy.ts';

/** Confidence = min(1, 0.6 + 0.2 · (|z| / entryZ - 1)), as in mean reversion. */
export const pairsTrading: TwoLegRules = {
  warmupBars: (p) => Math.max(parameter(p, 'lookback') + 1, ATR_WARMUP_BARS),
  prepare: pairsColumns,
  signal: (leg, moment) => legSignal(leg, signalOfSecond(moment)),
};

/** What the second symbol wants: it is dear where z is above zero. */
function signalOfSecond({ n, columns, p }: PairMoment): StrategySignal {
  const at = (name: string): number => valueAt(columns, name, n);
  const z = at('z');
  if (Number.isNaN(z)) return undecided('NO_SPREAD', 'the spread of the two does not move');
  const reasons = reasonsOf(at, p);
  const [entryZ, exitZ, stopZ] = [parameter(p, 'entryZ'), parameter(p, 'exitZ'), parameter(p, 'stopZ')];
  const wanted = z > entryZ ? -1 : z < -entryZ ? 1 : 0;
  const noDecision = refusalOf(at);
  const side = noDecision !== null || at('blocked') === 1 ? 0 : wanted;
  const signal: StrategySignal = {
    side,
    exitLong: z > -exitZ || z < -stopZ,
    exitShort: z < exitZ || z > stopZ,
    confidence: side === 0 ? 0 : toConfidence(ENTRY_CONFIDENCE + 0.2 * (Math.abs(z) / entryZ - 1)),
    reasons: at('blocked') === 1 ? [...reasons, `stopped out: nothing opens until z was inside ±${exitZ}`] : reasons,
  };
  return noDecision === null ? signal : { ...signal, noDecision };
}

/** A tie is asked for before its direction: without one, β says nothing. */
function refusalOf(at: (name: string) => number): string | null {
  if (at('cointegrated') !== 1) return 'NOT_COINTEGRATED';
  return at('hedgeRatio') > 0 ? null : 'HEDGE_RATIO_NEGATIVE';
}

function reasonsOf(at: (name: string) => number, p: StrategyParameters): string[] {
  const [entryZ, exitZ, stopZ] = [parameter(p, 'entryZ'), parameter(p, 'exitZ'), parameter(p, 'stopZ')];
  const verdict = at('cointegrated') === 1 ? 'cointegrated' : 'not cointegrated';
  return [
    `z ${at('z').toFixed(3)}, entry beyond ±${entryZ}, exit inside ±${exitZ}, stop beyond ±${stopZ}`,
    `hedge ratio ${at('hedgeRatio').toPrecision(6)}, intercept ${at('intercept').toPrecision(6)}`,
    `ADF t ${at('adf').toFixed(3)} against ${at('critical').toFixed(3)} at 5 %, ` +
      `p ${at('pValue').toPrecision(3)}: ${verdict}`,
  ];
}
