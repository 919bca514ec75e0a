/**
 * What experiment `orders` puts its workers and its venue under. A control takes few orders, on a machine that may be
 * busy, and many of its orders never end: workers live longer, the exam waits less, and the one thing that its safeguard
 * is there for comes more often.
 */
import type { WorkerOrders } from '../rig/worker-orders.ts';

export type Pressure = {
  readonly killEveryMs: number;
  /** Workflows at once: a worker that lives four seconds must get through the tasks that its predecessor left. */
  readonly openMax: number;
  /** Shares of requests that the venue never sees, and of replies that never come. */
  readonly cutBefore: number;
  readonly cutAfter: number;
  readonly freezing: Pick<WorkerOrders, 'freezeShare' | 'freezeMoment' | 'freezeAlone'>;
  /** How long a worker stands still, until long after another has taken over; with `early`, until that one has filled the order. */
  readonly wake: { readonly afterMs: number; readonly early: boolean };
  readonly patience: Patience;
};
/**
 * `sendMs`: how long orders are proposed at most; `cancelMs`: how long a wish to cancel may take; after the last order
 * `drainMs`: how long kills go on at most, `calmMs`: how long orders may then still take.
 */
export type Patience = Readonly<Record<'sendMs' | 'cancelMs' | 'drainMs' | 'calmMs', number>>;

const FULL: Pressure = {
  killEveryMs: 2_000,
  openMax: 16,
  cutBefore: 0.05,
  cutAfter: 0.05,
  freezing: { freezeShare: 0.03, freezeMoment: 'before', freezeAlone: false },
  wake: { afterMs: 9_000, early: false },
  patience: { sendMs: 3_600_000, cancelMs: 900_000, drainMs: 240_000, calmMs: 120_000 },
};
const WITH_CONTROL: Pressure = {
  ...FULL,
  killEveryMs: 10_000,
  openMax: 16,
  patience: { sendMs: 60_000, cancelMs: 5_000, drainMs: 30_000, calmMs: 2_000 },
};

const CONTROLS: Readonly<Record<string, Partial<Pressure>>> = {
  // What was sent by a worker that then stands still is nowhere on record.
  'no-intent': { freezing: { freezeShare: 0.5, freezeMoment: 'after', freezeAlone: true } },
  'no-epoch': {
    freezing: { freezeShare: 0.5, freezeMoment: 'before', freezeAlone: true },
    wake: { afterMs: 15_000, early: true },
  },
  resubmit: { cutAfter: 0.4 },
};

export const pressureOf = (control: string | null): Pressure =>
  control === null ? FULL : { ...WITH_CONTROL, ...CONTROLS[control] };
