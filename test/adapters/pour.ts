import type { ServerResponse } from 'node:http';

const CHUNK = Buffer.alloc(1_048_576, ' ');

/** Answers without end, as fast as the other side reads. */
export function pour(response: ServerResponse): void {
  const more = (): void => {
    while (!response.destroyed && response.write(CHUNK));
  };
  response.on('drain', more);
  response.on('error', () => undefined);
  more();
}
