/**
 * The eleven actions of the leverage agent (spec 8.4): what each means, which are open to it, and how sure it is of the
 * best. Masked are actions that cannot be taken now; a forced close leaves `close` alone, whatever the values say.
 */

export const LEVERAGE_RUNGS = [1, 3, 5, 10] as const;
export type Rung = (typeof LEVERAGE_RUNGS)[number];

const OPENINGS = ['long1x', 'long3x', 'long5x', 'long10x', 'short1x', 'short3x', 'short5x', 'short10x'] as const;
/** In the order of the network's outputs. */
export const LEVERAGE_ACTIONS = ['hold', ...OPENINGS, 'close', 'reduceHalf'] as const;
export type LeverageAction = (typeof LEVERAGE_ACTIONS)[number];

export type LeverageSide = 'long' | 'short';
export type Forced = 'close' | 'reduceHalf' | null;

type Opened = { readonly side: LeverageSide; readonly leverage: Rung };

const MEANING: ReadonlyMap<LeverageAction, Opened> = new Map(
  OPENINGS.map((action, index) => {
    const leverage = LEVERAGE_RUNGS[index % LEVERAGE_RUNGS.length] as Rung;
    return [
      action,
      { side: index < LEVERAGE_RUNGS.length ? ('long' as const) : ('short' as const), leverage },
    ] as const;
  }),
);

/** @returns side and leverage of an action that opens; null for the others */
export const openingOf = (action: LeverageAction): Opened | null => MEANING.get(action) ?? null;

/** The highest of 1, 3, 5, 10 that is not above `leverage`; 0 below 1 and for what is no number. */
export const rungDown = (leverage: number): Rung | 0 => LEVERAGE_RUNGS.findLast((rung) => leverage >= rung) ?? 0;

export type ActionRoom = {
  readonly hasPosition: boolean;
  readonly forced: Forced;
  /** Nothing new is opened. */
  readonly isReduceOnly: boolean;
  readonly direction: 'longOnly' | 'shortOnly' | 'longShort';
  readonly leverageCap: number;
};

/** Why each action that cannot be taken now is masked. */
export type Masked = { readonly action: LeverageAction; readonly reason: string };

export const maskedActions = (room: ActionRoom): Masked[] =>
  LEVERAGE_ACTIONS.flatMap((action) => {
    const reason = stateReason(action, room) ?? capReason(action, room);
    return reason === null ? [] : [{ action, reason }];
  });

/** One position a symbol, a flip closes first; what is forced leaves nothing else. */
function stateReason(action: LeverageAction, room: ActionRoom): string | null {
  const { direction, forced, hasPosition, isReduceOnly } = room;
  if (forced === 'close') return action === 'close' ? null : 'the position must be closed';
  if (forced === 'reduceHalf') {
    return action === 'close' || action === 'reduceHalf' ? null : 'the position must be made smaller';
  }
  if (action === 'hold') return null;
  const opening = openingOf(action);
  if (opening === null) return hasPosition ? null : 'there is no position';
  if (hasPosition) return 'a position is open: it is closed first';
  if (isReduceOnly) return 'nothing new may be opened';
  return direction === 'longShort' || direction === `${opening.side}Only` ? null : `${direction} is set`;
}

function capReason(action: LeverageAction, { leverageCap }: ActionRoom): string | null {
  const leverage = openingOf(action)?.leverage ?? 0;
  return leverage > Math.max(1, leverageCap) ? `leverage ${leverage} above the cap ${leverageCap}` : null;
}

export type Choice = { readonly action: LeverageAction; readonly confidence: number };

/**
 * The best action that is open, and its softmax at temperature 1 among those that the state leaves. Leverage caps do
 * not change who is compared: a tighter cap must not make the agent surer of what is left.
 * @param values one for each of `LEVERAGE_ACTIONS`, finite
 */
export function chooseAction(values: readonly number[], room: ActionRoom): Choice {
  if (room.forced === 'reduceHalf') return halveOrClose(values, room);
  const compared = LEVERAGE_ACTIONS.filter((action) => stateReason(action, room) === null);
  const open = compared.filter((action) => capReason(action, room) === null);
  const worth = (action: LeverageAction): number => values[LEVERAGE_ACTIONS.indexOf(action)] as number;
  const action = open.reduce((best, one) => (worth(one) > worth(best) ? one : best));
  const highest = Math.max(...compared.map(worth));
  const sum = compared.reduce((total, one) => total + Math.exp(worth(one) - highest), 0);
  return { action, confidence: Math.exp(worth(action) - highest) / sum };
}

/** Halved, unless the agent would close it anyway. */
function halveOrClose(values: readonly number[], room: ActionRoom): Choice {
  const free = chooseAction(values, { ...room, forced: null });
  return free.action === 'close' ? free : { action: 'reduceHalf', confidence: 1 };
}

/**
 * A wish as it can be taken: the forced action where something is forced,
 * `hold` where the state masks it. Caps come later.
 */
export function wishedAction(wish: Choice, room: ActionRoom): Choice {
  if (room.forced !== null && stateReason(wish.action, room) !== null) return { action: room.forced, confidence: 1 };
  return stateReason(wish.action, room) === null ? wish : { action: 'hold', confidence: wish.confidence };
}
