/**
 * Prices that go up and down by 3 % around where they began, one symbol after the other, so that legs and limits are
 * reached. Widened, once no entry comes any more, they reach every stop that such an entry can have.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Rig } from './rig.ts';

export type Waves = { readonly widen: () => void; readonly stop: () => Promise<void> };

const STEP_MS = 700;
const FACTORS = [1, 1.03, 1, 0.97];
const WIDE_FACTORS = [0.97, 0.93, 1, 1.06];

export function moveMarket({ venue, symbols }: Pick<Rig, 'venue' | 'symbols'>): Waves {
  const abort = new AbortController();
  let factors = FACTORS;
  const loop = async (): Promise<void> => {
    for (let step = 0; !abort.signal.aborted; step += 1) {
      const one = symbols[step % symbols.length];
      const factor = factors[Math.floor(step / symbols.length) % factors.length] ?? 1;
      if (one !== undefined) await venue.setPrice(one.symbol, (one.price * factor).toFixed(2)).catch(() => undefined);
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
