/** The face of an evolution run. */
export { leaderboardQuery, pauseSignal, progressQuery, resumeSignal, stopSignal } from './research.ts';

export const EVOLUTION_RUN = 'evolution-run';
export const evolutionRunId = (id: string): string => `${EVOLUTION_RUN}:${id}`;
