/** Answers that every route may give. */
import { problemsAnswerSchema } from '../schemas/http.ts';

export const PROBLEM_ANSWERS = { '4xx': problemsAnswerSchema, '5xx': problemsAnswerSchema } as const;
