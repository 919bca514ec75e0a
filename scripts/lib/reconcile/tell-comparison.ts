/** A comparison in words for a terminal. */
import type { ComparedAccount } from './compare-accounts.ts';

const VERDICTS: Readonly<Record<ComparedAccount['verdict'], string>> = {
  equal: 'books and venue are equal',
  pending: 'equal but for orders under way',
  different: 'BOOKS AND VENUE DIFFER',
  unreachable: 'the venue could not be read',
};

const FOREIGN =
  '  fills that no order here has room for: put the position right at the venue, then --release with --accept-fills';

export function comparisonLines({
  accountId,
  verdict,
  reason,
  differences,
  frozen,
  phrase,
  manual,
}: ComparedAccount): string[] {
  return [
    `${accountId}: ${VERDICTS[verdict]}${reason === null ? '' : `: ${reason}`}`,
    ...differences.map(({ kind, what, ours, theirs }) => `  ${kind} ${what}: ours ${ours}, theirs ${theirs}`),
    ...(frozen === null ? [] : [`  frozen: ${frozen}`, `  to release it, once they are equal: --confirm "${phrase}"`]),
    ...(frozen !== null && differences.some((one) => one.kind === 'foreignFill') ? [FOREIGN] : []),
    ...manual.flatMap(({ order, symbol, phrase: words }) => [
      `  order ${order} in ${symbol} waits for a person: nobody knows whether the venue took it`,
      `  if the venue does not have it: --settle ${order} --as absent --confirm "${words}"`,
    ]),
  ];
}
