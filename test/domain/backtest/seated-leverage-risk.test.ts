/** Over random grounds, networks and wishes a seated leverage network never adds risk. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { agentWish, type Heard } from '../../../domain/learning/agents/leverage-base.ts';
import { type Choice, LEVERAGE_RUNGS, openingOf } from '../../../domain/learning/leverage/actions.ts';
import type { LeverageGround } from '../../../domain/learning/leverage/leverage-question.ts';
import { manageProposal } from '../../../domain/learning/leverage/manage-leverage.ts';

const unit = fc.integer({ min: 0, max: 1_000_000 }).map((one) => one / 1_000_000);
const upTo = (most: number) => unit.map((share) => share * most);
const side = fc.constantFrom('long' as const, 'short' as const);

const grounds: fc.Arbitrary<LeverageGround> = fc.record({
  direction: fc.constant('longShort' as const),
  targetVolatility: upTo(1).map((one) => 0.01 + one),
  realisedVolatility: upTo(2).map((one) => 0.01 + one),
  trendAgreement: unit,
  profile: fc.record({
    leverageMax: fc.constantFrom(1, 3, 4, 5, 10),
    positionFractionMax: upTo(0.1),
    newEntries: fc.constant(true),
  }),
  riskScore: upTo(90),
  drawdownFraction: upTo(0.09),
  marginRatio: upTo(0.8),
  measured: fc.array(
    fc.record({
      leverage: fc.constantFrom(...LEVERAGE_RUNGS),
      trades: fc.nat(60),
      averageReturn: upTo(2).map((one) => one - 1),
    }),
    { maxLength: 3 },
  ),
  edge: fc.record({
    winProbability: unit,
    win: upTo(0.1).map((one) => 0.01 + one),
    loss: upTo(0.1).map((one) => 0.01 + one),
  }),
  position: fc.constant(null),
  market: fc.record({
    price: fc.integer({ min: 1, max: 100_000 }).map(String),
    stopDistanceFraction: upTo(0.4).map((one) => 0.001 + one),
    gapFraction: upTo(0.05),
    costFraction: upTo(0.01),
    quantityStep: fc.constantFrom('0.00000001', '0.001', '1'),
    venue: fc.constant('gateOkx' as const),
    maintenanceMarginFraction: fc.constantFrom('0', '0.01'),
    takerFeeFraction: fc.constantFrom('0', '0.0006'),
  }),
  account: fc.record({
    equityUsd: fc.integer({ min: 1_000, max: 1_000_000 }).map(String),
    budgetUsedUsd: fc.integer({ min: 0, max: 2_000 }).map(String),
    marginAvailableUsd: fc.integer({ min: 0, max: 100_000 }).map(String),
  }),
});

const heards: fc.Arbitrary<Heard> = fc.record({
  values: fc.array(
    upTo(2).map((one) => one - 1),
    { minLength: 11, maxLength: 11 },
  ),
  direction: fc.constantFrom('longOnly', 'shortOnly', 'longShort', 'longShort', 'longShort'),
  temperature: fc.constantFrom(0.02, 0.2, 1),
});

const wishes: fc.Arbitrary<Choice> = fc.record({
  action: fc.tuple(side, fc.constantFrom(...LEVERAGE_RUNGS)).map(([one, rung]) => `${one}${rung}x` as const),
  confidence: unit,
});

/** As an entry asks: the network's wish where it has one, else the strategy's. */
const answered = (ground: LeverageGround, own: Choice, heard: Heard) =>
  manageProposal(ground, agentWish(own, heard)?.wish ?? own);

const WORSE: readonly ((ground: LeverageGround, much: number) => Partial<LeverageGround>)[] = [
  ({ realisedVolatility }, much) => ({ realisedVolatility: realisedVolatility + much }),
  ({ riskScore }, much) => ({ riskScore: Math.min(100, riskScore + 50 * much) }),
  ({ drawdownFraction }, much) => ({ drawdownFraction: drawdownFraction + much / 10 }),
  ({ trendAgreement }, much) => ({ trendAgreement: trendAgreement * (1 - much) }),
  ({ profile }, much) => ({ profile: { ...profile, leverageMax: Math.max(1, profile.leverageMax * (1 - much)) } }),
];

describe('over random grounds, networks and wishes', () => {
  const runs = { numRuns: 4_000, seed: 20_261_122 };

  it('neither leverage nor size nor what can be lost is above what the strategy’s own leverage would have', () => {
    let heardOf = 0;
    fc.assert(
      fc.property(grounds, wishes, heards, (ground, own, heard) => {
        const [without, within] = [manageProposal(ground, own), answered(ground, own, heard)];
        expect(within.leverage).toBeLessThanOrEqual(without.leverage);
        expect(Number(within.size.quantity)).toBeLessThanOrEqual(Number(without.size.quantity));
        expect(Number(within.size.worstCaseLossUsd)).toBeLessThanOrEqual(Number(without.size.worstCaseLossUsd) + 1e-9);
        if (within.leverage > 0) expect(within.isShort).toBe(openingOf(own.action)?.side === 'short');
        if (within.leverage > 0 && within.size.quantity !== without.size.quantity) heardOf += 1;
      }),
      runs,
    );
    expect(heardOf).toBeGreaterThan(runs.numRuns / 50);
  });

  it('nothing gets riskier when things get worse', () => {
    const worse = fc.tuple(fc.constantFrom(...WORSE), unit);
    fc.assert(
      fc.property(grounds, wishes, heards, worse, (ground, own, heard, [worsen, much]) => {
        const [before, after] = [
          answered(ground, own, heard),
          answered({ ...ground, ...worsen(ground, much) }, own, heard),
        ];
        expect(after.leverage).toBeLessThanOrEqual(before.leverage);
        expect(Number(after.size.quantity)).toBeLessThanOrEqual(Number(before.size.quantity));
      }),
      runs,
    );
  });
});
