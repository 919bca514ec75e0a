/** `npm stop`: stops workers, Temporal and Postgres of this home. Other desks and servers of the user's own stay. */
import { Command } from '@commander-js/extra-typings';
import { parseEnvironment } from '../config/environment.ts';
import { stopDesk } from './lib/desk.ts';
import { parseFlags } from './lib/flags.ts';
import { deskHome } from './lib/paths.ts';
import { say } from './lib/progress.ts';
import { printJson, runScript, wantsJson } from './lib/script.ts';

await runScript(async () => {
  parseFlags(new Command('stop').description('Stops this desk.').option('--json', 'one JSON document on stdout'));
  const home = deskHome(parseEnvironment());
  const stopped = await stopDesk(home);
  if (wantsJson()) printJson({ ok: true, home, stopped });
  else say(`stopped in ${home}: ${stopped.join(', ') || 'nothing was running'}`);
  return 0;
});
