/**
 * `npm run doctor`: looks at every part of this desk without changing anything. Exit code 0 all well, 1 something is
 * wrong, each with what to do about it.
 */
import { Command } from '@commander-js/extra-typings';
import { type Examination, examineDesk } from './lib/examine-desk.ts';
import { parseFlags } from './lib/flags.ts';
import { printJson, runScript, wantsJson } from './lib/script.ts';

await runScript(async () => {
  parseFlags(
    new Command('doctor')
      .description('Looks at every part of this desk.')
      .option('--json', 'one JSON document on stdout'),
  );
  const found = await examineDesk();
  if (wantsJson()) printJson(found);
  else process.stdout.write(describe(found));
  return found.ok ? 0 : 1;
});

function describe({ ok, temporal, postgres, api, workers, versions, problems }: Examination): string {
  const lines = [
    `temporal   ${temporal.address ?? 'down'}, namespace ${temporal.namespace}, Web UI ${temporal.ui ?? 'unknown'}`,
    `           ${temporal.cli ?? 'no temporal program found'}`,
    `postgres   ${postgres.url ?? 'down'}`,
    ...(postgres.adminUrl === null ? [] : [`           ${postgres.adminUrl} (owner)`]),
    `api        ${api?.url ?? 'none'}`,
    `workers    ${workers.map(({ queue, pid }) => `${queue} (${pid})`).join(', ') || 'none'}`,
    `versions   ${Object.entries(versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(', ')}`,
    ...problems.map(({ code, message, hint }) => `PROBLEM    ${code} ${message}${hint === '' ? '' : ` (${hint})`}`),
    ok ? 'all well' : 'something is wrong',
  ];
  return `${lines.join('\n')}\n`;
}
