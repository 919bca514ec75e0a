/**
 * A worker with a key of every kind is asked for analyses, sessions and orders, while providers and venues repeat its keys
 * at it. Passes when none of them stands in what callers are told, in its log, in a history, in a table or in a file.
 * Size: rounds of questions. The control writes a key where a person should not: into the reason of an order.
 */
import { Client } from '@temporalio/client';
import { TRADING_QUEUE } from '../../workflows/messages/strategy-session.ts';
import type { ExamAnswer, ExamOptions, Experiment, Violation } from '../exam.ts';
import { progressBar } from '../rig/progress-bar.ts';
import { drawKeys, type Keys, keysIn } from './secrets/keys.ts';
import { databaseText, filesText, historiesText } from './secrets/places.ts';
import { INTERVAL_MS, openSecretsRig, type SecretsRig, SYMBOL } from './secrets/secrets-rig.ts';

const ROUNDS = 4;
const NAMESPACE = 'default';

export const experiment: Experiment = {
  name: 'secrets',
  controls: { 'key-in-text': 'found' },
  run: async (options) => {
    const keys = drawKeys(options.seed);
    const rig = await openSecretsRig(keys);
    let isClean = false;
    try {
      const answer = await examine(rig, keys, options);
      isClean = answer.violations.length === 0;
      return answer;
    } finally {
      await rig.close(!isClean && options.control === null);
    }
  },
};

async function examine(rig: SecretsRig, keys: Keys, { size, control }: ExamOptions): Promise<ExamAnswer> {
  const client = new Client({ connection: rig.connection, namespace: NAMESPACE });
  const rounds = size ?? ROUNDS;
  const bar = progressBar('secrets');
  const told: string[] = [];
  for (let round = 0; round < rounds; round += 1) {
    told.push(...(await askAll(client, round, control === null ? 'a test' : `with ${keys.OPENAI_API_KEY}`)));
    bar.show(round + 1, rounds);
  }
  bar.end();
  const histories = await historiesText(client);
  const database = await databaseText(rig.adminUrl);
  await rig.worker.stop();
  const places = { told: told.join('\n'), histories, database, files: filesText(rig.home) };
  const heard = keysIn(rig.server.heard(), keys);
  return {
    figures: {
      rounds,
      keys: Object.keys(keys).length,
      heard,
      searched: Object.fromEntries(Object.entries(places).map(([place, text]) => [place, text.length])),
      answered: told.filter((one) => one.includes('It rises.')).length,
    },
    violations: Object.entries(places).flatMap(([place, text]) =>
      keysIn(text, keys).map((name): Violation => ({ kind: 'found', where: `${name} in ${place}` })),
    ),
    voidBecause: [
      ...(heard.includes('OPENAI_API_KEY') ? [] : ['no provider was sent its key']),
      ...(heard.includes('ALPACA_PAPER_KEY') ? [] : ['no venue was sent its key']),
      ...(told.some((one) => one.includes('It rises.')) ? [] : ['no question was answered']),
    ],
  };
}

/** Each with its result, or its error with all that caused it, as a caller would print it. */
function askAll(client: Client, round: number, reasoning: string): Promise<string[]> {
  const analysis = { symbols: [SYMBOL], depth: 'quick', barIntervalMs: INTERVAL_MS, asOf: '2024-01-15T00:00:00Z' };
  const order = { accountId: 'alpaca-paper', symbol: 'AAPL', side: 'buy', sizeFraction: 0.02, reasoning };
  const session = {
    ...{
      accountId: `paper-${round + 1}`,
      strategy: { type: 'momentum', parameters: { lookback: 5, threshold: 0.01 } },
    },
    ...{ symbols: [SYMBOL], tradingMode: 'backtest', barIntervalMs: INTERVAL_MS, market: { source: 'replay' } },
  };
  return Promise.all([
    endOf(client, 'marketAnalysis', `market-analysis:secrets-${round}`, analysis),
    endOf(client, 'strategySession', `strategy-session:secrets-${round}`, session),
    endOf(client, 'orderExecution', `order-execution:secrets-${round}`, order),
  ]);
}

async function endOf(client: Client, type: string, workflowId: string, input: unknown): Promise<string> {
  const run = await client.workflow.start(type, { taskQueue: TRADING_QUEUE, workflowId, args: [input] });
  return run.result().then(
    (result: unknown) => JSON.stringify(result),
    (error: unknown) => textOf(error),
  );
}

const textOf = (error: unknown): string =>
  error instanceof Error
    ? `${error.stack} ${JSON.stringify(error, Object.getOwnPropertyNames(error))} ${textOf(error.cause)}`
    : String(error);
