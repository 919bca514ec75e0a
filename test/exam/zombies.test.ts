/** One pause at each place of `npm run exam -- zombies`, and the second accept when nobody checks whose order it is. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UNGUARDED } from '../../exam/experiments/crash-points/unguarded.ts';
import { lookForLate } from '../../exam/experiments/zombies/late-arrivals.ts';
import { pauseOnce } from '../../exam/experiments/zombies/pauses.ts';
import { acceptsOf, fencedSends } from '../../exam/experiments/zombies/what-came-of-it.ts';
import { openSmallDesk, type SmallDesk } from '../../exam/small-desk/small-desk.ts';
import { openAccount } from '../../exam/small-desk/small-worker.ts';
import { smallSite } from './small-site.ts';

const site = smallSite();
let desk: SmallDesk;

beforeAll(async () => {
  desk = await openSmallDesk(site, { name: 'zombies', profile: 'open-only', seed: 1 });
  await openAccount(desk);
});
afterAll(async () => {
  await desk.close();
  await site.close();
});

describe('a worker that wakes up after another has taken over', () => {
  it.each(['before venue.send', 'before guard'] as const)('sends nothing when it slept %s', async (at) => {
    const fenced = await fencedSends(desk);
    const woken = await pauseOnce(desk, { id: at.replaceAll(/[ .]/g, '-'), at, kind: 'market' }, null);
    expect(acceptsOf(desk, woken, false)).toEqual([]);
    expect(await fencedSends(desk)).toBe(fenced + 1);
  });

  it.each(['market', 'limit'] as const)('is found when its %s order had passed the guard', async (kind) => {
    const woken = await pauseOnce(desk, { id: `late-${kind}`, at: 'after guard', kind }, null);
    const late = await lookForLate(desk, woken);
    expect(late.violations).toEqual([]);
    expect(late.foundMs).toBeLessThan(10_000);
  });

  it('sends a second time without the epoch', async () => {
    const pause = { id: 'unfenced', at: 'before venue.send', kind: 'market' } as const;
    const woken = await pauseOnce(desk, pause, UNGUARDED['no-epoch']);
    expect(acceptsOf(desk, woken, true).map(({ kind }) => kind)).toEqual(['secondAccept']);
  });
});
