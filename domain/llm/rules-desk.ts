/** What the rules say of the desk itself: its checklist, its knowledge, its officers. They quote, and add nothing. */
import type { RulesAnswers } from './rules-facts.ts';

const version = 1;
const ITEMS_MAX = 48;
const CITATIONS_MAX = 20;
/** Passages that were found are not read: whether they answer the question is the reader's to say. */
const PASSAGES_CONFIDENCE = 0.5;

export const DESK_ANSWERS: Pick<RulesAnswers, 'riskChecklist' | 'knowledgeAnswer' | 'commentary'> = {
  riskChecklist: ({ ruleIds }) => ({
    version,
    items: [
      ...ruleIds.slice(0, ITEMS_MAX).map((ruleId) => ({ text: `the gate holds ${ruleId}`, ruleId })),
      { text: 'news since the last bar has been read', ruleId: 'manual' },
      { text: 'the loss at the stop can be borne', ruleId: 'manual' },
    ],
  }),
  knowledgeAnswer: ({ passages }) => ({
    version,
    answered: passages.length > 0,
    answer:
      passages.length === 0
        ? 'the knowledge base has no passage on this'
        : passages.map(({ passage, documentId }) => `${passage} [${documentId}]`).join('\n'),
    confidence: passages.length === 0 ? 0 : PASSAGES_CONFIDENCE,
    citations: passages.slice(0, CITATIONS_MAX).map(({ documentId, passage }) => ({ documentId, passage })),
  }),
  commentary: ({ sentence, reasons }) => ({
    version,
    text: reasons.length === 0 ? (sentence ?? 'no decision was told') : `${sentence ?? ''}: ${reasons.join('; ')}`,
  }),
};
