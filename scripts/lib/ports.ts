/** Free TCP ports on 127.0.0.1, and whether somebody answers at an address. */
import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const HOST = '127.0.0.1';

/** Whether a server could listen on this port now. */
export function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: HOST, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

const FREED_WITHIN_MS = 2_000;
const LOOK_EVERY_MS = 100;

/** The remembered port when it is free or becomes so within two seconds, else one that the system gives. */
export async function choosePort(remembered: number | null): Promise<number> {
  if (remembered === null) return anyFreePort();
  for (let waitedMs = 0; waitedMs <= FREED_WITHIN_MS; waitedMs += LOOK_EVERY_MS) {
    if (await isPortFree(remembered)) return remembered;
    await sleep(LOOK_EVERY_MS);
  }
  return anyFreePort();
}

function anyFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ port: 0, host: HOST }, () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}

/** Whether a connection to `host:port` is accepted within `timeoutMs`. */
export function answers(address: string, timeoutMs: number): Promise<boolean> {
  const at = address.lastIndexOf(':');
  const host = address.slice(0, at).replace(/^\[|\]$/g, '');
  return new Promise((resolve) => {
    const socket: Socket = connect({ host, port: Number(address.slice(at + 1)), timeout: timeoutMs });
    const settle = (answered: boolean): void => {
      socket.destroy();
      resolve(answered);
    };
    socket.once('connect', () => settle(true));
    socket.once('timeout', () => settle(false));
    socket.once('error', () => settle(false));
  });
}
