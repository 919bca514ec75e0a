/** One divergence of each kind, and one situation, of `npm run exam -- reconcile`; and that a mended book is seen. */
import { afterAll, describe, expect, it } from 'vitest';
import { createRandom } from '../../domain/market/random.ts';
import { DIVERGENCE_NAMES, DIVERGENCES } from '../../exam/experiments/reconcile/divergences.ts';
import { findDivergence } from '../../exam/experiments/reconcile/find-divergence.ts';
import { buy, playSituation, SITUATIONS } from '../../exam/experiments/reconcile/situations.ts';
import { adopting, UNCOMPARED } from '../../exam/experiments/reconcile/uncompared.ts';
import { experiment } from '../../exam/experiments/reconcile.ts';
import { type DeskRun, startDeskRun } from '../../exam/small-desk/desk-run.ts';
import { openSmallDesk } from '../../exam/small-desk/small-desk.ts';
import { openAccount } from '../../exam/small-desk/small-worker.ts';
import { smallSite } from './small-site.ts';

const site = smallSite();
const random = createRandom('reconcile test');
afterAll(() => site.close());

async function onDesk(name: string, weaken: keyof typeof UNCOMPARED | null, work: (run: DeskRun) => Promise<void>) {
  const desk = await openSmallDesk(site, { name, profile: 'open-only', seed: 1 });
  const run = startDeskRun(desk, () => undefined, weaken === null ? null : UNCOMPARED[weaken]);
  await openAccount(desk);
  try {
    await work(run);
  } finally {
    await run.close();
    await desk.close();
  }
}

/** With a position that is old enough to have nothing under way. */
async function holding(run: DeskRun): Promise<void> {
  expect(await buy(run, 'holding')).toBeNull();
  run.desk.clock.skip(30_000);
}

const find = async (run: DeskRun, name: (typeof DIVERGENCE_NAMES)[number], isAdopting = false) => {
  const divergence = await DIVERGENCES[name](run.desk, random);
  return run.call(({ reconcile }) =>
    findDivergence(run.desk, isAdopting ? adopting(run.desk, reconcile) : reconcile, divergence),
  );
};

describe('books and venue that came apart', () => {
  it('are found to differ, whatever it is, and are left as they are', async () => {
    await onDesk('all', null, async (run) => {
      await holding(run);
      for (const name of DIVERGENCE_NAMES) expect((await find(run, name)).violations, name).toEqual([]);
    });
  });

  it('are not found by who does not look at the cash, or freezes nothing', async () => {
    for (const control of ['no-cash', 'no-freeze'] as const)
      await onDesk(control, control, async (run) => {
        await holding(run);
        expect((await find(run, 'cash off at the venue')).violations.map(({ kind }) => kind)).toEqual(['notFound']);
      });
  });

  it('are seen to be mended in silence', async () => {
    await onDesk('adopting', null, async (run) => {
      await holding(run);
      expect((await find(run, 'cash off at the venue', true)).mended).toBe(true);
    });
  });

  it('stop the account when a position was changed by hand', async () => {
    await onDesk('by-hand', null, async (run) => {
      const situation = SITUATIONS['position changed by hand'];
      if (situation === undefined) throw new Error('there is no such situation');
      expect((await playSituation(run, 'by hand', situation)).violations).toEqual([]);
    });
  });

  it('have a control for each way to overlook it', () => {
    expect(Object.keys(experiment.controls)).toEqual([...Object.keys(UNCOMPARED), 'adopting']);
  });
});
