/**
 * All contracts by name: what a model may be asked to answer. The JSON Schema on the wire is derived, never written.
 */
import type { z } from 'zod';
import { type WireSchema, wireSchemaOf } from '../wire-schema.ts';
import { adviceSchema } from './advice.ts';
import { analysisSchema } from './analysis.ts';
import { backtestExplanationSchema } from './backtest-explanation.ts';
import { commentarySchema } from './commentary.ts';
import { exitPlanSchema } from './exit-plan.ts';
import { hypothesisSchema } from './hypothesis.ts';
import { knowledgeAnswerSchema } from './knowledge-answer.ts';
import { opportunitySchema } from './opportunity.ts';
import { recommendationSchema } from './recommendation.ts';
import { regimeAnswerSchema } from './regime.ts';
import { riskAssessmentSchema } from './risk-assessment.ts';
import { riskChecklistSchema } from './risk-checklist.ts';
import { screeningSchema } from './screening.ts';
import { designedStrategySchema } from './strategy.ts';

export type Contract<S extends z.ZodObject = z.ZodObject> = {
  /** What the answer's own field `version` must say. */
  readonly version: number;
  readonly schema: S;
  /** Derived on first use: most processes ask for few of them. */
  readonly jsonSchema: WireSchema;
};

function contract<S extends z.ZodObject & { readonly shape: { readonly version: z.ZodLiteral<number> } }>(
  schema: S,
): Contract<S> {
  let derived: WireSchema | null = null;
  return {
    version: schema.shape.version.value,
    schema,
    get jsonSchema() {
      derived ??= wireSchemaOf(schema);
      return derived;
    },
  };
}

export const CONTRACTS = {
  recommendation: contract(recommendationSchema),
  analysis: contract(analysisSchema),
  strategy: contract(designedStrategySchema),
  riskAssessment: contract(riskAssessmentSchema),
  regime: contract(regimeAnswerSchema),
  exitPlan: contract(exitPlanSchema),
  opportunity: contract(opportunitySchema),
  advice: contract(adviceSchema),
  screening: contract(screeningSchema),
  hypothesis: contract(hypothesisSchema),
  backtestExplanation: contract(backtestExplanationSchema),
  riskChecklist: contract(riskChecklistSchema),
  knowledgeAnswer: contract(knowledgeAnswerSchema),
  commentary: contract(commentarySchema),
} as const;

export type ContractName = keyof typeof CONTRACTS;
export type AnswerOf<Name extends ContractName> = z.infer<(typeof CONTRACTS)[Name]['schema']>;

export const CONTRACT_NAMES = Object.keys(CONTRACTS) as readonly ContractName[];

export const isContractName = (name: string): name is ContractName => Object.hasOwn(CONTRACTS, name);
