/** Funding as the ledger tells it: by the decision that opened the position, positive when paid. */
import { type Amount, amount, NONE } from './amounts.ts';
import type { AccountRows } from './read-account.ts';

const MARK = '-funding-';

export type Funding = {
  readonly atMs: number;
  readonly decisionId: string;
  readonly paid: Amount;
};

/** One per posting; a posting whose id is not that of a funding payment has no decision. */
export const fundingOf = ({ entries }: AccountRows): Funding[] =>
  entries
    .filter((entry) => entry.kind === 'funding' && entry.book === 'cash')
    .map((entry) => ({
      atMs: entry.at.getTime(),
      decisionId: entry.posting_id.slice(0, Math.max(0, entry.posting_id.lastIndexOf(MARK))),
      paid: amount(entry.amount).neg(),
    }));

export const paidFor = (funding: readonly Funding[], decisionIds: readonly string[]): Amount =>
  funding.reduce((total, one) => (decisionIds.includes(one.decisionId) ? total.plus(one.paid) : total), NONE);
