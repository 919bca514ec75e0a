/**
 * One read for many who ask the same: who comes while it is under way is served by the next
 * one, together with everybody else who has come. So each answer was read after it was asked
 * for, and however many ask, one read runs at a time.
 */
export type SharedReads = <T>(key: string, read: () => Promise<T>) => Promise<T>;

type Turn = { readonly done: Promise<unknown>; next: Promise<unknown> | null };

/** The reads of one kind of answer; nothing is kept after the last of them. */
export function sharedReads(): SharedReads {
  const turns = new Map<string, Turn>();
  const start = <T>(key: string, read: () => Promise<T>): Promise<T> => {
    const done = read();
    const turn: Turn = { done, next: null };
    turns.set(key, turn);
    const end = (): void => void (turn.next === null && turns.delete(key));
    done.then(end, end);
    return done;
  };
  return <T>(key: string, read: () => Promise<T>): Promise<T> => {
    const turn = turns.get(key);
    if (turn === undefined) return start(key, read);
    const begin = () => start(key, read);
    turn.next ??= turn.done.then(begin, begin);
    return turn.next as Promise<T>;
  };
}
