/**
 * `node scripts/run.mjs NAME …`: installs what is missing, then runs scripts/NAME.ts with the rest of the arguments.
 */
import { runTypeScript } from './lib/bootstrap.mjs';

const [name = ''] = process.argv.splice(2, 1);
await runTypeScript(name);
