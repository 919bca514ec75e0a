/**
 * The tool calls of a Chat Completions stream, put together from their pieces. A piece belongs to the call of its
 * index. Servers depart from that in known ways: Ollama gives every call index 0 or none, older vLLM gives every piece
 * an id of its own, others repeat the name. So a piece begins another call only when both its id and a name say so.
 */
import { z } from 'zod';

export const toldCallSchema = z.looseObject({
  index: z.int().nullish(),
  id: z.string().nullish(),
  function: z.looseObject({ name: z.string().nullish(), arguments: z.string().nullish() }).nullish(),
});
type ToldCall = z.infer<typeof toldCallSchema>;

type ChatCall = { readonly id: string; readonly name: string; readonly arguments: string };
type Growing = { readonly index: number | null; id: string; name: string; arguments: string };

type CallAssembly = { readonly take: (told: ToldCall) => void; readonly calls: () => ChatCall[] };

export function createCallAssembly(): CallAssembly {
  const growing: Growing[] = [];
  return {
    take: (told) => {
      const [id, name] = [told.id ?? '', told.function?.name ?? ''];
      const found = callOf(growing, told);
      const isOther = found === undefined || beginsAnother(found, id, name, told.index ?? null);
      const call = isOther ? { index: told.index ?? null, id: '', name: '', arguments: '' } : found;
      if (isOther) growing.push(call);
      if (call.id === '') call.id = id;
      if (call.name !== name) call.name += name;
      call.arguments += told.function?.arguments ?? '';
    },
    calls: () =>
      growing.map(({ id, name, arguments: json }, place) => ({
        id: id === '' ? `call_${place}` : id,
        name,
        arguments: json === '' ? '{}' : json,
      })),
  };
}

/** Without an index: the call of this id, else the last one. */
function callOf(growing: readonly Growing[], { index, id }: ToldCall): Growing | undefined {
  if (typeof index === 'number') return growing.findLast((one) => one.index === index);
  return growing.findLast((one) => id != null && id !== '' && one.id === id) ?? growing.at(-1);
}

function beginsAnother(found: Growing, id: string, name: string, index: number | null): boolean {
  if (name === '' || found.name === '') return false;
  return id === '' || found.id === '' ? index === null : id !== found.id;
}
