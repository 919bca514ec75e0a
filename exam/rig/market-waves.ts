/**
 * Prices that go up and down by 3 % around where they began, a sixth of the symbols after the other, so that legs and limits are
 * reached. Widened, once no entry comes any more, they reach every stop that such an entry can have.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Rig } from './rig.ts';

export type Waves = { readonly widen: () => void; readonly stop: () => Promise<void> };

const STEP_MS = 700;
/** The symbols move in so many groups, one after the other. */
const GROUPS = 6;
const FACTORS = [1, 1.03, 1, 0.97];
const WIDE_FACTORS = [0.97, 0.93, 1, 1.06];

export function moveMarket({ venue, symbols }: Pick<Rig, 'venue' | 'symbols'>): Waves {
  const abort = new AbortController();
  let factors = FACTORS;
  const loop = async (): Promise<void> => {
    for (let step = 0; !abort.signal.aborted; step += 1) {
      const factor = factors[Math.floor(step / GROUPS) % factors.length] ?? 1;
      const moving = symbols.filter((_, index) => index % GROUPS === step % GROUPS);
      for (const { symbol, price } of moving) {
        await venue.setPrice(symbol, (price * factor).toFixed(2)).catch(() => undefined);
      }
      await sleep(STEP_MS, undefined, { signal: abort.signal }).catch(() => undefined);
    }
  };
  const done = loop();
  return {
    widen: () => {
      factors = WIDE_FACTORS;
    },
    stop: async () => {
      abort.abort();
      await done;
    },
  };
}
