/**
 * `npm run kill` in the middle of twenty proposals a second: with everything up, without Temporal, without Temporal and
 * Postgres. No order may be accepted later than a second after the flag, and a hundred that rest must be gone in five.
 * Then file and row alone, and a restart of everything.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { removeKillFile, writeKillFile } from '../../scripts/lib/kill/kill-file.ts';
import { stopPostgres } from '../../scripts/lib/postgres.ts';
import { say } from '../../scripts/lib/progress.ts';
import { stopTemporal } from '../../scripts/lib/temporal.ts';
import type { ExamAnswer, ExamOptions, Experiment, Violation } from '../exam.ts';
import { deskOrders } from '../rig/desk-orders.ts';
import { openRig, type Rig } from '../rig/rig.ts';
import { killPostgres, killTemporal } from '../rig/services.ts';
import { ACCOUNT, accountOpened } from '../rig/settled.ts';
import { sideBySide } from '../small-desk/side-by-side.ts';
import { acceptCount } from './kill-switch/at-venue.ts';
import { type Drilled, drill } from './kill-switch/drill.ts';
import { type OwnEngine, openOwnEngine, restingRequest } from './kill-switch/own-engine.ts';
import { onlyFlag, runKill, setRow } from './kill-switch/run-kill.ts';

const RESTING = 100;
const HELD = 120;
const TRIED = 5;
const LANES = 3;
/** Longest wait for the desk to have dealt with them: what the first drill left at it comes before them. */
const TRY_MS_MAX = 120_000;
const LOOK_EVERY_MS = 100;

export const experiment: Experiment = {
  name: 'kill-switch',
  controls: { 'no-guard': 'lateAccept', 'no-cancel': 'restingLeft' },
  run: async (options) => {
    const venueFlags = ['--profile', 'open-only', '--seed', String(options.seed), '--cash', '1000000'];
    const rig = await openRig({ venueFlags, workers: 2 });
    let isClean = false;
    try {
      const answer = await drillAll(rig, options);
      isClean = answer.violations.length === 0;
      return answer;
    } finally {
      await rig.close(!isClean && options.control === null);
    }
  },
};

async function drillAll(rig: Rig, { control, size }: ExamOptions): Promise<ExamAnswer> {
  await rig.startWorkers();
  await accountOpened(rig);
  const count = size ?? RESTING;
  const kill = () => (control === 'no-cancel' ? onlyFlag(rig) : runKill(rig));
  const parts = { rig, count, kill, isGuarded: control !== 'no-guard' };
  const drilled =
    control === null ? await allDrills(parts) : { 'past the gate': await onOwnEngine(parts, pastTheGate) };
  return {
    violations: Object.values(drilled).flatMap((one) => one.violations),
    voidBecause: [
      ...(count < RESTING ? [`${count} resting orders, ${RESTING} are needed`] : []),
      ...Object.entries(drilled).flatMap(([name, one]) =>
        one.sentNone === true ? [`${name}: nothing was sent before`] : [],
      ),
    ],
    figures: Object.fromEntries(Object.entries(drilled).map(([name, one]) => [name, one.figures])),
  };
}

type Parts = {
  readonly rig: Rig;
  readonly count: number;
  readonly kill: () => ReturnType<typeof runKill>;
  readonly isGuarded: boolean;
};
type Drilling = (parts: Parts & { readonly engine: OwnEngine }) => Promise<Drilled>;

/** Each drill with an engine of its own: what stands between drills is killed. */
async function onOwnEngine(parts: Parts, work: Drilling): Promise<Drilled> {
  const engine = openOwnEngine(parts.rig, parts.isGuarded);
  try {
    return await work({ ...parts, engine });
  } finally {
    await engine.close();
  }
}

async function allDrills(parts: Parts): Promise<Record<string, Drilled>> {
  const { rig } = parts;
  const up = await onOwnEngine(parts, allUp);
  const alone = await eachAlone(rig);
  await stopTemporal(rig.home);
  const withoutTemporal = await onOwnEngine(parts, pastTheGate);
  await clearAll(rig);
  const withoutBoth = await onOwnEngine(parts, withoutPostgres);
  return {
    'all up': up,
    'each alone': alone,
    'Temporal down': withoutTemporal,
    'Temporal and Postgres down': withoutBoth,
  };
}

/** Proposals as workflows of the desk, whose workers have sent some before: in their first seconds they are slow. */
const allUp: Drilling = async ({ rig, engine, count, kill }) => {
  const orders = deskOrders(rig.connection);
  await tryOrders(rig, 'warm', true);
  const resting = await placeResting(engine, count, 'up');
  const propose = (index: number): void => {
    const id = `up-${index}`;
    void orders.start(id, { ...restingRequest(rig, id), accountId: ACCOUNT }).catch(() => undefined);
  };
  return drill(rig, { name: 'all up', sends: true, resting, propose, kill });
};

/** Every second proposal asks the gate, every second one is past it and only held by the last look. */
const pastTheGate: Drilling = async ({ rig, engine, count, kill }) => {
  const resting = await placeResting(engine, count, 'gate');
  const held = await engine.hold(Array.from({ length: HELD }, (_, index) => `held-${index}`));
  const propose = (index: number): void => {
    if (index % 2 === 0) held.releaseOne();
    else void engine.rest(`gate-later-${index}`).catch(() => undefined);
  };
  return drill(rig, { name: 'past the gate', sends: true, resting, propose, kill });
};

/** Nothing can be asked any more: all proposals are past the gate. */
const withoutPostgres: Drilling = async ({ rig, engine, count, kill }) => {
  const resting = await placeResting(engine, count, 'down');
  const held = await engine.hold(Array.from({ length: 2 * HELD }, (_, index) => `down-${index}`));
  await stopPostgres(rig.home);
  return drill(rig, {
    name: 'Temporal and Postgres down',
    sends: false,
    resting,
    propose: () => held.releaseOne(),
    kill,
  });
};

async function placeResting(engine: OwnEngine, count: number, name: string): Promise<string[]> {
  say(`  ${count} orders at rest (${name})`);
  await engine.reconcile();
  const ids = Array.from({ length: count }, (_, index) => `rest-${name}-${index}`);
  const placed = await sideBySide(ids, LANES, (id) => engine.rest(id));
  const found = placed.filter((id) => id !== null);
  if (found.length < count) throw new Error(`only ${found.length} of ${count} orders rest`);
  return found;
}

/** After a restart of everything with both set; then the row alone, the file alone, and neither. */
async function eachAlone(rig: Rig): Promise<Drilled> {
  for (const worker of rig.workers) await worker.kill();
  await rig.venue.child().end('SIGKILL');
  const away = await Promise.all([killPostgres(rig), killTemporal(rig)]);
  await rig.venue.start();
  await rig.startWorkers();
  const figures: Record<string, unknown> = { restartMs: Math.max(...away) };
  const violations: Violation[] = [];
  const expect = async (name: string, sent: boolean): Promise<void> => {
    const { accepted, rules } = await tryOrders(rig, name, sent);
    figures[name] = `${accepted} of ${TRIED} sent, ${rules.length} refused ${[...new Set(rules)].join(', ')}`;
    if (sent ? accepted !== TRIED : accepted > 0 || rules.length !== TRIED)
      violations.push({ kind: wrongWith(sent, accepted), where: `${name}: ${String(figures[name])}` });
  };
  await expect('after a restart', false);
  removeKillFile(rig.home);
  await expect('row alone', false);
  await setRow(rig, false);
  writeKillFile(rig.home, 'a drill\n');
  await expect('file alone', false);
  removeKillFile(rig.home);
  await expect('neither', true);
  return { violations, figures };
}

const wrongWith = (sent: boolean, accepted: number): string =>
  sent ? 'stillBlocked' : accepted > 0 ? 'notBlocked' : 'unanswered';

async function tryOrders(rig: Rig, name: string, sent: boolean): Promise<{ accepted: number; rules: string[] }> {
  const orders = deskOrders(rig.connection);
  const before = acceptCount(rig.venue.journal);
  const accepted = (): number => acceptCount(rig.venue.journal) - before;
  const ids = Array.from({ length: TRIED }, (_, index) => `try-${name.replaceAll(' ', '-')}-${index}`);
  for (const id of ids) await orders.start(id, { ...restingRequest(rig, id), accountId: ACCOUNT });
  if (sent) {
    // An order at rest goes on: its end is not waited for.
    const deadlineMs = Date.now() + TRY_MS_MAX;
    while (accepted() < TRIED && Date.now() < deadlineMs) await sleep(LOOK_EVERY_MS);
    return { accepted: accepted(), rules: [] };
  }
  const ends = await Promise.all(ids.map((id) => orders.end(id, TRY_MS_MAX)));
  const rules = ends.flatMap((end) => (end.kind === 'done' ? end.status.reasons.map(({ rule }) => rule) : []));
  return { accepted: accepted(), rules };
}

async function clearAll(rig: Rig): Promise<void> {
  removeKillFile(rig.home);
  await setRow(rig, false);
}
