/**
 * A report for people: the same groups of label and value on the terminal and on the HTML page.
 * The only place where fractions of a report turn into percent and money is cut to cents; nothing is computed here.
 */
import type { SessionReport } from '../../schemas/strategy-session.ts';
import { toDecimal } from '../decimal.ts';

export type Figure = { readonly label: string; readonly value: string };
export type FigureGroup = { readonly title: string; readonly figures: readonly Figure[] };

const NOT_DEFINED = '–';
const CURRENCY = 'USD';
const REASONS_MAX = 12;

/** A table of all figures, one a line, in groups; ends with a line break. */
export function reportText(report: SessionReport): string {
  const groups = reportFigures(report);
  const labels = groups.flatMap((group) => group.figures.map((figure) => figure.label.length));
  const width = Math.max(...labels) + 2;
  const head = `Session ${report.sessionId}`;
  const blocks = groups.map((group) =>
    [group.title, ...group.figures.map(({ label, value }) => `  ${label.padEnd(width)}${value}`)].join('\n'),
  );
  return `${[`${head}\n${'='.repeat(head.length)}`, ...blocks].join('\n\n')}\n`;
}

/** The figures of a report in reading order: outcome, activity, what was not done, where it came from. */
export function reportFigures(report: SessionReport): FigureGroup[] {
  return [
    { title: 'Outcome', figures: outcome(report) },
    { title: 'Activity', figures: activity(report) },
    { title: 'No decision, by reason', figures: counts(report.noDecisionsByReason) },
    { title: 'Refusals, by rule', figures: counts(report.refusalsByRule) },
    { title: 'Provenance', figures: provenance(report) },
  ].filter((group) => group.figures.length > 0);
}

const outcome = (report: SessionReport): Figure[] => [
  { label: 'Equity at the start', value: money(report.equityStart) },
  { label: 'Equity at the end', value: money(report.equityEnd) },
  { label: 'Return', value: percent(report.returnFraction) },
  { label: 'Sharpe ratio, per year', value: ratio(report.sharpe) },
  { label: 'Largest drawdown', value: percent(report.drawdownFractionMax) },
  { label: 'Winning trades', value: percent(report.hitRate) },
  { label: 'Realised profit and loss', value: money(report.realizedPnl) },
  { label: 'Fees', value: money(report.fees) },
  { label: 'Funding', value: money(report.funding) },
  { label: 'Model cost', value: modelCost(report.modelCostMicroUsd) },
  { label: 'Return on model cost', value: ratio(report.returnOnModelCost) },
];

/** Single calls cost less than a cent. */
const modelCost = (microUsd: number): string =>
  money(toDecimal(microUsd).div(1_000_000).toFixed(), microUsd === 0 ? 2 : 6);

const activity = (report: SessionReport): Figure[] => [
  { label: 'Bars', value: whole(report.bars) },
  { label: 'Gaps in the bars', value: `${whole(report.gaps)} (${whole(report.barsMissing)} bars missing)` },
  { label: 'Decisions', value: whole(report.decisions) },
  { label: 'Orders', value: whole(report.orders) },
  { label: 'Fills', value: whole(report.fills) },
  { label: 'Closed trades', value: whole(report.trades) },
];

const provenance = (report: SessionReport): Figure[] => [
  { label: 'Strategy', value: report.strategyType },
  { label: 'Symbols', value: report.symbols.join(', ') },
  { label: 'Bar interval', value: durationText(report.barIntervalMs) },
  { label: 'Stopped by', value: report.stopReason === '' ? report.stoppedBy : stopText(report) },
  { label: 'Data hash', value: report.dataHash },
  { label: 'Code version', value: report.codeVersion },
  { label: 'Result hash', value: report.resultHash },
];

const stopText = (report: SessionReport): string => `${report.stoppedBy} (${report.stopReason})`;

/** The most frequent first; what does not fit is summed up in one line, so that the total stays right. */
function counts(byName: Readonly<Record<string, number>>): Figure[] {
  const rows = Object.entries(byName).sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  const shown = rows.slice(0, REASONS_MAX).map(([label, count]) => ({ label, value: whole(count) }));
  const rest = rows.slice(REASONS_MAX);
  if (rest.length === 0) return shown;
  const restCount = rest.reduce((sum, [, count]) => sum + count, 0);
  return [...shown, { label: `${rest.length} others`, value: whole(restCount) }];
}

/** `1234567.891` as `1,234,567.89 USD`: rounded half to even to `places`, on screens only. */
export const money = (text: string, places = 2): string => `${grouped(toDecimal(text).toFixed(places))} ${CURRENCY}`;

/** 0.0123 as `1.23 %`; null as a dash. */
export const percent = (fraction: number | null): string =>
  fraction === null ? NOT_DEFINED : `${grouped(withoutMinusZero((fraction * 100).toFixed(2)))} %`;

/** Three decimals; null as a dash. */
export const ratio = (value: number | null): string =>
  value === null ? NOT_DEFINED : grouped(withoutMinusZero(value.toFixed(3)));

const whole = (count: number): string => grouped(String(count));
const withoutMinusZero = (text: string): string => (/^-0(\.0*)?$/.test(text) ? text.slice(1) : text);

function grouped(text: string): string {
  const [digits = '', fraction] = withoutMinusZero(text).split('.');
  const head = digits.replace(/\B(?=(\d{3})+(?!\d))/g, ',');
  return fraction === undefined ? head : `${head}.${fraction}`;
}

const UNITS: readonly (readonly [string, number])[] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1_000],
];

/** 3,600,000 as `1 h`, 5,400,000 as `90 min`: the largest unit that divides it. */
export function durationText(ms: number): string {
  const unit = UNITS.find(([, size]) => ms % size === 0);
  return unit === undefined ? `${whole(ms)} ms` : `${whole(ms / unit[1])} ${unit[0]}`;
}
