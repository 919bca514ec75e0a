/**
 * `npm run model -- check | ask "…" [--model M] | usage [--by WHAT] | report | prompts | experiment start|stop|report`:
 * how the configured providers are, one question through the gateway, what all questions cost and brought, and which
 * versions of prompts are tried against each other.
 * `check` needs nothing running; the others need Postgres, where budget and audit are. Exit codes: 0 done, 1 a provider
 * is down or no answer came, 2 arguments or settings, 3 Postgres is down.
 */
import { parseEnvironment } from '../config/environment.ts';
import { USAGE_BY } from '../db/llm/usage.ts';
import { InvalidInput, type Problem, problem } from '../schemas/problem.ts';
import { llmSettings } from '../workers/llm.ts';
import type { Answer } from './lib/bars/answer.ts';
import { type CommandTable, named as namedOf, parseWithWord, parseWords, runCommand } from './lib/command-table.ts';
import { askOnce } from './lib/model/ask-once.ts';
import { checkProviders } from './lib/model/check-providers.ts';
import {
  beginExperiment,
  listPrompts,
  readArms,
  reportExperiments,
  stopExperiment,
} from './lib/model/prompt-commands.ts';
import { tellReport } from './lib/model/tell-report.ts';
import { tellUsage } from './lib/model/tell-usage.ts';
import { deskConfig, projectFolder } from './lib/paths.ts';
import { runScript } from './lib/script.ts';
import { withDatabase } from './lib/with-database.ts';

const named = (name: string, usage = '') => namedOf('model', name, usage);

function settingsOf() {
  const environment = parseEnvironment();
  const folders = { configFolder: deskConfig(environment), project: projectFolder };
  return { environment, settings: llmSettings(environment, folders) };
}

const commands: CommandTable = {
  async check(words) {
    parseWords(named('check'), words);
    const { environment, settings } = settingsOf();
    return checkProviders({ ...settings, settings: environment.models });
  },
  async ask(words) {
    const command = named('ask', '"QUESTION"').option('--model <id>', 'this model of the registry and no other');
    const known = () => unknownModel(command.opts().model);
    const question = parseWithWord(command, words, 'QUESTION', known);
    const { settings } = settingsOf();
    return withDatabase({ name: 'model' }, (db) => askOnce(db, settings, question, command.opts().model ?? null));
  },
  async usage(words) {
    const command = named('usage').option('--by <what>', USAGE_BY.join(', '), 'model');
    const by = () => USAGE_BY.find((one) => one === command.opts().by);
    const wrong = () => problem('ARGUMENT_VALUE', '--by', command.opts().by, `one of ${USAGE_BY.join(', ')}`);
    parseWords(command, words, () => (by() === undefined ? [wrong()] : []));
    return withDatabase({ name: 'model' }, (db) => tellUsage(db, by() ?? 'model'));
  },
  async report(words) {
    parseWords(named('report'), words);
    return withDatabase({ name: 'model' }, tellReport);
  },
  async prompts(words) {
    parseWords(named('prompts'), words);
    const { prompts } = settingsOf().settings;
    return withDatabase({ name: 'model' }, (db) => listPrompts(db, prompts));
  },
  async experiment(words) {
    const [what = '', ...rest] = words;
    const act = EXPERIMENT_ACTS.find((one) => one === what);
    if (act === undefined) throw new InvalidInput([unknownAct(what)]);
    if (act === 'start') return startedExperiment(rest);
    const promptId = parseWithWord(named(`experiment ${act}`, 'PROMPT'), rest, 'PROMPT');
    const tell = act === 'stop' ? stopExperiment : reportExperiments;
    return withDatabase({ name: 'model' }, (db) => tell(db, promptId));
  },
};

function startedExperiment(words: readonly string[]): Promise<Answer> {
  const versions = 'such as 1,2 or 1:0.8,2:0.2';
  const command = named('experiment start', 'PROMPT').option('--arms <versions>', versions, '1,2');
  const arms = () => readArms(command.opts().arms);
  const expected = 'two or more versions, each once, with a share above 0 or none';
  const wrong = () => problem('ARGUMENT_VALUE', '--arms', command.opts().arms, expected);
  const promptId = parseWithWord(command, words, 'PROMPT', () => (arms() === undefined ? [wrong()] : []));
  const { prompts } = settingsOf().settings;
  return withDatabase({ name: 'model' }, (db) => beginExperiment(db, prompts, { promptId, arms: arms() ?? [] }));
}

const EXPERIMENT_ACTS = ['start', 'stop', 'report'] as const;

const unknownAct = (got: string): Problem =>
  problem(
    'ARGUMENT_UNKNOWN',
    'experiment',
    got,
    EXPERIMENT_ACTS.join(' | '),
    'npm run model -- experiment start advisor',
  );

function unknownModel(model: string | undefined): Problem[] {
  const ids = settingsOf().settings.registry.models.map(({ id }) => id);
  if (model === undefined || ids.includes(model)) return [];
  return [problem('ARGUMENT_VALUE', '--model', model, `one of ${ids.join(', ')}`)];
}

await runScript(() => runCommand('model', commands, process.argv.slice(2)));
