import { describe, expect, it } from 'vitest';
import { toDecimal } from '../../../domain/decimal.ts';
import { placeOrders } from '../../../domain/execution/book.ts';
import { depositEntries } from '../../../domain/execution/ledger.ts';
import { ledgerEntrySchema } from '../../../schemas/execution.ts';
import { bookWith, costs, exitOrder, flatBar, MIDNIGHT, order, walk } from './support.ts';

describe('postings', () => {
  it('book a deposit as cash against capital', () => {
    expect(
      depositEntries('paper-1', toDecimal('100000'), MIDNIGHT).map((one) => [one.entryId, one.book, one.amount]),
    ).toEqual([
      [`deposit-paper-1-${MIDNIGHT}-1`, 'cash', '100000'],
      [`deposit-paper-1-${MIDNIGHT}-2`, 'capital', '-100000'],
    ]);
  });

  it('book a sale at a gain: cash in, cost out, the gain as income, the fee apart', () => {
    const held = walk(bookWith(order({ quantity: '2' })), [flatBar(0, 100)]).book;
    const step = walk(
      placeOrders(held, [exitOrder({ quantity: '1' })]).book,
      [flatBar(1, 130)],
      costs({ commissionBps: 10 }),
    );
    expect(step.entries.map((one) => [one.book, one.kind, one.amount])).toEqual([
      ['cash', 'fill', '130'],
      ['position:BTC/USDT', 'fill', '-100'],
      ['realizedPnl', 'realizedPnl', '-30'],
      ['cash', 'fee', '-0.13'],
      ['fees', 'fee', '0.13'],
    ]);
    expect(new Set(step.entries.map((one) => one.postingId))).toEqual(new Set([step.fills[0]?.tradeId]));
  });

  it('book a short: cash in against a negative cost', () => {
    const step = walk(bookWith(order({ side: 'sell' })), [flatBar(0, 100)]);
    expect(step.entries.map((one) => [one.book, one.amount])).toEqual([
      ['cash', '100'],
      ['position:BTC/USDT', '-100'],
    ]);
    for (const entry of step.entries) expect(ledgerEntrySchema.safeParse(entry).success).toBe(true);
  });

  it('take cost out pro rata, rounded to 8 decimals, and all of it at flat', () => {
    const held = walk(bookWith(order({ quantity: '3' })), [flatBar(0, 33.33333333)]).book;
    const first = walk(placeOrders(held, [exitOrder({ quantity: '0.7' })]).book, [flatBar(1, 30)]);
    expect(first.entries[1]?.amount).toBe('-23.33333333');
    expect(first.book.positions[0]?.cost.toString()).toBe('76.66666666');
    const last = walk(placeOrders(first.book, [exitOrder({ decisionId: 'd-3', quantity: '2.3' })]).book, [
      flatBar(2, 30),
    ]);
    expect(last.book.positions[0]?.cost.toString()).toBe('0');
    expect(last.closedTrades[0]?.pnl).toBe('-9.99999999');
  });

  it('leave nothing behind at flat, however small the cost', () => {
    const held = walk(bookWith(order({ quantity: '0.00000003' })), [flatBar(0, 0.333)]).book;
    expect(held.positions[0]?.cost.toFixed()).toBe('0.00000000999');
    const step = walk(placeOrders(held, [exitOrder({ quantity: '0.00000003' })]).book, [flatBar(1, 0.333)]);
    expect(step.book.positions[0]?.cost.toFixed()).toBe('0');
    expect(step.book.cash.toFixed()).toBe('10000');
  });
});
