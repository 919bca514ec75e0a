/**
 * Which events a person must hear of, in words: what happened, what the desk has done about it by itself, who owns it.
 * Pure; how it is delivered is adapters/alerts.
 */
import type { Alert, AlertLevel, AlertOwner } from '../../schemas/alert.ts';
import { cutText } from '../../schemas/cut-text.ts';

type Payload = Readonly<Record<string, unknown>>;
type Rule = {
  readonly owner: AlertOwner;
  readonly title: string;
  readonly level: AlertLevel;
  /** What the desk does by itself. */
  readonly action: string;
};

export type AlertEvent = {
  readonly sequence: number;
  readonly type: string;
  readonly payload: Payload;
  readonly correlationId: string | null;
  readonly atMs: number;
};

const RULES: Readonly<Record<string, Rule>> = {
  risk_alert: {
    ...{ owner: 'risk', title: 'risk is above its limits', level: 'warning' },
    action: 'the CEO evaluates at once; ceilings follow the score',
  },
  ceo_alert: {
    ...{ owner: 'head of desk', title: 'the CEO sees something wrong', level: 'warning' },
    action: 'the operating mode was chosen with it in mind',
  },
  ceo_mode_switch: {
    ...{ owner: 'head of desk', title: 'the operating mode has changed', level: 'warning' },
    action: 'every order is judged by the new profile',
  },
  strategy_alert: {
    ...{ owner: 'strategies', title: 'a strategy is not what it was', level: 'warning' },
    action: 'entries of disabled strategies are refused',
  },
  kill_switch_set: {
    ...{ owner: 'operator', title: 'the kill switch is set', level: 'critical' },
    action: 'nothing is sent but what only reduces; open orders are cancelled',
  },
  kill_switch_cleared: {
    ...{ owner: 'operator', title: 'the kill switch is cleared', level: 'warning' },
    action: 'orders are sent again',
  },
  account_frozen: {
    ...{ owner: 'operator', title: 'an account differs from its venue', level: 'critical' },
    action: 'every order of the account is refused until a person releases it',
  },
  position_unprotected: {
    ...{ owner: 'operator', title: 'a position has no stop at work', level: 'critical' },
    action: 'what is left of its legs is sent or cancelled at the next reconciliation',
  },
  order_busted: {
    ...{ owner: 'operator', title: 'a venue took a trade back', level: 'warning' },
    action: 'the books have been put right',
  },
  session_feed_stale: {
    ...{ owner: 'operator', title: 'a market went silent', level: 'warning' },
    action: 'nothing is opened on it until bars come again',
  },
  session_data_refused: {
    ...{ owner: 'operator', title: 'a market told what cannot be', level: 'warning' },
    action: 'its symbol is in quarantine',
  },
  live_armed: {
    ...{ owner: 'head of desk', title: 'an account is armed for live trading', level: 'warning' },
    action: 'the arming ends by itself',
  },
  approval_requested: {
    ...{ owner: 'operator', title: 'an order waits for a person', level: 'warning' },
    action: 'silence is a denial when it expires',
  },
};

/** The types of events that are alerts. */
export const ALERT_EVENTS: readonly string[] = Object.keys(RULES);

const DETAIL_MAX = 1_500;
const VALUE_MAX = 300;
const VALUES_MAX = 20;

/** Null for an event that nobody must hear of. */
export function alertOf({ sequence, type, payload, correlationId, atMs }: AlertEvent): Alert | null {
  const rule = RULES[type];
  if (rule === undefined) return null;
  const { owner, title, action } = rule;
  const level = payload.level === 'critical' ? 'critical' : rule.level;
  const detail = detailOf(payload);
  const text = `[${level}] ${title} (${type} #${sequence})\n${detail}\ndone automatically: ${action}\nowner: ${owner}`;
  return { sequence, type, level, owner, action, text, correlationId, atMs };
}

/** A line a field; what is long is cut. */
function detailOf(payload: Payload): string {
  const lines = Object.entries(payload)
    .filter(([, value]) => value !== null && value !== undefined)
    .slice(0, VALUES_MAX)
    .map(([name, value]) => `${name}: ${cutText(wordsOf(value), VALUE_MAX, '…')}`);
  return cutText(lines.join('\n'), DETAIL_MAX);
}

const wordsOf = (value: unknown): string => {
  if (typeof value === 'string') return value;
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value.join('; ');
  return JSON.stringify(value);
};
