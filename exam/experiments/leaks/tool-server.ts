/** A model server that asks for the tool it is told to ask for, then answers; it keeps every body it was sent. */
import type { ToolCall } from '../../../schemas/llm/model-call.ts';
import { type Said, startChatServer } from '../../rig/chat-server.ts';

export type ToolServer = {
  readonly url: string;
  readonly bodies: string[];
  /** What is asked for in the case whose name is in the request, and the last word of it. */
  readonly cases: Map<string, { readonly call: ToolCall; readonly answer: string }>;
  readonly close: () => Promise<void>;
};

type Message = { readonly role: string; readonly content: unknown };

export async function startToolServer(): Promise<ToolServer> {
  const bodies: string[] = [];
  const cases: ToolServer['cases'] = new Map();
  const { url, close } = await startChatServer((text) => {
    bodies.push(text);
    return said(text, cases);
  });
  return { url, bodies, cases, close };
}

function said(text: string, cases: ToolServer['cases']): Said {
  const [name = ''] = /case-[a-zA-Z]+-\d+/.exec(text) ?? [];
  const { messages } = JSON.parse(text) as { readonly messages: readonly Message[] };
  const found = cases.get(name);
  if (found === undefined) throw new Error(`no case in the request: ${text.slice(0, 200)}`);
  const { id, ...named } = found.call;
  return messages.some(({ role }) => role === 'tool')
    ? { content: found.answer }
    : { tool_calls: [{ index: 0, id, type: 'function', function: named }] };
}
