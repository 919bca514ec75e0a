/**
 * Does an evolution come to the same end whatever happens to the machine that computes? One run as it is asked for and
 * timed, the same with a pause, a great one undisturbed, and that again on 1, 2 and 4 threads while the worker that
 * computes is killed with -9 inside its batches. Size: generations of the great one.
 */
import { cpus, loadavg } from 'node:os';
import { canonicalJson } from '../../domain/canonical-json.ts';
import type { Experiment, Figures, Violation } from '../exam.ts';
import { openResearchRig, type ResearchRig } from '../rig/research-rig.ts';
import { eightYears, storeHours } from './evolution/hours.ts';
import { type Kills, killInside } from './evolution/kills.ts';
import { type Pause, pauseOnce } from './evolution/pause.ts';
import { type Ended, eventsOfRuns, rowViolations, runOnce } from './evolution/runs.ts';

const TIMED = { population: 200, generations: 50, threads: 2 };
const TIMED_MS_MAX = 20_000;
const POPULATION = 500;
const GENERATIONS = 200;
const THREADS = [1, 2, 4];
/** Inside batches, of each disturbed run; some more are aimed at, so that one that comes late does no harm. */
const KILLS_MIN = 10;
const KILLS_WANTED = 12;
const EVENTS_MAX = 4_000;

type Killed = { readonly ended: Ended; readonly kills: Kills };
type Runs = {
  readonly timed: Ended;
  readonly paused: Ended;
  readonly pause: Pause;
  readonly calm: Ended;
  readonly killed: readonly Killed[];
};

export const experiment: Experiment = {
  name: 'evolution',
  controls: {},
  run: async ({ seed, size }) => {
    const rig = await openResearchRig({ spare: true });
    let isClean = false;
    try {
      const hours = await eightYears(seed);
      const bars = await storeHours(rig.db, hours);
      const runs = await takeRuns(rig, seed, size ?? GENERATIONS);
      const violations = await judge(rig, runs);
      isClean = violations.length === 0;
      const machine = {
        bars,
        source: hours.source,
        cores: cpus().length,
        load: Number((loadavg()[0] ?? 0).toFixed(1)),
      };
      return { violations, voidBecause: voidBecause(runs, size), figures: figuresOf(machine, runs) };
    } finally {
      await rig.close(!isClean);
    }
  },
};

async function takeRuns(rig: ResearchRig, seed: number, generations: number): Promise<Runs> {
  const timed = await runOnce(rig, 'timed', { ...TIMED, seed });
  const pauses: Pause[] = [];
  const paused = await runOnce(rig, 'paused', { ...TIMED, seed }, async (run) => {
    pauses.push(await pauseOnce(rig, run));
  });
  const great = { population: POPULATION, generations, seed };
  const calm = await runOnce(rig, 'calm', { ...great, threads: 2 });
  const killed: Killed[] = [];
  for (const threads of THREADS) {
    const hits: Kills[] = [];
    const ended = await runOnce(rig, `killed-${threads}`, { ...great, threads }, async (run) => {
      hits.push(await killInside(rig, run, { wanted: KILLS_WANTED, generations, seed: seed + threads }));
    });
    killed.push({ ended, kills: hits[0] ?? { kills: 0, inside: 0 } });
  }
  const [pause] = pauses;
  if (pause === undefined) throw new Error('the run was not paused');
  return { timed, paused, pause, calm, killed };
}

async function judge(rig: ResearchRig, { timed, paused, pause, calm, killed }: Runs): Promise<Violation[]> {
  const all = [timed, paused, calm, ...killed.map(({ ended }) => ended)];
  const rows = await Promise.all(all.map((one) => rowViolations(rig, one)));
  const events = await Promise.all(all.map((one) => eventViolations(rig, one)));
  const seconds = timed.startToResultMs / 1_000;
  return [
    ...(seconds * 1_000 <= TIMED_MS_MAX ? [] : [{ kind: 'slow', where: `${seconds} s from start to result` }]),
    ...pause.violations,
    ...differences(timed, paused),
    ...killed.flatMap(({ ended }) => differences(calm, ended)),
    ...rows.flat(),
    ...events.flat(),
  ];
}

async function eventViolations(rig: ResearchRig, { workflowId }: Ended): Promise<Violation[]> {
  const events = await eventsOfRuns(rig, workflowId);
  const isShort = events.length > 0 && Math.max(...events) < EVENTS_MAX;
  return isShort ? [] : [{ kind: 'longHistory', where: `${workflowId}: ${events.join(', ')} events` }];
}

/** What two runs of one seed must not differ in. */
function differences(plain: Ended, other: Ended): Violation[] {
  const told = ({ result: { champion, lineageHash, trials, resultHash } }: Ended) =>
    Object.entries({ champion, lineageHash, trials, resultHash }).map(([name, value]) => ({
      name,
      text: canonicalJson(value),
    }));
  const expected = new Map(told(plain).map(({ name, text }) => [name, text]));
  return told(other)
    .filter(({ name, text }) => expected.get(name) !== text)
    .map(({ name, text }) => ({
      kind: 'different',
      where: `${other.workflowId}: ${name} ${text}, not ${expected.get(name)}`,
    }));
}

const voidBecause = ({ killed }: Runs, size: number | null): string[] => [
  ...(size !== null && size < GENERATIONS ? [`${size} generations, ${GENERATIONS} are needed`] : []),
  ...killed
    .filter(({ kills }) => kills.inside < KILLS_MIN)
    .map(({ ended, kills }) => `${ended.workflowId}: ${kills.inside} kills inside a batch, ${KILLS_MIN} are needed`),
];

const figuresOf = (machine: Figures, { timed, paused, pause, calm, killed }: Runs): Figures => ({
  machine,
  timed: timed.figures,
  paused: { seconds: paused.startToResultMs / 1_000, ...pauseFigures(pause) },
  calm: calm.figures,
  ...Object.fromEntries(
    killed.map(({ ended, kills }) => [`killed on ${ended.figures.threads}`, { ...kills, ...ended.figures }]),
  ),
});

const pauseFigures = ({ violations: _violations, ...figures }: Pause): Figures => figures;
