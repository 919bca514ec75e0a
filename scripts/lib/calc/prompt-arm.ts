/** `calc prompt-arm`: which version of a prompt a session works with while an experiment runs on it. */
import { z } from 'zod';
import { promptArm as armOf } from '../../../domain/llm/prompt-arm.ts';
import { promptArmSchema } from '../../../schemas/llm/prompt.ts';
import { calculation } from './calculation.ts';

const SESSIONS_MAX = 100_000;
const ids = z.string().min(1).max(300);

export const promptArm = calculation({
  name: 'prompt-arm',
  about: 'the arm (version) of an experiment that a session, or each of many, falls into',
  schema: z.strictObject({
    promptId: z.string().min(1).max(64),
    /** One id, or a list of them. */
    sessionId: z.union([ids, z.array(ids).min(1).max(SESSIONS_MAX)]),
    arms: z
      .array(promptArmSchema)
      .min(1)
      .max(16)
      .default([
        { version: 1, share: 1 },
        { version: 2, share: 1 },
      ]),
  }),
  example: { promptId: 'advisor', sessionId: 'btc-momentum' },
  answer: ({ promptId, sessionId, arms }) =>
    Array.isArray(sessionId)
      ? { versions: sessionId.map((id) => armOf(promptId, id, arms)) }
      : { version: armOf(promptId, sessionId, arms) },
});
