/**
 * The plan of a run that obeys its flags and nothing else: what is not asked for is not there (no stop, no limit, no
 * bound on volume), an opposite signal turns the position at one open. Costs are the desk's unless they are given.
 */
import type { Direction } from '../../schemas/strategy-session.ts';
import { type DeskRun, deskPlan } from './desk-plan.ts';
import { type CommissionModel, type EnginePlan, PLAIN_PLAN, type SizeRule, type SlippageModel } from './plan.ts';

/** What only the engine knows how to do; null or absent = not asked for. */
export type ResearchFields = {
  readonly rules: 'desk' | 'none';
  readonly fill: EnginePlan['fill'];
  readonly closeLast: EnginePlan['closeLast'];
  readonly size: SizeRule | null;
  readonly commission: CommissionModel;
  readonly slippage: SlippageModel;
  /** Null: 1 basis point under the desk's rules, else none, so that costs are what the flags say. */
  readonly halfSpreadBps: number | null;
  readonly volumeFractionMax: number | null;
  readonly leverage: number;
  readonly stopAtr: number | null;
  readonly targetAtr: number | null;
  readonly trailAtr: number | null;
  readonly maxHoldBars: number | null;
  readonly fundingRate: number;
  readonly borrowRate: number;
};

const DEFAULT_SIZE: SizeRule = { kind: 'fraction', fraction: 0.1, at: 'decision', riskFraction: null };

export function researchPlan(fields: ResearchFields, cash: number, direction: Direction): EnginePlan {
  const { rules: _rules, halfSpreadBps, size, ...asked } = fields;
  return {
    ...PLAIN_PLAN,
    ...asked,
    cash,
    direction,
    halfSpreadBps: halfSpreadBps ?? 0,
    size: size ?? DEFAULT_SIZE,
    flips: 'reverse',
  };
}

/** Under the desk's rules: its plan, with what was asked for beside it. */
export function enginePlan(fields: ResearchFields, run: DeskRun): EnginePlan {
  if (fields.rules === 'none') return researchPlan(fields, run.cash, run.direction);
  const { commission, slippage, fill, closeLast, trailAtr, borrowRate } = fields;
  const plan = { ...deskPlan(run), commission, slippage, fill, closeLast, trailAtr, borrowRate };
  return fields.size === null ? plan : { ...plan, size: fields.size };
}
