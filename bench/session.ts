/**
 * Decisions per second of the plain loop and of a backtest session through Temporal and Postgres (no child workflows,
 * each batch committed before the next), beside what the bare server carries, all in one run. Figures of one machine
 * at one time: the ratios are what can be compared.
 */
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { Command } from '@commander-js/extra-typings';
import { deskMarketData } from '../adapters/market-data/desk-market-data.ts';
import { componentNameSchema } from '../schemas/decision.ts';
import { type Problem, problem } from '../schemas/problem.ts';
import { parseSessionInput } from '../schemas/session-input.ts';
import type { SessionReport } from '../schemas/strategy-session.ts';
import { runLoop } from '../scripts/lib/backtest/run-loop.ts';
import { codeVersion } from '../scripts/lib/code-version.ts';
import { type Desk, startDesk } from '../scripts/lib/desk.ts';
import { parseFlags, wholeNumber } from '../scripts/lib/flags.ts';
import { projectFolder } from '../scripts/lib/paths.ts';
import { say } from '../scripts/lib/progress.ts';
import { runSession, type SessionRequest } from '../scripts/lib/session-run.ts';
import { strategySessionId } from '../workflows/messages/strategy-session.ts';
import { type ActivityRate, activityRate } from './activity-rate.ts';
import { type Bench, type BenchAnswer, median, secondsOf, shown } from './bench.ts';

type Flags = { readonly bars: number; readonly repeats: number; readonly components: readonly string[] };
/** `perSecond`: decisions of each run. */
type Runs = { readonly perSecond: readonly number[]; readonly resultHash: string };

export const bench: Bench = async (words) => {
  const flags = readFlags(words);
  const desk = await startDesk();
  say(`plain loop, ${flags.bars} bars`);
  const loop = await repeated(flags, () => walkHere(flags));
  say(`session through Temporal, ${flags.bars} bars`);
  const session = await repeated(flags, () => walkOnDesk(desk, flags));
  say('bare server, activities that do nothing');
  return answerOf(flags, loop, session, await activityRate(desk));
};

function readFlags(words: readonly string[]): Flags {
  const command = new Command('bench session')
    .option('--bars <count>', 'synthetic bars to walk', '20000')
    .option('--repeats <count>', 'runs of each; the median counts', '3')
    .option('--components <names>', 'voices of the decision, by commas', 'technical,llm')
    .option('--json', 'one JSON document on stdout');
  const problems: Problem[] = [];
  let flags: Flags = { bars: 0, repeats: 0, components: [] };
  parseFlags(
    command,
    () => {
      const { bars, repeats, components } = command.opts();
      flags = {
        bars: wholeNumber('--bars', bars, 100, 1_000_000, problems),
        repeats: wholeNumber('--repeats', repeats, 1, 100, problems),
        components: components.split(','),
      };
      problems.push(...unknownIn(flags));
      return problems;
    },
    words,
  );
  return flags;
}

const unknownIn = ({ components }: Flags): Problem[] =>
  components
    .filter((name) => !componentNameSchema.safeParse(name).success)
    .map((name) =>
      problem('ARGUMENT_VALUE', '--components', name, `some of ${componentNameSchema.options.join(', ')}`),
    );

const requestOf = ({ bars, components }: Flags): SessionRequest => ({
  accountId: 'paper-1',
  strategy: { type: 'momentum' },
  components: components.map((name) => componentNameSchema.parse(name)),
  symbols: ['BTC/USDT'],
  tradingMode: 'backtest',
  barIntervalMs: 3_600_000,
  market: { source: 'synthetic', count: bars },
  ordersAsChildren: false,
});

async function repeated({ repeats }: Flags, run: () => Promise<SessionReport>): Promise<Runs> {
  const perSecond: number[] = [];
  let resultHash = '';
  for (let i = 0; i < repeats; i += 1) {
    let decisions = 0;
    const seconds = await secondsOf(async () => {
      const report = await run();
      ({ decisions, resultHash } = report);
    });
    perSecond.push(decisions / seconds);
    say(`  ${decisions} decisions in ${seconds.toFixed(2)} s`);
  }
  return { perSecond, resultHash };
}

/** Bars made, features computed, walked, reported: all that a session does, in this process. */
async function walkHere(flags: Flags): Promise<SessionReport> {
  const market = deskMarketData({
    readBars: () => Promise.reject(new Error('synthetic bars lie in no database')),
    listDataSets: async () => [],
    storedDataHash: async () => undefined,
  });
  const input = parseSessionInput(requestOf(flags), strategySessionId('bench'), Date.now());
  const configFolder = path.join(projectFolder, 'config');
  const parts = { market, configFolder, codeVersion: codeVersion(), seedIndicators: 'talib' as const };
  return (await runLoop(input, parts)).report;
}

const walkOnDesk = (desk: Desk, flags: Flags): Promise<SessionReport> =>
  runSession(desk, `bench-${randomUUID().slice(0, 8)}`, requestOf(flags), flags.bars);

function answerOf({ bars, repeats, components }: Flags, loop: Runs, session: Runs, rate: ActivityRate): BenchAnswer {
  const figures = {
    loopDecisionsPerSecond: shown(median(loop.perSecond)),
    sessionDecisionsPerSecond: shown(median(session.perSecond)),
    activitiesPerSecondSequential: shown(rate.sequential),
    activitiesPerSecondParallel: shown(rate.parallel),
  };
  const ratios = {
    sessionToLoop: shown(median(session.perSecond) / median(loop.perSecond)),
    sessionToActivitiesSequential: shown(median(session.perSecond) / rate.sequential),
    sessionToActivitiesParallel: shown(median(session.perSecond) / rate.parallel),
  };
  const sameResult = loop.resultHash === session.resultHash;
  const runs = { loop: loop.perSecond.map(shown), session: session.perSecond.map(shown) };
  return {
    document: { ok: sameResult, bench: 'session', bars, repeats, components, figures, ratios, runs, sameResult },
    lines: [
      `plain loop                    ${perSecond(figures.loopDecisionsPerSecond, 'decisions')}`,
      `session through Temporal      ${perSecond(figures.sessionDecisionsPerSecond, 'decisions')}`,
      `bare server, one after other  ${perSecond(figures.activitiesPerSecondSequential, 'activities')}`,
      `bare server, 100 at once      ${perSecond(figures.activitiesPerSecondParallel, 'activities')}`,
      `session / loop                ${ratios.sessionToLoop}`,
      `session / bare server         ${ratios.sessionToActivitiesSequential} one after other`,
      `                              ${ratios.sessionToActivitiesParallel} 100 at once`,
      `same result of loop and session: ${sameResult ? 'yes' : 'NO'}`,
    ],
  };
}

const perSecond = (value: number, what: string): string =>
  `${Math.round(value).toLocaleString('en-US').padStart(9)} ${what}/s`;
