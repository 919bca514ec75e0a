/** Arming in lines for people: until when, for what, what stands in the way, and the phrase. */

import type { ArmedScope, PaperRecord } from '../../../schemas/arming.ts';
import { describeProblems } from '../../../schemas/problem.ts';
import type { ArmReport } from './arm-account.ts';
import type { ArmStatus } from './arm-status.ts';

export const armedLines = ({
  accountId,
  armedBy,
  expiresAtMs,
  scope,
  overrideReason,
  isNewAccount,
}: ArmReport): string[] => [
  ...(isNewAccount ? [`account ${accountId} opened from what the venue tells`] : []),
  `${accountId} is ARMED until ${instant(expiresAtMs)} by ${armedBy}, for ${scopeWords(scope)}`,
  ...(overrideReason === null ? [] : [`without a paper record: ${overrideReason}`]),
  ...scope.strategies.map(recordLine),
];

export const disarmedLine = (account: string, count: number): string =>
  count === 0 ? `${account} was not armed` : `${account} is disarmed`;

export const statusLines = ({ account, isOpen, arming, problems, needed, records, phrase }: ArmStatus): string[] => [
  arming === null
    ? `${account} is not armed`
    : `${account} is ARMED until ${instant(arming.expiresAtMs)} by ${arming.armedBy}, for ${scopeWords(arming.scope)}`,
  ...(isOpen ? [] : [`account ${account}: not on this desk yet; arming opens it`]),
  ...(problems.length === 0 ? [] : [describeProblems(problems)]),
  `paper records (${needed.closedTrades} closed trades or ${needed.paperDays} days):` +
    (records.length === 0 ? ' none' : ''),
  ...records.map(recordLine),
  `phrase: ${phrase}`,
];

const recordLine = ({ strategyId, closedTrades, paperDays, isEnough }: PaperRecord): string =>
  `  ${isEnough ? 'enough' : 'NOT enough'}  ${strategyId}: ${closedTrades} closed trades, ${paperDays} days`;

const scopeWords = ({ everyStrategy, strategies }: ArmedScope): string =>
  everyStrategy ? 'every strategy' : strategies.map((one) => one.strategyId).join(', ');

const instant = (ms: number): string => new Date(ms).toISOString();
