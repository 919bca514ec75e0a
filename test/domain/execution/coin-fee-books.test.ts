/** A fee taken of the coin bought: what is held, what it cost, and how large an order can be that closes it. */
import { describe, expect, it } from 'vitest';
import { decimalText, toDecimal } from '../../../domain/decimal.ts';
import { positionOf } from '../../../domain/execution/book.ts';
import { sizeClaim } from '../../../domain/execution/claim-sizing.ts';
import { draftOf } from '../../../domain/execution/draft.ts';
import { isBare } from '../../../domain/execution/protection.ts';
import { bookExecution } from '../../../domain/execution/settle.ts';
import { takeBack } from '../../../domain/execution/take-back.ts';
import type { Fill, Order } from '../../../schemas/execution.ts';
import type { StoredFill } from '../../../scripts/lib/verify/read-account.ts';
import { rebuild } from '../../../scripts/lib/verify/rebuild.ts';
import { exitOrder, order, stopLeg } from './support.ts';

const entry = order({ quantity: '0.1', state: 'ACKED' });
const bought = (draft: ReturnType<typeof draftOf>) =>
  bookExecution(draft, entry, {
    quantity: toDecimal('0.1'),
    price: toDecimal('60000'),
    fee: toDecimal('15'),
    feeQuantity: toDecimal('0.00025'),
    atMs: 1,
    tradeId: 't-1',
  });
const newDraft = () =>
  draftOf({ accountId: entry.accountId, currency: 'USD', cash: toDecimal('10000'), positions: [], orders: [entry] });
const held = (draft: ReturnType<typeof draftOf>) => positionOf(draft, entry.strategyId, entry.symbol);

const storedOf = (fill: Fill): StoredFill => ({
  ...{ venue: fill.venue, account_id: fill.accountId, trade_id: fill.tradeId, client_order_id: fill.clientOrderId },
  ...{ strategy_id: fill.strategyId, symbol: fill.symbol, side: fill.side, quantity: fill.quantity },
  ...{ price: fill.price, fee: fill.fee, fee_quantity: fill.feeQuantity ?? null, at: new Date(fill.atMs) },
  ...{ takes_back: fill.takesBack ?? null, order: undefined, sequence: null },
});

describe('a buy whose fee is taken of the coin', () => {
  it('holds what is left of it; the cash that went is what is held at the price, and the fee', () => {
    const draft = newDraft();
    expect(bought(draft).filled).toMatchObject({ state: 'FILLED', quantityFilled: '0.1' });
    expect(decimalText(draft.cash)).toBe('4000');
    const { quantity, cost, fees } = held(draft) ?? {};
    expect([quantity, cost, fees].map((one) => one && decimalText(one))).toEqual(['0.09975', '5985', '15']);
    const sum = draft.entries.reduce((total, one) => total.plus(one.amount), toDecimal('0'));
    expect(decimalText(sum)).toBe('0');
    const rebuilt = rebuild(toDecimal('10000'), draft.fills.map(storedOf));
    expect(decimalText(rebuilt.cash)).toBe('4000');
    expect([...rebuilt.holdings.values()].map((one) => decimalText(one.quantity))).toEqual(['0.09975']);
  });

  it('gives coins, cash and fee back when it is busted', () => {
    const draft = newDraft();
    const { filled } = bought(draft);
    const [fill] = draft.fills;
    if (fill === undefined) throw new Error('no fill');
    takeBack(draft, filled, fill, [{ fill, order: filled }], 2);
    expect(decimalText(draft.cash)).toBe('10000');
    expect(decimalText(held(draft)?.quantity ?? toDecimal('1'))).toBe('0');
    expect(draft.fills[1]).toMatchObject({ takesBack: 't-1', fee: '-15', feeQuantity: '-0.00025' });
  });
});

describe('what closes it', () => {
  const fills: Fill[] = [
    {
      ...{ venue: 'v', accountId: entry.accountId, tradeId: 't-1', clientOrderId: entry.clientOrderId },
      ...{ strategyId: entry.strategyId, symbol: entry.symbol, side: 'buy', quantity: '0.1', price: '60000' },
      ...{ fee: '15', feeQuantity: '0.00025', atMs: 1 },
    },
  ];
  const done: Order = { ...entry, state: 'FILLED', quantityFilled: '0.1' };
  const stop = { ...stopLeg('57000'), quantity: '0.1', state: 'INTENT' } as const;

  it('is the stop for what the buy brought, also where more is held, in lots of the venue', () => {
    const sizeWith = (lot: string | null, all: string) =>
      sizeClaim([stop], [done, stop], { held: all, fills, open: [], lot }).sending.map((one) => one.quantity);
    expect(sizeWith(null, '0.09975')).toEqual(['0.09975']);
    expect(sizeWith('0.0001', '0.09975')).toEqual(['0.0997']);
    expect(sizeWith(null, '5')).toEqual(['0.09975']);
  });

  it('is an exit in lots; of less than a lot nothing can be sold', () => {
    const exit = { ...exitOrder(), quantity: '0.1', state: 'INTENT' } as const;
    const sizeWith = (all: string) => sizeClaim([exit], [exit], { held: all, fills: [], open: [], lot: '0.0001' });
    expect(sizeWith('0.09975').sending.map((one) => one.quantity)).toEqual(['0.0997']);
    expect(sizeWith('0.00005')).toMatchObject({ sending: [], refusal: { rule: 'reduceOnly' } });
  });

  it('leaves nothing bare that is worth less than any order', () => {
    const ended = { ...exitOrder(), state: 'FILLED' } as const;
    expect(isBare(ended, toDecimal('0.00001'), [], toDecimal('60000'))).toBe(false);
    expect(isBare(ended, toDecimal('0.00005'), [], toDecimal('60000'))).toBe(true);
  });
});
