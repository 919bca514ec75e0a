/** An answer out of the knowledge base. It cites documents that were shown; `answered: false` says they do not tell. */
import { z } from 'zod';
import * as part from './parts.ts';

export const knowledgeAnswerSchema = z.strictObject({
  version: part.versionSchema,
  answered: z.boolean(),
  answer: part.textSchema,
  confidence: part.confidenceSchema,
  citations: z.array(z.strictObject({ documentId: part.textSchema, passage: part.textSchema })).max(20),
});
