/** A desk whose models can be taken away for good: on their port somebody goes on listening, to hear who still asks. */
import { createServer } from 'node:net';
import { startChatServer } from '../../rig/chat-server.ts';
import { type Closeable, type Closers, openHome } from '../../rig/home.ts';
import { type ModelDesk, openModelDesk } from '../../rig/model-desk.ts';
import { answerTo } from './answers.ts';

export type ReplayRig = Closeable &
  ModelDesk & {
    readonly requests: () => number;
    /** Closes the server of the models. @returns how often its address was dialled since */
    readonly takeModelsAway: () => Promise<() => number>;
  };

export const MODELS = ['exam-1', 'exam-2', 'exam-3'] as const;

export const openReplayRig = (): Promise<ReplayRig> => openHome(assemble);

async function assemble(home: string, closers: Closers) {
  const server = await startChatServer(answerTo);
  closers.unshift(() => server.close());
  const desk = await openModelDesk(home, closers, { url: server.url, models: [...MODELS] });
  const takeModelsAway = async (): Promise<() => number> => {
    await server.close();
    let dialled = 0;
    const deaf = createServer((socket) => {
      dialled += 1;
      socket.destroy();
    });
    await new Promise<void>((resolve) => deaf.listen(Number(new URL(server.url).port), '127.0.0.1', resolve));
    closers.unshift(() => new Promise((resolve) => deaf.close(resolve)));
    return () => dialled;
  };
  return { ...desk, requests: server.requests, takeModelsAway };
}
