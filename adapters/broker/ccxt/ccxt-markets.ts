/**
 * The markets that are traded at an exchange: its own names for our symbols, and the steps of quantities and prices.
 * Asked for once, before the first request that needs them; a failed question is asked again the next time. A market
 * that the exchange has no more is left out: the others are traded on, and its orders are refused by name.
 */
import { z } from 'zod';
import type { Decimal } from '../../../domain/decimal.ts';
import type { VenueAnswer } from '../../../schemas/venue.ts';
import { positive, text } from './binance-numbers.ts';
import type { CcxtClient } from './ccxt-client.ts';
import type { CcxtAccess } from './ccxt-config.ts';
import { answerOf, isUnknownMarket } from './ccxt-reply.ts';

export type VenueMarket = {
  readonly id: string;
  readonly symbol: string;
  readonly base: string;
  readonly quote: string;
  readonly quantityStep: Decimal;
  readonly priceStep: Decimal;
};
export type Markets = {
  readonly bySymbol: ReadonlyMap<string, VenueMarket>;
  readonly byId: ReadonlyMap<string, VenueMarket>;
};
export type AskMarkets = (deadlineMs: number) => Promise<VenueAnswer<Markets>>;
/** What every question to the exchange needs. */
export type CcxtDesk = {
  readonly client: CcxtClient;
  readonly access: CcxtAccess;
  readonly askMarkets: AskMarkets;
};

/** Futures list every contract there is: about 2 MB. */
const EXCHANGE_INFO_BYTES_MAX = 32_000_000;

const filterSchema = z.looseObject({
  filterType: text,
  stepSize: z.string().optional(),
  tickSize: z.string().optional(),
});
const infoSchema = z.looseObject({
  symbols: z.array(
    z.looseObject({
      symbol: text,
      baseAsset: text,
      quoteAsset: text,
      contractType: z.string().optional(),
      filters: z.array(filterSchema),
    }),
  ),
});
type Info = z.output<typeof infoSchema>['symbols'][number];

/** `onMissing`: told once which symbols the exchange has no market for. */
export function createMarkets(
  client: CcxtClient,
  access: CcxtAccess,
  onMissing: (symbols: readonly string[]) => void,
): AskMarkets {
  let known: Markets | null = null;
  return async (deadlineMs) => {
    if (known !== null) return { kind: 'answered', value: known };
    const answer = await askInfo(client, access, deadlineMs);
    if (answer.kind === 'failed') return { kind: 'failed', reason: `markets: ${answer.reason}` };
    const found = access.symbols.map((symbol) => marketOf(symbol, access, answer.value.symbols));
    const missing = access.symbols.filter((_, index) => found[index] === null);
    if (missing.length === access.symbols.length)
      return { kind: 'failed', reason: `no such markets: ${missing.join(', ')}` };
    known = indexed(found.filter((one) => one !== null));
    if (missing.length > 0) onMissing(missing);
    return { kind: 'answered', value: known };
  };
}

/** Spot refuses a question that names a market it does not have: then it is asked for all it has. */
async function askInfo(client: CcxtClient, { market, symbols }: CcxtAccess, deadlineMs: number) {
  const ask = (query: object) =>
    client.request({
      effect: 'venue.account',
      kind: 'read',
      call: (exchange) =>
        market === 'spot'
          ? exchange.publicGetExchangeInfo({ ...query, showPermissionSets: 'false' })
          : exchange.fapiPublicGetExchangeInfo({}),
      deadlineMs,
      bodyBytesMax: EXCHANGE_INFO_BYTES_MAX,
    });
  const named = await ask({ symbols: JSON.stringify(symbols.map(idOf)) });
  return answerOf(infoSchema, market === 'spot' && isUnknownMarket(named) ? await ask({}) : named);
}

/** Binance writes pairs without the slash. */
const idOf = (symbol: string): string => symbol.replace('/', '');

function marketOf(symbol: string, { market }: CcxtAccess, infos: readonly Info[]): VenueMarket | null {
  const isMeant = (info: Info): boolean =>
    info.symbol === idOf(symbol) &&
    `${info.baseAsset}/${info.quoteAsset}` === symbol &&
    (market === 'spot' || info.contractType === 'PERPETUAL');
  const info = infos.find(isMeant);
  if (info === undefined) return null;
  const quantityStep = positive.safeParse(info.filters.find((one) => one.filterType === 'LOT_SIZE')?.stepSize);
  const priceStep = positive.safeParse(info.filters.find((one) => one.filterType === 'PRICE_FILTER')?.tickSize);
  if (!quantityStep.success || !priceStep.success) return null;
  const { symbol: id, baseAsset: base, quoteAsset: quote } = info;
  return { id, symbol, base, quote, quantityStep: quantityStep.data, priceStep: priceStep.data };
}

const indexed = (markets: readonly VenueMarket[]): Markets => ({
  bySymbol: new Map(markets.map((market) => [market.symbol, market])),
  byId: new Map(markets.map((market) => [market.id, market])),
});

/** Our symbol of the exchange's own name; what is not traded by this desk keeps that name. */
export const symbolOf = ({ byId }: Markets, id: string): string => byId.get(id)?.symbol ?? id;
