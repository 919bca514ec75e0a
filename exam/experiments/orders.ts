/**
 * Orders through both client id profiles while two workers are killed with -9 in turn every two seconds, replies of the
 * venue are cut before and after the effect, its reads lag, and Postgres and Temporal are killed once each.
 * Passes with no order lost, none doubled, no cent of difference; counts only when the kills really hit orders.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { say } from '../../scripts/lib/progress.ts';
import type { ExamAnswer, ExamOptions, Experiment, Figures, Violation } from '../exam.ts';
import { checkBooks } from '../rig/check-books.ts';
import { type DeskOrders, deskOrders } from '../rig/desk-orders.ts';
import { startWaking } from '../rig/freezing.ts';
import { type Killing, startKilling } from '../rig/killing.ts';
import { CROWD_SYMBOLS } from '../rig/market.ts';
import { moveMarket } from '../rig/market-waves.ts';
import { percentile, readOrderMoves, tally, unknownPassages } from '../rig/order-moves.ts';
import { patiently } from '../rig/patience.ts';
import { type ProgressBar, progressBar } from '../rig/progress-bar.ts';
import { openRig, type Rig, type TemporalChoice } from '../rig/rig.ts';
import { isSeen, secondAccepts } from '../rig/second-accepts.ts';
import { killPostgres, killTemporal } from '../rig/services.ts';
import { sideBySide } from '../small-desk/side-by-side.ts';
import { type PlannedOrder, planOrders } from './orders-plan.ts';
import { type Pressure, pressureOf } from './orders-pressure.ts';

const PROFILES = ['lifetime-unique', 'open-only'] as const;
type Profile = (typeof PROFILES)[number];

/** Orders that pass the gate. More are proposed, because openings of a symbol in doubt are refused; there is an end to it. */
const ORDERS = 300;
const PROPOSED_PART_MAX = 4;
const KILLS_MIN = 30;
const UNKNOWN_MIN = 20;
/** Ends of orders that are asked for at once. */
const LANES = 20;
const ACCOUNT = 'alpaca-paper';

const CONTROLS: Readonly<Record<string, string>> = {
  'no-intent': 'duplicate',
  'no-epoch': 'duplicate',
  resubmit: 'duplicate',
};

export const experiment = ordersExperiment('orders', 'development');

/** The same exam over another kind of Temporal server. */
export function ordersExperiment(name: string, temporal: TemporalChoice): Experiment {
  return {
    name,
    controls: CONTROLS,
    run: async (options) => {
      const rounds: Round[] = [];
      for (const profile of PROFILES) rounds.push(await runProfile(options, profile, temporal));
      return judge(rounds);
    },
  };
}

type Round = {
  readonly violations: readonly Violation[];
  readonly figures: Figures;
  readonly killsThatHit: number;
  readonly throughUnknown: number;
  readonly orders: number;
};

async function runProfile(options: ExamOptions, profile: Profile, temporal: TemporalChoice): Promise<Round> {
  const count = Math.ceil((options.size ?? ORDERS) / PROFILES.length);
  say(`\n${count} orders, more proposed, client ids ${profile}`);
  const pressure = pressureOf(options.control);
  const { cutBefore, cutAfter, freezing } = pressure;
  const cuts = ['--cut-after', String(cutAfter), '--cut-before', String(cutBefore)];
  const faults = [...cuts, '--read-lag-ms', '5000', '--partial', '0.1', '--slow-ms', '300'];
  const venueFlags = ['--profile', profile, '--seed', String(options.seed), '--cash', '1000000', ...faults];
  const workerOrders = { seed: options.seed, control: options.control, ...freezing };
  const rig = await openRig({ venueFlags, workers: 2, workerOrders, symbols: CROWD_SYMBOLS, temporal });
  let isClean = false;
  try {
    await rig.startWorkers();
    const plan = planOrders(options.seed, profile, count * PROPOSED_PART_MAX, rig.symbols);
    const expected = options.control === null ? null : (CONTROLS[options.control] ?? null);
    const round = await trade(rig, { plan, wanted: count, pressure, expected }, profile);
    isClean = round.violations.length === 0;
    return round;
  } finally {
    await rig.close(!isClean);
  }
}

/** Orders to propose in turn, until so many are let through. */
type Task = {
  readonly plan: readonly PlannedOrder[];
  readonly wanted: number;
  readonly pressure: Pressure;
  /** What a control must end with: seen, it needs no further orders. */
  readonly expected: string | null;
};

type IsOver = () => Promise<boolean>;

async function trade(rig: Rig, task: Task, profile: Profile): Promise<Round> {
  const orders = deskOrders(rig.connection);
  const bar = progressBar(`orders ${profile}`);
  await patiently(() => accountOpened(rig), 60_000);
  const startedAtMs = Date.now();
  const killing = startKilling(rig, task.pressure.killEveryMs);
  const waking = startWaking(rig, task.pressure.wake);
  const market = moveMarket(rig);
  const tell = (passed: number, proposed: number): void =>
    bar.show(passed, task.wanted, `through, ${proposed} proposed, ${killing.kills.length} kills`);
  const isOver = async (): Promise<boolean> =>
    task.expected !== null && (await patiently(() => isSeen(rig, task.expected ?? '', waking.woken), 60_000));
  const sending = sendUntilEnough(rig, orders, task, { tell, isOver });
  const [services, sent] = await Promise.all([
    task.expected === null ? killServices(rig, task) : NO_SERVICE_KILLED,
    sending,
  ]);
  const { plan, cancelsUnheard } = sent;
  market.widen();
  await drain(rig, orders, { ...task, plan }, { killing, bar, isOver });
  await Promise.all([market.stop(), waking.stop()]);
  bar.end();
  const checked = await checkBooks(rig, { deskAccount: ACCOUNT });
  const zombies = await secondAccepts(rig, waking.woken);
  const ends = await endsOf(orders, plan);
  const passed = plan.length - Object.values(ends.refused).reduce((sum, one) => sum + one, 0);
  const moves = await readOrderMoves(rig.pool);
  const passages = unknownPassages(moves);
  const resolved = passages.flatMap(({ ms }) => (ms === null ? [] : [ms]));
  const hits = killing.kills.filter(({ inFlight }) => inFlight > 0);
  return {
    violations: [...zombies, ...checked.violations, ...ends.violations].map((one) => ({
      ...one,
      where: `${profile}: ${one.where}`,
    })),
    killsThatHit: hits.length,
    orders: passed,
    throughUnknown: new Set(passages.map(({ clientOrderId }) => clientOrderId)).size,
    figures: {
      proposed: plan.length,
      orders: passed,
      kinds: tally(plan.map(({ kind }) => kind)),
      refused: ends.refused,
      kills: killing.kills.length,
      killsThatHitOrders: hits.length,
      killsThatHitSends: killing.kills.filter(({ inDoubt }) => inDoubt > 0).length,
      workerLivedMs: percentile(
        killing.kills.map(({ livedMs }) => livedMs),
        0.5,
      ),
      woken: waking.woken.length,
      fencedWrites: await fencedWrites(rig),
      ...services,
      cancelsUnheard,
      unknown: tally(passages.map(({ to }) => to)),
      unknownResolvedMs: { p50: percentile(resolved, 0.5), p95: percentile(resolved, 0.95) },
      recoveryMs: recoveryOf(killing, moves),
      ...checked.figures,
      venue: await venueStats(rig),
      seconds: Math.round((Date.now() - startedAtMs) / 1_000),
    },
  };
}

/** The desk opens its account at the venue by itself. */
async function accountOpened({ pool }: Rig): Promise<void> {
  const { rowCount } = await pool.query('select 1 from accounts where account_id = $1', [ACCOUNT]);
  if (rowCount !== 1) throw new Error(`the desk has opened no account ${ACCOUNT}`);
}

type Sent = {
  readonly plan: readonly PlannedOrder[];
  /** Wishes to cancel that could not be brought to their workflow. */
  readonly cancelsUnheard: number;
};

async function sendUntilEnough(
  rig: Rig,
  orders: DeskOrders,
  { plan, wanted, pressure }: Task,
  { tell, isOver }: { readonly tell: (passed: number, proposed: number) => void; readonly isOver: IsOver },
): Promise<Sent> {
  const { openMax, patience } = pressure;
  const cancels: Promise<boolean>[] = [];
  const started: PlannedOrder[] = [];
  let open: string[] = [];
  const deadlineMs = Date.now() + patience.sendMs;
  for (const planned of plan) {
    const { id, request, pauseMs, cancelAfterMs } = planned;
    await sleep(pauseMs);
    while (open.length >= openMax && Date.now() < deadlineMs && !(await isOver()))
      open = await stillRunning(orders, open);
    const passed = await patiently(() => passedCount(rig), 60_000);
    tell(passed, started.length);
    if (passed >= wanted || Date.now() >= deadlineMs || (await isOver())) break;
    await orders.start(id, request);
    started.push(planned);
    open.push(id);
    if (cancelAfterMs !== null) cancels.push(cancelLater(orders, planned, patience.cancelMs));
  }
  const heard = await Promise.all(cancels);
  return { plan: started, cancelsUnheard: heard.filter((wasHeard) => !wasHeard).length };
}

async function passedCount({ pool }: Rig): Promise<number> {
  const { rows } = await pool.query<{ passed: number }>(
    "select count(*)::int as passed from order_intents where leg = 'entry'",
  );
  return rows[0]?.passed ?? 0;
}

/** Pauses, then answers those that have not ended. */
async function stillRunning(orders: DeskOrders, ids: readonly string[]): Promise<string[]> {
  await sleep(500);
  const flags = await Promise.all(ids.map((id) => orders.isRunning(id)));
  return ids.filter((_, index) => flags[index] === true);
}

const cancelLater = (orders: DeskOrders, { id, cancelAfterMs }: PlannedOrder, withinMs: number): Promise<boolean> =>
  sleep(cancelAfterMs ?? 0)
    .then(() => orders.cancel(id, 'asked by the exam', withinMs))
    .then(
      () => true,
      () => false,
    );

/** A control keeps its services: what its safeguard is there for happens to workers and replies. */
const NO_SERVICE_KILLED: Figures = { postgresKills: 0, temporalKills: 0 };

/** One kill of each, in the first and in the second half of the sending. */
async function killServices(rig: Rig, { plan, wanted }: Task): Promise<Figures> {
  const spanMs = plan.slice(0, wanted).reduce((sum, { pauseMs }) => sum + pauseMs, 0);
  await sleep(spanMs / 3);
  const postgresAwayMs = await killPostgres(rig);
  await sleep(spanMs / 3);
  return { postgresKills: 1, postgresAwayMs, temporalKills: 1, temporalAwayMs: await killTemporal(rig) };
}

/** Kills go on until all orders have ended, at most for a while; then the desk is left alone to finish. */
async function drain(
  rig: Rig,
  orders: DeskOrders,
  { plan, pressure: { patience } }: Task,
  { killing, bar, isOver }: { readonly killing: Killing; readonly bar: ProgressBar; readonly isOver: IsOver },
): Promise<void> {
  let open = plan.map(({ id }) => id);
  const wait = async (deadlineMs: number): Promise<void> => {
    while (open.length > 0 && Date.now() < deadlineMs && !(await isOver())) {
      open = await stillRunning(orders, open);
      bar.show(plan.length - open.length, plan.length, `ended, ${killing.kills.length} kills`);
    }
  };
  await wait(Date.now() + patience.drainMs);
  await killing.stop();
  if (open.length > 0) say(`${open.length} orders are open after ${patience.drainMs / 1_000} s under kills`);
  for (const worker of rig.workers) {
    // One that died by itself is started again, as the desk's supervisor would.
    if (worker.child()?.isRunning() !== true) worker.start();
    await worker.isReady(rig.connection);
  }
  await wait(Date.now() + patience.calmMs);
}

async function endsOf(
  orders: DeskOrders,
  plan: readonly PlannedOrder[],
): Promise<{ violations: Violation[]; refused: Record<string, number> }> {
  const violations: Violation[] = [];
  const rules: string[] = [];
  await sideBySide(plan, LANES, async ({ id }) => {
    const end = await orders.end(id, 2_000);
    if (end.kind === 'failed') violations.push({ kind: 'workflow', where: `${id}: ${end.reason}` });
    if (end.kind === 'running') violations.push({ kind: 'unfinished', where: `${id} is still running` });
    if (end.kind === 'done' && end.status.state === 'refused') rules.push(end.status.reasons[0]?.rule ?? 'no reason');
  });
  return { violations, refused: tally(rules) };
}

/** From a kill to the next move of any order: how long the desk as a whole stood still. */
function recoveryOf({ kills }: Killing, moves: readonly { atMs: number }[]): Figures {
  const gaps = kills.flatMap(({ atMs, inFlight }) => {
    const next = moves.find((move) => move.atMs >= atMs);
    return inFlight === 0 || next === undefined ? [] : [next.atMs - atMs];
  });
  return { p50: percentile(gaps, 0.5), p95: percentile(gaps, 0.95) };
}

async function fencedWrites({ pool }: Rig): Promise<Figures> {
  const { rows } = await pool.query<{ what: string }>('select what from fenced_writes');
  return tally(rows.map(({ what }) => what));
}

async function venueStats({ venue }: Rig): Promise<unknown> {
  return venue.control('stats');
}

function judge(rounds: readonly Round[]): ExamAnswer {
  const sum = (of: (round: Round) => number): number => rounds.reduce((total, round) => total + of(round), 0);
  const killsThatHit = sum((round) => round.killsThatHit);
  const throughUnknown = sum((round) => round.throughUnknown);
  const orders = sum((round) => round.orders);
  const voidBecause = [
    ...(killsThatHit < KILLS_MIN ? [`${killsThatHit} kills hit an order under way, ${KILLS_MIN} are needed`] : []),
    ...(throughUnknown < UNKNOWN_MIN ? [`${throughUnknown} orders were UNKNOWN, ${UNKNOWN_MIN} are needed`] : []),
    ...(orders < ORDERS ? [`${orders} orders passed the gate, ${ORDERS} are needed`] : []),
  ];
  const figures = Object.fromEntries(PROFILES.map((profile, index) => [profile, rounds[index]?.figures]));
  return {
    violations: rounds.flatMap((round) => round.violations),
    voidBecause,
    figures: { orders, killsThatHitOrders: killsThatHit, throughUnknown, ...figures },
  };
}
