/**
 * Reads one YAML file into a plain value and tells its syntax errors as problems, with line and column.
 * Tabs as indentation are told one by one and then read as two spaces, so that the rest of the file is judged too.
 */
import { readFileSync } from 'node:fs';
import { LineCounter, parseDocument } from 'yaml';
import { type Problem, problem } from '../schemas/problem.ts';

/** `raw` undefined: nothing could be read, and `problems` says why. */
export type YamlFile = { readonly raw: unknown; readonly problems: readonly Problem[] };

export function readYaml(path: string, name: string): YamlFile {
  const text = readText(path);
  if (text === null) {
    return { raw: undefined, problems: [problem('CONFIG_FILE_NOT_FOUND', name, path, 'a readable file')] };
  }
  const lines = new LineCounter();
  const document = parseDocument(spacesForTabs(text), { lineCounter: lines });
  const syntax = document.errors.map((error) => {
    const { line, col } = lines.linePos(error.pos[0]);
    return problem('CONFIG_SYNTAX', `${name}:${line}:${col}`, lineAt(text, line), 'YAML', '', firstLine(error.message));
  });
  const problems = [...tabProblems(text, name), ...syntax];
  return { raw: syntax.length > 0 ? undefined : (document.toJS() ?? {}), problems };
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

const INDENT_WITH_TAB = /^[ ]*\t\s*/;

const spacesForTabs = (text: string): string =>
  text.replace(/^[ \t]*\t[ \t]*/gm, (indent) => indent.replaceAll('\t', '  '));

function tabProblems(text: string, name: string): Problem[] {
  return text.split('\n').flatMap((line, index) => {
    if (!INDENT_WITH_TAB.test(line)) return [];
    const key = line.trim().split(':')[0] ?? '';
    const hint = key === '' ? 'remove it' : `write spaces before ${key}`;
    return [problem('CONFIG_UNKNOWN_KEY', `${name}:${index + 1}`, line, 'spaces for indentation, not a tab', hint)];
  });
}

const lineAt = (text: string, line: number): string => text.split('\n')[line - 1] ?? '';
const firstLine = (message: string): string => message.split('\n')[0] ?? message;
