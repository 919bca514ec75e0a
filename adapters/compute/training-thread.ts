/** One training thread: walks the parts it is sent and answers each. Knows neither Temporal nor Postgres. */
import { parentPort } from 'node:worker_threads';
import { periodsPerYear } from '../../domain/backtest/metrics.ts';
import { type AgentMarket, agentMarket } from '../../domain/learning/agents/agent-market.ts';
import { judgeNetwork } from '../../domain/learning/agents/seat-run.ts';
import { type TrainingGround, trainPart } from '../../domain/learning/agents/train-chunk.ts';
import {
  CALLED_OFF,
  type FromTrainer,
  type PartToTrain,
  STEPS,
  type ToTrainer,
  type TrainingBars,
} from './training-threads.ts';

const MARKETS_KEPT = 2;
const markets = new Map<string, AgentMarket>();

parentPort?.on('message', (message: ToTrainer) => parentPort?.postMessage(answerOf(message)));

function answerOf(message: ToTrainer): FromTrainer {
  try {
    if (message.kind === 'train') return { ...NOTHING, trained: train(message.part, message.control) };
    const { input, network, market } = message.question;
    return { ...NOTHING, judged: judgeNetwork(network, input, groundOf(market)) };
  } catch (error) {
    return { ...NOTHING, error: error instanceof Error ? error.message : String(error) };
  }
}

const NOTHING: FromTrainer = { trained: null, judged: null, error: null };

function train({ market, ...part }: PartToTrain, control: Int32Array) {
  const goesOn = (steps: number): boolean => {
    Atomics.store(control, STEPS, steps);
    return Atomics.load(control, CALLED_OFF) === 0;
  };
  return trainPart({ ...part, ground: market === null ? undefined : groundOf(market) }, goesOn);
}

/** Everything computed over bars is kept until two others have come. */
function groundOf({ key, bars, split }: TrainingBars): TrainingGround {
  const found = markets.get(key) ?? agentMarket(bars);
  markets.delete(key);
  markets.set(key, found);
  for (const oldest of markets.keys()) if (markets.size > MARKETS_KEPT) markets.delete(oldest);
  return { agentMarket: found, split, barsPerYear: periodsPerYear(bars.intervalMs, [bars.symbol]) };
}
