/** The figures of a backtest are the same whoever walks, and what is inside them adds up. */
import { describe, expect, it } from 'vitest';
import { loadCompliance, loadGovernance } from '../../../config/policy-files.ts';
import { backtestFigures, type WalkedRun } from '../../../domain/backtest/backtest-figures.ts';
import { backtestRequest } from '../../../domain/backtest/backtest-request.ts';
import { engineReport } from '../../../domain/backtest/engine-report.ts';
import { plainLoop } from '../../../domain/backtest/plain-loop.ts';
import { priceModel } from '../../../domain/backtest/slippage-paid.ts';
import { builtInVoice } from '../../../domain/engine/desk-plan.ts';
import { engineMarket } from '../../../domain/engine/market.ts';
import { enginePlan } from '../../../domain/engine/research-plan.ts';
import { runReport } from '../../../domain/engine/run-report.ts';
import { GOVERNED_DEFAULTS } from '../../../domain/llm/policy.ts';
import { syntheticSeries } from '../../../domain/market/synthetic.ts';
import { profileOf } from '../../../domain/officers/policy/effective-profile.ts';
import { backtestRunInputSchema } from '../../../schemas/backtest-run.ts';
import { parseSessionInput } from '../../../schemas/session-input.ts';
import { strategySchema } from '../../../schemas/signals.ts';

const FACTS = { dataHash: 'd'.repeat(64), codeVersion: 'x' };
const COUNT = 700;

/** Loop and engine over the same synthetic bars, and what was asked of their figures. */
function bothOf(flags: Record<string, unknown>) {
  const asked = { interval: '1h', symbol: 'BTC/USDT', synthetic: COUNT, seed: 3, walkForward: 3, ...flags };
  const { session, engine } = backtestRequest(backtestRunInputSchema.parse(asked));
  const input = parseSessionInput(session, 'strategy-session:x', 0);
  const strategy = strategySchema.parse(input.strategy);
  const series = input.symbols.map((symbol, k) =>
    syntheticSeries({ symbol, intervalMs: input.barIntervalMs, count: COUNT, seed: input.seed + k }),
  );
  const { startMode, profiles, desk } = loadGovernance('config');
  const [profile, compliance] = [profileOf(profiles, startMode), loadCompliance('config')];
  const rules = { policy: { version: 1, mode: startMode, profile }, desk, compliance, models: GOVERNED_DEFAULTS };
  const looped = plainLoop({ input, strategy, series, rules, seedIndicators: 'talib' }, FACTS);
  const { costs, direction, limits } = input;
  const own = { mode: startMode, profile, limits, desk, compliance };
  const plan = enginePlan(engine, { strategy, costs, direction, cash: Number(input.startingCash), rules: own });
  const lanes = series.map((bars) => {
    const market = engineMarket(bars);
    return { market, voice: builtInVoice(strategy, market) };
  });
  const run = runReport(plan, lanes);
  const told = engineReport(run, { input, strategyType: strategy.type, series, ...FACTS });
  const walked = { ...told, closesMs: Array.from(run.closedAtMs), wealth: Array.from(run.equity) };
  const byLoop = {
    ...looped,
    closesMs: looped.equity.map(([atMs]) => atMs),
    wealth: looped.equity.map(([, amount]) => Number(amount)),
  };
  const figuresOf = (one: WalkedRun) =>
    backtestFigures(one, {
      ...{ series, seedIndicators: 'talib', prices: priceModel(engine, costs), walkForward: 3 },
    });
  return { looped: byLoop, walked, ofLoop: figuresOf(byLoop), ofEngine: figuresOf(walked) };
}

/** Wealth of the engine differs from the books' in its last bits. */
const nearly = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value), (_name, one) => (typeof one === 'number' ? expect.closeTo(one, 5) : one));

const cases = [
  { strategy: 'momentum', params: { lookback: 5, threshold: 0.005 }, direction: 'longShort' },
  {
    strategy: 'momentum',
    params: { lookback: 9, threshold: 0.01 },
    direction: 'longShort',
    leverage: 3,
    funding: 0.001,
  },
  { strategy: 'meanReversion', symbol: 'BTC/USDT,ETH/USDT', targetAtr: 1, volumeLimit: 0.00002, slippage: 'bps:30' },
  { strategy: 'buyAndHold', leverage: 3, funding: 0.001, stopAtr: 50 },
] as const;

describe('the figures of a backtest', () => {
  it.each(cases)('are those of the loop when the engine walks: %j', (flags) => {
    const { looped, walked, ofLoop, ofEngine } = bothOf(flags);
    expect(ofEngine).toEqual(nearly(ofLoop));
    expect(ofEngine.slippage).toBe(ofLoop.slippage);
    expect([walked.report.funding, walked.report.fees]).toEqual([looped.report.funding, looped.report.fees]);
    expect(Number(looped.report.funding) !== 0).toBe('funding' in flags);
  });

  it.each(cases)('leave nothing out: %j', (flags) => {
    const { looped, ofLoop } = bothOf(flags);
    const { byRegime, walkForward, timeInMarketFraction, exposureFractionMean, exposureFractionMax } = ofLoop;
    const regimes = Object.values(byRegime);
    const last = looped.wealth.at(-1) ?? 0;
    expect(regimes.reduce((sum, one) => sum + one.bars, 0)).toBe(looped.wealth.length);
    expect(regimes.reduce((sum, one) => sum + one.tradeCount, 0)).toBe(looped.trades.length);
    const growth = regimes.reduce((product, one) => product * (1 + one.returnFraction), 1);
    expect(growth).toBeCloseTo(last / Number(looped.report.equityStart), 9);
    expect(walkForward?.outOfSample.metrics.finalEquity).toBe(last);
    expect(Number(exposureFractionMean)).toBeLessThanOrEqual(
      Number(exposureFractionMax) * Number(timeInMarketFraction),
    );
    expect(Number(exposureFractionMean)).toBeGreaterThan(0);
    expect(Number(ofLoop.slippage)).toBeGreaterThan(0);
  });

  it('of buying and holding follow by hand', () => {
    const { looped, ofLoop } = bothOf({
      strategy: 'buyAndHold',
      stopAtr: 100,
      slippage: 'bps:10',
      halfSpread: 'bps:0',
    });
    const [fill, ...more] = looped.fills;
    const bars = syntheticSeries({ symbol: 'BTC/USDT', intervalMs: 3_600_000, count: COUNT, seed: 3 });
    const from = bars.openTimeMs.indexOf(fill?.atMs ?? 0);
    const quantity = Number(fill?.quantity);
    const exposures = looped.wealth.map((wealth, i) =>
      i < from ? 0 : (quantity * (bars.close[i] as number)) / wealth,
    );
    expect(more).toEqual([]);
    expect(from).toBeGreaterThan(0);
    expect(ofLoop.exposureFractionMean).toBeCloseTo(exposures.reduce((sum, one) => sum + one, 0) / COUNT, 12);
    expect(ofLoop.timeInMarketFraction).toBe((COUNT - from) / COUNT);
    expect(Number(ofLoop.slippage)).toBeCloseTo(quantity * (bars.open[from] as number) * 0.001, 7);
  });
});
