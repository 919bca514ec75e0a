/**
 * One play of a scenario on a desk of its own. Without a point it is a recording of all boundaries; with one the worker
 * dies there, another takes over, and what is left at the end is held against the venue's journal.
 */
import { readFileSync } from 'node:fs';
import pg from 'pg';
import type { Order } from '../../../schemas/execution.ts';
import { readBooks } from '../../checker/books.ts';
import { compare } from '../../checker/compare.ts';
import { readJournal } from '../../checker/journal.ts';
import type { Violation } from '../../exam.ts';
import { type Boundary, boundaryText, type Watcher } from '../../small-desk/boundaries.ts';
import { type DeskRun, startDeskRun } from '../../small-desk/desk-run.ts';
import type { Site } from '../../small-desk/site.ts';
import { type IdProfile, openSmallDesk, SMALL_ACCOUNT, type SmallDesk } from '../../small-desk/small-desk.ts';
import { openAccount, type Weaken, WorkerDied } from '../../small-desk/small-worker.ts';
import { SCENARIOS, type ScenarioName } from './scenarios.ts';

export type Point = {
  readonly scenario: ScenarioName;
  readonly profile: IdProfile;
  /** Number of the boundary at which the worker dies, from 0; null: nowhere. */
  readonly index: number | null;
};
export type Played = {
  readonly boundaries: readonly string[];
  readonly deaths: number;
  readonly orders: readonly Order[];
  readonly violations: readonly Violation[];
};
export type PlayOptions = {
  readonly site: Site;
  readonly seed: number;
  readonly weaken: Weaken;
};

const CALM_MS = 20_000;

export async function playPoint({ site, seed, weaken }: PlayOptions, point: Point): Promise<Played> {
  const name = `${point.scenario.replace(' ', '-')}-${point.profile}-${point.index ?? 'recording'}`;
  const desk = await openSmallDesk(site, { name, profile: point.profile, seed });
  const boundaries: string[] = [];
  const run = startDeskRun(desk, dyingAt(point.index, boundaries), weaken);
  try {
    await openAccount(desk);
    const { orders, failure } = await played(run, point);
    const violations = failure === null ? await judge(run) : [failure];
    const where = `${point.scenario}, ${point.profile}, point ${point.index ?? 'none'} (${boundaries.at(-1) ?? ''})`;
    return {
      ...{ boundaries, orders, deaths: run.deaths() },
      violations: violations.map((one) => ({ kind: one.kind, where: `${where}: ${one.where}` })),
    };
  } finally {
    await run.close();
    await desk.close();
  }
}

/** Notes every boundary until the one where the worker dies. A dead worker gets past none. */
function dyingAt(index: number | null, boundaries: string[]): Watcher {
  return (boundary: Boundary) => {
    const isDead = index !== null && boundaries.length > index;
    if (!isDead) boundaries.push(boundaryText(boundary));
    if (index !== null && boundaries.length > index) throw new WorkerDied();
  };
}

type End = { readonly orders: readonly Order[]; readonly failure: Violation | null };

async function played(run: DeskRun, { scenario }: Point): Promise<End> {
  try {
    return { orders: await SCENARIOS[scenario](run), failure: null };
  } catch (error) {
    const where = error instanceof Error ? error.message : String(error);
    return { orders: [], failure: { kind: 'unfinished', where } };
  }
}

/** The desk's own comparison has to find the books equal, and so has the checker, which shares nothing with it. */
async function judge(run: DeskRun): Promise<Violation[]> {
  run.desk.clock.skip(CALM_MS);
  const { verdict, differences } = await run.call(({ reconcile }) => reconcile());
  const own = verdict === 'equal' ? [] : [{ kind: 'reconcile', where: `${verdict} ${JSON.stringify(differences)}` }];
  return [...(await checkSmallDesk(run.desk)), ...own];
}

/** Everything may rest: that both sides say so is what is checked. */
export async function checkSmallDesk({ database, journal, venue }: SmallDesk): Promise<readonly Violation[]> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    const books = await readBooks(client, SMALL_ACCOUNT);
    const there = readJournal(readFileSync(journal, 'utf8'), venue().accounts[0] ?? '');
    return compare(there, books, { mayRest: true, mayBeFrozen: false });
  } finally {
    await client.end();
  }
}
