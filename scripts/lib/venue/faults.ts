/**
 * How the test venue misbehaves. Rates are fractions from 0 to 1 and can change while it runs. Each kind of fault
 * draws from its own seeded sequence, so that changing one rate leaves the choices of the others as they were.
 */
import { z } from 'zod';
import { createRandom, type Random } from '../../../domain/market/random.ts';

const fraction = z.number().min(0).max(1);
const whole = z.number().int().min(0);

export const faultRatesSchema = z.strictObject({
  /** Connection reset before an order or cancel takes effect. */
  cutBefore: fraction,
  /** The effect happened, the reply is never sent. */
  cutAfter: fraction,
  /** A read whose connection is reset. */
  cutRead: fraction,
  /** Status 200 with HTML or half a document; an effect has happened. */
  garbage: fraction,
  /** An order's first fill takes only a part; the rest follows at the next tick. */
  partial: fraction,
  /** The order fills just before its cancel arrives. */
  cancelRace: fraction,
  /** Reads answer what was true up to so long ago. */
  readLagMs: whole,
  /** Requests wait up to so long before they are looked at. */
  slowMs: whole,
  /** Added to the clock endpoint and the Date header. */
  clockSkewMs: z.number().int(),
  /** Requests a minute and account; 0 is no limit. */
  rateLimitPerMinute: whole,
  /** By status code: 504 comes after the effect, all others before it. */
  status: z.record(z.string().regex(/^[45]\d\d$/), fraction),
});
export type FaultRates = z.infer<typeof faultRatesSchema>;

export const NO_FAULTS: FaultRates = {
  cutBefore: 0,
  cutAfter: 0,
  cutRead: 0,
  garbage: 0,
  partial: 0,
  cancelRace: 0,
  readLagMs: 0,
  slowMs: 0,
  clockSkewMs: 0,
  rateLimitPerMinute: 0,
  status: {},
};

const AFTER_EFFECT = '504';
type Chance = 'cutBefore' | 'cutAfter' | 'cutRead' | 'garbage' | 'partial' | 'cancelRace';

export type Faults = {
  readonly rates: () => FaultRates;
  readonly change: (rates: Partial<FaultRates>) => void;
  readonly happens: (chance: Chance) => boolean;
  /** Uniform in (0, 1), from the sequence of that name. */
  readonly uniform: (name: string) => number;
  /** A status to answer in place of the true one, null most of the time. */
  readonly statusBefore: () => number | null;
  readonly statusAfter: () => number | null;
};

export function createFaults(seed: number, initial: FaultRates): Faults {
  let rates = initial;
  const sequences = new Map<string, Random>();
  const uniform = (name: string): number => {
    const sequence = sequences.get(name) ?? createRandom(`fault:${seed}:${name}`);
    sequences.set(name, sequence);
    return sequence.uniform();
  };
  const drawn = (codes: readonly string[]): number | null => {
    const hit = codes.filter((code) => uniform(`status:${code}`) < (rates.status[code] ?? 0))[0];
    return hit === undefined ? null : Number(hit);
  };
  return {
    rates: () => rates,
    change: (patch) => {
      rates = { ...rates, ...patch };
    },
    happens: (chance) => uniform(chance) < rates[chance],
    uniform,
    statusBefore: () => drawn(Object.keys(rates.status).filter((code) => code !== AFTER_EFFECT)),
    statusAfter: () => drawn(AFTER_EFFECT in rates.status ? [AFTER_EFFECT] : []),
  };
}
