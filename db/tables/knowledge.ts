/** What models may read: news and documents, each with the instant from which it could be known. */
import type { KnowledgeKind } from '../../schemas/knowledge.ts';
import type { Instant } from './columns.ts';

export type NewsItemsTable = {
  news_id: string;
  story_id: string;
  source: string;
  url: string | null;
  headline: string;
  summary: string;
  symbols: readonly string[];
  published_at: Instant;
  known_at: Instant;
  sentiment: 'positive' | 'neutral' | 'negative';
  score: number;
  topics: readonly string[];
  social: boolean;
};

export type KnowledgeDocumentsTable = {
  document_id: string;
  title: string;
  kind: KnowledgeKind;
  body: string;
  dated: Instant;
  known_at: Instant;
  content_hash: string;
  embedding: readonly number[];
};
