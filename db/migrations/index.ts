/** All migrations by name, in the order in which they run. A migration that has shipped is never edited. */
import type { Migration } from 'kysely';
import * as accounts from './0001-accounts.ts';
import * as market from './0002-market.ts';
import * as sessions from './0003-sessions.ts';
import * as orders from './0004-orders.ts';
import * as governance from './0005-governance.ts';
import * as views from './0006-views.ts';
import * as venues from './0007-venues.ts';
import * as busts from './0008-busts.ts';
import * as intentGroups from './0009-intent-groups.ts';
import * as liveSessions from './0010-live-sessions.ts';
import * as vendorBars from './0011-vendor-bars.ts';
import * as research from './0012-research.ts';
import * as dataOrigins from './0013-data-origins.ts';
import * as orderSends from './0014-order-sends.ts';
import * as lastEqual from './0015-last-equal.ts';
import * as coinFees from './0016-coin-fees.ts';
import * as fillsSetAside from './0017-fills-set-aside.ts';
import * as models from './0018-models.ts';
import * as newsKnowledge from './0019-news-knowledge.ts';
import * as modelViews from './0020-model-views.ts';
import * as tradeReviews from './0021-trade-reviews.ts';
import * as walkRecords from './0022-walk-records.ts';
import * as sessionModelCost from './0024-session-model-cost.ts';
import * as governanceStore from './0025-governance.ts';
import * as modelBatches from './0026-model-batches.ts';
import * as idempotency from './0027-idempotency.ts';
import * as alerts from './0028-alerts.ts';
import * as tradeClock from './0029-trade-clock.ts';
import * as learning from './0030-learning.ts';
import * as agentTraining from './0031-agent-training.ts';
import * as allocations from './0032-allocations.ts';
import * as bookDays from './0036-book-days.ts';
import * as readIndexes from './0037-read-indexes.ts';
import * as leverageOutcomes from './0038-leverage-outcomes.ts';
import * as learningRecords from './0039-learning-records.ts';
import * as agentSeats from './0040-agent-seats.ts';
import * as plainDoubles from './0041-plain-doubles.ts';
import * as toldBacktests from './0042-told-backtests.ts';
import * as finalFailures from './0043-final-failures.ts';
import * as orderRefusals from './0044-order-refusals.ts';

export const migrations: Readonly<Record<string, Migration>> = {
  '0001-accounts': accounts,
  '0002-market': market,
  '0003-sessions': sessions,
  '0004-orders': orders,
  '0005-governance': governance,
  '0006-views': views,
  '0007-venues': venues,
  '0008-busts': busts,
  '0009-intent-groups': intentGroups,
  '0010-live-sessions': liveSessions,
  '0011-vendor-bars': vendorBars,
  '0012-research': research,
  '0013-data-origins': dataOrigins,
  '0014-order-sends': orderSends,
  '0015-last-equal': lastEqual,
  '0016-coin-fees': coinFees,
  '0017-fills-set-aside': fillsSetAside,
  '0018-models': models,
  '0019-news-knowledge': newsKnowledge,
  '0020-model-views': modelViews,
  '0021-trade-reviews': tradeReviews,
  '0022-walk-records': walkRecords,
  '0024-session-model-cost': sessionModelCost,
  '0025-governance': governanceStore,
  '0026-model-batches': modelBatches,
  '0027-idempotency': idempotency,
  '0028-alerts': alerts,
  '0029-trade-clock': tradeClock,
  '0030-learning': learning,
  '0031-agent-training': agentTraining,
  '0032-allocations': allocations,
  '0036-book-days': bookDays,
  '0037-read-indexes': readIndexes,
  '0038-leverage-outcomes': leverageOutcomes,
  '0039-learning-records': learningRecords,
  '0040-agent-seats': agentSeats,
  '0041-plain-doubles': plainDoubles,
  '0042-told-backtests': toldBacktests,
  '0043-final-failures': finalFailures,
  '0044-order-refusals': orderRefusals,
};
