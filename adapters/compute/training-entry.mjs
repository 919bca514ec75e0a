/** Where a training thread begins: the loader of TypeScript does not follow into threads by itself. */
import { register } from 'tsx/esm/api';

register();
await import('./training-thread.ts');
