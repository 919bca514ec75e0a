/**
 * With the model's slot the desk is never riskier than without: 100,000
 * random votes, markets and sizes. And the vetoes.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toDecimal } from '../../../domain/decimal.ts';
import { combine } from '../../../domain/decision/combine-signals.ts';
import { entryVeto } from '../../../domain/decision/entry-veto.ts';
import { adviseEntry, type LlmSlot } from '../../../domain/decision/llm-slot.ts';
import { COMPONENT_WEIGHTS } from '../../../domain/decision/weights.ts';
import { vetoReasons } from '../../../domain/llm/veto.ts';
import { sizeOf } from '../../../domain/risk/position-size.ts';
import type { ComponentName, Contribution, Side } from '../../../schemas/decision.ts';

type Facts = Parameters<typeof entryVeto>[1]['features'];
const CALM = { change24h: 0, barReturn: 0, sigma: 0.01, volumeRatio: 1, volatility: 'normal', since: 10 } as const;
type Change = { [K in keyof typeof CALM]?: number | null } & { volatility?: 'low' | 'normal' | 'high' | null };

/** Only the features that a veto reads. */
function market(change: Omit<Change, 'volatility'> & { volatility?: 'low' | 'normal' | 'high' | null } = {}): Facts {
  const { change24h, barReturn, sigma, volumeRatio, volatility, since } = { ...CALM, ...change };
  return {
    momentum: { change24h, barReturn },
    volatility: { realisedVolatility: sigma },
    volume: { volumeRatio },
    regime: { volatility },
    barsSinceRegimeChange: since,
  } as Facts;
}

const vote = (component: ComponentName, side: Side, confidence: number): Contribution => ({
  component,
  side,
  confidence,
  weight: COMPONENT_WEIGHTS[component],
  reasons: [],
});

describe('the veto', () => {
  it.each([
    ['2 % down in a day, against a purchase', 'buy', { change24h: -0.02 }, ['CHANGE_AGAINST']],
    ['a little less', 'buy', { change24h: -0.0199 }, []],
    ['2 % down, with a sale', 'sell', { change24h: -0.02 }, []],
    ['2 % up, against a sale', 'sell', { change24h: 0.02 }, ['CHANGE_AGAINST']],
    ['high volatility', 'sell', { volatility: 'high' }, ['VOLATILITY_HIGH']],
    ['a regime that changed on this bar', 'buy', { since: 0 }, ['REGIME_CHANGED']],
    ['two bars ago', 'buy', { since: 2 }, ['REGIME_CHANGED']],
    ['three bars ago', 'buy', { since: 3 }, []],
    ['no change seen yet', 'buy', { since: null }, []],
    ['four times the volume', 'buy', { volumeRatio: 4 }, []],
    ['more than that', 'buy', { volumeRatio: 4.01 }, ['UNUSUAL']],
    ['a bar of more than four sigma', 'buy', { barReturn: -0.0401 }, ['UNUSUAL']],
    [
      'everything at once',
      'buy',
      { change24h: -0.1, volatility: 'high', since: 1, volumeRatio: 9 },
      ['CHANGE_AGAINST', 'VOLATILITY_HIGH', 'REGIME_CHANGED', 'UNUSUAL'],
    ],
    [
      'nothing known',
      'buy',
      { change24h: null, barReturn: null, sigma: null, volumeRatio: null, volatility: null, since: null },
      [],
    ],
  ] as const)('%s', (_what, action, change, expected) => {
    expect(vetoReasons(action, market(change))).toEqual(expected);
    expect(vetoReasons('hold', market(change))).toEqual([]);
  });
});

const side = fc.constantFrom<Side>(-1, 0, 1);
/** Random doubles are mostly next to nothing: thousandths are spread evenly. */
const fraction = fc.integer({ min: 0, max: 1_000 }).map((thousandths) => thousandths / 1_000);
/** Rules that mostly lean one way, so that there is a side to be held back from. */
const votes = fc
  .tuple(fc.subarray(['agent', 'evolved', 'online'] as const), fc.constantFrom(-1, 1), fc.boolean())
  .chain(([names, lean, isMixed]) => {
    const leaning = isMixed ? side : fc.constantFrom(1, 1, 1, 0, -1).map((one) => (one * lean || 0) as Side);
    const all = (['technical', ...names] as const).map((name) =>
      fc.tuple(leaning, fraction).map(([one, confidence]) => vote(name, one, confidence)),
    );
    return fc.tuple(...all);
  });
const maybe = (min: number, max: number) => fc.option(fc.double({ min, max, noNaN: true }), { nil: null });
const anyMarket = fc
  .record({
    change24h: maybe(-0.06, 0.06),
    barReturn: maybe(-0.06, 0.06),
    sigma: maybe(0, 0.03),
    volumeRatio: maybe(0, 6),
    volatility: fc.constantFrom('low' as const, 'normal' as const, 'high' as const, null),
    since: fc.option(fc.nat(8), { nil: null }),
  })
  .map(market);
const facts = fc.oneof(fc.constant(market()), anyMarket);

type Word = { readonly said: Side; readonly confidence: number; readonly sizeFactor: number };

/** The slot as a session has it, with the desk's own veto. */
const slotOf = ({ said, confidence, sizeFactor }: Word, features: Facts): LlmSlot => ({
  weight: COMPONENT_WEIGHTS.llm,
  vetoOf: (one) => entryVeto(one, { features, sigmaBefore: features.volatility.realisedVolatility }),
  ask: () => ({ kind: 'vote', side: said, confidence, sizeFactor, reasons: [], call: null }),
});

const sizeFor = (agreement: number, stopDistanceFraction: number): number =>
  sizeOf({
    sizeFraction: 0.1,
    positionFractionMax: 0.08,
    stopDistanceFraction,
    agreement,
    allocationWeight: 1,
    equity: toDecimal(100_000),
    price: toDecimal(100),
    quantityStep: toDecimal('0.01'),
  }).sizeFraction;

it('with the model never riskier than without in 100,000 cases: side, confidence, agreement, size, stop', () => {
  const seen = { none: 0, same: 0, held: 0, vetoed: 0, smaller: 0 };
  fc.assert(
    fc.property(
      votes,
      side,
      fraction,
      facts,
      fc.oneof(fraction, fc.constantFrom(-0.5, 1.5, 1, Number.NaN)),
      fc.double({ min: 0.001, max: 0.2, noNaN: true }),
      fc.constantFrom('vote' as const, 'twoVoices' as const),
      (rules, said, confidence, known, sizeFactor, stop, entryBy) => {
        const without = combine(rules);
        // What nobody proposes nobody is asked about.
        if (without.side === 0) {
          seen.none += 1;
          return;
        }
        const model = adviseEntry(without, rules, entryBy, slotOf({ said, confidence, sizeFactor }, known));
        const { combination } = model;
        const isVetoed = model.noDecision !== null;
        const [large, small] = [sizeFor(without.agreement, stop), sizeFor(combination.agreement, stop)];
        const isMoreCareful =
          (model.side === without.side || model.side === 0) &&
          (!isVetoed || model.side === 0) &&
          combination.confidence <= without.confidence &&
          combination.agreement <= without.agreement &&
          small <= large;
        // One plain comparison a case: a matcher for each would cost more than what is tested.
        if (!isMoreCareful) expect(model).toEqual(without);
        if (model.side === 0) seen[isVetoed ? 'vetoed' : 'held'] += 1;
        else seen[small < large ? 'smaller' : 'same'] += 1;
      },
    ),
    { numRuns: 100_000, seed: 20_260_101 },
  );
  console.info(`100,000 cases: ${JSON.stringify(seen)}`);
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(1_000);
}, 300_000);
