/**
 * The same question to the gate: random orders in every trading mode, for accounts of every kind. In analysis nothing
 * passes, in a backtest nothing but its own simulated account, in live nothing that is not armed.
 */
import { toDecimal } from '../../../domain/decimal.ts';
import { gate } from '../../../domain/risk/gate.ts';
import type { GateInput } from '../../../domain/risk/gate-input.ts';
import { openRiskState } from '../../../domain/risk/risk-state.ts';
import { complianceSchema, deskLimitsSchema, sessionLimitsSchema } from '../../../schemas/risk.ts';
import type { Violation } from '../../exam.ts';
import { type Draw, drawFrom } from '../adversarial/draw.ts';

const MODES = ['analysis', 'backtest', 'paper', 'live'] as const;
const LIVE_ACCOUNTS = ['alpaca-live', 'live-1'];
const ACCOUNTS = [...LIVE_ACCOUNTS, 'paper-1', 'alpaca-paper', 'sim:one', 'sim:two', 'SIM:one', 'simulated', ' sim:x'];
const PROFILE = { positionFractionMax: 1, positionsMax: 100, leverageMax: 10, confidenceMin: 0, newEntries: true };

export type GateFigures = {
  readonly asked: number;
  readonly approved: number;
  /** How often each mode let something pass, so that silence is not taken for safety. */
  readonly approvedByMode: Readonly<Record<string, number>>;
  readonly violations: readonly Violation[];
};

export function examineGate(seed: number, asked: number): GateFigures {
  const draw = drawFrom(seed, 'gate');
  const violations: Violation[] = [];
  const approvedByMode = Object.fromEntries(MODES.map((mode) => [mode, 0]));
  let approved = 0;
  for (let index = 0; index < asked; index += 1) {
    const input = anInput(draw);
    if (!gate(input).approved) continue;
    approved += 1;
    approvedByMode[input.tradingMode] = (approvedByMode[input.tradingMode] ?? 0) + 1;
    const wrong = wrongWith(input);
    if (wrong !== null) violations.push({ kind: 'order-in-the-wrong-mode', where: `order ${index}: ${wrong}` });
  }
  return { asked, approved, approvedByMode, violations };
}

function wrongWith({ tradingMode, intent, liveArmed }: GateInput): string | null {
  const isSimulated = intent.accountId.startsWith('sim:');
  if (tradingMode === 'analysis') return 'approved in analysis mode';
  if (tradingMode === 'backtest') return isSimulated ? null : `a backtest at ${intent.accountId}`;
  if (isSimulated) return `${tradingMode} mode at ${intent.accountId}`;
  return tradingMode === 'live' && !liveArmed && !intent.reduceOnly ? 'live without an arming' : null;
}

function anInput(draw: Draw): GateInput {
  const nowMs = Date.UTC(2024, 0, 3, 12);
  const price = toDecimal(100);
  const side = draw.pick(['buy', 'sell'] as const);
  const tradingMode = draw.pick(MODES);
  // Whoever loads the account gives live accounts the live mode: paper orders do not come as far with one of them.
  const accounts = tradingMode === 'paper' ? ACCOUNTS.filter((one) => !LIVE_ACCOUNTS.includes(one)) : ACCOUNTS;
  return {
    intent: {
      accountId: draw.pick(accounts),
      strategyId: 'momentum',
      symbol: 'BTC/USDT',
      ...{ side, quantity: toDecimal(draw.whole(1, 40)), price, limitPrice: null, leverage: 1 },
      ...{ reduceOnly: draw.whole(0, 3) === 0, hasStop: true, confidence: 0.9, direction: 'longShort' },
      ...{ origin: draw.pick(['session', 'manual', 'ai'] as const), orderType: 'market' },
    },
    account: {
      ...{ equity: toDecimal(100_000), cash: toDecimal(100_000), openOrders: [], usMargin: false },
      positions: [],
      riskState: openRiskState(toDecimal(100_000), nowMs),
    },
    market: {
      ...{ lastPrice: price, barOpenTimeMs: nowMs - 3_600_000, barIntervalMs: 3_600_000, quoteAtMs: null },
      ...{ historical: tradingMode === 'backtest', quarantined: null, isOpen: true, nextOpenMs: null },
    },
    correlationGroup: [],
    policy: { version: 1, mode: 'expansion', profile: PROFILE },
    limits: sessionLimitsSchema.parse({}),
    desk: deskLimitsSchema.parse({}),
    compliance: complianceSchema.parse({}),
    tradingMode,
    liveArmed: draw.whole(0, 1) === 0,
    ...{ nowMs, killSwitch: null, accountHalt: null, symbolHalt: null, strategyDisabled: null, budgetExhausted: null },
  };
}
