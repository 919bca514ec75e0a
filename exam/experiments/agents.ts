/**
 * Do agents learn what is there, and is nobody seated where there is nothing? Five seeds over a planted edge, out of
 * sample; three seeds each over markets whose bars are in random order. Size: markets in random order. The control leaves
 * their bars in order, so that they have an edge too: then seats must be counted against it.
 */
import { createThreadPool } from '../../adapters/compute/thread-pool.ts';
import type { BarSeries } from '../../domain/market/bar-series.ts';
import type { AgentSeat } from '../../schemas/agent-training.ts';
import { SEAT_HEADINGS, seatRows } from '../../scripts/lib/research/seat-text.ts';
import type { ExamAnswer, Experiment, Violation } from '../exam.ts';
import { progressBar } from '../rig/progress-bar.ts';
import { barsShuffled, plantedBothWays } from './agents/markets.ts';
import { type AgentRun, takeRuns } from './agents/runs.ts';

const BARS = 20_000;
const STEPS = 100_000;
const SHUFFLED = 20;
const PLANTED_SEEDS = 5;
const SHUFFLED_SEEDS = 3;
const BETTER_MIN = 4;
const LUCK_SHARE_MAX = 0.05;

export const experiment: Experiment = {
  name: 'agents',
  controls: { 'not-shuffled': 'luckSeated' },
  run: async ({ seed, control, size }) => {
    const market = plantedBothWays(seed, BARS);
    const nullMarket = (k: number): BarSeries =>
      control === null ? barsShuffled(market, seed + k) : plantedBothWays(seed + 1 + k, BARS);
    const seedsOf = (count: number): number[] => Array.from({ length: count }, (_, k) => seed + k);
    const planted: AgentRun = { name: 'planted', bars: market, seeds: seedsOf(PLANTED_SEEDS), steps: STEPS };
    const shuffled = Array.from(
      { length: size ?? SHUFFLED },
      (_, k): AgentRun => ({
        ...{ name: `shuffled-${k}`, bars: nullMarket(k), steps: STEPS },
        seeds: seedsOf(SHUFFLED_SEEDS),
      }),
    );
    const pool = createThreadPool();
    const bar = progressBar('agents');
    try {
      const [first, ...others] = await takeRuns(pool, [planted, ...shuffled], (done, all) => bar.show(done, all));
      return answerOf(first as AgentSeat, others);
    } finally {
      bar.end();
      await pool.close();
    }
  },
};

function answerOf(planted: AgentSeat, shuffled: readonly AgentSeat[]): ExamAnswer {
  const better = planted.judged.filter(({ outOfSample: one }) => one.beatsBuyAndHold && one.beatsRandom).length;
  const seated = shuffled.filter((one) => one.seated).length;
  const violations: Violation[] = [];
  if (better < BETTER_MIN)
    violations.push({
      kind: 'edgeMissed',
      where: `${better} of ${planted.judged.length} seeds beat holding and random`,
    });
  if (!planted.seated) violations.push({ kind: 'edgeBenched', where: planted.reason });
  if (seated > Math.max(1, shuffled.length * LUCK_SHARE_MAX))
    violations.push({ kind: 'luckSeated', where: `${seated} of ${shuffled.length} markets in random order` });
  return {
    figures: {
      plantedSeeds: planted.judged.length,
      plantedBeatHoldingAndRandom: better,
      plantedBeatAll: planted.judged.filter(({ outOfSample }) => outOfSample.beatsAll).length,
      plantedSeated: planted.seated,
      planted: [SEAT_HEADINGS.join(' · '), ...seatRows(planted).map((row) => row.join(' · '))],
      shuffled: shuffled.length,
      shuffledSeated: seated,
      shuffledTradedBetterThanAll: shuffled.flatMap(({ judged }) => judged).filter((one) => one.outOfSample.beatsAll)
        .length,
    },
    violations,
    voidBecause: [],
  };
}
