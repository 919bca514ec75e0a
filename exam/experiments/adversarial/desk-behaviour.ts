/**
 * Rows 59, 62 and 65 to 68: what a single input cannot show. Sessions that are taken, messages that come too late or
 * twice or under no known name, inputs that are too large, workflows started around every check of a client.
 */
import { WorkflowNotFoundError, WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { DeskInProcess } from '../../../scripts/lib/desk-in-process.ts';
import { until } from '../../../scripts/lib/until.ts';
import {
  pauseSignal,
  resumeSignal,
  statusQuery,
  stopSignal,
  strategySessionId,
  tickUpdate,
} from '../../../workflows/messages/strategy-session.ts';
import type { Case } from './case.ts';
import { byDesk, endOf, freshId, problemsOf } from './desk-answers.ts';
import { type Draw, drawFrom, many } from './draw.ts';
import { anOrder, aSession, order, session } from './workflow-input.ts';

const DAY_MS = 86_400_000;
/** An hour of waiting a bar: nothing moves it but messages. */
const waiting = (change: Readonly<Record<string, unknown>> = {}): Record<string, unknown> =>
  aSession({
    tradingMode: 'paper',
    market: { source: 'synthetic', count: 30, speed: 1 },
    checkIntervalMs: DAY_MS,
    ...change,
  });

/** Cases that may run side by side. */
export function behaviourCases(desk: DeskInProcess, seed: number, ofEach: number): Case[] {
  const draw = drawFrom(seed, 'behaviour');
  return many(ofEach, (index) => [
    busy(desk, draw, `${seed}-${index}`),
    strangeSignals(desk, draw),
    afterTheEnd(desk, draw),
    stoppedTwice(desk, draw),
    pausedTwice(desk, draw),
    forged(desk, draw),
    unknownAccount(desk, draw),
  ]).flat();
}

/** Paused before its first bar. */
async function startPaused(desk: DeskInProcess, id: string, input: unknown) {
  const run = await desk.client.workflow.signalWithStart('strategySession', {
    taskQueue: desk.targets.taskQueue,
    workflowId: strategySessionId(id),
    args: [input],
    signal: pauseSignal,
  });
  await until('the session has opened', async () => {
    const row = await desk.db.selectFrom('sessions').select('state').where('session_id', '=', id).executeTakeFirst();
    return row ?? null;
  });
  return run;
}

/** The same strategy in other words, on the same account, while the first session is open. */
function busy(desk: DeskInProcess, draw: Draw, suffix: string): Case {
  const parameters = { lookback: draw.whole(2, 4_000), threshold: draw.whole(1, 900) / 1_000 };
  const first = waiting({ strategy: { type: 'momentum', parameters } });
  const again = { leverage: 1, stopAtr: 2, parameters, sizeFraction: 0.1, type: 'momentum' };
  const second = waiting({ strategy: again, symbols: [draw.pick(['ETH/USDT', 'BTC/USDT', 'AAPL'])] });
  const holder = `busy-${suffix}`;
  const expected = `ACCOUNT_BUSY accountId "${holder}"`;
  const answer = async (): Promise<string> => {
    const run = await startPaused(desk, holder, first);
    const told = await endOf(await desk.startSession(freshId(), second), '62');
    await run.signal(stopSignal, { reason: 'the exam is over' });
    await run.result();
    return told;
  };
  return { row: '62', input: [first, second], expected, answer };
}

const NAMES = [
  'stopp',
  'Pause',
  'kill',
  '__proto__',
  'constructor',
  'toString',
  '🚀',
  'a b',
  'x'.repeat(300),
  'fillReported',
];

/** Each is noted once under its name, and the session is still there to be stopped. */
function strangeSignals(desk: DeskInProcess, draw: Draw): Case {
  const names = [draw.pick(NAMES), `s${draw.whole(1, 1e9)}`];
  const argument = draw.pick<unknown>([undefined, null, 7, 'text', [], { reason: 'x' }]);
  const input = { names, argument: argument ?? null };
  const expected = `signal_unknown ${[...names].sort().join(' ')}, ended by signal`;
  const answer = async (): Promise<string> => {
    const id = freshId();
    const run = await startPaused(desk, id, aSession());
    for (const name of names) await run.signal(name, argument);
    const warnings = await until('the warnings', async () => {
      const told = (await run.query(statusQuery)).warnings;
      return told.length >= names.length ? told : null;
    });
    await run.signal(stopSignal, {});
    const report = await run.result();
    const events = await desk.db.selectFrom('events').select('payload').where('type', '=', 'signal_unknown').execute();
    const noted = events.map(({ payload }) => payload as { sessionId: string; name: string });
    const own = noted.filter(({ sessionId }) => sessionId === id).map(({ name }) => name);
    const isWarned = names.every((name) => warnings.includes(`unknown signal ${name}`));
    return `signal_unknown ${own.sort().join(' ')}, ended by ${report.stoppedBy}${isWarned ? '' : ' without a warning'}`;
  };
  return { row: '66', input, expected, answer };
}

/** The server itself answers that there is nothing to talk to; the report stays as it was. */
function afterTheEnd(desk: DeskInProcess, draw: Draw): Case {
  const signal = draw.pick(['stop', 'pause', 'resume', 'nobody', 'orderReported']);
  const expected = 'closed, closed, endOfData, unchanged';
  const answer = async (): Promise<string> => {
    const id = freshId();
    const run = await desk.startSession(id, aSession({ market: { source: 'synthetic', count: draw.whole(5, 25) } }));
    const report = await run.result();
    const rowOf = () =>
      desk.db.selectFrom('sessions').selectAll().where('session_id', '=', id).executeTakeFirstOrThrow();
    const before = JSON.stringify(await rowOf());
    const signalled = await closedOr(run.signal(signal, {}));
    const updated = await closedOr(run.executeUpdate(tickUpdate, { args: [{}] }));
    const after = JSON.stringify(await rowOf());
    return [signalled, updated, report.stoppedBy, before === after ? 'unchanged' : 'changed'].join(', ');
  };
  return { row: '66', input: { signal }, expected, answer };
}

const closedOr = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'taken',
    (error: unknown) => (error instanceof WorkflowNotFoundError ? 'closed' : String(error)),
  );

/** Repeated, with one command id or several, well-formed or not: the first one counts, and the session closes once. */
function stoppedTwice(desk: DeskInProcess, draw: Draw): Case {
  const commandId = `c-${draw.whole(1, 1e6)}`;
  const odd = draw.pick<unknown>([null, 7, 'text', [], { flatten: 'yes' }, { reason: 7 }, { reason: 'second' }]);
  const input = { commandId, times: draw.whole(2, 6), odd };
  const answer = async (): Promise<string> => {
    const id = freshId();
    const run = await startPaused(desk, id, aSession());
    for (const _ of many(input.times, (index) => index)) await run.signal(stopSignal, { reason: 'first', commandId });
    await run.signal('stop', odd).catch(() => undefined);
    const report = await run.result();
    const closed = await desk.db.selectFrom('events').select('payload').where('type', '=', 'session_closed').execute();
    const own = closed.filter(({ payload }) => JSON.stringify(payload).includes(`"${id}"`));
    return `${report.stoppedBy} ${report.stopReason}, closed ${own.length} time`;
  };
  return { row: '67', input, expected: 'signal first, closed 1 time', answer };
}

function pausedTwice(desk: DeskInProcess, draw: Draw): Case {
  const commandId = `c-${draw.whole(1, 1e6)}`;
  const times = draw.whole(2, 5);
  const answer = async (): Promise<string> => {
    const run = await startPaused(desk, freshId(), aSession({ market: { source: 'synthetic', count: 12 } }));
    for (const _ of many(times, (index) => index)) await run.signal(pauseSignal, { commandId });
    const { state, bars } = await run.query(statusQuery);
    for (const _ of many(times, (index) => index)) await run.signal(resumeSignal, { commandId });
    const report = await run.result();
    return `${state} at ${bars}, then ${report.bars} bars and ${report.decisions} decisions`;
  };
  return { row: '67', input: { commandId, times }, expected: 'paused at 0, then 12 bars and 12 decisions', answer };
}

/** An order that claims to come from a session that there is not. */
function forged(desk: DeskInProcess, draw: Draw): Case {
  const decisionId = `made-up-${draw.whole(1, 1e9)}`;
  const accountId = draw.pick(['paper-1', 'alpaca-live', 'sim:other']);
  const intent = {
    decisionId,
    leg: 'entry',
    clientOrderId: `forged-${draw.whole(1, 1e9)}`,
    accountId,
    strategyId: 'manual',
  };
  const prices = { limitPrice: null, stopPrice: null, distanceFromEntry: null, leverage: 1, reduceOnly: false };
  const what = { symbol: 'BTC/USDT', side: 'buy', type: 'market', quantity: '1', createdAtMs: draw.whole(0, 1.7e12) };
  const input = {
    ...{ origin: 'session', sessionId: 'nobody', sessionWorkflowId: 'strategy-session:nobody', accountId, epoch: 1 },
    ...{ decisionId, intents: [{ ...intent, ...prices, ...what }] },
  };
  return byDesk(desk, { ...order('68', {}, 'SESSION_UNKNOWN sessionId'), input });
}

/** A live account that is not of this desk, in a workflow started by hand. */
function unknownAccount(desk: DeskInProcess, draw: Draw): Case {
  const accountId = draw.pick(['alpaca-live', 'live', 'live-1', `acct-${draw.whole(1, 1e6)}`]);
  const market = { source: 'synthetic', count: 60 };
  const change = { accountId, market };
  return draw.pick([
    byDesk(desk, order('68', change, 'ACCOUNT_UNKNOWN accountId')),
    byDesk(desk, session('68', { ...change, tradingMode: 'paper' }, 'ACCOUNT_UNKNOWN accountId')),
  ]);
}

/** More than the server takes: it answers itself, and nothing has been started. */
export function tooLarge(desk: DeskInProcess, workflow: 'session' | 'order', bytes: number): Case {
  const text = 'x'.repeat(bytes);
  const input = workflow === 'session' ? aSession({ accountId: text }) : anOrder({ reasoning: text });
  const answer = async (): Promise<string> => {
    const id = freshId();
    const start = workflow === 'session' ? desk.startSession(id, input) : desk.startOrder(id, input);
    const refused = await start.then(
      () => 'started',
      () => 'refused by the server',
    );
    const prefix = workflow === 'session' ? 'strategy-session' : 'order-execution';
    const known = await desk.client.workflow
      .getHandle(`${prefix}:${id}`)
      .describe()
      .then(
        () => 'a workflow',
        () => 'no workflow',
      );
    return `${refused}, ${known}`;
  };
  return { row: '65', input: { workflow, bytes }, expected: 'refused by the server, no workflow', answer };
}

/** More mistakes than a failure could carry: the first ones are told, and how many more there are. */
export function tooManyMistakes(desk: DeskInProcess, count: number): Case {
  const input = aSession(Object.fromEntries(many(count, (index) => [`field${index}`, 1])));
  const answer = async (): Promise<string> => {
    const run = await desk.startSession(freshId(), input);
    const problems = await run.result().then(
      () => [],
      (error: unknown) => problemsOf(error) ?? [],
    );
    const last = problems.at(-1);
    return `${problems.length} problems, the last ${last?.code} ${last?.got}`;
  };
  const expected = `201 problems, the last INPUT_TOO_LARGE "${count - 200} further mistakes"`;
  return { row: '65', input: { fields: count }, expected, answer };
}

/** Stop and tick reach the session in one go, because no worker was up. Not beside other cases. */
export function updateAfterStop(desk: DeskInProcess): Case {
  const answer = async (): Promise<string> => {
    const run = await startPaused(desk, freshId(), aSession());
    await desk.stopWorker();
    await run.signal(stopSignal, { reason: 'end of the watch' });
    const asked = run.executeUpdate(tickUpdate, { args: [{}] }).then(() => 'taken', updateRefusal);
    await new Promise((done) => setTimeout(done, 300));
    await desk.startWorker();
    return asked;
  };
  return { row: '66', input: { update: 'tick', after: 'stop' }, expected: 'SESSION_CLOSED', answer };
}

function updateRefusal(error: unknown): string {
  const cause = error instanceof WorkflowUpdateFailedError ? error.cause : undefined;
  if (!(cause instanceof ApplicationFailure)) return String(error);
  const [detail] = (cause.details ?? []) as { problems?: { code: string }[] }[];
  return (detail?.problems ?? []).map(({ code }) => code).join(' + ');
}
