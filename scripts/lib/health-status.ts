/**
 * Whether the HTTP interface answers, by its own address. No token is sent, and the certificate is not judged: whom it
 * names is a matter between it and its clients.
 */
import { get as getHttp } from 'node:http';
import { get as getHttps } from 'node:https';

/** The status of the answer; null when there is none in time. */
export const healthStatus = (url: string, withinMs: number): Promise<number | null> =>
  new Promise((resolve) => {
    const options = { signal: AbortSignal.timeout(withinMs), agent: false } as const;
    const heard = (answer: { statusCode?: number | undefined; resume: () => unknown }): void => {
      answer.resume();
      resolve(answer.statusCode ?? null);
    };
    const request = url.startsWith('https:')
      ? getHttps(url, { ...options, rejectUnauthorized: false }, heard)
      : getHttp(url, options, heard);
    request.on('error', () => resolve(null));
  });
