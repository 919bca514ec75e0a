/**
 * The flags of `npm run backtest` that only the engine can serve, and which of them take a run out of the desk's rules:
 * with a strategy file, a size or costs of another kind a run obeys its flags and nothing else.
 */
import type { CommissionModel, SlippageModel } from '../../../domain/engine/plan.ts';
import { commissionOf, PLAN_FORMS, sizeOfText, slippageOf } from '../../../domain/engine/plan-texts.ts';
import type { ResearchFields } from '../../../domain/engine/research-plan.ts';
import { problem } from '../../../schemas/problem.ts';
import { wholeNumber } from '../flags.ts';
import { basisPoints, inForm, isStrategyFile, numberWithin, oneOf, type Problems } from './flag-values.ts';

export type EngineGiven = {
  readonly strategy?: string | undefined;
  readonly rules?: string | undefined;
  readonly fill: string;
  readonly closeLast: string;
  readonly size?: string | undefined;
  readonly commission: string;
  readonly slippage: string;
  readonly halfSpread?: string | undefined;
  readonly volumeLimit?: string | undefined;
  readonly leverage: string;
  readonly stopAtr?: string | undefined;
  readonly targetAtr?: string | undefined;
  readonly trailAtr?: string | undefined;
  readonly maxHold?: string | undefined;
  readonly funding: string;
  readonly borrow: string;
};

const NO_COMMISSION: CommissionModel = { kind: 'bps', bps: 0 };
const NO_SLIPPAGE: SlippageModel = { kind: 'bps', bps: 0 };

/** Every flag of the engine, with what is wrong added to `problems`. */
export function engineFields(given: EngineGiven, problems: Problems): ResearchFields {
  const { commission: commissionForms, slippage: slippageForms, size: sizeForms } = PLAN_FORMS;
  const commission = inForm('--commission', given.commission, commissionOf, commissionForms, NO_COMMISSION, problems);
  const slippage = inForm('--slippage', given.slippage, slippageOf, slippageForms, NO_SLIPPAGE, problems);
  const size = given.size === undefined ? null : inForm('--size', given.size, sizeOfText, sizeForms, null, problems);
  const fields = {
    fill: oneOf('--fill', given.fill, ['nextOpen', 'close'], problems) ?? 'nextOpen',
    closeLast: oneOf('--close-last', given.closeLast, ['open', 'close', 'keep'], problems) ?? 'keep',
    size,
    commission,
    slippage,
    halfSpreadBps: given.halfSpread === undefined ? null : basisPoints('--half-spread', given.halfSpread, problems),
    volumeFractionMax: numberWithin('--volume-limit', given.volumeLimit, 0.000_001, 1, problems),
    leverage: wholeLeverage(given.leverage, problems),
    stopAtr: numberWithin('--stop-atr', given.stopAtr, 0.01, 100, problems),
    targetAtr: numberWithin('--target-atr', given.targetAtr, 0.01, 100, problems),
    trailAtr: numberWithin('--trail-atr', given.trailAtr, 0.01, 100, problems),
    maxHoldBars: given.maxHold === undefined ? null : wholeNumber('--max-hold', given.maxHold, 1, 1_000_000, problems),
    fundingRate: numberWithin('--funding', given.funding, -0.1, 0.1, problems) ?? 0,
    borrowRate: numberWithin('--borrow', given.borrow, 0, 10, problems) ?? 0,
  } as const;
  const asked = given.rules === undefined ? null : oneOf('--rules', given.rules, ['desk', 'none'], problems);
  return { ...fields, rules: asked ?? (isResearch(given, fields) ? 'none' : 'desk') };
}

function wholeLeverage(text: string, problems: Problems): number {
  const value = numberWithin('--leverage', text, 1, 10, problems) ?? 1;
  if (!Number.isInteger(value)) problems.push(problem('ARGUMENT_VALUE', '--leverage', text, 'a whole number'));
  return value;
}

/** What the desk's own step cannot do. */
export function isResearch(given: EngineGiven, fields: Omit<ResearchFields, 'rules'>): boolean {
  return (
    isStrategyFile(given.strategy ?? '') ||
    fields.size !== null ||
    fields.fill === 'close' ||
    fields.closeLast !== 'keep' ||
    fields.commission.kind !== 'bps' ||
    fields.slippage.kind !== 'bps' ||
    fields.trailAtr !== null ||
    fields.borrowRate !== 0 ||
    given.rules === 'none'
  );
}
