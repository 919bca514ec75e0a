/** What an officer shows: the answer to `status`, and its panel in the web UI. */
import { cutText } from '../../schemas/cut-text.ts';
import type { CycleCarry, OfficerStatus } from '../../schemas/officers/cycle.ts';
import type { Officer } from '../messages/officers.ts';

export const statusOf = (officer: Officer, carry: CycleCarry): OfficerStatus => ({
  officer,
  enabled: carry.enabled,
  intervalMs: carry.intervalMs,
  cycles: carry.cycles,
  missed: carry.missed,
  lastCycleAtMs: carry.lastCycleAtMs,
  nextCycleAtMs: carry.dueMs,
  state: carry.state,
});

const SHOWN = ['mode', 'globalMode', 'riskScore', 'riskLevel', 'primary', 'reasons', 'alerts'] as const;
const CELL_LENGTH_MAX = 300;

export function detailsOf(officer: Officer, { cycles, missed, enabled, state }: CycleCarry): string {
  const lines = SHOWN.flatMap((name) => (state?.[name] === undefined ? [] : [`| ${name} | ${cellOf(state[name])} |`]));
  const head = `**${officer}** ${enabled ? '' : '(off) '}${cycles} cycles, ${missed} slots missed`;
  return [head, '', '| | |', '|---|---|', ...lines].join('\n');
}

const cellOf = (value: unknown): string =>
  cutText((Array.isArray(value) ? value.join('; ') : String(value)).replaceAll('|', '\\|'), CELL_LENGTH_MAX);
