/**
 * Refuses an order while its market is closed and names the next opening; nothing is queued for it.
 * Holds for reducing orders too: a closed venue takes none.
 */
import type { RiskRule } from '../gate-input.ts';
import { instant, refuse } from '../wording.ts';

export const marketHours: RiskRule = ({ intent, market }) => {
  if (market.isOpen) return null;
  if (market.hoursUnknown) return refuse('marketHours', `MARKET_CLOSED: ${intent.symbol}: ${market.hoursUnknown}`);
  const next =
    market.nextOpenMs === null ? 'the next opening is not known' : `next opening ${instant(market.nextOpenMs)}`;
  return refuse('marketHours', `MARKET_CLOSED: the market of ${intent.symbol} is closed; ${next}`);
};
