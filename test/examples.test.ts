/** Every file in examples/ is an input that the product's own parser takes as it is. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { agentTrainingInputSchema, seedsOf } from '../schemas/agent-training.ts';
import { evolutionRunInputSchema } from '../schemas/evolution-run.ts';
import { marketAnalysisInputSchema } from '../schemas/market-analysis.ts';
import { opportunityEvaluationInputSchema } from '../schemas/opportunity-evaluation.ts';
import { parseOrderInput } from '../schemas/order-input.ts';
import { parameterSearchInputSchema } from '../schemas/parameter-search.ts';
import { parseRunInput } from '../schemas/research-input.ts';
import { sessionLimitsSchema } from '../schemas/risk.ts';
import { parseSessionInput } from '../schemas/session-input.ts';
import { strategyDesignInputSchema } from '../schemas/strategy-design.ts';

const FOLDER = path.join(process.cwd(), 'examples');
const NOW_MS = Date.parse('2026-11-21T00:00:00Z');
const files = readdirSync(FOLDER);
const read = (file: string): unknown => JSON.parse(readFileSync(path.join(FOLDER, file), 'utf8'));
const named = (start: string): string[] => files.filter((file) => file.startsWith(start));

describe('the examples', () => {
  it.each(named('session-'))('%s starts a session', (file) => {
    const parsed = parseSessionInput(read(file), `strategy-session:${path.parse(file).name}`, NOW_MS);
    expect(parsed.tradingMode).not.toBe('live');
    expect(parsed.accountId).toBe('paper-1');
  });

  it.each(named('order-'))('%s starts an order by hand', (file) => {
    expect(parseOrderInput(read(file), `order-execution:${path.parse(file).name}`).origin).toBe('manual');
  });

  it('between them show backtest and paper, long and short, one symbol and several, stored and synthetic bars', () => {
    const inputs = named('session-').map((file) => parseSessionInput(read(file), 'strategy-session:x', NOW_MS));
    expect(new Set(inputs.map((one) => one.tradingMode))).toEqual(new Set(['backtest', 'paper']));
    expect(new Set(inputs.map((one) => one.direction))).toEqual(new Set(['longOnly', 'longShort']));
    expect(new Set(inputs.map((one) => one.market.source))).toEqual(new Set(['replay', 'synthetic']));
    expect(inputs.some((one) => one.symbols.length > 1)).toBe(true);
  });

  it('adjust-limits.json tightens what a session has by default, tick.json asks for nothing', () => {
    const { limits } = read('adjust-limits.json') as { limits: Record<string, number> };
    const usual = sessionLimitsSchema.parse({});
    const tightened = sessionLimitsSchema.parse({ ...usual, ...limits });
    expect(tightened.positionsMax).toBeLessThan(usual.positionsMax);
    expect(tightened.positionFractionMax).toBeLessThan(usual.positionFractionMax);
    expect(read('tick.json')).toEqual({});
  });

  it('agent-training.json, evolution-run.json and parameter-search.json start runs of research', () => {
    const asked = (prefix: string) => ({ prefix, workflowId: `${prefix}:x`, nowMs: NOW_MS });
    const evolution = parseRunInput(evolutionRunInputSchema, read('evolution-run.json'), asked('evolution-run'));
    const search = parseRunInput(parameterSearchInputSchema, read('parameter-search.json'), asked('parameter-search'));
    expect([evolution.population, search.regime]).toEqual([50, 'bull']);
    const training = parseRunInput(agentTrainingInputSchema, read('agent-training.json'), asked('agent-training'));
    expect(seedsOf(training)).toEqual([1, 2, 3]);
    const market = read('agent-training-market.json');
    expect(parseRunInput(agentTrainingInputSchema, market, asked('agent-training')).environment).toBe('market');
    const leverage = read('agent-training-leverage.json');
    expect(parseRunInput(agentTrainingInputSchema, leverage, asked('agent-training'))).toMatchObject({
      environment: 'market',
      agent: 'leverage',
    });
  });

  it('ask models for an analysis, an evaluation and a design', () => {
    const asked = (prefix: string) => ({ prefix, workflowId: `${prefix}:x`, nowMs: NOW_MS });
    const analysis = parseRunInput(marketAnalysisInputSchema, read('market-analysis.json'), asked('market-analysis'));
    const evaluation = read('opportunity-evaluation.json');
    const opportunity = parseRunInput(opportunityEvaluationInputSchema, evaluation, asked('opportunity'));
    const design = parseRunInput(strategyDesignInputSchema, read('strategy-design.json'), asked('strategy-design'));
    expect([analysis.depth, opportunity.opportunityType, design.strategyType]).toEqual([
      'quick',
      'breakout',
      'momentum',
    ]);
  });

  it('are these and no others', () => {
    const models = ['market-analysis.json', 'opportunity-evaluation.json', 'strategy-design.json'];
    const trainings = ['agent-training.json', 'agent-training-market.json', 'agent-training-leverage.json'];
    const runs = [...trainings, 'evolution-run.json', 'parameter-search.json', ...models];
    const known = [...named('session-'), ...named('order-'), ...runs, 'strategies', 'adjust-limits.json', 'tick.json'];
    expect(new Set(files)).toEqual(new Set(known));
  });
});
