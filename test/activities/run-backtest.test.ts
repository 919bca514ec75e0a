/** What a backtest by workflow refuses before it looks at a bar: flags that the walk it would take does not know. */
import { expect, it } from 'vitest';
import { type BacktestParts, runBacktest } from '../../activities/research/run-backtest.ts';
import { backtestRequest } from '../../domain/backtest/backtest-request.ts';
import { backtestRunInputSchema } from '../../schemas/backtest-run.ts';
import { InvalidInput } from '../../schemas/problem.ts';
import { parseSessionInput } from '../../schemas/session-input.ts';

const NOTHING_IS_READ = {} as BacktestParts;

async function codesOf(flags: Record<string, unknown>): Promise<string[]> {
  const pair = { strategy: 'pairsTrading', symbol: 'BTC/USDT,ETH/USDT', interval: '1h', synthetic: 300 };
  const { session, engine } = backtestRequest(backtestRunInputSchema.parse({ ...pair, ...flags }));
  const request = { session: parseSessionInput(session, 'strategy-session:x', Date.now()), engine };
  const run = { ...request, seedIndicators: 'talib' as const, workflowId: 'backtest:x', openKey: 'x' };
  const error: unknown = await runBacktest(NOTHING_IS_READ, run).catch((reason: unknown) => reason);
  return error instanceof InvalidInput ? error.problems.map(({ code }) => code) : ['goes on'];
}

it.each([
  [{ size: 'fraction:0.5' }],
  [{ fill: 'close' }],
  [{ closeLast: 'close' }],
  [{ commission: 'perShare:0.01' }],
  [{ slippage: 'volatility:0.1' }],
  [{ trailAtr: 2 }],
  [{ borrow: 0.05 }],
])('two legs take no %j, under the rules of the desk neither', async (flags) => {
  expect(await codesOf({ ...flags, rules: 'desk' })).toEqual(['STRATEGY_TWO_LEGGED']);
  expect(await codesOf({ rules: 'desk' })).toEqual(['goes on']);
});
