/**
 * The reconciliation with one safeguard taken away each. `no-cash`, `no-positions`: that part is believed unseen.
 * `no-freeze`: a difference is told and nothing follows. `adopting`: what differs is taken over from the venue.
 */
import type { ReconcileParts } from '../../../activities/order/reconcile-account.ts';
import type { OurBooks } from '../../../domain/execution/compare-books.ts';
import type { ReconcileReport } from '../../../schemas/reconciliation.ts';
import type { SmallDesk } from '../../small-desk/small-desk.ts';

type Weakening = (engine: ReconcileParts) => ReconcileParts;

export const UNCOMPARED = {
  'no-cash': (engine) =>
    seeing(engine, async (ours) => {
      const cash = await engine.venue.cash();
      return cash.kind === 'failed' ? ours : { ...ours, cash: cash.value.cash };
    }),
  'no-positions': (engine) =>
    seeing(engine, async (ours) => {
      const positions = await engine.venue.positions();
      if (positions.kind === 'failed') return ours;
      return { ...ours, positions: new Map(positions.value.map((one) => [one.symbol, one.quantity])) };
    }),
  'no-freeze': (engine) => ({ ...engine, books: { ...engine.books, freeze: async () => undefined } }),
} satisfies Record<string, Weakening>;

const seeing = (engine: ReconcileParts, look: (ours: OurBooks) => Promise<OurBooks>): ReconcileParts => ({
  ...engine,
  books: { ...engine.books, ours: async (id, sinceMs) => look(await engine.books.ours(id, sinceMs)) },
});

/** As some programs do: the desk's own books are made to fit, and everything looks well. */
export const adopting =
  ({ pool }: SmallDesk, reconcile: () => Promise<ReconcileReport>) =>
  async (): Promise<ReconcileReport> => {
    const report = await reconcile();
    for (const { kind, what, theirs } of report.differences) {
      if (kind === 'cash') await pool.query(`update accounts set cash = $1 where venue <> 'paper'`, [theirs]);
      if (kind === 'position') await pool.query('update positions set quantity = $1 where symbol = $2', [theirs, what]);
    }
    return report;
  };
