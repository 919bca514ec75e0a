/** Where a thread of the exam begins: the loader of TypeScript does not follow into threads by itself. */
import { register } from 'tsx/esm/api';

register();
await import('./market-thread.ts');
