/** The face of a parameter search. */
export { leaderboardQuery, pauseSignal, progressQuery, resumeSignal, stopSignal } from './research.ts';

export const PARAMETER_SEARCH = 'parameter-search';
export const parameterSearchId = (id: string): string => `${PARAMETER_SEARCH}:${id}`;
