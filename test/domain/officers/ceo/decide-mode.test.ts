/** The CEO's decision: tightens at once, loosens by steps, and never becomes looser because something became worse. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideMode, rememberedOf } from '../../../../domain/officers/ceo/decide-mode.ts';
import { firstMatch } from '../../../../domain/officers/ceo/rules.ts';
import type { OperatingMode } from '../../../../schemas/governance.ts';
import type { CeoInputs, CeoMemory } from '../../../../schemas/officers/ceo-decision.ts';
import { CEO_DEFAULTS, MODES_LOOSE_TO_TIGHT, rankOf } from '../../../../schemas/officers/policy-store.ts';

const MINUTE_MS = 60_000;
const policy = { ceo: CEO_DEFAULTS, officers: { cooldownMs: 15 * MINUTE_MS } };

type Change = { readonly [K in keyof CeoInputs]?: Partial<CeoInputs[K]> };
const inputs = (change: Change = {}): CeoInputs => ({
  risk: {
    ...{ portfolioKnown: true, score: 20, level: 'low', drawdownDailyFraction: 0, ageMs: 1_000, stale: false },
    ...change.risk,
  },
  strategy: { winRate: 0.6, closedTrades: 50, ageMs: 1_000, stale: false, ...change.strategy },
  health: { problems: [], ageMs: 1_000, stale: false, ...change.health },
  portfolio: {
    equityUsd: '100000',
    openPositions: 0,
    grossExposureFraction: 0,
    ageMs: 1_000,
    stale: false,
    ...change.portfolio,
  },
});
const risk = (score: number, drawdownDailyFraction = 0): CeoInputs =>
  inputs({ risk: { score, drawdownDailyFraction } });
const memory = (mode: OperatingMode, clearCount = 0, switchedAtMs = 0): CeoMemory => ({
  mode,
  clearCount,
  switchedAtMs,
});
const modeOf = (given: CeoInputs): OperatingMode => firstMatch(given, CEO_DEFAULTS).mode;

describe('the first rule that matches', () => {
  it.each<[string, CeoInputs, OperatingMode]>([
    ['a score of 75 at a drawdown of 4 %', risk(75, 0.04), 'defensive'],
    ['a drawdown of 8 %', risk(0, 0.08), 'emergency'],
    ['a drawdown just below', risk(0, 0.0799), 'defensive'],
    ['a score of 85', risk(85), 'emergency'],
    ['a score just below', risk(84.9), 'defensive'],
    ['an unknown portfolio, whatever else', inputs({ risk: { portfolioKnown: false, score: 0 } }), 'emergency'],
    ['a score of 70', risk(70), 'defensive'],
    ['a drawdown of exactly 3 %', risk(0, 0.03), 'expansion'],
    ['a drawdown above it', risk(0, 0.0301), 'stability'],
    ['a score of 55', risk(55), 'stability'],
    ['a stale risk officer', inputs({ risk: { stale: true } }), 'stability'],
    ['a stale strategy officer', inputs({ strategy: { stale: true } }), 'stability'],
    ['a stale portfolio', inputs({ portfolio: { stale: true } }), 'stability'],
    ['a risk that was never measured', inputs({ risk: { score: null, drawdownDailyFraction: null } }), 'stability'],
    ['a score of 40', risk(40), 'growth'],
    ['a win rate of 51 %', inputs({ strategy: { winRate: 0.51 } }), 'growth'],
    ['a win rate of 52 %', inputs({ strategy: { winRate: 0.52 } }), 'expansion'],
    ['19 closed trades', inputs({ strategy: { closedTrades: 19 } }), 'growth'],
    ['no closed trade', inputs({ strategy: { winRate: null, closedTrades: 0 } }), 'growth'],
    ['a score that is no number', risk(Number.NaN), 'emergency'],
  ])('%s', (_name, given, mode) => {
    expect(modeOf(given)).toBe(mode);
  });
});

describe('hysteresis and cool-down', () => {
  it('tightens at once, to any depth and inside the cool-down', () => {
    const { decision, memory: after } = decideMode(risk(90), memory('expansion', 0, 1_000), policy, 2_000);
    expect(decision).toMatchObject({ mode: 'emergency', oldMode: 'expansion', switched: true, rule: 'emergency' });
    expect(after).toEqual({ mode: 'emergency', switchedAtMs: 2_000, clearCount: 0 });
  });

  it('loosens by one step after three clear evaluations and the cool-down, and then waits again', () => {
    let now = memory('emergency');
    const modes = [5, 10, 16, 17, 18, 31, 31.1].map((minute) => {
      const decided = decideMode(risk(10), now, policy, minute * MINUTE_MS);
      now = decided.memory;
      return decided.decision.mode;
    });
    const defensive = Array.from({ length: 3 }, () => 'defensive');
    expect(modes).toEqual(['emergency', 'emergency', ...defensive, 'stability', 'stability']);
  });

  it.each<[string, CeoInputs, boolean]>([
    ['a score 4 points below the rule', risk(81), false],
    ['a score 6 points below it', risk(79), true],
    ['a drawdown 0.4 % below the rule', risk(0, 0.076), false],
    ['a drawdown 0.6 % below it', risk(0, 0.074), true],
    ['a portfolio that is still unknown', inputs({ risk: { portfolioKnown: false } }), false],
  ])('counts %s as clear or not', (_name, given, isClear) => {
    const { memory: after } = decideMode(given, memory('emergency'), policy, MINUTE_MS);
    expect(after.clearCount).toBe(isClear ? 1 : 0);
  });

  it('holds a cool-down that somebody else has begun, and one with a clock that was set back', () => {
    const person = rememberedOf(memory('growth', 7), { mode: 'emergency', modeSinceMs: 30 * MINUTE_MS });
    expect(person).toEqual({ mode: 'emergency', switchedAtMs: 30 * MINUTE_MS, clearCount: 0 });
    const back = decideMode(risk(10), { ...person, clearCount: 9 }, policy, 0);
    expect(back.decision).toMatchObject({ mode: 'emergency', coolDownLeftMs: 15 * MINUTE_MS });
    expect(back.decision.reasons.at(-1)).toContain('900 s');
  });

  it('says what is wrong, and what of it is no reason for a mode', () => {
    const { decision } = decideMode(
      inputs({ health: { problems: ['queue llm has no worker'] } }),
      memory('growth'),
      policy,
      0,
    );
    expect(decision).toMatchObject({ rule: 'expansion', alerts: ['queue llm has no worker'] });
    expect(decideMode(risk(78, 0.05), memory('growth'), policy, 0).decision.alerts).toEqual([
      'defensive: daily drawdown 0.05 against 0.04',
      'defensive: risk score 78 against 70',
    ]);
  });
});

describe('over a grid of states', () => {
  const scores = Array.from({ length: 21 }, (_, i) => i * 5);
  const drawdowns = Array.from({ length: 13 }, (_, i) => i / 100);
  const flags = [false, true];
  const winRates = [null, 0.4, 0.519, 0.52];
  const states = scores.flatMap((score) =>
    drawdowns.flatMap((drawdownDailyFraction) =>
      flags.flatMap((stale) =>
        flags.flatMap((portfolioKnown) =>
          winRates.flatMap((winRate) =>
            [0, 19, 20].map((closedTrades) =>
              inputs({
                risk: { score, drawdownDailyFraction, stale, portfolioKnown },
                strategy: { winRate, closedTrades },
              }),
            ),
          ),
        ),
      ),
    ),
  );
  const memories = MODES_LOOSE_TO_TIGHT.map((mode) => memory(mode, 2));
  const rank = (given: CeoInputs, from: CeoMemory): number =>
    rankOf(decideMode(given, from, policy, 20 * MINUTE_MS).decision.mode);

  it('never loosens because a risk became worse', () => {
    expect(states.length).toBeGreaterThan(10_000);
    for (const [i, one] of states.entries()) {
      const from = memories[i % memories.length] ?? memory('stability');
      const before = rank(one, from);
      const { risk: r, strategy: s } = one;
      const worse = [
        { ...one, risk: { ...r, score: (r.score ?? 0) + 5 } },
        { ...one, risk: { ...r, drawdownDailyFraction: (r.drawdownDailyFraction ?? 0) + 0.01 } },
        { ...one, risk: { ...r, stale: true } },
        { ...one, risk: { ...r, portfolioKnown: false } },
        { ...one, strategy: { ...s, winRate: null } },
        { ...one, strategy: { ...s, closedTrades: 0 } },
        { ...one, portfolio: { ...one.portfolio, stale: true } },
      ];
      if (worse.some((bad) => rank(bad, from) < before)) throw new Error(`loosened: ${JSON.stringify([one, from])}`);
    }
  });
});

const anInputs = fc
  .record({
    score: fc.oneof(fc.double({ min: 0, max: 100 }), fc.constant(Number.NaN), fc.constant(null)),
    drawdownDailyFraction: fc.oneof(fc.double({ min: 0, max: 1 }), fc.constant(null)),
    portfolioKnown: fc.boolean(),
    stale: fc.boolean(),
    winRate: fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.constant(null)),
    closedTrades: fc.nat(60),
  })
  .map(({ winRate, closedTrades, ...given }) => inputs({ risk: given, strategy: { winRate, closedTrades } }));
const aMemory = fc.record({
  mode: fc.constantFrom(...MODES_LOOSE_TO_TIGHT),
  switchedAtMs: fc.integer({ min: 0, max: 60 * MINUTE_MS }),
  clearCount: fc.nat(5),
});

describe('over random evaluations', () => {
  it('never loosens by more than a step, nor before the cool-down and the evaluations', () => {
    const run = fc.tuple(
      aMemory,
      fc.array(fc.tuple(anInputs, fc.integer({ min: 0, max: 10 * MINUTE_MS })), { maxLength: 30 }),
    );
    fc.assert(
      fc.property(run, ([start, steps]) => {
        let [now, nowMs] = [start, start.switchedAtMs];
        for (const [given, waitMs] of steps) {
          nowMs += waitMs;
          const { decision, memory: after } = decideMode(given, now, policy, nowMs);
          const loosened = rankOf(now.mode) - rankOf(decision.mode);
          expect(rankOf(decision.mode)).toBeGreaterThanOrEqual(Math.min(rankOf(decision.rule), rankOf(now.mode)));
          if (loosened > 0) {
            expect(loosened).toBe(1);
            expect(nowMs - now.switchedAtMs).toBeGreaterThanOrEqual(policy.officers.cooldownMs);
            expect(now.clearCount + 1).toBeGreaterThanOrEqual(CEO_DEFAULTS.clearEvaluations);
          }
          if (rankOf(decision.rule) > rankOf(now.mode)) expect(decision.mode).toBe(decision.rule);
          now = after;
        }
      }),
    );
  });
});
