/**
 * A person sets the mode to `defensive` under a cool-down of sixty seconds; in the middle of it every process of the desk is
 * killed with -9 at once, again and again, and after each return the CEO is asked to decide. Passes when nothing loosens
 * before the sixty seconds are over, whoever asks, and then one step and no more. Size: kills.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { closeDatabase } from '../../db/connection.ts';
import { forceDecisionUpdate, officerId } from '../../workflows/messages/officers.ts';
import type { ExamAnswer, ExamOptions, Experiment, Violation } from '../exam.ts';
import { patiently } from '../rig/patience.ts';
import { openRig, type Rig } from '../rig/rig.ts';
import { killEverything } from '../rig/services.ts';
import { type OfficersRig, withOfficers } from './officers/officers-rig.ts';

const COOL_DOWN_MS = 60_000;
const CEO_EVERY_MS = 2_000;
const KILLS = 3;
const PATIENCE_MS = 60_000;
/** Beyond the CEO's next evaluation. */
const LATE_AFTER_MS = 10_000;
/** Clocks are read in two processes. */
const CLOCKS_MS = 250;

export const experiment: Experiment = {
  name: 'cool-down',
  controls: { 'forget-switch': 'early' },
  run: async (options) => {
    const rig = await openRig({ venueFlags: ['--profile', 'open-only'], workers: 1, officers: true });
    let isClean = false;
    try {
      const answer = await waitItOut(rig, options);
      isClean = answer.violations.length === 0;
      return answer;
    } finally {
      await rig.close(!isClean && options.control === null);
    }
  },
};

/** What the CEO said to one who asked between two instants. */
type Asked = {
  readonly fromMs: number;
  readonly toMs: number;
  readonly mode: string;
  readonly coolDownLeftMs: number;
};

async function waitItOut(rig: Rig, { size, control }: ExamOptions): Promise<ExamAnswer> {
  const changes = { cooldownMs: COOL_DOWN_MS, aiCeoDecisionIntervalMs: CEO_EVERY_MS, 'ceo.clearEvaluations': 1 };
  const desk = await withOfficers(rig, { ...changes, mode: 'defensive' });
  try {
    const beganMs = await modeSince(rig);
    const asked: Asked[] = [await ask(desk)];
    const awayMs: number[] = [];
    for (let kill = 0; kill < (size ?? KILLS); kill += 1) {
      awayMs.push(await killEverything(rig, () => (control === null ? Promise.resolve() : forgetSwitch(rig))));
      asked.push(await ask(desk));
    }
    const endMs = beganMs + COOL_DOWN_MS;
    const lastKillMs = Date.now();
    await sleep(Math.max(0, endMs - Date.now()) + CEO_EVERY_MS + LATE_AFTER_MS);
    const switches = await switchesOf(rig);
    return judge({ asked, switches, beganMs, endMs, lastKillMs, awayMs });
  } finally {
    await closeDatabase(desk.db);
  }
}

async function ask({ client }: OfficersRig): Promise<Asked> {
  const fromMs = Date.now();
  const ceo = client.workflow.getHandle(officerId('ceo'));
  const { decision } = await patiently(() => ceo.executeUpdate(forceDecisionUpdate, { args: [{}] }), PATIENCE_MS);
  return { fromMs, toMs: Date.now(), mode: String(decision.mode), coolDownLeftMs: Number(decision.coolDownLeftMs) };
}

async function modeSince({ pool }: Rig): Promise<number> {
  const { rows } = await pool.query<{ at: Date }>(
    'select mode_since as at from policies order by version desc limit 1',
  );
  return rows[0]?.at.getTime() ?? Number.NaN;
}

type Switch = { readonly atMs: number; readonly newMode: string };

/** Those of the CEO, in order. */
async function switchesOf({ pool }: Rig): Promise<Switch[]> {
  const { rows } = await pool.query<{ at: Date; mode: string }>(
    `select at, payload ->> 'newMode' as mode from events where type = 'ceo_mode_switch' order by sequence`,
  );
  return rows.map(({ at, mode }) => ({ atMs: at.getTime(), newMode: mode }));
}

/** The control: since when the mode is as it is, is known to nobody. */
async function forgetSwitch({ pool }: Rig): Promise<void> {
  const sql = `set session_replication_role = replica; update policies set mode_since = to_timestamp(0);
    delete from officer_memory where officer = 'ceo'; set session_replication_role = origin`;
  await patiently(() => pool.query(sql), PATIENCE_MS);
}

type Seen = {
  readonly asked: readonly Asked[];
  readonly switches: readonly Switch[];
  readonly beganMs: number;
  readonly endMs: number;
  readonly lastKillMs: number;
  readonly awayMs: readonly number[];
};

function judge({ asked, switches, beganMs, endMs, lastKillMs, awayMs }: Seen): ExamAnswer {
  const [first] = switches;
  const after = (ms: number): string => `${Math.round(ms - beganMs)} ms after the mode was set`;
  const violations: Violation[] = [
    ...asked.filter(({ toMs, mode }) => toMs < endMs && mode !== 'defensive').map((one) => early(one, after)),
    ...asked.filter((one) => hasMoved(one, endMs)).map((one) => moved(one, after)),
    ...switches.filter(({ atMs }) => atMs < endMs).map(({ atMs }) => ({ kind: 'early', where: after(atMs) })),
  ];
  if (first === undefined || first.atMs > endMs + CEO_EVERY_MS + LATE_AFTER_MS) {
    violations.push({ kind: 'late', where: first === undefined ? 'it never loosened' : after(first.atMs) });
  } else if (first.newMode !== 'stability' || switches.length > 1) {
    violations.push({ kind: 'leapt', where: switches.map(({ newMode }) => newMode).join(', ') });
  }
  return {
    violations,
    voidBecause:
      lastKillMs < endMs ? [] : [`the last return was ${after(lastKillMs)}: nothing was left of the cool-down`],
    figures: {
      ...{ coolDownMs: COOL_DOWN_MS, kills: awayMs.length, awayMs },
      coolDownLeftMs: asked.map(({ coolDownLeftMs }) => coolDownLeftMs),
      loosenedAfterMs: first === undefined ? null : first.atMs - beganMs,
      loosenedTo: first?.newMode ?? null,
    },
  };
}

/** What is left must end when the cool-down ends, as far as one can know who only sees when he asked and was answered. */
const hasMoved = ({ fromMs, toMs, coolDownLeftMs: left }: Asked, endMs: number): boolean =>
  left > 0 && (toMs + left < endMs - CLOCKS_MS || fromMs + left > endMs + CLOCKS_MS);

const early = ({ toMs, mode }: Asked, after: (ms: number) => string): Violation => ({
  kind: 'early',
  where: `${mode} to one who asked, ${after(toMs)}`,
});

const moved = ({ toMs, coolDownLeftMs }: Asked, after: (ms: number) => string): Violation => ({
  kind: 'moved',
  where: `${coolDownLeftMs} ms left, ${after(toMs)}`,
});
