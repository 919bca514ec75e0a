/** Cash, positions, equity and closed trades of one account against what its fills, funding and bars make of it. */
import { type Amount, amount, amountText, NONE, sum, toPrice } from './amounts.ts';
import type { Findings } from './findings.ts';
import { type Funding, paidFor } from './funding.ts';
import type { AccountRows } from './read-account.ts';
import { type Holding, holdingKey, type Rebuilt, type RoundTrip } from './rebuild.ts';

/** The last price of a symbol out of its bars; null when they are not at hand. */
export type MarkOf = (symbol: string) => Amount | null;

export function checkAccount(
  rows: AccountRows,
  rebuilt: Rebuilt,
  funding: readonly Funding[],
  markOf: MarkOf,
  findings: Findings,
): void {
  const { account } = rows;
  const path = `accounts.${account.account_id}`;
  const cash = rebuilt.cash.minus(sum(funding.map((one) => one.paid)));
  findings.amount(`${path}.cash`, account.cash, cash, 'starting cash, fills and funding');
  checkPositions(rows, rebuilt, funding, findings);
  const worth = sum(
    [...rebuilt.holdings.values()].map((one) => one.quantity.times(markFor(rows, one, markOf, findings))),
  );
  findings.amount(`${path}.equity`, account.equity, cash.plus(worth), 'cash and positions at their marks');
  checkTrades(rows, rebuilt, funding, findings);
}

/** The bars' price where they are at hand, and then the stored mark must be it; else the stored one. */
function markFor(rows: AccountRows, holding: Holding, markOf: MarkOf, findings: Findings): Amount {
  if (holding.quantity.isZero()) return NONE;
  const stored = rows.positions.find((one) => holdingKey(one) === keyOf(holding))?.mark_price;
  const known = markOf(holding.symbol);
  if (known !== null) findings.amount(`${positionPath(rows, holding)}.markPrice`, stored, known, 'the last close');
  return known ?? amount(stored ?? '0');
}

const keyOf = ({ strategyId, symbol }: Holding): string => holdingKey({ strategy_id: strategyId, symbol });
const positionPath = ({ account }: AccountRows, holding: Holding): string =>
  `positions.${account.account_id}.${keyOf(holding)}`;

function checkPositions(
  rows: AccountRows,
  { holdings }: Rebuilt,
  funding: readonly Funding[],
  findings: Findings,
): void {
  const stored = new Map(rows.positions.map((position) => [holdingKey(position), position]));
  for (const holding of holdings.values()) {
    const path = positionPath(rows, holding);
    const position = stored.get(keyOf(holding));
    const { quantity, cost, realized, fees, decisionIds } = holding;
    findings.amount(`${path}.quantity`, position?.quantity, quantity, 'the sum of its fills');
    findings.amount(`${path}.cost`, position?.cost, cost);
    findings.amount(
      `${path}.averagePrice`,
      position?.average_price,
      quantity.isZero() ? NONE : toPrice(cost.div(quantity)),
    );
    findings.amount(`${path}.realizedPnl`, position?.realized_pnl, realized);
    findings.amount(`${path}.fees`, position?.fees, fees);
    findings.amount(`${path}.funding`, position?.funding, paidFor(funding, decisionIds));
  }
  for (const [key, position] of stored) {
    if (holdings.has(key)) continue;
    const path = `positions.${rows.account.account_id}.${key}.quantity`;
    findings.amount(path, position.quantity, NONE, 'it has no fills');
  }
}

function checkTrades(
  rows: AccountRows,
  { roundTrips }: Rebuilt,
  funding: readonly Funding[],
  findings: Findings,
): void {
  const counting = rows.trades.filter((trade) => trade.busted_at === null);
  const stored = new Map(counting.map((trade) => [trade.trade_id, trade]));
  for (const roundTrip of roundTrips) {
    const { fill, trip } = roundTrip;
    const path = `trades.${fill.trade_id}`;
    const trade = stored.get(fill.trade_id);
    stored.delete(fill.trade_id);
    if (trade === undefined) {
      findings.mismatch(path, 'no row', `a closed trade of ${amountText(trip.entryQuantity)} ${fill.symbol}`);
      continue;
    }
    const paid = paidFor(funding, [trip.decisionId]);
    findings.amount(`${path}.pnl`, trade.pnl_net, pnlOf(roundTrip, funding), 'by its fills and funding');
    findings.amount(`${path}.fees`, trade.fees, trip.fees);
    findings.amount(`${path}.funding`, trade.funding, paid);
    findings.amount(`${path}.quantity`, trade.quantity, trip.entryQuantity);
    findings.amount(`${path}.entryPrice`, trade.entry_price, toPrice(trip.entryValue.div(trip.entryQuantity)));
    findings.amount(`${path}.exitPrice`, trade.exit_price, toPrice(trip.exitValue.div(trip.exitQuantity)));
    findings.value(`${path}.side`, trade.side, trip.isLong ? 'long' : 'short');
    findings.value(`${path}.openedAtMs`, trade.opened_at.getTime(), trip.openedAtMs);
    findings.value(`${path}.closedAtMs`, trade.closed_at.getTime(), fill.at.getTime());
  }
  for (const [id, trade] of stored)
    findings.mismatch(`trades.${id}`, trade.pnl_net, 'a trade whose fills close a position');
}

/** Net of fees and funding. */
export const pnlOf = ({ trip }: RoundTrip, funding: readonly Funding[]): Amount =>
  trip.realized.minus(trip.fees).minus(paidFor(funding, [trip.decisionId]));
