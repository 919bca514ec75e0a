/** Who advises a session, as its input says it. */
import { expect, it } from 'vitest';
import { parseSessionInput } from '../../schemas/session-input.ts';
import { codesOf } from '../problems-of.ts';

const parsed = (model: unknown) =>
  parseSessionInput(
    {
      ...{ accountId: 'paper-1', strategy: 'momentum', symbols: ['BTC/USDT'], tradingMode: 'backtest' },
      ...{ barIntervalMs: 3_600_000, model },
    },
    'strategy-session:advised',
    Date.UTC(2026, 0, 1),
  ).model;

const problemsOf = (model: unknown): string[] => codesOf(() => parsed(model));

it('is the rules where nothing else is said, and asks nobody', () => {
  const rules = { provider: 'rules', model: null, tier: null, contrarian: false, debate: false };
  expect(parsed(undefined)).toEqual({ ...rules, authority: 'propose', consensus: 0 });
  expect(parsed({ consensus: 3 })).toMatchObject({ provider: 'rules', consensus: 3 });
});

it('is a provider by name, one model of it, or the least tier', () => {
  const asked = { provider: 'openai-compatible', model: 'local-chat', tier: 'local', consensus: 5, debate: true };
  expect(parsed(asked)).toMatchObject(asked);
  expect(parsed({ provider: 'any', tier: 'reasoning' })).toMatchObject({ provider: 'any', tier: 'reasoning' });
});

it.each([
  ['a model of the rules', { model: 'gpt' }, ['INPUT_RANGE model.model']],
  ['a tier of the rules', { provider: 'rules', tier: 'fast' }, ['INPUT_RANGE model.tier']],
  ['a debate with oneself', { provider: 'any', debate: true, consensus: 1 }, ['INPUT_RANGE model.debate']],
  ['a name that is none', { provider: 'Open AI' }, ['INPUT_TYPE model.provider']],
  ['a tier that is none', { provider: 'any', tier: 'best' }, ['INPUT_ENUM model.tier']],
  ['too many seats', { provider: 'any', consensus: 10 }, ['INPUT_RANGE model.consensus']],
  ['a field nobody knows', { provider: 'any', temperature: 1 }, ['INPUT_UNKNOWN_FIELD model.temperature']],
])('refuses %s', (_what, model, problems) => {
  expect(problemsOf(model)).toEqual(problems);
});
