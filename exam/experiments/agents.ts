/**
 * Do agents learn what is there, and is nobody seated where there is nothing? Five seeds over a planted edge, out of
 * sample; three seeds each over markets whose bars are in random order. Size: markets in random order. The control leaves
 * their bars in order, so that they have an edge too: then seats must be counted against it. The leverage agent goes the
 * same way over the planted edge and a few of the others: its figures stand beside, the bar is the spot agent's.
 */
import { createThreadPool } from '../../adapters/compute/thread-pool.ts';
import type { BarSeries } from '../../domain/market/bar-series.ts';
import type { AgentSeat, MarketAgent } from '../../schemas/agent-training.ts';
import { SEAT_HEADINGS, seatRows } from '../../scripts/lib/research/seat-text.ts';
import type { ExamAnswer, Experiment, Figures, Violation } from '../exam.ts';
import { progressBar } from '../rig/progress-bar.ts';
import { barsShuffled, plantedBothWays } from './agents/markets.ts';
import { type AgentRun, takeRuns } from './agents/runs.ts';

const BARS = 20_000;
const STEPS = 100_000;
const SHUFFLED = 20;
/** Of the leverage agent: judging one of its networks takes as long as training it. */
const LEVERAGE_SHUFFLED_MAX = 4;
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
    const nulls = Array.from({ length: size ?? SHUFFLED }, (_, k) => nullMarket(k));
    const runsOf = (agent: MarketAgent, markets: readonly BarSeries[]): AgentRun[] => [
      { agent, name: 'planted', bars: market, seeds: seedsOf(PLANTED_SEEDS), steps: STEPS },
      ...markets.map((bars, k) => ({
        ...{ agent, bars, name: `shuffled-${k}` },
        ...{ seeds: seedsOf(SHUFFLED_SEEDS), steps: STEPS },
      })),
    ];
    const runs = [...runsOf('spot', nulls), ...runsOf('leverage', nulls.slice(0, LEVERAGE_SHUFFLED_MAX))];
    const pool = createThreadPool();
    const bar = progressBar('agents');
    try {
      return answerOf(await takeRuns(pool, runs, (done, all) => bar.show(done, all)));
    } finally {
      bar.end();
      await pool.close();
    }
  },
};

/** The first of an agent's runs is that over the planted edge. */
function answerOf(seats: readonly AgentSeat[]): ExamAnswer {
  const [planted, ...shuffled] = seats.filter(({ agent }) => agent === 'spot');
  const [leveraged, ...others] = seats.filter(({ agent }) => agent === 'leverage');
  return {
    figures: {
      ...figuresOf(planted as AgentSeat, shuffled),
      leverage: figuresOf(leveraged as AgentSeat, others),
    },
    violations: violationsOf(planted as AgentSeat, shuffled),
    voidBecause: [],
  };
}

const betterIn = ({ judged }: AgentSeat): number =>
  judged.filter(({ outOfSample: one }) => one.beatsBuyAndHold && one.beatsRandom).length;
const seatedOf = (seats: readonly AgentSeat[]): number => seats.filter((one) => one.seated).length;

function violationsOf(planted: AgentSeat, shuffled: readonly AgentSeat[]): Violation[] {
  const [better, seated] = [betterIn(planted), seatedOf(shuffled)];
  const violations: Violation[] = [];
  if (better < BETTER_MIN)
    violations.push({
      kind: 'edgeMissed',
      where: `${better} of ${planted.judged.length} seeds beat holding and random`,
    });
  if (!planted.seated) violations.push({ kind: 'edgeBenched', where: planted.reason });
  if (seated > Math.max(1, shuffled.length * LUCK_SHARE_MAX))
    violations.push({ kind: 'luckSeated', where: `${seated} of ${shuffled.length} markets in random order` });
  return violations;
}

function figuresOf(planted: AgentSeat, shuffled: readonly AgentSeat[]): Figures {
  const lucky = shuffled.flatMap(({ judged }) => judged).filter((one) => one.outOfSample.beatsAll);
  return {
    plantedSeeds: planted.judged.length,
    plantedBeatHoldingAndRandom: betterIn(planted),
    plantedBeatAll: planted.judged.filter(({ outOfSample }) => outOfSample.beatsAll).length,
    plantedSeated: planted.seated,
    planted: [SEAT_HEADINGS.join(' · '), ...seatRows(planted).map((row) => row.join(' · '))],
    shuffled: shuffled.length,
    shuffledSeated: seatedOf(shuffled),
    shuffledTradedBetterThanAll: lucky.length,
  };
}
