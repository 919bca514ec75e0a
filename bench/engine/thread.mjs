/** Lets a thread of the bench read TypeScript. */
import { register } from 'tsx/esm/api';

register();
await import('./thread.ts');
