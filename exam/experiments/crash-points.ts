/**
 * A worker dies at every boundary of what an order may live through, another takes over, and the books must come out
 * right: each point is one play on a desk of its own. In one process a death drops what the worker was doing; a part of
 * the points is taken again with whole worker processes that end themselves with -9.
 */
import { say } from '../../scripts/lib/progress.ts';
import type { ExamAnswer, ExamOptions, Experiment, Figures, Violation } from '../exam.ts';
import { tally } from '../rig/order-moves.ts';
import { progressBar } from '../rig/progress-bar.ts';
import { sideBySide } from '../small-desk/side-by-side.ts';
import { openSite } from '../small-desk/site.ts';
import type { Weaken } from '../small-desk/small-worker.ts';
import { type Played, type PlayOptions, type Point, playPoint } from './crash-points/play-point.ts';
import { killProcesses, type ProcessKills } from './crash-points/process-kills.ts';
import { SCENARIO_NAMES } from './crash-points/scenarios.ts';
import { UNGUARDED } from './crash-points/unguarded.ts';

const PROFILES = ['lifetime-unique', 'open-only'] as const;
const POINTS_MIN = 200;
const PROCESS_KILLS = 20;
const LANES = 6;

export const experiment: Experiment = {
  name: 'crash-points',
  controls: { 'no-intent': 'duplicate', resubmit: 'duplicate', 'no-epoch': 'duplicate', 'no-trade-ids': 'unfinished' },
  run: async (options) => {
    const points = await takePoints(options);
    const kills = options.control === null ? await killProcesses(options.seed, PROCESS_KILLS) : null;
    return judge(options, points, kills);
  },
};

type Taken = { readonly point: Point; readonly played: Played };

async function takePoints({ seed, control, size }: ExamOptions): Promise<Taken[]> {
  const site = await openSite();
  const weaken: Weaken = control === null ? null : UNGUARDED[control as keyof typeof UNGUARDED];
  const options = { site, seed, weaken };
  try {
    const points = await recordPoints(options);
    const chosen = points.filter((_, index) => size === null || index % Math.ceil(points.length / size) === 0);
    const bar = progressBar('crash-points');
    let done = 0;
    const taken = await sideBySide(chosen, LANES, async (point) => {
      const played = await playPoint(options, point);
      done += 1;
      bar.show(done, chosen.length);
      return { point, played };
    });
    bar.end();
    return taken;
  } finally {
    await site.close();
  }
}

/**
 * Every boundary of an undisturbed play is a point; a control takes those at a send, where a missing guard shows.
 * @throws Error when the product's own goes wrong without a death
 */
async function recordPoints(options: PlayOptions): Promise<Point[]> {
  const plays = SCENARIO_NAMES.flatMap((scenario) => PROFILES.map((profile) => ({ scenario, profile, index: null })));
  const recordings = await sideBySide(plays, LANES, async (play) => {
    const { boundaries, violations } = await playPoint(options, play);
    if (violations.length > 0 && options.weaken === null)
      throw new Error(`undisturbed: ${violations[0]?.kind} ${violations[0]?.where}`);
    say(`  ${play.scenario.padEnd(14)} ${play.profile.padEnd(16)} ${boundaries.length} boundaries`);
    const points = boundaries.map((boundary, index) => ({ boundary, point: { ...play, index } }));
    const isWanted = (boundary: string): boolean => options.weaken === null || boundary.endsWith('venue.send');
    return points.filter(({ boundary }) => isWanted(boundary)).map(({ point }) => point);
  });
  return recordings.flat();
}

function judge({ size }: ExamOptions, taken: readonly Taken[], kills: ProcessKills | null): ExamAnswer {
  const missed = taken.filter(({ played }) => played.deaths === 0).length;
  const failed = taken.filter(({ played }) => played.violations.length > 0);
  const violations: Violation[] = [...taken.flatMap(({ played }) => played.violations), ...(kills?.violations ?? [])];
  const voidBecause = [
    ...(size === null && taken.length < POINTS_MIN ? [`${taken.length} points, ${POINTS_MIN} are needed`] : []),
    ...(size !== null && size < POINTS_MIN ? [`${size} points, ${POINTS_MIN} are needed`] : []),
    ...(missed > 0 ? [`${missed} points were not reached`] : []),
    ...(kills !== null && kills.kills < PROCESS_KILLS ? [`${kills.kills} processes killed of ${PROCESS_KILLS}`] : []),
  ];
  return {
    violations,
    voidBecause,
    figures: { ...figuresOf(taken, failed.length), processes: kills?.figures ?? 'none' },
  };
}

function figuresOf(taken: readonly Taken[], failed: number): Figures {
  const ends = taken.map(({ played }) => played.orders);
  const neverLeft = ends.filter((orders) => orders.some((one) => one.leg !== 'stop' && one.state === 'ABSENT'));
  return {
    pointsInOneProcess: taken.length,
    pointsFailed: failed,
    byScenario: tally(taken.map(({ point }) => point.scenario)),
    byProfile: tally(taken.map(({ point }) => point.profile)),
    byBoundary: tally(taken.map(({ played }) => played.boundaries.at(-1) ?? 'none')),
    deaths: taken.reduce((sum, { played }) => sum + played.deaths, 0),
    ordersGivenUp: neverLeft.length,
    leftWithoutStop: ends.filter(isNaked).length,
  };
}

/** The entry stands, nothing has closed it, and no stop is at work: the desk lost its protection with the worker. */
function isNaked(orders: Played['orders']): boolean {
  const bought = orders.some((one) => one.leg === 'entry' && one.state === 'FILLED');
  const closed = orders.some((one) => one.leg !== 'entry' && one.state === 'FILLED');
  return bought && !closed && !orders.some((one) => one.leg === 'stop' && one.state === 'ACKED');
}
