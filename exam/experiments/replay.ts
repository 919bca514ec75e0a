/**
 * Can everything that was decided be decided again? Sessions ask models over the network in every way there is; then the
 * models are taken away for good. Every decision and every call is made again from the record and compared byte by byte,
 * and today's code goes over every history. Size: sessions. A control changes one thing that was recorded.
 */
import type { ExamAnswer, ExamOptions, Experiment } from '../exam.ts';
import { progressBar } from '../rig/progress-bar.ts';
import { sideBySide } from '../small-desk/side-by-side.ts';
import { type Again, callsAgain, decisionsAgain, historiesAgain } from './replay/again.ts';
import { MODELS, openReplayRig, type ReplayRig } from './replay/rig.ts';
import { tamper } from './replay/tamper.ts';

const SESSIONS = 18;
const SESSIONS_AT_ONCE = 3;
const BARS = 300;
const CALLS_NEEDED = 500;
const REPAIRS_NEEDED = 20;

const MOMENTUM = { type: 'momentum', parameters: { lookback: 5, threshold: 0.01 } };

/** Every way in which a session lets models have a say. */
const WAYS: readonly { readonly strategy: object; readonly model: object }[] = [
  { strategy: MOMENTUM, model: {} },
  { strategy: MOMENTUM, model: { consensus: 3 } },
  { strategy: MOMENTUM, model: { consensus: 2, debate: true, contrarian: true } },
  { strategy: { type: 'aiDiscretionary' }, model: { authority: 'executeWithinMandate' } },
  { strategy: { type: 'hybrid' }, model: {} },
  { strategy: { type: 'meanReversion' }, model: { model: MODELS[1], contrarian: true } },
];

export const experiment: Experiment = {
  name: 'replay',
  controls: { 'changed-answer': 'call', 'changed-decision': 'decision', 'changed-history': 'history' },
  run: async (options) => {
    const rig = await openReplayRig();
    let isClean = false;
    try {
      const answer = await examine(rig, options);
      isClean = answer.violations.length === 0;
      return answer;
    } finally {
      await rig.close(!isClean && options.control === null);
    }
  },
};

async function examine(rig: ReplayRig, { seed, size, control }: ExamOptions): Promise<ExamAnswer> {
  const sessionIds = Array.from({ length: size ?? SESSIONS }, (_, index) => `replay-${index}`);
  await walkAll(rig, sessionIds, seed);
  const dialled = await rig.takeModelsAway();
  await tamper(rig.db, control);
  const decisions = await decisionsAgain(rig.db, sessionIds);
  const calls = await callsAgain(rig.db);
  const histories = await historiesAgain(rig.desk.client, rig.desk.targets.codePath, control === 'changed-history');
  const asked = dialled();
  const outcomes = await countsOf(rig);
  return {
    figures: {
      sessions: sessionIds.length,
      ...{ decisions: shown(decisions), calls: shown(calls), histories: shown(histories) },
      ...{ callsByOutcome: outcomes.byOutcome, repairs: outcomes.repairs },
      ...{ requestsWhileWalking: rig.requests(), dialledAfterwards: asked },
    },
    violations: [
      ...[decisions, calls, histories].flatMap(({ violations }) => violations),
      ...(asked > 0 ? [{ kind: 'asked', where: `the models' address was dialled ${asked} times` }] : []),
    ],
    voidBecause: [
      ...(calls.count < CALLS_NEEDED ? [`${calls.count} calls, ${CALLS_NEEDED} are needed`] : []),
      ...(outcomes.repairs < REPAIRS_NEEDED ? [`${outcomes.repairs} repairs, ${REPAIRS_NEEDED} are needed`] : []),
    ],
  };
}

async function walkAll({ desk }: ReplayRig, sessionIds: readonly string[], seed: number): Promise<void> {
  const bar = progressBar('replay');
  let walked = 0;
  await sideBySide(sessionIds, SESSIONS_AT_ONCE, async (sessionId, index) => {
    const { strategy, model = {} } = WAYS[index % WAYS.length] ?? {};
    const run = await desk.startSession(sessionId, {
      ...{ accountId: `paper-${index + 1}`, strategy, symbols: ['REPLAY/USDT'], tradingMode: 'backtest' },
      ...{ barIntervalMs: 3_600_000, market: { source: 'synthetic', count: BARS }, seed: seed * 1_000 + index },
      model: { provider: 'openai-compatible', ...model },
    });
    await run.result();
    bar.show(++walked, sessionIds.length);
  });
  bar.end();
}

const shown = ({ count, violations }: Again): string => `${count}, not the same: ${violations.length}`;

async function countsOf({ db }: ReplayRig) {
  const rows = await db.selectFrom('model_calls').select(['outcome', 'step']).execute();
  const byOutcome: Record<string, number> = {};
  for (const { outcome } of rows) byOutcome[outcome] = (byOutcome[outcome] ?? 0) + 1;
  return { byOutcome, repairs: rows.filter(({ step }) => step === 'repair').length };
}
