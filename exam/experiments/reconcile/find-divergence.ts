/** One divergence: made, looked for by the desk's own reconciliation, held against what had to be found, put right. */
import type { Violation } from '../../exam.ts';
import { SMALL_ACCOUNT, type SmallDesk } from '../../small-desk/small-desk.ts';
import type { SmallWorker } from '../../small-desk/small-worker.ts';
import { asSuperuser, type Divergence } from './divergences.ts';

export type Found = {
  readonly found: boolean;
  /** The books of the desk have changed: something was mended that nobody was told to mend. */
  readonly mended: boolean;
  readonly violations: readonly Violation[];
};

export async function findDivergence(
  desk: SmallDesk,
  reconcile: SmallWorker['reconcile'],
  divergence: Divergence,
): Promise<Found> {
  await divergence.make();
  const before = await bookText(desk);
  const { verdict, differences } = await reconcile();
  const mended = (await bookText(desk)) !== before;
  const frozen = await frozenOf(desk);
  const named = differences.some(({ kind }) => kind === divergence.expected);
  const found = verdict === 'different' && named && frozen;
  const names = differences.map(({ kind, what }) => `${kind} ${what}`).join(', ');
  const seen = `${verdict} ${names}${frozen ? ', frozen' : ''}`;
  await divergence.undo();
  await release(desk);
  return {
    found,
    mended,
    violations: [
      ...(found ? [] : [{ kind: 'notFound', where: `${divergence.name}: ${seen}` }]),
      ...(mended ? [{ kind: 'mended', where: `${divergence.name}: ${seen}` }] : []),
    ],
  };
}

/** All that the desk believes about orders, fills, positions and money, in one text. */
async function bookText({ pool }: SmallDesk): Promise<string> {
  const parts = ['orders', 'fills', 'positions', 'ledger_entries', 'accounts'].map(
    (name) => `(select string_agg(t::text, E'\\n' order by t::text) from ${name} t)`,
  );
  const { rows } = await pool.query<{ text: string }>(`select concat_ws(E'\\n', ${parts.join(', ')}) as text`);
  return rows[0]?.text ?? '';
}

export async function frozenOf({ pool }: SmallDesk): Promise<boolean> {
  const { rows } = await pool.query<{ frozen: string | null }>('select frozen from account_standings');
  return rows[0]?.frozen !== null && rows[0]?.frozen !== undefined;
}

/** For the next one only: a person of the desk would do it with audit and event. */
export const release = (desk: SmallDesk): Promise<void> =>
  asSuperuser(
    desk,
    `update account_standings set frozen = null, frozen_at = null where account_id = '${SMALL_ACCOUNT}'`,
  );
