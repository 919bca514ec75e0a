/**
 * Whether a network has earned its seat, on bars that neither its training nor its selection has seen. It must be
 * better than holding, than the desk's rule and than its own positions at other times, for its risk (Sharpe ratios,
 * a bar), by more than luck; and so must most of the seeds. The strictest check is that of the other times: they
 * have the same exposure, sides and turnover, so a market that only rises or falls gives nobody a seat. On bars in
 * random order one network in a hundred passes it.
 */
import type { AgentBaseline, OutOfSample } from '../../../schemas/agent-training.ts';
import type { GateCheck } from '../../../schemas/evolution-run.ts';
import { createRandom } from '../../market/random.ts';
import { bootstrapInterval } from '../honesty/bootstrap.ts';
import { plainSharpe, sampleMoments } from '../honesty/sample-moments.ts';
import { probabilisticSharpe } from '../honesty/sharpe-significance.ts';
import {
  growth,
  holdingVoice,
  ruleVoice,
  type Stretch,
  shiftedVoice,
  type Walked,
  walkStretch,
} from './market-walk.ts';

export const SEAT_LIMITS = {
  seedsMin: 3,
  tradesMin: 20,
  probabilityMin: 0.95,
  /** Share of shifted walks that are as good. */
  timingMax: 0.01,
  /** Two-sided confidence of the intervals of the differences: one in twenty lies below by luck. */
  differenceConfidence: 0.9,
} as const;

const SHIFTS = 300;
/** Nearer to the true times the shifted positions are still nearly the same. */
const SHIFT_BARS_MIN = 20;
const SAMPLES = 500;

/** The returns of the agent's positions so many bars later. */
export type AtOtherTimes = (shift: number) => Float64Array;

/**
 * @param walked the agent over the stretch @param seed of what is drawn
 * @param atOtherTimes without it, its sides in the account of the stretch
 */
export function judgeAgent(
  stretch: Stretch,
  walked: Walked,
  seed: number,
  atOtherTimes: AtOtherTimes = (shift) => walkStretch(stretch, shiftedVoice(walked.sides, shift)).returns,
): OutOfSample {
  const { returns, tradeCount } = walked;
  const sharpe = plainSharpe(returns);
  const returnFraction = growth(returns);
  const { random, timing } = byChance(walked, atOtherTimes, sharpe, seed);
  const baselines = [...rivals(stretch, returns, seed), random];
  const moments = sampleMoments(returns);
  const probability =
    moments === null || moments.deviation === 0 ? null : probabilisticSharpe({ ...moments, sharpe }, 0);
  const beats = (name: AgentBaseline['name']): boolean =>
    baselines.every((one) => one.name !== name || sharpe > one.sharpe);
  return {
    ...{ bars: returns.length, sharpe, returnFraction, tradeCount, probability, timing, baselines },
    beatsBuyAndHold: beats('buyAndHold'),
    beatsRandom: beats('random'),
    beatsAll: returnFraction > 0 && baselines.every((one) => sharpe > one.sharpe),
  };
}

function rivals(stretch: Stretch, agent: Float64Array, seed: number): AgentBaseline[] {
  const voices = [
    { name: 'buyAndHold', voice: holdingVoice(1), may: stretch.plan.direction !== 'shortOnly' },
    { name: 'sellAndHold', voice: holdingVoice(-1), may: stretch.plan.direction !== 'longOnly' },
    { name: 'rule', voice: ruleVoice(stretch), may: true },
  ] as const;
  return voices
    .filter(({ may }) => may)
    .map(({ name, voice }) => {
      const { returns } = walkStretch(stretch, voice);
      const differenceLow = differenceOf(agent, returns, seed);
      return { name, sharpe: plainSharpe(returns), returnFraction: growth(returns), differenceLow };
    });
}

/** Both series are drawn at the same bars, in blocks: what moves both cancels out. */
function differenceOf(a: Float64Array, b: Float64Array, seed: number): number | null {
  const bars = Float64Array.from(a, (_, bar) => bar);
  const drawn = (values: Float64Array, sample: Float64Array): number =>
    plainSharpe(Float64Array.from(sample, (bar) => values[bar] as number));
  const difference = (sample: Float64Array): number => drawn(a, sample) - drawn(b, sample);
  const { differenceConfidence: confidence } = SEAT_LIMITS;
  return bootstrapInterval(bars, difference, { seed, samples: SAMPLES, confidence })?.low ?? null;
}

/**
 * The agent's positions at other times; their mean is the rival, and how many of them are as good says what luck does.
 */
function byChance({ sides }: Walked, atOtherTimes: AtOtherTimes, sharpe: number, seed: number) {
  const { uniform } = createRandom(`shifts:${seed}`);
  const room = sides.length - 2 * SHIFT_BARS_MIN;
  const walks = Array.from({ length: SHIFTS }, () => {
    const shift = SHIFT_BARS_MIN + Math.floor(uniform() * room);
    return atOtherTimes(shift);
  });
  const sharpes = walks.map(plainSharpe);
  const asGood = sharpes.filter((one) => one >= sharpe).length;
  const random: AgentBaseline = {
    name: 'random',
    sharpe: mean(sharpes),
    returnFraction: mean(walks.map(growth)),
    differenceLow: null,
  };
  return { random, timing: (1 + asGood) / (1 + SHIFTS) };
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

export type SeatVerdict = { readonly seated: boolean; readonly checks: readonly GateCheck[]; readonly reason: string };

/**
 * @param chosen the network that would take the seat, judged
 * @param seeds every seed of the run, judged, the chosen one's among them
 */
export function judgeSeat(chosen: OutOfSample, seeds: readonly OutOfSample[]): SeatVerdict {
  const checks = [
    seedsCheck(seeds.length),
    majorityCheck(seeds),
    tradesCheck(chosen),
    probabilityCheck(chosen),
    timingCheck(chosen),
    ...chosen.baselines.flatMap((baseline) => (baseline.name === 'random' ? [] : [differenceCheck(baseline)])),
  ];
  const failed = checks.filter(({ passed }) => !passed);
  const reason = failed.length === 0 ? 'every check passed' : failed.map(({ message }) => message).join('; ');
  return { seated: failed.length === 0, checks, reason };
}

function seedsCheck(value: number): GateCheck {
  const limit = SEAT_LIMITS.seedsMin;
  const message = `${value} seeds, at least ${limit} are needed (input field seeds)`;
  return { name: 'seeds', passed: value >= limit, value, limit, message };
}

function majorityCheck(seeds: readonly OutOfSample[]): GateCheck {
  const value = seeds.filter(({ beatsAll }) => beatsAll).length;
  const limit = Math.floor(seeds.length / 2) + 1;
  const message = `${value} of ${seeds.length} seeds beat every baseline with a profit, at least ${limit} are needed`;
  return { name: 'majority', passed: value >= limit, value, limit, message };
}

function tradesCheck({ tradeCount: value }: OutOfSample): GateCheck {
  const limit = SEAT_LIMITS.tradesMin;
  const message = `${value} trades, at least ${limit} are needed`;
  return { name: 'trades', passed: value >= limit, value, limit, message };
}

function probabilityCheck({ probability: value, sharpe }: OutOfSample): GateCheck {
  const limit = SEAT_LIMITS.probabilityMin;
  const message = `Sharpe ${shown(sharpe)} a bar is above 0 with probability ${shown(value)}, ${limit} is needed`;
  return { name: 'probability', passed: value !== null && value >= limit, value, limit, message };
}

function timingCheck({ timing: value }: OutOfSample): GateCheck {
  const limit = SEAT_LIMITS.timingMax;
  const [found, allowed] = [`${shown(100 * value)} %`, `${100 * limit} %`];
  const message = `${found} of its own positions at other times are as good, at most ${allowed} may be`;
  return { name: 'timing', passed: value <= limit, value, limit, message };
}

function differenceCheck({ name, differenceLow: value, sharpe }: AgentBaseline): GateCheck {
  const message = `Sharpe less that of ${name} (${shown(sharpe)}): lower bound ${shown(value)}, above 0 is needed`;
  return { name, passed: value !== null && value > 0, value, limit: 0, message };
}

const shown = (value: number | null): string => (value === null ? 'not defined' : String(Number(value.toPrecision(4))));
