/** Requests that break HTTP itself, answered by hand: they never become a request that a route could see. */
import type { Socket } from 'node:net';
import { problem } from '../schemas/problem.ts';

const ANSWERS: Readonly<Record<string, readonly [status: string, code: string, expected: string]>> = {
  HPE_HEADER_OVERFLOW: ['431 Request Header Fields Too Large', 'HEADERS_TOO_LARGE', 'headers of at most 16 KiB'],
  HPE_INVALID_METHOD: ['405 Method Not Allowed\r\nAllow: GET, POST, PATCH', 'METHOD_NOT_ALLOWED', 'GET, POST or PATCH'],
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'REQUEST_TIMEOUT', 'a whole request within 10 s'],
};
const BROKEN = ['400 Bad Request', 'REQUEST_INVALID', 'a valid HTTP/1.1 request'] as const;

export function answerClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, code, expected] = ANSWERS[error.code ?? ''] ?? BROKEN;
  const body = JSON.stringify({ ok: false, problems: [problem(code, 'request', error.message, expected)] });
  const head = `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}`;
  socket.end(`${head}\r\nConnection: close\r\n\r\n${body}`);
}
