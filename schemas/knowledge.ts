/** A document of the knowledge base: what it is called, what kind it is, and from when on it may be quoted. */
import { z } from 'zod';

export const knowledgeKindSchema = z.enum(['strategy', 'pattern', 'technique', 'event']);
export type KnowledgeKind = z.infer<typeof knowledgeKindSchema>;

export const knowledgeDocumentSchema = z.strictObject({
  documentId: z.string().regex(/^[a-z0-9][a-z0-9-]{0,99}$/),
  title: z.string().min(1).max(300),
  kind: knowledgeKindSchema,
  body: z.string().min(1).max(100_000),
  /** What it tells of is not later than this instant; epoch ms. */
  datedMs: z.number().int(),
  /** When it could be read first; epoch ms. */
  knownAtMs: z.number().int(),
});
export type KnowledgeDocument = z.infer<typeof knowledgeDocumentSchema>;
