/**
 * The Markdown panel of a session in the Web UI: state, money, the last decisions with their reasons, the next step.
 */
import type { WaitingOrder } from '../../schemas/approval.ts';
import type { Decision } from '../../schemas/decision.ts';
import { plain } from '../analysis/details.ts';
import { type SessionCarry, statusOf } from './session-state.ts';

export function sessionDetails(carry: SessionCarry): string {
  const status = statusOf(carry);
  return [
    `### ${carry.handle.strategy.type} on ${carry.input.symbols.join(', ')} (${status.tradingMode}, ${status.state})`,
    '| | |',
    '|---|---|',
    `| equity | ${status.equity} USD |`,
    `| realised P&L | ${status.realizedPnl} USD |`,
    `| drawdown | ${percent(status.drawdownFraction)} |`,
    `| bars | ${status.bars}${carry.handle.pastInstants === undefined ? ` of ${carry.handle.barsTotal}` : ''} |`,
    `| decisions / orders / trades | ${status.decisions} / ${status.ordersSent} / ${status.tradesExecuted} |`,
    `| operating mode | ${status.operatingMode} |`,
    `| regime | ${carry.progress.regime ?? 'warming up'} |`,
    `| model cost | ${status.modelCostMicroUsd} micro-USD |`,
    `| next step | ${nextStep(carry)} |`,
    '',
    ...status.approvals.flatMap(waitingLines),
    '#### Last decisions',
    ...carry.decisions.slice(-5).reverse().map(decisionLine),
    ...(status.warnings.length === 0 ? [] : ['', '#### Warnings', ...status.warnings.map((one) => `- ${one}`)]),
  ].join('\n');
}

const percent = (fraction: number): string => `${(fraction * 100).toFixed(2)} %`;

const instant = (ms: number): string => `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`;

function nextStep(carry: SessionCarry): string {
  if (carry.stop !== null) return `stopping: ${carry.stop.reason}`;
  if (carry.paused) return 'paused: send the signal resume';
  if (carry.news?.silent === true) return 'paused: STALE, until bars come again';
  if (carry.news?.closedUntilMs != null) return `the market opens: ${instant(carry.news.closedUntilMs)}`;
  return carry.nextDueAtMs === null ? 'at once' : instant(carry.nextDueAtMs);
}

function waitingLines({ summary, message, decisionId, orderHash, expiresAtMs }: WaitingOrder): string[] {
  return [
    `#### Waits for a person until ${instant(expiresAtMs)}`,
    `**${summary}** – ${message}`,
    '',
    `\`npm run approve -- ${decisionId} --hash ${orderHash}\``,
    '',
  ];
}

function decisionLine(decision: Decision): string {
  const votes = decision.contributions
    .flatMap((one) => (one.component === 'llm' ? one.reasons.map(plain) : one.reasons))
    .slice(0, 3)
    .join('; ');
  const refused =
    decision.verdict?.approved === false ? ` **refused**: ${decision.verdict.reasons[0]?.message ?? ''}` : '';
  const said = decision.noDecision === null ? decision.action : `no decision (${decision.noDecision})`;
  return `- ${instant(decision.asOfMs)} ${decision.symbol} **${said}**${refused}${votes === '' ? '' : ` – ${votes}`}`;
}
