/** Every rule, by its table in `rule-cases/`: what passes at the limit, what is refused beyond it, with which figures. */
import { describe, expect, it } from 'vitest';
import { gate } from '../../../domain/risk/gate.ts';
import { RISK_RULES } from '../../../domain/risk/rules/index.ts';
import { order } from './gate-fixture.ts';
import { EXPOSURE_CASES } from './rule-cases/exposure-cases.ts';
import { HALT_CASES } from './rule-cases/halt-cases.ts';
import { ORDER_CASES } from './rule-cases/order-cases.ts';
import { STANDING_CASES } from './rule-cases/standing-cases.ts';

const CASES = [...STANDING_CASES, ...HALT_CASES, ...EXPOSURE_CASES, ...ORDER_CASES];

describe('each rule of the gate', () => {
  for (const [index, one] of CASES.entries()) {
    it(`${one.rule} (case ${index + 1}) refuses with its figures and passes at the limit`, () => {
      for (const passing of one.passes) expect(gate(passing)).toEqual({ approved: true, reasons: [] });
      const verdict = gate(one.refused);
      expect(verdict.approved).toBe(false);
      const reason = verdict.reasons.find((found) => found.rule === one.rule);
      for (const words of one.says) expect(reason?.message).toContain(words);
    });
  }

  /** These hold for every order: a nonsense, a closed market or a forbidden account is no matter of new risk. */
  const ALWAYS = ['tradingMode', 'orderNumbers', 'reduceOnly', 'marketHours', 'priceCollar'];

  for (const one of CASES.filter(({ rule }) => !ALWAYS.includes(rule))) {
    it(`${one.rule} lets the same order pass when it only reduces (${one.says[0]})`, () => {
      const { reasons } = gate({ ...one.refused, intent: { ...one.refused.intent, reduceOnly: true } });
      expect(reasons.map((reason) => reason.rule)).not.toContain(one.rule);
    });
  }

  it('accountStanding stops reducing orders too while the account is frozen', () => {
    const reducing = order({ intent: { reduceOnly: true }, input: { accountHalt: 'books and venue differ' } });
    expect(gate(reducing).reasons).toContainEqual({
      rule: 'accountStanding',
      message: 'account paper-1 is frozen (books and venue differ)',
    });
  });

  it('has a case in its tables for every rule there is', () => {
    const tested = new Set(CASES.map((one) => one.rule));
    expect(tested.size).toBe(RISK_RULES.length);
  });
});
