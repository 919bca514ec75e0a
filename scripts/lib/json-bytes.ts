/**
 * JSON as people save it: UTF-8, with or without a byte order mark.
 * @throws TypeError where it is no UTF-8, SyntaxError where it is no JSON
 */
export function parseJsonBytes(bytes: Uint8Array): unknown {
  return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
}
