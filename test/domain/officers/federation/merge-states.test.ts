/** One state of the desk, and who is late. */
import { expect, it } from 'vitest';
import { mergeStates, type Said, staleOfficers } from '../../../../domain/officers/federation/merge-states.ts';
import { globalStateSchema } from '../../../../schemas/officers/global-state.ts';
import { OFFICER_DEFAULTS } from '../../../../schemas/officers/policy-store.ts';

const NOW = 1_000_000;
const heard = (ages: readonly [number | null, number | null, number | null]) => {
  const [ceo, risk, strategy] = ages.map((age, i) => ({
    atMs: age === null ? null : NOW - age,
    intervalMs: [30_000, 30_000, 60_000][i] ?? 0,
  }));
  if (ceo === undefined || risk === undefined || strategy === undefined) throw new Error('three officers speak');
  return { ceo, risk, strategy };
};

const listening = (sinceMs: number, everyMs = 15_000) => ({ nowMs: NOW, sinceMs, everyMs });

it('is late before two intervals of its own have passed at the next look, and not a moment sooner', () => {
  expect(staleOfficers(heard([45_000, 45_001, 105_000]), listening(0))).toEqual(['risk']);
  expect(staleOfficers(heard([45_000, 45_001, 105_001]), listening(0, 5_000))).toEqual([]);
});

it('has one and a half intervals to speak, however seldom anybody looks', () => {
  expect(staleOfficers(heard([45_000, 45_001, 90_000]), listening(0, 600_000))).toEqual(['risk']);
});

it('counts from when somebody has been listening', () => {
  expect(staleOfficers(heard([null, 900_000, null]), listening(NOW - 40_000))).toEqual([]);
  expect(staleOfficers(heard([null, 900_000, null]), listening(NOW - 70_000))).toEqual(['ceo', 'risk']);
});

it('takes an age that is no number for late', () => {
  expect(staleOfficers(heard([Number.NaN, 0, 0]), listening(0))).toEqual(['ceo']);
});

const HEALTH = {
  ...{ postgresMs: 2, queues: [{ queue: 'trading', workers: 1, backlog: 0, backlogAgeMs: 0 }], unknownOrders: 0 },
  ...{ openBreakers: [], frozenAccounts: [], staleFeeds: [], exhaustedBudgets: [] },
};

const said = (change: Partial<Said> = {}): Said => ({
  heard: heard([1_000, 2_000, null]),
  stale: [],
  policy: {
    version: 7,
    mode: 'defensive',
    profile: { positionFractionMax: 0.04, positionsMax: 4, leverageMax: 1, confidenceMin: 0.75, newEntries: true },
  },
  settings: OFFICER_DEFAULTS,
  risk: { riskScore: 71, riskLevel: 'high', alerts: ['risk score 71'] },
  strategy: { primary: 'alpha', fallbacks: ['beta'], alerts: [] },
  ceoAlerts: ['risk score 71', 'defensive: risk score 71'],
  activeStrategies: ['alpha'],
  health: HEALTH,
  sequence: 99,
  ...change,
});

it('puts together what each has said, each alert once', () => {
  const state = mergeStates(said(), NOW);
  expect(globalStateSchema.parse(state)).toEqual(state);
  expect(state).toMatchObject({
    ...{ globalMode: 'defensive', riskScore: 71, riskLevel: 'high', primaryStrategy: 'alpha', policyVersion: 7 },
    ...{ fallbackStrategies: ['beta'], activeStrategies: ['alpha'], sequence: 99, disabledFeatures: ['leverage'] },
    alerts: ['risk score 71', 'defensive: risk score 71'],
    health: HEALTH,
    inputs: { ceo: { ageMs: 1_000, stale: false }, risk: { ageMs: 2_000 }, strategy: { ageMs: null, stale: false } },
  });
});

it('shows who is stale, what is off, and that nothing may be opened', () => {
  const profile = { positionFractionMax: 0, positionsMax: 0, leverageMax: 1, confidenceMin: null, newEntries: false };
  const state = mergeStates(
    said({
      stale: ['risk'],
      policy: { version: 8, mode: 'emergency', profile },
      settings: { ...OFFICER_DEFAULTS, enableAiCeo: false },
      risk: null,
      strategy: null,
    }),
    NOW,
  );
  expect(state.disabledFeatures).toEqual(['enableAiCeo', 'newEntries', 'leverage']);
  expect(state.alerts[0]).toBe('the officer risk is stale');
  expect(state).toMatchObject({ riskScore: null, primaryStrategy: null, inputs: { risk: { stale: true } } });
});
