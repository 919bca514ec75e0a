/**
 * Does evolution find what is there and promote nothing where there is nothing? Runs over shuffled real bars (the desk's
 * BTC/USDT hours, which have to be imported), over a planted edge that pays its costs, and over one that does not.
 * Size: shuffled markets; a tenth as many of the others.
 */
import { readBars } from '../../db/bars.ts';
import type { BarSeries } from '../../domain/market/bar-series.ts';
import { withDatabase } from '../../scripts/lib/with-database.ts';
import type { ExamAnswer, Experiment, Violation } from '../exam.ts';
import { progressBar } from '../rig/progress-bar.ts';
import type { MarketAnswer, MarketKind, MarketOrder } from './null-edge/market-run.ts';
import { runMarkets } from './null-edge/market-threads.ts';

const HOUR_MS = 3_600_000;
const SEEDS = 500;
const NULL_SHARE_MAX = 0.02;
const FOUND_SHARE_MIN = 0.9;
const WEAK_SHARE_MAX = 0.1;

export const experiment: Experiment = {
  name: 'null-edge',
  controls: {},
  run: async ({ seed, size }) => {
    const seeds = size ?? SEEDS;
    const planted = Math.max(1, Math.round(seeds / 10));
    const real = await importedHours();
    const ordersOf = (kind: MarketKind, count: number): MarketOrder[] =>
      Array.from({ length: count }, (_, k) => ({ kind, seed: seed + k }));
    const orders = [
      ...ordersOf('planted', planted),
      ...ordersOf('weak', planted),
      ...ordersOf('shuffled', real === null ? 0 : seeds),
    ];
    const bar = progressBar('null-edge');
    const answers = await runMarkets(orders, real, (done) => bar.show(done, orders.length));
    bar.end();
    return answerOf(answers);
  },
};

function answerOf(answers: readonly MarketAnswer[]): ExamAnswer {
  const of = (kind: MarketKind): MarketAnswer[] => answers.filter((one) => one.kind === kind);
  const [nulls, edges, weak] = [of('shuffled'), of('planted'), of('weak')];
  const promoted = nulls.filter((one) => one.promoted).length;
  const found = edges.filter((one) => one.promoted && one.hasRsi).length;
  const wrong = weak.filter((one) => one.promoted).length;
  const violations: Violation[] = [];
  if (promoted > nulls.length * NULL_SHARE_MAX)
    violations.push({ kind: 'luckPromoted', where: `${promoted} of ${nulls.length} shuffled markets` });
  if (found < edges.length * FOUND_SHARE_MIN)
    violations.push({ kind: 'edgeMissed', where: `${found} of ${edges.length} planted edges` });
  if (wrong > weak.length * WEAK_SHARE_MAX)
    violations.push({ kind: 'costsForgotten', where: `${wrong} of ${weak.length} edges below their costs` });
  return {
    figures: {
      shuffled: nulls.length,
      shuffledPromoted: promoted,
      planted: edges.length,
      plantedPromoted: edges.filter((one) => one.promoted).length,
      plantedFoundByRsi: found,
      weak: weak.length,
      weakPromoted: wrong,
      trials: answers.reduce((sum, one) => sum + one.trials, 0),
    },
    violations,
    voidBecause: nulls.length === 0 ? ['no hourly bars of BTC/USDT are imported on this desk'] : [],
  };
}

/** Null where no desk is up or it holds none. */
async function importedHours(): Promise<BarSeries | null> {
  try {
    const bars = await withDatabase({ name: 'exam' }, (db) => readBars(db, 'BTC/USDT', HOUR_MS, null, null));
    return bars.close.length === 0 ? null : bars;
  } catch {
    return null;
  }
}
