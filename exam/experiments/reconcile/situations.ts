/**
 * Situations in which an account has to stand still: the venue away and back, its data rolled back, its reads half an
 * hour old, a position changed by hand, a second bot. Each ends with what the fault matrix names; an order is tried.
 */
import { toDecimal } from '../../../domain/decimal.ts';
import type { Violation } from '../../exam.ts';
import { EXAM_INTERVAL_MS } from '../../rig/market.ts';
import { type DeskRun, sendOrder, settle } from '../../small-desk/desk-run.ts';
import { frozenOf } from './find-divergence.ts';

/** What an order is answered at the end: it went out, or the rule that kept it back. */
export type Situation = { readonly play: (run: DeskRun) => Promise<void>; readonly expected: string };

const HALF_HOUR_MS = 1_800_000;
const CALM_MS = 20_000;
const FROZEN = 'accountStanding';
const REQUEST = { symbol: 'SOL/USD', side: 'buy', quantity: '0.1', reasoning: 'exam' } as const;

export const SITUATIONS: Readonly<Record<string, Situation>> = {
  'venue restarted': {
    play: async ({ desk, call }) => {
      await desk.stopVenue();
      const { verdict } = await call(({ reconcile }) => reconcile());
      if (verdict !== 'unreachable') throw new Error(`without a venue the verdict was ${verdict}`);
      await desk.restartVenue(0);
      await call(({ reconcile }) => reconcile());
    },
    expected: 'sent',
  },
  'venue rolled back': {
    play: async ({ desk, call }) => {
      await desk.stopVenue();
      await desk.restartVenue(3);
      await call(({ reconcile }) => reconcile());
    },
    expected: FROZEN,
  },
  'reads half an hour old': {
    play: async ({ desk, call }) => {
      desk.venue().control.faults({ readLagMs: HALF_HOUR_MS });
      await call(({ reconcile }) => reconcile());
      desk.venue().control.faults({ readLagMs: 0 });
    },
    expected: FROZEN,
  },
  'position changed by hand': {
    play: async ({ desk, call }) => {
      desk.venue().control.position('ETH/USD', toDecimal('7'), null);
      await call(({ reconcile }) => reconcile());
    },
    expected: FROZEN,
  },
  'second bot': {
    play: async ({ desk, call }) => {
      const { control } = desk.venue();
      control.order({ symbol: 'BTC/USD', side: 'buy', type: 'market', time_in_force: 'gtc', qty: '0.001' });
      control.order({
        symbol: 'LTC/USD',
        side: 'buy',
        type: 'limit',
        time_in_force: 'gtc',
        qty: '1',
        limit_price: '9',
      });
      await call(({ reconcile }) => reconcile());
    },
    expected: FROZEN,
  },
};

/** @returns how the last order was answered, and what is wrong with that */
export async function playSituation(
  run: DeskRun,
  name: string,
  { play, expected }: Situation,
): Promise<{ readonly answer: string; readonly violations: readonly Violation[] }> {
  await buy(run, `${name} before`);
  run.desk.clock.skip(CALM_MS);
  await play(run);
  const frozen = await frozenOf(run.desk);
  const answer = (await buy(run, `${name} after`)) ?? 'sent';
  const wrong = answer !== expected || frozen !== (expected === FROZEN);
  const where = `${name}: an order was answered ${answer}, the account is ${frozen ? '' : 'not '}frozen`;
  return { answer: `${answer}${frozen ? ', frozen' : ''}`, violations: wrong ? [{ kind: 'state', where }] : [] };
}

/** @returns the rule that refused it, or null */
export async function buy(run: DeskRun, name: string): Promise<string | null> {
  const id = name.replaceAll(' ', '-');
  const { decisionId, refusal } = await sendOrder(run, id, { ...REQUEST, barIntervalMs: EXAM_INTERVAL_MS });
  if (refusal === null) await settle(run, decisionId);
  return refusal;
}
