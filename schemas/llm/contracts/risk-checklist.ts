/** What is to be looked at before a trade: points that a rule of the gate holds, and points for a person (`manual`). */
import { z } from 'zod';
import * as part from './parts.ts';

export const riskChecklistSchema = z.strictObject({
  version: part.versionSchema,
  items: z
    .array(
      z.strictObject({
        text: part.textSchema,
        /** The name of a rule of the risk gate, or `manual`. */
        ruleId: part.textSchema,
      }),
    )
    .min(1)
    .max(50),
});
