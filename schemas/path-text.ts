import { storableText } from './storable-text.ts';

/** Where in an input a mistake is: `strategy.parameters.length`, `symbols[2]`; empty for the input itself. */
export type Path = readonly PropertyKey[];

export const pathText = (path: Path): string =>
  path
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${storableText(String(key))}`))
    .join('')
    .replace(/^\./, '');
