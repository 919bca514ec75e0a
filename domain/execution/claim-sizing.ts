/** How large what waits goes out to a network venue: what is held, less what others on their way will close. */
import type { Fill, Order } from '../../schemas/execution.ts';
import { decimalText, toDecimal, ZERO } from '../decimal.ts';
import { isOfSameMarket, isProtective } from './legs.ts';
import { isOpenOrder } from './order-ends.ts';
import { isStop } from './protection.ts';
import { type LeftToCover, type Sizing, sizeEntry, sizeExit, sizeLegs } from './venue-sizing.ts';

/**
 * `held`: signed, of the strategy in the symbol. `fills`: those of the decision's
 * entry. `open`: every open order of the account.
 */
export type ClaimFacts = {
  readonly held: string;
  readonly fills: readonly Fill[];
  readonly open: readonly Order[];
  /** The step in which the venue takes quantities of the symbol; null: any. */
  readonly lot?: string | null;
};

/** How large what waits goes out. */
export function sizeClaim(waiting: readonly Order[], orders: readonly Order[], facts: ClaimFacts): Sizing {
  const { held, fills, open, lot = null } = facts;
  const [first] = waiting;
  if (first === undefined) return { sending: [], refusal: null, reason: null };
  if (first.leg === 'entry') return sizeEntry(waiting, lot);
  if (!isProtective(first)) return sizeExit(waiting, leftToClose(held, first, open), lot);
  const entry = orders.find((one) => one.leg === 'entry');
  if (entry === undefined) return { sending: [], refusal: null, reason: 'no entry to protect' };
  const left = { held, uncovered: leftToClose(held, first, open) };
  const stops = sizeLegs(waiting.filter(isStop), entry, fills, left, lot);
  return stops ?? targetsAlone(waiting, orders, entry, { fills, left, lot });
}

/**
 * An exit whose way was cleared before the account was frozen: its stop is gone for good, an id is taken once. So it
 * may leave, for no more than the venue itself holds. `free`: what it says, null while it does not.
 * @throws Error without the venue's word: it has to be asked again
 */
export function sizeOvertaken(sizing: Sizing, free: string | null, lot: string | null): Sizing {
  if (sizing.sending.length === 0) return sizing;
  if (free === null) throw new Error('an exit was overtaken by a freeze, and the venue has not said what it holds');
  return sizeExit(sizing.sending, free, lot);
}

/**
 * What protects twice sells twice: a venue would fill stop and target of one position both. The stop goes out; a target
 * beside it never does. Without a stop the target is all there is.
 */
function targetsAlone(
  waiting: readonly Order[],
  orders: readonly Order[],
  entry: Order,
  { fills, left, lot }: Pick<ClaimFacts, 'fills'> & { readonly left: LeftToCover; readonly lot: string | null },
): Sizing {
  if (!orders.some(isStop)) return sizeLegs(waiting, entry, fills, left, lot) ?? NOTHING_YET;
  if (isOpenOrder(entry)) return NOTHING_YET;
  return { sending: [], refusal: null, reason: 'the stop protects the position at the venue, alone' };
}

const NOTHING_YET: Sizing = { sending: [], refusal: null, reason: null };

/** What exits on their way will have closed is closed already: nothing beside them must turn the position. */
function leftToClose(held: string, order: Order, open: readonly Order[]): string {
  const others = open.filter((one) => isOtherExit(one, order) && one.state !== 'INTENT');
  const closing = others.reduce((sum, one) => sum.plus(one.quantity).minus(one.quantityFilled), ZERO);
  return decimalText(toDecimal(held).plus(order.side === 'sell' ? closing.neg() : closing));
}

const isOtherExit = (one: Order, order: Order): boolean =>
  one.leg === 'exit' && one.decisionId !== order.decisionId && isOfSameMarket(one, order) && one.side === order.side;
