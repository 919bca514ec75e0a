/**
 * The verdict on the networks of a market training as lines and as rows: who was judged, against what, who is seated.
 */
import type { AgentSeat, JudgedSeed } from '../../../schemas/agent-training.ts';

const SHOWN = ['buyAndHold', 'sellAndHold', 'rule', 'random'] as const;

export const SEAT_HEADINGS = [
  'seed',
  'steps',
  'bars',
  'trades',
  'return',
  'Sharpe',
  ...SHOWN,
  'other times',
  'beats all',
];

/** Sharpe ratios are per bar. */
export const seatRows = ({ judged }: AgentSeat): (string | number)[][] => judged.map(rowOf);

function rowOf({ seed, steps, outOfSample: one }: JudgedSeed): (string | number)[] {
  const rivals = SHOWN.map((name) => figure(one.baselines.find((baseline) => baseline.name === name)?.sharpe));
  const result = [percent(one.returnFraction), figure(one.sharpe), ...rivals];
  return [seed, steps, one.bars, one.tradeCount, ...result, percent(one.timing), one.beatsAll ? 'yes' : 'no'];
}

/** @param seat null where the run was stopped before its end */
export function seatLines(seat: AgentSeat | null): string[] {
  if (seat === null) return ['nobody was judged: the run was stopped before its end'];
  const rows = [SEAT_HEADINGS, ...seatRows(seat).map((row) => row.map(String))];
  const widths = SEAT_HEADINGS.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  const { seated, seed, weightsHash, reason } = seat;
  return [
    'out of sample, Sharpe ratios a bar:',
    ...rows.map((row) => row.map((cell, column) => cell.padStart(widths[column] ?? 0)).join('  ')),
    `${seated ? 'seated' : 'on the bench'}: seed ${seed}, weights ${weightsHash.slice(0, 16)}: ${reason}`,
  ];
}

const figure = (value: number | undefined): string => (value === undefined ? '–' : value.toFixed(4));
const percent = (fraction: number): string => `${(100 * fraction).toFixed(1)} %`;
