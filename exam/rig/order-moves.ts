/** What the events of the desk tell of its orders: which were UNKNOWN, how long, and how that ended. */
import type pg from 'pg';

export type OrderMove = {
  readonly clientOrderId: string;
  readonly from: string;
  readonly to: string;
  readonly reason: string | null;
  readonly atMs: number;
};

export async function readOrderMoves(pool: pg.Pool): Promise<OrderMove[]> {
  const { rows } = await pool.query<{ payload: Omit<OrderMove, 'atMs'>; at: Date }>(
    `select payload, at from events where type = 'order_moved' order by sequence`,
  );
  return rows.map(({ payload, at }) => ({ ...payload, atMs: at.getTime() }));
}

/** Each passage through UNKNOWN; `ms` null when it has not ended. */
export function unknownPassages(
  moves: readonly OrderMove[],
): { clientOrderId: string; ms: number | null; to: string }[] {
  return moves
    .filter(({ to }) => to === 'UNKNOWN')
    .map((entry) => {
      const exit = moves.find((one) => one.clientOrderId === entry.clientOrderId && one.from === 'UNKNOWN');
      const ms = exit === undefined ? null : exit.atMs - entry.atMs;
      return { clientOrderId: entry.clientOrderId, ms, to: exit?.to ?? 'UNKNOWN' };
    });
}

/** The value below which `share` of the values lie; null without values. */
export function percentile(values: readonly number[], share: number): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? null;
}

/** How many of each. */
export function tally(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
