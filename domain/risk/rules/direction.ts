/**
 * Refuses an order that could leave the strategy on a side it may not take: a sell from flat is a short.
 * A sell within a held long, and a buy within a held short, leave no new side.
 */
import { ZERO } from '../../decimal.ts';
import type { RiskRule } from '../gate-input.ts';
import { boundsNewRisk, figure, refuse } from '../wording.ts';

export const direction: RiskRule = boundsNewRisk(({ intent }, { exposure }) => {
  if (intent.direction === 'longShort') return null;
  const forbidden = intent.direction === 'longOnly' ? 'sell' : 'buy';
  if (intent.side !== forbidden) return null;
  const held = exposure?.held ?? ZERO;
  const covered = intent.side === 'sell' ? held : held.negated();
  if (intent.quantity.lte(covered)) return null;
  const order = `${intent.side} of ${figure(intent.quantity)} with ${figure(held)} held`;
  return refuse(
    'direction',
    `${order} opens a ${intent.side === 'sell' ? 'short' : 'long'}; ${intent.direction} is allowed`,
  );
});
