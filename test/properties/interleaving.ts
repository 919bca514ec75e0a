/**
 * Several attempts at the same orders at once, as Temporal may make them: retries, zombies that stood still, doubled
 * workflows, looks and cancels. Every call of an attempt on the book or the venue is a step that fast-check schedules;
 * an attempt may be killed before or after any of its steps. Time moves by what each attempt's steps take.
 */
import fc from 'fast-check';
import type { VenueOrderParts } from '../../activities/order/venue-orders.ts';
import type { Broker } from '../../adapters/broker/broker.ts';
import { type MemoryDesk, openMemoryDesk, writeOrders } from '../../exam/simulation/memory-desk.ts';
import type { EngineStore } from '../../exam/simulation/memory-store.ts';
import type { Order } from '../../schemas/execution.ts';
import { deskLimitsSchema } from '../../schemas/risk.ts';
import { MIDNIGHT, order } from '../domain/execution/support.ts';
import { createVenueModel, type Fate, type VenueModel, type VenuePlan } from './venue-model.ts';

/** What is asked: the engine, and the book of record it stands on. */
export type Engine = {
  readonly createVenueOrders: (parts: VenueOrderParts) => Broker;
  readonly storeOf: (desk: MemoryDesk) => EngineStore;
};

export type Attempt = {
  readonly call: 'submit' | 'look' | 'cancel' | 'submit exit';
  /** The step at which it dies; `after`: when the step was done, and nobody heard of it. */
  readonly crash: { readonly at: number; readonly after: boolean } | null;
  readonly stepMs: number;
};
export type Interleaving = {
  readonly scheduler: fc.Scheduler;
  readonly attempts: readonly Attempt[];
  readonly plan: VenuePlan;
  /** After how many steps the kill switch is set; null: never. */
  readonly killAtStep: number | null;
};

const crash = fc.record({ at: fc.integer({ min: 1, max: 12 }), after: fc.boolean() });

export const interleavings = (
  calls: readonly Attempt['call'][],
  kills: fc.Arbitrary<number | null>,
): fc.Arbitrary<Interleaving> =>
  fc.record({
    scheduler: fc.scheduler(),
    attempts: fc.array(
      fc.record({
        call: fc.constantFrom(...calls),
        crash: fc.oneof({ weight: 2, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: crash }),
        stepMs: fc.constantFrom(1, 1, 20, 6_000),
      }),
      { minLength: 1, maxLength: 3, size: 'max' },
    ),
    plan: fc.record({
      idProfile: fc.constantFrom('lifetime-unique' as const, 'open-only' as const),
      fates: fc.array(fc.constantFrom<Fate>('answered', 'answered', 'reply lost', 'request lost', 'refused'), {
        minLength: 1,
        maxLength: 3,
      }),
      fills: fc.array(fc.constantFrom(0, 0.5, 0.5, 1), { minLength: 1, maxLength: 2 }),
      reads: fc.array(fc.constantFrom(true, true, true, false), { minLength: 1, maxLength: 4 }),
    }),
    killAtStep: kills,
  });

const base = { type: 'market', quantity: '2', state: 'INTENT', sentAtMs: null } as const;
const leg = { ...base, side: 'sell', reduceOnly: true } as const;
/** An entry with its legs, and the exit of its position by a later decision. */
const theOrders = (): Order[] => [
  order(base),
  order({ ...leg, leg: 'stop', type: 'stop', distanceFromEntry: '5' }),
  order({ ...leg, leg: 'target', type: 'limit', distanceFromEntry: '9' }),
  order({ ...leg, decisionId: 'd-2', leg: 'exit' }),
];

function openDesk({ idProfile }: VenuePlan, nowMs: () => number): MemoryDesk {
  const limits = deskLimitsSchema.parse({});
  const desk = openMemoryDesk({ accountId: 'sim:test', venue: 'model', cash: '100000', limits, idProfile, nowMs });
  writeOrders(desk, theOrders());
  return desk;
}

class Killed extends Error {}

/**
 * How it ended. `killedWhenAsked`: by client order id, whether the kill switch was on when the guard was last asked.
 */
export type Played = {
  readonly desk: MemoryDesk;
  readonly world: VenueModel;
  readonly crashes: number;
  readonly killedWhenAsked: ReadonlyMap<string, boolean>;
};

/** A look or two after everything is known, so that fills and legs follow. */
const ROUNDS_MIN = 3;
/** Enough for a stop that is proven absent, five rounds each time, and sent again until every fate has had its turn. */
const ROUNDS_MAX = 30;
const ROUND_MS = 20_000;

/** Plays the attempts against one another, then looks in peace until every order that was sent is known. */
export async function play(engine: Engine, { scheduler, attempts, plan, killAtStep }: Interleaving): Promise<Played> {
  const clock = { nowMs: MIDNIGHT };
  const nowMs = (): number => clock.nowMs;
  const desk = openDesk(plan, nowMs);
  let steps = 0;
  let crashes = 0;
  let isPeace = false;
  const killedWhenAsked = new Map<string, boolean>();
  const world = createVenueModel(plan, nowMs, () =>
    isPeace ? Promise.resolve() : scheduler.schedule(Promise.resolve()),
  );
  const passTime = (ms: number): void => {
    clock.nowMs += ms;
    steps += 1;
    if (killAtStep !== null && steps >= killAtStep) desk.killSwitch = 'a test';
  };

  const engineFor = ({ crash, stepMs }: Pick<Attempt, 'crash' | 'stepMs'>): Broker => {
    let own = 0;
    const die = (): never => {
      crashes += 1;
      throw new Killed();
    };
    const step = async <T>(work: () => Promise<T>): Promise<T> => {
      if (isPeace) return work();
      own += 1;
      const dies = crash !== null && own >= crash.at;
      await scheduler.schedule(Promise.resolve());
      passTime(stepMs);
      if (dies && !crash.after) die();
      const result = await work();
      if (dies) die();
      return result;
    };
    const stepped = <P extends object>(port: P): P =>
      Object.fromEntries(
        Object.entries(port).map(([name, call]) => [
          name,
          typeof call === 'function' ? (...args: unknown[]) => step(() => call(...args)) : call,
        ]),
      ) as P;
    const store = stepped(engine.storeOf(desk));
    const asking: EngineStore = {
      ...store,
      mayStillSend: (claim) => {
        const { clientOrderId } = claim.order;
        return store.mayStillSend(claim).then((answer) => {
          killedWhenAsked.set(clientOrderId, desk.killSwitch !== null);
          return answer;
        });
      },
    };
    const sleep = (ms: number): Promise<void> => step(async () => passTime(ms));
    return engine.createVenueOrders({ store: asking, venue: stepped(world.venue), nowMs, sleep });
  };

  const running = attempts.map((one) => run(engineFor(one), one.call));
  await scheduler.waitFor(Promise.all(running));
  isPeace = true;
  world.calm();
  const peaceful = engineFor({ crash: null, stepMs: 1 });
  for (let round = 0; round < ROUNDS_MIN || (round < ROUNDS_MAX && hasDoubts(desk)); round += 1) {
    clock.nowMs += ROUND_MS;
    await peaceful.look('d-1');
    await peaceful.look('d-2');
  }
  if (desk.frozen !== null) throw new Error(`a report of the venue made no sense: ${desk.frozen}`);
  return { desk, world, crashes, killedWhenAsked };
}

/** What an attempt may fail with; the next one goes on. */
const TRIED_AGAIN = ['in the way of an exit', 'an order could not leave yet'];

async function run(broker: Broker, call: Attempt['call']): Promise<void> {
  try {
    if (call === 'submit') await broker.submit('d-1', null);
    else if (call === 'submit exit') await broker.submit('d-2', null);
    else if (call === 'look') await broker.look('d-1');
    else await broker.cancel('d-1', 'a test');
  } catch (error) {
    const isExpected = error instanceof Killed || TRIED_AGAIN.some((text) => String(error).includes(text));
    if (!isExpected) throw error;
  }
}

const hasDoubts = (desk: MemoryDesk): boolean =>
  [...desk.orders.values()].some(({ state }) => state === 'SENT' || state === 'UNKNOWN');

/** Whether any order was in doubt after it was last sent. */
export const wasInDoubt = (desk: MemoryDesk): boolean =>
  [...desk.sends.values()].some(({ evidence }) => evidence !== null);
