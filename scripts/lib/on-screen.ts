/**
 * One line for a terminal. What a model or a person wrote may hold anything: control characters never reach a screen.
 */
export const onScreen = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ');
