/** The search kernels: TypeScript and SIMD give equal bits, and the money of the report run. */
import { describe, expect, it } from 'vitest';
import { type EngineMarket, engineMarket } from '../../../domain/engine/market.ts';
import { type EnginePlan, PLAIN_PLAN } from '../../../domain/engine/plan.ts';
import { runReport } from '../../../domain/engine/run-report.ts';
import { bitAt, bitsOf, countBits, laterBits } from '../../../domain/engine/search/bits.ts';
import type { SearchStatistics } from '../../../domain/engine/search/layout.ts';
import { searchObstacle } from '../../../domain/engine/search/layout.ts';
import { chooseKernel, marketBytes, openSearchMemory, placeMarket } from '../../../domain/engine/search/memory.ts';
import { chromosomePlan, createSearcher, searcherBytes } from '../../../domain/engine/search/searcher.ts';
import { evolvedSignals } from '../../../domain/engine/signals.ts';
import { type Log, TRADE } from '../../../domain/engine/state.ts';
import { kernels } from '../../../domain/features/kernels.ts';
import { chromosomeHeredity } from '../../../domain/learning/genome/chromosome-heredity.ts';
import { createRandom } from '../../../domain/market/random.ts';
import { syntheticSeries } from '../../../domain/market/synthetic.ts';
import { geneColumns } from '../../../domain/signals/evolved/gene-columns.ts';
import type { Chromosome } from '../../../schemas/chromosome.ts';

const COSTS: EnginePlan = {
  ...PLAIN_PLAN,
  direction: 'longShort',
  commission: { kind: 'bps', bps: 5 },
  halfSpreadBps: 1,
  slippage: { kind: 'bps', bps: 2 },
};

const HEREDITY = chromosomeHeredity('longShort');

const marketOf = (seed: number, count: number, intervalMs = 3_600_000): EngineMarket =>
  engineMarket(syntheticSeries({ symbol: 'BTC/USDT', intervalMs, count, seed }));

function searchers(market: EngineMarket, plan: EnginePlan) {
  const count = market.bars.close.length;
  const genes = geneColumns(market.bars, kernels());
  const of = (wanted: 'auto' | 'typescript') => {
    const memory = openSearchMemory(marketBytes(count) + searcherBytes(count, 32));
    const placed = placeMarket(memory, market);
    const { kernel } = chooseKernel(memory, wanted);
    return createSearcher({ memory, kernel, market: placed, genes, plan, masksMax: 32 });
  };
  return { simd: of('auto'), plain: of('typescript'), genes };
}

const rowsOf = ({ cells, count, width }: Log): number[] => [...cells.subarray(0, count * width)];

/** The same statistics out of wealth and trades of a report run. */
function reportStatistics(
  market: EngineMarket,
  plan: EnginePlan,
  chromosome: Chromosome,
  genes: ReturnType<typeof geneColumns>,
): Partial<SearchStatistics> {
  const voice = { kind: 'columns', columns: evolvedSignals(market, chromosome, genes) } as const;
  const lanes = [{ market, voice }];
  const { account, equity, tally } = runReport(chromosomePlan(plan, chromosome), lanes, { way: 'barByBar' });
  const fast = runReport(chromosomePlan(plan, chromosome), lanes);
  expect(fast.equity).toEqual(equity);
  expect(rowsOf(fast.account.trades)).toEqual(rowsOf(account.trades));
  expect(rowsOf(fast.account.fills)).toEqual(rowsOf(account.fills));
  expect([fast.account.ordersSent, fast.tally]).toEqual([account.ordersSent, tally]);
  let [before, returnSum, returnSquareSum, wins, grossProfit, grossLoss] = [plan.cash, 0, 0, 0, 0, 0];
  for (const wealth of equity) {
    const change = wealth / before - 1;
    returnSum += change;
    returnSquareSum += change * change;
    before = wealth;
  }
  for (let row = 0; row < account.trades.count; row += 1) {
    const pnl = account.trades.cells[row * account.trades.width + TRADE.pnl] as number;
    wins += pnl > 0 ? 1 : 0;
    grossProfit += pnl > 0 ? pnl : 0;
    grossLoss -= pnl > 0 ? 0 : pnl;
  }
  const trades = account.trades.count;
  return { equity: equity.at(-1) as number, trades, wins, grossProfit, grossLoss, returnSum, returnSquareSum };
}

describe('the search kernels', () => {
  const plans: readonly (readonly [string, EnginePlan])[] = [
    ['without leverage', COSTS],
    ['with leverage and funding', { ...COSTS, leverage: 7, fundingRate: 0.0004, maintenanceMarginFraction: 0.02 }],
    ['with sizes bounded by the stop', { ...COSTS, size: { ...COSTS.size, riskFraction: 0.005 }, quantityStep: 0.001 }],
  ];

  it.each(plans)('give the bits of each other and the money of the report run %s', (_name, plan) => {
    const market = marketOf(11, 3_000);
    const { simd, plain, genes } = searchers(market, plan);
    expect([simd.kernel, plain.kernel]).toEqual(['simd', 'typescript']);
    const random = createRandom(`search:${plan.leverage}`);
    let trades = 0;
    for (let run = 0; run < 60; run += 1) {
      const drawn = HEREDITY.create(random);
      const risk = plan.leverage > 1 ? { ...drawn.risk, positionFraction: 0.9, stopAtr: 40 } : drawn.risk;
      const chromosome = { ...drawn, risk };
      const found = simd.evaluate(chromosome);
      expect(found).toEqual(plain.evaluate(chromosome));
      const { trades: count, ...report } = reportStatistics(market, plan, chromosome, genes);
      expect(found).toMatchObject({ trades: count, ...report });
      trades += found.trades;
    }
    expect(trades).toBeGreaterThan(300);
  });

  it('see only the bars of their range', () => {
    const whole = marketOf(3, 1_000);
    const half = engineMarket({ ...whole.bars, ...sliced(whole, 600) });
    const random = createRandom('range');
    const inWhole = searchers(whole, COSTS).simd;
    const inHalf = searchers(half, COSTS).simd;
    for (let run = 0; run < 40; run += 1) {
      const chromosome = HEREDITY.create(random);
      const start = inWhole.evaluate(chromosome, 0, 599);
      expect(start).toEqual(inHalf.evaluate(chromosome));
      const both = [start, inWhole.evaluate(chromosome, 600, 999)];
      const ranges = [
        { from: 0, to: 600 },
        { from: 600, to: 1_000 },
      ];
      expect(inWhole.evaluateRanges(chromosome, ranges)).toEqual(both);
    }
  });

  it('are not asked for what they do not know', () => {
    expect(searchObstacle(COSTS)).toBeNull();
    expect(searchObstacle({ ...COSTS, trailAtr: 2 })).toContain('trailing');
    expect(searchObstacle({ ...COSTS, commission: { kind: 'perShare', cost: 1, fee: 0, minimum: 0 } })).toContain(
      'costs',
    );
  });
});

const sliced = ({ bars }: EngineMarket, count: number) => ({
  openTimeMs: bars.openTimeMs.slice(0, count),
  open: bars.open.slice(0, count),
  high: bars.high.slice(0, count),
  low: bars.low.slice(0, count),
  close: bars.close.slice(0, count),
  volume: bars.volume.slice(0, count),
});

describe('bits', () => {
  it('are one a bar, move one bar later, and are counted', () => {
    const mask = new Uint8Array(70);
    mask[0] = mask[31] = mask[69] = 1;
    const bits = bitsOf(mask);
    expect([bitAt(bits, 31), bitAt(bits, 32), countBits(bits)]).toEqual([1, 0, 3]);
    const later = laterBits(bits);
    expect([bitAt(later, 0), bitAt(later, 1), bitAt(later, 32), bitAt(later, 70)]).toEqual([0, 1, 1, 1]);
  });
});
