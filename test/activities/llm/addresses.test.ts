/** Several addresses of one provider and a second provider behind it, as real servers on loopback. */
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { createOpenaiCompatible } from '../../../adapters/llm/openai-compatible.ts';
import type { ModelRegistry } from '../../../schemas/llm/model-registry.ts';
import { type ModelPeer, startModelPeer } from '../../adapters/llm/peers/model-peer.ts';
import { chatFormat } from '../../adapters/llm/peers/openai-formats.ts';
import { type DeskDatabase, openDeskDatabase } from '../../db/desk-database.ts';
import { ADVICE, openGateway, REGISTRY } from '../gateway-under-test.ts';

let desk: DeskDatabase;
let peers: ModelPeer[];
beforeAll(async () => {
  desk = await openDeskDatabase(6);
});
afterAll(() => desk.close());
beforeEach(async () => {
  await desk.db.deleteFrom('model_breakers').execute();
  peers = await Promise.all([1, 2, 3].map(() => startModelPeer(chatFormat)));
  for (const peer of peers) peer.script = [{ kind: 'answer', answer: { text: JSON.stringify(ADVICE) } }];
});
afterEach(() => Promise.all(peers.map((peer) => peer.close())));

const asked = (): number[] => peers.map(({ requests }) => requests.length);
const BUSY = { kind: 'status', status: 529, body: '{"error":{"type":"overloaded","message":"busy"}}' } as const;

/** Two addresses of `near`, one of `far`, which stands in for it. */
function gateway(nowMs: () => number = Date.now) {
  const [a = '', b = '', c = ''] = peers.map(({ url }) => `${url}/v1`);
  const [near, far] = REGISTRY.providers;
  if (near === undefined || far === undefined) throw new Error('no providers');
  const registry: ModelRegistry = {
    ...REGISTRY,
    providers: [
      { ...near, baseUrls: [a, b] },
      { ...far, baseUrls: [c] },
    ],
  };
  const recordOf = (id: string) => {
    const found = registry.models.find((one) => one.id === id);
    if (found === undefined) throw new Error(`no model ${id}`);
    return found;
  };
  const parts = { key: null, allowLoopback: true, recordOf };
  const providers = new Map(['near', 'far'].map((name) => [name, createOpenaiCompatible({ name, ...parts })]));
  return openGateway(desk.db, () => Promise.reject(new Error('not scripted')), { registry, providers, nowMs });
}

it('shares the work among the addresses of a provider', async () => {
  const { ask } = await gateway();
  for (let n = 0; n < 6; n += 1) expect(await ask()).toMatchObject({ kind: 'answer', model: 'near-1' });
  expect(asked()).toEqual([3, 3, 0]);
});

it('asks the other address of the same model while one is down, and the one that is down no more after five', async () => {
  let nowMs = Date.now();
  const { ask } = await gateway(() => nowMs);
  const [first] = peers;
  if (first !== undefined) first.script = [BUSY];
  for (let n = 0; n < 20; n += 1) expect(await ask()).toMatchObject({ kind: 'answer', model: 'near-1' });
  expect(asked()).toEqual([5, 20, 0]);
  const open = await desk.db.selectFrom('model_breakers').select(['base_url', 'opened_at']).execute();
  expect(open.filter((one) => one.opened_at !== null).map((one) => one.base_url)).toEqual([`${first?.url}/v1`]);
  nowMs += 30_000;
  for (let n = 0; n < 4; n += 1) await ask();
  expect(asked()[0]).toBe(6);
});

it('falls back to the next model of the chain when every address is busy', async () => {
  const { ask } = await gateway();
  for (const peer of peers.slice(0, 2)) peer.script = [BUSY];
  const callKey = randomUUID();
  expect(await ask({ callKey })).toMatchObject({ kind: 'answer', model: 'far-1', costMicroUsd: 82 });
  expect(asked()).toEqual([1, 1, 1]);
});
