/** The queue of questions to models, whoever asks: its workers bound how many are asked at once. */
import { RESEARCH_QUEUE } from './research.ts';

export const LLM_QUEUE = 'llm';

/** The queue of models beside a trading or research queue: a desk with queues of its own has all of them of its own. */
export const llmQueueOf = (queue: string): string => beside(queue, LLM_QUEUE);

/** The queue of research beside a trading queue; a research queue is its own. */
export const researchQueueOf = (queue: string): string => beside(queue, RESEARCH_QUEUE);

const beside = (queue: string, name: string): string => queue.replace(/^(trading|research|llm)/, name);
