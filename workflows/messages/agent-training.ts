/** The face of a training. */
export { leaderboardQuery, pauseSignal, progressQuery, resumeSignal, stopSignal } from './research.ts';

export const AGENT_TRAINING = 'agent-training';
export const agentTrainingId = (id: string): string => `${AGENT_TRAINING}:${id}`;
