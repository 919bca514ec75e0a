/**
 * AWS Signature Version 4, worked out anew from what came over the wire, as AWS describes it ("Create a signed AWS API
 * request"): a second opinion on the package that signs.
 */
import { createHash, createHmac } from 'node:crypto';
import type { PeerRequest } from './peers/model-peer.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

/** Every service but S3 encodes each part of the path, which stands encoded in the request already, once more. */
const encodedPath = (path: string): string => path.split('/').map(encodeURIComponent).join('/');

/** The whole header `authorization` that this request must have had. */
export function authorizationOf({ method, path, headers, text }: PeerRequest, keyId: string, secret: string): string {
  const told = String(headers.authorization);
  const [, scope = ''] = /Credential=[^/]+\/([^,]+),/.exec(told) ?? [];
  const [, signed = ''] = /SignedHeaders=([^,]+),/.exec(told) ?? [];
  const [day = '', region = '', service = ''] = scope.split('/');
  const lines = signed.split(';').map((name) => `${name}:${String(headers[name]).trim().replace(/ +/g, ' ')}\n`);
  const [address = '', query = ''] = path.split('?');
  const request = [method, encodedPath(address), query, lines.join(''), signed, sha256(text)].join('\n');
  const instant = String(headers['x-amz-date']);
  const toSign = ['AWS4-HMAC-SHA256', instant, scope, sha256(request)].join('\n');
  const key = [region, service, 'aws4_request'].reduce<Buffer>(hmac, hmac(`AWS4${secret}`, day));
  const signature = hmac(key, toSign).toString('hex');
  return `AWS4-HMAC-SHA256 Credential=${keyId}/${scope}, SignedHeaders=${signed}, Signature=${signature}`;
}
