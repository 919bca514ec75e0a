/**
 * What a leverage network makes of a trade that others have voted for: the leverage that the manager begins with, before it
 * is adjusted. The side is not the network's to choose. Where it would take that side, its base is the rung there that it
 * likes best, up to the strategy's leverage. Where it would rather stay out, or take the other side, it refuses nothing, as
 * the votes have weighed the side without it; but a trade that it would not make gets no leverage, 1x, and by its confidence
 * little size.
 */
import {
  type ActionRoom,
  type Choice,
  LEVERAGE_ACTIONS,
  LEVERAGE_RUNGS,
  type LeverageAction,
  type LeverageSide,
  type Masked,
  maskedActions,
  openingOf,
} from '../leverage/actions.ts';
import { probabilities } from './seated-agent.ts';

/** A network's word at one bar: its values of `LEVERAGE_ACTIONS`, the sides that it was trained for, and of its softmax. */
export type Heard = {
  readonly values: readonly number[];
  readonly direction: ActionRoom['direction'];
  readonly temperature: number;
};

export type AgentBase = {
  /** What it would do if it could choose the side, and the strategy set no cap. */
  readonly preferred: LeverageAction;
  /** The base: an opening of the voted side, at most at the strategy's leverage. */
  readonly action: LeverageAction;
  /**
   * Softmax of `action` among all that an account without a position may do. A cap does not change who is compared: it
   * must not make the network surer of what is left. Of a trade that it would not make this is small.
   */
  readonly confidence: number;
  readonly maskedActions: readonly Masked[];
};

const HIGHEST = LEVERAGE_RUNGS.at(-1) ?? 1;

/**
 * What the strategy wishes, as the network leaves it: at most its leverage, and of its confidence and the network's the
 * lower. The caps of mode and account come after all adjustments. Null where it opens nothing, or on a side that the network
 * was not trained for.
 */
export function agentWish(own: Choice, heard: Heard): { readonly wish: Choice; readonly base: AgentBase } | null {
  const opening = openingOf(own.action);
  const base = opening === null ? null : agentBase(heard, opening.side, opening.leverage);
  if (base === null) return null;
  return { wish: { action: base.action, confidence: Math.min(own.confidence, base.confidence) }, base };
}

function agentBase({ values, direction, temperature }: Heard, side: LeverageSide, leverageCap: number) {
  if (direction !== 'longShort' && direction !== `${side}Only`) return null;
  const flat = { hasPosition: false, forced: null, isReduceOnly: false, direction };
  const compared = openIn({ ...flat, leverageCap: HIGHEST });
  const room = { ...flat, leverageCap };
  const worth = (action: LeverageAction): number => values[LEVERAGE_ACTIONS.indexOf(action)] as number;
  const best = (actions: readonly LeverageAction[]): LeverageAction =>
    actions.reduce((chosen, one) => (worth(one) > worth(chosen) ? one : chosen));
  const preferred = best(compared);
  const rungs = openIn(room).filter((one) => openingOf(one)?.side === side);
  const action: LeverageAction = openingOf(preferred)?.side === side ? best(rungs) : `${side}1x`;
  const shares = probabilities(compared.map(worth), temperature);
  return {
    preferred,
    action,
    confidence: shares[compared.indexOf(action)] as number,
    maskedActions: maskedActions(room),
  };
}

function openIn(room: ActionRoom): LeverageAction[] {
  const masked = new Set(maskedActions(room).map(({ action }) => action));
  return LEVERAGE_ACTIONS.filter((action) => !masked.has(action));
}
