/** Calls of tools, each written down once: what was asked, what was told, what was refused or left out and why. */
import type { ToolRefusal } from '../../schemas/llm/tool-call.ts';
import { insertRows } from '../insert-rows.ts';
import { toInstant } from '../instant.ts';
import type { Database, JsonObject } from '../tables.ts';
import { storePayload } from './payloads.ts';

export type ToolCallRecord = {
  readonly callId: string;
  readonly position: number;
  readonly tool: string;
  readonly arguments: JsonObject;
  readonly asOfMs: number;
  readonly refused: ToolRefusal | null;
  readonly withheld: readonly string[];
  readonly result: string;
  readonly atMs: number;
};

export type ToolAnswered = { readonly refused: string | null; readonly resultRef: string };

export type ToolLog = ReturnType<typeof createToolLog>;

export const createToolLog = (db: Database) => ({
  /** What a call was answered before; undefined when it was not. */
  read: (callId: string, position: number): Promise<ToolAnswered | undefined> => read(db, callId, position),

  /** Writes a call and its answer; one that is written already stays. @returns what is written */
  record: async (call: ToolCallRecord): Promise<ToolAnswered> => {
    const resultRef = await storePayload(db, call.result);
    const row = {
      call_id: call.callId,
      position: call.position,
      tool: call.tool,
      arguments: call.arguments,
      as_of: toInstant(call.asOfMs),
      refused: call.refused,
      withheld: call.withheld,
      result_ref: resultRef,
      at: toInstant(call.atMs),
    };
    await insertRows(db, 'tool_calls', [row], { onConflict: 'nothing' });
    return (await read(db, call.callId, call.position)) ?? { refused: call.refused, resultRef };
  },
});

async function read(db: Database, callId: string, position: number): Promise<ToolAnswered | undefined> {
  const row = await db
    .selectFrom('tool_calls')
    .select(['refused', 'result_ref'])
    .where('call_id', '=', callId)
    .where('position', '=', position)
    .executeTakeFirst();
  return row === undefined ? undefined : { refused: row.refused, resultRef: row.result_ref ?? '' };
}
