/**
 * Refuses a price too far from the last known one (default 5 %): a slipped digit, a wrong unit, a stale thought.
 * A limit or trigger is checked on every order; the reference price only where new risk is sized by it.
 */
import type { Decimal } from '../../decimal.ts';
import type { RiskRule } from '../gate-input.ts';
import { figure, refuse } from '../wording.ts';

export const priceCollar: RiskRule = ({ desk, intent, market }) => {
  const last = market.lastPrice;
  const asked = [intent.limitPrice, intent.reduceOnly ? null : intent.price].filter((one) => one !== null);
  if (last === null) return null; // staleData speaks of the missing price
  const far = asked.find((price) => !distance(price, last).lte(desk.priceCollarFraction));
  if (far === undefined) return null;
  const found = `price ${figure(far)} is ${figure(distance(far, last))} away from the last price ${figure(last)}`;
  return refuse('priceCollar', `${found}, at most ${desk.priceCollarFraction} is allowed`);
};

const distance = (price: Decimal, last: Decimal): Decimal => price.minus(last).abs().div(last);
