/** `npm start`: installs what is missing, then runs scripts/start.ts with all arguments. */
import { runTypeScript } from './lib/bootstrap.mjs';

await runTypeScript('start');
