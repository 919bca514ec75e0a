/**
 * Workers that stand still between claim and first byte, are taken for dead, and wake up. Before the guard they must
 * not send; after it they cannot be held back, and what arrives late must be found. Most pauses are two workers in one
 * process on one database; some are whole processes, stopped and continued.
 */
import type { ExamAnswer, ExamOptions, Experiment, Figures, Violation } from '../exam.ts';
import { percentile, tally } from '../rig/order-moves.ts';
import { progressBar } from '../rig/progress-bar.ts';
import { sideBySide } from '../small-desk/side-by-side.ts';
import { openSite, type Site } from '../small-desk/site.ts';
import { openSmallDesk } from '../small-desk/small-desk.ts';
import { openAccount } from '../small-desk/small-worker.ts';
import { UNGUARDED } from './crash-points/unguarded.ts';
import { type Late, lookForLate } from './zombies/late-arrivals.ts';
import { type Pause, pauseOnce, type Woken } from './zombies/pauses.ts';
import { type ProcessPauses, pauseProcesses } from './zombies/process-pauses.ts';
import { acceptsOf, fencedSends } from './zombies/what-came-of-it.ts';

const PROFILES = ['lifetime-unique', 'open-only'] as const;
const PAUSES = 200;
const LATE_PAUSES = 40;
const PROCESS_PAUSES = 10;
const LATE_MS_P95_MAX = 10_000;
const PAUSES_PER_DESK = 10;
const LANES = 4;

export const experiment: Experiment = {
  name: 'zombies',
  controls: { 'no-epoch': 'secondAccept' },
  run: async (options) => {
    const rounds = await takeRounds(options);
    const processes = options.control === null ? await pauseProcesses(options.seed, PROCESS_PAUSES) : null;
    return judge(options, rounds, processes);
  },
};

type Round = {
  readonly woken: readonly Woken[];
  readonly fenced: number;
  readonly late: readonly Late[];
  readonly violations: readonly Violation[];
};
type Plan = { readonly name: string; readonly profile: (typeof PROFILES)[number]; readonly pauses: readonly Pause[] };

async function takeRounds(options: ExamOptions): Promise<Round[]> {
  const site = await openSite();
  try {
    return await takeRoundsAt(site, options);
  } finally {
    await site.close();
  }
}

async function takeRoundsAt(site: Site, options: ExamOptions): Promise<Round[]> {
  const plans = planOf(options);
  const total = plans.reduce((sum, { pauses }) => sum + pauses.length, 0);
  const bar = progressBar('zombies');
  let done = 0;
  const rounds = await sideBySide(plans, LANES, (plan) =>
    takeRound(site, options, plan, () => {
      done += 1;
      bar.show(done, total);
    }),
  );
  bar.end();
  return rounds;
}

/** Half of them on each profile; the control has no guard to stand before, and nothing that it could hold back. */
function planOf({ size, control }: ExamOptions): Plan[] {
  const before = Array.from({ length: size ?? PAUSES }, (_, index): Pause['at'] =>
    index % 2 === 0 || control !== null ? 'before venue.send' : 'before guard',
  );
  const late = Array.from({ length: control === null ? LATE_PAUSES : 0 }, (): Pause['at'] => 'after guard');
  const places = [...before, ...late];
  return Array.from({ length: Math.ceil(places.length / PAUSES_PER_DESK) }, (_, number) => ({
    name: `desk-${number}`,
    profile: PROFILES[number % PROFILES.length] ?? 'open-only',
    pauses: places
      .slice(number * PAUSES_PER_DESK, (number + 1) * PAUSES_PER_DESK)
      .map((at, index) => ({ id: `z-${number}-${index}`, at, kind: index % 4 < 2 ? 'market' : 'limit' })),
  }));
}

async function takeRound(site: Site, options: ExamOptions, plan: Plan, tell: () => void): Promise<Round> {
  const desk = await openSmallDesk(site, { name: plan.name, profile: plan.profile, seed: options.seed });
  const weaken = options.control === null ? null : UNGUARDED[options.control as keyof typeof UNGUARDED];
  const woken: Woken[] = [];
  const late: Late[] = [];
  const violations: Violation[] = [];
  try {
    await openAccount(desk);
    for (const pause of plan.pauses) {
      const one = await pauseOnce(desk, pause, weaken);
      woken.push(one);
      if (pause.at === 'after guard') late.push(await lookForLate(desk, one));
      else violations.push(...acceptsOf(desk, one, options.control !== null));
      tell();
    }
    const fenced = await fencedSends(desk);
    return { woken, fenced, late, violations: violations.map((one) => named(plan, one)) };
  } finally {
    await desk.close();
  }
}

const named = ({ profile }: Plan, { kind, where }: Violation): Violation => ({ kind, where: `${profile}: ${where}` });

function judge({ size, control }: ExamOptions, rounds: readonly Round[], processes: ProcessPauses | null): ExamAnswer {
  const late = rounds.flatMap((round) => round.late);
  const before = rounds.flatMap(({ woken }) => woken.filter(({ pause }) => pause.at !== 'after guard'));
  const fenced = rounds.reduce((sum, round) => sum + round.fenced, 0);
  const lateMs = late.flatMap(({ foundMs }) => (foundMs === null ? [] : [foundMs]));
  const p95 = percentile(lateMs, 0.95) ?? 0;
  const violations = [
    ...rounds.flatMap((round) => round.violations),
    ...late.flatMap((one) => one.violations),
    ...(fenced === before.length || control !== null
      ? []
      : [{ kind: 'unfenced', where: `${fenced} fenced sends for ${before.length} pauses` }]),
    ...(p95 <= LATE_MS_P95_MAX ? [] : [{ kind: 'slow', where: `late arrivals found in ${p95} ms (p95)` }]),
    ...(processes?.violations ?? []),
  ];
  const voidBecause = [
    ...(size !== null && size < PAUSES ? [`${size} pauses, ${PAUSES} are needed`] : []),
    ...(processes !== null && processes.pauses < PROCESS_PAUSES
      ? [`${processes.pauses} processes paused of ${PROCESS_PAUSES}`]
      : []),
  ];
  return { violations, voidBecause, figures: figuresOf(before, fenced, late, lateMs, processes) };
}

const figuresOf = (
  before: readonly Woken[],
  fenced: number,
  late: readonly Late[],
  lateMs: readonly number[],
  processes: ProcessPauses | null,
): Figures => ({
  pausesInOneProcess: before.length,
  at: tally(before.map(({ pause }) => pause.at)),
  fencedSends: fenced,
  whenWoken: tally(before.map(({ stateBefore }) => stateBefore)),
  pausesAfterGuard: late.length,
  lateFound: lateMs.length,
  lateFoundMs: { p50: percentile(lateMs, 0.5), p95: percentile(lateMs, 0.95) },
  processes: processes?.figures ?? 'none',
});
