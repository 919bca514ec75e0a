/**
 * Milliseconds of reads from the HTTP interface of this desk while it does what it does: so many a
 * second, whatever the answers take, each timed from the instant at which it was due. Exit code 1 when
 * one fails or the 99th percentile is above 75 ms.
 */
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Command } from '@commander-js/extra-typings';
import { InvalidInput, type Problem, problem } from '../schemas/problem.ts';
import { startDesk } from '../scripts/lib/desk.ts';
import { parseFlags, wholeNumber } from '../scripts/lib/flags.ts';
import { say } from '../scripts/lib/progress.ts';
import { waitForApi } from '../scripts/lib/workers.ts';
import { type Bench, type BenchAnswer, shown } from './bench.ts';

const P99_MS_MAX = 75;
const SOCKETS = 64;
const WARM_UP = 100;
const PATHS = [
  '/api/sessions?limit=50',
  '/api/orders?limit=50',
  '/api/positions',
  '/api/accounts',
  '/api/policy',
  '/api/strategies?limit=50',
] as const;

type Flags = { readonly rate: number; readonly seconds: number; readonly repeats: number };
type Target = { readonly url: string; readonly token: string; readonly agent: Agent };
type Round = { readonly p50: number; readonly p95: number; readonly p99: number; readonly failed: number };

export const bench: Bench = async (words) => {
  const flags = readFlags(words);
  const { home } = await startDesk();
  const url = await waitForApi(home);
  if (url === null) throw new InvalidInput([problem('API_DOWN', 'api', 'no answer', 'an answer', 'npm run doctor')], 3);
  const token = readFileSync(path.join(home, 'token'), 'utf8').split('\n', 1)[0] ?? '';
  const target = { url, token, agent: new Agent({ keepAlive: true, maxSockets: SOCKETS }) };
  await Promise.all(Array.from({ length: WARM_UP }, (_, n) => read(target, n)));
  const rounds: Round[] = [];
  for (let n = 0; n < flags.repeats; n += 1) {
    say(`${flags.rate} reads a second for ${flags.seconds} s`);
    rounds.push(await measure(target, flags));
  }
  target.agent.destroy();
  return answerOf(rounds, flags);
};

function readFlags(words: readonly string[]): Flags {
  const command = new Command('bench api')
    .option('--rate <count>', 'reads a second', '300')
    .option('--seconds <count>', 'for so long', '10')
    .option('--repeats <count>', 'rounds; the median of their percentiles counts', '3')
    .option('--json', 'one JSON document on stdout');
  const problems: Problem[] = [];
  let flags = { rate: 0, seconds: 0, repeats: 0 };
  const take = (): Problem[] => {
    const { rate, seconds, repeats } = command.opts();
    flags = {
      rate: wholeNumber('--rate', rate, 1, 450, problems),
      seconds: wholeNumber('--seconds', seconds, 1, 3_600, problems),
      repeats: wholeNumber('--repeats', repeats, 1, 100, problems),
    };
    return problems;
  };
  parseFlags(command, take, words);
  return flags;
}

async function measure(target: Target, { rate, seconds }: Flags): Promise<Round> {
  const startedAt = performance.now();
  const times: number[] = [];
  let failed = 0;
  const all: Promise<void>[] = [];
  for (let n = 0; n < rate * seconds; n += 1) {
    const dueAt = startedAt + (n * 1_000) / rate;
    const wait = dueAt - performance.now();
    if (wait > 0) await sleep(wait);
    const one = read(target, n).then((status) => {
      times.push(performance.now() - dueAt);
      if (status !== 200) failed += 1;
    });
    all.push(one);
  }
  await Promise.all(all);
  return { p50: at(times, 0.5), p95: at(times, 0.95), p99: at(times, 0.99), failed };
}

/** The status of a whole answer; 0: none came. */
function read({ url, token, agent }: Target, n: number): Promise<number> {
  return new Promise((resolve) => {
    const headers = { authorization: `Bearer ${token}` };
    const sent = request(`${url}${PATHS[n % PATHS.length]}`, { agent, headers }, (response) => {
      response.resume();
      response.once('end', () => resolve(response.statusCode ?? 0));
      response.once('error', () => resolve(0));
    });
    sent.once('error', () => resolve(0));
    sent.end();
  });
}

const at = (values: readonly number[], share: number): number =>
  [...values].sort((a, b) => a - b)[Math.ceil(values.length * share) - 1] ?? Number.NaN;

function answerOf(rounds: readonly Round[], { rate, seconds, repeats }: Flags): BenchAnswer {
  const middle = (name: keyof Round): number =>
    shown(
      at(
        rounds.map((round) => round[name]),
        0.5,
      ),
    );
  const figures = { p50Ms: middle('p50'), p95Ms: middle('p95'), p99Ms: middle('p99') };
  const failed = rounds.reduce((sum, round) => sum + round.failed, 0);
  const ok = failed === 0 && figures.p99Ms <= P99_MS_MAX;
  return {
    document: { ok, bench: 'api', rate, seconds, repeats, ...figures, failed, p99MsMax: P99_MS_MAX },
    lines: [
      `reads     ${rate}/s for ${seconds} s, ${repeats} rounds, ${failed} failed`,
      `answers   p50 ${figures.p50Ms} ms, p95 ${figures.p95Ms} ms, p99 ${figures.p99Ms} ms (at most ${P99_MS_MAX})`,
    ],
  };
}
