/** How hostile one seed is: probabilities of what goes wrong, drawn once. A fault that is off has probability 0. */
import type { Dice } from './dice.ts';

export type Faults = {
  /** At each step of a worker: that its process dies, or stands still. */
  readonly crash: number;
  readonly freeze: number;
  /** At each call of the store: that its answer is lost with the connection, after the commit. */
  readonly storeLost: number;
  readonly noConnection: number;
  /** The request, or the reply, is lost: nobody at the desk can tell which. */
  readonly cutBefore: number;
  readonly cutAfter: number;
  readonly slowReply: number;
  /** The venue takes orders and cancels, but tells nothing. */
  readonly readsFail: boolean;
  readonly reject: number;
  readonly partial: number;
  readonly cancelRace: number;
  readonly duplicateReport: number;
  /** Of each fill: that its trade is busted or corrected later. */
  readonly bust: number;
  /** Whether the list of fills still has those that were busted. */
  readonly listsBusted: boolean;
  readonly readLagMsMax: number;
  /** A request may be held up on its way for minutes: then an order given up as absent can still arrive. */
  readonly lateRequest: number;
  readonly idProfile: 'lifetime-unique' | 'open-only';
};

export function drawFaults(dice: Dice): Faults {
  const sometimes = (share: number, strongest: number): number =>
    dice.chance(share) ? strongest * (dice.between(20, 100) / 100) : 0;
  return {
    crash: sometimes(0.4, 0.03),
    freeze: sometimes(0.4, 0.02),
    storeLost: sometimes(0.2, 0.02),
    noConnection: sometimes(0.3, 0.1),
    cutBefore: sometimes(0.5, 0.25),
    cutAfter: sometimes(0.5, 0.25),
    slowReply: sometimes(0.3, 0.2),
    readsFail: false,
    reject: sometimes(0.3, 0.2),
    partial: sometimes(0.6, 0.7),
    cancelRace: sometimes(0.5, 0.5),
    duplicateReport: sometimes(0.4, 0.5),
    bust: sometimes(0.25, 0.5),
    listsBusted: dice.chance(0.5),
    readLagMsMax: dice.chance(0.6) ? dice.between(200, 5_000) : 0,
    lateRequest: sometimes(0.05, 0.3),
    idProfile: dice.pick(['lifetime-unique', 'open-only']),
  };
}

/** Nothing goes wrong any more; what is known of the venue's ways stays. */
export const calmed = (faults: Faults): Faults => ({
  ...faults,
  crash: 0,
  freeze: 0,
  storeLost: 0,
  noConnection: 0,
  cutBefore: 0,
  cutAfter: 0,
  slowReply: 0,
  reject: 0,
  readsFail: false,
  cancelRace: 0,
  lateRequest: 0,
});
