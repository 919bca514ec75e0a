/** The account's side of Alpaca's JSON: balances, positions, the clock. Money and quantities are strings. */
import { type Decimal, decimalText, ZERO } from '../../../domain/decimal.ts';
import { buyingPower, heldForOrders, worthOf } from './balances.ts';
import type { BookView } from './book-view.ts';
import type { Engine } from './engine.ts';
import { isCrypto, type VenuePosition } from './venue-order.ts';
import { type AccountBook, bookOf } from './venue-state.ts';
import { instant, rounded, uuidOf } from './wire.ts';

const FRACTION_DECIMALS = 9;

const ratio = (part: Decimal, whole: Decimal): string =>
  whole.isZero() ? '0' : decimalText(part.div(whole).toDecimalPlaces(FRACTION_DECIMALS));

/** Alpaca names the position of a pair without its slash. */
export const positionSymbol = (symbol: string): string => symbol.replace('/', '');

export function positionToWire(
  engine: Engine,
  account: string,
  symbol: string,
  position: VenuePosition,
): Record<string, unknown> {
  const { quantity, averagePrice } = position;
  const price = engine.price(symbol);
  const cost = quantity.times(averagePrice);
  const value = quantity.times(price);
  const gain = value.minus(cost);
  const onHold = heldForOrders(bookOf(engine.state, account), symbol, quantity.gt(ZERO) ? 'sell' : 'buy');
  return {
    asset_id: uuidOf(`asset:${symbol}`),
    symbol: positionSymbol(symbol),
    exchange: isCrypto(symbol) ? 'CRYPTO' : 'NASDAQ',
    asset_class: isCrypto(symbol) ? 'crypto' : 'us_equity',
    asset_marginable: !isCrypto(symbol),
    qty: decimalText(quantity),
    qty_available: decimalText(quantity.gt(ZERO) ? quantity.minus(onHold) : quantity.plus(onHold)),
    avg_entry_price: rounded(averagePrice),
    side: quantity.gt(ZERO) ? 'long' : 'short',
    market_value: decimalText(value),
    cost_basis: rounded(cost),
    unrealized_pl: rounded(gain),
    unrealized_plpc: ratio(gain, cost.abs()),
    unrealized_intraday_pl: rounded(gain),
    unrealized_intraday_plpc: ratio(gain, cost.abs()),
    current_price: decimalText(price),
    lastday_price: decimalText(price),
    change_today: '0',
  };
}

/** A live account's number is 9 digits; a paper account's begins with PA. */
export function accountToWire(engine: Engine, view: BookView, book: AccountBook): Record<string, unknown> {
  const { equity, longValue, shortValue } = worthOf(engine, view.holdings);
  const power = decimalText(buyingPower(engine, book));
  return {
    id: uuidOf(`account:${view.account}`),
    account_number: view.account,
    status: 'ACTIVE',
    crypto_status: 'ACTIVE',
    currency: 'USD',
    cash: decimalText(view.holdings.cash),
    portfolio_value: decimalText(equity),
    equity: decimalText(equity),
    last_equity: decimalText(equity),
    buying_power: power,
    regt_buying_power: power,
    daytrading_buying_power: '0',
    non_marginable_buying_power: power,
    effective_buying_power: power,
    accrued_fees: '0',
    long_market_value: decimalText(longValue),
    short_market_value: decimalText(shortValue),
    position_market_value: decimalText(longValue.plus(shortValue.abs())),
    initial_margin: decimalText(longValue.plus(shortValue.abs())),
    maintenance_margin: '0',
    last_maintenance_margin: '0',
    sma: '0',
    multiplier: '1',
    daytrade_count: 0,
    pattern_day_trader: false,
    trading_blocked: false,
    transfers_blocked: false,
    account_blocked: false,
    trade_suspended_by_user: false,
    shorting_enabled: true,
    created_at: instant(view.openedAtMs),
  };
}

const SESSION_END_HOUR_UTC = 21;
const DAY_MS = 86_400_000;

/** The test venue never closes; the times are those of the next sessions' ends and starts. */
export function clockToWire(nowMs: number): Record<string, unknown> {
  const midnightMs = Math.floor(nowMs / DAY_MS) * DAY_MS;
  const closeMs = midnightMs + SESSION_END_HOUR_UTC * 3_600_000;
  const nextCloseMs = closeMs > nowMs ? closeMs : closeMs + DAY_MS;
  return {
    timestamp: instant(nowMs),
    is_open: true,
    next_open: instant(nextCloseMs),
    next_close: instant(nextCloseMs),
  };
}
