/** The kill switch in lines for people: what is set, what was cancelled, what is still open and what to do about it. */
import type { KillStatus } from './kill-status.ts';
import type { KillReport } from './set-kill.ts';

export const reportLines = ({ file, database, venues, paper, reason }: KillReport): string[] => [
  file.present ? `set: ${reason} (${file.path})` : `THE FILE IS MISSING: ${file.path}: ${file.message ?? ''}`,
  ...(file.present && file.message !== null ? [`the file blocks, but without its reason: ${file.message}`] : []),
  database.up
    ? `database: ${database.message ?? 'row set, noted in audit and events'}`
    : `database: ${database.message ?? 'down'}; the file alone blocks this desk until you run this again`,
  ...venues.map(
    ({ venue, cancelled, endedOtherwise, left, failed, message }) =>
      `${venue}: ${cancelled} cancelled, ${endedOtherwise} ended otherwise, ${left ?? 'unknown'} left, ` +
      `${failed} refused${tail(message)}`,
  ),
  ...(paper === null ? [] : [paperLine(paper)]),
  ...(venues.length === 0 && paper === null ? ['no venue has a key'] : []),
];

const paperLine = ({ reachable, cancelled, left, protecting, message }: NonNullable<KillReport['paper']>): string =>
  reachable
    ? `paper: ${cancelled} cancelled, ${left ?? 'unknown'} left; ${protecting ?? 0} stops and targets of open ` +
      `positions stay at work${tail(message)}`
    : `paper: not reached${tail(message)}`;

export const statusLines = ({ active, file, database, venues, phrase }: KillStatus): string[] => [
  active ? 'the kill switch is ON: no order leaves this desk' : 'the kill switch is off',
  `file: ${file.present ? `present, ${file.reason ?? ''}` : 'none'} (${file.path})`,
  `database: ${databaseWords(database)}`,
  ...venues.map(({ venue, reachable, openOrders, message }) =>
    reachable
      ? `${venue}: reachable, ${openOrders ?? 'unknown'} open orders${tail(message)}`
      : `${venue}: NOT reachable${tail(message)}`,
  ),
  ...(venues.length === 0 ? ['venues: no key is set'] : []),
  `phrase: ${phrase}`,
];

function databaseWords({ up, active, reason, setBy, message }: KillStatus['database']): string {
  if (!up) return `down${tail(message)}`;
  return active === true ? `set, ${reason ?? 'no reason'}${setBy === null ? '' : `, by ${setBy}`}` : 'not set';
}

const tail = (message: string | null): string => (message === null ? '' : `: ${message}`);
