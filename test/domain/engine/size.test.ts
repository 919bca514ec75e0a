/** How many whole units a budget buys, commission included, counted out and for prices of a millionth. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { orderFee } from '../../../domain/engine/costs.ts';
import { type CommissionModel, PLAIN_PLAN } from '../../../domain/engine/plan.ts';
import { unitsOf } from '../../../domain/engine/size.ts';
import { newAccount, newWorkspace } from '../../../domain/engine/state.ts';

const SIZE = { kind: 'wholeShares', fraction: 1, at: 'fill', riskFraction: null } as const;

const accountOf = (commission: CommissionModel) =>
  newAccount({ ...PLAIN_PLAN, commission, size: SIZE }, [], newWorkspace());

const commissions: fc.Arbitrary<CommissionModel> = fc.oneof(
  fc.record({ kind: fc.constant('bps'), bps: fc.constantFrom(0, 5, 12.5, 1_000) }),
  fc.record({ kind: fc.constant('entryPrice'), fraction: fc.constant(0.002) }),
  fc.record({
    kind: fc.constant('perShare'),
    cost: fc.constantFrom(0, 0.005, 2),
    fee: fc.constantFrom(0, 0.3, 5),
    minimum: fc.constantFrom(0, 1, 90, 1_000),
  }),
);

it('as many as fit and not one more', () => {
  const cents = fc.integer({ min: 1, max: 500_00 }).map((price) => price / 100);
  const budgets = fc.integer({ min: 1, max: 1_000_00 }).map((cash) => cash / 100);
  const property = fc.property(commissions, cents, budgets, (commission, price, budget) => {
    const account = accountOf(commission);
    const fits = (units: number) => units * price + orderFee(account, units, price) <= budget * (1 + 4e-15);
    let most = 0;
    for (let units = 1; units * price <= budget * (1 + 4e-15); units += 1) if (fits(units)) most = units;
    expect(unitsOf(account, budget, 1, price)).toBe(most);
  });
  fc.assert(property, { numRuns: 500, seed: 4 });
});

it.each([
  [1e-6, 1e5, { kind: 'bps', bps: 10 }, 99_900_099_900],
  [1e-6, 1e6, { kind: 'perShare', cost: 0, fee: 0, minimum: 1_000 }, 999_000_000_000],
  [1e-6, 1e6, { kind: 'perShare', cost: 1e-7, fee: 5, minimum: 0 }, 909_086_363_636],
] as const)('at %s for %s with %j at once', (price, budget, commission, expected) => {
  const account = accountOf(commission);
  const began = performance.now();
  for (let n = 0; n < 100; n += 1) expect(unitsOf(account, budget, 1, price)).toBe(expected);
  expect(performance.now() - began).toBeLessThan(1_000);
});

it('ends where the next smaller unit is no longer one away', () => {
  const units = unitsOf(accountOf({ kind: 'bps', bps: 10 }), 1e9, 1, 1e-12);
  expect(Math.abs(units / (1e21 / 1.001) - 1)).toBeLessThan(1e-14);
});
