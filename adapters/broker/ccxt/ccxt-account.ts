/**
 * Whose account it is, its positions and its cash, told as the ledger books them: cash falls by the whole cost of a
 * position, also in futures, where the venue keeps only a margin. Spot knows balances, no positions: what is held of a
 * base currency is the position, its average price is not told.
 */
import { z } from 'zod';
import { decimalText, roundPrice, ZERO } from '../../../domain/decimal.ts';
import type { VenueAnswer, VenuePosition } from '../../../schemas/venue.ts';
import type { VenueCash, VenueIdentity } from '../venue.ts';
import { notNegative, number, text } from './binance-numbers.ts';
import { type CcxtDesk, type Markets, symbolOf } from './ccxt-markets.ts';
import { readReply, soon } from './ccxt-reply.ts';

const ACCOUNT_BYTES_MAX = 16_000_000;

const spotAccountSchema = z.looseObject({
  uid: text,
  balances: z.array(z.looseObject({ asset: text, free: notNegative, locked: notNegative })),
});
const swapBalanceSchema = z.array(z.looseObject({ accountAlias: text })).min(1);
/** `notional` − `unrealizedProfit` is what the position cost, signed. */
const swapAccountSchema = z.looseObject({
  assets: z.array(z.looseObject({ asset: text, walletBalance: number })),
  positions: z.array(z.looseObject({ symbol: text, notional: number, unrealizedProfit: number })),
});
const swapPositionSchema = z.looseObject({
  symbol: text,
  positionSide: z.literal('BOTH', { error: 'the account is in hedge mode' }),
  positionAmt: number,
  entryPrice: notNegative,
});

const readSpotAccount = ({ client }: CcxtDesk): Promise<VenueAnswer<z.output<typeof spotAccountSchema>>> =>
  readReply(client, spotAccountSchema, {
    effect: 'venue.account',
    call: (exchange) => exchange.privateGetAccount({ omitZeroBalances: 'true' }),
    bodyBytesMax: ACCOUNT_BYTES_MAX,
  });

/** Binance does not tell whether an account is real: the host does. Asks for the markets too. */
export async function readIdentity(desk: CcxtDesk): Promise<VenueAnswer<VenueIdentity>> {
  const markets = await desk.askMarkets(soon(desk.client).deadlineMs);
  if (markets.kind === 'failed') return markets;
  const accountId = await readAccountId(desk);
  if (accountId.kind === 'failed') return accountId;
  const { host, mode } = desk.access;
  return { kind: 'answered', value: { accountId: accountId.value, host, mode, toldMode: null } };
}

async function readAccountId(desk: CcxtDesk): Promise<VenueAnswer<string>> {
  if (desk.access.market === 'spot') {
    const account = await readSpotAccount(desk);
    return account.kind === 'failed' ? account : { kind: 'answered', value: account.value.uid };
  }
  const balance = await readReply(desk.client, swapBalanceSchema, {
    effect: 'venue.account',
    call: (exchange) => exchange.fapiPrivateV3GetBalance({}),
  });
  if (balance.kind === 'failed') return balance;
  return { kind: 'answered', value: balance.value[0]?.accountAlias ?? '' };
}

export async function readCash(desk: CcxtDesk): Promise<VenueAnswer<VenueCash>> {
  const { currency, market } = desk.access;
  if (market === 'swap') return readSwapCash(desk);
  const account = await readSpotAccount(desk);
  if (account.kind === 'failed') return account;
  const held = account.value.balances.find(({ asset }) => asset === currency);
  const cash = decimalText(held === undefined ? ZERO : held.free.plus(held.locked));
  return { kind: 'answered', value: { cash, currency } };
}

/** Wallet and positions in one reply, so that no fill falls between them. */
async function readSwapCash({ client, access }: CcxtDesk): Promise<VenueAnswer<VenueCash>> {
  const { currency } = access;
  const account = await readReply(client, swapAccountSchema, {
    effect: 'venue.account',
    call: (exchange) => exchange.fapiPrivateV3GetAccount({}),
    bodyBytesMax: ACCOUNT_BYTES_MAX,
  });
  if (account.kind === 'failed') return account;
  const wallet = account.value.assets.find(({ asset }) => asset === currency)?.walletBalance ?? ZERO;
  const costs = account.value.positions.map(({ notional, unrealizedProfit }) => notional.minus(unrealizedProfit));
  const cash = costs.reduce((left, cost) => left.minus(cost), wallet);
  return { kind: 'answered', value: { cash: decimalText(cash), currency } };
}

export async function readPositions(desk: CcxtDesk): Promise<VenueAnswer<readonly VenuePosition[]>> {
  const markets = await desk.askMarkets(soon(desk.client).deadlineMs);
  if (markets.kind === 'failed') return markets;
  return desk.access.market === 'spot' ? readHoldings(desk) : readSwapPositions(desk, markets.value);
}

/** A coin is held on when its market is gone. */
async function readHoldings(desk: CcxtDesk): Promise<VenueAnswer<readonly VenuePosition[]>> {
  const account = await readSpotAccount(desk);
  if (account.kind === 'failed') return account;
  const positions: VenuePosition[] = [];
  for (const symbol of desk.access.symbols) {
    const [base] = symbol.split('/');
    const balance = account.value.balances.find(({ asset }) => asset === base);
    const quantity = balance === undefined ? ZERO : balance.free.plus(balance.locked);
    if (quantity.isZero()) continue;
    positions.push({ symbol, quantity: decimalText(quantity), averagePrice: null });
  }
  return { kind: 'answered', value: positions };
}

async function readSwapPositions(desk: CcxtDesk, markets: Markets): Promise<VenueAnswer<readonly VenuePosition[]>> {
  const rows = await readReply(desk.client, z.array(swapPositionSchema), {
    effect: 'venue.positions',
    call: (exchange) => exchange.fapiPrivateV3GetPositionRisk({}),
    bodyBytesMax: ACCOUNT_BYTES_MAX,
  });
  if (rows.kind === 'failed') return rows;
  const value = rows.value
    .filter(({ positionAmt }) => !positionAmt.isZero())
    .map(({ symbol, positionAmt, entryPrice }) => ({
      symbol: symbolOf(markets, symbol),
      quantity: decimalText(positionAmt),
      averagePrice: decimalText(roundPrice(entryPrice)),
    }));
  return { kind: 'answered', value };
}
