/**
 * `npm run approve -- DECISION --hash H | --list`: a person lets the one order go that has this hash;
 * the gate is asked again before it is sent. Exit codes: 0 sent, 1 no such approval or refused by the
 * gate, 2 arguments, 3 the desk is down, 4 refused.
 */
import { runAnswer } from './lib/approvals/run-answer.ts';
import { runScript } from './lib/script.ts';

await runScript(() => runAnswer('approve', process.argv.slice(2)));
