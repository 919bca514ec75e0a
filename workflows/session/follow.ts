/** A session that follows a live market: it looks for bars when they are due, and walks those that have come. */
import { nextLookMs } from '../../domain/market/next-look.ts';
import { isRealTime } from '../../schemas/governance.ts';
import { followsMarket } from '../../schemas/live-market.ts';
import { following } from './activities.ts';
import type { SessionCarry } from './session-state.ts';

export const isFollowing = (carry: SessionCarry): boolean => followsMarket(carry.input);

/** Whether the next bar is always due and no real time passes between bars. */
export const isVirtualTime = (carry: SessionCarry): boolean =>
  !isRealTime(carry.input.tradingMode) && !isFollowing(carry);

/** Whether there are bars to walk: known ones, or ones that a look at the market finds. */
export async function barsCame(carry: SessionCarry): Promise<boolean> {
  if ((carry.news?.known ?? 0) > carry.cursor) return true;
  const summary = `look for bars after ${carry.cursor}`;
  carry.news = await following.followMarket.executeWithOptions({ summary }, [{ handle: carry.handle }]);
  const came = carry.news.known > carry.cursor;
  carry.misses = came ? 0 : (carry.misses ?? 0) + 1;
  if (!came) carry.nextDueAtMs = lookAgainMs(carry);
  return came;
}

/** When to look again: at once while bars are at hand. */
export function lookAgainMs({ news, cursor, misses = 0, input }: SessionCarry): number {
  const nowMs = Date.now();
  if (news === undefined || news.known > cursor) return nowMs;
  return nextLookMs(news, { nowMs, misses, checkIntervalMs: input.checkIntervalMs });
}
