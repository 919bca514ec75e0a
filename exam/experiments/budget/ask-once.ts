/** A caller: one question to a model, over the gateway's own door. It runs in a workflow worker of the exam. */
import { ask } from '../../../workflows/lib/gateway.ts';

export type Caller = { readonly callKey: string; readonly sessionId: string };

/** What the question came to: `answer`, or the reason why not. */
export async function askOnce({ callKey, sessionId }: Caller): Promise<string> {
  const outcome = await ask(
    {
      callKey,
      sessionId,
      task: 'advice',
      contract: 'advice',
      promptId: 'advisor',
      variables: { asOf: '2026-11-01T00:00:00Z', symbol: 'BTC/USDT', caller: callKey },
      symbols: ['BTC/USDT'],
      asOfMs: Date.UTC(2026, 10, 1),
      cache: false,
    },
    'advice',
  );
  return outcome.kind === 'noDecision' ? outcome.reason : outcome.kind;
}
