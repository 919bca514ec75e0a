/**
 * The one place where clients and workers get their data converter: what it does to payloads is decided by the keys.
 */
import { fileURLToPath } from 'node:url';
import type { DataConverter } from '@temporalio/common';
import { createPayloadCodec } from './payload-codec.ts';

/** To be bundled with the workflows, too: their failures are written in there. */
export const failureConverterPath = fileURLToPath(new URL('failure-converter.cjs', import.meta.url));

/** `keys`: as of the environment; empty: nothing is encrypted, and what is encrypted is refused with its key's name. */
export const dataConverterOf = (keys: readonly Uint8Array[]): DataConverter => ({
  payloadCodecs: [createPayloadCodec(keys)],
  ...(keys.length > 0 && { failureConverterPath }),
});
