/**
 * `npm run reconcile -- [--account A]`: compares the books of accounts at network venues with their venue, now. With
 * `--release --account A --reason TEXT --confirm "<phrase>"` a person lets a frozen account trade again
 * (`--accept-cash`, `--accept-fills`: with what the venue has beyond the books); with `--settle ORDER --as absent` in
 * its place, ends an order in state MANUAL that the venue does not have.
 * Exit codes: 0 equal or done, 1 different, 2 arguments, 3 Postgres or the venue does not answer, 4 refused.
 */
import { person } from './lib/person.ts';
import { compareAccounts } from './lib/reconcile/compare-accounts.ts';
import { readReconcileCommand } from './lib/reconcile/reconcile-flags.ts';
import { releaseFrozen } from './lib/reconcile/release-frozen.ts';
import { settleOrder } from './lib/reconcile/settle-order.ts';
import { comparisonLines } from './lib/reconcile/tell-comparison.ts';
import { printAnswer, runScript } from './lib/script.ts';
import { withDatabase } from './lib/with-database.ts';

const UNREACHABLE = 3;

await runScript(async () => {
  const command = readReconcileCommand();
  return withDatabase({ name: 'reconcile' }, async (db) => {
    if (command.kind === 'release') {
      const released = await releaseFrozen(db, command, person());
      printAnswer(released, [`released: account ${command.account} may trade again`]);
      return 0;
    }
    if (command.kind === 'settle') {
      const settled = await settleOrder(db, command, person());
      printAnswer(settled, [`settled: order ${settled.order} is ${settled.state}`]);
      return 0;
    }
    const accounts = await compareAccounts(db, command.account);
    const isDifferent = accounts.some((one) => one.frozen !== null || one.verdict === 'different');
    printAnswer({ ok: !isDifferent, accounts }, accounts.flatMap(comparisonLines));
    if (accounts.some((one) => one.verdict === 'unreachable')) return UNREACHABLE;
    return isDifferent ? 1 : 0;
  });
});
