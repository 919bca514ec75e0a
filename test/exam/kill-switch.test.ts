/** What stands between gate and venue once the kill file is there; the drills are `npm run exam -- kill-switch`. */
import { afterAll, describe, expect, it } from 'vitest';
import { journalOf } from '../../exam/experiments/zombies/what-came-of-it.ts';
import { EXAM_INTERVAL_MS } from '../../exam/rig/market.ts';
import { proposeOrder } from '../../exam/small-desk/desk-run.ts';
import { openSmallDesk } from '../../exam/small-desk/small-desk.ts';
import { openAccount, startSmallWorker, type Weaken } from '../../exam/small-desk/small-worker.ts';
import { smallSite } from './small-site.ts';

const site = smallSite();
afterAll(() => site.close());

const REQUEST = { symbol: 'SOL/USD', side: 'buy', quantity: '0.1', reasoning: 'a drill' } as const;

/** The flag is set when the order has been claimed and is about to be sent. @returns how many buys the venue took */
async function acceptsAfterFlag(name: string, weaken: Weaken): Promise<number> {
  const desk = await openSmallDesk(site, { name, profile: 'open-only', seed: 1 });
  let flag: string | null = null;
  const worker = startSmallWorker(desk, {
    weaken,
    killFile: () => flag,
    watcher: (boundary) => {
      if (boundary.name === 'venue.send' && boundary.moment === 'before') flag = 'a drill';
    },
  });
  await openAccount(desk);
  const calls = { call: <T>(activity: (one: typeof worker) => Promise<T>) => worker.run(() => activity(worker)) };
  const { decisionId } = await proposeOrder(calls, name, { ...REQUEST, barIntervalMs: EXAM_INTERVAL_MS });
  await worker.run(() => worker.broker.submit(decisionId, null));
  const { length } = journalOf(desk).orders.filter(({ side }) => side === 'buy');
  await worker.close();
  await desk.close();
  return length;
}

describe('the kill file', () => {
  it('holds back an order that has passed the gate', async () => {
    expect(await acceptsAfterFlag('guarded', null)).toBe(0);
  });

  it('is of no use to a sender that does not look again', async () => {
    const unguarded: Weaken = (engine) => ({ ...engine, store: { ...engine.store, mayStillSend: async () => null } });
    expect(await acceptsAfterFlag('unguarded', unguarded)).toBe(1);
  });
});
