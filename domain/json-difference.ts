/** Where two pieces of JSON differ first, in the order of their keys; null where they are equal. */

export type JsonDifference = { readonly path: string; readonly before: unknown; readonly after: unknown };

export function jsonDifference(before: unknown, after: unknown, path = ''): JsonDifference | null {
  if (Object.is(before, after) || (before === 0 && after === 0)) return null;
  if (!isTree(before) || !isTree(after) || Array.isArray(before) !== Array.isArray(after)) {
    return { path, before: before ?? null, after: after ?? null };
  }
  const [first, second] = [fieldsOf(before), fieldsOf(after)];
  for (const key of [...new Set([...Object.keys(first), ...Object.keys(second)])].sort()) {
    const found = jsonDifference(first[key], second[key], path === '' ? key : `${path}.${key}`);
    if (found !== null) return found;
  }
  return null;
}

const isTree = (value: unknown): value is object => typeof value === 'object' && value !== null;
const fieldsOf = (value: object): Readonly<Record<string, unknown>> => ({ ...value });
