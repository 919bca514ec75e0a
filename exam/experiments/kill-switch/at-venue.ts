/** What the venue's journal tells of a drill: what was accepted when, and when the resting orders were gone. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';

const lineSchema = z.looseObject({
  kind: z.string(),
  atMs: z.number(),
  clientOrderId: z.string().optional(),
  origin: z.string().optional(),
});
type Line = z.infer<typeof lineSchema>;

const read = (journal: string): Line[] =>
  readFileSync(journal, 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) => lineSchema.parse(JSON.parse(line)));

export type Seen = {
  /** Accepts of the desk's orders, ms from the flag; negative: before it. */
  readonly acceptsMs: readonly number[];
  /** Of the resting orders: when each was cancelled, ms from the flag; null: never. */
  readonly cancelsMs: readonly (number | null)[];
};

export function seenAtVenue(journal: string, sinceMs: number, flagAtMs: number, resting: readonly string[]): Seen {
  const lines = read(journal).filter(({ atMs }) => atMs >= sinceMs);
  const cancels = new Map(lines.filter(({ kind }) => kind === 'cancel').map((one) => [one.clientOrderId, one.atMs]));
  return {
    acceptsMs: lines
      .filter(({ kind, origin }) => kind === 'accept' && origin === 'client')
      .map(({ atMs }) => atMs - flagAtMs),
    cancelsMs: resting.map((id) => {
      const atMs = cancels.get(id);
      return atMs === undefined ? null : atMs - flagAtMs;
    }),
  };
}

/** How many orders of the desk the venue has accepted by now. */
export const acceptCount = (journal: string): number =>
  read(journal).filter(({ kind, origin }) => kind === 'accept' && origin === 'client').length;
