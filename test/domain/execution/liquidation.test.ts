import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Decimal, toDecimal } from '../../../domain/decimal.ts';
import {
  bankruptcyPrice,
  binanceLiquidationPrice,
  bybitLiquidationPrice,
  gateOkxLiquidationPrice,
  type MarginTier,
  tierOf,
  tiersOf,
} from '../../../domain/execution/liquidation.ts';
import { goldenReference } from './support.ts';

const side = z.enum(['long', 'short']);
const goldenSchema = z.object({
  binance_documented: z.object({
    wallet_balance: z.number(),
    positions: z.array(
      z.object({
        symbol: z.string(),
        side,
        q: z.number(),
        ep: z.number(),
        mark: z.number(),
        mmr: z.number(),
        cum: z.number(),
      }),
    ),
    expected_cross: z.record(z.string(), z.number()),
    expected_isolated_whole_wallet: z.record(z.string(), z.number()),
  }),
  binance_tiers_2021_03_18: z.object({
    tiers: z.array(z.object({ notional_floor: z.number(), mmr: z.number(), maintenance_amount: z.number() })),
  }),
  binance_isolated_small: z.array(
    z.object({
      side,
      entry: z.number(),
      qty: z.number(),
      wallet: z.number(),
      mmr: z.number(),
      maintenance_amount: z.number(),
      liq: z.number(),
    }),
  ),
  gate_okx_isolated: z.array(
    z.object({
      side,
      leverage: z.number(),
      entry: z.number(),
      mmr: z.number(),
      taker_fee: z.number(),
      liq: z.number(),
    }),
  ),
  bybit: z.array(
    z.object({
      side,
      leverage: z.number(),
      entry: z.number(),
      qty: z.number().optional(),
      mmr: z.number().optional(),
      liq: z.number().optional(),
      bankruptcy: z.number().optional(),
    }),
  ),
});
const raw = goldenReference('leverage_liquidation.json');
const golden = raw === null ? null : goldenSchema.parse(raw);
const number = (value: number): Decimal => toDecimal(value);

describe.skipIf(golden === null)('published liquidation prices', () => {
  it('are those of Binance for one position, isolated', () => {
    for (const one of golden?.binance_isolated_small ?? []) {
      const price = binanceLiquidationPrice({
        side: one.side,
        quantity: number(one.qty),
        entryPrice: number(one.entry),
        walletBalance: number(one.wallet),
        maintenanceMarginFraction: number(one.mmr),
        maintenanceAmount: number(one.maintenance_amount),
      });
      expect(price.toNumber()).toBeCloseTo(one.liq, 10);
    }
  });

  it('are those of Binance for two positions in one wallet, cross and isolated', () => {
    const documented = golden?.binance_documented;
    for (const one of documented?.positions ?? []) {
      const others = documented?.positions.filter((other) => other !== one) ?? [];
      const sum = (pick: (other: (typeof others)[number]) => Decimal): Decimal =>
        others.reduce((total, other) => total.plus(pick(other)), new Decimal(0));
      const input = {
        side: one.side,
        quantity: number(one.q),
        entryPrice: number(one.ep),
        walletBalance: number(documented?.wallet_balance ?? 0),
        maintenanceMarginFraction: number(one.mmr),
        maintenanceAmount: number(one.cum),
      };
      const cross = binanceLiquidationPrice({
        ...input,
        otherMaintenanceMargin: sum((other) => number(other.q).times(other.mark).times(other.mmr).minus(other.cum)),
        otherUnrealizedPnl: sum((other) => number(other.q).times(number(other.mark).minus(other.ep))),
      });
      expect(cross.toFixed(2)).toBe(documented?.expected_cross[one.symbol]?.toFixed(2));
      expect(binanceLiquidationPrice(input).toFixed(2)).toBe(
        documented?.expected_isolated_whole_wallet[one.symbol]?.toFixed(2),
      );
    }
  });

  it('follow from maintenance amounts that follow from the tiers', () => {
    const published = golden?.binance_tiers_2021_03_18.tiers ?? [];
    const tiers = tiersOf(published.map((tier) => [number(tier.notional_floor), number(tier.mmr)] as const));
    expect(tiers.map((tier) => tier.maintenanceAmount.toNumber())).toEqual(
      published.map((tier) => tier.maintenance_amount),
    );
  });

  it('are those of Gate and OKX', () => {
    for (const one of golden?.gate_okx_isolated ?? []) {
      const price = gateOkxLiquidationPrice({
        side: one.side,
        quantity: number(3),
        entryPrice: number(one.entry),
        margin: number(one.entry).times(3).div(one.leverage),
        maintenanceMarginFraction: number(one.mmr),
        takerFeeFraction: number(one.taker_fee),
      });
      expect(price.toNumber()).toBeCloseTo(one.liq, 10);
    }
  });

  it('are those of Bybit, liquidation and bankruptcy', () => {
    for (const one of golden?.bybit ?? []) {
      if (one.bankruptcy !== undefined) {
        expect(bankruptcyPrice(one.side, number(one.entry), one.leverage).toNumber()).toBeCloseTo(one.bankruptcy, 8);
        continue;
      }
      const price = bybitLiquidationPrice({
        side: one.side,
        quantity: number(one.qty ?? 1),
        entryPrice: number(one.entry),
        leverage: one.leverage,
        maintenanceMarginFraction: number(one.mmr ?? 0),
      });
      expect(price.toNumber()).toBeCloseTo(one.liq ?? Number.NaN, 8);
    }
  });
});

describe('liquidation arithmetic', () => {
  it('takes the tier below on its very edge', () => {
    const tiers: MarginTier[] = tiersOf([
      [number(0), number(0.004)],
      [number(50_000), number(0.005)],
    ]);
    expect(tierOf(tiers, number(50_000)).maintenanceMarginFraction.toNumber()).toBe(0.004);
    expect(tierOf(tiers, number(50_001)).maintenanceAmount.toNumber()).toBe(50);
    expect(() => tierOf([], number(1))).toThrow(RangeError);
  });

  it('never gives a price below zero, and says that a margin below maintenance is liquid at once', () => {
    const input = {
      side: 'long' as const,
      quantity: number(1),
      entryPrice: number(100),
      margin: number(150),
      maintenanceMarginFraction: number(0.01),
      takerFeeFraction: number(0),
    };
    expect(gateOkxLiquidationPrice(input).toNumber()).toBe(0);
    expect(gateOkxLiquidationPrice({ ...input, maintenanceMarginFraction: number(1) }).isFinite()).toBe(false);
  });
});
