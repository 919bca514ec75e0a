/** The face of an evaluation of one opportunity. */
export const OPPORTUNITY = 'opportunity';
export const opportunityEvaluationId = (id: string): string => `${OPPORTUNITY}:${id}`;
