/**
 * Deep Q-learning on the spot network: a step of learning (MSE, clipped gradient, Adam), one action, and the whole loop
 * that learns at each step of CartPole. Peers are PyTorch and numpy by hand, in the Python that is named; what is not
 * there is told and left out. Each figure is the median of CPU time on one thread.
 */
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from '@commander-js/extra-typings';
import { z } from 'zod';
import { cartPole } from '../domain/learning/agents/cartpole.ts';
import { createDqn, type Dqn, type DqnSettings } from '../domain/learning/agents/dqn.ts';
import type { KernelWanted } from '../domain/learning/agents/net-kernel.ts';
import { beginTraining, trainStep } from '../domain/learning/agents/training.ts';
import { cartPoleSettings } from '../domain/learning/agents/training-settings.ts';
import { createRandom } from '../domain/market/random.ts';
import { agentTrainingInputSchema } from '../schemas/agent-training.ts';
import type { Problem } from '../schemas/problem.ts';
import { parseFlags, wholeNumber } from '../scripts/lib/flags.ts';
import { type Bench, median, shown } from './bench.ts';

const HIDDEN = [128, 64, 32];
const INPUTS = 18;
const ACTIONS = 3;
const BATCH = 64;
const ROWS = 20_000;

/** CPU time in microseconds. */
type Figures = { readonly trainUs: number; readonly actionUs: number };

const peerSchema = z.object({ trainUs: z.number(), actionUs: z.number() });
const peersSchema = z.object({ peers: z.record(z.string(), peerSchema), missing: z.array(z.string()) });

export const bench: Bench = async (words) => {
  const { rounds, steps, python } = readFlags(words);
  const own: Record<string, Figures> = { simd: figuresOf('auto', rounds, steps) };
  own.typescript = figuresOf('typescript', Math.min(rounds, 3), Math.ceil(steps / 50));
  const { peers, missing } = peersOf(python, rounds, steps);
  const stepsPerSecond = loopSpeed(steps);
  const net = `${INPUTS}-${HIDDEN.join('-')}-${ACTIONS}`;
  const document = { ok: true, bench: 'agents', net, batch: BATCH, loss: 'mse', own, peers, stepsPerSecond, missing };
  return { document, lines: linesOf({ ...own, ...peers }, stepsPerSecond, missing) };
};

function readFlags(words: readonly string[]): { rounds: number; steps: number; python: string } {
  const command = new Command('bench agents')
    .option('--rounds <count>', 'rounds of each variant; the median counts', '9')
    .option('--steps <count>', 'steps of learning in a round', '200')
    .option('--python <file>', 'a Python with numpy and torch, for the peers', 'python3')
    .option('--json', 'one JSON document on stdout');
  const problems: Problem[] = [];
  let flags = { rounds: 0, steps: 0, python: '' };
  parseFlags(
    command,
    () => {
      const { rounds, steps, python } = command.opts();
      flags = {
        rounds: wholeNumber('--rounds', rounds, 1, 1_000, problems),
        steps: wholeNumber('--steps', steps, 10, 100_000, problems),
        python,
      };
      return problems;
    },
    words,
  );
  return flags;
}

function cpuUs(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

function figuresOf(wanted: KernelWanted, rounds: number, steps: number): Figures {
  const { dqn, states } = prepared(wanted);
  const actions = steps * 20;
  const learn = (): void => {
    for (let i = 0; i < steps; i += 1) dqn.learn();
  };
  const act = (): void => {
    for (let i = 0; i < actions; i += 1) dqn.act(states[i % states.length] as number[]);
  };
  const [train, action]: [number[], number[]] = [[], []];
  for (let round = -2; round < rounds; round += 1) {
    const [trainUs, actionUs] = [cpuUs(learn) / steps, cpuUs(act) / actions];
    if (round < 0) continue;
    train.push(trainUs);
    action.push(actionUs);
  }
  return { trainUs: shown(median(train)), actionUs: shown(median(action)) };
}

function prepared(wanted: KernelWanted): { readonly dqn: Dqn; readonly states: number[][] } {
  const settings: DqnSettings = {
    net: { inputs: INPUTS, hidden: HIDDEN, actions: ACTIONS, dueling: false },
    adam: { learningRate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, normMax: 10 },
    loss: 'mse',
    batchSize: BATCH,
    replayRows: ROWS,
    double: false,
    prioritised: null,
  };
  const { uniform, normal } = createRandom('bench agents');
  const dqn = createDqn(settings, uniform, wanted);
  const state = (): number[] => Array.from({ length: INPUTS }, normal);
  for (let i = 0; i < ROWS; i += 1) {
    dqn.remember({ state: state(), action: i % ACTIONS, reward: normal(), next: state(), discount: 0.99 });
  }
  return { dqn, states: Array.from({ length: 64 }, state) };
}

/** Steps a second of the whole loop with the seed documents' network, learning at each. */
function loopSpeed(steps: number): number {
  const input = agentTrainingInputSchema.parse({ environment: 'cartpole' });
  const settings = {
    ...cartPoleSettings(input),
    hidden: HIDDEN,
    batchSize: BATCH,
    learnEvery: 1,
    learningStarts: 1_000,
  };
  const training = beginTraining(cartPole, settings, 'bench agents');
  const walk = (count: number) => () => {
    for (let i = 0; i < count; i += 1) trainStep(training);
  };
  walk(1_000 + steps)();
  return Math.round((steps * 10 * 1e6) / cpuUs(walk(steps * 10)));
}

const PEER = fileURLToPath(new URL('agents/peer.py', import.meta.url));

function peersOf(python: string, rounds: number, steps: number): z.infer<typeof peersSchema> {
  const args = [PEER, String(rounds), String(steps)];
  const { status, stdout, stderr, error } = spawnSync(python, args, { encoding: 'utf8' });
  if (error !== undefined) return { peers: {}, missing: [`${path.basename(python)}: ${error.message}`] };
  if (status !== 0) return { peers: {}, missing: [stderr.trim().split('\n').at(-1) ?? 'the peer failed'] };
  return peersSchema.parse(JSON.parse(stdout));
}

function linesOf(all: Readonly<Record<string, Figures>>, loop: number, missing: readonly string[]): string[] {
  const row = (...cells: readonly string[]): string => cells.map((cell) => cell.padStart(14)).join('');
  return [
    row('', 'learn µs', 'action µs'),
    ...Object.entries(all).map(([who, { trainUs, actionUs }]) => row(who, String(trainUs), String(actionUs))),
    `whole loop on CartPole, learning at each step (Double DQN): ${loop} steps a second`,
    ...missing.map((what) => `SKIPPED: ${what}`),
  ];
}
