/** A few of the points of `npm run exam -- crash-points`, and that taking a guard away is seen. */
import { afterAll, describe, expect, it } from 'vitest';
import { type Point, playPoint } from '../../exam/experiments/crash-points/play-point.ts';
import { UNGUARDED } from '../../exam/experiments/crash-points/unguarded.ts';
import { sideBySide } from '../../exam/small-desk/side-by-side.ts';
import type { Weaken } from '../../exam/small-desk/small-worker.ts';
import { smallSite } from './small-site.ts';

const site = smallSite();
const options = { site, seed: 1, weaken: null };
const OPEN = { scenario: 'open', profile: 'open-only' } as const;
afterAll(() => site.close());

const pointAt = async (boundary: string, weaken: Weaken = null): Promise<Point> => {
  const { boundaries } = await playPoint({ ...options, weaken }, { ...OPEN, index: null });
  return { ...OPEN, index: boundaries.indexOf(boundary) };
};

describe('a worker that dies at a boundary', () => {
  it('leaves books that fit the venue, around its send', async () => {
    const { index } = await pointAt('before venue.send');
    const points = [-1, 0, 1, 2, 3, 4, 5].map((step) => ({ ...OPEN, index: (index ?? 0) + step }));
    const plays = await sideBySide(points, 3, (point) => playPoint(options, point));
    expect(plays.map(({ deaths }) => deaths)).toEqual(points.map(() => 1));
    expect(plays.flatMap(({ violations }) => violations)).toEqual([]);
  });

  it.each([
    ['no-intent', 'duplicate'],
    ['resubmit', 'duplicate'],
    ['no-epoch', 'duplicate'],
  ] as const)('is seen to double its order without %s', async (control, kind) => {
    const weaken = UNGUARDED[control];
    const { violations } = await playPoint({ ...options, weaken }, await pointAt('after venue.send', weaken));
    expect(violations.map((one) => one.kind)).toContain(kind);
  });

  it('is seen to get stuck over fills that have no names', async () => {
    const point = { scenario: 'partial fill', profile: 'open-only', index: 0 } as const;
    const { violations } = await playPoint({ ...options, weaken: UNGUARDED['no-trade-ids'] }, point);
    expect(violations.map((one) => one.where).join()).toContain('are still in doubt after');
  });
});
