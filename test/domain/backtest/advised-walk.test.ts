/** A walk with the rules advisor: what it is asked, what it changes, what it leaves alone. */
import { describe, expect, it } from 'vitest';
import {
  type AdviceCall,
  type Advisor,
  answersOf,
  awaitedAdvisor,
  rulesAdvisor,
  voteOf,
} from '../../../domain/backtest/advisor.ts';
import { openWalk } from '../../../domain/backtest/open-walk.ts';
import { proposalQuestions } from '../../../domain/backtest/proposal-question.ts';
import { walkBatch } from '../../../domain/backtest/walk-batch.ts';
import { sha256Hex } from '../../../domain/canonical-json.ts';
import { marketFeatures } from '../../../domain/features/market-features.ts';
import { syntheticSeries } from '../../../domain/market/synthetic.ts';
import type { Decision } from '../../../schemas/decision.ts';
import type { AdviceAnswer, AdviceOutcome } from '../../../schemas/llm/advice-slot.ts';
import type { Advice } from '../../../schemas/llm/contracts/advice.ts';
import { adviceSchema } from '../../../schemas/llm/contracts/advice.ts';
import { aContext, CASH, HOUR_MS, START_MS, type StrategyText, walk } from './walk-fixture.ts';

const BARS = syntheticSeries({ symbol: 'BTC/USDT', intervalMs: HOUR_MS, count: 600, seed: 3 });
const BUSY: StrategyText = { type: 'momentum', parameters: { lookback: 5, threshold: 0.01 } };

const advice = (action: Advice['action']): Advice => ({
  version: 1,
  symbol: BARS.symbol,
  action,
  confidence: 0.9,
  rationale: 'told so',
  riskLevel: 'low',
  warnings: ['thin'],
});

/** An advisor that always says the same, and the questions it got. */
function parrot(action: Advice['action']): { advisor: Advisor; asked: AdviceCall[] } {
  const asked: AdviceCall[] = [];
  const advisor: Advisor = (call) => {
    asked.push(call);
    return { ...voteOf(advice(action)), call: { ...call, advice: advice(action) } };
  };
  return { advisor, asked };
}

const llmOf = (walked: ReturnType<typeof walk>) =>
  walked.decisions.flatMap(({ decision }) => decision.contributions.filter((one) => one.component === 'llm'));

describe('an advisor', () => {
  it('is asked only of entries that the others propose, with the features of that bar', () => {
    const { advisor, asked } = parrot('buy');
    const walked = walk([BARS], BUSY, { advisor });
    expect(asked.length).toBeGreaterThan(10);
    for (const { asOfMs, facts } of asked) {
      const i = BARS.openTimeMs.findIndex((at) => at + HOUR_MS === asOfMs);
      const { features } = aContext([BARS], BUSY).markets.get(BARS.symbol) ?? {};
      expect(facts.proposed?.side).toBe(1);
      expect(features && marketFeatures(features, i)).toEqual(facts.features);
    }
    const calls = walked.decisions.filter(({ call }) => call !== undefined);
    expect(calls.map(({ decision }) => decision.asOfMs)).toEqual(asked.map(({ asOfMs }) => asOfMs));
    expect(llmOf(walked).find((one) => one.side === 1)).toMatchObject({ weight: 0.1, reasons: ['told so', 'thin'] });
  });

  it('that disagrees makes entries smaller', () => {
    const sizes = (action: Advice['action']) =>
      walk([BARS], BUSY, { advisor: parrot(action).advisor })
        .decisions.filter(({ decision }) => decision.action === 'buy')
        .map(({ decision }) => decision.agreement);
    expect(new Set(sizes('buy'))).toEqual(new Set([1]));
    expect(Math.max(...sizes('hold'))).toBeCloseTo(0.75, 12);
  });

  it('holds entries back with its vetoes, and names them', () => {
    const reasons = walk([BARS], BUSY, { advisor: parrot('buy').advisor }).decisions.map(
      (one) => one.decision.noDecision,
    );
    expect(reasons).toContain('VETO_VOLATILITY_HIGH');
    expect(walk([BARS], BUSY).decisions.every((one) => one.decision.noDecision?.startsWith('VETO') !== true)).toBe(
      true,
    );
  });

  it.each([
    ['it is not listed', { components: ['technical'] as const }],
    ['it has no weight', { weights: { technical: 1, agent: 0, evolved: 0, online: 0, llm: 0 } }],
  ])('changes nothing where %s', (_why, change) => {
    const { advisor, asked } = parrot('sell');
    const told = walk([BARS], BUSY, { ...change, advisor });
    expect(told.decisions).toEqual(walk([BARS], BUSY, change).decisions);
    expect(asked).toEqual([]);
  });

  it('is waited for: the walk stops after the instant, whose entry is still to be decided', () => {
    const { advisor, asked } = parrot('buy');
    walk([BARS], BUSY, { advisor });
    const waiting = walk([BARS], BUSY, { advisor: awaitedAdvisor });
    const firstMs = asked[0]?.asOfMs ?? 0;
    expect(waiting.awaited.map(({ asOfMs }) => asOfMs)).toEqual([firstMs]);
    expect(waiting.decisions.at(-1)?.decision.asOfMs).toBe(firstMs - HOUR_MS);
    expect(waiting.equity.at(-1)?.atMs).toBe(firstMs);
    expect(waiting.state.counters).toMatchObject({ decisions: waiting.decisions.length, bars: waiting.cursor });
  });
});

describe('an advisor behind a network', () => {
  const seeded = (symbol: string, seed: number) => syntheticSeries({ symbol, intervalMs: HOUR_MS, count: 400, seed });
  const SERIES = [seeded('BTC/USDT', 3), seeded('ETH/USDT', 8), seeded('BTC/EUR', 3), seeded('SOL/USDT', 5)];
  const said: AdviceOutcome = {
    ...{ kind: 'advice', action: 'buy', confidence: 0.9, sizeFactor: 1, reasons: ['told so', 'thin'] },
    ...{ contaminated: false, voices: [], callIds: [], costMicroUsd: 7 },
  };

  /** Walks to the end, answering whenever an answer is awaited. */
  function walkAnswered(answerTo: (call: AdviceCall) => AdviceOutcome) {
    const context = aContext(SERIES, BUSY, { advisor: awaitedAdvisor });
    const until = context.timeline.openTimeMs.length;
    let batch = walkBatch(openWalk('sim:walk', CASH, START_MS), context, { from: 0, until, ordersAsChildren: false });
    const batches = [batch];
    const answers: AdviceAnswer[] = [];
    while (batch.awaited.length > 0) {
      const now = batch.awaited.map((call) => ({ ...call, outcome: answerTo(call) }));
      answers.push(...now);
      const waiting = batch.awaited.map(({ symbol }) => symbol);
      const bounds = { from: batch.cursor, until, ordersAsChildren: false, waiting };
      batch = walkBatch(batch.state, { ...context, answers: answersOf(now) }, bounds);
      batches.push(batch);
    }
    return { batches, answers, decisions: batches.flatMap((one) => one.decisions.map(({ decision }) => decision)) };
  }

  it('keeps no exit waiting, and decides again the same from its recorded answers', () => {
    const { decisions, answers, batches } = walkAnswered(() => said);
    const recorded = walk(SERIES, BUSY, { advisor: awaitedAdvisor, answers: answersOf(answers) });
    expect(answers.length).toBeGreaterThan(20);
    expect(batches.some(({ awaited }) => awaited.length > 1)).toBe(true);
    const isExitMeanwhile = ({ decisions: made, awaited }: (typeof batches)[number]) =>
      made.some(({ decision, intents }) => decision.asOfMs === awaited[0]?.asOfMs && intents[0]?.leg === 'exit');
    expect(batches.some(isExitMeanwhile)).toBe(true);
    expect(recorded.awaited).toEqual([]);
    expect(recorded.decisions.map(({ decision }) => decision)).toEqual(decisions);
    expect(decisions.map(({ sequence }) => sequence)).toEqual(decisions.map((_, index) => index));
  });

  it('that fails gives no decision with its reason, and opens nothing', () => {
    const silent = { voices: [], callIds: [], costMicroUsd: 0 };
    const failed = walkAnswered(() => ({ kind: 'noDecision', reason: 'PROVIDER_DOWN', detail: 'gone', ...silent }));
    const down = failed.decisions.filter(({ noDecision }) => noDecision === 'PROVIDER_DOWN');
    expect(down).toHaveLength(failed.answers.length);
    expect(failed.batches.flatMap(({ fills }) => fills)).toEqual([]);
  });

  it('makes the trade smaller by what its voices disagree', () => {
    const whole = walkAnswered(() => said).decisions.find(({ action }) => action === 'buy');
    const half = walkAnswered(() => ({ ...said, sizeFactor: 0.5 })).decisions.find(({ action }) => action === 'buy');
    expect(half?.sizeFraction).toBeCloseTo((whole?.sizeFraction ?? 0) / 2, 9);
  });
});

describe('aiDiscretionary', () => {
  it('trades what the model proposes, and nothing without it', () => {
    const walked = walk([BARS], { type: 'aiDiscretionary' }, { advisor: parrot('buy').advisor });
    const bought = walked.decisions.filter(({ decision }) => decision.action === 'buy');
    expect(bought.length).toBeGreaterThan(0);
    for (const { decision } of bought) {
      expect(decision.contributions.find((one) => one.component === 'llm')).toMatchObject({ side: 1, confidence: 0.9 });
    }
    expect(walk([BARS], { type: 'aiDiscretionary' }).fills).toEqual([]);
    expect(walk([BARS], { type: 'aiDiscretionary' }, { advisor: parrot('hold').advisor }).fills).toEqual([]);
  });

  it('has the whole of each proposal told to whoever is asked what could go wrong with it, and nothing else', () => {
    const { advisor } = parrot('buy');
    const { decisions } = walk([BARS], { type: 'aiDiscretionary' }, { advisor });
    const questions = proposalQuestions(decisions);
    const entries = decisions.flatMap(({ decision }) => (decision.stopPrice === null ? [] : [decision]));
    expect(entries.length).toBeGreaterThan(3);
    expect(questions.map(({ decisionId }) => decisionId)).toEqual(entries.map(({ decisionId }) => decisionId));
    for (const [n, { ref, body }] of questions.entries()) {
      const { symbol, asOfMs, stopPrice, targetPrice, sizeFraction } = entries[n] as Decision;
      expect(JSON.parse(body)).toMatchObject({
        ...{ symbol, asOf: new Date(asOfMs).toISOString(), features: { symbol } },
        proposed: { side: 'buy', sizeFraction, stopPrice, targetPrice, leverage: 1 },
        book: { positions: [] },
      });
      expect(ref).toBe(sha256Hex(body));
    }
    expect(proposalQuestions(walk([BARS], BUSY, { advisor }).decisions)).toEqual([]);
  });

  it('is bound by the direction of the session', () => {
    const walked = walk(
      [BARS],
      { type: 'aiDiscretionary' },
      { advisor: parrot('sell').advisor, direction: 'longOnly' },
    );
    expect(walked.fills).toEqual([]);
  });
});

describe('the rules provider', () => {
  it('answers in its contract, the same every time', () => {
    const calls = () => walk([BARS], BUSY, { advisor: rulesAdvisor }).decisions.flatMap(({ call }) => call ?? []);
    const first = calls();
    expect(first.length).toBeGreaterThan(5);
    for (const { advice: given } of first) expect(adviceSchema.safeParse(given).success).toBe(true);
    expect(calls()).toEqual(first);
  });
});
