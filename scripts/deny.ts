/**
 * `npm run deny -- DECISION --hash H | --list`: a person says no to the order that has this hash. Exit codes: 0 denied,
 * 1 no such approval, 2 arguments, 3 the desk is down, 4 refused, such as after another answer.
 */
import { runAnswer } from './lib/approvals/run-answer.ts';
import { runScript } from './lib/script.ts';

await runScript(() => runAnswer('deny', process.argv.slice(2)));
