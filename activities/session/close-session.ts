/** The end of a session: its orders end, its positions too when it is asked to flatten, and its report is written. */
import { finishWalk } from '../../domain/backtest/finish-walk.ts';
import { findReportableGaps } from '../../domain/market/reportable-gaps.ts';
import { isRealTime } from '../../schemas/governance.ts';
import { followsMarket } from '../../schemas/live-market.ts';
import type { WalkResult } from '../../schemas/session-walk.ts';
import type { SessionReport } from '../../schemas/strategy-session.ts';
import { dataHashOf } from './prepare.ts';
import { walkedSeries } from './prepare-live.ts';
import { type ReadyParts, type ReadySession, underLock } from './ready-session.ts';
import { reportParts, type StopOrder } from './report-parts.ts';
import { resultOf, type WalkParts } from './walk-session.ts';

type CloseParts = WalkParts & Pick<ReadyParts, 'store' | 'follow'>;

/** Asked again it gives the stored report. In real time protective legs stay at work, unless positions leave too. */
export async function closeSession(
  parts: CloseParts,
  ready: ReadySession,
  stop: StopOrder,
): Promise<{ report: SessionReport; walk: WalkResult }> {
  const { handle, input, prepared } = ready;
  const seen = followsMarket(input) ? await parts.follow.live.bars(handle, 0) : [];
  const closed = await parts.store.close(
    handle,
    parts.nowMs(),
    (loaded) => {
      const context = underLock(parts, ready, loaded);
      const keepsLegs = isRealTime(input.tradingMode) && !stop.flatten;
      const batch = finishWalk(loaded.state, loaded.checkpoint.cursor, context, keepsLegs);
      return { batch, result: resultOf(parts, ready, loaded, { context, batch }), record: null };
    },
    (loaded, totals) => {
      const { codeVersion } = parts;
      const { cursor } = loaded.checkpoint;
      const series = followsMarket(input) ? walkedSeries(seen, input, cursor) : prepared.series;
      const gaps = series.flatMap((bars) => findReportableGaps(bars));
      return reportParts({ loaded, totals, handle, input, stop, gaps, dataHash: dataHashOf(series), codeVersion });
    },
  );
  return { report: closed.report, walk: closed.result };
}
