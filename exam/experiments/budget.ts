/**
 * Is the cap on what models may cost a hard one? 200 callers at once, room for exactly 37 calls: of the day, of the session,
 * and of three days while the worker is killed with -9 after every two seconds at work. Counted where it is billed, at the
 * model server. The control looks at the budget first and adds later.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { say } from '../../scripts/lib/progress.ts';
import { RESEARCH_QUEUE } from '../../workflows/messages/research.ts';
import type { ExamAnswer, ExamOptions, Experiment, Figures, Violation } from '../exam.ts';
import type { Caller } from './budget/ask-once.ts';
import { type BudgetRig, type LlmWorker, openBudgetRig } from './budget/budget-rig.ts';
import { CALL_MICRO_USD, CALLS_THAT_FIT } from './budget/models.ts';

const CALLERS = 200;
const KILL_EVERY_MS = 2_000;
const KILLS_MIN = 5;
const WIDE = { LLM_DAILY_LIMIT_USD: '1000', LLM_MONTHLY_LIMIT_USD: '10000' };

type Phase = {
  readonly name: string;
  readonly limits: Readonly<Record<string, string>>;
  /** Whether all callers belong to one session. */
  readonly oneSession: boolean;
  readonly kills: boolean;
};

/** Limits that are not named are the product's defaults: 5 USD a day, 5 USD a session. */
const PHASES: readonly Phase[] = [
  { name: 'day', limits: {}, oneSession: false, kills: false },
  { name: 'session', limits: WIDE, oneSession: true, kills: false },
  // A day is over in a few seconds, so that three of them are needed for kills enough.
  ...['first', 'second', 'third'].map((which) => ({
    name: `${which} day with kills`,
    limits: {},
    oneSession: false,
    kills: true,
  })),
];

export const experiment: Experiment = {
  name: 'budget',
  controls: { 'check-then-add': 'overspent' },
  run: async (options) => {
    const rig = await openBudgetRig();
    let isClean = false;
    try {
      const answer = await allPhases(rig, options);
      isClean = answer.violations.length === 0;
      return answer;
    } finally {
      await rig.close(!isClean && options.control === null);
    }
  },
};

type Played = {
  readonly violations: readonly Violation[];
  readonly figures: Figures;
  readonly kills: number;
  /** Calls that were open when their worker was killed. */
  readonly lost: number;
};

async function allPhases(rig: BudgetRig, { control, size }: ExamOptions): Promise<ExamAnswer> {
  const callers = size ?? CALLERS;
  const phases = control === null ? PHASES : PHASES.slice(0, 1);
  const played: [Phase, Played][] = [];
  for (const phase of phases) {
    say(`  ${phase.name}`);
    const one = await play(rig, phase, callers, control === null);
    say(`  ${JSON.stringify(one.figures)}`);
    played.push([phase, one]);
  }
  return {
    violations: played.flatMap(([, one]) => one.violations),
    voidBecause: [
      ...(callers < CALLERS ? [`${callers} callers, ${CALLERS} are needed`] : []),
      ...(control === null ? tooGentle(played.flatMap(([phase, one]) => (phase.kills ? [one] : []))) : []),
    ],
    figures: {
      callers,
      roomFor: CALLS_THAT_FIT,
      callMicroUsd: CALL_MICRO_USD,
      ...Object.fromEntries(played.map(([{ name }, { figures }]) => [name, figures])),
    },
  };
}

function tooGentle(days: readonly Played[]): string[] {
  const kills = days.reduce((sum, one) => sum + one.kills, 0);
  return [
    ...(kills < KILLS_MIN ? [`${kills} kills, ${KILLS_MIN} are needed`] : []),
    ...(days.every(({ lost }) => lost === 0) ? ['no call was open at any kill'] : []),
  ];
}

async function play(rig: BudgetRig, phase: Phase, callers: number, isGuarded: boolean): Promise<Played> {
  await rig.anew();
  const worker = await rig.worker(phase.name.replaceAll(' ', '-'), phase.limits, isGuarded);
  await worker.begin();
  const ended = { all: false };
  const killing = phase.kills ? killEvery(worker, ended) : Promise.resolve(0);
  const outcomes = await Promise.all(Array.from({ length: callers }, (_, n) => ask(rig, phase, n)));
  ended.all = true;
  const kills = await killing;
  await worker.end();
  return judge(rig, phase, outcomes, kills);
}

const slug = ({ name }: Phase): string => name.replaceAll(' ', '-');

function ask({ client }: BudgetRig, phase: Phase, n: number): Promise<string> {
  const callKey = `${slug(phase)}-${n}`;
  const caller: Caller = { callKey, sessionId: phase.oneSession ? slug(phase) : callKey };
  return client.workflow.execute<(one: Caller) => Promise<string>>('askOnce', {
    taskQueue: RESEARCH_QUEUE,
    workflowId: `caller:${callKey}`,
    args: [caller],
  });
}

/** Two seconds at work each: a worker that is still loading has nothing to lose. */
async function killEvery(worker: LlmWorker, ended: { readonly all: boolean }): Promise<number> {
  let kills = 0;
  while (!ended.all) {
    await sleep(KILL_EVERY_MS);
    if (ended.all) break;
    await worker.kill();
    kills += 1;
    await worker.begin();
  }
  return kills;
}

async function judge(rig: BudgetRig, phase: Phase, outcomes: readonly string[], kills: number): Promise<Played> {
  const requests = await rig.requests();
  const count = (reason: string): number => outcomes.filter((one) => one === reason).length;
  const [answered, exhausted] = [count('answer'), count('BUDGET_EXHAUSTED')];
  const lost = await lostCalls(rig, phase);
  const others = [...new Set(outcomes)].filter((one) => one !== 'answer' && one !== 'BUDGET_EXHAUSTED');
  const rows = await rig.db.selectFrom('budgets').selectAll().where('scope', 'in', ['day', 'session']).execute();
  const over = rows.filter((row) => row.spent_micro_usd + row.reserved_micro_usd > row.limit_micro_usd);
  const isRight = phase.kills ? requests <= CALLS_THAT_FIT : requests === CALLS_THAT_FIT;
  const where = `${phase.name}: ${requests} requests at the provider, room for ${CALLS_THAT_FIT}`;
  return {
    kills,
    lost,
    figures: { requests, answered, exhausted, ...(phase.kills ? { kills, lost } : {}) },
    violations: [
      ...(isRight ? [] : [{ kind: requests > CALLS_THAT_FIT ? 'overspent' : 'notSpent', where }]),
      ...over.map((row) => ({ kind: 'overLimit', where: `${phase.name}: ${row.scope} ${row.key}` })),
      ...(phase.kills || answered === CALLS_THAT_FIT
        ? []
        : [{ kind: 'notAnswered', where: `${phase.name}: ${answered}` }]),
      ...(answered + exhausted === outcomes.length ? [] : [{ kind: 'otherOutcome', where: others.join(', ') }]),
      ...(await retried(rig, phase)),
    ],
  };
}

async function lostCalls({ db }: BudgetRig, phase: Phase): Promise<number> {
  const query = db.selectFrom('model_calls').select('call_id').where('outcome', '=', 'lost');
  return (await query.where('ask_key', 'like', `${slug(phase)}-%`).execute()).length;
}

/** What came to BUDGET_EXHAUSTED made no call after it, and its activity ended at once: it was not tried again. */
async function retried({ db }: BudgetRig, phase: Phase): Promise<Violation[]> {
  const { rows } = await sql<{ ask_key: string }>`
    select ask_key from model_asks a where outcome->>'reason' = 'BUDGET_EXHAUSTED' and ask_key like ${`${slug(phase)}-%`}
      and exists (select from model_calls c where c.ask_key = a.ask_key and c.requested_at > a.answered_at)`.execute(
    db,
  );
  return rows.map(({ ask_key: where }) => ({ kind: 'askedBeyondTheCap', where }));
}
