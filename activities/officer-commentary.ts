/** What `officerCommentary` reads and writes, on queue `research`. Both are safe to repeat: one text for each event. */
import type { CommentaryStore } from '../db/officers/commentary.ts';
import { commentaryFacts } from '../domain/officers/commentary/commentary-facts.ts';
import { cutText } from '../schemas/cut-text.ts';
import type { Commentary, CommentarySubject } from '../schemas/officers/commentary.ts';
import { InvalidInput, problem } from '../schemas/problem.ts';
import { finalOnInvalidInput } from './failure.ts';

export type CommentaryParts = { readonly store: CommentaryStore; readonly nowMs: () => number };

export type CommentaryActivities = ReturnType<typeof createCommentaryActivities>;

/** Characters of one commentary. */
const TEXT_LENGTH_MAX = 1_000;

export const createCommentaryActivities = ({ store, nowMs }: CommentaryParts) => ({
  /** @throws InvalidInput EVENT_UNKNOWN (final) */
  commentarySubject: ({ sequence }: { readonly sequence: number }): Promise<CommentarySubject> =>
    finalOnInvalidInput(async () => {
      const event = await store.event(sequence);
      if (event?.sequence !== sequence) throw unknownEvent(sequence);
      return { facts: commentaryFacts(event.type, event.payload), atMs: event.atMs };
    }),

  tellCommentary: async ({ sequence, text, callId }: Commentary): Promise<void> => {
    await store.tell({ sequence, text: cutText(text, TEXT_LENGTH_MAX), callId }, nowMs());
  },
});

const unknownEvent = (sequence: number): InvalidInput =>
  new InvalidInput([problem('EVENT_UNKNOWN', 'sequence', sequence, 'the sequence of an event of this desk')]);
