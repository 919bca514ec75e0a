/**
 * A hundred sessions with a look every 30 s beside the four officers at the intervals they have by default. Passes when
 * cycles begin within two seconds of their slot at the 95th percentile, none is missed, and no history grows long. Size:
 * seconds.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { closeDatabase } from '../../db/connection.ts';
import { say } from '../../scripts/lib/progress.ts';
import { OFFICERS } from '../../workflows/messages/officers.ts';
import { strategySessionId, TRADING_QUEUE } from '../../workflows/messages/strategy-session.ts';
import type { ExamAnswer, ExamOptions, Experiment } from '../exam.ts';
import { percentile } from '../rig/order-moves.ts';
import { openRig, type Rig } from '../rig/rig.ts';
import { sideBySide } from '../small-desk/side-by-side.ts';
import { judgeSlots } from './officers/judge-slots.ts';
import { historyLengths, type OfficersRig, slotsOf, withOfficers } from './officers/officers-rig.ts';

const SESSIONS = 100;
const SECONDS = 900;
const BAR_MS = 30_000;
const LAG_P95_MAX_MS = 2_000;
const HISTORY_EVENTS_MAX = 5_000;
const LANES = 10;
/** By default (config/governance.yaml leaves them out). */
const EVERY_MS = { ceo: 30_000, risk: 30_000, strategy: 60_000, federation: 15_000 } as const;

export const experiment: Experiment = {
  name: 'officers-load',
  controls: {},
  run: async (options) => {
    const rig = await openRig({ venueFlags: ['--profile', 'open-only'], workers: 1, officers: true });
    try {
      return await load(rig, options);
    } finally {
      await rig.close(false);
    }
  },
};

async function load(rig: Rig, { size, seed }: ExamOptions): Promise<ExamAnswer> {
  const desk = await withOfficers(rig, {});
  try {
    const ids = Array.from({ length: SESSIONS }, (_, index) => index);
    await sideBySide(ids, LANES, (index) => startOne(desk, index, seed));
    say(`  ${SESSIONS} sessions started`);
    const fromMs = Date.now();
    await sleep((size ?? SECONDS) * 1_000);
    return await judge(desk, fromMs, size ?? SECONDS);
  } finally {
    await closeDatabase(desk.db);
  }
}

async function startOne({ client }: OfficersRig, index: number, seed: number): Promise<void> {
  const strategy = { type: 'momentum', parameters: { lookback: 2 + (index % 20), threshold: 0.001 + index / 100_000 } };
  const input = {
    ...{ accountId: 'paper-1', strategy, symbols: [`S${index % 25}/USDT`], tradingMode: 'paper', seed: seed + index },
    ...{ barIntervalMs: BAR_MS, checkIntervalMs: BAR_MS, market: { source: 'synthetic', count: 2_000, speed: 1 } },
  };
  const workflowId = strategySessionId(`load-${index}`);
  await client.workflow.start('strategySession', { taskQueue: TRADING_QUEUE, workflowId, args: [input] });
}

async function judge(desk: OfficersRig, fromMs: number, seconds: number): Promise<ExamAnswer> {
  const lengths = await historyLengths(desk);
  const all = await Promise.all(
    OFFICERS.map(async (officer) => {
      const slots = (await slotsOf(desk, officer)).filter(({ slotMs }) => slotMs >= fromMs);
      return { officer, slots };
    }),
  );
  const lags = all.flatMap(({ slots }) => slots.map(({ lagMs }) => lagMs));
  const lagP95Ms = percentile(lags, 0.95);
  const missed = all.flatMap(({ slots }) => slots).filter(({ state }) => state === 'missed').length;
  const running = await desk.rig.pool.query<{ count: number }>(
    `select count(*)::int as count from sessions where state = 'open'`,
  );
  const open = running.rows[0]?.count ?? 0;
  return {
    violations: [
      ...all.flatMap(({ officer, slots }) => judgeSlots(officer, slots, EVERY_MS[officer])),
      ...(lagP95Ms === null || lagP95Ms <= LAG_P95_MAX_MS ? [] : [{ kind: 'late', where: `${lagP95Ms} ms at p95` }]),
      ...(missed === 0 ? [] : [{ kind: 'missed', where: `${missed} slots` }]),
      ...Object.entries(lengths).flatMap(([officer, length]) =>
        length < HISTORY_EVENTS_MAX ? [] : [{ kind: 'longHistory', where: `${officer}: ${length} events` }],
      ),
      ...(open === SESSIONS ? [] : [{ kind: 'sessionEnded', where: `${open} of ${SESSIONS} sessions are open` }]),
    ],
    voidBecause: lags.length === 0 ? ['no cycle was begun'] : [],
    figures: { seconds, sessions: open, cycles: lags.length, lagP95Ms, missed, historyEvents: lengths },
  };
}
