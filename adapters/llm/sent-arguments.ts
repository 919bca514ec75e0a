/**
 * The arguments of a tool call on their way back in a conversation. Servers parse them again and refuse the whole
 * conversation for one call whose are no JSON object; that such a call was refused stands in its result.
 */

/** Null where they are no object. */
export function argumentsObject(text: string): object | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

/** As the model wrote them, or none. */
export const sentArguments = (text: string): string => (argumentsObject(text) === null ? '{}' : text);
