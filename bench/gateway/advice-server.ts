/** A local server that speaks Chat Completions and gives the same advice to everybody, at once. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export type AdviceServer = { readonly url: string; readonly close: () => Promise<void> };

const ADVICE = JSON.stringify({
  ...{ version: 1, symbol: 'BTC/USDT', action: 'buy', confidence: 0.7, rationale: 'The trend is up.' },
  ...{ riskLevel: 'low', warnings: [] },
});
const PIECE = 16;

export async function startAdviceServer(): Promise<AdviceServer> {
  const reply = events();
  const server = createServer((request, response) => {
    request.resume();
    request.on('end', () => response.setHeader('content-type', 'text/event-stream').end(reply));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function events(): string {
  const pieces = ADVICE.match(new RegExp(`.{1,${PIECE}}`, 'g')) ?? [];
  const choice = (delta: object, finish_reason: string | null) => ({ choices: [{ index: 0, delta, finish_reason }] });
  const chunks = [
    ...pieces.map((content) => choice({ content }, null)),
    choice({}, 'stop'),
    { choices: [], usage: { prompt_tokens: 100, completion_tokens: 40 } },
  ].map((chunk) => JSON.stringify({ id: 'chat', object: 'chat.completion.chunk', ...chunk }));
  return [...chunks, '[DONE]'].map((line) => `data: ${line}\n\n`).join('');
}
