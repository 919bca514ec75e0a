/**
 * Books and venue are taken apart behind the desk's back, one random divergence after the other: every one must be
 * found and freeze the account, and none may be mended silently. Then five situations, each of which must end in the state
 * that the fault matrix names. Stale reads are half an hour old at once, nobody waits for them.
 */
import { createRandom } from '../../domain/market/random.ts';
import type { ExamAnswer, ExamOptions, Experiment, Violation } from '../exam.ts';
import { EXAM_INTERVAL_MS } from '../rig/market.ts';
import { tally } from '../rig/order-moves.ts';
import { progressBar } from '../rig/progress-bar.ts';
import { type DeskRun, sendOrder, settle, startDeskRun } from '../small-desk/desk-run.ts';
import { sideBySide } from '../small-desk/side-by-side.ts';
import { openSite, type Site } from '../small-desk/site.ts';
import { openSmallDesk, type SmallDesk } from '../small-desk/small-desk.ts';
import { openAccount, type SmallWorker, type Weaken } from '../small-desk/small-worker.ts';
import { DIVERGENCE_NAMES, DIVERGENCES, type Divergence, type DivergenceName, pick } from './reconcile/divergences.ts';
import { type Found, findDivergence } from './reconcile/find-divergence.ts';
import { playSituation, SITUATIONS } from './reconcile/situations.ts';
import { adopting, UNCOMPARED } from './reconcile/uncompared.ts';

const DIVERGENCES_WANTED = 300;
const LANES = 3;
const CALM_MS = 30_000;
const HOLDINGS = [
  { symbol: 'BTC/USD', quantity: '0.002' },
  { symbol: 'ETH/USD', quantity: '0.0137' },
  { symbol: 'SOL/USD', quantity: '0.3' },
];

export const experiment: Experiment = {
  name: 'reconcile',
  controls: { 'no-cash': 'notFound', 'no-positions': 'notFound', 'no-freeze': 'notFound', adopting: 'mended' },
  run: async (options) => {
    const site = await openSite();
    try {
      return await examine(site, options);
    } finally {
      await site.close();
    }
  },
};

type Looked = { readonly name: DivergenceName; readonly found: Found };

async function examine(site: Site, { seed, control, size }: ExamOptions): Promise<ExamAnswer> {
  const count = size ?? DIVERGENCES_WANTED;
  const looked = await lookForAll(site, { seed, control, size: count });
  const situations = control === null ? await playAll(site, seed) : [];
  const found = looked.filter((one) => one.found.found);
  return {
    violations: [...looked.flatMap((one) => one.found.violations), ...situations.flatMap((one) => one.violations)],
    voidBecause: count < DIVERGENCES_WANTED ? [`${count} divergences, ${DIVERGENCES_WANTED} are needed`] : [],
    figures: {
      divergences: looked.length,
      found: found.length,
      silentlyFixed: looked.filter((one) => one.found.mended).length,
      byKind: tally(looked.map(({ name }) => name)),
      situations: Object.fromEntries(situations.map(({ name, answer }) => [name, answer])),
    },
  };
}

async function lookForAll(site: Site, { seed, control, size }: ExamOptions): Promise<Looked[]> {
  const count = size ?? DIVERGENCES_WANTED;
  const weaken = control === null ? null : (UNCOMPARED[control as keyof typeof UNCOMPARED] ?? null);
  const bar = progressBar('reconcile');
  let done = 0;
  const lanes = Array.from({ length: LANES }, (_, lane) => lane);
  const looked = await sideBySide(lanes, LANES, (lane) =>
    onDesk(site, { name: `lane-${lane}`, seed }, weaken, async (run, desk) => {
      const random = createRandom(`exam:reconcile:${seed}:${lane}`);
      const own: Looked[] = [];
      await hold(run);
      for (let index = lane; index < count; index += LANES) {
        const name = pick(random, DIVERGENCE_NAMES);
        const divergence = await DIVERGENCES[name](desk, random);
        own.push({ name, found: await run.call(({ reconcile }) => look(desk, control, reconcile, divergence)) });
        done += 1;
        bar.show(done, count);
      }
      return own;
    }),
  );
  bar.end();
  return looked.flat();
}

const look = (
  desk: SmallDesk,
  control: string | null,
  reconcile: SmallWorker['reconcile'],
  divergence: Divergence,
): Promise<Found> => findDivergence(desk, control === 'adopting' ? adopting(desk, reconcile) : reconcile, divergence);

/** Something to have differences about: three positions, bought long enough ago. */
async function hold(run: DeskRun): Promise<void> {
  for (const { symbol, quantity } of HOLDINGS) {
    const request = { symbol, quantity, side: 'buy', reasoning: 'exam', barIntervalMs: EXAM_INTERVAL_MS } as const;
    const { decisionId, refusal } = await sendOrder(run, `hold-${symbol.slice(0, 3)}`, request);
    if (refusal !== null) throw new Error(`the holding was refused: ${refusal}`);
    await settle(run, decisionId);
  }
  run.desk.clock.skip(CALM_MS);
}

type Played = { readonly name: string; readonly answer: string; readonly violations: readonly Violation[] };

const playAll = (site: Site, seed: number): Promise<Played[]> =>
  sideBySide(Object.entries(SITUATIONS), LANES, ([name, situation], index) =>
    onDesk(site, { name: `situation-${index}`, seed }, null, async (run) => ({
      name,
      ...(await playSituation(run, name, situation)),
    })),
  );

async function onDesk<T>(
  site: Site,
  { name, seed }: { readonly name: string; readonly seed: number },
  weaken: Weaken,
  work: (run: DeskRun, desk: SmallDesk) => Promise<T>,
): Promise<T> {
  const desk = await openSmallDesk(site, { name, profile: 'open-only', seed });
  const run = startDeskRun(desk, () => undefined, weaken);
  try {
    await openAccount(desk);
    return await work(run, desk);
  } finally {
    await run.close();
    await desk.close();
  }
}
