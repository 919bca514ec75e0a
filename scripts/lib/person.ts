/** Who sits at this machine: what a confirmation is signed with. A name for the record, no proof of identity. */
import { hostname, userInfo } from 'node:os';

export function person(): string {
  try {
    return `${userInfo().username}@${hostname()}`;
  } catch {
    return hostname();
  }
}
