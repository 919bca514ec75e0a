/**
 * Two workers are killed with -9 in turn every five seconds while all four officers keep their time, a session trades and a
 * reader of the events reconnects every 200 ms. Passes when every slot is noted once, done or missed, without a gap, and
 * the reader has heard exactly the table. Size: seconds of killing.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { closeDatabase } from '../../db/connection.ts';
import { OFFICERS } from '../../workflows/messages/officers.ts';
import { strategySessionId, TRADING_QUEUE } from '../../workflows/messages/strategy-session.ts';
import type { ExamAnswer, ExamOptions, Experiment, Violation } from '../exam.ts';
import { type Killing, startKilling } from '../rig/killing.ts';
import { patiently } from '../rig/patience.ts';
import { openRig, type Rig } from '../rig/rig.ts';
import { judgeSlots } from './officers/judge-slots.ts';
import { historyLengths, type OfficersRig, slotsOf, withOfficers } from './officers/officers-rig.ts';
import { type RestlessReader, startReading } from './officers/restless-reader.ts';

const SECONDS = 600;
const KILL_EVERY_MS = 5_000;
/** Short, so that kills hit cycles at work. */
const EVERY_MS = { ceo: 2_000, risk: 2_000, strategy: 3_000, federation: 1_000 } as const;
const HISTORY_EVENTS_MAX = 5_000;
const PATIENCE_MS = 60_000;
const SPEAKS_WITHIN_MS = 150_000;
const LOOK_EVERY_MS = 1_000;

export const experiment: Experiment = {
  name: 'officers',
  controls: { 'forget-missed': 'gap', 'listen-only': 'unheard' },
  run: async (options) => {
    const control = options.control === 'forget-missed' ? options.control : null;
    const workerOrders = { seed: options.seed, control };
    const rig = await openRig({ venueFlags: ['--profile', 'open-only'], workers: 2, workerOrders, officers: true });
    let isClean = false;
    try {
      const answer = await killOfficers(rig, options);
      isClean = answer.violations.length === 0;
      return answer;
    } finally {
      await rig.close(!isClean && options.control === null);
    }
  },
};

async function killOfficers(rig: Rig, { size, control, seed }: ExamOptions): Promise<ExamAnswer> {
  const desk = await withOfficers(rig, {
    aiCeoDecisionIntervalMs: EVERY_MS.ceo,
    aiRiskOfficerAssessmentIntervalMs: EVERY_MS.risk,
    aiStrategyOfficerAnalysisIntervalMs: EVERY_MS.strategy,
    federationUpdateIntervalMs: EVERY_MS.federation,
  });
  try {
    const reader = startReading(desk.db, rig.adminUrl, control !== 'listen-only');
    await startTrading(desk, seed);
    const killing = startKilling(rig, KILL_EVERY_MS);
    await sleep((size ?? SECONDS) * 1_000);
    await killing.stop();
    const silent = await stillSilent(desk);
    const lengths = await historyLengths(desk);
    await Promise.all(rig.workers.map((worker) => worker.stop()));
    await reader.drain(10_000);
    return await judge(desk, { reader, killing, lengths, silent, seconds: size ?? SECONDS });
  } finally {
    await closeDatabase(desk.db);
  }
}

/** A bar a second, so that the officers have something to look at and events are written by others too. */
async function startTrading({ client }: OfficersRig, seed: number): Promise<void> {
  const input = {
    ...{ accountId: 'paper-1', strategy: { type: 'momentum', parameters: { lookback: 5, threshold: 0.01 } } },
    ...{ symbols: ['BTC/USDT'], tradingMode: 'paper', barIntervalMs: 3_600_000, checkIntervalMs: 1_000, seed },
    market: { source: 'synthetic', count: 10_000, speed: 3_600 },
  };
  const request = { taskQueue: TRADING_QUEUE, workflowId: strategySessionId('under-kills'), args: [input] };
  await patiently(() => client.workflow.start('strategySession', request), PATIENCE_MS);
}

/** Slots that were lost to the last kill are noted by the next cycle. @returns officers that have none within the time */
async function stillSilent(desk: OfficersRig): Promise<string[]> {
  const sinceMs = Date.now();
  for (;;) {
    const slots = await Promise.all(OFFICERS.map((officer) => patiently(() => slotsOf(desk, officer), PATIENCE_MS)));
    const hasSpoken = slots.map((own) => own.some(({ slotMs, state }) => state === 'done' && slotMs > sinceMs));
    const silent = OFFICERS.filter((_, i) => hasSpoken[i] !== true);
    if (silent.length === 0 || Date.now() > sinceMs + SPEAKS_WITHIN_MS) return silent;
    await sleep(LOOK_EVERY_MS);
  }
}

type Played = {
  readonly reader: RestlessReader;
  readonly killing: Killing;
  readonly lengths: Readonly<Record<string, number>>;
  readonly silent: readonly string[];
  readonly seconds: number;
};

async function judge(desk: OfficersRig, { reader, killing, lengths, silent, seconds }: Played): Promise<ExamAnswer> {
  const slots = await Promise.all(OFFICERS.map(async (one) => ({ officer: one, slots: await slotsOf(desk, one) })));
  const { rows } = await desk.rig.pool.query<{ sequence: number }>('select sequence::int from events order by 1');
  const table = rows.map(({ sequence }) => sequence);
  const tooLong = Object.entries(lengths).filter(([, length]) => length >= HISTORY_EVENTS_MAX);
  const violations = [
    ...slots.flatMap((one) => judgeSlots(one.officer, one.slots, EVERY_MS[one.officer])),
    ...notContiguous(table),
    ...notHeard(table, reader.heard),
    ...silent.map((officer) => ({ kind: 'silent', where: `${officer} after the last kill` })),
    ...tooLong.map(([officer, length]) => ({ kind: 'longHistory', where: `${officer}: ${length} events` })),
  ];
  const killsMin = Math.floor((0.8 * seconds * 1_000) / KILL_EVERY_MS);
  const counts = slots.map(({ officer, slots: own }) => {
    const done = own.filter(({ state }) => state === 'done').length;
    return { officer, done, missed: own.length - done };
  });
  const idle = counts.filter(({ done }) => done === 0).map(({ officer }) => `${officer} never worked`);
  const fewKills = killing.kills.length < killsMin ? [`${killing.kills.length} kills, ${killsMin} are needed`] : [];
  return {
    violations,
    voidBecause: [...idle, ...fewKills],
    figures: {
      ...{ kills: killing.kills.length, seconds, events: table.length, readerVisits: reader.visits() },
      officers: Object.fromEntries(counts.map(({ officer, done, missed }) => [officer, { done, missed }])),
      historyEvents: lengths,
    },
  };
}

const notContiguous = (table: readonly number[]): Violation[] =>
  table.flatMap((sequence, i) => (sequence === i + 1 ? [] : [{ kind: 'eventGap', where: `event ${sequence}` }]));

function notHeard(table: readonly number[], heard: readonly number[]): Violation[] {
  const known = new Set(heard);
  const missing = table.filter((sequence) => !known.has(sequence));
  const repeated = heard.filter((sequence, i) => i > 0 && sequence <= (heard[i - 1] ?? 0));
  return [
    ...missing.map((sequence) => ({ kind: 'unheard', where: `event ${sequence}` })),
    ...repeated.map((sequence) => ({ kind: 'heardTwice', where: `event ${sequence}` })),
  ];
}
