/** The orders of experiment `orders`, drawn from the seed: market, limit, limit to be cancelled, bracket; small values, odd cents. */
import { createRandom, type Random } from '../../domain/market/random.ts';
import type { OrderRequest } from '../rig/desk-orders.ts';
import { EXAM_INTERVAL_MS, type ExamSymbol } from '../rig/market.ts';

export type PlannedOrder = {
  readonly id: string;
  readonly kind: 'market' | 'limit' | 'cancel' | 'bracket';
  readonly request: OrderRequest;
  /** Wait after the order before it, in ms. */
  readonly pauseMs: number;
  /** Cancelled so long after its start; null: it is left alone. */
  readonly cancelAfterMs: number | null;
};

const KINDS = ['market', 'limit', 'cancel', 'bracket'] as const;
const PAUSE_MS = 500;
/** How often an order looks by itself. */
const LOOK_EVERY_MS = 3_000;

export function planOrders(seed: number, name: string, count: number, symbols: readonly ExamSymbol[]): PlannedOrder[] {
  const random = createRandom(`exam:orders:${seed}:${name}`);
  return Array.from({ length: count }, (_, index) => planOne(random, `${name}-${index + 1}`, symbols));
}

function planOne(random: Random, id: string, symbols: readonly ExamSymbol[]): PlannedOrder {
  const kind = pick(random, KINDS);
  const { symbol, price } = pick(random, symbols);
  const common = {
    ...{ accountId: 'alpaca-paper', symbol, side: 'buy' as const, reasoning: `exam ${id}` },
    quantity: quantityOf(random, price),
    barIntervalMs: EXAM_INTERVAL_MS,
    checkIntervalMs: LOOK_EVERY_MS,
  };
  return {
    ...{ id, kind, request: { ...common, ...pricesOf(kind, price) } },
    pauseMs: Math.round(2 * PAUSE_MS * random.uniform()),
    cancelAfterMs: kind === 'cancel' ? Math.round(1_000 + 4_000 * random.uniform()) : null,
  };
}

/** Worth 30 to 80, with four places. */
const quantityOf = (random: Random, price: number): string => ((30 + 50 * random.uniform()) / price).toFixed(4);

function pricesOf(kind: PlannedOrder['kind'], price: number): Partial<OrderRequest> {
  const at = (factor: number): string => (price * factor).toFixed(2);
  if (kind === 'limit') return { orderType: 'limit', limitPrice: at(1.04), stop: at(0.98) };
  if (kind === 'cancel') return { orderType: 'limit', limitPrice: at(0.9), stop: at(0.88) };
  return kind === 'bracket' ? { stop: at(0.98), target: at(1.02) } : {};
}

const pick = <T>(random: Random, list: readonly T[]): T =>
  list[Math.min(list.length - 1, Math.floor(random.uniform() * list.length))] as T;
