/**
 * Who is served by an officer, and when: one at a time, in order, because two evaluations must not overtake each other.
 * Those who would only ask for the same again stand behind one evaluation, which names them all.
 */
import type { CycleAnswer, CycleTrigger } from '../../schemas/officers/cycle.ts';

export type Wake = { readonly trigger: CycleTrigger; readonly correlationId: string };

/** `correlationIds` of all who asked, in their order: the first of them is why there is an evaluation. */
export type Asked = { readonly trigger: CycleTrigger; readonly correlationIds: readonly string[] };
export type Serve = (asked: Asked, slotMs: number | null) => Promise<CycleAnswer | null>;

/** As many ids as one evaluation names: those of the first. Chosen, so that a flood stays a small message. */
export const CORRELATIONS_MAX = 500;

type Waiting = { readonly ids: Set<string>; readonly answer: Promise<CycleAnswer | null> };

/** @param joins asked of a trigger of which one waits already: whether the two are one evaluation */
export function standInLine(serve: Serve, joins: (trigger: CycleTrigger) => boolean) {
  let last: Promise<unknown> = Promise.resolve();
  const waiting = new Map<CycleTrigger, Waiting>();
  const queued = ({ trigger, correlationId }: Wake, slotMs: number | null): Waiting => {
    const ids = new Set([correlationId]);
    const answer = last.then(() => {
      waiting.delete(trigger);
      return serve({ trigger, correlationIds: [...ids].slice(0, CORRELATIONS_MAX) }, slotMs);
    });
    last = answer.catch(() => undefined);
    return { ids, answer };
  };
  return {
    slot: (slotMs: number, correlationId: string) => queued({ trigger: 'clock', correlationId }, slotMs).answer,
    wake: (wake: Wake): Promise<CycleAnswer | null> => {
      const { trigger, correlationId } = wake;
      const same = waiting.get(trigger);
      if (same !== undefined && joins(trigger)) {
        same.ids.add(correlationId);
        return same.answer;
      }
      const next = queued(wake, null);
      waiting.set(trigger, next);
      return next.answer;
    },
  };
}
