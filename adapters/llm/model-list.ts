/** The ids in a list of models, which all providers that have one tell alike. */
import { z } from 'zod';
import { protocolFailure } from './call-failure.ts';

const listSchema = z.object({ data: z.array(z.object({ id: z.string() })) });

/** @throws ModelCallFailed LLM_PROTOCOL */
export async function modelIdsOf(response: Response): Promise<string[]> {
  const parsed = listSchema.safeParse(await response.json().catch(() => null));
  if (!parsed.success) throw protocolFailure('the list of models is not what the format says');
  return parsed.data.data.map(({ id }) => id);
}
