/** The face of the officers' cycles: one workflow each, which never ends. */
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';

export const OFFICERS = ['ceo', 'risk', 'strategy', 'federation'] as const;
export type Officer = (typeof OFFICERS)[number];
export const officerId = (officer: Officer): string => `officer:${officer}`;

/** From the Risk Officer to the CEO: evaluate now. */
export const riskAlertSignal = defineSignal<[unknown?]>('riskAlert');
/** To the Risk Officer: equity moved across a threshold. */
export const equityChangedSignal = defineSignal<[unknown?]>('equityChanged');
/** To the Risk Officer: reassess under the new profile. */
export const modeSwitchedSignal = defineSignal<[unknown?]>('modeSwitched');

/** What the endpoint of the same name answers. */
export type ForcedDecision = { readonly status: 'ok'; readonly decision: Record<string, unknown> };

/** Evaluates now and answers the decision; the cool-down holds all the same. Updates take no fields. */
export const forceDecisionUpdate = defineUpdate<ForcedDecision, [unknown]>('forceDecision');
export const assessNowUpdate = defineUpdate<Record<string, unknown>, [unknown]>('assessNow');
export const reviewNowUpdate = defineUpdate<Record<string, unknown>, [unknown]>('reviewNow');

export const officerStatusQuery = defineQuery<Record<string, unknown>>('status');
export const globalStateQuery = defineQuery<Record<string, unknown> | null>('globalState');
