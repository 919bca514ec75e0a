/**
 * What a seed's people and programs do: orders that walk the way of the workflow orderExecution (gate, intent, send,
 * look until all is final), cancels, a kill switch, reconciliations, and now and then somebody else at the venue.
 */
import { protectLeft } from '../../activities/order/protect-left.ts';
import { reconcileAccount } from '../../activities/order/reconcile-account.ts';
import { lookAgainMs } from '../../domain/execution/look-again.ts';
import { FINAL_ORDER_STATES, type Leg, type Order, type OrderIntent } from '../../schemas/execution.ts';
import { PRICES, SYMBOLS, type Traded } from './limits.ts';
import { heldOf } from './memory-desk.ts';
import { hundredths, textOf } from './model-venue.ts';
import { ACCOUNT, type World } from './world.ts';

const STRATEGIES = ['swing', 'trend'] as const;
const RESTING_MS = 30_000;

export type Plan = {
  readonly number: number;
  readonly startMs: number;
  readonly cancelMs: number | null;
  readonly wants: 'entry' | 'exit';
  readonly strategyId: string;
  readonly symbol: Traded;
  readonly side: 'buy' | 'sell';
  /** In thousandths of the price; null: a market order. */
  readonly limitOff: number | null;
  readonly hasTarget: boolean;
  readonly sizeFraction: number;
};

export function planOrder({ dice }: World, number: number, withinMs: number): Plan {
  return {
    number,
    startMs: dice.between(0, withinMs),
    cancelMs: dice.chance(0.25) ? dice.between(500, 90_000) : null,
    wants: dice.chance(0.3) ? 'exit' : 'entry',
    strategyId: dice.pick(STRATEGIES),
    symbol: dice.pick(SYMBOLS),
    side: dice.chance(0.8) ? 'buy' : 'sell',
    limitOff: dice.chance(0.35) ? dice.between(0, 10) : null,
    hasTarget: dice.chance(0.3),
    sizeFraction: dice.between(40, 90) / 1_000,
  };
}

/** One order and its legs, until all are final or the world ends. */
export async function driveOrder(world: World, plan: Plan): Promise<void> {
  const { scheduler, workers } = world;
  await scheduler.sleep(plan.startMs);
  const intents = intentsOf(world, plan);
  const checked = await workers.run((attempt) => world.gate(attempt).check(intents));
  if (!checked.approved) return world.witness.saw('refused');
  const verdict = await workers.run((attempt) => world.gate(attempt).record(intents));
  if (!verdict.approved) return world.witness.saw('refused');
  const { decisionId } = intents[0];
  const sent = await workers.run((attempt) => world.broker(attempt).submit(decisionId, null));
  if (sent.refusal !== null) return;
  await watch(world, plan, decisionId, sent.own);
}

async function watch(world: World, plan: Plan, decisionId: string, first: readonly Order[]): Promise<void> {
  const { scheduler, workers } = world;
  let orders = first;
  let cancelAtMs = plan.cancelMs === null ? Infinity : scheduler.nowMs() + plan.cancelMs;
  while (!orders.every((one) => FINAL_ORDER_STATES.includes(one.state))) {
    const silenceMs = lookAgainMs(orders, scheduler.nowMs(), RESTING_MS);
    await scheduler.sleep(Math.min(silenceMs, cancelAtMs - scheduler.nowMs()));
    const isCancel = scheduler.nowMs() >= cancelAtMs;
    if (isCancel) cancelAtMs = Infinity;
    const answer = await workers.run((attempt) =>
      isCancel ? world.broker(attempt).cancel(decisionId, 'changed my mind') : world.broker(attempt).look(decisionId),
    );
    orders = answer.own;
  }
}

type Intents = readonly [OrderIntent, ...OrderIntent[]];

/** An entry with its stop; an exit where one is wanted, or where the entry would go against what is held. */
function intentsOf(world: World, plan: Plan): Intents {
  const held = heldOf(world.desk, plan.strategyId, plan.symbol);
  const isAgainst = held.isPositive() !== (plan.side === 'buy');
  if (!held.isZero() && (plan.wants === 'exit' || isAgainst)) {
    const side = held.isPositive() ? 'sell' : 'buy';
    return [intent(world, plan, 'exit', { side, type: 'market', quantity: held.abs().toFixed(), reduceOnly: true })];
  }
  const price = PRICES[plan.symbol];
  const quantity = textOf(Math.floor((100_000 * plan.sizeFraction * 10_000) / price));
  const { side, limitOff } = plan;
  const off = Math.floor((price * (limitOff ?? 0)) / 1_000);
  const limit = limitOff === null ? null : textOf(price + (side === 'buy' ? -off : off));
  const against = side === 'buy' ? 'sell' : 'buy';
  const leg = { side: against, quantity, reduceOnly: true, distanceFromEntry: textOf(Math.ceil(price / 20)) } as const;
  return [
    intent(world, plan, 'entry', { side, type: limit === null ? 'market' : 'limit', quantity, limitPrice: limit }),
    intent(world, plan, 'stop', { ...leg, type: 'stop' }),
    ...(plan.hasTarget ? [intent(world, plan, 'target', { ...leg, type: 'limit' })] : []),
  ];
}

function intent(
  world: World,
  plan: Plan,
  leg: Leg,
  rest: Pick<OrderIntent, 'side' | 'type' | 'quantity'> & Partial<OrderIntent>,
): OrderIntent {
  const decisionId = `d-${world.seed}-${plan.number}`;
  return {
    decisionId,
    leg,
    clientOrderId: `${world.seed}-${plan.number}-${leg}`,
    accountId: ACCOUNT,
    strategyId: plan.strategyId,
    symbol: plan.symbol,
    limitPrice: null,
    stopPrice: null,
    distanceFromEntry: null,
    leverage: 1,
    reduceOnly: false,
    referencePrice: textOf(PRICES[plan.symbol]),
    createdAtMs: world.scheduler.nowMs(),
    ...rest,
  };
}

/** Reconciles now and then, as the Schedule does. */
export async function keepReconciling(world: World): Promise<never> {
  const { dice, scheduler } = world;
  for (;;) {
    await scheduler.sleep(dice.between(15_000, 60_000));
    await reconcileOnce(world);
  }
}

export const reconcileOnce = (world: World) =>
  world.workers.run(async (attempt) => {
    const report = await reconcileAccount(world.reconciler(attempt), ACCOUNT);
    await protectLeft(world.reconciler(attempt), ACCOUNT);
    return report;
  });

export function pullKillSwitch({ desk, dice, scheduler, witness }: World, afterMs: number): void {
  scheduler.after(afterMs, () => {
    if (dice.chance(0.5)) desk.killSwitch = 'a person has seen enough';
    else desk.killFile = 'the file is there';
    witness.onKill();
  });
}

/** Somebody else acts on the account: an order, a fill, or money that leaves. */
export function diverge({ dice, scheduler, venue, witness, seed }: World, afterMs: number): void {
  scheduler.after(afterMs, () => {
    witness.saw('divergence');
    if (dice.chance(0.3)) return venue.withdraw(dice.between(100, 10_000_000));
    const symbol = dice.pick(SYMBOLS);
    const price = textOf(PRICES[symbol]);
    const isMarket = dice.chance(0.5);
    venue.place(foreignOrder(`foreign-${seed}`, symbol, isMarket ? null : price, price), true);
  });
}

const foreignOrder = (clientOrderId: string, symbol: string, limitPrice: string | null, price: string): Order => ({
  decisionId: 'nobody',
  leg: 'entry',
  clientOrderId,
  accountId: ACCOUNT,
  strategyId: 'nobody',
  symbol,
  side: 'buy',
  type: limitPrice === null ? 'market' : 'limit',
  quantity: textOf(hundredths('1') * 3),
  limitPrice,
  stopPrice: null,
  distanceFromEntry: null,
  leverage: 1,
  reduceOnly: false,
  referencePrice: price,
  createdAtMs: 0,
  sessionId: null,
  venue: 'model',
  venueOrderId: null,
  simulated: false,
  state: 'SENT',
  quantityFilled: '0',
  sentAtMs: 0,
});
