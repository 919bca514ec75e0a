/**
 * `calc ceo`: which operating mode the CEO decides on; `states` are further ones, decided each for itself under the
 * same policy. Drawdown and win rate are fractions, the score is 0 to 100. Without `memory`: stability, switched at 0.
 */
import { z } from 'zod';
import { decideMode } from '../../../domain/officers/ceo/decide-mode.ts';
import { ceoInputsSchema, ceoMemorySchema } from '../../../schemas/officers/ceo-decision.ts';
import {
  CEO_DEFAULTS,
  ceoRulesSchema,
  OFFICER_DEFAULTS,
  officerSettingsSchema,
} from '../../../schemas/officers/policy-store.ts';
import { calculation } from './calculation.ts';

const STATES_MAX = 200_000;

const stateSchema = z.strictObject({
  inputs: ceoInputsSchema,
  memory: ceoMemorySchema.prefault({ mode: 'stability', switchedAtMs: 0, clearCount: 0 }),
  nowMs: z.number().int(),
});
type State = z.output<typeof stateSchema>;

const policySchema = z.strictObject({
  ceo: ceoRulesSchema.prefault(CEO_DEFAULTS),
  officers: officerSettingsSchema.pick({ cooldownMs: true }).prefault({ cooldownMs: OFFICER_DEFAULTS.cooldownMs }),
});

export const ceo = calculation({
  name: 'ceo',
  about: 'the operating mode out of risk, strategies and health, with hysteresis and cool-down',
  schema: stateSchema.extend({
    policy: policySchema.prefault({}),
    states: z.array(stateSchema).max(STATES_MAX).optional(),
  }),
  example: {
    inputs: {
      risk: { portfolioKnown: true, score: 75, level: 'high', drawdownDailyFraction: 0.04, ageMs: 1_000, stale: false },
      strategy: { winRate: 0.55, closedTrades: 40, ageMs: 20_000, stale: false },
      health: { problems: [], ageMs: 500, stale: false },
      portfolio: { equityUsd: '96000', openPositions: 3, grossExposureFraction: 0.24, ageMs: 500, stale: false },
    },
    memory: { mode: 'stability', switchedAtMs: 1_704_067_200_000, clearCount: 0 },
    nowMs: 1_704_067_230_000,
    policy: { ceo: CEO_DEFAULTS, officers: { cooldownMs: OFFICER_DEFAULTS.cooldownMs } },
  },
  answer: ({ policy, states, ...state }) => {
    const decided = ({ inputs, memory, nowMs }: State) => {
      const { decision, memory: after } = decideMode(inputs, memory, policy, nowMs);
      return { ...decision, memory: after };
    };
    return { ...decided(state), ...(states === undefined ? {} : { states: states.map(decided) }) };
  },
});
