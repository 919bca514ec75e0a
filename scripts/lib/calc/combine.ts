/** `calc combine`: the vote of the components. Weights that are left out are those of the desk's table. */
import { z } from 'zod';
import { combine as combineSignals } from '../../../domain/decision/combine-signals.ts';
import { COMPONENT_WEIGHTS, COVERAGE_MIN } from '../../../domain/decision/weights.ts';
import { componentNameSchema, contributionSchema } from '../../../schemas/decision.ts';
import { calculation } from './calculation.ts';

const voteSchema = contributionSchema.extend({
  weight: z.number().min(0).max(1).optional(),
  reasons: z.array(z.string()).default([]),
});

/** A component has one vote. */
function refuseSecondVotes(votes: readonly { readonly component: string }[], context: z.RefinementCtx): void {
  votes.forEach(({ component }, index) => {
    if (votes.findIndex((one) => one.component === component) === index) return;
    const path = [index, 'component'];
    context.addIssue({ code: 'custom', path, message: 'each component once', input: component });
  });
}

export const combine = calculation({
  name: 'combine',
  about: 'side, score, coverage, agreement and confidence out of the votes of the components',
  schema: z.strictObject({
    contributions: z.array(voteSchema).max(5).superRefine(refuseSecondVotes),
    minimumCoverage: z.number().min(0).max(1).default(COVERAGE_MIN),
    /** The components that are listened to. Absent: all. */
    components: z.array(componentNameSchema).optional(),
  }),
  example: {
    contributions: [
      { component: 'technical', side: 1, confidence: 0.8, weight: 0.3, reasons: ['momentum'] },
      { component: 'evolved', side: -1, confidence: 0.5, weight: 0.2, reasons: [] },
    ],
    minimumCoverage: 0.3,
  },
  answer: ({ contributions, minimumCoverage, components }) =>
    combineSignals(
      contributions.map(({ weight, ...vote }) => ({ ...vote, weight: weight ?? COMPONENT_WEIGHTS[vote.component] })),
      { minimumCoverage, ...(components === undefined ? {} : { components }) },
    ),
});
