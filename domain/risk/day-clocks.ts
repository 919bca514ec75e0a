/**
 * The days of an account that several clocks trade. Sessions that follow a market, and orders by hand, share one: wall
 * time, so that what one of them has lost counts against all of them. A replay has a clock of its own, and with it a day
 * of its own; the days lie side by side and none turns another. Pure. A replay's clock is named by its session's id.
 */
import type { RiskDay, RiskDays, RiskState } from '../../schemas/risk.ts';
import { Decimal, decimalText, toDecimal } from '../decimal.ts';
import { dayIn } from '../market/trading-day.ts';

/** No id of a session has a colon. */
export const WALL_CLOCK = 'wall:time';

const dayOf = ({ dayKey, dayStartEquity, tradesToday, recentOrders }: RiskState): RiskDay => ({
  dayKey,
  dayStartEquity,
  tradesToday,
  recentOrders,
});

type Days = Readonly<Record<string, RiskDay>>;

const withOthers = ({ otherDays: _before, ...state }: RiskState, days: Days): RiskState =>
  Object.keys(days).length === 0 ? state : { ...state, otherDays: { ...days } };

/** The state with the day of this clock in front. A clock that is new goes on from the day that was in front. */
export function onClock(state: RiskState, clock: string): RiskState {
  if (state.clock === clock) return state;
  const { [clock]: own, ...others } = state.otherDays ?? {};
  const left = state.clock === undefined ? others : { ...others, [state.clock]: dayOf(state) };
  return withOthers({ ...state, ...own, clock }, left);
}

/**
 * The same for wall time. It takes over no day that has not come yet, such as a replay of made-up bars leaves in front:
 * as it never goes back, that day would not end.
 */
export function onWallTime(state: RiskState, nowMs: number): RiskState {
  const isNew = state.clock !== WALL_CLOCK && state.otherDays?.[WALL_CLOCK] === undefined;
  const wall = onClock(state, WALL_CLOCK);
  const dayKey = dayIn(wall.dayZone, nowMs);
  if (!isNew || wall.dayKey <= dayKey) return wall;
  return { ...wall, dayKey, dayStartEquity: wall.lastEquity, tradesToday: 0, recentOrders: [] };
}

/** Forgets the days of clocks that have stopped; a day in front stays, as nobody's. */
export function keepClocks(state: RiskState, running: ReadonlySet<string>): RiskState {
  const { clock, ...rest } = state;
  const kept = Object.entries(state.otherDays ?? {}).filter(([name]) => running.has(name));
  return withOthers(clock !== undefined && running.has(clock) ? state : rest, Object.fromEntries(kept));
}

/** Every other day, changed alike: what happens to the account happens on all of them. */
export const onOtherDays = (state: RiskState, change: (day: RiskDay) => RiskDay): Pick<RiskState, 'otherDays'> =>
  state.otherDays === undefined
    ? {}
    : { otherDays: Object.fromEntries(Object.entries(state.otherDays).map(([name, day]) => [name, change(day)])) };

/**
 * The equity that the loss of the day counts from, over all days the highest. A day that wall time has ended counts
 * from the last mark, though nothing has traded since; that of a replay that goes on ends by its own time only.
 * @param replays clocks of open sessions that keep a time of their own
 */
export function dayStartAt(state: RiskDays, nowMs: number, replays: ReadonlySet<string>): string {
  const today = dayIn(state.dayZone, nowMs);
  const startOf = (clock: string | undefined, { dayKey, dayStartEquity }: RiskDay): string =>
    dayKey === today || (clock !== undefined && replays.has(clock)) ? dayStartEquity : state.lastEquity;
  const starts = [
    startOf(state.clock, state),
    ...Object.entries(state.otherDays ?? {}).map(([clock, day]) => startOf(clock, day)),
  ];
  return decimalText(Decimal.max(...starts.map((one) => toDecimal(one))));
}
