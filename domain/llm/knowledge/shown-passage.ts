/** A passage of the knowledge base as models are shown it: imported documents are text from outside, their titles too. */
import { cleanUntrusted } from '../untrusted-text.ts';

export type KnowledgePassage = { readonly documentId: string; readonly title: string; readonly text: string };

const TITLE_MAX = 300;
const PASSAGE_MAX = 1_200;

/** Cleaned and cut; the id stays as it is cited by. */
export const shownPassage = ({ documentId, title, text }: KnowledgePassage): KnowledgePassage => ({
  documentId,
  title: cleanUntrusted(title, TITLE_MAX).text,
  text: cleanUntrusted(text, PASSAGE_MAX).text,
});
