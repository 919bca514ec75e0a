/** The ids in a list of models. Together sends the bare list; Ollama without a model sends null for it. */
import { z } from 'zod';
import { protocolFailure } from './call-failure.ts';

const modelsSchema = z.array(z.object({ id: z.string() }));
const listSchema = z.union([modelsSchema, z.object({ data: modelsSchema.nullable() })]);

/** @throws ModelCallFailed LLM_PROTOCOL */
export async function modelIdsOf(response: Response): Promise<string[]> {
  const parsed = listSchema.safeParse(await response.json().catch(() => null));
  if (!parsed.success) throw protocolFailure('the list of models is not what the format says');
  const models = Array.isArray(parsed.data) ? parsed.data : (parsed.data.data ?? []);
  return models.map(({ id }) => id);
}
