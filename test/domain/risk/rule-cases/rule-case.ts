/** A case of one rule of the gate: orders that pass at its limit, one beyond it, and what the refusal says. */
import { toDecimal } from '../../../../domain/decimal.ts';
import type { GateInput } from '../../../../domain/risk/gate-input.ts';
import type { RiskState } from '../../../../schemas/risk.ts';
import { quietState } from '../gate-fixture.ts';

export type RuleCase = {
  readonly rule: string;
  readonly passes: readonly GateInput[];
  readonly refused: GateInput;
  /** Figures and words the message must carry. */
  readonly says: readonly string[];
};

export const state = (over: Partial<RiskState>): RiskState => ({ ...quietState(), ...over });
export const withState = (over: Partial<RiskState>) => ({ account: { riskState: state(over) } });
export const sent = (count: number, key: string, atMs: number) => Array.from({ length: count }, () => ({ atMs, key }));
export const equity = (text: string) => ({ account: { equity: toDecimal(text) } });
export const buy = (quantity: string, over = {}) => ({ intent: { quantity: toDecimal(quantity), ...over } });
