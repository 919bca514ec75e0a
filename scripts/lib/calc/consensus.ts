/** `calc consensus`: one answer out of several models', and what a contrarian leaves of it. */
import { z } from 'zod';
import { ACCURACY_UNKNOWN, afterContrarian, consensus as agree, QUORUM } from '../../../domain/llm/consensus.ts';
import { decisionActionSchema } from '../../../schemas/decision.ts';
import { calculation } from './calculation.ts';

const fraction = z.number().min(0).max(1);
/** null: the model gave no usable answer. */
const actionSchema = decisionActionSchema.nullable();

export const consensus = calculation({
  name: 'consensus',
  about: 'one action out of the votes of several models: quorum, ties, agreement, dissent',
  schema: z.strictObject({
    votes: z
      .array(
        z.strictObject({
          model: z.string().min(1),
          action: actionSchema,
          confidence: fraction,
          /** Measured in this regime; 0 takes the model out. */
          accuracy: fraction.default(ACCURACY_UNKNOWN),
        }),
      )
      .max(20),
    quorum: z.number().int().min(1).max(20).default(QUORUM),
    contrarian: z.strictObject({ action: actionSchema, confidence: fraction }).nullable().default(null),
  }),
  example: {
    votes: [
      { model: 'a', action: 'buy', confidence: 0.8, accuracy: 0.6 },
      { model: 'b', action: 'buy', confidence: 0.6, accuracy: 0.5 },
      { model: 'c', action: 'sell', confidence: 0.7, accuracy: 0.5 },
    ],
    quorum: 2,
    contrarian: null,
  },
  answer: ({ votes, quorum, contrarian }) => {
    const agreed = agree(votes, quorum);
    return contrarian === null ? agreed : afterContrarian(agreed, contrarian);
  },
});
