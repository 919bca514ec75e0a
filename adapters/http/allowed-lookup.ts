/** Looks names up for a request, and refuses those that lead where the desk must not call. */
import { lookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { isBlockedAddress } from '../../schemas/outside-url.ts';

/** A name may resolve to a private address whatever it looks like. */
export const lookUpAllowed =
  (allowLoopback: boolean): LookupFunction =>
  (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      const [first] = addresses ?? [];
      const isBlocked = error === null && addresses.some(({ address }) => isBlockedAddress(address, allowLoopback));
      if (error !== null || first === undefined) callback(error ?? new Error(`no address for ${hostname}`), []);
      else if (isBlocked) callback(new Error(`CONFIG_URL_BLOCKED ${hostname} has a private address`), []);
      else if (options.all === true) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
